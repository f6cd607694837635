//! The flow: a value that takes an event and the time, and gives the one next step.
//!
//! ```text
//!                       ┌─ not yet, or lost ─► Waiting ─────── waited ──────────┐
//!        started        ├─ it asks ──────────► Asking ──────── answered ────────┤
//!   New ─────────► Sending ─ a window ───────► Redirecting ─── returned, waited ┼──► Sending
//!    │                  ├─ its own page ─────► Connecting ──── returned ────────┘
//!    │                  └─ it is through ────► Done or Failed
//!    └─ its own page, at once ───────────────► Connecting
//! ```
//!
//! Each arrow out of Sending is what a reply means. Where the vendor must be asked before answers are sent,
//! Asking leads through that call to Resubmitting, in which the driver hands them in once more. Asking and
//! Connecting fail when their time is over, and every state when the flow is cancelled.
//!
//! No clock, randomness, network or storage is in here: `now` comes in with every event, and the flow's
//! id, which only spreads the polls, with its start.

use crate::challenge::{Answers, Round, RoundExpiry};
use crate::failure::{ErrorCode, Failure, NextAction, Refusal};
use crate::http::Response;
use crate::json::Value;
use crate::vendor::{Context, Frame, Recovery, Stage, Submission, Vendor, Verdict};

mod snapshot;
mod step;

pub use step::{AnswerInput, Event, Loss, Step};

/// How often a harmless request is repeated before its trouble counts as the end.
pub const MAX_REPEATS: u32 = 4;

/// How many polls in a row may bring nothing: the bank works on, whether it is heard or not.
pub const MAX_LOST_POLLS: u32 = 12;

/// How long the driver may take to hand in, once more, the answers that it has just handed in.
const SUPPLY_WITHIN: u64 = 10_000;

/// When to come back where the vendor does not say, in milliseconds. Ours, no vendor's.
const COME_BACK: u64 = 60_000;

/// A flow.
pub struct Flow {
    id: String,
    vendor: Box<dyn Vendor>,
    state: State,
    /// When it started.
    started: u64,
    /// Since when the vendor has been working without asking.
    working: u64,
    /// How many requests were sent.
    serial: u32,
    /// How many sessions were opened.
    session: u32,
    /// How many rounds were asked.
    round: u32,
    /// How many times in a row a harmless request was repeated.
    repeats: u32,
    /// What was asked last, in the vendor's own JSON.
    asked: Value,
    /// Until when it may be answered.
    expires: u64,
    /// The answer before it was refused.
    refused: bool,
    /// When the last reply came.
    heard: u64,
    /// The window that is open; empty once it was left. It works once, so a snapshot does not keep it.
    window: Option<String>,
}

enum State {
    New,
    Sending(Stage),
    Waiting { stage: Stage, until: u64 },
    Asking,
    Resubmitting { until: u64 },
    Redirecting { until: u64 },
    Connecting { until: u64 },
    Done(Value),
    Failed(Failure),
}

impl Flow {
    /// A flow that has not begun. The id names it to its host and is not sent to the vendor.
    pub fn new(id: &str, vendor: Box<dyn Vendor>) -> Flow {
        Flow {
            id: id.to_owned(),
            vendor,
            state: State::New,
            started: 0,
            working: 0,
            serial: 0,
            session: 0,
            round: 0,
            repeats: 0,
            asked: Value::Null,
            expires: 0,
            refused: false,
            heard: 0,
            window: None,
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The one transition. An event that does not fit is refused, and the flow stays as it was.
    pub fn advance(&mut self, event: Event, now: u64) -> Result<Step, Refusal> {
        match (event, &self.state) {
            (_, State::Done(_) | State::Failed(_)) => {}
            (Event::Started(credentials), State::New) => {
                self.started = now;
                self.working = now;
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
            // Nothing has been submitted yet, and who held the answers is gone. The look may be just behind.
            (Event::Restored, State::Resubmitting { .. } | State::Sending(Stage::PreCheck))
            | (
                Event::Restored,
                State::Waiting {
                    stage: Stage::PreCheck,
                    ..
                },
            ) => {
                self.heard = now;
                self.state = State::Asking;
            }
            (Event::Restored, State::Redirecting { .. }) => return self.send(Stage::Window, now),
            (Event::RestoredAtWindow(url), State::Redirecting { .. }) => {
                self.window = Some(url.to_owned())
            }
            (Event::Restored, &State::Sending(stage)) => {
                return self.recover(stage, ErrorCode::Unreachable, now);
            }
            (Event::Restored, State::Waiting { .. } | State::Asking | State::Connecting { .. }) => {
            }
            (Event::Waited, &State::Waiting { stage, until }) => {
                if now >= until {
                    return self.send(stage, now);
                }
            }
            (Event::Waited, State::Asking) => {
                if now >= self.expires {
                    self.fail(ErrorCode::SessionExpired, now);
                }
            }
            (Event::Waited, &State::Connecting { until }) => {
                if now >= until {
                    self.fail(ErrorCode::SessionExpired, now);
                }
            }
            (Event::Waited, &State::Resubmitting { until }) => {
                if now >= until {
                    self.state = State::Asking;
                }
            }
            (Event::Waited, &State::Redirecting { until }) => {
                if now >= until {
                    return self.send(Stage::Poll, now);
                }
            }
            (Event::Returned(claim), state) if self.window.is_some() => {
                let look = matches!(state, State::Redirecting { .. });
                self.vendor.accept_claim(claim)?;
                self.window = Some(String::new());
                // While it is looked anyway, the claim is for the next look.
                if look {
                    return self.look(Stage::Poll, now);
                }
            }
            (Event::Returned(claim), State::Connecting { .. }) => {
                let verdict = self.vendor.accept_claim(claim)?;
                self.repeats = 0;
                self.working = now;
                return self.follow(verdict, None, now);
            }
            (Event::TokenRefused, State::Connecting { .. }) => {
                if !self.page_has_secret() {
                    // It is the token of the session that the page belongs to, and is not replaced.
                    self.fail(ErrorCode::SessionExpired, now);
                } else if self.repeats < MAX_REPEATS {
                    self.repeats += 1;
                    self.connect(now);
                } else {
                    self.fail(ErrorCode::Unauthorized, now);
                }
            }
            (Event::Answered(number, submitted), State::Asking | State::Resubmitting { .. })
                if number == self.round =>
            {
                if now < self.expires {
                    return self.answered(&submitted, now);
                }
                self.fail(ErrorCode::SessionExpired, now);
            }
            (Event::Answered(number, _), _) if (1..=self.round).contains(&number) => {
                return Err(ErrorCode::StaleRound.into());
            }
            (Event::Cancelled, _) => self.cancelled(now),
            _ => return Err(ErrorCode::OutOfTurn.into()),
        }
        Ok(self.step())
    }

    /// The step that the flow stands at. A request is handed out once only, by
    /// [`advance`](Flow::advance), because what it carries is kept nowhere.
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
            State::Asking => Step::Challenge {
                round: Round {
                    number: self.round,
                    refused: self.refused,
                    challenges: self.vendor.challenges(&self.asked, self.round),
                    expires: self
                        .vendor
                        .clocks()
                        .idle
                        .map(|(_, documented)| RoundExpiry {
                            at: self.expires,
                            documented,
                        }),
                },
            },
            State::Resubmitting { until } => Step::Resubmit {
                round: self.round,
                until: *until,
            },
            State::Redirecting { until } => Step::Redirect {
                url: self.window.clone().unwrap_or_default(),
                until: *until,
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

    fn context(&self) -> Context<'_> {
        Context {
            started: self.started,
            round: self.round,
            challenge_payload: &self.asked,
        }
    }

    /// Hands out a request with what was submitted; nothing changes if it is refused.
    fn submit(&mut self, stage: Stage, submission: &Submission) -> Result<Step, Refusal> {
        let mut request = self.vendor.request(stage, submission, self.context())?;
        self.session += u32::from(self.vendor.opens_session(stage));
        self.serial += 1;
        // A vendor that opens none has one for all its calls.
        request.session = self.session.max(1);
        self.state = State::Sending(stage);
        Ok(Step::Send {
            serial: self.serial,
            stage,
            request,
        })
    }

    /// Hands out a request that carries nothing of a person's. What became of a submission is asked
    /// however late it is.
    fn send(&mut self, stage: Stage, now: u64) -> Result<Step, Refusal> {
        if matches!(stage, Stage::Start | Stage::Poll) && now >= self.end_of_life() {
            self.fail(ErrorCode::TimedOut, now);
            return Ok(self.step());
        }
        self.submit(stage, &Submission::Nothing)
    }

    /// Asks what is true now: at once, unless the vendor was heard less than its interval ago.
    fn look(&mut self, stage: Stage, now: u64) -> Result<Step, Refusal> {
        let until = self.heard.saturating_add(self.vendor.clocks().poll_every);
        if now >= until {
            return self.send(stage, now);
        }
        self.state = State::Waiting { stage, until };
        Ok(self.step())
    }

    fn end_of_life(&self) -> u64 {
        self.started.saturating_add(self.vendor.clocks().total)
    }

    /// Submits answers; or, where the vendor must be asked first, only makes sure that they fit.
    fn answered(&mut self, submitted: &AnswerInput, now: u64) -> Result<Step, Refusal> {
        let answers;
        let submission = match submitted {
            AnswerInput::Raw(raw) => Submission::Raw(raw),
            AnswerInput::Fields(given) => {
                let challenges = self.vendor.challenges(&self.asked, self.round);
                answers = Answers::check(&challenges, given)?;
                Submission::Answers(&answers)
            }
        };
        let supplied = matches!(self.state, State::Resubmitting { .. });
        if self.vendor.needs_pre_check() && !supplied {
            self.vendor
                .request(Stage::Answer, &submission, self.context())?;
            self.working = now;
            return self.look(Stage::PreCheck, now);
        }
        let step = self.submit(Stage::Answer, &submission)?;
        self.working = now;
        Ok(step)
    }

    fn replied(&mut self, stage: Stage, response: &Response, now: u64) -> Result<Step, Refusal> {
        let context = Context {
            started: self.started,
            round: self.round,
            challenge_payload: &self.asked,
        };
        let verdict = self.vendor.judge(stage, response, context);
        self.heard = now;
        if let Verdict::Unclear = verdict {
            return self.recover(stage, ErrorCode::UnreadableReply, now);
        }
        self.repeats = 0;
        self.follow(verdict, Some(response.status), now)
    }

    /// Enters the state that a verdict leads to.
    fn follow(&mut self, verdict: Verdict, status: Option<u16>, now: u64) -> Result<Step, Refusal> {
        match verdict {
            Verdict::Go(stage) => return self.send(stage, now),
            Verdict::Wait(stage, after) => {
                // It goes on without a window: the next one is another.
                self.window.iter_mut().for_each(String::clear);
                self.wait(stage, after, now);
            }
            Verdict::Asks {
                challenges,
                refused,
            } => {
                self.asked = challenges;
                self.window = None;
                self.expires = self
                    .idle_end(now)
                    .unwrap_or(u64::MAX)
                    .min(self.end_of_life());
                self.ask(refused);
            }
            Verdict::StillAsks => {
                let until = now.saturating_add(SUPPLY_WITHIN);
                self.state = State::Resubmitting { until };
            }
            Verdict::Redirect if self.has_window() => self.redirect(now),
            Verdict::Redirect => return self.send(Stage::Window, now),
            Verdict::Window(url) => {
                self.window = Some(url);
                self.redirect(now);
            }
            Verdict::Connect => self.connect(now),
            Verdict::Done(result) => self.state = State::Done(result),
            Verdict::Failed {
                code,
                vendor_code,
                after,
            } => self.end(
                Failure {
                    vendor_code,
                    status,
                    retry_at: after.map(|after| now.saturating_add(after)),
                    ..code.into()
                },
                now,
            ),
            // A reply's is recovered from before, and nobody else says so.
            Verdict::Unclear => self.fail(ErrorCode::UnreadableReply, now),
        }
        Ok(self.step())
    }

    fn lost(&mut self, stage: Stage, loss: Loss, now: u64) -> Result<Step, Refusal> {
        match (loss, stage) {
            (Loss::MaybeSent, _) => return self.recover(stage, ErrorCode::Unreachable, now),
            // A host that has one token only: the trouble that led to this session is the end.
            (Loss::NoSecret, Stage::Start) if self.repeats > 0 => {
                self.fail(ErrorCode::Unreachable, now)
            }
            (Loss::NoSecret, Stage::Start | Stage::Answer) => {
                self.fail(ErrorCode::SecretMissing, now)
            }
            (Loss::NoSecret, _) => {
                let code = self.vendor.recovery(stage).end(ErrorCode::SecretMissing);
                self.fail(code, now);
            }
            // The answers are safe with the person: a round of its own asks for them again. The vendor
            // heard nothing, so its clock runs on.
            (Loss::NotSent, Stage::Answer | Stage::PreCheck) if self.repeats < MAX_REPEATS => {
                self.repeats += 1;
                self.ask(false);
            }
            (Loss::NotSent, Stage::Start | Stage::Answer) => self.fail(ErrorCode::Unreachable, now),
            // What was submitted before this still is.
            (Loss::NotSent, _) => return self.recover(stage, ErrorCode::Unreachable, now),
        }
        Ok(self.step())
    }

    /// No reply, or none that says anything: what the vendor allows is repeated or looked at.
    fn recover(&mut self, stage: Stage, trouble: ErrorCode, now: u64) -> Result<Step, Refusal> {
        let polling = !matches!(stage, Stage::Start | Stage::Answer | Stage::Verify);
        let most = if polling { MAX_LOST_POLLS } else { MAX_REPEATS };
        match self.vendor.recovery(stage) {
            Recovery::Repeat(_) if self.repeats < most => {
                self.repeats += 1;
                if polling {
                    self.wait(stage, None, now);
                } else {
                    // Within a session, whatever is asked is as good as a poll.
                    let least = match self.vendor.opens_session(stage) {
                        true => 0,
                        false => self.vendor.clocks().poll_every,
                    };
                    let pause = least.max(1000 << self.repeats);
                    self.wait_until(stage, now.saturating_add(pause), now);
                }
                // Nothing was heard of who is at the window: they are there still.
                if let State::Waiting {
                    stage: Stage::Poll,
                    until,
                } = self.state
                    && self.has_window()
                {
                    self.state = State::Redirecting { until };
                }
            }
            Recovery::Reconcile(stage) => return self.look(stage, now),
            recovery => self.fail(recovery.end(trouble), now),
        }
        Ok(self.step())
    }

    fn ask(&mut self, refused: bool) {
        self.round += 1;
        self.refused = refused;
        self.state = State::Asking;
    }

    fn has_window(&self) -> bool {
        self.window.as_ref().is_some_and(|url| !url.is_empty())
    }

    /// Leaves the person to the window, and looks from time to time. Their time there is not the
    /// vendor's.
    fn redirect(&mut self, now: u64) {
        self.working = now;
        let until = now.saturating_add(self.vendor.clocks().poll_every);
        self.state = State::Redirecting { until };
    }

    /// Leaves the person to the vendor's own page, which says when they are done. How long it may take is
    /// documented nowhere; it is given as long as polling.
    fn connect(&mut self, now: u64) {
        self.session += u32::from(self.page_has_secret());
        let until = now.saturating_add(self.vendor.clocks().poll_for);
        self.state = State::Connecting {
            until: until.min(self.end_of_life()),
        };
    }

    /// Whether the vendor's page is opened under a secret of its own.
    fn page_has_secret(&self) -> bool {
        !self.vendor.frame().query.is_empty()
    }

    /// When the vendor stops waiting for a person, if that is known.
    fn idle_end(&self, now: u64) -> Option<u64> {
        let idle = self.vendor.clocks().idle;
        idle.map(|(idle, _)| now.saturating_add(idle))
    }

    /// Waits for the next poll: never less than the vendor's interval, a little more by jitter.
    fn wait(&mut self, stage: Stage, after: Option<u64>, now: u64) {
        let every = self.vendor.clocks().poll_every;
        let span = after
            .unwrap_or(0)
            .max(every)
            .saturating_add(self.jitter(every / 10));
        let until = now.saturating_add(span);
        self.wait_until(stage, until, now);
    }

    fn wait_until(&mut self, stage: Stage, until: u64, now: u64) {
        let clocks = self.vendor.clocks();
        let end = self
            .working
            .saturating_add(clocks.poll_for)
            .min(self.end_of_life());
        if until > end {
            let failure = Failure {
                retry_at: Some(until.max(self.idle_end(now).unwrap_or(0))),
                ..ErrorCode::TimedOut.into()
            };
            return self.end(failure, now);
        }
        self.state = State::Waiting { stage, until };
    }

    /// Spreads the polls of many flows, the same way each time for the same flow.
    fn jitter(&self, span: u64) -> u64 {
        let seed = self.id.bytes().chain(self.serial.to_le_bytes());
        u64::from(snapshot::checksum(seed)) % (span + 1)
    }

    fn fail(&mut self, code: ErrorCode, now: u64) {
        self.end(code.into(), now);
    }

    /// Where a submission is on its way, nobody should start over at once.
    fn cancelled(&mut self, now: u64) {
        let mut failure = Failure::from(ErrorCode::Cancelled);
        if let State::Sending(stage) | State::Waiting { stage, .. } = self.state
            && self.vendor.recovery(stage).end(ErrorCode::Cancelled) != ErrorCode::Cancelled
        {
            failure.next = NextAction::RetryLater;
        }
        self.end(failure, now);
    }

    fn end(&mut self, mut failure: Failure, now: u64) {
        let least = match failure.code {
            ErrorCode::OutcomeUnknown | ErrorCode::ConcurrentSession | ErrorCode::Cancelled => {
                self.idle_end(now).unwrap_or(now)
            }
            _ => now,
        };
        failure.retry_at = match (failure.next, failure.retry_at) {
            (NextAction::RetryLater, Some(at)) if at > now => Some(at.max(least)),
            (NextAction::RetryLater, _) => Some(least.max(now.saturating_add(COME_BACK))),
            _ => None,
        };
        self.state = State::Failed(failure);
    }
}
