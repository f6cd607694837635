//! Every sequence of events up to a depth, on a real flow: nothing panics, nothing is sent twice,
//! nothing secret is kept, and what is refused changes nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

use bank_mfa::failure::Next;
use bank_mfa::flow::{Event, Flow, Loss, Step, Submitted};
use bank_mfa::http::Response;
use bank_mfa::json::{Reader, Value};
use bank_mfa::{VENDORS, flinks};

const DEPTH: usize = 6;
const PASSWORD: &str = "hunter2";
const ANSWER: &str = "Montreal";

/// What can happen, beside the passing of time.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Replied(u16, &'static str),
    Lost(Loss),
    Answered,
    Waited,
    /// Nine minutes pass.
    Dawdled,
    Restored,
    Cancelled,
}

const AUTHORIZED: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10","Login":{}}"#;
const ASKS: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d11",
    "SecurityChallenges":[{"Type":"QuestionAndAnswer","Prompt":"City?"}]}"#;
const PENDING: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d12"}"#;

const HAPPENS: &[Happens] = &[
    Happens::Replied(200, AUTHORIZED),
    Happens::Replied(202, PENDING),
    Happens::Replied(203, ASKS),
    Happens::Replied(401, ASKS),
    Happens::Replied(401, r#"{"FlinksCode":"SESSION_EXPIRED"}"#),
    Happens::Replied(429, ""),
    Happens::Replied(200, "<html>"),
    Happens::Lost(Loss::MaybeSent),
    Happens::Lost(Loss::NotSent),
    Happens::Lost(Loss::NoSecret),
    Happens::Answered,
    Happens::Waited,
    Happens::Dawdled,
    Happens::Restored,
    Happens::Cancelled,
];

struct Explorer {
    config: Value,
    answers: Value,
    states: usize,
}

/// What has been handed out on the way to a state.
#[derive(Clone, Copy, Default)]
struct Sent {
    passwords: usize,
    answers: usize,
    answered: usize,
}

impl Explorer {
    fn explore(&mut self, snapshot: &str, serial: u32, now: u64, sent: Sent, depth: usize) {
        self.states += 1;
        for happens in HAPPENS {
            let mut flow = Flow::restore(snapshot, VENDORS, &self.config).unwrap();
            let mut sent = sent;
            let mut now = now;
            let before = flow.step();
            if let (Happens::Waited, Step::Wait { until, .. }) = (happens, &before) {
                now = *until;
            }
            if let Happens::Dawdled = happens {
                now += 9 * 60_000;
            }
            let round = match &before {
                Step::Challenge { round } => round.number,
                _ => 1,
            };
            let answers = self.answers_to(round);
            let step = flow.advance(event(*happens, serial, round, &answers), now);
            let after = flow.snapshot();
            assert!(
                !after.contains(PASSWORD) && !after.contains(ANSWER),
                "{after}"
            );
            let step = match step {
                Ok(step) => step,
                Err(refusal) => {
                    assert_eq!(after, *snapshot, "{happens:?} was refused with {refusal:?}");
                    continue;
                }
            };
            let mut serial = serial;
            if let Step::Send {
                serial: newest,
                request,
                ..
            } = &step
            {
                serial = *newest;
                let body = request.body.as_deref().unwrap_or_default();
                sent.answered += usize::from(matches!(happens, Happens::Answered));
                sent.passwords += usize::from(body.contains(PASSWORD));
                sent.answers += usize::from(body.contains(ANSWER));
                assert_eq!(sent.passwords, 0, "a password was sent a second time");
                assert_eq!(
                    sent.answers, sent.answered,
                    "an answer was sent a second time"
                );
            } else {
                assert_eq!(step, flow.step(), "each state has one step");
            }
            if let Step::Failed { failure } = &step
                && step != before
            {
                let later = failure.next == Next::RetryLater;
                assert_eq!(
                    later,
                    failure.retry_at.is_some_and(|at| at > now),
                    "{failure:?}"
                );
            }
            if depth > 1 && after != *snapshot {
                self.explore(&after, serial, now, sent, depth - 1);
            }
        }
    }

    fn answers_to(&self, round: u32) -> Value {
        let text = self.answers.print().replace("ROUND", &round.to_string());
        Value::parse(text.as_bytes()).unwrap()
    }
}

fn event(happens: Happens, serial: u32, round: u32, answers: &Value) -> Event<'_> {
    match happens {
        Happens::Replied(status, body) => Event::Replied(
            serial,
            Response {
                status,
                retry_after: None,
                body: body.as_bytes(),
            },
        ),
        Happens::Lost(loss) => Event::Lost(serial, loss),
        Happens::Answered => Event::Answered(round, Submitted::Fields(answers)),
        Happens::Waited | Happens::Dawdled => Event::Waited,
        Happens::Restored => Event::Restored,
        Happens::Cancelled => Event::Cancelled,
    }
}

fn explore(params: &str, authorize_async: bool) {
    let config = format!(
        r#"{{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb",
        "authorizeAsync":{authorize_async}}}"#
    );
    let params = Value::parse(params.as_bytes()).unwrap();
    let config = Value::parse(config.as_bytes()).unwrap();
    let start = flinks::ENTRY.start;
    let (vendor, credentials) = start(
        Reader::new("params", &params),
        Reader::new("config", &config),
    )
    .unwrap();
    let mut flow = Flow::new("flow", vendor);
    flow.advance(Event::Started(&credentials), 1_000_000)
        .unwrap();
    let answers = format!(r#"{{"ROUND.1.answer":"{ANSWER}"}}"#);
    let mut explorer = Explorer {
        config,
        answers: Value::parse(answers.as_bytes()).unwrap(),
        states: 0,
    };
    explorer.explore(&flow.snapshot(), 1, 1_000_000, Sent::default(), DEPTH);
    assert!(explorer.states > 200, "{} states", explorer.states);
}

const CREDENTIALS: &str =
    r#"{"username":"Greatday","password":"hunter2","institution":"FlinksCapital"}"#;
const LIVE: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","mostRecentCached":false}"#;
const CACHED: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#;

#[test]
fn no_sequence_of_events_breaks_a_flow_with_credentials() {
    explore(CREDENTIALS, false);
    explore(CREDENTIALS, true);
}

#[test]
fn no_sequence_of_events_breaks_a_live_flow() {
    explore(LIVE, false);
    explore(LIVE, true);
}

#[test]
fn no_sequence_of_events_breaks_a_cached_flow() {
    explore(CACHED, false);
}
