//! The configuration of Flinks, the slots of its secrets, and the request that all its services share.

use crate::failure::Refusal;
use crate::http::{Header, Request, base_url};
use crate::json::{Reader, Value};

use super::guid::Guid;
use super::redirect::{deep_links, redirect_url};

/// The slot of the authorize token: one token per session, minted by GenerateAuthorizeToken, never the
/// secret key. A customer from before October 2024 may have none; then the header is left out.
pub const AUTHORIZE_TOKEN: &str = "FlinksAuthorizeToken";

/// The slot of the secret key, which only mints authorize tokens.
pub const SECRET_KEY: &str = "FlinksSecretKey";

/// The slot of the header `x-api-key`.
pub const API_KEY: &str = "FlinksApiKey";

/// The slot of the header `Authorization: Bearer …`.
pub const BEARER: &str = "FlinksBearer";

/// The timeout of a request that the bank works on: a synchronous call can run for 210 seconds before it
/// becomes a 202.
pub const SYNCHRONOUS_TIMEOUT_MS: u32 = 240_000;
const TIMEOUT_MS: u32 = 30_000;

/// The Flinks customer and the addresses to call.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct FlinksConfig {
    /// The instance, which is the first label of the host name: `toolbox` for the public sandbox.
    pub instance: String,
    /// The customerId, a GUID.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
    pub customer_id: Guid,
    /// Replaces `https://{instance}-api.private.fin.ag`, for example by a proxy or the simulator. `https:`, or
    /// `http:` on the loopback.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub base_url: Option<String>,
    /// Whether Flinks has activated AuthorizeAsync for this customer; `false` by default. With AuthorizeAsync a
    /// flow can ask for the outcome of a lost submission. No page documents that for Authorize.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub authorize_async: bool,
    /// Replaces `https://{instance}-iframe.private.fin.ag`, the address of Connect. `https:`, or `http:` on the
    /// loopback.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub connect_url: Option<String>,
    /// The address that Connect redirects the person to, if it is opened as a whole page. Flinks requires it for banks
    /// that use OAuth. `https:`, `http:` on the loopback, or one of `deepLinks`. Its query cannot have `error`,
    /// `institution`, `loginId` or `state`, which Connect and the flow add.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub redirect_url: Option<String>,
    /// The deep links of your app that `redirectUrl` may be, such as `myapp://connected`: each a whole URL with a
    /// scheme of your own.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "readonly string[]"))]
    pub deep_links: Vec<String>,
}

impl FlinksConfig {
    /// Reads and checks a configuration.
    pub fn read(reader: Reader) -> Result<FlinksConfig, Refusal> {
        reader.only(&[
            "instance",
            "customerId",
            "baseUrl",
            "authorizeAsync",
            "connectUrl",
            "redirectUrl",
            "deepLinks",
        ])?;
        let deep_links = deep_links(reader.get("deepLinks"))?;
        let authorize_async = reader.get("authorizeAsync").optional_bool()?;
        Ok(FlinksConfig {
            instance: instance(reader.get("instance"))?,
            customer_id: Guid::read(reader.get("customerId"))?,
            base_url: reader.get("baseUrl").optional(|url| base_url(*url))?,
            authorize_async: authorize_async.unwrap_or(false),
            connect_url: reader.get("connectUrl").optional(|url| base_url(*url))?,
            redirect_url: reader
                .get("redirectUrl")
                .optional(|url| redirect_url(url, &deep_links))?,
            deep_links,
        })
    }

    /// The base address of Connect.
    pub fn connect_base(&self) -> String {
        self.base(&self.connect_url, "-iframe")
    }

    fn base(&self, configured: &Option<String>, host_suffix: &str) -> String {
        match configured {
            Some(base) => base.clone(),
            None => String::from_iter(["https://", &self.instance, host_suffix, ".private.fin.ag"]),
        }
    }

    /// A POST to a service, under the authorize token of the session.
    pub fn post(&self, service: &str, body: &Value) -> Request {
        let key = ("flinks-auth-key", AUTHORIZE_TOKEN);
        self.request("POST", service, key, Some(body))
    }

    /// A request to a service. `key` is the name of the header with the key, and the slot of the key.
    pub fn request(
        &self,
        method: &'static str,
        service: &str,
        (name, slot): (&'static str, &'static str),
        body: Option<&Value>,
    ) -> Request {
        let mut url = self.base(&self.base_url, "-api");
        for part in [
            "/v3/",
            self.customer_id.text(),
            "/BankingServices/",
            service,
        ] {
            url.push_str(part);
        }
        let json = |name| Header::Literal {
            name,
            value: "application/json".to_owned(),
        };
        let mut headers = Vec::new();
        if body.is_some() {
            headers.push(json("content-type"));
        }
        headers.push(json("accept"));
        headers.push(Header::Secret { name, slot });
        Request {
            method,
            url,
            headers,
            body: body.map(Value::print),
            session: 1,
            timeout: TIMEOUT_MS,
            once: false,
        }
    }
}

/// A DNS label. Anything else could send a token to another host.
fn instance(reader: Reader) -> Result<String, Refusal> {
    let text = reader.text()?;
    let is_valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let has_hyphen_outside = text.starts_with('-') || text.ends_with('-');
    if text.len() > 50 || !text.bytes().all(is_valid) || has_hyphen_outside {
        return Err(
            reader.invalid("must be the first label of a Flinks host name, such as toolbox")
        );
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTOMER: &str = r#""customerId":"43387ca6-0391-4c82-857d-70d95f087ecb""#;

    fn read(config: &str) -> Result<FlinksConfig, Refusal> {
        let config = Value::parse(config.as_bytes()).unwrap();
        FlinksConfig::read(Reader::new("config", &config))
    }

    #[test]
    fn a_configuration_that_could_send_a_token_to_another_host_is_refused() {
        for (config, path) in [
            (format!("{{{CUSTOMER}}}"), "/config/instance"),
            (
                format!(r#"{{"instance":"evil.example/",{CUSTOMER}}}"#),
                "/config/instance",
            ),
            (
                format!(r#"{{"instance":"Toolbox",{CUSTOMER}}}"#),
                "/config/instance",
            ),
            (
                format!(r#"{{"instance":"-toolbox",{CUSTOMER}}}"#),
                "/config/instance",
            ),
            (
                format!(r#"{{"instance":"toolbox-",{CUSTOMER}}}"#),
                "/config/instance",
            ),
            (
                format!(r#"{{"instance":"{}",{CUSTOMER}}}"#, "a".repeat(51)),
                "/config/instance",
            ),
            (r#"{"instance":"toolbox"}"#.to_owned(), "/config/customerId"),
            (
                r#"{"instance":"toolbox","customerId":"../.."}"#.to_owned(),
                "/config/customerId",
            ),
        ] {
            let refusal = read(&config).unwrap_err();
            assert_eq!(refusal.path.as_deref(), Some(path), "{config}");
        }
        for instance in ["tool-box-2", &"a".repeat(50)] {
            let config = format!(r#"{{"instance":"{instance}",{CUSTOMER}}}"#);
            assert!(read(&config).is_ok(), "{instance}");
        }
    }

    #[test]
    fn a_base_url_must_be_https_or_on_the_loopback() {
        let url = |base: &str| {
            let config = format!(r#"{{"instance":"toolbox",{CUSTOMER},"baseUrl":{base:?}}}"#);
            read(&config).map(|config| config.post("Authorize", &Value::Null).url)
        };
        for base in [
            "https://proxy.example",
            "https://proxy.example/flinks/",
            "http://localhost:8788",
            "http://127.0.0.1:1/s/1",
            "http://[::1]:8788",
        ] {
            let expected = format!("{}/v3/", base.trim_end_matches('/'));
            assert!(url(base).unwrap().starts_with(&expected), "{base}");
        }
        for base in [
            "http://proxy.example",
            "proxy.example",
            "https://",
            "https:///x",
            "https://a@b",
            "https://a?b",
            "https://a#b",
            "https://a b",
            "https://a\\b",
            "http://localhost.evil.example",
            "http://localhost8788",
            "http://localhost:8788.evil.example",
            "http://127.0.0.1@evil.example",
            "javascript:alert(1)",
        ] {
            let refusal = url(base).unwrap_err();
            assert_eq!(refusal.path.as_deref(), Some("/config/baseUrl"), "{base}");
        }
    }
}
