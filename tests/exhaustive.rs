//! Every sequence of events up to a depth, on real flows of both vendors: nothing panics, nothing is
//! sent twice, nothing secret is kept, and what is refused changes nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

use bank_mfa::failure::Next;
use bank_mfa::flow::{Event, Flow, Loss, Step, Submitted};
use bank_mfa::http::Response;
use bank_mfa::json::{Reader, Value};
use bank_mfa::vendor::{Entry, Stage};
use bank_mfa::{VENDORS, flinks, mx};

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
    Returned,
    Restored,
    Cancelled,
}

const AUTHORIZED: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10","Login":{}}"#;
const ASKS: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d11",
    "SecurityChallenges":[{"Type":"QuestionAndAnswer","Prompt":"City?"}]}"#;
const PENDING: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d12"}"#;

const FLINKS: &[Happens] = &[
    Happens::Replied(200, AUTHORIZED),
    Happens::Replied(202, PENDING),
    Happens::Replied(203, ASKS),
    Happens::Replied(401, ASKS),
    Happens::Replied(401, r#"{"FlinksCode":"SESSION_EXPIRED"}"#),
    Happens::Replied(429, ""),
    Happens::Replied(200, "<html>"),
];

const CHALLENGED: &str = r#"{"member":{"guid":"MBR-2","connection_status":"CHALLENGED",
    "challenges":[{"guid":"CRD-1","label":"City?","type":0}]}}"#;
const WINDOW: &str = r#"{"member":{"guid":"MBR-2","connection_status":"PENDING",
    "oauth_window_uri":"https://mxbank.mx.com/oauth"}}"#;

/// A body says of each call what it may: MX answers all of them with a member.
const MX: &[Happens] = &[
    Happens::Replied(200, CHALLENGED),
    Happens::Replied(200, WINDOW),
    Happens::Replied(200, r#"{"member":{"connection_status":"CHALLENGED"}}"#),
    Happens::Replied(202, r#"{"member":{"connection_status":"CONNECTED"}}"#),
    Happens::Replied(200, r#"{"member":{"connection_status":"EXPIRED"}}"#),
    Happens::Replied(400, ""),
    Happens::Replied(409, ""),
    Happens::Replied(200, "<html>"),
];

/// Whoever the vendor is.
const HAPPENS: &[Happens] = &[
    Happens::Lost(Loss::MaybeSent),
    Happens::Lost(Loss::NotSent),
    Happens::Lost(Loss::NoSecret),
    Happens::Answered,
    Happens::Waited,
    Happens::Dawdled,
    Happens::Returned,
    Happens::Restored,
    Happens::Cancelled,
];

struct Explorer {
    replies: &'static [Happens],
    config: Value,
    answers: Value,
    states: usize,
}

impl Explorer {
    /// The events of `way` and then all of them, `depth` deep. `answered` is the newest round whose answer
    /// was sent.
    fn explore(
        &mut self,
        snapshot: &str,
        serial: u32,
        now: u64,
        answered: u32,
        way: &[Happens],
        depth: usize,
    ) {
        self.states += 1;
        let all = [self.replies, HAPPENS].concat();
        let (next, way, depth) = match way {
            [first, way @ ..] => (&[*first][..], way, depth),
            [] => (&all[..], way, depth - 1),
        };
        for happens in next {
            let mut flow = Flow::restore(snapshot, VENDORS, &self.config).unwrap();
            let mut answered = answered;
            let mut now = now;
            let before = flow.step();
            if let (
                Happens::Waited,
                Step::Wait { until, .. }
                | Step::Supply { until, .. }
                | Step::Redirect { until, .. },
            ) = (happens, &before)
            {
                now = *until;
            }
            if let Happens::Dawdled = happens {
                now += 9 * 60_000;
            }
            let round = match &before {
                Step::Challenge { round } => round.number,
                Step::Supply { round, .. } => *round,
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
                stage,
                request,
            } = &step
            {
                serial = *newest;
                let body = request.body.as_deref().unwrap_or_default();
                assert!(
                    !body.contains(PASSWORD),
                    "a password was sent a second time"
                );
                let answers = *stage == Stage::Answer;
                assert_eq!(body.contains(ANSWER), answers);
                if answers {
                    assert!(matches!(happens, Happens::Answered), "nobody answered");
                    assert!(round > answered, "an answer was sent a second time");
                    answered = round;
                }
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
            if depth > 0 && after != *snapshot {
                self.explore(&after, serial, now, answered, way, depth);
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
        Happens::Returned => Event::Returned(&Value::Null),
        Happens::Restored => Event::Restored,
        Happens::Cancelled => Event::Cancelled,
    }
}

fn explore(
    (entry, replies): (Entry, &'static [Happens]),
    config: &str,
    params: &str,
    way: &[Happens],
    depth: usize,
) {
    let params = Value::parse(params.as_bytes()).unwrap();
    let config = Value::parse(config.as_bytes()).unwrap();
    let start = entry.start;
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
        replies,
        config,
        answers: Value::parse(answers.as_bytes()).unwrap(),
        states: 0,
    };
    explorer.explore(&flow.snapshot(), 1, 1_000_000, 0, way, depth);
    assert!(explorer.states > 60, "{} states", explorer.states);
}

fn explore_flinks(params: &str, authorize_async: bool) {
    let config = format!(
        r#"{{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb",
        "authorizeAsync":{authorize_async}}}"#
    );
    explore((flinks::ENTRY, FLINKS), &config, params, &[], 6);
}

fn explore_mx(params: &str, way: &[Happens], depth: usize) {
    let config = r#"{"environment":"integration"}"#;
    explore((mx::ENTRY, MX), config, params, way, depth);
}

const CREDENTIALS: &str =
    r#"{"username":"Greatday","password":"hunter2","institution":"FlinksCapital"}"#;
const LIVE: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","mostRecentCached":false}"#;
const CACHED: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#;

#[test]
fn no_sequence_of_events_breaks_a_flow_with_credentials() {
    explore_flinks(CREDENTIALS, false);
    explore_flinks(CREDENTIALS, true);
}

#[test]
fn no_sequence_of_events_breaks_a_live_flow() {
    explore_flinks(LIVE, false);
    explore_flinks(LIVE, true);
}

#[test]
fn no_sequence_of_events_breaks_a_cached_flow() {
    explore_flinks(CACHED, false);
}

const JOB: &str = r#"{"userGuid":"USR-1","memberGuid":"MBR-1","job":"aggregate"}"#;
const UPDATE: &str = r#"{"userGuid":"USR-1","memberGuid":"MBR-1",
    "credentials":[{"guid":"CRD-1","value":"hunter2"}]}"#;
const CREATE: &str = r#"{"userGuid":"USR-1","institutionCode":"mxbank",
    "credentials":[{"guid":"CRD-1","value":"hunter2"}]}"#;
const WATCH: &str = r#"{"userGuid":"USR-1","memberGuid":"MBR-1"}"#;

/// A round that still stands, so that its answers are sent with the next event.
const SUPPLYING: &[Happens] = &[
    Happens::Replied(200, CHALLENGED),
    Happens::Answered,
    Happens::Waited,
    Happens::Replied(200, CHALLENGED),
];

#[test]
fn no_sequence_of_events_breaks_a_member() {
    for params in [JOB, UPDATE, CREATE, WATCH] {
        explore_mx(params, &[], 4);
    }
}

#[test]
fn no_sequence_of_events_sends_an_answer_to_a_member_twice() {
    explore_mx(WATCH, SUPPLYING, 5);
}
