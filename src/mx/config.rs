//! The configuration of MX, the slot of its secret, and the request that all its calls share.

use crate::failure::Refusal;
use crate::http::{Header, Request, base_url};
use crate::json::{Reader, Value};

use super::params::path_segment;

/// The slot of `Basic` and the base64 of `client_id:api_key`. It is a server secret and never reaches a page.
pub const BASIC: &str = "MxBasic";

const TIMEOUT_MS: u32 = 60_000;

/// The default version of the API. An official page says that from 12 August 2026 every call must name a version in
/// `Accept-Version`.
const VERSION: &str = "v20250224";

/// The host and the version of MX's API.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct MxConfig {
    /// `integration` (int-api.mx.com) or `production` (api.mx.com).
    #[cfg_attr(target_arch = "wasm32", tsify(type = "'integration' | 'production'"))]
    pub environment: &'static str,
    /// Replaces the host of the environment, for example by a proxy or the simulator. `https:`, or `http:` on
    /// the loopback.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub base_url: Option<String>,
    /// The version of the API; `v20250224` by default. `v20111101` is sent in `Accept`, every other one as it is
    /// in `Accept-Version`.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "'v20250224' | 'v20111101' | (string & {})")
    )]
    pub version: String,
}

impl MxConfig {
    /// Reads and checks a configuration.
    pub fn read(reader: Reader) -> Result<MxConfig, Refusal> {
        reader.only(&["environment", "baseUrl", "version"])?;
        let version = reader.get("version");
        let version = version
            .optional(|field| path_segment(field, "must be a version, such as v20250224"))?;
        let environment = reader.get("environment");
        Ok(MxConfig {
            environment: match environment.value().as_text() {
                Some("integration") => "int-api",
                Some("production") => "api",
                _ => return Err(environment.invalid("must be integration or production")),
            },
            base_url: reader.get("baseUrl").optional(|url| base_url(*url))?,
            version: version.unwrap_or(VERSION).to_owned(),
        })
    }

    /// A request with the host's key.
    pub fn request(&self, method: &'static str, path: &[&str], body: Option<Value>) -> Request {
        let mut url = match &self.base_url {
            Some(base) => base.clone(),
            None => String::from_iter(["https://", self.environment, ".mx.com"]),
        };
        for part in path {
            url.push('/');
            url.push_str(part);
        }
        let literal = |name, value: &str| Header::Literal {
            name,
            value: value.to_owned(),
        };
        let mut headers = vec![Header::Secret {
            name: "authorization",
            slot: BASIC,
        }];
        if self.version == "v20111101" {
            headers.push(literal("accept", "application/vnd.mx.api.v1+json"));
        } else {
            headers.push(literal("accept", "application/json"));
            headers.push(literal("accept-version", &self.version));
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
            timeout: TIMEOUT_MS,
            once: false,
        }
    }
}
