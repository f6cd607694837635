//! A reply, on its way to a flow.

use js_sys::Date;
use wasm_bindgen::prelude::*;

use crate::http;

/// The longest Retry-After that is believed, in milliseconds: a day.
const MAX_RETRY_AFTER: f64 = 86_400_000.0;

/// What came back.
#[wasm_bindgen]
pub struct Reply {
    status: u16,
    retry_after: Option<u64>,
    body: Vec<u8>,
}

#[cfg(feature = "calls")]
#[wasm_bindgen]
impl Reply {
    /// A reply that JavaScript has read.
    #[wasm_bindgen(constructor)]
    pub fn from_js(status: u16, retry_after: Option<String>, body: Vec<u8>) -> Reply {
        Reply::new(status, retry_after, body)
    }
}

impl Reply {
    /// By the number of the status line, the Retry-After header and the body.
    pub fn new(status: u16, retry_after: Option<String>, body: Vec<u8>) -> Reply {
        Reply {
            status,
            retry_after: retry_after.and_then(millis),
            body,
        }
    }

    /// For the flow.
    pub fn response(&self) -> http::Response<'_> {
        http::Response {
            status: self.status,
            retry_after: self.retry_after,
            body: &self.body,
        }
    }
}

/// Seconds, or a date: RFC 9110, section 10.2.3.
fn millis(retry_after: String) -> Option<u64> {
    let millis = match retry_after.trim().parse::<u32>() {
        Ok(seconds) => f64::from(seconds) * 1000.0,
        Err(_) => Date::parse(&retry_after) - Date::now(),
    };
    (millis > 0.0).then(|| millis.min(MAX_RETRY_AFTER) as u64)
}
