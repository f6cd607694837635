//! A third vendor with three stages and one challenge. It uses only public modules: the flow depends on no
//! vendor.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use bank_mfa::challenge::{Challenge, ChallengeKind, FieldPart, FieldType};
use bank_mfa::failure::{ErrorCode, NextAction, Refusal};
use bank_mfa::flow::{AnswerInput, Event, Flow, Loss, MAX_LOST_POLLS, Step};
use bank_mfa::http::{Request, Response};
use bank_mfa::json::{Reader, Value};
use bank_mfa::vendor::{
    Context, Entry, Recovery, Stage, Started, Submission, TimeLimits, Vendor, Verdict,
};

const TOY: Entry = Entry {
    name: "toy",
    start: |params, _| {
        let name = params.get("name").text()?.to_owned();
        Ok::<Started, Refusal>((Box::new(Toy { name }), Value::Null))
    },
    restore: |vendor_ids, _, _| {
        Ok(Box::new(Toy {
            name: vendor_ids.text()?.to_owned(),
        }))
    },
};

#[derive(Clone)]
struct Toy {
    name: String,
}

impl Vendor for Toy {
    fn name(&self) -> &'static str {
        TOY.name
    }

    fn vendor_ids(&self) -> Value {
        self.name.as_str().into()
    }

    fn saved_state(&self) -> Value {
        Value::Null
    }

    fn limits(&self) -> TimeLimits {
        TimeLimits {
            poll_every: 1000,
            poll_for: 60_000,
            idle: Some((60_000, false)),
            total: 3_600_000,
        }
    }

    fn opens_session(&self, stage: Stage) -> bool {
        stage == Stage::Start
    }

    fn request(
        &self,
        stage: Stage,
        submission: &Submission,
        _: Context,
    ) -> Result<Request, Refusal> {
        let body = match submission {
            Submission::Answers(answers) => answers.text(0, FieldPart::Answer),
            _ => None,
        };
        Ok(Request {
            method: "POST",
            url: format!("https://toy.example/{stage:?}"),
            headers: Vec::new(),
            body: body.map(str::to_owned),
            session: 0,
            timeout: 1000,
            once: stage != Stage::Poll,
        })
    }

    fn judge(&mut self, stage: Stage, response: &Response, _: Context) -> Verdict {
        match (stage, response.status) {
            (Stage::Start, 200) => Verdict::Asks {
                challenges: "What is your favourite colour?".into(),
                refused: false,
            },
            (Stage::Start, 203) => Verdict::Connect,
            (Stage::Answer | Stage::Poll, 202) => Verdict::Wait(Stage::Poll, response.retry_after),
            (Stage::Poll, 200) => Verdict::Done(self.vendor_ids()),
            _ => Verdict::Unclear,
        }
    }

    fn needs(&self, stage: Stage) -> Option<&'static str> {
        matches!(stage, Stage::Start | Stage::Poll | Stage::Answer).then_some("")
    }

    fn recovery(&self, stage: Stage) -> Recovery {
        match stage {
            Stage::Answer => Recovery::Reconcile(Stage::Poll),
            Stage::Poll => Recovery::Repeat(Some(ErrorCode::OutcomeUnknown)),
            _ => Recovery::Unknown,
        }
    }

    fn challenges(&self, payload: &Value, round: u32) -> Vec<Challenge> {
        let prompt = payload.as_text().unwrap_or_default();
        let challenge = Challenge::new(round, 0, ChallengeKind::Question, Value::Null, prompt);
        vec![challenge.with(FieldPart::Answer, FieldType::Text, Vec::new())]
    }
}

const NOW: u64 = 1_000_000;

fn start() -> (Flow, Step) {
    start_as("toy-1")
}

fn start_as(id: &str) -> (Flow, Step) {
    let params = Value::parse(br#"{"name":"arthur"}"#).unwrap();
    let (vendor, credentials) = (TOY.start)(
        Reader::new("params", &params),
        Reader::new("host", &Value::Null),
    )
    .unwrap();
    let mut flow = Flow::new(id, vendor);
    let step = flow.advance(Event::Started(&credentials), NOW).unwrap();
    (flow, step)
}

fn reply(flow: &mut Flow, step: &Step, status: u16) -> Step {
    let Step::Send { serial, .. } = step else {
        panic!("{step:?}")
    };
    let response = Response {
        status,
        retry_after: None,
        body: b"",
    };
    flow.advance(Event::Replied(*serial, response), NOW)
        .unwrap()
}

fn answer(flow: &mut Flow) -> Step {
    let answers = Value::parse(br#"{"1.1.answer":"blue"}"#).unwrap();
    flow.advance(Event::Answered(1, AnswerInput::Fields(&answers)), NOW)
        .unwrap()
}

fn asking() -> Flow {
    let (mut flow, step) = start();
    let step = reply(&mut flow, &step, 200);
    assert!(matches!(step, Step::Challenge { .. }));
    flow
}

fn waited(flow: &mut Flow, step: &Step) -> Step {
    let Step::Wait { until, .. } = step else {
        panic!("{step:?}")
    };
    flow.advance(Event::Waited, *until).unwrap()
}

/// When a flow polls first after its answer, if it does.
fn poll_at(id: &str, retry_after: Option<u64>) -> Option<u64> {
    let (mut flow, step) = start_as(id);
    reply(&mut flow, &step, 200);
    let Step::Send { serial, .. } = answer(&mut flow) else {
        panic!()
    };
    let response = Response {
        status: 202,
        retry_after,
        body: b"",
    };
    let step = flow.advance(Event::Replied(serial, response), NOW);
    match step.unwrap() {
        Step::Wait { until, .. } => Some(until),
        _ => None,
    }
}

#[test]
fn a_flow_runs_through_three_stages_and_one_challenge() {
    let mut flow = asking();
    let step = answer(&mut flow);
    let Step::Send { request, .. } = &step else {
        panic!()
    };
    assert_eq!(request.body.as_deref(), Some("blue"));
    let step = reply(&mut flow, &step, 202);
    let step = waited(&mut flow, &step);
    let step = reply(&mut flow, &step, 200);
    assert_eq!(
        step,
        Step::Done {
            result: "arthur".into()
        }
    );
}

#[test]
fn a_flow_is_restored_only_with_a_list_that_has_its_vendor() {
    let flow = asking();
    let restored = Flow::restore(&flow.snapshot(), &[TOY], &Value::Null).unwrap();
    assert_eq!(restored.step(), flow.step());
    assert_eq!(restored.id(), "toy-1");
    let refusal = Flow::restore(&flow.snapshot(), bank_mfa::VENDORS, &Value::Null)
        .err()
        .unwrap();
    assert_eq!(refusal.code, ErrorCode::InvalidInput);
    assert_eq!(refusal.next, NextAction::FixIntegration);
    assert_eq!(refusal.path.as_deref(), Some("/snapshot/vendor"));
}

#[test]
fn a_wait_that_ends_too_early_continues() {
    let mut flow = asking();
    let step = answer(&mut flow);
    let step = reply(&mut flow, &step, 202);
    assert_eq!(flow.advance(Event::Waited, NOW).unwrap(), step);
}

#[test]
fn polls_keep_the_vendors_interval_with_a_jitter_of_at_most_a_tenth() {
    let mut flow = asking();
    let step = answer(&mut flow);
    let Step::Wait { until, .. } = reply(&mut flow, &step, 202) else {
        panic!()
    };
    assert!((NOW + 1000..=NOW + 1100).contains(&until));
}

#[test]
fn the_polls_of_many_flows_are_spread_over_a_tenth_of_the_interval() {
    let pauses = (0..2_000).map(|id| {
        let until = poll_at(&format!("toy-{id}"), None);
        until.unwrap() - NOW - 1000
    });
    let pauses: BTreeSet<u64> = pauses.collect();
    assert!(pauses.into_iter().eq(0..=100));
}

#[test]
fn a_poll_may_come_as_late_as_polling_ends_and_no_later() {
    let jitter = poll_at("toy-1", None).unwrap() - NOW - 1000;
    let latest = 60_000 - jitter;
    assert_eq!(poll_at("toy-1", Some(latest)), Some(NOW + 60_000));
    assert_eq!(poll_at("toy-1", Some(latest + 1)), None);
}

#[test]
fn an_event_that_does_not_fit_is_refused_and_changes_nothing() {
    let (mut flow, _) = start();
    let before = flow.snapshot();
    let response = Response {
        status: 200,
        retry_after: None,
        body: b"",
    };
    let answers = Value::parse(b"{}").unwrap();
    for event in [
        Event::Started(&Value::Null),
        Event::Replied(7, response),
        Event::Lost(7, Loss::MaybeSent),
        Event::Answered(1, AnswerInput::Fields(&answers)),
        Event::Waited,
    ] {
        assert_eq!(
            flow.advance(event, NOW).unwrap_err().code,
            ErrorCode::OutOfTurn
        );
        assert_eq!(flow.snapshot(), before);
    }
}

#[test]
fn answers_that_were_not_sent_are_asked_for_in_a_new_round() {
    let mut flow = asking();
    let Step::Send { serial, .. } = answer(&mut flow) else {
        panic!()
    };
    let step = flow
        .advance(Event::Lost(serial, Loss::NotSent), NOW)
        .unwrap();
    let Step::Challenge { round, .. } = step else {
        panic!()
    };
    assert_eq!(round.number, 2);
    assert_eq!(round.challenges[0].prompt, "What is your favourite colour?");
}

#[test]
fn answers_that_are_never_sent_end_the_flow_after_five_rounds() {
    let mut flow = asking();
    for round in 1.. {
        let answers = Value::parse(format!(r#"{{"{round}.1.answer":"blue"}}"#).as_bytes());
        let answers = answers.unwrap();
        let answered = Event::Answered(round, AnswerInput::Fields(&answers));
        let Ok(Step::Send { serial, .. }) = flow.advance(answered, NOW) else {
            panic!("round {round}")
        };
        let step = flow.advance(Event::Lost(serial, Loss::NotSent), NOW);
        if let Step::Failed { failure } = step.unwrap() {
            assert_eq!((round, failure.code), (5, ErrorCode::Unreachable));
            return;
        }
    }
}

#[test]
fn a_poll_without_its_secret_ends_the_flow_with_the_outcome_of_the_answer_unknown() {
    let mut flow = asking();
    let step = answer(&mut flow);
    let step = reply(&mut flow, &step, 202);
    let Step::Send { serial, .. } = waited(&mut flow, &step) else {
        panic!()
    };
    let step = flow.advance(Event::Lost(serial, Loss::NoSecret), NOW);
    let Step::Failed { failure } = step.unwrap() else {
        panic!()
    };
    assert_eq!(failure.code, ErrorCode::OutcomeUnknown);
}

#[test]
fn a_page_that_refuses_its_token_ends_the_flow_if_the_vendor_renews_none() {
    let (mut flow, step) = start();
    let step = reply(&mut flow, &step, 203);
    assert!(matches!(step, Step::Connect { .. }));
    let step = flow.advance(Event::TokenRefused, NOW).unwrap();
    let Step::Failed { failure } = step else {
        panic!("{step:?}")
    };
    assert_eq!(failure.code, ErrorCode::SessionExpired);
}

#[test]
fn a_flow_that_has_not_started_cannot_be_restored_or_waited_for() {
    let params = Value::parse(br#"{"name":"arthur"}"#).unwrap();
    let params = Reader::new("params", &params);
    let (vendor, _) = (TOY.start)(params, Reader::new("host", &Value::Null)).unwrap();
    let mut flow = Flow::new("toy-1", vendor);
    for event in [Event::Restored, Event::Waited] {
        let refusal = flow.advance(event, NOW).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::OutOfTurn);
    }
}

#[test]
fn a_lost_start_fails_with_the_code_of_its_loss() {
    for (loss, code) in [
        (Loss::NotSent, ErrorCode::Unreachable),
        (Loss::NoSecret, ErrorCode::SecretMissing),
        (Loss::MaybeSent, ErrorCode::OutcomeUnknown),
    ] {
        let (mut flow, _) = start();
        let step = flow.advance(Event::Lost(1, loss), NOW).unwrap();
        let Step::Failed { failure } = step else {
            panic!()
        };
        assert_eq!(failure.code, code);
    }
}

#[test]
fn a_flow_fails_after_twelve_lost_polls() {
    let mut flow = asking();
    let mut step = answer(&mut flow);
    step = reply(&mut flow, &step, 202);
    for _ in 0..MAX_LOST_POLLS {
        step = waited(&mut flow, &step);
        step = reply(&mut flow, &step, 500);
    }
    step = waited(&mut flow, &step);
    let Step::Failed { failure } = reply(&mut flow, &step, 500) else {
        panic!()
    };
    assert_eq!(failure.code, ErrorCode::OutcomeUnknown);
    assert_eq!(failure.retry_at, Some(NOW + 60_000));
}

#[test]
fn a_flow_fails_if_the_retry_after_exceeds_the_vendors_limit() {
    let mut flow = asking();
    let answers = Value::parse(br#"{"1.1.answer":"blue"}"#).unwrap();
    let late = NOW + 59_999;
    let step = flow
        .advance(Event::Answered(1, AnswerInput::Fields(&answers)), late)
        .unwrap();
    let Step::Send { serial, .. } = step else {
        panic!()
    };
    let response = Response {
        status: 202,
        retry_after: Some(3_600_000),
        body: b"",
    };
    let Step::Failed { failure } = flow
        .advance(Event::Replied(serial, response), late)
        .unwrap()
    else {
        panic!()
    };
    assert_eq!(failure.code, ErrorCode::TimedOut);
    assert_eq!(
        failure.retry_at.map(|time| time > late + 3_600_000 - 1),
        Some(true)
    );
}

#[test]
fn an_ended_flow_returns_the_same_step_for_every_event() {
    let mut flow = asking();
    let step = flow.advance(Event::Cancelled, NOW).unwrap();
    assert!(matches!(&step, Step::Failed { failure } if failure.code == ErrorCode::Cancelled));
    for event in [
        Event::Waited,
        Event::Cancelled,
        Event::Restored,
        Event::Started(&Value::Null),
    ] {
        assert_eq!(flow.advance(event, NOW).unwrap(), step);
    }
}
