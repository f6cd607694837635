//! What happens to a flow, and what it wants done.

use crate::challenge::Round;
use crate::failure::Failure;
use crate::http::{Request, Response};
use crate::json::Value;
use crate::vendor::{Frame, Stage};

/// What happened.
pub enum Event<'a> {
    /// The flow begins, with what credentials there are.
    Started(&'a Value),
    /// A reply came to the send of this serial.
    Replied(u32, Response<'a>),
    /// No reply came to the send of this serial.
    Lost(u32, Loss),
    /// The person answered the round of this number.
    Answered(u32, AnswerInput<'a>),
    /// It is the time that the step named, or later.
    Waited,
    /// The person came back from the window or frame, with what the page says of it.
    Returned(&'a Value),
    /// The vendor's page did not accept the secret that it was opened with.
    TokenRefused,
    /// The caller wants no more of it.
    Cancelled,
    /// The flow comes out of a snapshot. Whether a request was sent just before is not known.
    Restored,
    /// The flow comes out of a snapshot at the window of this address, which nobody has come back from.
    RestoredAtWindow(&'a str),
}

/// How a request failed to bring a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "kebab-case"))]
pub enum Loss {
    /// It may have arrived.
    MaybeSent,
    /// It certainly did not leave.
    NotSent,
    /// It did not leave, because the host has no secret for one of its slots.
    NoSecret,
}

/// Answers as they were handed in.
pub enum AnswerInput<'a> {
    /// By field names; checked against the round.
    Fields(&'a Value),
    /// In the vendor's own form.
    Raw(&'a Value),
}

/// What to do next. Each state has exactly one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(tag = "kind", rename_all = "kebab-case"))]
pub enum Step {
    /// Send this, and say what came of it under its serial.
    Send {
        /// Counts the sends; a reply under another serial is out of turn.
        serial: u32,
        /// What it is for.
        stage: Stage,
        /// The request.
        request: Request,
    },
    /// A send is under way; its request is with whoever got the step.
    Sending {
        /// What it is for.
        stage: Stage,
    },
    /// Come back with [`Event::Waited`].
    Wait {
        /// Then, in milliseconds since 1970.
        until: u64,
        /// What will be sent.
        stage: Stage,
    },
    /// Ask the person. When `round.expires` has come, come back with [`Event::Waited`].
    Challenge {
        /// What to ask.
        round: Round,
    },
    /// The round still stands: hand in the same answers once more, or come back with [`Event::Waited`].
    Resubmit {
        /// The round's number.
        round: u32,
        /// Until when, in milliseconds since 1970; the person is asked anew afterwards.
        until: u64,
    },
    /// Open this window for the person. Come back with [`Event::Returned`], or [`Event::Waited`].
    Redirect {
        /// Its address, to be opened as it is; it works once.
        url: String,
        /// When to look again, in milliseconds since 1970.
        until: u64,
    },
    /// Show the vendor's own page. Come back with [`Event::Returned`], or [`Event::Waited`].
    Connect {
        /// The page.
        frame: Frame,
        /// How long the flow waits for it, in milliseconds since 1970.
        until: u64,
    },
    /// The end.
    Done {
        /// What came of it, in the vendor's shape.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "unknown"))]
        result: Value,
    },
    /// The end.
    Failed {
        /// Why, and what to do next.
        failure: Failure,
    },
}
