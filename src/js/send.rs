//! Makes a call with web-sys. JavaScript reads the response.

use js_sys::{JsString, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{RequestInit, RequestRedirect};

#[wasm_bindgen]
extern "C" {
    // web-sys has the `fetch` of a window and of a worker; this is that of any runtime.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &JsString, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// Calls the global `fetch`. It follows no redirect.
#[wasm_bindgen(unchecked_return_type = "Promise<Response>")]
pub fn send(
    #[wasm_bindgen(unchecked_param_type = "string")] url: JsString,
    #[wasm_bindgen(unchecked_param_type = "object")] init: RequestInit,
) -> Result<Promise, JsValue> {
    init.set_redirect(RequestRedirect::Manual);
    global_fetch(&url, &init)
}
