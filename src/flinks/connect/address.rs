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
    has_token: bool,
) -> Frame {
    let mut url = config.connect_base();
    let v2 = *params.get("v2") != Value::Bool(false);
    url.push_str(if v2 { "/v2/" } else { "/" });
    let mut frame = Frame::default();
    if request_id.is_some() {
        frame.purpose = ConnectPurpose::Mfa;
    } else if let Value::Number(id) = params.get("institutionId") {
        url.push_str("Credential/");
        url.push_str(id);
    }
    if has_token {
        frame.query.push(Header::Secret {
            name: "authorizeToken",
            slot: AUTHORIZE_TOKEN,
        });
    }
    add(&mut url, "requestId", request_id.map(Guid::text));
    if let Some(redirect_url) = &config.redirect_url {
        let mut redirect_url = redirect_url.clone();
        add(&mut redirect_url, "state", state.or(Some("")));
        add(&mut url, "redirectUrl", Some(&redirect_url));
    }
    add(&mut url, "language", params.get("language").as_text());
    add(&mut url, "tag", params.get("tag").as_text().or(state));
    for (name, value) in params.get("parameters").entries() {
        let value = match value {
            Value::Text(text) => text.clone(),
            value => value.print(),
        };
        add(&mut url, name, Some(&value));
    }
    Frame { url, ..frame }
}

/// Adds a percent-encoded query parameter to an address.
fn add(url: &mut String, name: &str, value: Option<&str>) {
    let Some(value) = value else {
        return;
    };
    let has_query = url.bytes().any(|byte| byte == b'?');
    url.push(if has_query { '&' } else { '?' });
    url.push_str(name);
    url.push('=');
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            url.push(byte.into());
        } else {
            url.push('%');
            for digit in [byte >> 4, byte & 15] {
                let digit = char::from_digit(digit.into(), 16).unwrap_or_default();
                url.push(digit.to_ascii_uppercase());
            }
        }
    }
}
