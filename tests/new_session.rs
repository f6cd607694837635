//! A person who got no code asks for a new session.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::challenge::NewSession;
use bank_mfa::failure::{ErrorCode, NextAction};
use bank_mfa::flow::{AnswerInput, Event, Loss, Step};
use bank_mfa::http::{Header, Request, Response};
use bank_mfa::json::Value;
use bank_mfa::simulator::{MxRules, Rules};
use bank_mfa::vendor::Stage;
use scenario::member::{json, reply, vendor_ids};
use scenario::{
    MINUTE, Scenario, Setup, aggregate, continue_member, live, live_async, reconnect, signing_in,
    update,
};

/// A round whose code never comes.
fn waiting_for_code() -> Scenario {
    live("code_never_comes").run()
}

fn ask(scenario: &mut Scenario) {
    let number = scenario.round().number;
    scenario.advance(Event::NewSession(number));
}

fn refusal(scenario: &mut Scenario, number: u32) -> ErrorCode {
    let before = scenario.flow.snapshot();
    let event = Event::NewSession(number);
    let refusal = scenario.flow.advance(event, scenario.now).unwrap_err();
    assert_eq!(scenario.flow.snapshot(), before);
    refusal.code
}

/// Lets the time of a wait pass, or sends a request.
fn wait_or_send(scenario: &mut Scenario) {
    match scenario.step {
        Step::Wait { until, .. } => {
            scenario.now = until;
            scenario.advance(Event::Waited);
        }
        _ => scenario.send_one(),
    }
}

fn is_waiting_for_start(scenario: &Scenario, at: u64) -> bool {
    let stage = Stage::Start;
    scenario.step == Step::Wait { until: at, stage }
}

// Flinks ----------------------------------------------------------------------------------------

#[test]
fn a_new_session_begins_when_the_old_one_has_expired() {
    let mut scenario = waiting_for_code();
    let round = scenario.round();
    let at = scenario.now + 8 * MINUTE;
    let documented = true;
    assert_eq!(
        round.new_session,
        Some(NewSession {
            at: Some(at),
            documented
        })
    );
    scenario.now += MINUTE;
    ask(&mut scenario);
    assert!(is_waiting_for_start(&scenario, at));
    assert_eq!(*vendor_ids(&scenario).get("RequestId"), Value::Null);
    scenario.run_on();
    assert_eq!(scenario.round().number, 2);
    assert!(!scenario.round().refused);
    scenario.answer(&["123456"]);
    scenario.result();
    let counts = scenario.bank.counts();
    assert_eq!((counts.live_starts, counts.answers), (2, 1));
    let sessions: Vec<_> = scenario.sent.iter().map(|sent| sent.session).collect();
    assert_eq!(
        sessions,
        [1, 2, 2],
        "the new session has a token of its own"
    );
}

#[test]
fn a_session_that_begins_too_early_is_refused_by_the_bank() {
    let first = waiting_for_code();
    let Scenario { bank, now, .. } = first;
    let mut second = live("code_never_comes").with_bank(bank).start_only();
    second.now = now + 8 * MINUTE - 1;
    second.run_on();
    assert_eq!(second.failure().code, ErrorCode::ConcurrentSession);
}

#[test]
fn the_old_round_is_over_when_a_new_session_is_asked_for() {
    let mut scenario = waiting_for_code();
    let answers = json(r#"{"1.1.answer":"123456"}"#);
    ask(&mut scenario);
    let event = Event::Answered(1, AnswerInput::Fields(&answers));
    let refused = scenario.flow.advance(event, scenario.now).unwrap_err();
    assert_eq!(refused.code, ErrorCode::StaleRound);
    assert_eq!(refusal(&mut scenario, 1), ErrorCode::OutOfTurn);
    assert!(is_waiting_for_start(&scenario, scenario.now + 8 * MINUTE));
    assert_eq!(scenario.bank.counts().answers, 0);
}

#[test]
fn a_new_session_is_refused_while_an_answer_may_be_under_way() {
    let mut scenario = waiting_for_code();
    scenario.try_answer(&["123456"]).unwrap();
    assert_eq!(refusal(&mut scenario, 1), ErrorCode::OutOfTurn);
    let mut scenario = aggregate("code_never_comes").run();
    scenario.try_answer(&["246810"]).unwrap();
    assert_eq!(refusal(&mut scenario, 1), ErrorCode::OutOfTurn);
}

#[test]
fn a_new_session_for_another_round_is_refused() {
    let mut scenario = waiting_for_code();
    for number in [0, 2, u32::MAX] {
        assert_eq!(refusal(&mut scenario, number), ErrorCode::OutOfTurn);
    }
    ask(&mut scenario);
    scenario.run_on();
    assert_eq!(refusal(&mut scenario, 1), ErrorCode::StaleRound);
}

#[test]
fn a_flow_begins_at_most_two_new_sessions() {
    let mut scenario = waiting_for_code();
    for number in [1, 2] {
        assert_eq!(scenario.round().number, number);
        ask(&mut scenario);
        scenario.run_on();
    }
    assert_eq!(scenario.round().new_session, None);
    assert_eq!(refusal(&mut scenario, 3), ErrorCode::OutOfTurn);
    scenario.answer(&["123456"]);
    scenario.result();
}

#[test]
fn a_restored_flow_waits_for_its_new_session_and_starts_it_once() {
    let mut scenario = waiting_for_code();
    ask(&mut scenario);
    let at = scenario.now + 8 * MINUTE;
    scenario.now += MINUTE;
    scenario.restore();
    assert!(is_waiting_for_start(&scenario, at));
    scenario.run_on();
    assert_eq!(scenario.now, at);
    assert_eq!(scenario.round().number, 2);
    assert_eq!(scenario.bank.counts().live_starts, 2);
}

#[test]
fn a_lost_start_of_a_new_session_ends_with_outcome_unknown() {
    for restores in [false, true] {
        let mut scenario = waiting_for_code();
        ask(&mut scenario);
        scenario.now += 8 * MINUTE;
        scenario.advance(Event::Waited);
        let serial = scenario.serial();
        match restores {
            true => scenario.restore(),
            false => {
                let event = Event::Lost(serial, Loss::MaybeSent);
                scenario.advance(event);
            }
        }
        let failure = scenario.failure();
        assert_eq!(failure.code, ErrorCode::OutcomeUnknown);
        assert!(failure.retry_at.unwrap() >= scenario.now + 8 * MINUTE);
    }
}

#[test]
fn a_new_session_without_a_token_ends_with_secret_missing() {
    let mut scenario = waiting_for_code();
    ask(&mut scenario);
    scenario.now += 8 * MINUTE;
    scenario.advance(Event::Waited);
    let serial = scenario.serial();
    let event = Event::Lost(serial, Loss::NoSecret);
    scenario.advance(event);
    assert_eq!(scenario.failure().code, ErrorCode::SecretMissing);
}

#[test]
fn cancelling_the_wait_for_a_new_session_is_no_unknown_outcome() {
    let mut scenario = waiting_for_code();
    ask(&mut scenario);
    scenario.advance(Event::Cancelled);
    assert_eq!(scenario.failure().next, NextAction::StartOver);
    let mut scenario = waiting_for_code();
    ask(&mut scenario);
    let event = Event::DriverFailed(ErrorCode::HostError);
    scenario.advance(event);
    assert_eq!(scenario.failure().code, ErrorCode::HostError);
}

#[test]
fn a_new_session_that_would_begin_after_the_total_time_limit_is_not_offered() {
    let mut late = live("Greatday").run();
    let started_at = late.now;
    // Nobody at the simulated bank asks so often.
    for _ in 0..16 {
        late.now += 7 * MINUTE;
        late.try_answer(&["wrong"]).unwrap();
        let serial = late.serial();
        let body = br#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d11","SecurityChallenges":[{"Type":"QuestionAndAnswer","Prompt":"?"}]}"#;
        let response = Response {
            status: 401,
            retry_after: None,
            body,
        };
        late.advance(Event::Replied(serial, response));
    }
    let end = started_at + 120 * MINUTE;
    assert_eq!(late.round().expires.unwrap().at, end);
    assert_eq!(late.round().new_session, None);
}

#[test]
fn only_a_live_flow_with_a_login_id_offers_a_new_session_at_flinks() {
    let offers = |setup: Setup| setup.run().round().new_session.is_some();
    assert!(offers(live("Greatday")));
    assert!(offers(live_async("Greatday")));
    assert!(offers(reconnect("Greatday", r#","presentation":"form""#)));
    assert!(!offers(signing_in("Greatday", "Everyday")));
}

#[test]
fn a_reconnect_in_a_form_starts_its_new_session_live() {
    let mut scenario = reconnect("code_never_comes", r#","presentation":"form""#).run();
    ask(&mut scenario);
    assert_eq!(*vendor_ids(&scenario).get("RequestId"), Value::Null);
    scenario.run_on();
    scenario.answer(&["123456"]);
    assert_eq!(scenario.result().get("method").as_text(), Some("form"));
    assert_eq!(scenario.bank.counts().live_starts, 2);
}

#[test]
fn a_new_session_after_the_phone_was_chosen_asks_for_the_phone_again() {
    let rules = Rules {
        refuse_concurrent: true,
        ..Rules::default()
    };
    let mut scenario = live("text_or_call").with_rules(rules).run();
    scenario.answer(&["0", "0"]);
    let code = &scenario.challenge().fields[0];
    assert_eq!(code.autocomplete, Some("one-time-code"));
    ask(&mut scenario);
    scenario.run_on();
    assert_eq!(scenario.challenge().fields.len(), 2);
    scenario.answer(&["1", "1"]);
    scenario.answer(&["123456"]);
    scenario.result();
}

// MX --------------------------------------------------------------------------------------------

#[test]
fn a_new_job_begins_when_the_member_has_expired() {
    let mut scenario = aggregate("code_never_comes").run();
    let (at, documented) = (None, false);
    assert_eq!(
        scenario.round().new_session,
        Some(NewSession { at, documented })
    );
    let asked_at = scenario.now;
    ask(&mut scenario);
    assert!(matches!(
        scenario.step,
        Step::Wait {
            stage: Stage::Expiry,
            ..
        }
    ));
    scenario.run_on();
    assert!(scenario.now > asked_at + 4 * MINUTE);
    assert_eq!(scenario.round().number, 2);
    scenario.answer(&["246810"]);
    scenario.result();
    let counts = scenario.bank.counts();
    assert_eq!((counts.jobs_started, counts.answers), (2, 1));
    assert!(counts.broken.is_empty(), "{:?}", counts.broken);
}

#[test]
fn a_restored_member_flow_still_waits_for_the_expiry() {
    for minutes in [0, 6] {
        let mut scenario = aggregate("code_never_comes").run();
        ask(&mut scenario);
        scenario.now += minutes * MINUTE;
        scenario.restore();
        scenario.run_on();
        scenario.answer(&["246810"]);
        scenario.result();
        assert_eq!(scenario.bank.counts().jobs_started, 2);
    }
}

#[test]
fn the_end_of_the_old_session_does_not_end_a_new_job_that_was_restored() {
    let mut scenario = aggregate("code_never_comes").run();
    ask(&mut scenario);
    let polls = |step: &Step| {
        let stage = Stage::Poll;
        matches!(step, Step::Wait { stage: next, .. } if *next == stage)
    };
    while !polls(&scenario.step) {
        wait_or_send(&mut scenario);
    }
    scenario.restore();
    wait_or_send(&mut scenario);
    let ended = r#"{"member":{"connection_status":"EXPIRED","error":{"error_code":2003}}}"#;
    scenario.deliver(scenario.serial(), &reply(200, ended));
    assert!(polls(&scenario.step), "{:?}", scenario.step);
    scenario.run_on();
    assert_eq!(scenario.round().number, 2);
}

#[test]
fn a_member_that_goes_on_elsewhere_needs_no_new_job() {
    let mut scenario = aggregate("text").run();
    ask(&mut scenario);
    let guid = scenario.bank.member_guid("text").unwrap();
    let right = scenario.bank.right_values_json(&guid).unwrap();
    let last = scenario.sent.last().unwrap().clone();
    scenario.send(&Request {
        method: "PUT",
        url: last.url.replace("/status", "/resume"),
        headers: content_type(last.headers),
        body: Some(right),
        ..last
    });
    scenario.run_on();
    scenario.result();
    assert_eq!(scenario.bank.counts().jobs_started, 1);
}

#[test]
fn a_new_session_after_new_credentials_starts_a_job_and_sends_no_credentials() {
    let mut scenario = update_with_challenge();
    ask(&mut scenario);
    scenario.restore();
    scenario.run_on();
    let starts: Vec<_> = scenario
        .sent
        .iter()
        .filter(|sent| sent.method != "GET")
        .map(|sent| (sent.method, sent.url.rsplit('/').next().unwrap().to_owned()))
        .collect();
    assert_eq!(starts[1..], [("POST", "aggregate".to_owned())]);
    assert_eq!(scenario.bank.counts().credentials, 1);
    scenario.round();
}

fn content_type(mut headers: Vec<Header>) -> Vec<Header> {
    headers.push(Header::Literal {
        name: "content-type",
        value: "application/json".to_owned(),
    });
    headers
}

fn update_with_challenge() -> Scenario {
    let credentials = scenario::member::signing_in("text", "Everyday");
    update("text", &credentials).run()
}

#[test]
fn a_flow_that_only_reads_the_status_offers_no_new_session() {
    let scenario = continue_member("already_challenged").run();
    assert_eq!(scenario.round().new_session, None);
}

#[test]
fn a_member_that_never_expires_ends_the_wait_with_timed_out() {
    let mut scenario = aggregate("code_never_comes")
        .with_mx_rules(MxRules {
            challenge_minutes: 600,
            ..Default::default()
        })
        .run();
    ask(&mut scenario);
    scenario.run_on();
    assert_eq!(scenario.failure().code, ErrorCode::TimedOut);
    assert_eq!(scenario.bank.counts().jobs_started, 1);
}
