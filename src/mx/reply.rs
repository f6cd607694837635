//! What MX's replies say. There is no schema for errors, and a message is never branched on.

use crate::failure::ErrorCode;
use crate::http::Response;
use crate::json::Value;

use super::challenge::is_asked;
use super::status::{Class, by_error, error_code, status};

/// The status of a member, judged by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A job runs, or will.
    Working,
    /// The bank asks: `challenges` as they came.
    Challenged(Value),
    /// The bank asks, and the body does not say what.
    ChallengedSomehow,
    /// The person has to sign in at the bank's own site.
    Redirect,
    /// Connected, and no job runs.
    Connected {
        /// What came of it.
        result: Value,
        /// The body says so; slimmer ones leave out whether a job runs.
        certain: bool,
    },
    /// It has ended, and no job runs. Certain, or perhaps left over from before the job.
    Ended {
        /// Our code.
        code: ErrorCode,
        /// MX's error code, or the name of the status.
        vendor_code: Option<String>,
        /// An error code came with it, so that it is of this job.
        certain: bool,
    },
    /// The call was refused.
    Refused(ErrorCode),
    /// Nothing can be told from it.
    Unclear,
}

impl Reply {
    /// Judges the reply to a status call.
    pub fn judge(response: &Response) -> Reply {
        if let Some(code) = refused(response.status) {
            return Reply::Refused(code);
        }
        let body = response.json();
        let member = body.get("member");
        if !is_ok(response.status) || member.entries().is_empty() {
            return Reply::Unclear;
        }
        let running = member.get("is_being_aggregated");
        let (name, class) = status(member.get("connection_status"));
        match class {
            Class::Asks if is_asked(member.get("challenges")) => {
                Reply::Challenged(member.get("challenges").clone())
            }
            Class::Asks => Reply::ChallengedSomehow,
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
                    code: by_error(code, error.as_deref()),
                    certain: error.is_some(),
                    vendor_code: error.or_else(|| (!name.is_empty()).then(|| name.to_owned())),
                }
            }
        }
    }

    /// Judges the reply to a challenges call: 204 where none are asked any more.
    pub fn challenges(response: &Response) -> Reply {
        let body = response.json();
        let listed = [body.get("challenges"), body.get("member").get("challenges")];
        let asked = listed.into_iter().find(|asked| is_asked(asked));
        match (refused(response.status), asked) {
            (Some(code), _) => Reply::Refused(code),
            (None, Some(asked)) if is_ok(response.status) => Reply::Challenged(asked.clone()),
            (None, _) if response.status == 204 => Reply::Working,
            _ => Reply::Unclear,
        }
    }
}

/// A member that is connected.
#[cfg(target_arch = "wasm32")]
#[derive(tsify::Tsify)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub struct MxConnected {
    /// Its guid.
    #[tsify(type = "string | null")]
    member_guid: Value,
    /// `CONNECTED`.
    #[tsify(type = "string | number | null")]
    connection_status: Value,
    /// When it was last aggregated: ISO 8601.
    #[tsify(type = "string | null")]
    aggregated_at: Value,
    /// When that last came to a good end: ISO 8601.
    #[tsify(type = "string | null")]
    successfully_aggregated_at: Value,
}

/// What came of a flow: the member, and how fresh it is.
fn connected(member: &Value) -> Value {
    let mut result = Value::object();
    for (ours, theirs) in [
        ("memberGuid", "guid"),
        ("connectionStatus", "connection_status"),
        ("aggregatedAt", "aggregated_at"),
        ("successfullyAggregatedAt", "successfully_aggregated_at"),
    ] {
        result.set(ours, member.get(theirs).clone());
    }
    result
}

/// Any 2xx is success: the specification, the pages and the API differ on which.
pub fn is_ok(status: u16) -> bool {
    (200..300).contains(&status)
}

/// What a status refuses; `None` where it does not, or where MX may have heard the call all the same.
pub fn refused(status: u16) -> Option<ErrorCode> {
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
