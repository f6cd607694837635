//! A flow is a value: it takes an event and the time, and returns the one next step.
//!
//! ```text
//!                       ┌─ working, or lost ─► Waiting ─────── waited ──────────┐
//!        started        ├─ challenge ────────► Asking ──────── answered ────────┤
//!   New ─────────► Sending ─ window ─────────► Redirecting ─── returned, waited ┼──► Sending
//!    │                  ├─ vendor's page ────► Connecting ──── returned ────────┘
//!    │                  └─ end ──────────────► Done or Failed
//!    └─ vendor's page, at once ──────────────► Connecting
//! ```
//!
//! The meaning of a reply decides which arrow out of Sending the flow takes. If the vendor needs a pre-check,
//! Asking sends it first and continues in Resubmitting, where the driver submits the same answers again. Such a
//! vendor is also watched while the flow is Asking: its replies can end the round. If the person asks for a new
//! session, Asking goes to Waiting, until the vendor allows a new start. Asking and Connecting fail when their time
//! is over. Every state fails when the flow is cancelled.
//!
//! The flow uses no clock, randomness, network or storage. The caller passes the time with each event.

use crate::failure::{ErrorCode, Failure, Refusal};
use crate::http::Response;
use crate::json::Value;
use crate::redirect_error::RedirectError;
use crate::vendor::{Context, Stage, Submission, Vendor, Verdict};

mod asking;
mod new_session;
mod recovery;
mod snapshot;
mod step;
mod timing;
mod window;

pub use step::{AnswerInput, Event, Loss, Step};
pub use timing::{MAX_LOST_POLLS, MAX_REPEATS};

use window::Window;

/// A flow. Times are in milliseconds since 1970.
#[cfg_attr(feature = "simulator", derive(Clone))]
pub struct Flow {
    id: String,
    vendor: Box<dyn Vendor>,
    state: State,
    started_at: u64,
    /// Since when the vendor has been working without asking the person.
    working_since: u64,
    last_reply_at: u64,
    /// The number of the newest request.
    serial: u32,
    /// The number of the newest session.
    session: u32,
    /// The number of the newest round.
    round: u32,
    /// The number of retries in a row.
    repeats: u32,
    /// How often the person asked for a new session.
    new_sessions: u32,
    /// The newest challenges, in the JSON of the vendor.
    challenge_payload: Value,
    /// When these challenges expire.
    expires_at: u64,
    /// Whether the bank refused the previous answer.
    refused: bool,
    /// The pause before the next watch of the open round.
    watch_pause: u64,
    /// When a watch last found the round open, or 0.
    seen_open_at: u64,
    window: Window,
    /// The number of the newest window. A fresh address of an open window does not change it.
    window_number: u32,
    /// Why the previous window did not help.
    redirect_error: Option<RedirectError>,
}

#[derive(Clone)]
enum State {
    New,
    Sending(Stage),
    Waiting {
        stage: Stage,
        until: u64,
    },
    /// `watch_at` is the time of the next watch, if the vendor can be watched.
    Asking {
        watch_at: Option<u64>,
    },
    Resubmitting {
        until: u64,
    },
    Redirecting {
        until: u64,
    },
    Connecting {
        until: u64,
    },
    Done(Value),
    Failed(Failure),
}

impl Flow {
    /// A flow that has not started. The vendor never sees the id.
    pub fn new(id: &str, vendor: Box<dyn Vendor>) -> Flow {
        Flow {
            id: id.to_owned(),
            vendor,
            state: State::New,
            started_at: 0,
            working_since: 0,
            last_reply_at: 0,
            serial: 0,
            session: 0,
            round: 0,
            repeats: 0,
            new_sessions: 0,
            challenge_payload: Value::Null,
            expires_at: 0,
            refused: false,
            watch_pause: 0,
            seen_open_at: 0,
            window: Window::None,
            window_number: 0,
            redirect_error: None,
        }
    }

    /// The flow's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the step after an event. An event that does not fit the state is refused and changes nothing.
    pub fn advance(&mut self, event: Event, now: u64) -> Result<Step, Refusal> {
        match (event, &self.state) {
            (_, State::Done(_) | State::Failed(_)) => {}
            (Event::Started(credentials), State::New) => {
                self.started_at = now;
                self.working_since = now;
                return match self.vendor.initial_verdict() {
                    Verdict::Go(stage) => self.submit(stage, &Submission::Credentials(credentials)),
                    verdict => self.follow(verdict, None, now),
                };
            }
            (Event::Replied(serial, response), &State::Sending(stage)) if serial == self.serial => {
                return self.replied(stage, &response, now);
            }
            (Event::Lost(serial, loss), &State::Sending(stage)) if serial == self.serial => {
                return self.lost(stage, loss, now);
            }
            (Event::Restored, _) => return self.restored(now),
            (Event::RestoredAtWindow(url), State::Redirecting { .. }) => {
                self.restored_at_window(url);
            }
            (Event::WindowOpened, State::Redirecting { .. }) => return self.window_opened(now),
            (Event::Waited, _) => return self.waited(now),
            (Event::Returned(claim), _) => return self.returned(claim, now),
            (Event::TokenRefused, State::Connecting { .. }) => self.token_refused(now),
            (
                Event::Answered(number, submitted),
                State::Asking { .. } | State::Resubmitting { .. } | State::Sending(Stage::Watch),
            ) if number == self.round => {
                if now < self.expires_at {
                    return self.answered(&submitted, now);
                }
                self.fail(ErrorCode::SessionExpired, now);
            }
            (Event::Answered(number, _), _) if (1..=self.round).contains(&number) => {
                return Err(ErrorCode::StaleRound.into());
            }
            (Event::NewSession(number), State::Asking { .. } | State::Sending(Stage::Watch))
                if number == self.round =>
            {
                return self.start_new_session(now);
            }
            (Event::NewSession(number), _) if (1..self.round).contains(&number) => {
                return Err(ErrorCode::StaleRound.into());
            }
            (Event::Cancelled, _) => self.cancelled(now),
            (Event::DriverFailed(code), _) => self.driver_failed(code, now),
            _ => return Err(ErrorCode::OutOfTurn.into()),
        }
        Ok(self.step())
    }

    /// Returns a request that carries a submission. If the vendor refuses the submission, nothing changes.
    fn submit(&mut self, stage: Stage, submission: &Submission) -> Result<Step, Refusal> {
        let mut request = self.vendor.request(stage, submission, self.context())?;
        self.session += u32::from(self.vendor.opens_session(stage));
        self.serial += 1;
        // A vendor that never opens a session has session 1 for all its requests.
        request.session = self.session.max(1);
        if stage == Stage::Watch {
            request.timeout = request.timeout.min(asking::WATCH_TIMEOUT_MS);
        }
        self.state = State::Sending(stage);
        Ok(Step::Send {
            serial: self.serial,
            stage,
            request,
        })
    }

    /// Returns a request that carries no submission. After the total time limit, starts, polls and windows fail; a
    /// request for the outcome of a submission is still sent.
    fn send(&mut self, stage: Stage, now: u64) -> Result<Step, Refusal> {
        use Stage::{Expiry, Poll, Start, Window};
        if matches!(stage, Start | Poll | Expiry | Window) && now >= self.end_of_life() {
            self.fail(ErrorCode::TimedOut, now);
            return Ok(self.step());
        }
        self.submit(stage, &Submission::Nothing)
    }

    fn context(&self) -> Context<'_> {
        Context {
            started_at: self.started_at,
            round: self.round,
            challenge_payload: &self.challenge_payload,
        }
    }

    fn replied(&mut self, stage: Stage, response: &Response, now: u64) -> Result<Step, Refusal> {
        let context = Context {
            started_at: self.started_at,
            round: self.round,
            challenge_payload: &self.challenge_payload,
        };
        let response = Response {
            retry_after: response
                .retry_after
                .map(|ms| ms.min(timing::MAX_RETRY_AFTER_MS)),
            ..*response
        };
        let verdict = self.vendor.judge(stage, &response, context);
        self.last_reply_at = now;
        if stage == Stage::Watch {
            return self.watched(verdict, response.status, now);
        }
        if let Verdict::Unclear = verdict {
            return self.recover(stage, ErrorCode::UnreadableReply, now);
        }
        self.repeats = 0;
        self.follow(verdict, Some(response.status), now)
    }

    /// The person returned from the window or the vendor's page. The next request verifies their claim.
    fn returned(&mut self, claim: &Value, now: u64) -> Result<Step, Refusal> {
        match (&self.state, &self.window) {
            (state, Window::Open(_) | Window::Left(_)) => {
                let at_window = matches!(state, State::Redirecting { .. });
                let verdict = self.vendor.accept_claim(claim)?;
                self.leave_window();
                self.redirect_error = None;
                let mut stage = Stage::Poll;
                if let Verdict::RedirectFailed(error) = verdict {
                    self.redirect_error = Some(error);
                    stage = Stage::Window;
                }
                // In any other state a poll follows anyway, and that poll uses the claim.
                if at_window {
                    return self.send_when_due(stage, now);
                }
                Ok(self.step())
            }
            (State::Connecting { .. }, Window::None) => {
                let verdict = self.vendor.accept_claim(claim)?;
                self.repeats = 0;
                self.working_since = now;
                self.follow(verdict, None, now)
            }
            _ => Err(ErrorCode::OutOfTurn.into()),
        }
    }

    /// Enters the state that a verdict leads to.
    fn follow(&mut self, verdict: Verdict, status: Option<u16>, now: u64) -> Result<Step, Refusal> {
        match verdict {
            Verdict::Go(stage) => {
                // This is a new window, not a fresh address of the open one.
                if stage == Stage::Window
                    && let Window::Open(_) = self.window
                {
                    self.leave_window();
                }
                return self.send(stage, now);
            }
            Verdict::Wait(stage, retry_after) => {
                // The vendor no longer needs the window. If it needs a window later, that is a new one.
                // A throttled poll says nothing about it.
                if stage != Stage::Window && status != Some(429) {
                    if let Window::Open(_) = self.window {
                        self.leave_window();
                    }
                    self.redirect_error = None;
                }
                self.wait_for_poll(stage, retry_after, now);
                self.return_to_window();
            }
            Verdict::Asks {
                challenges,
                refused,
            } => self.take_challenges(challenges, refused, now),
            Verdict::StillAsks => self.await_resubmission(now),
            Verdict::Redirect if self.window.has_address() => self.redirect(now),
            Verdict::Redirect => return self.send(Stage::Window, now),
            Verdict::Window(url) => return self.open_window(url, now),
            Verdict::Connect => self.connect(now),
            Verdict::Done(result) => self.state = State::Done(result),
            Verdict::Failed {
                code,
                vendor_code,
                retry_after,
            } => self.end(
                Failure {
                    vendor_code,
                    status,
                    retry_at: retry_after.map(|ms| now.saturating_add(ms)),
                    ..code.into()
                },
                now,
            ),
            Verdict::Exists(member_guid) => self.end(
                Failure {
                    member_guid,
                    status,
                    ..ErrorCode::MemberExists.into()
                },
                now,
            ),
            Verdict::RedirectFailed(error) => {
                self.redirect_error = Some(error);
                self.leave_window();
                return self.send(Stage::Window, now);
            }
            // `replied` handles an unclear reply before this, and no other call returns this verdict.
            Verdict::Unclear => self.fail(ErrorCode::UnreadableReply, now),
        }
        Ok(self.step())
    }

    /// Whether the URL of the vendor's page contains a secret.
    fn page_has_secret(&self) -> bool {
        !self.vendor.frame().query.is_empty()
    }
}
