//! The parameters of a reconnect and of a first link.

use crate::failure::Refusal;
use crate::flinks::params::{guid, language};
use crate::http::is_path_segment;
use crate::json::{self, Check, Reader, Value};

/// The parameters of a reconnect, in addition to the parameters of Connect.
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct ReconnectParams {
    /// The LoginId, a GUID.
    pub login_id: String,
    /// How the person answers MFA: in the host's form, or in Connect, mid-session (the default).
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'form' | 'iframe'"))]
    pub presentation: String,
    /// Whether to call AuthorizeAsync; `false` by default.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "boolean"),
        serde(rename = "async")
    )]
    pub is_async: bool,
    /// The maximum age of LastRefresh, in milliseconds. If the data is newer, the flow ends without contacting
    /// the bank, which does not prove that the connection works. By default the bank is always contacted.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "number"))]
    pub max_age: u64,
}

/// The parameters of Connect in the middle of a session, which is opened by RequestId.
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct MidSessionParams {
    /// Whether the address has a fresh authorize token from the start; `false` by default. Flinks' pages
    /// contradict each other: the page on authentication says that the address needs one, and the page on
    /// reconnect prints it without. In either case, a page that refuses its token, or the lack of one, is opened
    /// once more with a fresh token. That a fresh token helps there is a guess.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub mid_session_token: bool,
    /// The ids of the accounts that the person chose before, as in `accountIds` of a result. Connect then shows
    /// no account selector and names these accounts. That the address lists them with commas is a guess: if
    /// Flinks wants another format, pass `resumeSelectedAccounts` in `parameters`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "readonly string[]"))]
    pub resume_selected_accounts: Vec<String>,
}

/// The parameters of a session that waits for MFA, in addition to those of Connect.
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct ResumeParams {
    /// The RequestId of a session that waits for MFA, a GUID. It expires 8 minutes after its last call.
    pub request_id: String,
    /// The LoginId, a GUID, if you know it. Then no other LoginId is accepted.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub login_id: String,
}

/// The parameters of Connect, in a reconnect and in a first link.
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct ConnectParams {
    /// The number of the institution. If given, the person need not search for the bank.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "number"))]
    pub institution_id: Option<u64>,
    /// The language of the page and, in a reconnect, of the prompts; `en` by default.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'en' | 'fr'"))]
    pub language: Option<String>,
    /// A text that Flinks returns with the result. By default it is a random value; if Flinks returns that
    /// value, `ownership` is `tagged`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub tag: Option<String>,
    /// Whether the path starts with `/v2/`; `true` by default. Newer pages of Flinks omit it.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub v2: Option<bool>,
    /// Whether a bank's own sign-in (OAuth) replaces Connect in its window, and opens no window of its own. For banks
    /// that use OAuth, Flinks requires `redirectUrl` in the configuration.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub oauth_window_redirect: Option<bool>,
    /// Whether Connect is shown in a mobile WebView. Its messages then go to `ReactNativeWebView` or to the
    /// handler `flinksEvent`, and not to a parent page.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub webview: Option<bool>,
    /// Other query parameters of Connect, under Flinks' names: `demo`, `theme`, `consentEnable` …
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "Record<string, string | number | boolean>")
    )]
    pub parameters: Value,
}

/// The query parameters of Connect that the flow sets.
const RESERVED: [&str; 9] = [
    "authorizeToken",
    "institution",
    "language",
    "loginId",
    "oauthWindowRedirect",
    "redirectUrl",
    "requestId",
    "tag",
    "webview",
];

/// The check of each parameter. `state` is the host's random value for `tag` and the redirect.
pub const PARAMS: &[(&str, Check)] = &[
    ("loginId", guid),
    ("presentation", presentation),
    ("async", json::bool),
    ("maxAge", json::uint),
    ("midSessionToken", json::bool),
    ("resumeSelectedAccounts", selected_accounts),
    ("requestId", guid),
    ("institutionId", json::uint),
    ("language", language),
    ("tag", json::text),
    ("v2", json::bool),
    ("oauthWindowRedirect", json::bool),
    ("webview", json::bool),
    ("parameters", parameters),
    ("state", json::text),
];

/// The parameters that a reconnect does not accept.
pub const NOT_RECONNECT: &[&str] = &["requestId"];

/// The parameters that a resumed session does not accept.
pub const NOT_RESUME: &[&str] = &["presentation", "async", "maxAge"];

/// The parameters that a first link does not accept.
pub const NOT_FIRST_LINK: &[&str] = &[
    "loginId",
    "requestId",
    "presentation",
    "async",
    "maxAge",
    "midSessionToken",
    "resumeSelectedAccounts",
];

/// The maximum number of account ids. A guess: no person has more accounts at one bank.
const MAX_ACCOUNTS: usize = 256;

/// A list of account ids. Flinks' own are GUIDs; any id that is safe in an address passes.
pub fn account_ids(field: &Reader) -> Result<(), Refusal> {
    let Value::List(ids) = field.value() else {
        return Err(field.invalid("must be an array of account ids"));
    };
    if ids.len() > MAX_ACCOUNTS {
        return Err(field.invalid("has too many account ids"));
    }
    for (index, id) in ids.iter().enumerate() {
        if !id.as_text().is_some_and(is_path_segment) {
            let index = json::decimal(index as u64);
            let expected = "must be an account id of letters, digits, hyphens and underscores";
            return Err(field.item(&index, id).invalid(expected));
        }
    }
    Ok(())
}

fn selected_accounts(field: &Reader) -> Result<(), Refusal> {
    account_ids(field)?;
    match field.value().items() {
        [] => Err(field.invalid("must not be empty")),
        _ => Ok(()),
    }
}

fn presentation(field: &Reader) -> Result<(), Refusal> {
    json::one_of(field, &["form", "iframe"], "must be form or iframe")
}

fn parameters(field: &Reader) -> Result<(), Refusal> {
    if !matches!(field.value(), Value::Object(_)) {
        return Err(field.invalid("must be an object"));
    }
    for (name, value) in field.value().entries() {
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let field = field.get(name);
        if !is_plain || RESERVED.iter().any(|word| word.eq_ignore_ascii_case(name)) {
            return Err(field.invalid("is a reserved or malformed parameter name"));
        }
        if !matches!(value, Value::Text(_) | Value::Number(_) | Value::Bool(_)) {
            return Err(field.invalid("must be a string, a number or a boolean"));
        }
    }
    Ok(())
}
