//! Authorize: cached or live, by LoginId or by credentials, with MFA in any number of rounds.

use crate::challenge::Challenge;
use crate::failure::{ErrorCode, Refusal};
use crate::http::{Request, Response};
use crate::json::{Reader, Value, object};
use crate::vendor::{Clocks, Context, Recovery, Stage, Started, Submission, Vendor, Verdict};

use super::challenge::{challenges, raw_responses, responses, sends_code};
use super::params::Params;
use super::reply::Reply;
use super::time::epoch;
use super::{FlinksConfig, Guid, NAME, SYNCHRONOUS};

/// Reads a start: the flow's side of it, and the credentials, which are kept nowhere.
pub fn start(params: Reader, config: Reader) -> Result<Started, Refusal> {
    let (authorize, credentials) = Authorize::start(params, config)?;
    Ok((Box::new(authorize), credentials))
}

/// Reads what a snapshot kept.
pub fn restore(key: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal> {
    let params = Params::read(saved.get("params"))?;
    let mut authorize = Authorize::new(params, FlinksConfig::read(config)?)?;
    authorize.resume(key, saved)?;
    Ok(Box::new(authorize))
}

/// One call of Authorize and what follows from it.
pub struct Authorize {
    pub(super) config: FlinksConfig,
    /// Without the credentials.
    pub(super) params: Params,
    /// The newest one; it may change from round to round.
    pub(super) request_id: Option<Guid>,
    /// The person has just chosen a phone, so that the next question is for a code.
    code_sent: bool,
}

impl Authorize {
    /// How far it has come, for a snapshot.
    pub(super) fn progress(&self) -> Value {
        object! { "codeSent": self.code_sent }
    }

    /// Goes on where the snapshot of [`progress`](Authorize::progress) and the key stands.
    pub(super) fn resume(&mut self, key: Reader, saved: Reader) -> Result<(), Refusal> {
        let guid = |name| key.get(name).optional(|field| Guid::read(*field));
        self.params.login_id = guid("LoginId")?;
        self.request_id = guid("RequestId")?;
        self.code_sent = saved.get("codeSent").bool()?;
        Ok(())
    }

    /// Reads a start.
    pub fn start(params: Reader, config: Reader) -> Result<(Authorize, Value), Refusal> {
        let read = Params::start(params)?;
        let credentials = match read.login_id {
            Some(_) => Value::Null,
            None => object! {
                "Username": params.get("username").value().clone(),
                "Password": params.get("password").value().clone(),
            },
        };
        let authorize = Authorize::new(read, FlinksConfig::read(config)?)?;
        Ok((authorize, credentials))
    }

    /// Without credentials.
    pub fn new(params: Params, config: FlinksConfig) -> Result<Authorize, Refusal> {
        if params.is_async && !config.authorize_async {
            let path = "/config/authorizeAsync".to_owned();
            return Err(Refusal::input(path, "must be true for AuthorizeAsync"));
        }
        Ok(Authorize {
            config,
            params,
            request_id: None,
            code_sent: false,
        })
    }

    /// The request that begins.
    pub fn begin(&self, credentials: &Value) -> Request {
        let Params {
            login_id,
            cached,
            given,
            ..
        } = &self.params;
        let mut body = Value::object();
        let mut add = |name, value| {
            if value != Value::Null {
                body.set(name, value);
            }
        };
        add("LoginId", login_id.as_ref().into());
        add("MostRecentCached", (*cached).into());
        add("Username", credentials.get("Username").clone());
        add("Password", credentials.get("Password").clone());
        for name in ["Institution", "Language", "Save", "Tag"] {
            add(name, given.get(name).clone());
        }
        let request = self.config.post(self.service(), &body);
        if *cached {
            return request;
        }
        once(request)
    }

    fn service(&self) -> &'static str {
        service(self.params.is_async)
    }

    /// Asks in cached mode, and so without reaching the bank, what is true of the LoginId.
    pub(super) fn confirm(&self) -> Request {
        let body = object! {
            "LoginId": self.params.login_id.as_ref(),
            "MostRecentCached": true,
        };
        self.config.post("Authorize", &body)
    }

    /// Flinks cannot say what became of a submission. A LoginId can still be asked for its last
    /// refresh; for credentials there is no more to ask.
    fn cannot_say(&self, vendor_code: Option<String>) -> Verdict {
        match self.params.login_id {
            Some(_) => Verdict::Go(Stage::Verify),
            None => Verdict::failed(ErrorCode::OutcomeUnknown, vendor_code, None),
        }
    }
}

/// The request with only the RequestId. Documented for AuthorizeAsync; for Authorize it is a guess.
pub fn ask(config: &FlinksConfig, request_id: &Guid) -> Request {
    let service = service(config.authorize_async);
    config.post(service, &object! { "RequestId": request_id })
}

/// The request that submits answers, to where the session began and under the token that was challenged.
pub fn answer(
    config: &FlinksConfig,
    is_async: bool,
    request_id: &Guid,
    responses: Value,
) -> Request {
    let body = object! { "RequestId": request_id, "SecurityResponses": responses };
    once(config.post(service(is_async), &body))
}

const fn service(is_async: bool) -> &'static str {
    if is_async {
        "AuthorizeAsync"
    } else {
        "Authorize"
    }
}

/// Carries what reaches a bank at most once, and takes as long as a bank takes.
fn once(request: Request) -> Request {
    Request {
        once: true,
        timeout: SYNCHRONOUS,
        ..request
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
        saved.set("params", self.params.given.clone());
        saved
    }

    /// Polls every 10 s and for 30 minutes, a RequestId lives 8 minutes without activity: documented.
    /// Two hours in all: ours, as long as fifteen rounds that are thought over to the last second.
    fn clocks(&self) -> Clocks {
        Clocks {
            poll_every: 10_000,
            poll_for: 30 * 60_000,
            idle: Some((8 * 60_000, true)),
            total: 120 * 60_000,
        }
    }

    /// One token is one Authorize and its answers.
    fn opens_session(&self, stage: Stage) -> bool {
        matches!(stage, Stage::Start | Stage::Verify)
    }

    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        context: Context,
    ) -> Result<Request, Refusal> {
        let responses = match submission {
            Submission::Credentials(credentials) => return Ok(self.begin(credentials)),
            Submission::Answers(answers) => Some(responses(
                context.challenge_payload,
                context.round,
                answers,
            )?),
            Submission::Raw(raw) => Some(raw_responses(raw)?),
            Submission::Nothing => None,
        };
        match (stage, responses, &self.request_id) {
            (Stage::Start, ..) => Ok(self.begin(&Value::Null)),
            (Stage::Verify, ..) => Ok(self.confirm()),
            (_, Some(responses), Some(id)) => {
                Ok(answer(&self.config, self.params.is_async, id, responses))
            }
            (_, None, Some(id)) => Ok(ask(&self.config, id)),
            (.., None) => Err(ErrorCode::OutOfTurn.into()),
        }
    }

    fn judge(&mut self, stage: Stage, response: &Response, context: Context) -> Verdict {
        let after = response.retry_after;
        match (stage, Reply::judge(response, self.request_id.as_ref())) {
            (_, Reply::Unclear) | (Stage::Verify, Reply::Pending(_)) => Verdict::Unclear,
            (_, Reply::Pending(request_id)) => {
                self.request_id = Some(request_id);
                Verdict::Wait(Stage::Poll, after)
            }
            (_, Reply::Authorized(authorized)) => {
                let asked_for = self.params.login_id.as_ref();
                let got = authorized.login_id.as_ref();
                if asked_for.is_some() && got.is_some() && asked_for != got {
                    return Verdict::failed(ErrorCode::LoginMismatch, None, None);
                }
                // The vendor's clock against the host's: a guess, as good as both clocks are.
                let refreshed = authorized.last_refresh.as_deref().and_then(epoch);
                if stage == Stage::Verify && refreshed < Some(context.started_at) {
                    return Verdict::failed(ErrorCode::OutcomeUnknown, None, None);
                }
                self.request_id = Some(authorized.request_id.clone());
                Verdict::Done(authorized.into())
            }
            (Stage::Reconcile, Reply::Challenged(_, asked, _))
                if same(&asked, context.challenge_payload) =>
            {
                self.cannot_say(None)
            }
            (Stage::Verify, Reply::Challenged(..)) => {
                Verdict::failed(ErrorCode::OutcomeUnknown, None, None)
            }
            (_, Reply::Challenged(request_id, challenges, refused)) => {
                self.request_id = Some(request_id);
                self.code_sent = sends_code(context.challenge_payload);
                Verdict::Asks {
                    challenges,
                    refused,
                }
            }
            // A throttled poll, and no more than that. RETRY_LATER is the bank's word, and an end.
            (Stage::Poll | Stage::Reconcile, Reply::Failed(ErrorCode::Busy, code))
                if code.as_deref() != Some("RETRY_LATER") =>
            {
                Verdict::Wait(stage, after)
            }
            (Stage::Reconcile, Reply::Failed(code, vendor_code)) if !tells(code) => {
                self.cannot_say(vendor_code)
            }
            (Stage::Verify, Reply::Failed(_, vendor_code)) => {
                Verdict::failed(ErrorCode::OutcomeUnknown, vendor_code, after)
            }
            // The token was accepted before: it has outlived its 15 or 30 minutes. It is not replaced.
            (Stage::Answer | Stage::Poll, Reply::Failed(ErrorCode::Unauthorized, vendor_code)) => {
                Verdict::failed(ErrorCode::SessionExpired, vendor_code, after)
            }
            (_, Reply::Failed(code, vendor_code)) => Verdict::failed(code, vendor_code, after),
        }
    }

    fn recovery(&self, stage: Stage) -> Recovery {
        let cached = self.params.cached;
        match stage {
            Stage::Start if cached => Recovery::Repeat(None),
            Stage::Start => Recovery::Unknown,
            Stage::Poll if cached => Recovery::Repeat(None),
            Stage::Answer if self.config.authorize_async => Recovery::Reconcile(Stage::Reconcile),
            Stage::Answer if self.params.login_id.is_some() => Recovery::Reconcile(Stage::Verify),
            Stage::Answer => Recovery::Unknown,
            _ => Recovery::Repeat(Some(ErrorCode::OutcomeUnknown)),
        }
    }

    fn challenges(&self, asked: &Value, round: u32) -> Vec<Challenge> {
        let mut challenges = challenges(asked, round);
        if self.code_sent {
            challenges.iter_mut().for_each(Challenge::expect_code);
        }
        challenges
    }
}

/// Whether a refusal of a look says what became of the answer, and not only that looking is refused.
fn tells(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::AnswerRefused
            | ErrorCode::CredentialsRefused
            | ErrorCode::QuestionUnanswered
            | ErrorCode::BankActionRequired
            | ErrorCode::LoginDisabled
    )
}

/// Whether two SecurityChallenges ask the same; pictures may be drawn anew.
fn same(one: &Value, other: &Value) -> bool {
    let prompts = |asked| {
        challenges(asked, 0)
            .into_iter()
            .map(|challenge| challenge.prompt)
    };
    prompts(one).eq(prompts(other))
}
