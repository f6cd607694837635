//! What a reply of Authorize or AuthorizeAsync says.

use crate::failure::Code;
use crate::http::Response;
use crate::json::Value;

use super::Guid;
use super::challenge::is_asked;
use super::codes::{Meaning, by_status, flinks_code, meaning};

/// A reply, judged.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// 200: the session is authorized.
    Authorized(Authorized),
    /// 202: ask again with this RequestId.
    Pending(Guid),
    /// 203, or a 401 that asks again: the newest RequestId, SecurityChallenges as they came, and
    /// whether an answer was refused.
    Challenged(Guid, Value, bool),
    /// The end, and Flinks' own code where it gave one.
    Failed(Code, Option<String>),
    /// HTML, nothing, a body that lacks what its status promises: neither success nor failure.
    Unclear,
}

/// An authorized session.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct Authorized {
    /// For the data calls: 30 minutes, by Flinks' documents.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
    pub request_id: Guid,
    /// The LoginId: keep it at your back end, and never in a page.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub login_id: Option<Guid>,
    /// The institution, as Flinks names it.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub institution: Option<String>,
    /// The institution's number.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number | null"))]
    pub institution_id: Option<u64>,
    /// When the data was last fetched from the bank: ISO 8601 in UTC. Flinks prints no zone and means
    /// UTC; the `Z` is added here.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub last_refresh: Option<String>,
    /// Whether Flinks refreshes the card every night.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "boolean | null"))]
    pub scheduled_refresh: Option<bool>,
    /// The Tag that was sent with the start, if Flinks echoed it.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub tag: Option<String>,
}

impl Authorized {
    /// `Login.Username` is a credential and stays behind.
    fn read(body: &Value, request_id: Guid) -> Authorized {
        let login = body.get("Login");
        let text = |value: &Value| value.as_text().map(str::to_owned);
        Authorized {
            request_id,
            login_id: login.get("Id").as_text().and_then(Guid::parse),
            institution: text(body.get("Institution"))
                .or_else(|| text(body.get("InstitutionName"))),
            institution_id: match body.get("InstitutionId") {
                Value::Number(digits) | Value::Text(digits) => digits.parse().ok(),
                _ => None,
            },
            last_refresh: text(login.get("LastRefresh")).map(|mut time| {
                if !time.ends_with('Z') {
                    time.push('Z');
                }
                time
            }),
            scheduled_refresh: match login.get("IsScheduledRefresh") {
                Value::Bool(scheduled) => Some(*scheduled),
                _ => None,
            },
            tag: text(body.get("Tag")),
        }
    }
}

impl From<Authorized> for Value {
    fn from(authorized: Authorized) -> Value {
        let Authorized {
            request_id,
            login_id,
            institution,
            institution_id,
            last_refresh,
            scheduled_refresh,
            tag,
        } = authorized;
        Value::object(vec![
            ("requestId", (&request_id).into()),
            ("loginId", login_id.as_ref().into()),
            ("institution", institution.as_deref().into()),
            ("institutionId", institution_id.map(Value::number).into()),
            ("lastRefresh", last_refresh.as_deref().into()),
            ("scheduledRefresh", scheduled_refresh.into()),
            ("tag", tag.as_deref().into()),
        ])
    }
}

impl Reply {
    /// Judges a reply. `known` is the RequestId that the call carried; a newer one in the body wins.
    pub fn judge(response: &Response, known: Option<&Guid>) -> Reply {
        let status = response.status;
        if status == 0 || (300..400).contains(&status) {
            return Reply::Failed(Code::Redirected, None);
        }
        let body = Value::parse(response.body).unwrap_or_default();
        let newest = body.get("RequestId").as_text().and_then(Guid::parse);
        let request_id = newest.as_ref().or(known);
        let asked = body.get("SecurityChallenges");
        let code = body.get("FlinksCode").as_text().and_then(flinks_code);

        if matches!(status, 203 | 400..=499) && is_asked(asked) {
            let refused = status != 203 || code == Some("INVALID_SECURITY_RESPONSE");
            return match request_id {
                Some(id) => Reply::Challenged(id.clone(), asked.clone(), refused),
                None => Reply::Unclear,
            };
        }
        match (code.and_then(meaning), status, request_id) {
            (Some(Meaning::Failed(failed)), ..) => Reply::Failed(failed, code.map(str::to_owned)),
            (Some(Meaning::Working), _, Some(id)) => Reply::Pending(id.clone()),
            (Some(Meaning::Authorized), _, Some(id)) => {
                Reply::Authorized(Authorized::read(&body, id.clone()))
            }
            (None, 200, _) => match newest {
                Some(id) if !is_asked(asked) => Reply::Authorized(Authorized::read(&body, id)),
                _ => Reply::Unclear,
            },
            (None, 202, Some(id)) => Reply::Pending(id.clone()),
            (None, ..) => match by_status(status, code.is_some()) {
                Some(failed) => Reply::Failed(failed, code.map(str::to_owned)),
                None => Reply::Unclear,
            },
            _ => Reply::Unclear,
        }
    }
}
