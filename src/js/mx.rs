//! MX's requests and judgements as pairs.

use wasm_bindgen::prelude::*;

use crate::challenge::{Answers, Challenge};
use crate::failure::{Code, Failure, Refusal};
use crate::http::{Request, Response};
use crate::json::{Reader, Value};
use crate::mx::challenge::{answered, challenges, raw_answered};
use crate::mx::member::Member;
use crate::mx::reply::Reply;

use super::flow::{parse, refuse};
use super::output::{Output, object, to_js};

/// A reply of MX, judged.
#[derive(tsify::Tsify)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum MxReply {
    /// Ask again, in three seconds.
    Working,
    /// The bank asks. Without challenges here, they have to be asked for.
    Challenged {
        /// The challenges as a form.
        challenges: Vec<Challenge>,
        /// The challenges as they came, as JSON text; `resumeRequest` needs them. Empty where they have to
        /// be asked for.
        asked: String,
    },
    /// The person has to sign in at the bank's own site.
    Redirect,
    /// Connected, and no job runs. If that is not certain, believe it on the second reply in a row.
    Connected {
        /// The member.
        #[tsify(type = "MxConnected")]
        result: Value,
        /// Whether the reply says that no job runs.
        certain: bool,
    },
    /// It has ended. If it is not certain, believe it on the second reply in a row.
    Failed {
        /// Why, and what to do next.
        failure: Failure,
        /// Whether it is of this job for certain.
        certain: bool,
    },
    /// Nothing can be told from it.
    Unclear,
}

impl Output for MxReply {
    fn output(self) -> Value {
        match self {
            MxReply::Working => object! { "kind": "working" },
            MxReply::Challenged { challenges, asked } => {
                object! { "kind": "challenged", "challenges": challenges, "asked": asked }
            }
            MxReply::Redirect => object! { "kind": "redirect" },
            MxReply::Connected { result, certain } => {
                object! { "kind": "connected", "result": result, "certain": certain }
            }
            MxReply::Failed { failure, certain } => {
                object! { "kind": "failed", "failure": failure, "certain": certain }
            }
            MxReply::Unclear => object! { "kind": "unclear" },
        }
    }
}

/// A validated request.
#[wasm_bindgen(js_name = mxRequest, unchecked_return_type = "Request")]
pub fn request(
    #[wasm_bindgen(unchecked_param_type = "'start' | 'status' | 'challenges' | 'window'")]
    call: &str,
    params: &str,
    config: &str,
) -> Result<JsValue, JsValue> {
    let (member, credentials) = member(params, config)?;
    if call != "start" && !member.exists() {
        return Err(refuse(Refusal::input(
            "/params/memberGuid".to_owned(),
            "must be given",
        )));
    }
    Ok(to_js(match call {
        "status" => member.status(),
        "challenges" => member.challenges(),
        "window" => member.window(),
        _ => member.begin(&credentials),
    }))
}

fn member(params: &str, config: &str) -> Result<(Member, Value), JsValue> {
    let (params, config) = (parse("params", params)?, parse("config", config)?);
    Member::start(
        Reader::new("params", &params),
        Reader::new("config", &config),
    )
    .map_err(refuse)
}

/// The validated request that answers a round.
#[wasm_bindgen(js_name = mxResumeRequest, unchecked_return_type = "Request")]
pub fn resume_request(
    params: &str,
    asked: &str,
    answers: &str,
    raw: bool,
    config: &str,
) -> Result<JsValue, JsValue> {
    let (member, _) = member(params, config)?;
    let (asked, answers) = (parse("asked", asked)?, parse("answers", answers)?);
    let request = resume(&member, &asked, &answers, raw).map_err(refuse)?;
    Ok(to_js(request))
}

fn resume(member: &Member, asked: &Value, answers: &Value, raw: bool) -> Result<Request, Refusal> {
    if !member.exists() {
        return Err(Refusal::input(
            "/params/memberGuid".to_owned(),
            "must be given",
        ));
    }
    if raw {
        return Ok(member.resume(raw_answered(answers)?));
    }
    let checked = Answers::check(&challenges(asked, 1), answers)?;
    Ok(member.resume(answered(asked, &checked)))
}

/// Judges the reply to a status request.
#[wasm_bindgen(js_name = mxStatusResponse, unchecked_return_type = "MxReply")]
pub fn status_response(status: u16, body: &[u8]) -> JsValue {
    judged(status, Reply::judge(&response(status, body)))
}

/// Judges the reply to a challenges request.
#[wasm_bindgen(js_name = mxChallengesResponse, unchecked_return_type = "MxReply")]
pub fn challenges_response(status: u16, body: &[u8]) -> JsValue {
    judged(status, Reply::challenges(&response(status, body)))
}

fn response(status: u16, body: &[u8]) -> Response<'_> {
    Response {
        status,
        retry_after: None,
        body,
    }
}

fn judged(status: u16, reply: Reply) -> JsValue {
    let failed = |code: Code, vendor_code, certain| MxReply::Failed {
        failure: Failure {
            vendor_code,
            status: Some(status),
            ..code.into()
        },
        certain,
    };
    to_js(match reply {
        Reply::Working => MxReply::Working,
        Reply::Challenged(asked) => MxReply::Challenged {
            challenges: challenges(&asked, 1),
            asked: asked.print(),
        },
        Reply::ChallengedSomehow => MxReply::Challenged {
            challenges: Vec::new(),
            asked: String::new(),
        },
        Reply::Redirect => MxReply::Redirect,
        Reply::Connected { result, certain } => MxReply::Connected { result, certain },
        Reply::Ended {
            code,
            vendor_code,
            certain,
        } => failed(code, vendor_code, certain),
        Reply::Refused(code) => failed(code, None, true),
        Reply::Unclear => MxReply::Unclear,
    })
}
