//! The parameters of Authorize, checked before anything is sent.

use crate::failure::Refusal;
use crate::json::{self, Check, Reader, Value};

use super::guid::Guid;

/// The parameters of Authorize: either `loginId`, or `username`, `password` and `institution`. With `institution` alone,
/// the flow starts with a round of the kind `credentials`.
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct AuthorizeParams {
    /// The LoginId, a GUID.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub login_id: Option<Guid>,
    /// `true` (cached) does not contact the bank, so that no MFA can come; the default with a LoginId. `false`
    /// (live) contacts the bank; the default with credentials, and the only mode they have.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub most_recent_cached: bool,
    /// The username at the bank.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub username: Option<String>,
    /// The password at the bank.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub password: Option<String>,
    /// The name of the institution. Required without `loginId`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub institution: Option<String>,
    /// The language of the prompts; `en` by default.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'en' | 'fr'"))]
    pub language: Option<String>,
    /// Whether Flinks keeps data and credentials after the request; `true` by default.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub save: Option<bool>,
    /// A text that Flinks returns with the result.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub tag: Option<String>,
    /// What the flow does if the username and password are missing or refused. `ask` (the default) asks the person in
    /// this flow. `never` ends the flow with its failure. With a `loginId` the flow never asks.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'ask' | 'never'"))]
    pub sign_in: Option<String>,
    /// Whether to call AuthorizeAsync, which is always live and replies 202 until the bank has answered. Flinks
    /// must have activated it (`authorizeAsync` in the configuration); `false` by default.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "boolean"),
        serde(rename = "async")
    )]
    pub is_async: bool,
}

/// The check of each parameter.
const PARAMS: &[(&str, Check)] = &[
    ("loginId", guid),
    ("mostRecentCached", json::bool),
    ("username", json::text),
    ("password", json::text),
    ("institution", json::text),
    ("language", language),
    ("save", json::bool),
    ("tag", json::text),
    ("signIn", sign_in),
    ("async", json::bool),
];

/// Checked parameters without username and password.
#[derive(Clone, Default)]
pub struct Params {
    /// The LoginId.
    pub login_id: Option<Guid>,
    /// Whether the mode is cached.
    pub cached: bool,
    /// Whether to call AuthorizeAsync.
    pub is_async: bool,
    /// The parameters as the host gave them, without username and password, for a snapshot.
    pub json: Value,
}

impl Params {
    /// Reads parameters.
    pub fn read(reader: Reader) -> Result<Params, Refusal> {
        reader.each(PARAMS)?;
        let value = reader.value();
        let login_id = value.get("loginId").as_text().and_then(Guid::parse);
        let is_async = *value.get("async") == Value::Bool(true);
        let cached = match value.get("mostRecentCached") {
            Value::Bool(cached) => *cached,
            _ => login_id.is_some() && !is_async,
        };
        Ok(Params {
            login_id,
            cached,
            is_async,
            json: value.without(&["username", "password"]),
        })
    }

    /// Whether the flow asks for username and password if they are missing or refused. With a LoginId, Connect changes
    /// them.
    pub fn may_ask(&self) -> bool {
        self.login_id.is_none() && self.json.get("signIn").as_text() != Some("never")
    }

    /// Reads the parameters of a start, and checks them against each other.
    pub fn start(reader: Reader) -> Result<Params, Refusal> {
        let params = Params::read(reader)?;
        let cached = reader.get("mostRecentCached");
        let has = |name| !reader.get(name).is_null();
        let has_none = params.login_id.is_none() && !has("username") && !has("password");
        if has_none && !(params.may_ask() && has("institution")) {
            let field = reader.get("loginId");
            let expected = "is required, unless institution is given (with username and password if signIn is never)";
            return Err(field.invalid(expected));
        }
        for name in ["username", "password", "institution"] {
            let field = reader.get(name);
            match params.login_id {
                Some(_) if field.is_null() => {}
                Some(_) => return Err(field.invalid("cannot be combined with loginId")),
                None if has_none && field.is_null() => {}
                None => json::text(&field)?,
            }
        }
        if params.cached && params.login_id.is_none() {
            return Err(cached.invalid("must be false without loginId"));
        }
        if params.cached && params.is_async {
            return Err(cached.invalid("must be false if async is true"));
        }
        Ok(params)
    }
}

/// Checks a GUID.
pub fn guid(field: &Reader) -> Result<(), Refusal> {
    Guid::read(*field).map(drop)
}

fn sign_in(field: &Reader) -> Result<(), Refusal> {
    json::one_of(field, &["ask", "never"], "must be ask or never")
}

/// Checks a language.
pub fn language(field: &Reader) -> Result<(), Refusal> {
    json::one_of(field, &["en", "fr"], "must be en or fr")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_that_are_wrong_or_contradict_each_other_are_refused_by_path() {
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
            (r#"{"password":"p","institution":"i"}"#, "/params/username"),
            (r#"{"institution":""}"#, "/params/institution"),
            (r#"{"institution":"i","signIn":"never"}"#, "/params/loginId"),
            (r#"{"institution":"i","signIn":true}"#, "/params/signIn"),
            (
                r#"{"institution":"i","mostRecentCached":true}"#,
                "/params/mostRecentCached",
            ),
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
            let value = Value::parse(params.as_bytes()).unwrap();
            let refusal = Params::start(Reader::new("params", &value)).err().unwrap();
            assert_eq!(refusal.path.as_deref(), Some(path), "{params}");
        }
    }
}
