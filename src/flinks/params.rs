//! What Authorize is asked to do, checked before anything is sent.

use crate::failure::Refusal;
use crate::json::{Reader, Value};

use super::Guid;

/// What Authorize is asked to do. Either a LoginId, or username, password and institution.
#[derive(Default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct AuthorizeParams {
    /// The LoginId, a GUID.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub login_id: Option<Guid>,
    /// `true`, the default with a LoginId: no bank is contacted, and no MFA can come. `false`: live,
    /// the default and the only mode with credentials.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub most_recent_cached: bool,
    /// The username at the bank.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub username: Option<String>,
    /// The password at the bank.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub password: Option<String>,
    /// The institution, with credentials.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub institution: Option<String>,
    /// The language of the prompts; `en` by default.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'en' | 'fr'"))]
    pub language: Option<String>,
    /// Whether Flinks keeps data and credentials after the request; `true` by default.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub save: Option<bool>,
    /// A text of yours that Flinks echoes.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub tag: Option<String>,
    /// By AuthorizeAsync, which must be activated (`authorizeAsync` in the configuration): live, and Flinks
    /// says 202 until the bank has answered; `false` by default.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "boolean"),
        serde(rename = "async")
    )]
    pub is_async: bool,
    /// All of these as they were given, but for username and password: a snapshot keeps them, and reads them
    /// again.
    #[cfg_attr(target_arch = "wasm32", serde(skip))]
    pub given: Value,
}

impl AuthorizeParams {
    /// Reads parameters.
    pub fn read(reader: Reader) -> Result<AuthorizeParams, Refusal> {
        reader.only(&[
            "loginId",
            "mostRecentCached",
            "username",
            "password",
            "institution",
            "language",
            "save",
            "tag",
            "async",
        ])?;
        let text = |name| reader.get(name).optional_text();
        let cached = reader.get("mostRecentCached");
        let login_id = reader.get("loginId").optional(|field| Guid::read(*field))?;
        let is_async = reader.get("async").optional_bool()?.unwrap_or(false);
        let mut given = reader.value().clone();
        if let Value::Object(entries) = &mut given {
            entries.retain(|(name, _)| name != "username" && name != "password");
        }
        Ok(AuthorizeParams {
            most_recent_cached: cached
                .optional_bool()?
                .unwrap_or(login_id.is_some() && !is_async),
            login_id,
            is_async,
            username: text("username")?,
            password: text("password")?,
            institution: text("institution")?,
            language: reader.get("language").optional(language)?,
            save: reader.get("save").optional_bool()?,
            tag: text("tag")?,
            given,
        })
    }

    /// Reads the parameters of a start, and checks them against each other.
    pub fn start(reader: Reader) -> Result<AuthorizeParams, Refusal> {
        let params = AuthorizeParams::read(reader)?;
        let cached = reader.get("mostRecentCached");
        if params.login_id.is_some() {
            for name in ["username", "password", "institution"] {
                if !reader.get(name).is_null() {
                    return Err(reader.get(name).invalid("must not stand beside a loginId"));
                }
            }
        } else {
            if reader.get("username").is_null() && reader.get("password").is_null() {
                return Err(reader
                    .get("loginId")
                    .invalid("must be a GUID, or credentials be given"));
            }
            for name in ["username", "password", "institution"] {
                reader.get(name).text()?;
            }
            if params.most_recent_cached {
                return Err(cached.invalid("must be false with credentials"));
            }
        }
        if params.is_async && params.most_recent_cached {
            return Err(cached.invalid("must be false with AuthorizeAsync"));
        }
        Ok(params)
    }
}

/// One of the two languages.
pub fn language(reader: &Reader) -> Result<String, Refusal> {
    match reader.text()? {
        language @ ("en" | "fr") => Ok(language.to_owned()),
        _ => Err(reader.invalid("must be en or fr")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flinks::pair::authorize_request;
    use crate::http::Request;
    use crate::json::Value;

    const CONFIG: &str =
        r#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb"}"#;
    const LOGIN_ID: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#;

    fn begin(params: &str, config: &str) -> Result<Request, Refusal> {
        let params = Value::parse(params.as_bytes()).unwrap();
        let config = Value::parse(config.as_bytes()).unwrap();
        authorize_request(
            Reader::new("params", &params),
            Reader::new("config", &config),
        )
    }

    #[test]
    fn names_are_written_as_the_reference_prints_them() {
        let params = r#"{"username":"u","password":"p","institution":"FlinksCapital",
            "language":"fr","save":false,"tag":"t"}"#;
        let wire = concat!(
            r#"{"MostRecentCached":false,"Username":"u","Password":"p","#,
            r#""Institution":"FlinksCapital","Language":"fr","Save":false,"Tag":"t"}"#
        );
        assert_eq!(begin(params, CONFIG).unwrap().body.as_deref(), Some(wire));
    }

    #[test]
    fn a_login_id_is_cached_unless_it_is_said_otherwise() {
        let request = begin(LOGIN_ID, CONFIG).unwrap();
        assert!(request.body.unwrap().contains(r#""MostRecentCached":true"#));
        assert!(!request.once);
    }

    #[test]
    fn what_contradicts_itself_is_refused_with_its_path() {
        for (params, path) in [
            ("null", "/params"),
            ("{}", "/params/loginId"),
            (r#"{"loginId":""}"#, "/params/loginId"),
            (
                r#"{"loginId":"5e115eac12094f19641c08d6d484e2fe"}"#,
                "/params/loginId",
            ),
            (
                r#"{"loginid":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#,
                "/params/loginid",
            ),
            (
                r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","password":"p"}"#,
                "/params/password",
            ),
            (
                r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","mostRecentCached":"false"}"#,
                "/params/mostRecentCached",
            ),
            (r#"{"username":"u","password":"p"}"#, "/params/institution"),
            (r#"{"username":"u","institution":"i"}"#, "/params/password"),
            (
                r#"{"username":"u","password":"p","institution":"i","mostRecentCached":true}"#,
                "/params/mostRecentCached",
            ),
            (
                r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","language":"de"}"#,
                "/params/language",
            ),
            (
                r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","save":1}"#,
                "/params/save",
            ),
        ] {
            let refusal = begin(params, CONFIG).unwrap_err();
            assert_eq!(refusal.path.as_deref(), Some(path), "{params}");
        }
    }

    #[test]
    fn a_configuration_that_could_send_a_token_elsewhere_is_refused() {
        let customer = r#""customerId":"43387ca6-0391-4c82-857d-70d95f087ecb""#;
        for (config, path) in [
            (format!("{{{customer}}}"), "/config/instance"),
            (
                format!(r#"{{"instance":"evil.example/",{customer}}}"#),
                "/config/instance",
            ),
            (
                format!(r#"{{"instance":"Toolbox",{customer}}}"#),
                "/config/instance",
            ),
            (r#"{"instance":"toolbox"}"#.to_owned(), "/config/customerId"),
            (
                r#"{"instance":"toolbox","customerId":"../.."}"#.to_owned(),
                "/config/customerId",
            ),
        ] {
            let refusal = begin(LOGIN_ID, &config).unwrap_err();
            assert_eq!(refusal.path.as_deref(), Some(path), "{config}");
        }
    }

    #[test]
    fn another_base_is_https_or_on_the_loopback() {
        let url = |base: &str| {
            let config = CONFIG.replace('}', &format!(r#","baseUrl":{base:?}}}"#));
            begin(LOGIN_ID, &config).map(|request| request.url)
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
            assert_eq!(
                url(base).unwrap_err().path.as_deref(),
                Some("/config/baseUrl"),
                "{base}"
            );
        }
    }
}
