//! The requests of Authorize without a flow, for a host with its own loop. The host interprets each reply with
//! [`Reply::judge`](super::reply::Reply::judge).

use crate::challenge::Answers;
use crate::failure::Refusal;
use crate::http::Request;
use crate::json::{Reader, Value};

use super::authorize::{self, Authorize};
use super::challenge::{challenges, raw_security_responses, security_responses};
use super::config::FlinksConfig;
use super::guid::Guid;

/// The round number of every reply without a flow.
pub const ROUND: u32 = 1;

/// The request that starts a session, with its credentials.
pub fn authorize_request(params: Reader, config: Reader) -> Result<Request, Refusal> {
    let (authorize, credentials) = Authorize::start(params, config)?;
    if authorize.asks_credentials {
        return Err(params.get("username").invalid("is required without a flow"));
    }
    Ok(authorize.start_request(&credentials))
}

/// The request that polls after a pending reply.
pub fn poll_request(pending: Reader, config: Reader) -> Result<Request, Refusal> {
    Ok(authorize::poll_request(
        &FlinksConfig::read(config)?,
        &Guid::read(pending.get("requestId"))?,
    ))
}

/// The request that answers a challenged reply. `securityChallenges` is the JSON text of that reply.
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
    let payload = Value::parse(field.text()?.as_bytes()).unwrap_or_default();
    let round = challenges(&payload, ROUND);
    if round.is_empty() {
        return Err(field.invalid("must be the securityChallenges of a challenged reply"));
    }
    let responses = if raw {
        raw_security_responses(&payload, answers)?
    } else {
        let checked = Answers::check(&round, answers)?;
        security_responses(&payload, ROUND, &checked)?
    };
    Ok(authorize::answer_request(
        &config,
        is_async,
        &request_id,
        responses,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start_request(params: &str) -> Request {
        let params = Value::parse(params.as_bytes()).unwrap();
        let config =
            br#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb"}"#;
        let config = Value::parse(config).unwrap();
        let params = Reader::new("params", &params);
        authorize_request(params, Reader::new("config", &config)).unwrap()
    }

    #[test]
    fn parameters_are_sent_under_the_names_that_the_reference_prints() {
        let params = r#"{"username":"u","password":"p","institution":"FlinksCapital",
            "language":"fr","save":false,"tag":"t"}"#;
        let wire = concat!(
            r#"{"MostRecentCached":false,"Username":"u","Password":"p","#,
            r#""Institution":"FlinksCapital","Language":"fr","Save":false,"Tag":"t"}"#
        );
        assert_eq!(start_request(params).body.as_deref(), Some(wire));
    }

    #[test]
    fn a_login_id_is_authorized_in_cached_mode_by_default() {
        let request = start_request(r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#);
        assert!(request.body.unwrap().contains(r#""MostRecentCached":true"#));
        assert!(!request.once);
    }
}
