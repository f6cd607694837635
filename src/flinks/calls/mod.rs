//! The calls without MFA: data, stored answers, cards and tokens.
//!
//! ```text
//!   start ──────────────────────────────────────────────► done
//!     └── 202 ──► its Async twin, every 10 s ─────────────┘        only the data calls
//! ```
//!
//! One table lists how each service is called, its parameters and its reply.

use crate::challenge::Challenge;
use crate::failure::{ErrorCode, Refusal};
use crate::http::{Request, Response};
use crate::json::{Reader, Value, object};
use crate::vendor::{Context, Recovery, Stage, Started, Submission, TimeLimits, Vendor, Verdict};

use super::codes::is_throttled;
use super::config::{API_KEY, BEARER, FlinksConfig, SECRET_KEY};
use super::guid::Guid;

use accounts::{DETAIL, STATEMENTS, SUMMARY, data_request, data_result};
use params::{login_id, no_params};
use service::CallKind::{self, Data, Once, Repeatable};
use service::{Reply, Service, ServiceRequest};

mod accounts;
mod cards;
mod params;
mod questions;
pub mod service;
#[cfg(test)]
mod tests;
mod token;

/// The vendor's name in snapshots.
pub const NAME: &str = "flinks-call";

const TOKEN_KEY: (&str, &str) = ("flinks-auth-key", SECRET_KEY);
const BEARER_KEY: (&str, &str) = ("authorization", BEARER);
const DATA_KEY: (&str, &str) = ("x-api-key", API_KEY);

/// No page documents the key of the calls about cards and stored answers. That they take the key of the data
/// calls is a guess. If the host has no such key, the header is left out.
const CARD_KEY: (&str, &str) = DATA_KEY;

/// Every service.
#[rustfmt::skip]
const SERVICES: &[Service] = &[
    service("GenerateAuthorizeToken",  "POST",   TOKEN_KEY,  Repeatable, no_params, token::token),
    service("GetMFAQuestions",         "GET",    CARD_KEY,   Repeatable, login_id, questions::question_list),
    service("AnswerMFAQuestions",      "PATCH",  CARD_KEY,   Once,       questions::answers, questions::answered),
    service("DeleteCard",              "DELETE", CARD_KEY,   Once,       login_id, cards::confirmation),
    service("SetScheduledRefresh",     "PATCH",  CARD_KEY,   Repeatable, cards::schedule_request, cards::confirmation),
    service("GetNightlyRefreshStatus", "GET",    BEARER_KEY, Repeatable, no_params, cards::ineligible),
    service("GetAccountsSummary",      "POST",   DATA_KEY,   Data,       |params| data_request(params, SUMMARY), data_result),
    service("GetAccountsDetail",       "POST",   DATA_KEY,   Data,       |params| data_request(params, DETAIL), data_result),
    service("GetStatements",           "POST",   DATA_KEY,   Data,       |params| data_request(params, STATEMENTS), data_result),
];

const fn service(
    name: &'static str,
    method: &'static str,
    key: (&'static str, &'static str),
    kind: CallKind,
    read: fn(&Reader) -> Result<ServiceRequest, Refusal>,
    result: fn(&Response, &Value) -> Reply,
) -> Service {
    Service {
        name,
        method,
        key,
        kind,
        read,
        result,
    }
}

/// Finds a service by its name. The boolean is true if the name is that of its Async variant.
pub fn find(name: &Reader) -> Result<(&'static Service, bool), Refusal> {
    let text = name.text()?;
    let named = |text: &str| SERVICES.iter().find(|service| service.name == text);
    let variant = || named(text.strip_suffix("Async")?).filter(|found| found.kind == Data);
    named(text)
        .map(|service| (service, false))
        .or_else(|| Some((variant()?, true)))
        .ok_or_else(|| name.invalid("is not the name of a Flinks service"))
}

/// The request of a service or of its Async variant, for a host with its own loop.
pub fn request(name: &Reader, params: Reader, config: Reader) -> Result<Request, Refusal> {
    let config = FlinksConfig::read(config)?;
    match find(name)? {
        (service, false) => {
            let ServiceRequest { id, body } = (service.read)(&params)?;
            Ok(service.start_request(id.as_ref(), body.as_ref(), &config))
        }
        (service, true) => {
            params.only(&["requestId"])?;
            Ok(service.poll_request(&Guid::read(params.get("requestId"))?, &config))
        }
    }
}

/// The flow of one call.
#[derive(Clone)]
struct Call {
    service: &'static Service,
    config: FlinksConfig,
    /// The request. The body is missing if the call is never repeated.
    request: ServiceRequest,
    /// The parameters as the host gave them, for a snapshot. Null if the call is never repeated.
    params: Value,
}

/// Reads the parameters of a call: those of the service, and `call`, the name of the service.
pub fn start(params: Reader, config: Reader) -> Result<Started, Refusal> {
    let (call, body) = Call::read(params, config)?;
    Ok((Box::new(call), body))
}

/// Restores a call from a snapshot.
pub fn restore(_: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal> {
    Ok(Box::new(Call::read(saved.get("params"), config)?.0))
}

impl Call {
    /// Reads a call. The body of a call that is never repeated is returned separately and never stored.
    fn read(params: Reader, config: Reader) -> Result<(Call, Value), Refusal> {
        let (service, _) = find(&params.get("call"))?;
        let mut saved_params = params.value().clone();
        let service_params = saved_params.without(&["call"]);
        let mut request = (service.read)(&Reader::new("params", &service_params))?;
        let mut body = Value::Null;
        if let (Once, Some(once)) = (service.kind, &mut request.body) {
            body = core::mem::take(once);
            saved_params = Value::Null;
        }
        let call = Call {
            service,
            config: FlinksConfig::read(config)?,
            request,
            params: saved_params,
        };
        Ok((call, body))
    }
}

impl Vendor for Call {
    fn name(&self) -> &'static str {
        NAME
    }

    fn vendor_ids(&self) -> Value {
        let id = self.request.id.as_ref();
        object! { "RequestId": id.filter(|_| self.service.kind == Data) }
    }

    fn saved_state(&self) -> Value {
        object! { "params": self.params.clone() }
    }

    /// Documented: a poll every 10 s for 30 minutes.
    fn limits(&self) -> TimeLimits {
        TimeLimits {
            poll_every: 10_000,
            poll_for: 30 * 60_000,
            idle: None,
            total: 30 * 60_000,
        }
    }

    fn opens_session(&self, stage: Stage) -> bool {
        stage == Stage::Start
    }

    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        _: Context,
    ) -> Result<Request, Refusal> {
        match (stage, submission, &self.request.id) {
            (Stage::Poll, _, Some(id)) => Ok(self.service.poll_request(id, &self.config)),
            (Stage::Start, submission, id) => {
                let body = match submission {
                    Submission::Credentials(body @ Value::Object(_)) => Some(*body),
                    _ => self.request.body.as_ref(),
                };
                Ok(self.service.start_request(id.as_ref(), body, &self.config))
            }
            _ => Err(ErrorCode::OutOfTurn.into()),
        }
    }

    fn judge(&mut self, stage: Stage, response: &Response, _: Context) -> Verdict {
        let retry_after = response.retry_after;
        match self.service.judge(response) {
            Reply::Done(result) => Verdict::Done(result),
            Reply::Pending => Verdict::Wait(Stage::Poll, retry_after),
            Reply::Failed(code, vendor_code)
                if stage == Stage::Poll && is_throttled(code, vendor_code.as_deref()) =>
            {
                Verdict::Wait(Stage::Poll, retry_after)
            }
            Reply::Failed(code, vendor_code) => Verdict::failed(code, vendor_code, retry_after),
            Reply::Unclear => Verdict::Unclear,
        }
    }

    fn needs(&self, stage: Stage) -> Option<&'static str> {
        match (stage, self.service.kind) {
            (Stage::Start, _) => Some(""),
            (Stage::Poll, Data) => Some("RequestId"),
            _ => None,
        }
    }

    fn recovery(&self, _: Stage) -> Recovery {
        match self.service.kind {
            Once => Recovery::Unknown,
            Repeatable | Data => Recovery::Repeat(None),
        }
    }

    fn challenges(&self, _: &Value, _: u32) -> Vec<Challenge> {
        Vec::new()
    }
}
