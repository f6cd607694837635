//! JSON text from JavaScript.

use wasm_bindgen::JsValue;

use crate::json::{Reader, Value};

use super::output::refuse;

/// Parses an argument. The name is the first part of the path in an error.
pub fn parse(name: &str, json: &str) -> Result<Value, JsValue> {
    Value::parse(json.as_bytes())
        .map_err(|_| refuse(Reader::new(name, &Value::Null).invalid("must be plain JSON data")))
}
