//! What Authorize is asked to do, checked before anything is sent.

use crate::failure::Refusal;
use crate::json::{self, Check, Reader, Value};

use super::Guid;

/// What Authorize is asked to do. Either a LoginId, or username, password and institution.
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
}

/// What each parameter must be like.
const PARAMS: &[(&str, Check)] = &[
    ("loginId", guid),
    ("mostRecentCached", json::bool),
    ("username", json::text),
    ("password", json::text),
    ("institution", json::text),
    ("language", language),
    ("save", json::bool),
    ("tag", json::text),
    ("async", json::bool),
];

/// Parameters, checked, without username and password.
#[derive(Default)]
pub struct Params {
    /// The LoginId.
    pub login_id: Option<Guid>,
    /// Cached, and not live.
    pub cached: bool,
    /// By AuthorizeAsync.
    pub is_async: bool,
    /// All of them as they were given, but for username and password: a snapshot keeps them, and reads
    /// them again.
    pub given: Value,
}

impl Params {
    /// Reads parameters.
    pub fn read(reader: Reader) -> Result<Params, Refusal> {
        reader.each(PARAMS)?;
        let login_id = reader
            .get("loginId")
            .value()
            .as_text()
            .and_then(Guid::parse);
        let is_async = *reader.get("async").value() == Value::Bool(true);
        let cached = match reader.get("mostRecentCached").value() {
            Value::Bool(cached) => *cached,
            _ => login_id.is_some() && !is_async,
        };
        Ok(Params {
            login_id,
            cached,
            is_async,
            given: reader.value().without(&CREDENTIALS),
        })
    }

    /// Reads the parameters of a start, and checks them against each other.
    pub fn start(reader: Reader) -> Result<Params, Refusal> {
        let params = Params::read(reader)?;
        let [username, password, institution] =
            ["username", "password", "institution"].map(|name| reader.get(name));
        let cached = reader.get("mostRecentCached");
        if params.login_id.is_none() && username.is_null() && password.is_null() {
            let field = reader.get("loginId");
            return Err(field.invalid("must be a GUID, or credentials be given"));
        }
        for field in [username, password, institution] {
            match params.login_id {
                Some(_) if field.is_null() => {}
                Some(_) => return Err(field.invalid("must not stand beside a loginId")),
                None => json::text(&field)?,
            }
        }
        if params.cached && params.login_id.is_none() {
            return Err(cached.invalid("must be false with credentials"));
        }
        if params.cached && params.is_async {
            return Err(cached.invalid("must be false with AuthorizeAsync"));
        }
        Ok(params)
    }
}

const CREDENTIALS: [&str; 2] = ["username", "password"];

/// A GUID.
pub fn guid(field: &Reader) -> Result<(), Refusal> {
    Guid::read(*field).map(drop)
}

/// One of the two languages.
pub fn language(field: &Reader) -> Result<(), Refusal> {
    match field.value().as_text() {
        Some("en" | "fr") => Ok(()),
        _ => Err(field.invalid("must be en or fr")),
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
