//! Requests and responses as values. Who sends them is the host's business.

use core::fmt;

use crate::failure::Refusal;
use crate::json::{self, Reader, Value};

/// The most that is read of a reply, in bytes: an image of five million fits, in base64. What is larger
/// counts as unreadable.
pub const MAX_BODY: usize = 8 * 1024 * 1024;

/// A request, complete but for the secrets that its slots name.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The absolute address.
    pub url: String,
    /// The headers, in order.
    pub headers: Vec<Header>,
    /// The body's text.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub body: Option<String>,
    /// The session that this request belongs to, counted from 1. All requests of a session carry the
    /// same session-bound secrets.
    pub session: u32,
    /// How long the vendor may take for its reply, in milliseconds.
    pub timeout: u32,
    /// The request carries what reaches a bank at most once, and must never be sent again.
    pub once: bool,
}

/// One header, its name in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(untagged))]
pub enum Header {
    /// With this value.
    Literal {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: &'static str,
    },
    /// With a secret, which the host fills in at the moment of sending.
    Secret {
        /// Its name.
        name: &'static str,
        /// The name of the secret.
        slot: &'static str,
    },
}

/// The deepest nesting that is read of a reply: less than a snapshot may have, which a part of it ends
/// up in.
const MAX_DEPTH: usize = json::MAX_DEPTH / 2;

/// Bodies carry answers and credentials, so a request prints without its body.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url)
    }
}

/// A reply.
#[derive(Clone, Copy)]
pub struct Response<'a> {
    /// The status line's number; 0 where a browser hides a redirect.
    pub status: u16,
    /// The Retry-After header, in milliseconds from now.
    pub retry_after: Option<u64>,
    /// The body's bytes.
    pub body: &'a [u8],
}

impl Response<'_> {
    /// The body, or null where it is too large, too deep or not JSON. A byte order mark is overlooked, as
    /// RFC 8259 allows.
    pub fn json(&self) -> Value {
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(self.body);
        match body.len() {
            0..=MAX_BODY => Value::parse_within(MAX_DEPTH, body).unwrap_or_default(),
            _ => Value::Null,
        }
    }
}

const LOOPBACK: [&str; 3] = ["http://localhost", "http://127.0.0.1", "http://[::1]"];

/// An address to call instead of the vendor's own: `https:`, or `http:` on the loopback. A path may
/// follow, but nothing that a path can be lost in.
pub fn base(reader: Reader) -> Result<String, Refusal> {
    let text = reader.text()?;
    if !is_address(text) {
        return Err(
            reader.invalid("must be an https: address without query, or http: on the loopback")
        );
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// An address for a person to come back to: as [`base`], and it may have a query.
pub fn landing(reader: &Reader) -> Result<String, Refusal> {
    let text = reader.text()?;
    let path = text.bytes().take_while(|byte| *byte != b'?').count();
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    if !text.get(..path).is_some_and(is_address) || !text.bytes().all(plain) {
        return Err(
            reader.invalid("must be an https: address without fragment, or http: on the loopback")
        );
    }
    Ok(text.to_owned())
}

fn is_address(text: &str) -> bool {
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
