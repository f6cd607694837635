//! What comes from JavaScript: JSON text.

use wasm_bindgen::JsValue;

use crate::json::{Reader, Value};

use super::output::refuse;

/// JSON text of the host's to a value.
pub fn parse(name: &str, json: &str) -> Result<Value, JsValue> {
    Value::parse(json.as_bytes())
        .map_err(|_| refuse(Reader::new(name, &Value::Null).invalid("must be plain JSON data")))
}
