//! The address of Connect and its query.

use crate::flinks::config::{AUTHORIZE_TOKEN, FlinksConfig};
use crate::flinks::guid::Guid;
use crate::http::Header;
use crate::json::Value;
use crate::vendor::{ConnectPurpose, Frame};

/// Connect at the sign-in, or, with a RequestId, mid-session. `state` is the host's random value.
pub fn frame(
    config: &FlinksConfig,
    params: &Value,
    state: Option<&str>,
    request_id: Option<&Guid>,
) -> Frame {
    let mut url = config.connect_base();
    let v2 = *params.get("v2") != Value::Bool(false);
    url.push_str(if v2 { "/v2/" } else { "/" });
    let mut frame = Frame::default();
    let mut query = Query::default();
    if let Some(request_id) = request_id {
        frame.purpose = ConnectPurpose::Mfa;
        query.add("requestId", Some(request_id.text()));
    } else {
        if let Value::Number(id) = params.get("institutionId") {
            url.push_str("Credential/");
            url.push_str(id);
        }
        frame.query.push(Header::Secret {
            name: "authorizeToken",
            slot: AUTHORIZE_TOKEN,
        });
    }
    if let Some(redirect_url) = &config.redirect_url {
        let separator = match redirect_url.bytes().any(|byte| byte == b'?') {
            true => "&state=",
            false => "?state=",
        };
        let redirect_url = [redirect_url, separator, state.unwrap_or_default()].concat();
        query.add("redirectUrl", Some(&redirect_url));
    }
    query.add("language", params.get("language").as_text());
    query.add("tag", params.get("tag").as_text().or(state));
    for (name, value) in params.get("parameters").entries() {
        let value = match value {
            Value::Text(text) => text.clone(),
            value => value.print(),
        };
        query.add(name, Some(&value));
    }
    url.push_str(&query.0);
    Frame { url, ..frame }
}

/// A percent-encoded query.
#[derive(Default)]
struct Query(String);

impl Query {
    fn add(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value else {
            return;
        };
        self.0.push(if self.0.is_empty() { '?' } else { '&' });
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                self.0.push(byte.into());
            } else {
                self.0.push('%');
                for digit in [byte >> 4, byte & 15] {
                    let digit = char::from_digit(digit.into(), 16).unwrap_or_default();
                    self.0.push(digit.to_ascii_uppercase());
                }
            }
        }
    }
}
