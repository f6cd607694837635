//! A vendor's reply, as JavaScript has read it.

use js_sys::Date;

use crate::http::Response;
use crate::json::Value;

/// The names of the vendors' words for a state.
const CODE_NAMES: [&[u8]; 2] = [b"FlinksCode", b"connection_status"];

/// A reply as a flow takes it at the time `now`: its status, its Retry-After header and its body.
pub fn response<'a>(
    status: u16,
    retry_after: Option<&str>,
    body: &'a [u8],
    now: f64,
) -> Response<'a> {
    Response {
        status,
        retry_after: retry_after.and_then(|text| millis(text, now)),
        body,
    }
}

/// The vendor's word for the state, as it came: the FlinksCode, or the connection_status of MX's member.
pub fn vendor_code(body: &[u8]) -> Option<String> {
    // Most replies have none, and need not be parsed for it.
    let mut between_quotes = body.split(|byte| *byte == b'"');
    if !between_quotes.any(|part| CODE_NAMES.contains(&part)) {
        return None;
    }
    let body = response(0, None, body, 0.0).json();
    let code = match body.get("member") {
        Value::Null => body.get("FlinksCode"),
        member => member.get("connection_status"),
    };
    code.as_text().map(str::to_owned)
}

/// A Retry-After header in ms from now. It is a number of seconds or a date: RFC 9110, section 10.2.3.
fn millis(retry_after: &str, now: f64) -> Option<u64> {
    let millis = match retry_after.trim().parse::<u32>() {
        Ok(seconds) => f64::from(seconds) * 1000.0,
        Err(_) => Date::parse(retry_after) - now,
    };
    (millis > 0.0).then_some(millis as u64)
}
