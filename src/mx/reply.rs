//! The replies of MX. Errors have no schema, and their messages are never interpreted.

use crate::failure::ErrorCode;
use crate::http::Response;
use crate::json::Value;

use super::challenge::{has_challenges, is_same_round};
use super::status::{Class, classify, ended_code, error_code};

/// The meaning of one status.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A job is running.
    Working,
    /// The status says that a job is running, and the body that none is: it may be about to start.
    Idle,
    /// The bank asks.
    Challenged {
        /// `challenges` as they came.
        challenges: Value,
        /// Whether the body says that the bank refused the last answers.
        refused: bool,
    },
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
    Refused(Refused),
    /// The reply says nothing usable.
    Unclear,
}

impl Reply {
    /// Interprets the reply to a status request, whose body the caller has parsed. REJECTED with challenges asks again,
    /// unless they are those that were `answered`.
    pub fn judge(response: &Response, body: &Value, answered: &Value) -> Reply {
        if let Some(refused) = refusal(response) {
            return Reply::Refused(refused);
        }
        let member = body.get("member");
        if !is_success(response.status) || member.entries().is_empty() {
            return Reply::Unclear;
        }
        let running = member.get("is_being_aggregated");
        let (name, class) = classify(member.get("connection_status"));
        let challenges = member.get("challenges");
        let asks = match class {
            Class::Challenged => true,
            Class::Ended(ErrorCode::AnswerRefused) => !is_same_round(challenges, answered),
            _ => false,
        };
        match class {
            _ if asks && has_challenges(challenges) => Reply::Challenged {
                challenges: challenges.clone(),
                refused: class != Class::Challenged,
            },
            Class::Challenged => Reply::ChallengesMissing,
            Class::Redirect => Reply::Redirect,
            Class::Working if *running == Value::Bool(false) => Reply::Idle,
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
    pub fn challenges(response: &Response, body: &Value) -> Reply {
        let listed = [body.get("challenges"), body.get("member").get("challenges")];
        let payload = listed.into_iter().find(|payload| has_challenges(payload));
        match (refusal(response), payload) {
            (Some(refused), _) => Reply::Refused(refused),
            (None, Some(payload)) if is_success(response.status) => Reply::Challenged {
                challenges: payload.clone(),
                refused: false,
            },
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
    /// The products of `dataRequest` that failed when the member was created, if some did. The list is empty if MX
    /// does not name them.
    #[tsify(type = "string[] | null")]
    failed_products: Value,
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
    result.set("failedProducts", Value::Null);
    result
}

/// Any 2xx is a success: the specification, the pages and the API disagree on which one.
pub fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// Why MX refused a call: our code, and the `type` of its error if it is one of [`LATER`].
pub type Refused = (ErrorCode, Option<&'static str>);

/// Types that a third party's copy of MX's page lists under 400 (a guess). They do not come from the request.
const LATER: &[&str] = &[
    "institution_maintenance_error",
    "institution_unavailable_error",
];

/// The meaning of a reply that refuses a call. It is `None` for a success, and if MX may have received the call.
pub fn refusal(response: &Response) -> Option<Refused> {
    let code = match response.status {
        0 | 300..400 => ErrorCode::Redirected,
        401 | 403 => ErrorCode::Unauthorized,
        429 => ErrorCode::Busy,
        409 => ErrorCode::ConcurrentSession,
        408 => return None,
        400..500 => ErrorCode::RequestRefused,
        _ => return None,
    };
    let body = response.json();
    let kind = body.get("error").get("type").as_text();
    let later = LATER.iter().find(|later| kind == Some(later)).copied();
    Some((later.map_or(code, |_| ErrorCode::Busy), later))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, body: &str) -> Response<'_> {
        Response {
            status,
            retry_after: None,
            body: body.as_bytes(),
        }
    }

    #[test]
    fn the_status_of_a_refusal_decides() {
        for (status, code) in [
            (0, Some(ErrorCode::Redirected)),
            (200, None),
            (302, Some(ErrorCode::Redirected)),
            (400, Some(ErrorCode::RequestRefused)),
            (401, Some(ErrorCode::Unauthorized)),
            (403, Some(ErrorCode::Unauthorized)),
            (404, Some(ErrorCode::RequestRefused)),
            (408, None),
            (409, Some(ErrorCode::ConcurrentSession)),
            (429, Some(ErrorCode::Busy)),
            (500, None),
        ] {
            let refused = refusal(&response(status, ""));
            assert_eq!(refused.map(|(code, _)| code), code, "{status}");
        }
    }

    #[test]
    fn challenges_count_only_with_a_success() {
        let listed = r#"{"challenges":[{"guid":"CRD-1"}]}"#;
        let meaning = |status, body| {
            let response = response(status, body);
            Reply::challenges(&response, &response.json())
        };
        assert!(matches!(meaning(200, listed), Reply::Challenged { .. }));
        assert!(matches!(meaning(404, listed), Reply::Refused(_)));
        assert_eq!(meaning(503, listed), Reply::Unclear);
        assert_eq!(meaning(204, ""), Reply::Working);
        assert_eq!(meaning(200, "{}"), Reply::Unclear);
    }
}
