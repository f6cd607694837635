//! The events that a flow takes, and the steps that it returns.

use super::{Flow, State, Window};
use crate::challenge::{Round, RoundExpiry};
use crate::failure::{ErrorCode, Failure};
use crate::http::{Request, Response};
use crate::json::Value;
use crate::redirect_error::RedirectError;
use crate::text_enum::text_enum;
use crate::vendor::{Frame, Stage, WindowPurpose};

/// An event that a flow takes.
pub enum Event<'a> {
    /// The flow starts, with its credentials or null.
    Started(&'a Value),
    /// The reply to the request with this serial.
    Replied(u32, Response<'a>),
    /// The request with this serial got no reply.
    Lost(u32, Loss),
    /// The person answered the round with this number.
    Answered(u32, AnswerInput<'a>),
    /// The waiting time of the step is over.
    Waited,
    /// The person returned from the window or the vendor's page, with what that page claims.
    Returned(&'a Value),
    /// Somebody is about to open the address of the window. If the step stays `Redirect`, they may; if it becomes `Send`,
    /// the flow gets a fresh address first, and they report again.
    WindowOpened,
    /// The vendor's page did not accept its token.
    TokenRefused,
    /// The person needs a new session instead of the round with this number.
    NewSession(u32),
    /// The caller cancelled the flow.
    Cancelled,
    /// The driver cannot go on, for this reason.
    DriverFailed(ErrorCode),
    /// The flow was restored from a snapshot. Whether a request was sent just before is unknown.
    Restored,
    /// The flow was restored from a snapshot, and the person is still in the window with this address.
    RestoredAtWindow(&'a str),
}

text_enum! {
    /// Why a request got no reply.
    Loss {
        /// The vendor may have received the request.
        MaybeSent "maybe-sent"
        /// The request was certainly not sent.
        NotSent "not-sent"
        /// The request was not sent, because a function of the host threw.
        HostError "host-error"
        /// The request was not sent, because the host has no secret for one of its slots.
        NoSecret "no-secret"
    }
}

/// Answers as they were submitted.
pub enum AnswerInput<'a> {
    /// By field name. The flow checks them against the round.
    Fields(&'a Value),
    /// Raw answers, in the format of the vendor.
    Raw(&'a Value),
}

/// What to do next. Each state of a flow has exactly one step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(tag = "kind", rename_all = "kebab-case"))]
pub enum Step {
    /// Send this request, and report its reply or its loss with the same serial.
    Send {
        /// The serial number of the request, from 1. The flow refuses a reply with another serial number.
        serial: u32,
        /// The purpose of the request.
        stage: Stage,
        /// The request.
        request: Request,
    },
    /// A request is under way. Only the step `send` contained it.
    Sending {
        /// The purpose of the request.
        stage: Stage,
    },
    /// Wait, then report `waited`.
    Wait {
        /// Until when, in ms since 1970.
        until: u64,
        /// The purpose of the next request.
        stage: Stage,
    },
    /// Show this round to the person and report their answers. When `round.expires` has passed, report `waited`.
    Challenge {
        /// The challenges.
        round: Round,
        /// If somebody looks at the flow then, report `waited`: the flow asks the vendor whether the round is still
        /// open. In ms since 1970; `null` if the vendor cannot be asked.
        #[cfg_attr(target_arch = "wasm32", serde(rename = "watchAt"))]
        #[cfg_attr(target_arch = "wasm32", tsify(type = "number | null"))]
        watch_at: Option<u64>,
        /// If nobody has answered by then, report `waited`: the flow ends. In ms since 1970.
        #[cfg_attr(target_arch = "wasm32", serde(rename = "endsAt"))]
        ends_at: u64,
    },
    /// The vendor still asks the same round: submit the same answers again.
    Resubmit {
        /// The number of the round.
        round: u32,
        /// The time limit, in ms since 1970. Then report `waited`, and the flow asks the person again.
        until: u64,
    },
    /// Open this window for the person. Report `returned` when they are back, or `waited` at `until`.
    Redirect {
        /// The number of the window, from 1. It stays the same if the window gets a fresh address.
        number: u32,
        /// What the window is.
        purpose: WindowPurpose,
        /// The newest address. It works once: open it unchanged, after `windowOpened`.
        url: String,
        /// Whether that address was opened.
        opened: bool,
        /// When the flow polls next, in ms since 1970.
        until: u64,
        /// Why the previous window did not help, if its landing page or a status said so.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "RedirectError | null"))]
        error: Option<RedirectError>,
    },
    /// Show the vendor's page. Report `returned` when the page says that it is done, or `waited` at `until`.
    Connect {
        /// The page.
        frame: Frame,
        /// When the flow stops waiting for the page, in ms since 1970.
        until: u64,
    },
    /// The flow has ended with a result.
    Done {
        /// The result, in the vendor's shape.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "unknown"))]
        result: Value,
    },
    /// The flow has failed.
    Failed {
        /// Why, and what to do next.
        failure: Failure,
    },
}

impl Flow {
    /// The step of the current state. Only [`advance`](Flow::advance) returns a request, and only once,
    /// because the flow does not keep it.
    pub fn step(&self) -> Step {
        match &self.state {
            State::New => Step::Sending {
                stage: Stage::Start,
            },
            State::Sending(stage) => Step::Sending { stage: *stage },
            State::Waiting { stage, until } => Step::Wait {
                until: *until,
                stage: *stage,
            },
            State::Asking { watch_at } => Step::Challenge {
                round: self.round(),
                watch_at: *watch_at,
                ends_at: self.expires_at,
            },
            State::Resubmitting { until } => Step::Resubmit {
                round: self.round,
                until: *until,
            },
            State::Redirecting { until } => Step::Redirect {
                number: self.window_number,
                purpose: self.vendor.window().0,
                url: match &self.window {
                    Window::Open(window) => window.url.clone(),
                    // The flow was restored, and the next event sets or replaces the window.
                    Window::None | Window::Left(_) => String::new(),
                },
                opened: matches!(&self.window, Window::Open(window) if window.opened),
                until: *until,
                error: self.redirect_error.clone(),
            },
            State::Connecting { until } => Step::Connect {
                frame: Frame {
                    session: self.session,
                    ..self.vendor.frame()
                },
                until: *until,
            },
            State::Done(result) => Step::Done {
                result: result.clone(),
            },
            State::Failed(failure) => Step::Failed {
                failure: failure.clone(),
            },
        }
    }

    fn round(&self) -> Round {
        let expiry = |(_, documented)| RoundExpiry {
            at: self.expires_at,
            documented,
        };
        Round {
            number: self.round,
            refused: self.refused,
            challenges: self.vendor.challenges(&self.challenge_payload, self.round),
            expires: self.round_limit().map(expiry),
            new_session: self.new_session(),
        }
    }
}
