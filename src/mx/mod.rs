//! MX, as its Platform API prints it (docs.mx.com; its specifications are public).
//!
//! Bodies are rooted (`{"member": {…}}`), and every field of a reply is optional and nullable.

use crate::failure::Refusal;
use crate::http::{Header, Request};
use crate::json::{Reader, Value};
use crate::vendor::Entry;

pub mod challenge;
pub mod member;
pub mod reply;
mod status;

/// MX in the list of vendors.
pub const ENTRY: Entry = Entry {
    name: NAME,
    start: member::start,
    restore: member::restore,
};

const NAME: &str = "mx";

/// The slot of `Basic` and the base64 of `client_id:api_key`: a server's secret, never a page's.
pub const BASIC: &str = "MxBasic";

const TIMEOUT: u32 = 60_000;

/// The versions of the API. An official page says that from 12 August 2026 every call must name one by
/// `Accept-Version`.
const VERSIONS: [&str; 2] = ["v20250224", "v20111101"];

/// Which of MX's hosts to call, and how.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct MxConfig {
    /// `integration` (int-api.mx.com) or `production` (api.mx.com).
    #[cfg_attr(target_arch = "wasm32", tsify(type = "'integration' | 'production'"))]
    pub environment: &'static str,
    /// Calls go here instead: a proxy of the host's, or the simulator. `https:`, or `http:` on the
    /// loopback.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub base_url: Option<String>,
    /// `v20250224` (the default) is asked for by `Accept-Version`, `v20111101` by `Accept`.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "'v20250224' | 'v20111101'")
    )]
    pub version: &'static str,
}

impl MxConfig {
    /// Reads and checks a configuration.
    pub fn read(reader: Reader) -> Result<MxConfig, Refusal> {
        reader.only(&["environment", "baseUrl", "version"])?;
        let version = reader.get("version").optional(|field| {
            let text = field.text()?;
            let known = VERSIONS.iter().find(|version| **version == text);
            known
                .copied()
                .ok_or_else(|| field.invalid("must be v20250224 or v20111101"))
        })?;
        Ok(MxConfig {
            environment: match reader.get("environment").value().as_text() {
                Some("integration") => "int-api",
                Some("production") => "api",
                _ => {
                    let field = reader.get("environment");
                    return Err(field.invalid("must be integration or production"));
                }
            },
            base_url: reader
                .get("baseUrl")
                .optional(|url| crate::http::base(*url))?,
            version: version.unwrap_or("v20250224"),
        })
    }

    /// A call under the host's key.
    fn call(&self, method: &'static str, path: &[&str], body: Option<Value>) -> Request {
        let mut url = match &self.base_url {
            Some(base) => base.clone(),
            None => ["https://", self.environment, ".mx.com"].concat(),
        };
        for part in path {
            url.push('/');
            url.push_str(part);
        }
        let literal = |name, value| Header::Literal { name, value };
        let mut headers = vec![Header::Secret {
            name: "authorization",
            slot: BASIC,
        }];
        if self.version == "v20111101" {
            headers.push(literal("accept", "application/vnd.mx.api.v1+json"));
        } else {
            headers.push(literal("accept", "application/json"));
            headers.push(literal("accept-version", self.version));
        }
        if body.is_some() {
            headers.push(literal("content-type", "application/json"));
        }
        Request {
            method,
            url,
            headers,
            body: body.map(|body| body.print()),
            session: 1,
            timeout: TIMEOUT,
            once: false,
        }
    }
}

/// A guid of MX's, such as `MBR-84ca0882-ad6c-4f10-817f-c8c0de7424fa`: its prefix, and nothing that
/// would leave its place in a path.
pub fn guid(field: &Reader, prefix: &str, wrong: &'static str) -> Result<(), Refusal> {
    let text = field.value().as_text().unwrap_or_default();
    match text.strip_prefix(prefix) {
        Some(rest) if is_plain(rest) => Ok(()),
        _ => Err(field.invalid(wrong)),
    }
}

/// Fit for one segment of a path.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(plain)
}
