//! Requests and judgements as a pair, for hosts with a loop of their own. The judgement is
//! [`Reply::judge`](super::reply::Reply::judge).

use crate::challenge::Answers;
use crate::failure::Refusal;
use crate::http::Request;
use crate::json::{Reader, Value};

use super::authorize::{Authorize, answer, ask};
use super::challenge::{challenges, is_asked, raw_responses, responses};
use super::{FlinksConfig, Guid};

/// The number of the round that a reply without a flow is shown as.
pub const ROUND: u32 = 1;

/// The request that begins, with its credentials.
pub fn authorize_request(params: Reader, config: Reader) -> Result<Request, Refusal> {
    let (authorize, credentials) = Authorize::start(params, config)?;
    Ok(authorize.begin(&credentials))
}

/// The request that asks on, of a reply that is pending.
pub fn poll_request(pending: Reader, config: Reader) -> Result<Request, Refusal> {
    Ok(ask(
        &FlinksConfig::read(config)?,
        &Guid::read(pending.get("requestId"))?,
    ))
}

/// The request that answers a reply that asks. SecurityChallenges come as the JSON text that the reply
/// gave.
pub fn answer_request(
    challenged: Reader,
    answers: &Value,
    raw: bool,
    config: Reader,
) -> Result<Request, Refusal> {
    let config = FlinksConfig::read(config)?;
    let request_id = Guid::read(challenged.get("requestId"))?;
    let is_async = challenged.get("async").optional_bool()?.unwrap_or(false);
    let field = challenged.get("securityChallenges");
    let asked = Value::parse(field.text()?.as_bytes()).unwrap_or_default();
    if !is_asked(&asked) {
        return Err(field.invalid("must be what the reply that asks gave"));
    }
    let responses = if raw {
        raw_responses(answers)?
    } else {
        let checked = Answers::check(&challenges(&asked, ROUND), answers)?;
        responses(&asked, ROUND, &checked)?
    };
    Ok(answer(&config, is_async, &request_id, responses))
}
