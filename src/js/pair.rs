//! Requests and judgements as a pair, for hosts with a loop of their own.

use wasm_bindgen::prelude::*;

use crate::challenge::Challenge;
use crate::failure::Failure;
use crate::flinks::Guid;
use crate::flinks::challenge::challenges;
use crate::flinks::pair::{self, ROUND};
use crate::flinks::reply::Reply;
use crate::http::Response;
use crate::json::{Reader, Value};

use super::input::parse;
use super::output::{object, refuse, to_js};

/// A reply of Authorize, judged.
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
        /// SecurityChallenges as they came, as JSON text; `answerRequest` needs them.
        security_challenges: String,
    },
    /// The end.
    Failed {
        /// Why, and what to do next. `retryAt` is a flow's, which knows the time.
        failure: Failure,
    },
    /// Nothing can be told from it. What was submitted may have reached the bank: do not send it again.
    Unclear,
}

/// The validated request of Authorize.
#[wasm_bindgen(js_name = flinksAuthorizeRequest, unchecked_return_type = "Request")]
pub fn authorize_request(params: &str, config: &str) -> Result<JsValue, JsValue> {
    let (params, config) = (parse("params", params)?, parse("config", config)?);
    let request = pair::authorize_request(
        Reader::new("params", &params),
        Reader::new("config", &config),
    );
    request.map(to_js).map_err(refuse)
}

/// The validated request that asks on.
#[wasm_bindgen(js_name = flinksPollRequest, unchecked_return_type = "Request")]
pub fn poll_request(pending: &str, config: &str) -> Result<JsValue, JsValue> {
    let (pending, config) = (parse("pending", pending)?, parse("config", config)?);
    let request = pair::poll_request(
        Reader::new("pending", &pending),
        Reader::new("config", &config),
    );
    request.map(to_js).map_err(refuse)
}

/// The validated request that answers.
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

/// Judges a reply. `request_id` is the one that the call carried, if it carried one.
#[wasm_bindgen(js_name = flinksAuthorizeResponse, unchecked_return_type = "AuthorizeReply")]
pub fn authorize_response(
    status: u16,
    body: &[u8],
    request_id: Option<String>,
) -> Result<JsValue, JsValue> {
    let response = Response {
        status,
        retry_after: None,
        body,
    };
    let known: Value = request_id.as_deref().into();
    let known = Reader::new("requestId", &known)
        .optional(|id| Guid::read(*id))
        .map_err(refuse)?;
    Ok(to_js(match Reply::judge(&response, known.as_ref()) {
        Reply::Authorized(authorized) => {
            object! { "kind": "authorized", "result": Value::from(authorized) }
        }
        Reply::Pending(id) => object! { "kind": "pending", "requestId": id.text() },
        Reply::Challenged(id, asked, refused) => object! {
            "kind": "challenged",
            "requestId": id.text(),
            "refused": refused,
            "challenges": challenges(&asked, ROUND),
            "securityChallenges": asked.print(),
        },
        Reply::Failed(code, vendor_code) => {
            let failure = Failure {
                vendor_code,
                status: Some(status),
                ..code.into()
            };
            object! { "kind": "failed", "failure": failure }
        }
        Reply::Unclear => object! { "kind": "unclear" },
    }))
}
