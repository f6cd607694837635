//! MX's member calls.

use wasm_bindgen::prelude::*;

use crate::challenge::{Answers, Challenge};
use crate::failure::{ErrorCode, Failure, Refusal};
use crate::http::Request;
use crate::json::{Reader, Value, object};
use crate::mx::challenge::{challenges, raw_resume_challenges, resume_challenges};
use crate::mx::reply::Reply;
use crate::mx::requests::MemberRequests;

use super::{failure, is_answerable, reply};
use crate::js::input::parse;
use crate::js::output::{refuse, to_js};

/// The meaning of a reply of MX.
#[derive(tsify::Tsify)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
#[allow(dead_code)]
pub enum MxReply {
    /// MX is still working. Poll again, not before 3,000 ms have passed.
    Working,
    /// The bank asks for answers. If `challenges` is empty, send a challenges request to get them.
    Challenged {
        /// The challenges as a form.
        challenges: Vec<Challenge>,
        /// The challenges as JSON text, for `resumeRequest`. An empty string if `challenges` is empty.
        challenges_json: String,
        /// Whether the bank refused the last answers.
        refused: bool,
    },
    /// The person must sign in on the bank's site. Send a window request to get its address.
    Redirect,
    /// The member is connected, and no job runs. If this is not certain, accept it only from two replies in a
    /// row.
    Connected {
        /// The member.
        #[tsify(type = "MxConnected")]
        result: Value,
        /// Whether the reply itself says that no job runs.
        certain: bool,
    },
    /// The job has failed. If this is not certain, accept it only from two replies in a row.
    Failed {
        /// Why, and what to do next. Its `retryAt` is null.
        failure: Failure,
        /// Whether the failure certainly belongs to this job, and not to an earlier one.
        certain: bool,
    },
    /// The reply says nothing usable.
    Unclear,
}

/// Makes a request.
#[wasm_bindgen(js_name = mxRequest, unchecked_return_type = "Request")]
pub fn request(
    #[wasm_bindgen(unchecked_param_type = "'start' | 'status' | 'challenges' | 'window'")]
    call: &str,
    params: &str,
    config: &str,
) -> Result<JsValue, JsValue> {
    let (member, credentials) = member(params, config, call != "start")?;
    Ok(to_js(match call {
        "status" => member.status(),
        "challenges" => member.challenges(),
        "window" => member.window(),
        _ => member.start_request(&credentials),
    }))
}

fn member(params: &str, config: &str, exists: bool) -> Result<(MemberRequests, Value), JsValue> {
    let (params, config) = (parse("params", params)?, parse("config", config)?);
    let params = Reader::new("params", &params);
    let started = MemberRequests::start(params, Reader::new("config", &config)).map_err(refuse)?;
    if exists {
        params.get("memberGuid").text().map_err(refuse)?;
    } else if started.0.asks_first(&started.1) {
        let credentials = params.get("credentials");
        return Err(refuse(credentials.invalid("is required without a flow")));
    }
    Ok(started)
}

/// Makes the request that submits the answers of a round.
#[wasm_bindgen(js_name = mxResumeRequest, unchecked_return_type = "Request")]
pub fn resume_request(
    params: &str,
    challenges_json: &str,
    answers: &str,
    raw: bool,
    config: &str,
) -> Result<JsValue, JsValue> {
    let (member, _) = member(params, config, true)?;
    let payload = parse("challengesJson", challenges_json)?;
    let answers = parse("answers", answers)?;
    let request = resume(&member, &payload, &answers, raw).map_err(refuse)?;
    Ok(to_js(request))
}

fn resume(
    member: &MemberRequests,
    payload: &Value,
    answers: &Value,
    raw: bool,
) -> Result<Request, Refusal> {
    let round = challenges(payload, 1);
    if round.is_empty() {
        let payload = Reader::new("challengesJson", payload);
        return Err(payload.invalid("must be the challengesJson of a reply"));
    }
    if raw {
        return Ok(member.resume(raw_resume_challenges(payload, answers)?));
    }
    let checked = Answers::check(&round, answers)?;
    Ok(member.resume(resume_challenges(payload, &checked)))
}

/// Interprets the reply to a status request, or to a challenges request.
#[wasm_bindgen(js_name = mxResponse, unchecked_return_type = "MxReply")]
pub fn response(are_challenges: bool, status: u16, body: &[u8]) -> JsValue {
    let response = reply(status, body);
    let body = response.json();
    let judged = if are_challenges {
        Reply::challenges(&response, &body)
    } else {
        Reply::judge(&response, &body, &Value::Null)
    };
    let challenged = |payload: &Value, json: String, refused: bool| {
        object! {
            "kind": "challenged",
            "challenges": challenges(payload, 1),
            "challengesJson": json,
            "refused": refused,
        }
    };
    let failed = |code: ErrorCode, vendor_code, certain| {
        object! {
            "kind": "failed",
            "failure": failure(code, vendor_code, status),
            "certain": certain,
        }
    };
    to_js(match judged {
        Reply::Working | Reply::Idle => object! { "kind": "working" },
        Reply::Challenged {
            challenges: payload,
            ..
        } if !is_answerable(&challenges(&payload, 1)) => {
            failed(ErrorCode::ChallengeUnanswerable, None, true)
        }
        Reply::Challenged {
            challenges,
            refused,
        } => challenged(&challenges, challenges.print(), refused),
        Reply::ChallengesMissing => challenged(&Value::Null, String::new(), false),
        Reply::Redirect => object! { "kind": "redirect" },
        Reply::Connected { result, certain } => {
            object! { "kind": "connected", "result": result, "certain": certain }
        }
        Reply::Ended {
            code,
            vendor_code,
            certain,
        } => failed(code, vendor_code, certain),
        Reply::Refused((code, vendor_code)) => failed(code, vendor_code.map(str::to_owned), true),
        Reply::Unclear => object! { "kind": "unclear" },
    })
}
