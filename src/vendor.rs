//! What a vendor says, and all it says. Rounds, deadlines, polling, budgets, at most once and
//! cancelling are the flow's, once for all vendors.

use crate::challenge::{Answers, Challenge};
use crate::failure::{ErrorCode, Refusal};
use crate::http::{Header, Request, Response};
use crate::json::{Reader, Value};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "kebab-case"))]
pub enum Stage {
    /// Begins.
    Start,
    /// Asks how far the vendor is.
    Poll,
    /// Submits answers.
    Answer,
    /// Asks, before answers are sent, whether they are still asked for.
    PreCheck,
    /// Asks for the challenges themselves.
    Challenges,
    /// Asks what became of a submission whose reply was lost.
    Reconcile,
    /// Asks, in a session of its own, what is true now.
    Verify,
    /// Asks for the window in which the person goes on.
    Window,
}

impl Stage {
    /// Every stage.
    pub const ALL: &[Stage] = &[
        Stage::Start,
        Stage::Poll,
        Stage::Answer,
        Stage::PreCheck,
        Stage::Challenges,
        Stage::Reconcile,
        Stage::Verify,
        Stage::Window,
    ];

    /// The stage as it is printed.
    pub const fn text(self) -> &'static str {
        match self {
            Stage::Start => "start",
            Stage::Poll => "poll",
            Stage::Answer => "answer",
            Stage::PreCheck => "pre-check",
            Stage::Challenges => "challenges",
            Stage::Reconcile => "reconcile",
            Stage::Verify => "verify",
            Stage::Window => "window",
        }
    }
}

/// What a person or a host submitted. It is in the request and nowhere else.
pub enum Submission<'a> {
    /// Nothing.
    Nothing,
    /// Credentials, as the vendor's own reader made them.
    Credentials(&'a Value),
    /// Answers that fit their round.
    Answers(&'a Answers<'a>),
    /// Answers in the vendor's own form, from a host that knows it.
    Raw(&'a Value),
}

/// What a vendor needs to know of its flow.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// When the flow started, in milliseconds since 1970.
    pub started: u64,
    /// The number of the newest round.
    pub round: u32,
    /// What the vendor asked last, in its own JSON; null before.
    pub challenge_payload: &'a Value,
}

/// What a reply means.
#[derive(Debug)]
pub enum Verdict {
    /// On to this stage, at once.
    Go(Stage),
    /// On to this stage after the polling interval, or after what the vendor asks for, in milliseconds.
    Wait(Stage, Option<u64>),
    /// A round of challenges, in the vendor's JSON.
    Asks {
        /// What the flow keeps, and gives back in its [`Context`].
        challenges: Value,
        /// The previous answer was refused.
        refused: bool,
    },
    /// The same round is still asked.
    StillAsks,
    /// The person goes on in a window: at the bank, or in the vendor's widget.
    Redirect,
    /// The address of that window, which works once.
    Window(String),
    /// The person has to go on in the vendor's own page: [`Vendor::frame`].
    Connect,
    /// The end, and what came of it.
    Done(Value),
    /// The end, for a reason.
    Failed {
        /// Our code.
        code: ErrorCode,
        /// The vendor's.
        vendor_code: Option<String>,
        /// When to come back, in milliseconds from now, where the vendor says so.
        after: Option<u64>,
    },
    /// Nothing can be told from it; treated as a lost reply.
    Unclear,
}

impl Verdict {
    /// The end, for a reason.
    pub fn failed(code: ErrorCode, vendor_code: Option<String>, after: Option<u64>) -> Verdict {
        Verdict::Failed {
            code,
            vendor_code,
            after,
        }
    }
}

/// What a person does in a vendor's own page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "kebab-case"))]
pub enum ConnectPurpose {
    /// Answers what the bank asks.
    Mfa,
    /// Signs in at the bank.
    #[default]
    Credentials,
}

/// A vendor's own page, for a frame or for the whole window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Frame {
    /// What the person does there.
    pub purpose: ConnectPurpose,
    /// Its address, complete but for `query`.
    pub url: String,
    /// Entries of the query with a secret, which the host fills in when it opens the page.
    pub query: Vec<Header>,
    /// The session that its secrets belong to.
    pub session: u32,
}

/// What to do about a lost reply, or one that nothing can be told from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// The request is harmless: send it again, a few times. Then end with this code, or with the trouble
    /// itself where nothing has been submitted.
    Repeat(Option<ErrorCode>),
    /// Never again; this stage asks what is true.
    Reconcile(Stage),
    /// Never again, and nobody can say.
    Unknown,
}

impl Recovery {
    /// The code to end with where nothing more can be done about a trouble.
    pub fn end(self, trouble: ErrorCode) -> ErrorCode {
        match self {
            Recovery::Repeat(code) => code.unwrap_or(trouble),
            Recovery::Reconcile(_) | Recovery::Unknown => ErrorCode::OutcomeUnknown,
        }
    }
}

/// A vendor's clocks, in milliseconds.
#[derive(Clone, Copy)]
pub struct Clocks {
    /// The least time between polls.
    pub poll_every: u64,
    /// How long polling goes on, from the start or the last answer.
    pub poll_for: u64,
    /// How long the vendor waits for a person, if that is known, and whether its documents say so.
    pub idle: Option<(u64, bool)>,
    /// How long a flow may live at all.
    pub total: u64,
}

/// A vendor's side of one flow: its ids, and what it does and does not say.
pub trait Vendor {
    /// The vendor's name in snapshots.
    fn name(&self) -> &'static str;

    /// The ids by which the vendor knows this flow, so that it can be looked up by hand even where its
    /// snapshot cannot be read.
    fn vendor_ids(&self) -> Value;

    /// The rest of what a snapshot keeps. No secret, answer or credential, and no address.
    fn saved_state(&self) -> Value;

    /// Its clocks.
    fn clocks(&self) -> Clocks;

    /// Whether a stage opens a session with secrets of its own.
    fn opens_session(&self, stage: Stage) -> bool;

    /// Whether the vendor must be asked, before answers are sent, if they are still asked for.
    fn needs_pre_check(&self) -> bool {
        false
    }

    /// How a flow begins: by the first request, unless the person is sent to the vendor's page at once.
    fn initial_verdict(&self) -> Verdict {
        Verdict::Go(Stage::Start)
    }

    /// The vendor's own page, where it said [`Verdict::Connect`]. The session is the flow's.
    fn frame(&self) -> Frame {
        Frame::default()
    }

    /// What a page says that came of a window or frame. It is a claim: the vendor is asked next.
    fn accept_claim(&mut self, _claim: &Value) -> Result<Verdict, Refusal> {
        Err(ErrorCode::OutOfTurn.into())
    }

    /// The request for a stage, or why what was submitted cannot be sent.
    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        context: Context,
    ) -> Result<Request, Refusal>;

    /// What a reply to a stage means.
    fn judge(&mut self, stage: Stage, response: &Response, context: Context) -> Verdict;

    /// What a lost reply to a stage means.
    fn recovery(&self, stage: Stage) -> Recovery;

    /// What was asked, as challenges.
    fn challenges(&self, asked: &Value, round: u32) -> Vec<Challenge>;
}

/// The vendor's side of a new flow, and the credentials, apart: they are kept nowhere.
pub type Started = (Box<dyn Vendor>, Value);

/// Reads a vendor's side out of a snapshot.
pub type Restore =
    fn(key: Reader, saved: Reader, config: Reader) -> Result<Box<dyn Vendor>, Refusal>;

/// A vendor in the list of vendors.
pub struct Entry {
    /// Its name in snapshots and calls.
    pub name: &'static str,
    /// Reads a start's parameters and configuration.
    pub start: fn(params: Reader, config: Reader) -> Result<Started, Refusal>,
    /// Reads what [`Vendor::vendor_ids`] and [`Vendor::saved_state`] wrote. Addresses come from the configuration
    /// and never from a snapshot, which somebody may have edited.
    pub restore: Restore,
}
