//! The limits of a round, and what large replies lead to.

#![allow(clippy::unwrap_used, clippy::panic)]

use bank_mfa::challenge::{MAX_ANSWER_BYTES, MAX_CHALLENGES, MAX_OPTIONS};
use bank_mfa::failure::{ErrorCode, FieldErrorReason};
use bank_mfa::flow::{AnswerInput, Event, Flow, Step};
use bank_mfa::http::{MAX_VALUES, Response};
use bank_mfa::json::{Reader, Value};
use bank_mfa::vendor::{Entry, Stage};
use bank_mfa::{flinks, mx};

const NOW: u64 = 1_790_000_000_000;

fn json(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

/// Starts a flow, and replies to its requests, up to the first poll.
fn replied(entry: &Entry, params: &str, config: &str, status: u16, body: &str) -> (Flow, Step) {
    let (params, config) = (json(params), json(config));
    let (params, config) = (Reader::new("params", &params), Reader::new("host", &config));
    let (vendor, credentials) = (entry.start)(params, config).unwrap();
    let mut flow = Flow::new("flow", vendor);
    let mut step = flow.advance(Event::Started(&credentials), NOW).unwrap();
    while let Step::Send { serial, stage, .. } = step {
        let reply = Response {
            status,
            retry_after: None,
            body: body.as_bytes(),
        };
        step = flow.advance(Event::Replied(serial, reply), NOW).unwrap();
        // MX accepts a job, and says in the first poll what it is about.
        if let (Stage::Start, Step::Wait { until, .. }) = (stage, &step) {
            step = flow.advance(Event::Waited, *until).unwrap();
        }
    }
    (flow, step)
}

fn flinks_reply(status: u16, rest: &str) -> (Flow, Step) {
    let params = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","mostRecentCached":false}"#;
    let config = r#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb"}"#;
    let body = format!(r#"{{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10",{rest}}}"#);
    replied(&flinks::ENTRY, params, config, status, &body)
}

fn mx_reply(challenges: &str) -> (Flow, Step) {
    let params = r#"{"userGuid":"USR-1","memberGuid":"MBR-1","job":"aggregate"}"#;
    let config = r#"{"environment":"integration"}"#;
    let body = format!(
        r#"{{"member":{{"guid":"MBR-1","connection_status":"CHALLENGED","challenges":[{challenges}]}}}}"#
    );
    replied(&mx::ENTRY, params, config, 202, &body)
}

fn repeated(text: &str, count: usize) -> String {
    vec![text; count].join(",")
}

/// A round of this many questions and of one choice with this many options.
fn flinks_round(questions: usize, options: usize) -> (Flow, Step) {
    let question = r#"{"Type":"QuestionAndAnswer","Prompt":"?"}"#;
    let options = repeated(r#""a""#, options);
    flinks_reply(
        203,
        &format!(
            r#""SecurityChallenges":[{},{{"Type":"MultipleChoice","Prompt":"?","Iterables":[{options}]}}]"#,
            repeated(question, questions),
        ),
    )
}

fn mx_round(questions: usize, options: usize) -> (Flow, Step) {
    let question = r#"{"guid":"CRD-1","label":"?","type":0}"#;
    let options = repeated(r#"{"label":"a","value":"a"}"#, options);
    mx_reply(&format!(
        r#"{},{{"guid":"CRD-2","label":"?","type":2,"options":[{options}]}}"#,
        repeated(question, questions),
    ))
}

type Vendor = fn(usize, usize) -> (Flow, Step);

const VENDORS: [(&str, Vendor); 2] = [("Flinks", flinks_round), ("MX", mx_round)];

#[test]
fn a_round_at_the_limits_is_asked() {
    for (vendor, round) in VENDORS {
        let (_, step) = round(MAX_CHALLENGES - 1, MAX_OPTIONS);
        let Step::Challenge { round, .. } = step else {
            panic!("{vendor}: {step:?}")
        };
        assert_eq!(round.challenges.len(), MAX_CHALLENGES, "{vendor}");
        let choice = round.challenges.last().unwrap().fields.first().unwrap();
        assert_eq!(choice.options.len(), MAX_OPTIONS, "{vendor}");
    }
}

#[test]
fn a_round_above_a_limit_is_unanswerable_and_is_not_kept() {
    for (questions, options) in [(MAX_CHALLENGES, 1), (1, MAX_OPTIONS + 1)] {
        for (vendor, round) in VENDORS {
            let (flow, step) = round(questions, options);
            let Step::Failed { failure } = step else {
                panic!("{vendor}: {step:?}")
            };
            assert_eq!(failure.code, ErrorCode::ChallengeUnanswerable, "{vendor}");
            assert!(flow.snapshot().len() < 2_000, "{vendor}");
        }
    }
}

#[test]
fn an_answer_at_the_limit_is_sent_and_a_longer_one_is_refused() {
    for (bytes, is_sent) in [(MAX_ANSWER_BYTES, true), (MAX_ANSWER_BYTES + 1, false)] {
        let question = r#"{"Type":"QuestionAndAnswer","Prompt":"?"}"#;
        let (mut flow, _) = flinks_reply(203, &format!(r#""SecurityChallenges":[{question}]"#));
        let mut answers = Value::object();
        answers.set("1.1.answer", "a".repeat(bytes).as_str().into());
        let answered = Event::Answered(1, AnswerInput::Fields(&answers));
        match flow.advance(answered, NOW) {
            Ok(step) => assert!(is_sent && matches!(step, Step::Send { .. })),
            Err(refusal) => {
                assert!(!is_sent);
                assert_eq!(refusal.fields.len(), 1);
                assert!(
                    refusal
                        .fields
                        .iter()
                        .all(|field| field.reason == FieldErrorReason::TooLong)
                );
            }
        }
    }
}

#[test]
fn a_round_in_the_form_of_a_map_has_the_same_limits() {
    for (count, is_asked) in [(MAX_CHALLENGES, true), (MAX_CHALLENGES + 1, false)] {
        let map = repeated(r#""?":[]"#, count);
        let (_, step) = flinks_reply(203, &format!(r#""SecurityChallenges":{{{map}}}"#));
        assert_eq!(matches!(step, Step::Challenge { .. }), is_asked, "{count}");
    }
}

#[test]
fn a_reply_of_many_values_is_read_and_one_of_too_many_is_unclear() {
    // The object, the RequestId and the list are values, too.
    for (count, is_read) in [(MAX_VALUES - 3, true), (MAX_VALUES - 2, false)] {
        let (_, step) = flinks_reply(200, &format!(r#""Accounts":[{}]"#, repeated("0", count)));
        assert_eq!(matches!(step, Step::Done { .. }), is_read, "{count}");
    }
}

#[test]
fn a_snapshot_holds_a_round_of_as_many_values_as_a_reply_may_have() {
    let rest = repeated("0", MAX_VALUES - 20);
    let question = format!(r#"{{"Type":"QuestionAndAnswer","Prompt":"?","More":[{rest}]}}"#);
    let (flow, step) = flinks_reply(203, &format!(r#""SecurityChallenges":[{question}]"#));
    assert!(matches!(step, Step::Challenge { .. }));
    let config =
        json(r#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb"}"#);
    let restored = Flow::restore(&flow.snapshot(), &[flinks::ENTRY], &config);
    assert!(restored.is_ok());
}
