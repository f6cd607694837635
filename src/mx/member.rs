//! The flow of a member: a job, challenges, and the window in which the person signs in.

use crate::challenge::Challenge;
use crate::failure::{ErrorCode, Refusal};
use crate::http::{Request, Response};
use crate::json::{Reader, Value, object};
use crate::vendor::{
    Context, Recovery, Stage, Started, Submission, TimeLimits, Vendor, Verdict, WindowPurpose,
};

use super::challenge::{challenges, raw_resume_challenges, resume_challenges};
use super::credentials::are_credentials;
use super::params::{member_guid, member_id};
use super::reply::Refused;
use super::requests::{MemberRequests, StartMode};

mod answer;
mod creation;
mod credentials;
mod sign_in;
mod status;
mod window;

use sign_in::SignIn;

/// The vendor's name in snapshots.
pub const NAME: &str = "mx";

/// How long the address of a widget works: ten minutes (request-widget-url), less half a minute for the page to load. No
/// page says how long the address of an OAuth window works.
const WIDGET_URL_MS: u64 = 570_000;

/// Reads the parameters of a new flow. The credentials are returned separately and never stored.
pub fn start(params: Reader, config: Reader) -> Result<Started, Refusal> {
    let (requests, credentials) = MemberRequests::start(params, config)?;
    let mut member = Member::new(requests);
    member.asks_credentials = member.requests.asks_first(&credentials);
    Ok((Box::new(member), credentials))
}

/// Restores a flow from a snapshot.
pub fn restore(ids: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal> {
    let signs_in = saved.get("signsIn").bool()?;
    let mut requests = MemberRequests::read(saved.get("params"), signs_in, config)?;
    let field = ids.get("member_guid");
    let has_left_session = saved.get("hasLeftSession").bool()?;
    let creates = requests.creates() && field.is_null() && !has_left_session;
    if creates {
        saved.get("params").get("institutionCode").text()?;
    } else {
        member_id(&field)?;
    }
    requests.member_guid = field.value().as_text().map(str::to_owned);
    if has_left_session || (requests.creates() && !creates) {
        requests.start_mode = StartMode::Job;
    }
    Ok(Box::new(Member {
        failed_products: saved.get("failedProducts").value().clone(),
        unconfirmed_polls: saved.get("unconfirmedPolls").uint()?,
        refused: saved.get("refused").bool()?,
        opens_widget: saved.get("opensWidget").bool()?,
        sign_in: SignIn::read(saved.get("signIn"))?,
        has_left_session,
        asks_credentials: saved.get("asksCredentials").bool()?,
        ..Member::new(requests)
    }))
}

#[derive(Clone)]
struct Member {
    requests: MemberRequests,
    /// How many polls in a row gave a reply that another poll must confirm.
    unconfirmed_polls: u64,
    /// The products that failed when the member was created, or null.
    failed_products: Value,
    /// Whether MX refused the last answers or credentials.
    refused: bool,
    /// Whether the newest round, or the one that comes next, asks for credentials.
    asks_credentials: bool,
    /// Whether the window to open is MX's widget, not the bank's site.
    opens_widget: bool,
    sign_in: SignIn,
    /// Whether a new session has replaced the first one. It starts with a job.
    has_left_session: bool,
    /// The stage that led to [`Stage::Challenges`].
    challenges_for: Stage,
}

impl Member {
    fn new(requests: MemberRequests) -> Member {
        let starts_in_window = requests.start_mode == StartMode::Window;
        Member {
            sign_in: SignIn::new(&requests.params, starts_in_window),
            requests,
            unconfirmed_polls: 0,
            failed_products: Value::Null,
            refused: false,
            asks_credentials: false,
            opens_widget: false,
            has_left_session: false,
            challenges_for: Stage::Poll,
        }
    }

    /// Reads the member's guid from a reply. MX can give the member a new guid in a migration.
    fn read_member_guid(&mut self, body: &Value) {
        let value = body.get("member").get("guid");
        if member_guid(&Reader::new("guid", value)).is_ok() {
            self.requests.member_guid = value.as_text().map(str::to_owned);
        }
    }
}

/// Fails because MX refused a call.
fn failed((code, vendor_code): Refused, response: &Response) -> Verdict {
    Verdict::failed(code, vendor_code.map(str::to_owned), response.retry_after)
}

impl Vendor for Member {
    fn name(&self) -> &'static str {
        NAME
    }

    fn vendor_ids(&self) -> Value {
        object! {
            "user_guid": self.requests.text("userGuid"),
            "member_guid": self.requests.member_guid.as_deref(),
        }
    }

    fn saved_state(&self) -> Value {
        object! {
            "params": self.requests.params.clone(),
            "signsIn": self.requests.start_mode == StartMode::Update,
            "unconfirmedPolls": Value::number(self.unconfirmed_polls),
            "failedProducts": self.failed_products.clone(),
            "refused": self.refused,
            "opensWidget": self.opens_widget,
            "signIn": self.sign_in.save(),
            "hasLeftSession": self.has_left_session,
            "asksCredentials": self.asks_credentials,
        }
    }

    /// Documented: at least 3 s between polls. The 30 minutes of polling and the total of two hours are our
    /// choice. No page documents when an unanswered challenge becomes EXPIRED.
    fn limits(&self) -> TimeLimits {
        TimeLimits {
            poll_every: 3_000,
            poll_for: 30 * 60_000,
            idle: None,
            total: 120 * 60_000,
        }
    }

    /// All calls use one key, so no request opens a session.
    fn opens_session(&self, _: Stage) -> bool {
        false
    }

    /// An answer to an EXPIRED member would make it CHALLENGED again and hide the error.
    fn needs_pre_check(&self) -> bool {
        !self.asks_credentials
    }

    fn initial_verdict(&self) -> Verdict {
        Verdict::Go(match self.asks_credentials {
            true => Stage::Credentials,
            false => Stage::Start,
        })
    }

    fn window(&self) -> (WindowPurpose, Option<u64>) {
        match self.opens_widget {
            true => (WindowPurpose::Widget, Some(WIDGET_URL_MS)),
            false => (WindowPurpose::Oauth, None),
        }
    }

    /// A flow with a memberGuid alone does not know which job to start.
    fn new_session_stage(&self) -> Option<Stage> {
        let can_start = self.requests.start_mode != StartMode::Status && !self.asks_credentials;
        can_start.then_some(Stage::Expiry)
    }

    fn leave_session(&mut self) {
        self.requests.start_mode = StartMode::Job;
        self.has_left_session = true;
        self.refused = false;
    }

    fn accept_claim(&mut self, claim: &Value) -> Result<Verdict, Refusal> {
        self.accept_landing(claim)
    }

    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        context: Context,
    ) -> Result<Request, Refusal> {
        let requests = &self.requests;
        Ok(match submission {
            Submission::Answers(answers) => {
                self.answer(resume_challenges(context.challenge_payload, answers))
            }
            Submission::Raw(raw) => {
                self.answer(raw_resume_challenges(context.challenge_payload, raw)?)
            }
            _ if stage == Stage::Credentials => requests.credentials(),
            Submission::Credentials(credentials) => requests.start_request(credentials),
            Submission::Nothing => match stage {
                Stage::Challenges => requests.challenges(),
                Stage::Window if self.opens_widget => requests.widget(),
                Stage::Window => requests.window(),
                Stage::Start => requests.start_request(&Value::Null),
                _ => requests.status(),
            },
        })
    }

    fn judge(&mut self, stage: Stage, response: &Response, context: Context) -> Verdict {
        match stage {
            Stage::Start => match self.requests.start_mode {
                StartMode::Status => self.judge_status(stage, response, context),
                StartMode::Window => self.judge_window(response),
                mode => self.judge_start(response, mode),
            },
            Stage::Credentials => self.judge_credentials(response),
            Stage::Answer if self.asks_credentials => self.judge_sign_in(response),
            Stage::Answer => self.judge_resume(response),
            Stage::Window => self.judge_window(response),
            _ => self.judge_status(stage, response, context),
        }
    }

    fn needs(&self, stage: Stage) -> Option<&'static str> {
        match stage {
            Stage::Start => Some(""),
            Stage::Credentials | Stage::Answer if self.creates_by_credentials() => Some(""),
            Stage::PreCheck if self.asks_credentials => None,
            Stage::Verify => None,
            _ => Some("member_guid"),
        }
    }

    /// A lost job request is sent again. If the job runs already, MX replies 202 and starts no other job (the
    /// pages of aggregate). A status request instead could show the end of the previous job.
    fn recovery(&self, stage: Stage) -> Recovery {
        match (stage, self.requests.start_mode) {
            (Stage::Start, StartMode::Create | StartMode::Update) => Recovery::Unknown,
            (Stage::Start, StartMode::Job) => Recovery::Repeat(Some(ErrorCode::OutcomeUnknown)),
            (Stage::Answer, _) if self.asks_credentials => Recovery::Unknown,
            (Stage::Answer, _) => Recovery::Reconcile(Stage::Reconcile),
            (Stage::Poll | Stage::Challenges | Stage::Reconcile, _) => {
                Recovery::Repeat(Some(ErrorCode::OutcomeUnknown))
            }
            _ => Recovery::Repeat(None),
        }
    }

    fn challenges(&self, payload: &Value, round: u32) -> Vec<Challenge> {
        // A snapshot that somebody edited could send credentials as answers, or answers as credentials.
        match are_credentials(payload) == self.asks_credentials {
            true => challenges(payload, round),
            false => Vec::new(),
        }
    }
}
