//! Runs a flow on the events of an input, and checks what must be true of each.

use bank_mfa::VENDORS;
use bank_mfa::failure::{Failure, Refusal};
use bank_mfa::flow::{AnswerInput, Event, Flow, Loss, Step};
use bank_mfa::http::Response;
use bank_mfa::json::{Reader, Value};
use bank_mfa::vendor::Entry;

use crate::allocation::bounded;
use crate::program::{Line, lines};

const NOW: u64 = 1_790_000_000_000;
const PAUSE_MS: u64 = 9 * 60_000;

/// A value in an input that no error may repeat.
pub const CANARY: &str = "c4nary";

/// How a target's flow starts.
pub struct Start {
    entry: &'static Entry,
    params: Value,
    config: Value,
}

impl Start {
    /// Reads an entry of `flows.json`.
    pub fn read(start: &Value) -> Start {
        let name = start.get("vendor").as_text();
        let entry = VENDORS.iter().find(|entry| Some(entry.name) == name);
        Start {
            entry: entry.unwrap_or_else(|| panic!("flows.json has an unknown vendor: {name:?}")),
            params: start.get("params").clone(),
            config: start.get("config").clone(),
        }
    }

    /// Runs the events of an input on a new flow.
    pub fn run(&self, input: &[u8]) {
        let begin = self.entry.start;
        let (params, config) = (&self.params, &self.config);
        let Ok((vendor, credentials)) =
            begin(Reader::new("params", params), Reader::new("host", config))
        else {
            panic!("flows.json has parameters that are refused");
        };
        let mut run = Run::new(Flow::new("flow", vendor), config.clone(), 256);
        run.take(Event::Started(&credentials));
        for line in lines(input) {
            run.line(&line);
        }
    }
}

/// A flow, its clock, and what it has sent.
pub struct Run {
    flow: Flow,
    /// The flow as text, and whether it has ended.
    snapshot: String,
    has_ended: bool,
    config: Value,
    now: u64,
    serial: u32,
    /// The submissions of the person and the host that no request has carried.
    submissions: usize,
    /// The bytes that the flow has received.
    received: usize,
    /// Whether a name in the input has the canary: a path may have it then.
    is_canary_a_name: bool,
}

pub fn json(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap_or_default()
}

impl Run {
    pub fn new(flow: Flow, config: Value, received: usize) -> Run {
        let is_canary_a_name = false;
        Run {
            snapshot: flow.snapshot(),
            has_ended: is_ending(&flow.step()),
            flow,
            config,
            now: NOW,
            serial: 0,
            submissions: 1,
            received,
            is_canary_a_name,
        }
    }

    /// A flow that somebody has edited, so that nobody knows what it has sent and which names it holds.
    pub fn edited(flow: Flow, config: Value, received: usize) -> Run {
        Run {
            submissions: usize::MAX,
            is_canary_a_name: true,
            ..Run::new(flow, config, received)
        }
    }

    fn line(&mut self, line: &Line) {
        self.now += 1000;
        match line {
            Line::Reply {
                status,
                retry_after,
                body,
            } => {
                self.received += body.len();
                let response = Response {
                    status: *status,
                    retry_after: *retry_after,
                    body,
                };
                self.take(Event::Replied(self.serial, response));
            }
            Line::Late { status, body } => {
                let response = Response {
                    status: *status,
                    retry_after: None,
                    body,
                };
                let serial = self.serial.wrapping_sub(1);
                let taken = self.take(Event::Replied(serial, response));
                assert!(!taken || self.has_ended, "the flow takes a late reply");
            }
            Line::Answer(answers) => self.answer(AnswerInput::Fields(answers), answers),
            Line::Raw(answers) => self.answer(AnswerInput::Raw(answers), answers),
            Line::Back(claim) => {
                self.note(claim);
                self.take(Event::Returned(claim));
            }
            Line::Window(address) => {
                self.received += address.len();
                self.restore();
                self.take(Event::RestoredAtWindow(address));
            }
            Line::Word(word) => self.word(word),
        }
    }

    fn word(&mut self, word: &str) {
        match word {
            "lost" => self.lose(),
            "unsent" => drop(self.take(Event::Lost(self.serial, Loss::NotSent))),
            "keyless" => drop(self.take(Event::Lost(self.serial, Loss::NoSecret))),
            "wait" => {
                self.now = deadline(&self.flow.step())
                    .unwrap_or(self.now)
                    .max(self.now);
                self.take(Event::Waited);
            }
            "pause" => {
                self.now += PAUSE_MS;
                self.take(Event::Waited);
            }
            "restore" => {
                self.restore();
                self.take(Event::Restored);
            }
            "open" => drop(self.take(Event::WindowOpened)),
            "token" => drop(self.take(Event::TokenRefused)),
            "again" => {
                // If the flow takes it, the live start is one more submission.
                let before = std::mem::replace(&mut self.submissions, 1);
                let taken = self.take(Event::NewSession(self.round()));
                self.submissions = if taken { self.submissions } else { before };
            }
            "cancel" => drop(self.take(Event::Cancelled)),
            _ => {}
        }
    }

    fn answer(&mut self, input: AnswerInput, answers: &Value) {
        self.note(answers);
        // Answers that are sent at once use this submission up.
        let before = std::mem::replace(&mut self.submissions, 1);
        if !self.take(Event::Answered(self.round(), input)) {
            self.submissions = before;
        }
    }

    fn note(&mut self, input: &Value) {
        self.received += input.print().len();
        self.is_canary_a_name |= has_canary_name(input);
    }

    /// The outcome of the newest request is unknown.
    pub fn lose(&mut self) {
        self.take(Event::Lost(self.serial, Loss::MaybeSent));
    }

    fn round(&self) -> u32 {
        match self.flow.step() {
            Step::Challenge { round, .. } => round.number,
            Step::Resubmit { round, .. } => round,
            _ => json(&self.snapshot)
                .get("flow")
                .get("round")
                .print()
                .parse()
                .unwrap_or(0),
        }
    }

    /// The flow goes on from its snapshot, which must be the same text again.
    pub fn restore(&mut self) {
        self.flow = match Flow::restore(&self.snapshot, VENDORS, &self.config) {
            Ok(flow) => flow,
            Err(refusal) => panic!("a flow does not restore its own snapshot: {refusal:?}"),
        };
        assert_eq!(
            self.flow.snapshot(),
            self.snapshot,
            "a restored flow writes another snapshot"
        );
    }

    /// Passes an event. Returns whether the flow took it; a refusal changes nothing and repeats no value.
    pub fn take(&mut self, event: Event) -> bool {
        let step = bounded(self.received, || self.flow.advance(event, self.now));
        let snapshot = self.flow.snapshot();
        let is_unchanged = snapshot == self.snapshot;
        match step {
            Err(refusal) => {
                assert!(is_unchanged, "a refusal changed the flow");
                check_refusal(&refusal, self.is_canary_a_name);
                false
            }
            Ok(step) => {
                assert!(
                    !self.has_ended || is_unchanged,
                    "an event changed an ending"
                );
                self.snapshot = snapshot;
                self.check(&step);
                true
            }
        }
    }

    fn check(&mut self, step: &Step) {
        match step {
            Step::Send {
                serial, request, ..
            } => {
                assert!(
                    self.serial == 0 || *serial == self.serial + 1,
                    "the serials have a gap"
                );
                self.serial = *serial;
                if request.once {
                    assert!(self.submissions > 0, "a submission is sent twice");
                    self.submissions -= 1;
                }
            }
            step => {
                assert!(*step == self.flow.step(), "a state has two steps");
                self.has_ended = is_ending(step);
                if let Step::Failed { failure } = step {
                    check_failure(failure);
                }
            }
        }
    }
}

fn is_ending(step: &Step) -> bool {
    matches!(step, Step::Done { .. } | Step::Failed { .. })
}

fn deadline(step: &Step) -> Option<u64> {
    match step {
        Step::Wait { until, .. }
        | Step::Resubmit { until, .. }
        | Step::Redirect { until, .. }
        | Step::Connect { until, .. } => Some(*until),
        Step::Challenge {
            watch_at, ends_at, ..
        } => Some(watch_at.unwrap_or(*ends_at)),
        _ => None,
    }
}

/// A refusal names a path and never a value.
pub fn check_refusal(refusal: &Refusal, is_canary_a_name: bool) {
    let text = format!("{:?}", **refusal);
    assert!(is_canary_a_name || !text.contains(CANARY), "{text}");
}

/// Whether the canary is in the name of an entry.
pub fn has_canary_name(value: &Value) -> bool {
    let in_entry =
        |(name, value): &(String, Value)| name.contains(CANARY) || has_canary_name(value);
    value.entries().iter().any(in_entry) || value.items().iter().any(has_canary_name)
}

/// A failure has the vendor's code, and no other text of the vendor.
fn check_failure(failure: &Failure) {
    let failure = Failure {
        vendor_code: None,
        member_guid: None,
        ..failure.clone()
    };
    assert!(!format!("{failure:?}").contains(CANARY), "{failure:?}");
}
