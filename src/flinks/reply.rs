//! The replies of Authorize and AuthorizeAsync.

use crate::failure::ErrorCode;
use crate::http::Response;
use crate::json::{MAX_SAFE, Value, object};

use super::challenge::has_challenges;
use super::codes::{Meaning, flinks_code, meaning, status_meaning};
use super::guid::Guid;
use super::time::with_zone;

/// The meaning of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// 200 or 201: the session is authorized.
    Authorized(Authorized),
    /// 202: poll with this RequestId.
    Pending(Guid),
    /// 203, or a 401 with new challenges: the newest RequestId, SecurityChallenges as they came, and
    /// whether an answer was refused.
    Challenged(Guid, Value, bool),
    /// The session has failed, with the FlinksCode if there is one.
    Failed(ErrorCode, Option<String>),
    /// Neither success nor failure: HTML, an empty body, or a body without the fields of its status.
    Unclear,
}

/// An authorized session.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct Authorized {
    /// The RequestId for the data calls. It expires after 30 minutes, by Flinks' documents.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
    pub request_id: Guid,
    /// The LoginId. Keep it on your server, never in a page.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub login_id: Option<Guid>,
    /// The name of the institution.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub institution: Option<String>,
    /// The number of the institution.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number | null"))]
    pub institution_id: Option<u64>,
    /// When Flinks last fetched data from the bank: ISO 8601 in UTC. Flinks leaves the `Z` out; it is added
    /// here.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub last_refresh: Option<String>,
    /// Whether Flinks refreshes this connection every night.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "boolean | null"))]
    pub scheduled_refresh: Option<bool>,
    /// The tag of the start, if Flinks returned it.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub tag: Option<String>,
}

impl Authorized {
    /// `Login.Username` is a credential, so it is left out.
    fn read(body: &Value, request_id: Guid) -> Authorized {
        let login = body.get("Login");
        let text = |value: &Value| value.as_text().map(str::to_owned);
        Authorized {
            request_id,
            login_id: login.get("Id").as_text().and_then(Guid::parse),
            institution: text(body.get("Institution"))
                .or_else(|| text(body.get("InstitutionName"))),
            institution_id: match body.get("InstitutionId") {
                Value::Number(digits) | Value::Text(digits) => {
                    digits.parse().ok().filter(|id| *id < MAX_SAFE)
                }
                _ => None,
            },
            last_refresh: login.get("LastRefresh").as_text().and_then(with_zone),
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
        object! {
            "requestId": &authorized.request_id,
            "loginId": authorized.login_id.as_ref(),
            "institution": authorized.institution.as_deref(),
            "institutionId": authorized.institution_id.map(Value::number),
            "lastRefresh": authorized.last_refresh.as_deref(),
            "scheduledRefresh": authorized.scheduled_refresh,
            "tag": authorized.tag.as_deref(),
        }
    }
}

impl Reply {
    /// Interprets a reply. `known` is the RequestId of the request, if it had one; a newer RequestId in the body replaces it.
    pub fn judge(response: &Response, known: Option<&Guid>) -> Reply {
        let status = response.status;
        if status == 0 || (300..400).contains(&status) {
            return Reply::Failed(ErrorCode::Redirected, None);
        }
        let body = response.json();
        let newest = body.get("RequestId").as_text().and_then(Guid::parse);
        let request_id = newest.as_ref().or(known);
        let payload = body.get("SecurityChallenges");
        let code = flinks_code(&body);

        // A final refusal may repeat the challenges.
        let may_ask_again = matches!(code, None | Some("INVALID_SECURITY_RESPONSE"));
        if (status == 203 || (may_ask_again && matches!(status, 400..=499)))
            && has_challenges(payload)
        {
            let refused = status != 203 || code.is_some();
            return match request_id {
                Some(id) => Reply::Challenged(id.clone(), payload.clone(), refused),
                None => Reply::Unclear,
            };
        }
        match (code.and_then(meaning), status, request_id) {
            (Some(Meaning::Failed(failed)), ..) => {
                let failed = match known {
                    _ if code != Some("UNAUTHORIZED") => failed,
                    Some(_) => ErrorCode::SessionRefused,
                    None => ErrorCode::AccessRefused,
                };
                Reply::Failed(failed, code.map(str::to_owned))
            }
            (Some(Meaning::Working), _, Some(id)) => Reply::Pending(id.clone()),
            (Some(Meaning::Authorized), _, Some(id)) => {
                Reply::Authorized(Authorized::read(&body, id.clone()))
            }
            (None, 200 | 201, _) => match newest {
                Some(id) if code.is_none() && !has_challenges(payload) => {
                    Reply::Authorized(Authorized::read(&body, id))
                }
                _ => Reply::Unclear,
            },
            (None, 202, Some(id)) => Reply::Pending(id.clone()),
            (None, ..) => match status_meaning(status, code.is_some()) {
                Some(failed) => Reply::Failed(failed, code.map(str::to_owned)),
                None => Reply::Unclear,
            },
            _ => Reply::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "9022abc2-8a2e-4b06-a06e-c3e5449c4d10";
    const CHALLENGES: &str =
        r#""SecurityChallenges":[{"Type":"QuestionAndAnswer","Prompt":"City?"}]"#;

    fn judge(status: u16, body: &str) -> Reply {
        let known = Guid::parse("00000000-0000-0000-0000-000000000000");
        let response = Response {
            status,
            retry_after: None,
            body: body.as_bytes(),
        };
        Reply::judge(&response, known.as_ref())
    }

    fn with_id(rest: &str) -> String {
        ["{\"RequestId\":\"", ID, "\",", rest, "}"].concat()
    }

    #[test]
    fn a_203_is_a_challenge_although_it_is_a_2xx() {
        let Reply::Challenged(id, payload, refused) = judge(203, &with_id(CHALLENGES)) else {
            panic!()
        };
        assert_eq!((id.text(), payload.items().len(), refused), (ID, 1, false));
    }

    #[test]
    fn challenges_with_a_status_or_a_code_of_a_refusal_ask_again() {
        let code = [CHALLENGES, r#","FlinksCode":"INVALID_SECURITY_RESPONSE""#].concat();
        for (status, body) in [(401, &*code), (401, CHALLENGES), (203, &*code)] {
            let reply = judge(status, &with_id(body));
            assert!(matches!(reply, Reply::Challenged(_, _, true)), "{status}");
        }
    }

    #[test]
    fn a_final_refusal_that_repeats_the_challenges_fails() {
        for code in ["INVALID_SECURITY_RESPONSE_NO_RETRY", "DISABLED_LOGIN"] {
            let body = with_id(&format!(r#"{CHALLENGES},"FlinksCode":"{code}""#));
            assert!(matches!(judge(401, &body), Reply::Failed(..)), "{code}");
        }
    }

    #[test]
    fn a_200_with_an_unknown_code_is_unclear() {
        let body = with_id(r#""FlinksCode":"SOMETHING_NEW","Login":{}"#);
        assert_eq!(judge(200, &body), Reply::Unclear);
    }

    #[test]
    fn a_byte_order_mark_is_ignored() {
        let body = ["\u{feff}", &with_id(r#""Login":{}"#)].concat();
        assert!(matches!(judge(200, &body), Reply::Authorized(_)));
    }

    #[test]
    fn an_institution_id_is_a_number_below_2_53_or_its_digits() {
        for (sent, read) in [
            ("14", Some(14)),
            (r#""14""#, Some(14)),
            (r#""x""#, None),
            ("9007199254740991", Some(9_007_199_254_740_991)),
            ("9007199254740992", None),
            ("9007199254740993", None),
        ] {
            let Reply::Authorized(authorized) =
                judge(200, &with_id(&format!(r#""InstitutionId":{sent}"#)))
            else {
                panic!()
            };
            assert_eq!(authorized.institution_id, read, "{sent}");
        }
    }

    #[test]
    fn the_http_status_decides_and_not_the_status_in_the_body() {
        let body = with_id(r#""HttpStatusCode":"NonAuthoritativeInformation","Login":{}"#);
        assert!(matches!(judge(200, &body), Reply::Authorized(_)));
        let body = with_id(r#""HttpStatusCode":200,"Login":{}"#);
        assert!(matches!(judge(202, &body), Reply::Pending(_)));
    }

    #[test]
    fn an_unreadable_or_incomplete_200_is_unclear() {
        for body in [
            "",
            "<!DOCTYPE html><html></html>",
            "{}",
            "[]",
            "null",
            r#"{"Login":{"Id":"x"}}"#,
            r#"{"RequestId":"not a guid","Login":{}}"#,
            &with_id(CHALLENGES),
        ] {
            assert_eq!(judge(200, body), Reply::Unclear, "{body}");
        }
    }

    #[test]
    fn a_203_without_challenges_is_unclear() {
        for body in ["{}", &with_id(r#""SecurityChallenges":[]"#), "<html>"] {
            assert_eq!(judge(203, body), Reply::Unclear, "{body}");
        }
    }

    #[test]
    fn a_203_without_a_request_id_keeps_the_known_one() {
        let body = ["{", CHALLENGES, "}"].concat();
        assert!(matches!(judge(203, &body), Reply::Challenged(..)));
    }

    #[test]
    fn the_flinks_code_decides_before_the_status() {
        for status in [400, 401, 500] {
            let reply = judge(status, r#"{"FlinksCode":"OPERATION_PENDING"}"#);
            assert!(matches!(reply, Reply::Pending(_)), "{status}");
            let reply = judge(status, r#"{"FlinksCode":"DISABLED_LOGIN"}"#);
            assert!(
                matches!(reply, Reply::Failed(ErrorCode::LoginDisabled, _)),
                "{status}"
            );
        }
    }

    #[test]
    fn a_server_error_without_a_code_is_unclear() {
        for status in [500, 502, 503, 504, 408] {
            assert_eq!(judge(status, "<html>"), Reply::Unclear, "{status}");
        }
    }

    #[test]
    fn names_are_read_in_any_casing() {
        let body = r#"{"requestId":"9022ABC2-8a2e-4b06-a06e-c3e5449c4d10",
            "login":{"id":"5e115eac-1209-4f19-641c-08d6d484e2fe","isScheduledRefresh":true}}"#;
        let Reply::Authorized(authorized) = judge(200, body) else {
            panic!()
        };
        assert_eq!(authorized.scheduled_refresh, Some(true));
        assert!(authorized.login_id.is_some());
    }

    #[test]
    fn status_0_is_a_redirect_that_the_browser_hides() {
        for status in [0, 301, 302, 307] {
            assert_eq!(
                judge(status, ""),
                Reply::Failed(ErrorCode::Redirected, None)
            );
        }
    }
}
