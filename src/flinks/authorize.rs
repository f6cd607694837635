//! Authorize: cached or live, by LoginId or credentials, with any number of MFA rounds.

use crate::challenge::Challenge;
use crate::failure::{ErrorCode, Refusal};
use crate::http::{Request, Response};
use crate::json::{Reader, Value, object};
use crate::vendor::{Context, Recovery, Stage, Started, Submission, TimeLimits, Vendor, Verdict};

use super::challenge::{
    challenges, is_same_round, raw_security_responses, security_responses, sends_code,
};
use super::codes::is_throttled;
use super::config::FlinksConfig;
use super::credentials;
use super::guid::Guid;
use super::params::Params;
use super::reply::Reply;
use super::time::epoch_ms;

mod requests;

pub use requests::{answer_request, poll_request};

/// The vendor's name in snapshots.
pub const NAME: &str = "flinks";

/// Reads the parameters of a new flow. The credentials are returned separately and never stored.
pub fn start(params: Reader, config: Reader) -> Result<Started, Refusal> {
    let (authorize, credentials) = Authorize::start(params, config)?;
    Ok((Box::new(authorize), credentials))
}

/// Restores a flow from a snapshot.
pub fn restore(ids: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal> {
    let params = Params::read(saved.get("params"))?;
    let mut authorize = Authorize::new(params, config)?;
    authorize.restore(ids, saved)?;
    Ok(Box::new(authorize))
}

/// A flow of Authorize.
#[derive(Clone)]
pub struct Authorize {
    pub(super) config: FlinksConfig,
    pub(super) params: Params,
    /// The newest RequestId; it may change from round to round.
    pub(super) request_id: Option<Guid>,
    /// Whether the person has just chosen a phone, so that the next round asks for a code.
    code_sent: bool,
    /// Whether the newest round asks for username and password.
    pub(super) asks_credentials: bool,
}

impl Authorize {
    /// The progress of the flow, for a snapshot.
    pub(super) fn progress(&self) -> Value {
        object! { "codeSent": self.code_sent, "asksCredentials": self.asks_credentials }
    }

    /// Restores [`progress`](Authorize::progress) and the ids.
    pub(super) fn restore(&mut self, ids: Reader, saved: Reader) -> Result<(), Refusal> {
        let guid = |name| ids.get(name).optional(|field| Guid::read(*field));
        let login_id = guid("LoginId")?;
        if self.params.login_id.is_some() && self.params.login_id != login_id {
            return Err(ids.get("LoginId").invalid("must be that of the parameters"));
        }
        self.params.login_id = login_id;
        self.request_id = guid("RequestId")?;
        self.code_sent = saved.get("codeSent").bool()?;
        self.asks_credentials = saved.get("asksCredentials").bool()?;
        Ok(())
    }

    /// Reads the parameters of a new flow, and the credentials separately.
    pub fn start(params: Reader, config: Reader) -> Result<(Authorize, Value), Refusal> {
        let read = Params::start(params)?;
        let credentials = match read.login_id {
            Some(_) => Value::Null,
            None => object! {
                "Username": params.get("username").value().clone(),
                "Password": params.get("password").value().clone(),
            },
        };
        let mut authorize = Authorize::new(read, config)?;
        let is_missing = params.get("username").is_null();
        authorize.asks_credentials = authorize.params.login_id.is_none() && is_missing;
        Ok((authorize, credentials))
    }

    /// A flow that has not started.
    pub fn new(params: Params, host: Reader) -> Result<Authorize, Refusal> {
        let config = FlinksConfig::read(host)?;
        if params.is_async && !config.authorize_async {
            return Err(host
                .get("authorizeAsync")
                .invalid("must be true if async is true"));
        }
        Ok(Authorize {
            config,
            params,
            request_id: None,
            code_sent: false,
            asks_credentials: false,
        })
    }

    /// Whether the flow may ask for username and password again if the bank refuses them. A reconnect and a first
    /// link have no institution: Connect asks for them.
    fn may_ask_again(&self) -> bool {
        self.params.may_ask() && *self.params.json.get("Institution") != Value::Null
    }

    /// The verdict if Flinks cannot report the outcome of a submission. With a LoginId, the last refresh in a
    /// cached Authorize can still show the outcome. With credentials, no request can.
    fn unknown_outcome(&self, vendor_code: Option<String>) -> Verdict {
        match self.params.login_id {
            Some(_) => Verdict::Go(Stage::Verify),
            None => Verdict::failed(ErrorCode::OutcomeUnknown, vendor_code, None),
        }
    }
}

/// A round that asks for username and password.
fn asks_credentials(refused: bool) -> Verdict {
    Verdict::Asks {
        challenges: credentials::payload(),
        refused,
    }
}

impl Vendor for Authorize {
    fn name(&self) -> &'static str {
        NAME
    }

    fn vendor_ids(&self) -> Value {
        object! {
            "LoginId": self.params.login_id.as_ref(),
            "RequestId": self.request_id.as_ref(),
        }
    }

    fn saved_state(&self) -> Value {
        let mut saved = self.progress();
        saved.set("params", self.params.json.clone());
        saved
    }

    /// Documented: a poll every 10 s for 30 minutes, and a RequestId expires after 8 minutes without activity.
    /// The total of two hours is our choice: fifteen rounds of 8 minutes.
    fn limits(&self) -> TimeLimits {
        TimeLimits {
            poll_every: 10_000,
            poll_for: 30 * 60_000,
            idle: Some((8 * 60_000, true)),
            total: 120 * 60_000,
        }
    }

    /// An authorize token is valid for one Authorize and its answers.
    fn opens_session(&self, stage: Stage) -> bool {
        match stage {
            Stage::Start | Stage::Verify => true,
            Stage::Answer => self.asks_credentials,
            _ => false,
        }
    }

    fn asks_credentials(&self) -> bool {
        self.asks_credentials
    }

    fn initial_verdict(&self) -> Verdict {
        match self.asks_credentials {
            true => asks_credentials(false),
            false => Verdict::Go(Stage::Start),
        }
    }

    /// Flinks refuses a second session of a LoginId as CONCURRENT_SESSION while the first one is open, and has no call
    /// that ends one. The credentials of the other flows are not stored.
    fn new_session_stage(&self) -> Option<Stage> {
        let can_start = self.params.login_id.is_some() && !self.params.cached;
        can_start.then_some(Stage::Start)
    }

    fn leave_session(&mut self) {
        self.request_id = None;
        self.code_sent = false;
    }

    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        context: Context,
    ) -> Result<Request, Refusal> {
        let responses = match submission {
            Submission::Answers(answers) if self.asks_credentials => {
                return Ok(self.start_request(&credentials::credentials(answers)));
            }
            Submission::Raw(raw) if self.asks_credentials => {
                return Ok(self.start_request(&credentials::raw_credentials(raw)?));
            }
            Submission::Credentials(credentials) => return Ok(self.start_request(credentials)),
            Submission::Answers(answers) => Some(security_responses(
                context.challenge_payload,
                context.round,
                answers,
            )?),
            Submission::Raw(raw) => Some(raw_security_responses(context.challenge_payload, raw)?),
            Submission::Nothing => None,
        };
        let is_async = self.params.is_async;
        match (stage, responses, &self.request_id) {
            (Stage::Start, ..) => Ok(self.start_request(&Value::Null)),
            (Stage::Verify, ..) => Ok(self.cached_request()),
            (_, Some(responses), Some(id)) => {
                Ok(answer_request(&self.config, is_async, id, responses))
            }
            (_, None, Some(id)) => Ok(poll_request(&self.config, id)),
            (.., None) => Err(ErrorCode::OutOfTurn.into()),
        }
    }

    fn judge(&mut self, stage: Stage, response: &Response, context: Context) -> Verdict {
        let retry_after = response.retry_after;
        // Credentials that answer a round start a session.
        let stage = match self.asks_credentials {
            true => Stage::Start,
            false => stage,
        };
        // A start opens a new session: an earlier RequestId is not of this one.
        let known = self.request_id.as_ref().filter(|_| stage != Stage::Start);
        let reply = Reply::judge(response, known);
        if reply != Reply::Unclear {
            self.asks_credentials = false;
        }
        match (stage, reply) {
            (_, Reply::Unclear) | (Stage::Verify, Reply::Pending(_)) => Verdict::Unclear,
            (_, Reply::Pending(request_id)) => {
                self.request_id = Some(request_id);
                Verdict::Wait(Stage::Poll, retry_after)
            }
            (_, Reply::Authorized(authorized)) => {
                let requested = self.params.login_id.as_ref();
                let received = authorized.login_id.as_ref();
                if requested.is_some() && received.is_some() && requested != received {
                    return Verdict::failed(ErrorCode::LoginMismatch, None, None);
                }
                // This compares the vendor's clock with the host's clock. That both agree is a guess.
                let refreshed = authorized.last_refresh.as_deref().and_then(epoch_ms);
                if stage == Stage::Verify && refreshed < Some(context.started_at) {
                    return Verdict::failed(ErrorCode::OutcomeUnknown, None, None);
                }
                self.request_id = Some(authorized.request_id.clone());
                Verdict::Done(authorized.into())
            }
            (Stage::Reconcile, Reply::Challenged(_, payload, _))
                if is_same_round(&payload, context.challenge_payload) =>
            {
                self.unknown_outcome(None)
            }
            (Stage::Verify, Reply::Challenged(..)) => {
                Verdict::failed(ErrorCode::OutcomeUnknown, None, None)
            }
            (_, Reply::Challenged(request_id, challenges, refused)) => {
                self.request_id = Some(request_id);
                // After a wrong code, the next round asks for it again.
                if !refused {
                    self.code_sent = sends_code(context.challenge_payload);
                }
                Verdict::Asks {
                    challenges,
                    refused,
                }
            }
            (Stage::Poll | Stage::Reconcile, Reply::Failed(code, vendor_code))
                if is_throttled(code, vendor_code.as_deref()) =>
            {
                Verdict::Wait(stage, retry_after)
            }
            (Stage::Reconcile, Reply::Failed(code, vendor_code)) if !is_outcome(code) => {
                self.unknown_outcome(vendor_code)
            }
            (Stage::Verify, Reply::Failed(_, vendor_code)) => {
                Verdict::failed(ErrorCode::OutcomeUnknown, vendor_code, retry_after)
            }
            (_, Reply::Failed(ErrorCode::CredentialsRefused, _)) if self.may_ask_again() => {
                self.asks_credentials = true;
                self.request_id = None;
                self.code_sent = false;
                asks_credentials(true)
            }
            // The token was accepted before, so it has expired, after 15 or 30 minutes. It cannot be replaced.
            (Stage::Answer | Stage::Poll, Reply::Failed(ErrorCode::Unauthorized, vendor_code)) => {
                Verdict::failed(ErrorCode::SessionExpired, vendor_code, retry_after)
            }
            // Cached mode does not contact the institution.
            (Stage::Start, Reply::Failed(ErrorCode::AccessRefused, vendor_code))
                if self.params.cached =>
            {
                Verdict::failed(ErrorCode::Unauthorized, vendor_code, retry_after)
            }
            (_, Reply::Failed(code, vendor_code)) => {
                Verdict::failed(code, vendor_code, retry_after)
            }
        }
    }

    fn needs(&self, stage: Stage) -> Option<&'static str> {
        match stage {
            Stage::Start => Some(""),
            Stage::Answer if self.asks_credentials => Some(""),
            Stage::Poll | Stage::Answer | Stage::Reconcile => Some("RequestId"),
            Stage::Verify => Some("LoginId"),
            Stage::PreCheck
            | Stage::Watch
            | Stage::Challenges
            | Stage::Expiry
            | Stage::Window
            | Stage::Credentials => None,
        }
    }

    fn recovery(&self, stage: Stage) -> Recovery {
        let cached = self.params.cached;
        match stage {
            Stage::Start if cached => Recovery::Repeat(None),
            Stage::Start => Recovery::Unknown,
            Stage::Poll if cached => Recovery::Repeat(None),
            Stage::Answer if self.asks_credentials => Recovery::Unknown,
            Stage::Answer if self.config.authorize_async => Recovery::Reconcile(Stage::Reconcile),
            Stage::Answer if self.params.login_id.is_some() => Recovery::Reconcile(Stage::Verify),
            Stage::Answer => Recovery::Unknown,
            _ => Recovery::Repeat(Some(ErrorCode::OutcomeUnknown)),
        }
    }

    fn challenges(&self, payload: &Value, round: u32) -> Vec<Challenge> {
        if self.asks_credentials {
            return credentials::challenges(payload, round);
        }
        let mut challenges = challenges(payload, round);
        if self.code_sent {
            for challenge in &mut challenges {
                challenge.expect(false, Some("one-time-code"));
            }
        }
        challenges
    }
}

/// Whether the error of a Reconcile request is the outcome of the answer. Other errors concern only the request.
fn is_outcome(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::AnswerRefused
            | ErrorCode::CredentialsRefused
            | ErrorCode::QuestionUnanswered
            | ErrorCode::BankActionRequired
            | ErrorCode::LoginDisabled
    )
}
