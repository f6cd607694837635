//! What can happen in a state, and how the state changes.

use bank_mfa::challenge::{Challenge, ChallengeKind};
use bank_mfa::flow::{AnswerInput, Event, Step};
use bank_mfa::json::Value;
use bank_mfa::vendor::{Stage, WindowPurpose};

use crate::network;
use crate::page;
use crate::plant::Plant;
use crate::world::{Broken, World};

/// Something that can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The vendor receives the request, and the reply comes.
    Reply,
    /// The vendor receives the request, and its reply cannot be read.
    Garbled,
    /// The vendor receives the request, and the reply is lost.
    ReplyLost,
    /// The request is lost on its way.
    RequestLost,
    /// A gateway refuses the request with this status, and the vendor does not receive it.
    Refused(u16),
    /// The driver knows that it could not send the request.
    NotSent,
    /// The host has no secret for the request, so the driver does not send it.
    NoSecret,
    /// The process ends. A request that is under way has reached the vendor, or has not.
    Crash {
        reached: bool,
    },
    /// The process ends, but the address of the window is kept.
    CrashAtWindow,
    /// Time passes until the step's next deadline.
    Time,
    /// Nobody looks until just before the round ends.
    Hesitate,
    Right,
    Wrong,
    NewSession,
    Cancel,
    /// The driver submits the answers that it kept.
    Resubmit,
    /// The person opens the window.
    OpenWindow,
    /// The person decides in the bank's window.
    Decide(&'static str),
    /// The person does the right or a wrong thing in the vendor's page.
    InPage {
        right: bool,
    },
    /// The person comes back from the window or the page, with what it says.
    Return,
}

use Move::{
    Cancel, Crash, CrashAtWindow, Decide, Garbled, Hesitate, InPage, NewSession, NoSecret, NotSent,
    OpenWindow, Refused, Reply, ReplyLost, RequestLost, Resubmit, Return, Right, Time, Wrong,
};

/// What happens if the network is fine and no person is there.
pub fn alone(world: &World) -> Move {
    match &world.scenario.step {
        _ if world.sent.is_some() => Reply,
        Step::Resubmit { .. } if world.scenario.answers != Value::Null => Resubmit,
        _ => Time,
    }
}

/// All that can happen in a state.
pub fn moves(world: &World) -> Vec<Move> {
    if world.has_ended() {
        return Vec::new();
    }
    let mut moves = vec![alone(world), Cancel, Crash { reached: false }];
    if let Some(sent) = &world.sent {
        moves.extend([
            Garbled,
            ReplyLost,
            RequestLost,
            Refused(429),
            Refused(503),
            NotSent,
            NoSecret,
            Crash { reached: true },
        ]);
        if sent.stage == Stage::Watch && matches!(world.scenario.step, Step::Send { .. }) {
            moves.push(Right);
        }
        return moves;
    }
    match &world.scenario.step {
        Step::Challenge { round, ends_at, .. } => {
            moves.push(Wrong);
            // Nobody types the same password again after the bank has refused it.
            if !(round.refused && is_sign_in(&round.challenges)) {
                moves.push(Right);
            }
            if round.new_session.is_some() {
                moves.push(NewSession);
            }
            if world.scenario.now + 1 < *ends_at {
                moves.push(Hesitate);
            }
        }
        Step::Resubmit { .. } => moves.push(Time),
        Step::Redirect {
            purpose, opened, ..
        } => {
            moves.extend([OpenWindow, Return, CrashAtWindow]);
            match purpose {
                _ if world.page.is_none() || !opened => {}
                WindowPurpose::Oauth => {
                    moves.extend([Decide("approve"), Decide("deny"), Decide("cancel")]);
                }
                WindowPurpose::Widget => {
                    moves.extend([InPage { right: true }, InPage { right: false }]);
                }
            }
        }
        Step::Connect { .. } => {
            if !world.page_refused {
                moves.extend([InPage { right: true }, InPage { right: false }]);
            }
            if world.claim.is_some() {
                moves.push(Return);
            }
        }
        _ => {}
    }
    moves.dedup();
    moves
}

impl World {
    pub fn apply(&mut self, it: Move) -> Result<(), Broken> {
        match it {
            Reply | Garbled | ReplyLost | RequestLost | Refused(_) | NotSent | NoSecret => {
                let Some(sent) = self.sent.clone() else {
                    return Err("no request is under way".to_owned());
                };
                network::happens(self, it, &sent)
            }
            Crash { reached } => {
                if let Some(sent) = self.sent.clone().filter(|_| reached) {
                    let reply = self.reach_vendor(&sent)?;
                    self.late = Some((sent.serial, reply));
                }
                if self.is_in_connect() {
                    self.page = None;
                }
                self.crash(None)
            }
            CrashAtWindow => {
                let Step::Redirect { url, .. } = self.scenario.step.clone() else {
                    return Ok(());
                };
                self.crash(Some(&url))
            }
            Time => self.pass_time(),
            Hesitate => {
                if let Step::Challenge { ends_at, .. } = &self.scenario.step {
                    self.scenario.now = *ends_at - 1;
                }
                Ok(())
            }
            Right => self.answer_right(),
            Wrong => self.answer_wrong(),
            NewSession => {
                let number = self.round_number();
                self.must_take(Event::NewSession(number), "a new session")?;
                self.entered = Some(Vec::new());
                Ok(())
            }
            Cancel => self.must_take(Event::Cancelled, "cancel"),
            Resubmit => {
                let answers = self.scenario.answers.clone();
                let number = self.round_number();
                let input = match self.scenario.answers_are_raw {
                    true => AnswerInput::Raw(&answers),
                    false => AnswerInput::Fields(&answers),
                };
                self.must_take(Event::Answered(number, input), "the kept answers")
            }
            OpenWindow => page::open_window(self),
            Decide(decision) => page::decide(self, decision),
            InPage { right } => page::in_page(self, right),
            Return => {
                let claim = self.claim.take().unwrap_or_default();
                self.page = None;
                self.returns += 1;
                self.must_take(Event::Returned(&claim), "a return")
            }
        }
    }

    fn is_in_connect(&self) -> bool {
        matches!(self.scenario.step, Step::Connect { .. })
    }

    fn pass_time(&mut self) -> Result<(), Broken> {
        let deadline = match &self.scenario.step {
            Step::Challenge {
                watch_at, ends_at, ..
            } => watch_at.unwrap_or(*ends_at),
            Step::Wait { until, .. }
            | Step::Resubmit { until, .. }
            | Step::Redirect { until, .. }
            | Step::Connect { until, .. } => *until,
            step => return Err(format!("no deadline in {step:?}")),
        };
        if self.plant != Some(Plant::StopsTheClock) {
            self.scenario.now = self.scenario.now.max(deadline);
        }
        self.must_take(Event::Waited, "the time")
    }

    fn answer_right(&mut self) -> Result<(), Broken> {
        let challenges = self.challenges();
        if is_sign_in(&challenges) {
            let (username, password) = self.credentials;
            let text = |index| if index == 0 { username } else { password };
            return self.submit(&fill(&challenges, text), false);
        }
        // If the bank asks something else meanwhile, the person cannot know it.
        let right = self.right_answers();
        self.submit(&right.unwrap_or_else(|| self.raw_guess()), true)
    }

    fn answer_wrong(&mut self) -> Result<(), Broken> {
        let text = format!("wrong {}", self.round_number());
        let answers = fill(&self.challenges(), |_| &text);
        self.submit(&answers, false)
    }

    fn challenges(&self) -> Vec<Challenge> {
        match self.scenario.flow.step() {
            Step::Challenge { round, .. } => round.challenges,
            _ => Vec::new(),
        }
    }

    /// A text for each challenge of the round, in the vendor's form.
    fn raw_guess(&self) -> Value {
        let snapshot = self.snapshot();
        let mut raw = Value::object();
        for challenge in snapshot.get("flow").get("challengePayload").items() {
            match (
                challenge.get("guid").as_text(),
                challenge.get("Prompt").as_text(),
            ) {
                (Some(guid), _) => raw.set(guid, "a guess".into()),
                (None, Some(prompt)) => raw.set(prompt, Value::List(vec!["a guess".into()])),
                (None, None) => {}
            }
        }
        raw
    }

    /// What the bank expects, in the vendor's form.
    fn right_answers(&self) -> Option<Value> {
        let snapshot = self.snapshot();
        let ids = snapshot.get("vendorIds");
        if let Some(request_id) = ids.get("RequestId").as_text() {
            let right = self.scenario.bank.right_answers_json(request_id)?;
            return Value::parse(right.as_bytes()).ok();
        }
        let right = self
            .scenario
            .bank
            .right_values(ids.get("member_guid").as_text()?)?;
        let mut raw = Value::object();
        let asked = self.ids_of_round();
        for (guid, value) in right.into_iter().filter(|(guid, _)| asked.contains(guid)) {
            raw.set(&guid, value.as_str().into());
        }
        (!raw.entries().is_empty()).then_some(raw)
    }
}

fn is_sign_in(challenges: &[Challenge]) -> bool {
    matches!(challenges, [first, ..] if first.kind == ChallengeKind::Credentials)
}

/// Fills in each field: an option, or the text of its challenge.
fn fill<'a>(challenges: &[Challenge], text: impl Fn(usize) -> &'a str) -> Value {
    let mut answers = Value::object();
    for (index, challenge) in challenges.iter().enumerate() {
        for field in &challenge.fields {
            let option = field.options.last().map(|option| option.id.as_str());
            answers.set(&field.name, option.unwrap_or_else(|| text(index)).into());
        }
    }
    answers
}
