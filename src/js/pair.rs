//! Requests and judgements as a pair, for hosts with a loop of their own.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::challenge::{Answers, Challenge};
use crate::failure::{Failure, Refusal};
use crate::flinks::authorize::{Authorize, answer};
use crate::flinks::challenge::{challenges, raw_responses, responses};
use crate::flinks::reply::Reply;
use crate::flinks::{FlinksConfig, Guid};
use crate::http::{Request, Response};
use crate::json::{Reader, Value};

use super::flow::{parse, refuse};
use super::to_js;

/// A reply of Authorize, judged.
#[derive(Serialize, tsify::Tsify)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum AuthorizeReply {
    /// The session is authorized.
    Authorized {
        /// What the data calls need.
        #[tsify(type = "Authorized")]
        result: Value,
    },
    /// Ask again with this RequestId, in ten seconds.
    Pending {
        /// The RequestId.
        request_id: String,
    },
    /// Answer with this RequestId, under the same authorize token.
    Challenged {
        /// The newest RequestId.
        request_id: String,
        /// An answer was refused, and the bank asks again.
        refused: bool,
        /// The challenges as a form.
        challenges: Vec<Challenge>,
        /// SecurityChallenges as they came; `answerRequest` needs them.
        #[tsify(type = "unknown")]
        security_challenges: Value,
    },
    /// The end.
    Failed {
        /// Why, and what to do next.
        failure: Failure,
    },
    /// Nothing can be told from it. What was submitted may have reached the bank: do not send it again.
    Unclear,
}

/// The validated request of Authorize.
#[wasm_bindgen(js_name = flinksAuthorizeRequest, unchecked_return_type = "Request")]
pub fn authorize_request(params: &str, config: &str) -> Result<JsValue, JsValue> {
    let (params, config) = (parse("params", params)?, parse("config", config)?);
    let started = Authorize::start(
        Reader::new("params", &params),
        Reader::new("config", &config),
    );
    let (authorize, credentials) = started.map_err(refuse)?;
    Ok(to_js(&authorize.begin(&credentials)))
}

/// The validated request that answers a challenged reply.
#[wasm_bindgen(js_name = flinksAnswerRequest, unchecked_return_type = "Request")]
pub fn answer_request(
    challenged: &str,
    answers: &str,
    raw: bool,
    config: &str,
) -> Result<JsValue, JsValue> {
    let challenged = parse("challenged", challenged)?;
    let answers = parse("answers", answers)?;
    let config = parse("config", config)?;
    let request = build_answer(&challenged, &answers, raw, &config).map_err(refuse)?;
    Ok(to_js(&request))
}

fn build_answer(
    challenged: &Value,
    answers: &Value,
    raw: bool,
    config: &Value,
) -> Result<Request, Refusal> {
    let config = FlinksConfig::read(Reader::new("config", config))?;
    let request_id = Guid::read(Reader::new("challenged", challenged).get("requestId"))?;
    let asked = challenged.get("securityChallenges");
    let responses = if raw {
        raw_responses(answers)?
    } else {
        let checked = Answers::check(&challenges(asked, 1), answers)?;
        responses(asked, 1, &checked)?
    };
    Ok(answer(&config, &request_id, responses))
}

/// Judges a reply. `requestId` is the one that the call carried, if it carried one.
#[wasm_bindgen(js_name = flinksAuthorizeResponse, unchecked_return_type = "AuthorizeReply")]
pub fn authorize_response(status: u16, body: &[u8], request_id: Option<String>) -> JsValue {
    let response = Response {
        status,
        retry_after: None,
        body,
    };
    let known = request_id.as_deref().and_then(Guid::parse);
    let reply = match Reply::judge(&response, known.as_ref()) {
        Reply::Authorized(authorized) => AuthorizeReply::Authorized {
            result: authorized.into(),
        },
        Reply::Pending(id) => AuthorizeReply::Pending {
            request_id: id.text().to_owned(),
        },
        Reply::Challenged(id, asked, refused) => AuthorizeReply::Challenged {
            request_id: id.text().to_owned(),
            refused,
            challenges: challenges(&asked, 1),
            security_challenges: asked,
        },
        Reply::Failed(code, vendor_code) => AuthorizeReply::Failed {
            failure: Failure {
                vendor_code,
                status: Some(status),
                ..code.into()
            },
        },
        Reply::Unclear => AuthorizeReply::Unclear,
    };
    to_js(&reply)
}
