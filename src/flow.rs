//! The flow: a value that takes an event and the time, and gives the one next step.
//!
//! ```text
//!              started                  answered
//!      New ──────────────► Sending ◄─────────────── Asking
//!                          │ │ ▲ │  the vendor asks   ▲ │
//!            wait, repeat  │ │ │ └────────────────────┘ │ the vendor's clock runs out
//!                          ▼ │ │ waited                 ▼
//!                      Waiting └──────────────► Ended: done or failed
//! ```
//!
//! No clock, randomness, network or storage is in here: `now` comes in with every event, and the flow's
//! id, which only spreads the polls, with its start.

use serde::Serialize;

use crate::challenge::{Answers, Expires, Round};
use crate::failure::{Code, Failure, Next, Refusal};
use crate::http::{Request, Response};
use crate::json::Value;
use crate::vendor::{Context, Recovery, Stage, Submission, Vendor, Verdict};

mod snapshot;

/// How often a harmless request is repeated before its trouble counts as the end.
pub const MAX_REPEATS: u32 = 4;

/// When to come back where the vendor does not say, in milliseconds. Ours, no vendor's.
const COME_BACK: u64 = 60_000;

/// What happened.
pub enum Event<'a> {
    /// The flow begins, with what credentials there are.
    Started(&'a Value),
    /// A reply came to the send of this serial.
    Replied(u32, Response<'a>),
    /// No reply came to the send of this serial.
    Lost(u32, Loss),
    /// The person answered the round of this number.
    Answered(u32, Submitted<'a>),
    /// It is the time that the step named, or later.
    Waited,
    /// The caller wants no more of it.
    Cancelled,
    /// The flow comes out of a snapshot. Whether a request was sent just before is not known.
    Restored,
}

/// How a request failed to bring a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It may have arrived.
    MaybeSent,
    /// It certainly did not leave.
    NotSent,
    /// It did not leave, because the host has no secret for one of its slots.
    NoSecret,
}

/// Answers as they were handed in.
pub enum Submitted<'a> {
    /// By field names; checked against the round.
    Fields(&'a Value),
    /// In the vendor's own form.
    Raw(&'a Value),
}

/// What to do next. Each state has exactly one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(tag = "kind", rename_all = "kebab-case")]
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
}

#[derive(Clone)]
enum State {
    New,
    Sending(Stage),
    Waiting { stage: Stage, until: u64 },
    Asking { refused: bool, until: u64 },
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
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The one transition. An event that does not fit is refused, and the flow stays as it was.
    pub fn advance(&mut self, event: Event, now: u64) -> Result<Step, Refusal> {
        match (event, self.state.clone()) {
            (_, State::Done(_) | State::Failed(_)) => {}
            (Event::Started(credentials), State::New) => {
                self.started = now;
                self.working = now;
                return self.submit(Stage::Start, &Submission::Credentials(credentials));
            }
            (Event::Replied(serial, response), State::Sending(stage)) if serial == self.serial => {
                return self.replied(stage, &response, now);
            }
            (Event::Lost(serial, loss), State::Sending(stage)) if serial == self.serial => {
                return self.lost(stage, loss, now);
            }
            (Event::Restored, State::Sending(stage)) => {
                return self.recover(stage, Code::Unreachable, now);
            }
            (Event::Restored, State::Waiting { .. } | State::Asking { .. }) => {}
            (Event::Waited, State::Waiting { stage, until }) => {
                if now >= until {
                    return self.send(stage, now);
                }
            }
            (Event::Waited, State::Asking { until, .. }) => {
                if now >= until {
                    self.fail(Code::SessionExpired, now);
                }
            }
            (Event::Answered(number, submitted), State::Asking { until, .. })
                if number == self.round =>
            {
                if now >= until {
                    self.fail(Code::SessionExpired, now);
                } else {
                    return self.answered(&submitted, now);
                }
            }
            (Event::Answered(number, _), _) if (1..=self.round).contains(&number) => {
                return Err(Code::StaleRound.into());
            }
            (Event::Cancelled, _) => self.fail(Code::Cancelled, now),
            _ => return Err(Code::OutOfTurn.into()),
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
            State::Asking { refused, until } => Step::Challenge {
                round: Round {
                    number: self.round,
                    refused: *refused,
                    challenges: self.vendor.challenges(&self.asked, self.round),
                    expires: Some(Expires {
                        at: *until,
                        documented: self.vendor.clocks().idle.1,
                    }),
                },
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
            asked: &self.asked,
        }
    }

    /// Hands out a request with what was submitted; nothing changes if it is refused.
    fn submit(&mut self, stage: Stage, submission: &Submission) -> Result<Step, Refusal> {
        let mut request = self.vendor.request(stage, submission, self.context())?;
        self.session += u32::from(self.vendor.opens_session(stage));
        self.serial += 1;
        request.session = self.session;
        self.state = State::Sending(stage);
        Ok(Step::Send {
            serial: self.serial,
            stage,
            request,
        })
    }

    /// Hands out a request that carries nothing of a person's.
    fn send(&mut self, stage: Stage, now: u64) -> Result<Step, Refusal> {
        if now >= self.started + self.vendor.clocks().total {
            self.fail(Code::TimedOut, now);
            return Ok(self.step());
        }
        self.submit(stage, &Submission::Nothing)
    }

    fn answered(&mut self, submitted: &Submitted, now: u64) -> Result<Step, Refusal> {
        let step = match submitted {
            Submitted::Raw(raw) => self.submit(Stage::Answer, &Submission::Raw(raw)),
            Submitted::Fields(given) => {
                let challenges = self.vendor.challenges(&self.asked, self.round);
                let answers = Answers::check(&challenges, given)?;
                self.submit(Stage::Answer, &Submission::Answers(&answers))
            }
        }?;
        self.working = now;
        self.repeats = 0;
        Ok(step)
    }

    fn replied(&mut self, stage: Stage, response: &Response, now: u64) -> Result<Step, Refusal> {
        let context = Context {
            started: self.started,
            round: self.round,
            asked: &self.asked,
        };
        let verdict = self.vendor.judge(stage, response, context);
        if !matches!(verdict, Verdict::Unclear) {
            self.repeats = 0;
        }
        match verdict {
            Verdict::Go(stage) => return self.send(stage, now),
            Verdict::Wait(stage, after) => self.wait(stage, after, now),
            Verdict::Asks {
                challenges,
                refused,
            } => {
                self.asked = challenges;
                self.round += 1;
                self.ask(refused, now);
            }
            Verdict::Done(result) => self.state = State::Done(result),
            Verdict::Failed {
                code,
                vendor_code,
                after,
            } => self.end(
                Failure {
                    vendor_code,
                    status: Some(response.status),
                    retry_at: after.map(|after| now + after),
                    ..code.into()
                },
                now,
            ),
            Verdict::Unclear => return self.recover(stage, Code::UnreadableReply, now),
        }
        Ok(self.step())
    }

    fn lost(&mut self, stage: Stage, loss: Loss, now: u64) -> Result<Step, Refusal> {
        match (loss, stage) {
            (Loss::MaybeSent, _) => return self.recover(stage, Code::Unreachable, now),
            (Loss::NoSecret, _) if self.session < 2 => self.fail(Code::SecretMissing, now),
            // A host that has one token only: the trouble that led to this session is the end.
            (Loss::NoSecret, _) => self.fail(self.vendor.lost(stage).end(), now),
            // The answers are safe with the person: a round of its own asks for them again.
            (Loss::NotSent, Stage::Answer) => {
                self.round += 1;
                self.ask(false, now);
            }
            (Loss::NotSent, _) => self.fail(Code::Unreachable, now),
        }
        Ok(self.step())
    }

    /// No reply, or none that says anything: what the vendor allows is repeated or looked at.
    fn recover(&mut self, stage: Stage, trouble: Code, now: u64) -> Result<Step, Refusal> {
        match self.vendor.lost(stage) {
            Recovery::Repeat(_) if self.repeats < MAX_REPEATS => {
                self.repeats += 1;
                let backoff = 1000 << self.repeats;
                match stage {
                    Stage::Poll | Stage::Look => self.wait(stage, None, now),
                    _ => self.wait_until(stage, now + backoff, now),
                }
            }
            Recovery::Repeat(Code::Unreachable) => self.fail(trouble, now),
            Recovery::Repeat(code) => self.fail(code, now),
            Recovery::Look(stage) => return self.send(stage, now),
            Recovery::Unknown => self.fail(Code::OutcomeUnknown, now),
        }
        Ok(self.step())
    }

    fn ask(&mut self, refused: bool, now: u64) {
        let until = now + self.vendor.clocks().idle.0;
        self.state = State::Asking { refused, until };
    }

    /// Waits for the next poll: never less than the vendor's interval, a little more by jitter.
    fn wait(&mut self, stage: Stage, after: Option<u64>, now: u64) {
        let every = self.vendor.clocks().poll_every;
        let until = now + after.unwrap_or(0).max(every) + self.jitter(every / 10);
        self.wait_until(stage, until, now);
    }

    fn wait_until(&mut self, stage: Stage, until: u64, now: u64) {
        let clocks = self.vendor.clocks();
        let end = (self.working + clocks.poll_for).min(self.started + clocks.total);
        if until > end {
            let failure = Failure {
                retry_at: Some(until),
                ..Code::TimedOut.into()
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

    fn fail(&mut self, code: Code, now: u64) {
        self.end(code.into(), now);
    }

    fn end(&mut self, mut failure: Failure, now: u64) {
        if failure.next == Next::RetryLater {
            let after = match failure.code {
                Code::OutcomeUnknown | Code::ConcurrentSession => self.vendor.clocks().idle.0,
                _ => COME_BACK,
            };
            failure.retry_at.get_or_insert(now + after);
        } else {
            failure.retry_at = None;
        }
        self.state = State::Failed(failure);
    }
}
