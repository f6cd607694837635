//! The replies of MX. Errors have no schema, and their messages are never interpreted.

use crate::failure::ErrorCode;
use crate::http::Response;
use crate::json::Value;

use super::challenge::has_challenges;
use super::status::{Class, classify, ended_code, error_code};

/// The meaning of one status.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A job is running or will run.
    Working,
    /// The bank asks these challenges, unchanged from the body.
    Challenged(Value),
    /// The bank asks, but the challenges are not in the body.
    ChallengesMissing,
    /// The person has to sign in on the bank's site.
    Redirect,
    /// The member is connected and no job is running.
    Connected {
        /// The result of the flow.
        result: Value,
        /// Whether the body says that no job is running. Newer versions of the API do not say it.
        certain: bool,
    },
    /// The job has failed and no job is running.
    Ended {
        /// The error code of this library.
        code: ErrorCode,
        /// MX's error code, or the name of the status.
        vendor_code: Option<String>,
        /// Whether the body has an error code. Without an error code the status can be that of the previous job.
        certain: bool,
    },
    /// The call was refused.
    Refused(ErrorCode),
    /// The reply says nothing usable.
    Unclear,
}

impl Reply {
    /// Interprets the reply to a status request.
    pub fn judge(response: &Response) -> Reply {
        if let Some(code) = refusal(response.status) {
            return Reply::Refused(code);
        }
        let body = response.json();
        let member = body.get("member");
        if !is_success(response.status) || member.entries().is_empty() {
            return Reply::Unclear;
        }
        let running = member.get("is_being_aggregated");
        let (name, class) = classify(member.get("connection_status"));
        match class {
            Class::Challenged if has_challenges(member.get("challenges")) => {
                Reply::Challenged(member.get("challenges").clone())
            }
            Class::Challenged => Reply::ChallengesMissing,
            Class::Redirect => Reply::Redirect,
            Class::Working => Reply::Working,
            _ if *running == Value::Bool(true) => Reply::Working,
            Class::Connected => Reply::Connected {
                result: connected(member),
                certain: *running == Value::Bool(false),
            },
            Class::Ended(code) => {
                let error = error_code(member.get("error"));
                Reply::Ended {
                    code: ended_code(code, error.as_deref()),
                    certain: error.is_some(),
                    vendor_code: error.or_else(|| (!name.is_empty()).then(|| name.to_owned())),
                }
            }
        }
    }

    /// Interprets the reply to a challenges request. It is 204 if the member is no longer challenged.
    pub fn challenges(response: &Response) -> Reply {
        let body = response.json();
        let listed = [body.get("challenges"), body.get("member").get("challenges")];
        let payload = listed.into_iter().find(|payload| has_challenges(payload));
        match (refusal(response.status), payload) {
            (Some(code), _) => Reply::Refused(code),
            (None, Some(payload)) if is_success(response.status) => {
                Reply::Challenged(payload.clone())
            }
            (None, _) if response.status == 204 => Reply::Working,
            _ => Reply::Unclear,
        }
    }
}

/// A connected member.
#[cfg(target_arch = "wasm32")]
#[derive(tsify::Tsify)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub struct MxConnected {
    /// The guid of the member: `MBR-…`.
    #[tsify(type = "string | null")]
    member_guid: Value,
    /// The connection_status: `CONNECTED`.
    #[tsify(type = "string | number | null")]
    connection_status: Value,
    /// When MX last aggregated the member: ISO 8601.
    #[tsify(type = "string | null")]
    aggregated_at: Value,
    /// When MX last aggregated the member successfully: ISO 8601.
    #[tsify(type = "string | null")]
    successfully_aggregated_at: Value,
}

/// The result of a flow: the member, and how fresh its data is.
fn connected(member: &Value) -> Value {
    let mut result = Value::object();
    for (name, mx_name) in [
        ("memberGuid", "guid"),
        ("connectionStatus", "connection_status"),
        ("aggregatedAt", "aggregated_at"),
        ("successfullyAggregatedAt", "successfully_aggregated_at"),
    ] {
        result.set(name, member.get(mx_name).clone());
    }
    result
}

/// Any 2xx is a success: the specification, the pages and the API disagree on which one.
pub fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// The meaning of an HTTP status that refuses a call. `None` for a success, or if MX may have received the call.
pub fn refusal(status: u16) -> Option<ErrorCode> {
    match status {
        0 | 300..400 => Some(ErrorCode::Redirected),
        401 | 403 => Some(ErrorCode::Unauthorized),
        429 => Some(ErrorCode::Busy),
        408 => None,
        409 => Some(ErrorCode::ConcurrentSession),
        400..500 => Some(ErrorCode::RequestRefused),
        _ => None,
    }
}
