//! The parameters of a member, checked before anything is sent.

use crate::failure::Refusal;
use crate::http::is_path_segment;
use crate::json::{self, Check, Reader, Value};

/// The parameters of a member. `memberGuid` and `job` start a job. `memberGuid` and `credentials` sign the
/// member in again. `memberGuid` alone continues a member that is running or CHALLENGED. `institutionCode`
/// creates a new member.
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
    /// Whether a new member signs in on the bank's site; `false` by default.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub is_oauth: bool,
    /// The input of the person: a value for each credential of the institution, by its guid (`CRD-…`).
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "{ guid: string; value: string }[]")
    )]
    pub credentials: Value,
    /// How the person answers MFA: in the host's form (the default), or in MX's widget, which the step
    /// `redirect` opens.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'form' | 'widget'"))]
    pub presentation: String,
    /// What the flow does if only signing in helps. `ask` (the default) asks the person in this flow. `never` ends the
    /// flow with its failure: no person is present, or you ask in another way.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "'ask' | 'never'"))]
    pub sign_in: String,
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
    ("signIn", sign_in),
];

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
    #[rustfmt::skip]
    let rules = [
        ("memberGuid",      !exists && !has("institutionCode"),  "is required, unless institutionCode is given"),
        ("institutionCode", exists && has("institutionCode"),    "cannot be combined with memberGuid"),
        ("isOauth",         exists && is_oauth,                  "cannot be combined with memberGuid"),
        ("dataRequest",     exists && has("dataRequest"),        "cannot be combined with memberGuid"),
        ("job",             has("job") && exists && signs_in,    "cannot be combined with memberGuid and credentials"),
        ("job",             has("job") && is_oauth,              "cannot be combined with isOauth"),
        ("credentials",     !exists && is_oauth == signs_in,     "is required for a new member, and cannot be combined with isOauth"),
    ];
    match rules.iter().find(|(_, is_wrong, _)| *is_wrong) {
        Some((name, _, expected)) => Err(params.get(name).invalid(expected)),
        None => Ok(()),
    }
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

fn credentials(field: &Reader) -> Result<(), Refusal> {
    let items = field.value().items();
    if items.is_empty() {
        return Err(field.invalid("must be a non-empty array of guids and values"));
    }
    for (index, item) in items.iter().enumerate() {
        let index = json::decimal(index as u64);
        let item = field.item(&index, item);
        item.only(&["guid", "value"])?;
        let credential = item.get("guid");
        guid(&credential, "CRD-", "must be a credential guid: CRD-…")?;
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
