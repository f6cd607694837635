//! Requests and responses as values. The host sends them.

use core::fmt;

use crate::failure::Refusal;
use crate::json::{self, Reader, Value};

/// The maximum size of a reply's body, in bytes: room for an image of five million bytes as base64. A larger
/// body is unreadable.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// A request. It contains no secrets: the host fills in the slots when it sends the request.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Request {
    /// `GET`, `POST` or `PUT`.
    pub method: &'static str,
    /// The absolute URL.
    pub url: String,
    /// The headers, in order.
    pub headers: Vec<Header>,
    /// The body, JSON text.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub body: Option<String>,
    /// The number of the session that the request belongs to, from 1. The requests of a session carry the
    /// same session-bound secrets, such as the authorize token.
    pub session: u32,
    /// The timeout of the request, in ms.
    pub timeout: u32,
    /// Whether the request carries a submission, which may reach the bank at most once: never send such a
    /// request again.
    pub once: bool,
}

/// A header or query parameter. The name of a header is in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(untagged))]
pub enum Header {
    /// A literal value.
    Literal {
        /// The name.
        name: &'static str,
        /// The value.
        value: String,
    },
    /// A secret, which the host fills in when it sends the request.
    Secret {
        /// The name.
        name: &'static str,
        /// The slot: the name of the secret, such as `FlinksAuthorizeToken`.
        slot: &'static str,
    },
}

/// The maximum nesting of a reply. It is lower than that of a snapshot, which contains a part of a reply.
const MAX_DEPTH: usize = json::MAX_DEPTH / 2;

/// The maximum number of values in a reply. It is lower than that of a snapshot, too. Room for 25,000 transactions of
/// nine fields.
pub const MAX_VALUES: usize = json::MAX_VALUES / 2;

/// Prints a request without its body, which may contain answers or credentials.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

/// A reply.
#[derive(Clone, Copy)]
pub struct Response<'a> {
    /// The HTTP status. It is 0 if a browser hides a redirect.
    pub status: u16,
    /// The Retry-After header, in milliseconds from now. A flow follows it for one day at most.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: &'a [u8],
}

impl Response<'_> {
    /// The body as JSON, or null if it is too large, nested too deeply, of too many values or not JSON. A byte order mark
    /// is ignored, as RFC 8259 allows.
    pub fn json(&self) -> Value {
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(self.body);
        match body.len() {
            0..=MAX_BODY_BYTES => {
                Value::parse_within(MAX_DEPTH, MAX_VALUES, body).unwrap_or_default()
            }
            _ => Value::Null,
        }
    }
}

const LOOPBACK: [&str; 3] = ["http://localhost", "http://127.0.0.1", "http://[::1]"];

/// A base URL to call instead of the vendor's: `https:`, or `http:` on the loopback. It may have a path, but
/// no query, fragment or user name.
pub fn base_url(reader: Reader) -> Result<String, Refusal> {
    let text = reader.text()?;
    if !is_url(text) {
        return Err(
            reader.invalid("must be an https: URL without query, or an http: URL of localhost")
        );
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// A URL that the person returns to. It may have a query; otherwise the rules of [`base_url`] apply.
pub fn return_url(reader: &Reader) -> Result<String, Refusal> {
    let text = reader.text()?;
    let path = text.bytes().take_while(|byte| *byte != b'?').count();
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    if !text.get(..path).is_some_and(is_url) || !text.bytes().all(plain) {
        return Err(
            reader.invalid("must be an https: URL without fragment, or an http: URL of localhost")
        );
    }
    Ok(text.to_owned())
}

/// Whether a text is safe as one segment of a path, and as an entry of a list with commas.
pub fn is_path_segment(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=128).contains(&text.len()) && text.bytes().all(is_plain)
}

fn is_url(text: &str) -> bool {
    let has_host = |rest: &str| !rest.is_empty() && !rest.starts_with('/');
    let is_local = |rest: &str| {
        let path = match rest.strip_prefix(':') {
            Some(port) => port.trim_start_matches(|character: char| character.is_ascii_digit()),
            None => rest,
        };
        path.is_empty() || path.starts_with('/')
    };
    let allowed = text.strip_prefix("https://").is_some_and(has_host)
        || LOOPBACK
            .iter()
            .any(|local| text.strip_prefix(local).is_some_and(is_local));
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b'@' | b'\\');
    allowed && text.bytes().all(plain)
}

/// Adds a percent-encoded query parameter to an address, if it has a value.
pub fn add_query(url: &mut String, name: &str, value: Option<&str>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_request_has_its_address_and_not_its_answers() {
        let request = Request {
            method: "POST",
            url: "https://bank.example/answer".to_owned(),
            headers: Vec::new(),
            body: Some(r#"{"answer":"Montreal"}"#.to_owned()),
            session: 1,
            timeout: 1000,
            once: true,
        };
        assert_eq!(format!("{request:?}"), "POST https://bank.example/answer");
    }
}
