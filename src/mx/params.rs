//! The parameters of a member, checked before anything is sent.

use crate::failure::Refusal;
use crate::http::{is_path_segment, return_url};
use crate::json::{self, Check, Reader, Value};

/// The parameters of a member. `memberGuid` and `job` start a job. `memberGuid` and `credentials` replace the
/// member's credentials. `memberGuid` and `isOauth` open the bank's window, in which the member signs in again.
/// `memberGuid` alone follows a member whose job runs or that is CHALLENGED. `institutionCode` creates a new member;
/// without `credentials`, the flow asks for them first.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct MemberParams {
    /// The user's guid, `USR-…`, or your own id of the user.
    pub user_guid: String,
    /// The member's guid, `MBR-…`, or your own id of the member. Without it a new member is created.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub member_guid: Option<String>,
    /// The job to start, as MX's path names it. For a new member it is the job to start if MX creates the member and
    /// starts none; by default the job of its products (a guess by their names), else `aggregate`.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(
            optional,
            type = "'aggregate' | 'check_balance' | 'extend_history' | 'fetch_rewards' | 'fetch_statements' | 'identify' | 'verify' | (string & {})"
        )
    )]
    pub job: Option<String>,
    /// The institution code of a new member.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub institution_code: Option<String>,
    /// The products to request for a new member, as MX names them.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(
            optional,
            type = "{ products: ('account_verification' | 'identity_verification' | 'investments' | 'rewards' | 'statements' | 'transaction_history' | 'transactions' | (string & {}))[] }"
        )
    )]
    pub data_request: Value,
    /// Whether the member signs in on the bank's site; `false` by default. With `memberGuid`, the flow starts with the
    /// bank's window.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub is_oauth: bool,
    /// The input of the person: a value for each credential of the institution, by its guid (`CRD-…`). Without it, a new
    /// member starts with a round of the kind `credentials`, unless `signIn` is `never`.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "{ guid: string; value: string }[]")
    )]
    pub credentials: Value,
    /// How the person answers MFA and signs in again: in the host's form (the default), or in MX's widget, which the
    /// step `redirect` opens. If MX says that a member uses OAuth, it signs in again in the bank's window in any case.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'form' | 'widget'"))]
    pub presentation: String,
    /// Whether the widget is the page of a mobile WebView; `false` by default. It then sends its messages as addresses of
    /// `uiMessageWebviewUrlScheme`, or else of MX's default scheme, `mx`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub is_mobile_webview: bool,
    /// What the flow does if only signing in helps. `ask` (the default) asks the person in this flow. `never` ends the
    /// flow with its failure: no person is present, or you ask in another way.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'ask' | 'never'"))]
    pub sign_in: String,
    /// Where MX redirects the browser after the bank's window, with `referralSource: 'APP'`. `https:`, or `http:` on the
    /// loopback.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub client_redirect_url: String,
    /// Where the bank's window is opened: in a browser (MX's default), or in a mobile app. MX's pages warn that `APP`
    /// breaks OAuth in browsers.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "'BROWSER' | 'APP' | (string & {})")
    )]
    pub referral_source: String,
    /// The scheme with which MX returns to your app after the bank's window, with `referralSource: 'APP'`. With
    /// `isMobileWebview`, also the scheme of the widget's messages.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub ui_message_webview_url_scheme: String,
    /// Whether the bank's window may open the bank's app; `true` by default at MX.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub enable_app2app: bool,
    /// Whether MX starts no aggregation after the bank's window; `false` by default.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub skip_aggregation: bool,
}

/// The check of each parameter.
const PARAMS: &[(&str, Check)] = &[
    ("userGuid", user_id),
    ("memberGuid", member_id),
    ("job", job),
    ("institutionCode", institution_code),
    ("dataRequest", data_request),
    ("isOauth", json::bool),
    ("credentials", credentials),
    ("presentation", presentation),
    ("isMobileWebview", json::bool),
    ("signIn", sign_in),
    ("clientRedirectUrl", client_redirect_url),
    ("referralSource", referral_source),
    ("uiMessageWebviewUrlScheme", url_scheme),
    ("enableApp2app", json::bool),
    ("skipAggregation", json::bool),
];

/// The parameters of the bank's window, and MX's names.
#[rustfmt::skip]
pub const WINDOW_PARAMS: &[(&str, &str)] = &[
    ("clientRedirectUrl",         "client_redirect_url"),
    ("referralSource",            "referral_source"),
    ("uiMessageWebviewUrlScheme", "ui_message_webview_url_scheme"),
    ("enableApp2app",             "enable_app2app"),
    ("skipAggregation",           "skip_aggregation"),
];

/// Schemes that run a script or show a document, instead of returning to an app.
const UNSAFE_SCHEMES: &[&str] = &["javascript", "data", "vbscript", "blob", "file"];

/// Checks each parameter.
pub fn check(params: Reader) -> Result<(), Refusal> {
    params.each(PARAMS)?;
    user_id(&params.get("userGuid"))
}

/// Checks the parameters of a new flow against each other.
pub fn check_combination(params: Reader) -> Result<(), Refusal> {
    let has = |name| !params.get(name).is_null();
    let (exists, signs_in) = (has("memberGuid"), has("credentials"));
    let is_oauth = *params.get("isOauth").value() == Value::Bool(true);
    let never = params.get("signIn").value().as_text() == Some("never");
    let in_widget = params.get("presentation").value().as_text() == Some("widget");
    #[rustfmt::skip]
    let rules = [
        ("memberGuid",      !exists && !has("institutionCode"),  "is required, unless institutionCode is given"),
        ("institutionCode", exists && has("institutionCode"),    "cannot be combined with memberGuid"),
        ("dataRequest",     exists && has("dataRequest"),        "cannot be combined with memberGuid"),
        ("job",             has("job") && exists && signs_in,    "cannot be combined with memberGuid and credentials"),
        ("job",             has("job") && is_oauth,              "cannot be combined with isOauth"),
        ("credentials",     is_oauth && signs_in,                "cannot be combined with isOauth"),
        ("isMobileWebview", has("isMobileWebview") && !in_widget, "requires the presentation widget"),
        ("signIn",          is_oauth && never,                   "cannot be never with isOauth"),
        ("credentials",     !(exists || is_oauth || signs_in) && never, "is required for a new member if signIn is never"),
    ];
    for (name, is_wrong, expected) in rules {
        if is_wrong {
            return Err(params.get(name).invalid(expected));
        }
    }
    for (name, _) in WINDOW_PARAMS {
        if has(name) && (signs_in || !exists && !is_oauth) {
            let expected =
                "requires isOauth or memberGuid, and cannot be combined with credentials";
            return Err(params.get(name).invalid(expected));
        }
    }
    Ok(())
}

fn user_id(field: &Reader) -> Result<(), Refusal> {
    id(
        field,
        "MBR-",
        "must be a user guid, or an id of letters, digits, - and _",
    )
}

/// Checks the guid of a member, or the host's own id of it.
pub fn member_id(field: &Reader) -> Result<(), Refusal> {
    id(
        field,
        "USR-",
        "must be a member guid, or an id of letters, digits, - and _",
    )
}

/// Checks the guid of a member that somebody else than the host names.
pub fn member_guid(field: &Reader) -> Result<(), Refusal> {
    guid(field, "MBR-", "must be a member guid: MBR-…")
}

fn job(field: &Reader) -> Result<(), Refusal> {
    path_segment(field, "must be a job of MX, such as aggregate").map(drop)
}

fn institution_code(field: &Reader) -> Result<(), Refusal> {
    path_segment(field, "must be an institution code, such as mxbank").map(drop)
}

fn data_request(field: &Reader) -> Result<(), Refusal> {
    field.only(&["products"])?;
    let products = field.get("products");
    let items = products.value().items();
    if items.is_empty() {
        return Err(products.invalid("must be a non-empty array of products, such as transactions"));
    }
    for (index, item) in items.iter().enumerate() {
        let index = json::decimal(index as u64);
        path_segment(
            &products.item(&index, item),
            "must be a product of MX, such as transactions",
        )?;
    }
    Ok(())
}

fn presentation(field: &Reader) -> Result<(), Refusal> {
    json::one_of(field, &["form", "widget"], "must be form or widget")
}

/// Whether the flow may ask the person to sign in.
fn sign_in(field: &Reader) -> Result<(), Refusal> {
    json::one_of(field, &["ask", "never"], "must be ask or never")
}

fn client_redirect_url(field: &Reader) -> Result<(), Refusal> {
    return_url(field).map(drop)
}

fn referral_source(field: &Reader) -> Result<(), Refusal> {
    path_segment(field, "must be BROWSER, APP or another word of MX").map(drop)
}

/// A scheme without its colon (RFC 3986).
fn url_scheme(field: &Reader) -> Result<(), Refusal> {
    let text = field.value().as_text().unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let is_scheme = text.len() <= 64
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(is_plain);
    let mut is_safe = true;
    for scheme in UNSAFE_SCHEMES {
        is_safe &= !scheme.eq_ignore_ascii_case(text);
    }
    match is_scheme && is_safe {
        true => Ok(()),
        false => Err(field.invalid("must be a URL scheme of an app, such as myapp")),
    }
}

fn credentials(field: &Reader) -> Result<(), Refusal> {
    let items = field.value().items();
    if items.is_empty() {
        return Err(field.invalid("must be a non-empty array of guids and values"));
    }
    for (position, item) in items.iter().enumerate() {
        let index = json::decimal(position as u64);
        let item = field.item(&index, item);
        item.only(&["guid", "value"])?;
        let credential = item.get("guid");
        guid(&credential, "CRD-", "must be a credential guid: CRD-…")?;
        let mut earlier = items.iter().take(position);
        if earlier.any(|other| other.get("guid") == credential.value()) {
            return Err(credential.invalid("must occur once"));
        }
        item.get("value").text()?;
    }
    Ok(())
}

/// Checks a guid of MX or an id of the host's own. A guid of something else is refused.
fn id(field: &Reader, other: &str, expected: &'static str) -> Result<(), Refusal> {
    match path_segment(field, expected)?.starts_with(other) {
        true => Err(field.invalid(expected)),
        false => Ok(()),
    }
}

/// Checks a guid of MX, such as `MBR-84ca0882-ad6c-4f10-817f-c8c0de7424fa`: its prefix, and that the rest is
/// safe in a path.
fn guid(field: &Reader, prefix: &str, expected: &'static str) -> Result<(), Refusal> {
    let text = field.value().as_text().unwrap_or_default();
    match text.strip_prefix(prefix) {
        Some(rest) if is_path_segment(rest) => Ok(()),
        _ => Err(field.invalid(expected)),
    }
}

/// Checks a text that goes to MX as it is, and is safe as one segment of a path.
pub fn path_segment<'v>(
    field: &Reader<'v, '_>,
    expected: &'static str,
) -> Result<&'v str, Refusal> {
    match field.value().as_text() {
        Some(text) if is_path_segment(text) => Ok(text),
        _ => Err(field.invalid(expected)),
    }
}
