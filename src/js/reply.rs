//! A vendor's reply, held in wasm until a flow takes it.

use js_sys::Date;
use wasm_bindgen::prelude::*;

use crate::http;
use crate::json::Value;

/// The longest Retry-After that a flow follows, in ms: one day.
const MAX_RETRY_AFTER_MS: f64 = 86_400_000.0;

/// The largest body that is read for a vendor's code. Only pictures make a body larger.
const MAX_CODED_BODY_BYTES: usize = 65_536;

/// A vendor's reply.
#[wasm_bindgen]
pub struct Reply {
    status: u16,
    retry_after: Option<String>,
    body: Vec<u8>,
}

#[wasm_bindgen]
impl Reply {
    /// A reply that JavaScript has read: its status, its Retry-After header and its body.
    #[wasm_bindgen(constructor)]
    pub fn from_js(status: u16, retry_after: Option<String>, body: Vec<u8>) -> Reply {
        Reply::new(status, retry_after, body)
    }

    /// The HTTP status.
    #[wasm_bindgen(getter)]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The vendor's word for the state, as it came: the FlinksCode, or the connection_status of MX's member. A large
    /// body is not read for it.
    #[wasm_bindgen(getter, js_name = vendorCode)]
    pub fn vendor_code(&self) -> Option<String> {
        if self.body.len() > MAX_CODED_BODY_BYTES {
            return None;
        }
        let body = self.response(0.0).json();
        let code = match body.get("member") {
            Value::Null => body.get("FlinksCode"),
            member => member.get("connection_status"),
        };
        code.as_text().map(str::to_owned)
    }
}

impl Reply {
    /// A reply of a status, a Retry-After header and a body.
    pub fn new(status: u16, retry_after: Option<String>, body: Vec<u8>) -> Reply {
        Reply {
            status,
            retry_after,
            body,
        }
    }

    /// The reply as a flow takes it at the time `now`.
    pub fn response(&self, now: f64) -> http::Response<'_> {
        let retry_after = self.retry_after.as_deref();
        http::Response {
            status: self.status,
            retry_after: retry_after.and_then(|text| millis(text, now)),
            body: &self.body,
        }
    }
}

/// A Retry-After header in ms from now. It is a number of seconds or a date: RFC 9110, section 10.2.3.
fn millis(retry_after: &str, now: f64) -> Option<u64> {
    let millis = match retry_after.trim().parse::<u32>() {
        Ok(seconds) => f64::from(seconds) * 1000.0,
        Err(_) => Date::parse(retry_after) - now,
    };
    (millis > 0.0).then(|| millis.min(MAX_RETRY_AFTER_MS) as u64)
}
