//! Flinks Authorize and AuthorizeAsync.

use wasm_bindgen::prelude::*;

use crate::challenge::Challenge;
use crate::failure::{ErrorCode, Failure};
use crate::flinks::Guid;
use crate::flinks::challenge::challenges;
use crate::flinks::pair::{self, ROUND};
use crate::flinks::reply::Reply;
use crate::json::{Reader, Value, object};

use super::{failure, is_answerable, reply};
use crate::js::input::parse;
use crate::js::output::{refuse, to_js};

/// The meaning of a reply of Authorize.
#[derive(tsify::Tsify)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
#[allow(dead_code)]
pub enum AuthorizeReply {
    /// The session is authorized.
    Authorized {
        /// The session, for the data calls.
        #[tsify(type = "Authorized")]
        result: Value,
    },
    /// The bank is still working. Poll with this RequestId, not before 10,000 ms have passed.
    Pending {
        /// The RequestId, a GUID.
        request_id: String,
    },
    /// The bank asks for answers. Answer with this RequestId and the same authorize token.
    Challenged {
        /// The newest RequestId, a GUID.
        request_id: String,
        /// Whether the bank refused the previous answer and asks again.
        refused: bool,
        /// The challenges as a form.
        challenges: Vec<Challenge>,
        /// The SecurityChallenges as JSON text, for `answerRequest`.
        security_challenges: String,
    },
    /// The session has failed.
    Failed {
        /// Why, and what to do next. Its `retryAt` is null.
        failure: Failure,
    },
    /// The reply says nothing usable. A submission may have reached the bank: do not send it again.
    Unclear,
}

/// Makes the request that starts.
#[wasm_bindgen(js_name = flinksAuthorizeRequest, unchecked_return_type = "Request")]
pub fn authorize_request(params: &str, config: &str) -> Result<JsValue, JsValue> {
    let (params, config) = (parse("params", params)?, parse("config", config)?);
    let request = pair::authorize_request(
        Reader::new("params", &params),
        Reader::new("config", &config),
    );
    request.map(to_js).map_err(refuse)
}

/// Makes the request that polls.
#[wasm_bindgen(js_name = flinksPollRequest, unchecked_return_type = "Request")]
pub fn poll_request(pending: &str, config: &str) -> Result<JsValue, JsValue> {
    let (pending, config) = (parse("pending", pending)?, parse("config", config)?);
    let request = pair::poll_request(
        Reader::new("pending", &pending),
        Reader::new("config", &config),
    );
    request.map(to_js).map_err(refuse)
}

/// Makes the request that submits answers.
#[wasm_bindgen(js_name = flinksAnswerRequest, unchecked_return_type = "Request")]
pub fn answer_request(
    challenged: &str,
    answers: &str,
    raw: bool,
    config: &str,
) -> Result<JsValue, JsValue> {
    let challenged = parse("challenged", challenged)?;
    let (answers, config) = (parse("answers", answers)?, parse("config", config)?);
    let challenged = Reader::new("challenged", &challenged);
    let config = Reader::new("config", &config);
    let request = pair::answer_request(challenged, &answers, raw, config);
    request.map(to_js).map_err(refuse)
}

/// Interprets a reply. `request_id` is the RequestId of the request, if it had one.
#[wasm_bindgen(js_name = flinksAuthorizeResponse, unchecked_return_type = "AuthorizeReply")]
pub fn authorize_response(
    status: u16,
    body: &[u8],
    request_id: Option<String>,
) -> Result<JsValue, JsValue> {
    let known: Value = request_id.as_deref().into();
    let known = Reader::new("requestId", &known)
        .optional(|id| Guid::read(*id))
        .map_err(refuse)?;
    Ok(to_js(
        match Reply::judge(&reply(status, body), known.as_ref()) {
            Reply::Authorized(authorized) => {
                object! { "kind": "authorized", "result": authorized }
            }
            Reply::Pending(id) => object! { "kind": "pending", "requestId": id.text() },
            Reply::Challenged(_, payload, _) if !is_answerable(&challenges(&payload, ROUND)) => {
                let failure = failure(ErrorCode::ChallengeUnanswerable, None, status);
                object! { "kind": "failed", "failure": failure }
            }
            Reply::Challenged(id, payload, refused) => object! {
                "kind": "challenged",
                "requestId": id.text(),
                "refused": refused,
                "challenges": challenges(&payload, ROUND),
                "securityChallenges": payload.print(),
            },
            Reply::Failed(code, vendor_code) => {
                object! { "kind": "failed", "failure": failure(code, vendor_code, status) }
            }
            Reply::Unclear => object! { "kind": "unclear" },
        },
    ))
}
