//! Runs every sequence of events up to a maximum depth on flows of both vendors. It checks that nothing
//! panics, no submission is sent twice, no snapshot holds a secret and a refused event changes nothing. Each
//! state is explored once.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use bank_mfa::failure::NextAction;
use bank_mfa::flow::{AnswerInput, Event, Flow, Loss, Step};
use bank_mfa::http::Response;
use bank_mfa::json::{Reader, Value};
use bank_mfa::vendor::{Entry, Stage};
use bank_mfa::{VENDORS, flinks, mx};

const PASSWORD: &str = "hunter2";
const ANSWER: &str = "Montreal";
const SECRETS: &[&str] = &[PASSWORD, ANSWER];
const NOW: u64 = 1_000_000;

/// An event that a flow can receive.
#[derive(Clone, Copy, Debug)]
enum TestEvent {
    Replied(u16, &'static str),
    Lost(Loss),
    Answered,
    /// The person asked for a new session.
    NewSession,
    Waited,
    NineMinutesPassed,
    /// The person returned, with this claim.
    Returned(&'static str),
    TokenRefused,
    /// The host kept the address of the window, and somebody opens it.
    WindowOpened,
    Restored,
    Cancelled,
}

const AUTHORIZED: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10","Login":{}}"#;
const ASKS: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d11",
    "SecurityChallenges":[{"Type":"QuestionAndAnswer","Prompt":"City?"}]}"#;
const PENDING: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d12"}"#;

const FLINKS: &[TestEvent] = &[
    TestEvent::Replied(200, AUTHORIZED),
    TestEvent::Replied(202, PENDING),
    TestEvent::Replied(203, ASKS),
    TestEvent::Replied(401, ASKS),
    TestEvent::Replied(401, r#"{"FlinksCode":"SESSION_EXPIRED"}"#),
    TestEvent::Replied(401, r#"{"FlinksCode":"INVALID_LOGIN"}"#),
    TestEvent::Replied(401, r#"{"FlinksCode":"UNAUTHORIZED"}"#),
    TestEvent::Replied(429, ""),
    TestEvent::Replied(200, "<html>"),
];

const REFRESHED: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d13",
    "Login":{"Id":"5e115eac-1209-4f19-641c-08d6d484e2fe","LastRefresh":"1970-01-01T00:17:00"}}"#;
const OTHER: &str = "0aa5b1a4-6b3e-4e0e-9a3f-2d8f7a5f7f10";

/// Replies of Flinks and claims of Flinks Connect, for a reconnect and a first link.
const CONNECT: &[TestEvent] = &[
    TestEvent::Replied(200, AUTHORIZED),
    TestEvent::Replied(200, REFRESHED),
    TestEvent::Replied(202, PENDING),
    TestEvent::Replied(203, ASKS),
    TestEvent::Replied(400, r#"{"FlinksCode":"INVALID_LOGIN"}"#),
    TestEvent::Replied(401, r#"{"FlinksCode":"UNAUTHORIZED"}"#),
    TestEvent::Replied(200, "<html>"),
    TestEvent::Returned(r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#),
    TestEvent::Returned(r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","state":"5bd3e1a6"}"#),
    TestEvent::Returned(r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","state":"another"}"#),
    TestEvent::Returned(r#"{"loginId":"0aa5b1a4-6b3e-4e0e-9a3f-2d8f7a5f7f10"}"#),
    TestEvent::Returned(r#"{"loginId":"0aa5b1a4"}"#),
    TestEvent::Returned(
        r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","accountIds":["a1"]}"#,
    ),
    TestEvent::Returned(
        r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","accountIds":["../escape"]}"#,
    ),
];

const CHALLENGED: &str = r#"{"member":{"guid":"MBR-2","connection_status":"CHALLENGED",
    "challenges":[{"guid":"CRD-1","label":"City?","type":0}]}}"#;
const REJECTED: &str = r#"{"member":{"guid":"MBR-2","connection_status":"REJECTED",
    "challenges":[{"guid":"CRD-2","label":"City?","type":0}]}}"#;
const EXPIRED: &str = r#"{"member":{"connection_status":"EXPIRED"}}"#;
const WINDOW: &str = r#"{"member":{"guid":"MBR-2","connection_status":"PENDING",
    "oauth_window_uri":"https://mxbank.mx.com/oauth"},
    "widget_url":{"url":"https://int-widgets.moneydesktop.com/md/connect/1"}}"#;

const REVOKED: &str = r#"{"member":{"guid":"MBR-2","connection_status":"DENIED","is_oauth":true,
    "error":{"error_code":2004}}}"#;
const DENIED: &str = r#"{"member":{"guid":"MBR-2","connection_status":"DENIED",
    "error":{"error_code":2005}}}"#;
const NEEDS: &str = r#"{"credentials":[{"guid":"CRD-3","field_type":"LOGIN"}]}"#;

/// Replies of MX. Each is a possible reply to each call, since MX replies to all of them with a member.
const MX: &[TestEvent] = &[
    TestEvent::Replied(200, CHALLENGED),
    TestEvent::Replied(200, WINDOW),
    TestEvent::Replied(200, r#"{"member":{"connection_status":"CHALLENGED"}}"#),
    TestEvent::Replied(202, r#"{"member":{"connection_status":"CONNECTED"}}"#),
    TestEvent::Replied(200, EXPIRED),
    TestEvent::Replied(200, REJECTED),
    TestEvent::Replied(200, REVOKED),
    TestEvent::Replied(200, DENIED),
    TestEvent::Replied(200, NEEDS),
    TestEvent::Replied(400, ""),
    TestEvent::Replied(404, ""),
    TestEvent::Replied(409, ""),
    TestEvent::Replied(200, "<html>"),
    TestEvent::Returned(r#"{"status":["error"],"error_reason":["CANCELLED"]}"#),
    TestEvent::Returned(r#"{"status":["error"],"error_reason":["CANCELLED","DENIED"]}"#),
];

/// The events that are possible at any vendor.
const ANY_VENDOR: &[TestEvent] = &[
    TestEvent::Lost(Loss::MaybeSent),
    TestEvent::Lost(Loss::NotSent),
    TestEvent::Lost(Loss::NoSecret),
    TestEvent::Answered,
    TestEvent::NewSession,
    TestEvent::Waited,
    TestEvent::NineMinutesPassed,
    TestEvent::Returned("null"),
    TestEvent::TokenRefused,
    TestEvent::WindowOpened,
    TestEvent::Restored,
    TestEvent::Cancelled,
];

struct Explorer {
    replies: &'static [TestEvent],
    config: Value,
    /// The depth to which each state was explored. Events before a state do not matter after it.
    seen: BTreeMap<(String, u64, Sent), usize>,
    /// Texts that no snapshot may hold.
    secrets: &'static [&'static str],
}

/// The submissions of the flow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sent {
    /// The newest round whose answers were sent.
    answered: u32,
    /// Whether a start in live mode was sent, since the person asked for a new session if they did.
    live: bool,
    /// When that new session may begin.
    live_from: u64,
}

impl Explorer {
    /// Runs the events of `prefix`, and then every sequence of up to `depth` events.
    fn explore(
        &mut self,
        snapshot: &str,
        serial: u32,
        now: u64,
        sent: Sent,
        prefix: &[TestEvent],
        depth: usize,
    ) {
        if prefix.is_empty() {
            let state = (snapshot.to_owned(), now, sent);
            let seen = self.seen.entry(state).or_default();
            if *seen >= depth {
                return;
            }
            *seen = depth;
        }
        let all = [self.replies, ANY_VENDOR].concat();
        let (next, prefix, depth) = match prefix {
            [first, prefix @ ..] => (&[*first][..], prefix, depth),
            [] => (&all[..], prefix, depth - 1),
        };
        for test_event in next {
            let mut flow = Flow::restore(snapshot, VENDORS, &self.config).unwrap();
            let mut sent = sent;
            let mut now = now;
            let before = flow.step();
            if let (
                TestEvent::Waited,
                Step::Wait { until, .. }
                | Step::Resubmit { until, .. }
                | Step::Redirect { until, .. }
                | Step::Connect { until, .. },
            ) = (test_event, &before)
            {
                now = *until;
            }
            if let (
                TestEvent::Waited,
                Step::Challenge {
                    watch_at: Some(at), ..
                },
            ) = (test_event, &before)
            {
                now = *at;
            }
            if let TestEvent::NineMinutesPassed = test_event {
                now += 9 * 60_000;
            }
            let (round, fields) = match &before {
                Step::Challenge { round, .. } => (round.number, round.challenges.len()),
                Step::Resubmit { round, .. } => (*round, 1),
                _ => (1, 1),
            };
            let input = input(*test_event, round, fields);
            if let TestEvent::WindowOpened = test_event {
                let kept = Event::RestoredAtWindow("https://mxbank.mx.com/oauth");
                let _ = flow.advance(kept, now);
            }
            let step = flow.advance(event(*test_event, serial, round, &input), now);
            let after = flow.snapshot();
            let is_secret = |secret: &&str| after.contains(*secret);
            assert!(!self.secrets.iter().any(is_secret), "{after}");
            let step = match step {
                Ok(step) => step,
                Err(refusal) => {
                    assert_eq!(
                        after, *snapshot,
                        "{test_event:?} was refused with {refusal:?}"
                    );
                    continue;
                }
            };
            if let (TestEvent::NewSession, Step::Challenge { round, .. }) = (test_event, &before) {
                sent.live = false;
                sent.live_from = round.new_session.unwrap().at.unwrap_or(0);
            }
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
                assert!(
                    !body.contains(r#""credentials":[]"#),
                    "a start lost its credentials"
                );
                let answers = *stage == Stage::Answer;
                assert_eq!(body.contains(ANSWER), answers);
                if answers {
                    assert!(
                        matches!(test_event, TestEvent::Answered),
                        "answers without an answer event"
                    );
                    assert!(round > sent.answered, "answers were sent a second time");
                    sent.answered = round;
                }
                if is_live(body) {
                    // The answer of a round of credentials is a live start, too.
                    assert!(answers || !sent.live, "a live start was sent a second time");
                    assert!(now >= sent.live_from, "a new session began too early");
                    sent.live = true;
                }
            } else {
                assert_eq!(step, flow.step(), "each state has one step");
            }
            if let Step::Failed { failure } = &step
                && step != before
            {
                let later = failure.next == NextAction::RetryLater;
                assert_eq!(
                    later,
                    failure.retry_at.is_some_and(|time| time > now),
                    "{failure:?}"
                );
            }
            if depth > 0 && after != *snapshot {
                self.explore(&after, serial, now, sent, prefix, depth);
            }
        }
    }
}

/// The answers to a round of so many fields, or the claim of an event.
fn input(test_event: TestEvent, round: u32, fields: usize) -> Value {
    let text = match test_event {
        TestEvent::Returned(claim) => claim.to_owned(),
        _ => {
            let one = |field| format!(r#""{round}.{field}.answer":"{ANSWER}""#);
            let all: Vec<String> = (1..=fields).map(one).collect();
            format!("{{{}}}", all.join(","))
        }
    };
    Value::parse(text.as_bytes()).unwrap()
}

fn is_live(body: &str) -> bool {
    body.contains(r#""MostRecentCached":false"#)
}

fn event(test_event: TestEvent, serial: u32, round: u32, input: &Value) -> Event<'_> {
    match test_event {
        TestEvent::Replied(status, body) => Event::Replied(
            serial,
            Response {
                status,
                retry_after: None,
                body: body.as_bytes(),
            },
        ),
        TestEvent::Lost(loss) => Event::Lost(serial, loss),
        TestEvent::Answered => Event::Answered(round, AnswerInput::Fields(input)),
        TestEvent::NewSession => Event::NewSession(round),
        TestEvent::Waited | TestEvent::NineMinutesPassed => Event::Waited,
        TestEvent::Returned(_) => Event::Returned(input),
        TestEvent::TokenRefused => Event::TokenRefused,
        TestEvent::WindowOpened => Event::WindowOpened,
        TestEvent::Restored => Event::Restored,
        TestEvent::Cancelled => Event::Cancelled,
    }
}

fn explore(
    (entry, replies, secrets): (Entry, &'static [TestEvent], &'static [&'static str]),
    config: &str,
    params: &str,
    prefix: &[TestEvent],
    depth: usize,
) {
    let params = Value::parse(params.as_bytes()).unwrap();
    let config = Value::parse(config.as_bytes()).unwrap();
    let start = entry.start;
    let (vendor, credentials) =
        start(Reader::new("params", &params), Reader::new("host", &config)).unwrap();
    let mut flow = Flow::new("flow", vendor);
    let step = flow.advance(Event::Started(&credentials), NOW).unwrap();
    let (serial, live) = match step {
        Step::Send { request, .. } => (1, is_live(request.body.as_deref().unwrap_or_default())),
        _ => (0, false),
    };
    let sent = Sent {
        answered: 0,
        live,
        live_from: 0,
    };
    let mut explorer = Explorer {
        replies,
        config,
        seen: BTreeMap::new(),
        secrets,
    };
    explorer.explore(&flow.snapshot(), serial, NOW, sent, prefix, depth);
    let states = explorer.seen.len();
    assert!(states > 40, "{states} states");
}

fn explore_flinks(params: &str, authorize_async: bool) {
    let config = format!(
        r#"{{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb",
        "authorizeAsync":{authorize_async}}}"#
    );
    explore((flinks::ENTRY, FLINKS, SECRETS), &config, params, &[], 6);
}

fn explore_connect(entry: Entry, params: &str, secrets: &'static [&'static str], depth: usize) {
    let config = r#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb",
        "authorizeAsync":true,"redirectUrl":"https://app.example/back"}"#;
    explore((entry, CONNECT, secrets), config, params, &[], depth);
}

fn explore_mx(params: &str, prefix: &[TestEvent], depth: usize) {
    let config = r#"{"environment":"integration"}"#;
    explore((mx::ENTRY, MX, SECRETS), config, params, prefix, depth);
}

const CREDENTIALS: &str =
    r#"{"username":"Greatday","password":"hunter2","institution":"FlinksCapital"}"#;
const INSTITUTION: &str = r#"{"institution":"FlinksCapital"}"#;
const LIVE: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","mostRecentCached":false}"#;
const CACHED: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#;

#[test]
fn no_sequence_of_events_breaks_an_authorize_with_credentials() {
    explore_flinks(CREDENTIALS, false);
    explore_flinks(CREDENTIALS, true);
}

#[test]
fn no_sequence_of_events_breaks_an_authorize_that_asks_for_credentials() {
    explore_flinks(INSTITUTION, false);
    explore_flinks(INSTITUTION, true);
}

#[test]
fn no_sequence_of_events_breaks_a_live_authorize() {
    explore_flinks(LIVE, false);
    explore_flinks(LIVE, true);
}

#[test]
fn no_sequence_of_events_breaks_a_cached_authorize() {
    explore_flinks(CACHED, false);
}

const BY_FRAME: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","state":"5bd3e1a6"}"#;
const BY_FORM: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","state":"5bd3e1a6",
    "presentation":"form","async":true}"#;
const WITH_MAX_AGE: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","state":"5bd3e1a6",
    "maxAge":1}"#;
const WITH_TOKEN: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","state":"5bd3e1a6",
    "midSessionToken":true}"#;
const BY_REQUEST_ID: &str = r#"{"requestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d11","state":"5bd3e1a6",
    "loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","resumeSelectedAccounts":["a1"]}"#;
const LINK: &str = r#"{"state":"5bd3e1a6"}"#;

/// A snapshot must not contain a claim for another LoginId either.
const SECRETS_AND_OTHERS: &[&str] = &[PASSWORD, ANSWER, OTHER, "app.example", "escape"];

#[test]
fn no_sequence_of_events_breaks_a_reconnect() {
    for params in [BY_FRAME, BY_FORM, WITH_MAX_AGE, WITH_TOKEN] {
        explore_connect(flinks::RECONNECT, params, SECRETS_AND_OTHERS, 5);
    }
}

#[test]
fn no_sequence_of_events_breaks_a_resumed_session() {
    explore_connect(flinks::RESUME, BY_REQUEST_ID, SECRETS_AND_OTHERS, 5);
}

#[test]
fn no_sequence_of_events_breaks_a_first_link() {
    explore_connect(flinks::CONNECT, LINK, SECRETS, 5);
}

const JOB: &str = r#"{"userGuid":"USR-1","memberGuid":"MBR-1","job":"aggregate"}"#;
const UPDATE: &str = r#"{"userGuid":"USR-1","memberGuid":"MBR-1",
    "credentials":[{"guid":"CRD-1","value":"hunter2"}]}"#;
const CREATE: &str = r#"{"userGuid":"USR-1","institutionCode":"mxbank",
    "credentials":[{"guid":"CRD-1","value":"hunter2"}]}"#;
const CREATE_AND_ASK: &str = r#"{"userGuid":"USR-1","institutionCode":"mxbank"}"#;
const IN_WIDGET: &str = r#"{"userGuid":"USR-1","memberGuid":"MBR-1","presentation":"widget"}"#;
const IN_WINDOW: &str = r#"{"userGuid":"USR-1","memberGuid":"MBR-1","isOauth":true}"#;
const NO_PERSON: &str = r#"{"userGuid":"USR-1","memberGuid":"MBR-1","signIn":"never"}"#;
const CONTINUE: &str = r#"{"userGuid":"USR-1","memberGuid":"MBR-1"}"#;

/// The events up to a pre-check that finds the round open. The next answer event sends the answers.
const RESUBMITTING: &[TestEvent] = &[
    TestEvent::Replied(200, CHALLENGED),
    TestEvent::Answered,
    TestEvent::Waited,
    TestEvent::Replied(200, CHALLENGED),
];

#[test]
fn no_sequence_of_events_breaks_a_member_flow() {
    for params in [
        JOB,
        UPDATE,
        CREATE,
        CREATE_AND_ASK,
        CONTINUE,
        IN_WIDGET,
        IN_WINDOW,
        NO_PERSON,
    ] {
        explore_mx(params, &[], 5);
    }
}

/// The events up to the start of a new session: the challenge has expired.
const SECOND_JOB: &[TestEvent] = &[
    TestEvent::Replied(202, CHALLENGED),
    TestEvent::Waited,
    TestEvent::Replied(200, CHALLENGED),
    TestEvent::NewSession,
    TestEvent::Waited,
    TestEvent::Replied(200, EXPIRED),
    TestEvent::Waited,
    TestEvent::Replied(200, EXPIRED),
];

#[test]
fn no_sequence_of_events_breaks_the_second_job_of_a_member() {
    for params in [JOB, UPDATE] {
        explore_mx(params, SECOND_JOB, 4);
    }
}

/// The events up to an open round of credentials.
const ASKING_CREDENTIALS: &[TestEvent] = &[
    TestEvent::Replied(200, DENIED),
    TestEvent::Replied(200, NEEDS),
];

#[test]
fn no_sequence_of_events_sends_the_credentials_of_a_member_twice() {
    explore_mx(CONTINUE, ASKING_CREDENTIALS, 7);
    explore_mx(CREATE_AND_ASK, &[TestEvent::Replied(200, NEEDS)], 7);
}

#[test]
fn no_sequence_of_events_sends_the_answers_of_a_member_twice() {
    explore_mx(CONTINUE, RESUBMITTING, 5);
}

/// The events up to an answer that comes while a watch is under way.
const ANSWERED_DURING_A_WATCH: &[TestEvent] = &[
    TestEvent::Replied(200, CHALLENGED),
    TestEvent::Waited,
    TestEvent::Answered,
];

/// The events up to a watch that has just found the round open. The next answer event sends the answers.
const JUST_WATCHED: &[TestEvent] = &[
    TestEvent::Replied(200, CHALLENGED),
    TestEvent::Waited,
    TestEvent::Replied(200, CHALLENGED),
];

#[test]
fn no_sequence_of_events_breaks_a_flow_that_is_watched() {
    for prefix in [ANSWERED_DURING_A_WATCH, JUST_WATCHED] {
        explore_mx(CONTINUE, prefix, 5);
    }
}
