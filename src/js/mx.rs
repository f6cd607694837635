//! MX's requests and judgements as pairs.

use wasm_bindgen::prelude::*;

use crate::challenge::{Answers, Challenge};
use crate::failure::{ErrorCode, Failure, Refusal};
use crate::http::{Request, Response};
use crate::json::{Reader, Value};
use crate::mx::challenge::{answered, challenges, is_asked, raw_answered};
use crate::mx::member::Member;
use crate::mx::reply::Reply;

use super::input::parse;
use super::output::{object, refuse, to_js};

/// A reply of MX, judged.
#[derive(tsify::Tsify)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
#[allow(dead_code)]
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

/// A validated request.
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
        _ => member.begin(&credentials),
    }))
}

fn member(params: &str, config: &str, exists: bool) -> Result<(Member, Value), JsValue> {
    let (params, config) = (parse("params", params)?, parse("config", config)?);
    let params = Reader::new("params", &params);
    let started = Member::start(params, Reader::new("config", &config)).map_err(refuse)?;
    if exists {
        params.get("memberGuid").text().map_err(refuse)?;
    }
    Ok(started)
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
    let (member, _) = member(params, config, true)?;
    let (asked, answers) = (parse("asked", asked)?, parse("answers", answers)?);
    let request = resume(&member, &asked, &answers, raw).map_err(refuse)?;
    Ok(to_js(request))
}

fn resume(member: &Member, asked: &Value, answers: &Value, raw: bool) -> Result<Request, Refusal> {
    if !is_asked(asked) {
        return Err(Reader::new("asked", asked).invalid("must be what a reply asked"));
    }
    if raw {
        return Ok(member.resume(raw_answered(answers)?));
    }
    let checked = Answers::check(&challenges(asked, 1), answers)?;
    Ok(member.resume(answered(asked, &checked)))
}

/// Judges the reply to a status request, or to a challenges request.
#[wasm_bindgen(js_name = mxResponse, unchecked_return_type = "MxReply")]
pub fn response(are_challenges: bool, status: u16, body: &[u8]) -> JsValue {
    let response = Response {
        status,
        retry_after: None,
        body,
    };
    let reply = if are_challenges {
        Reply::challenges(&response)
    } else {
        Reply::judge(&response)
    };
    let challenged = |asked: &Value, text: String| {
        object! { "kind": "challenged", "challenges": challenges(asked, 1), "asked": text }
    };
    let failed = |code: ErrorCode, vendor_code, certain| {
        let failure = Failure {
            vendor_code,
            status: Some(status),
            ..code.into()
        };
        object! { "kind": "failed", "failure": failure, "certain": certain }
    };
    to_js(match reply {
        Reply::Working => object! { "kind": "working" },
        Reply::Challenged(asked) => challenged(&asked, asked.print()),
        Reply::ChallengedSomehow => challenged(&Value::Null, String::new()),
        Reply::Redirect => object! { "kind": "redirect" },
        Reply::Connected { result, certain } => {
            object! { "kind": "connected", "result": result, "certain": certain }
        }
        Reply::Ended {
            code,
            vendor_code,
            certain,
        } => failed(code, vendor_code, certain),
        Reply::Refused(code) => failed(code, None, true),
        Reply::Unclear => object! { "kind": "unclear" },
    })
}
