//! The trait that each vendor implements. It builds requests and interprets replies. The flow handles rounds,
//! deadlines, polling, retries and cancelling for all vendors.

use crate::challenge::{Answers, Challenge};
use crate::failure::{ErrorCode, Refusal};
use crate::http::{Header, Request, Response};
use crate::json::{Reader, Value};
use crate::redirect_error::RedirectError;
use crate::text_enum::text_enum;

text_enum! {
    /// The purpose of a request.
    Stage {
        /// Starts the vendor's session or job.
        Start "start"
        /// Asks for the vendor's progress.
        Poll "poll"
        /// Submits answers.
        Answer "answer"
        /// Asks whether the challenges are still open, before answers are sent.
        PreCheck "pre-check"
        /// Asks whether the challenges are still open, while the person is asked.
        Watch "watch"
        /// Asks for the challenges.
        Challenges "challenges"
        /// Asks for the outcome of a submission whose reply was lost.
        Reconcile "reconcile"
        /// Asks for the connection's state in a new session.
        Verify "verify"
        /// Asks whether the session has ended, so that a new one can start.
        Expiry "expiry"
        /// Asks for the window in which the person signs in.
        Window "window"
        /// Asks which credentials the bank needs.
        Credentials "credentials"
    }
}

/// The submission of a person or a host. Only the request contains it.
pub enum Submission<'a> {
    /// Nothing.
    Nothing,
    /// The credentials that [`Entry::start`] read.
    Credentials(&'a Value),
    /// Answers that fit the round.
    Answers(&'a Answers<'a>),
    /// Raw answers, in the format of the vendor.
    Raw(&'a Value),
}

/// The data of the flow that a vendor needs.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// When the flow started, in milliseconds since 1970.
    pub started_at: u64,
    /// The number of the newest round.
    pub round: u32,
    /// The newest challenges, in the JSON of the vendor. Null before the first round.
    pub challenge_payload: &'a Value,
}

/// The meaning of a reply.
#[derive(Debug)]
pub enum Verdict {
    /// Send the request of this stage now.
    Go(Stage),
    /// Send the request of this stage after the polling interval, or after this many milliseconds if that is
    /// longer.
    Wait(Stage, Option<u64>),
    /// The bank asks a new round of challenges.
    Asks {
        /// The challenges in the JSON of the vendor, for [`Context::challenge_payload`].
        challenges: Value,
        /// Whether the previous answer was refused.
        refused: bool,
    },
    /// The vendor still asks the same round.
    StillAsks,
    /// The person continues in a window: at the bank, or in the vendor's widget.
    Redirect,
    /// The address of that window, new or fresh. It works once.
    Window(String),
    /// The person came back from the window with this error. A new window lets them try again.
    RedirectFailed(RedirectError),
    /// The person continues in the vendor's page: [`Vendor::frame`].
    Connect,
    /// The flow has ended with this result.
    Done(Value),
    /// The flow has failed.
    Failed {
        /// The error code of this library.
        code: ErrorCode,
        /// The vendor's code.
        vendor_code: Option<String>,
        /// When to start a new flow, in milliseconds from now, if the vendor says so.
        retry_after: Option<u64>,
    },
    /// The member to create exists already, with this guid if the vendor names it.
    Exists(Option<String>),
    /// The reply says nothing usable. The flow treats it as lost.
    Unclear,
}

impl Verdict {
    /// [`Verdict::Failed`].
    pub fn failed(
        code: ErrorCode,
        vendor_code: Option<String>,
        retry_after: Option<u64>,
    ) -> Verdict {
        Verdict::Failed {
            code,
            vendor_code,
            retry_after,
        }
    }
}

text_enum! {
    /// The purpose of the vendor's page.
    #[derive(Default)]
    ConnectPurpose {
        /// The person answers challenges.
        Mfa "mfa"
        /// The person signs in at the bank.
        #[default]
        Credentials "credentials"
    }
}

text_enum! {
    /// What a window is.
    WindowPurpose {
        /// The bank's own site, where the person signs in.
        Oauth "oauth"
        /// The vendor's widget.
        Widget "widget"
    }
}

/// The vendor's page, for an iframe or for the whole browser window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Frame {
    /// The purpose of the page.
    pub purpose: ConnectPurpose,
    /// The page's address without the entries in `query`.
    pub url: String,
    /// Query parameters with a secret, which the host fills in when it opens the page.
    pub query: Vec<Header>,
    /// The session of these secrets, as in `Request.session`.
    pub session: u32,
}

/// The recovery from a lost or unclear reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// The request is safe to repeat. After the last retry the flow fails with this code, or, if nothing was
    /// submitted (`None`), with the code of the last error.
    Repeat(Option<ErrorCode>),
    /// Do not repeat the request. The request of this stage asks for the outcome.
    Reconcile(Stage),
    /// Do not repeat the request. The vendor cannot report the outcome.
    Unknown,
}

impl Recovery {
    /// The code with which the flow fails if no recovery is left after an error.
    pub fn code(self, error: ErrorCode) -> ErrorCode {
        match self {
            Recovery::Repeat(code) => code.unwrap_or(error),
            Recovery::Reconcile(_) | Recovery::Unknown => ErrorCode::OutcomeUnknown,
        }
    }
}

/// A vendor's time limits, in milliseconds.
#[derive(Clone, Copy)]
pub struct TimeLimits {
    /// The minimum time between polls.
    pub poll_every: u64,
    /// How long to poll, from the start or the last answer.
    pub poll_for: u64,
    /// How long the vendor waits for the person, if that is known, and whether its documents say so.
    pub idle: Option<(u64, bool)>,
    /// The maximum time from the start to the last poll.
    pub total: u64,
}

/// Copies a flow, so that a search can try several events in one state. Only builds with the simulator need it.
pub trait CopyVendor {
    /// A copy in the same state.
    #[cfg(feature = "simulator")]
    fn copy(&self) -> Box<dyn Vendor>;
}

impl<V: Vendor + Clone + 'static> CopyVendor for V {
    #[cfg(feature = "simulator")]
    fn copy(&self) -> Box<dyn Vendor> {
        Box::new(self.clone())
    }
}

#[cfg(feature = "simulator")]
impl Clone for Box<dyn Vendor> {
    fn clone(&self) -> Self {
        self.as_ref().copy()
    }
}

/// One flow at a vendor: its ids, its requests, and the meaning of the replies.
pub trait Vendor: CopyVendor {
    /// The name of its [`Entry`].
    fn name(&self) -> &'static str;

    /// The vendor's ids of this flow. A snapshot keeps them at a fixed path, so that somebody can look the
    /// flow up at the vendor even if the rest of the snapshot cannot be read.
    fn vendor_ids(&self) -> Value;

    /// The state that a snapshot keeps besides the ids: no secret, answer, credential or URL.
    fn saved_state(&self) -> Value;

    /// The vendor's time limits.
    fn limits(&self) -> TimeLimits;

    /// Whether the request of a stage opens a new session, which needs new secrets.
    fn opens_session(&self, stage: Stage) -> bool;

    /// Whether [`Stage::PreCheck`] must be sent before answers. The vendor can then be asked at any time whether the
    /// round is still open, so the flow also sends [`Stage::Watch`] while the person is asked.
    fn needs_pre_check(&self) -> bool {
        false
    }

    /// How a new session begins if the person gets no code, or `None` if the flow cannot begin one.
    /// [`Stage::Start`] is sent when the vendor's idle time is over, [`Stage::Expiry`] at once.
    fn new_session_stage(&self) -> Option<Stage> {
        None
    }

    /// The flow leaves its session. The next start opens a new one.
    fn leave_session(&mut self) {}

    /// Whether the open round asks for credentials. No session at the bank waits for them, so it does not expire.
    fn asks_credentials(&self) -> bool {
        false
    }

    /// How a flow starts: with a request, in the vendor's page, or with a round of credentials.
    fn initial_verdict(&self) -> Verdict {
        Verdict::Go(Stage::Start)
    }

    /// The vendor's page after [`Verdict::Connect`]. The flow sets its session.
    fn frame(&self) -> Frame {
        Frame::default()
    }

    /// Whether the vendor's page, which did not accept its token, may be opened again with a new one.
    fn may_renew_page_token(&mut self) -> bool {
        false
    }

    /// What the window after [`Verdict::Window`] is, and how long its address works, in milliseconds, if that is known.
    fn window(&self) -> (WindowPurpose, Option<u64>) {
        (WindowPurpose::Oauth, None)
    }

    /// Accepts what a window or the vendor's page claims when the person returns. The next request verifies it. After a
    /// window, only [`Verdict::RedirectFailed`] matters: any other verdict leads to a poll.
    fn accept_claim(&mut self, _claim: &Value) -> Result<Verdict, Refusal> {
        Err(ErrorCode::OutOfTurn.into())
    }

    /// The request of a stage. Returns a refusal if the submission is malformed or does not fit the round.
    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        context: Context,
    ) -> Result<Request, Refusal>;

    /// Interprets the reply to the request of a stage.
    fn judge(&mut self, stage: Stage, response: &Response, context: Context) -> Verdict;

    /// The vendor id that the request of a stage needs, or an empty name if it needs none. `None` if the
    /// vendor has no such stage. A snapshot without them is refused.
    fn needs(&self, stage: Stage) -> Option<&'static str>;

    /// The recovery if that reply was lost or unclear.
    fn recovery(&self, stage: Stage) -> Recovery;

    /// The challenges of a payload, as a form.
    fn challenges(&self, payload: &Value, round: u32) -> Vec<Challenge>;
}

/// A new flow at a vendor, and its credentials, which the flow submits once and does not keep.
pub type Started = (Box<dyn Vendor>, Value);

/// Restores a vendor from [`Vendor::vendor_ids`] and [`Vendor::saved_state`]. Addresses come from the
/// configuration and never from a snapshot, which somebody may have edited.
pub type Restore =
    fn(vendor_ids: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal>;

/// An entry in the list of vendors.
pub struct Entry {
    /// The name of the vendor in snapshots and calls.
    pub name: &'static str,
    /// Reads the parameters and the configuration of a new flow.
    pub start: fn(params: Reader, config: Reader) -> Result<Started, Refusal>,
    /// Restores a flow.
    pub restore: Restore,
}
