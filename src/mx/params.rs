//! The parameters of a member, checked before anything is sent.

use crate::failure::Refusal;
use crate::json::{self, Check, Reader, Value};

/// The jobs of a member, as in the paths of the API.
const JOBS: [&str; 6] = [
    "aggregate",
    "check_balance",
    "extend_history",
    "fetch_statements",
    "identify",
    "verify",
];

/// The parameters of a member. `memberGuid` and `job` start a job. `memberGuid` and `credentials` sign the
/// member in again. `memberGuid` alone continues a member that is running or CHALLENGED. `institutionCode`
/// creates a new member.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct MemberParams {
    /// The user's guid: `USR-…`.
    pub user_guid: String,
    /// The member's guid: `MBR-…`. Without it a new member is created.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub member_guid: Option<String>,
    /// The job to start.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(
            optional,
            type = "'aggregate' | 'check_balance' | 'extend_history' | 'fetch_statements' | 'identify' | 'verify'"
        )
    )]
    pub job: Option<String>,
    /// The institution code of a new member.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub institution_code: Option<String>,
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
}

/// The check of each parameter.
const PARAMS: &[(&str, Check)] = &[
    ("userGuid", user_guid),
    ("memberGuid", member_guid),
    ("job", job),
    ("institutionCode", institution_code),
    ("isOauth", json::bool),
    ("credentials", credentials),
    ("presentation", presentation),
];

/// Checks each parameter.
pub fn check(params: Reader) -> Result<(), Refusal> {
    params.each(PARAMS)?;
    user_guid(&params.get("userGuid"))
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
        ("job",             has("job") && (!exists || signs_in), "requires memberGuid, and cannot be combined with credentials"),
        ("credentials",     !exists && is_oauth == signs_in,     "is required for a new member, and cannot be combined with isOauth"),
    ];
    match rules.iter().find(|(_, is_wrong, _)| *is_wrong) {
        Some((name, _, expected)) => Err(params.get(name).invalid(expected)),
        None => Ok(()),
    }
}

fn user_guid(field: &Reader) -> Result<(), Refusal> {
    guid(field, "USR-", "must be a user guid: USR-…")
}

/// Checks the guid of a member.
pub fn member_guid(field: &Reader) -> Result<(), Refusal> {
    guid(field, "MBR-", "must be a member guid: MBR-…")
}

fn job(field: &Reader) -> Result<(), Refusal> {
    json::one_of(field, &JOBS, "must be a job of MX, such as aggregate")
}

fn institution_code(field: &Reader) -> Result<(), Refusal> {
    match field.value().as_text() {
        Some(text) if is_path_segment(text) => Ok(()),
        _ => Err(field.invalid("must be an institution code, such as mxbank")),
    }
}

fn presentation(field: &Reader) -> Result<(), Refusal> {
    json::one_of(field, &["form", "widget"], "must be form or widget")
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

/// Checks a guid of MX, such as `MBR-84ca0882-ad6c-4f10-817f-c8c0de7424fa`: its prefix, and that the rest is
/// safe in a path.
fn guid(field: &Reader, prefix: &str, expected: &'static str) -> Result<(), Refusal> {
    let text = field.value().as_text().unwrap_or_default();
    match text.strip_prefix(prefix) {
        Some(rest) if is_path_segment(rest) => Ok(()),
        _ => Err(field.invalid(expected)),
    }
}

/// Whether a text is safe as one segment of a path.
fn is_path_segment(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(is_plain)
}
