//! A member is watched while its person is asked: the round can end without an answer of theirs.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::failure::ErrorCode;
use bank_mfa::flow::{AnswerInput, Event, Loss, Step};
use bank_mfa::vendor::Stage;
use scenario::member::{answer_right, json, reply};
use scenario::{MINUTE, Scenario, aggregate, continue_member, live};

const SECOND: u64 = 1_000;

/// When the next watch is due.
fn watch_at(scenario: &Scenario) -> u64 {
    match &scenario.step {
        Step::Challenge { watch_at, .. } => watch_at.unwrap(),
        step => panic!("no challenge, but {step:?}"),
    }
}

/// Lets the time pass until the next watch is sent. Returns its serial.
fn begin_watch(scenario: &mut Scenario) -> u32 {
    scenario.now = watch_at(scenario);
    scenario.advance(Event::Waited);
    match &scenario.step {
        Step::Send {
            serial,
            stage: Stage::Watch,
            request,
        } => {
            assert!(request.url.ends_with("/status"));
            *serial
        }
        step => panic!("no watch, but {step:?}"),
    }
}

/// Sends watches until the flow leaves its round or the person is asked another one.
fn watch_to_the_end(scenario: &mut Scenario) {
    let number = scenario.round().number;
    while let Step::Challenge { round, .. } = &scenario.step
        && round.number == number
    {
        begin_watch(scenario);
        scenario.send_one();
    }
    scenario.run_on();
}

fn submit(scenario: &mut Scenario, answer: &str) {
    let answers = json(&format!(r#"{{"1.1.answer":"{answer}"}}"#));
    let event = Event::Answered(1, AnswerInput::Fields(&answers));
    scenario.advance(event);
}

/// The request of the step, whose stage must be this one.
fn sent(scenario: &Scenario, expected: Stage) -> u32 {
    match &scenario.step {
        Step::Send { serial, stage, .. } if *stage == expected => *serial,
        step => panic!("not {expected:?}, but {step:?}"),
    }
}

const EXPIRED: &str =
    r#"{"member":{"connection_status":"EXPIRED","is_being_aggregated":false,"challenges":[]}}"#;

// Endings of a round ----------------------------------------------------------------------------

#[test]
fn a_round_that_expires_ends_the_flow_at_once() {
    let mut scenario = aggregate("expires_soon").run();
    let asked = scenario.now;
    watch_to_the_end(&mut scenario);
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
    assert!(scenario.now - asked < 45 * SECOND);
    assert!(scenario.bank.counts().broken.is_empty());
}

#[test]
fn an_approval_in_the_banks_app_continues_the_flow() {
    let mut scenario = aggregate("approved_in_app").run();
    watch_to_the_end(&mut scenario);
    scenario.result();
    assert_eq!(scenario.bank.counts().answers, 0);
    assert!(scenario.bank.counts().broken.is_empty());
}

#[test]
fn a_round_that_follows_an_answer_from_elsewhere_is_asked() {
    let mut scenario = aggregate("answered_elsewhere").run();
    watch_to_the_end(&mut scenario);
    assert_eq!(
        (scenario.round().number, scenario.round().refused),
        (2, false)
    );
    answer_right(&mut scenario);
    scenario.result();
    assert_eq!(scenario.bank.counts().answers, 1);
}

#[test]
fn an_end_without_a_code_is_confirmed_by_a_second_watch() {
    let mut scenario = aggregate("text").run();
    let serial = begin_watch(&mut scenario);
    scenario.deliver(serial, &reply(200, EXPIRED));
    assert_eq!(scenario.round().number, 1);
    assert!(watch_at(&scenario) - scenario.now < 4 * SECOND);
    scenario.restore();
    let serial = begin_watch(&mut scenario);
    scenario.deliver(serial, &reply(200, EXPIRED));
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
}

#[test]
fn a_member_that_is_gone_ends_the_flow() {
    let mut scenario = aggregate("text").run();
    let serial = begin_watch(&mut scenario);
    scenario.deliver(serial, &reply(404, ""));
    assert_eq!(scenario.failure().code, ErrorCode::RequestRefused);
}

#[test]
fn a_round_that_stays_open_expires_with_the_flow() {
    let mut scenario = aggregate("text").run();
    scenario.now += 120 * MINUTE;
    scenario.advance(Event::Waited);
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
}

// Pace ------------------------------------------------------------------------------------------

#[test]
fn the_pauses_between_watches_grow_to_ten_seconds() {
    let mut scenario = aggregate("text").run();
    let step = scenario.round().clone();
    let mut is_spread = false;
    for seconds in [3, 6, 9, 10, 10] {
        let pause = watch_at(&scenario) - scenario.now;
        assert!(
            (seconds * SECOND..=seconds * 1_100).contains(&pause),
            "{pause}"
        );
        is_spread |= pause > seconds * 1_010;
        begin_watch(&mut scenario);
        scenario.send_one();
        assert_eq!(*scenario.round(), step);
    }
    assert!(is_spread);
}

#[test]
fn a_watch_before_its_time_is_not_sent() {
    let mut scenario = aggregate("text").run();
    let before = scenario.flow.snapshot();
    let step = scenario.flow.advance(Event::Waited, scenario.now).unwrap();
    assert_eq!(step, scenario.step);
    assert_eq!(scenario.flow.snapshot(), before);
}

#[test]
fn the_reply_to_a_watch_is_awaited_for_fifteen_seconds_and_others_for_a_minute() {
    let timeout = |scenario: &Scenario| match &scenario.step {
        Step::Send { request, .. } => u64::from(request.timeout),
        step => panic!("no request, but {step:?}"),
    };
    let mut scenario = aggregate("text").run();
    begin_watch(&mut scenario);
    assert_eq!(timeout(&scenario), 15 * SECOND);
    scenario.send_one();
    submit(&mut scenario, "Chicago");
    assert_eq!(timeout(&scenario), MINUTE);
}

#[test]
fn lost_and_unclear_watches_never_end_the_flow() {
    let mut scenario = aggregate("text").run();
    for index in 0..40 {
        let serial = begin_watch(&mut scenario);
        match index % 6 {
            0 => scenario.deliver(serial, &reply(503, "<html>")),
            1 => scenario.deliver(serial, &reply(200, "")),
            2 => scenario.deliver(serial, &reply(429, "")),
            lost => {
                let loss = [Loss::MaybeSent, Loss::NotSent, Loss::NoSecret][lost - 3];
                let event = Event::Lost(serial, loss);
                scenario.advance(event);
            }
        }
        assert_eq!(scenario.round().number, 1);
        assert!(watch_at(&scenario) - scenario.now <= 66 * SECOND);
    }
    assert!(watch_at(&scenario) - scenario.now >= MINUTE);
    begin_watch(&mut scenario);
    scenario.send_one();
    // The simulated bank has let the round expire meanwhile.
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
}

#[test]
fn rounds_of_flinks_are_not_watched() {
    let scenario = live("Greatday").run();
    assert!(matches!(
        scenario.step,
        Step::Challenge { watch_at: None, .. }
    ));
}

// Answers ---------------------------------------------------------------------------------------

#[test]
fn an_answer_during_a_watch_is_sent_once_after_its_reply() {
    let mut scenario = continue_member("already_challenged").run();
    let serial = begin_watch(&mut scenario);
    let request = match &scenario.step {
        Step::Send { request, .. } => request.clone(),
        _ => unreachable!(),
    };
    submit(&mut scenario, "Chicago");
    assert_eq!(
        scenario.step,
        Step::Sending {
            stage: Stage::PreCheck
        }
    );
    let open = scenario.send(&request);
    scenario.deliver(serial, &open);
    assert!(matches!(scenario.step, Step::Resubmit { round: 1, .. }));
    submit(&mut scenario, "Chicago");
    sent(&scenario, Stage::Answer);
    scenario.run_on();
    scenario.result();
    assert_eq!(scenario.bank.counts().answers, 1);
    assert!(scenario.bank.counts().broken.is_empty());
}

#[test]
fn an_answer_during_a_watch_that_finds_the_round_expired_is_not_sent() {
    let mut scenario = aggregate("expires_soon").run();
    scenario.now += MINUTE;
    scenario.advance(Event::Waited);
    let serial = sent(&scenario, Stage::Watch);
    submit(&mut scenario, "Chicago");
    let body = r#"{"member":{"connection_status":"EXPIRED","error":{"error_code":2003}}}"#;
    scenario.deliver(serial, &reply(200, body));
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
}

#[test]
fn an_answer_during_a_watch_that_is_lost_is_pre_checked_again() {
    let mut scenario = aggregate("text").run();
    let serial = begin_watch(&mut scenario);
    submit(&mut scenario, "Chicago");
    let event = Event::Lost(serial, Loss::MaybeSent);
    scenario.advance(event);
    let Step::Wait {
        until,
        stage: Stage::PreCheck,
    } = scenario.step
    else {
        panic!("{:?}", scenario.step)
    };
    scenario.now = until;
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    sent(&scenario, Stage::PreCheck);
    scenario.send_one();
    submit(&mut scenario, "Chicago");
    sent(&scenario, Stage::Answer);
}

#[test]
fn an_invalid_answer_during_a_watch_is_refused_and_changes_nothing() {
    let mut scenario = aggregate("text").run();
    begin_watch(&mut scenario);
    let before = scenario.flow.snapshot();
    let answers = json(r#"{"1.1.answer":""}"#);
    let event = Event::Answered(1, AnswerInput::Fields(&answers));
    let refusal = scenario.flow.advance(event, scenario.now).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InvalidAnswer);
    assert_eq!(scenario.flow.snapshot(), before);
}

#[test]
fn an_answer_right_after_a_watch_needs_no_pre_check() {
    for (later, stage) in [(2_999, Stage::Answer), (3_000, Stage::PreCheck)] {
        let mut scenario = aggregate("text").run();
        begin_watch(&mut scenario);
        scenario.send_one();
        scenario.now += later;
        submit(&mut scenario, "Chicago");
        sent(&scenario, stage);
    }
}

#[test]
fn a_round_is_asked_again_after_a_lost_answer_only_if_two_replies_in_a_row_show_it() {
    let mut scenario = continue_member("already_challenged").run();
    begin_watch(&mut scenario);
    scenario.send_one();
    submit(&mut scenario, "Chicago");
    let serial = sent(&scenario, Stage::Answer);
    scenario.advance(Event::Lost(serial, Loss::MaybeSent));
    for _ in 0..2 {
        let Step::Wait { until, stage } = scenario.step else {
            panic!("{:?}", scenario.step)
        };
        assert_eq!(stage, Stage::Reconcile);
        scenario.now = until;
        scenario.advance(Event::Waited);
        scenario.send_one();
    }
    assert_eq!(scenario.round().number, 2);
    assert_eq!(scenario.bank.counts().answers, 0);
}

#[test]
fn an_answer_after_a_watch_whose_reply_names_no_challenges_is_pre_checked() {
    let mut scenario = aggregate("text").run();
    let serial = begin_watch(&mut scenario);
    let body = r#"{"member":{"connection_status":"CHALLENGED"}}"#;
    scenario.deliver(serial, &reply(200, body));
    assert_eq!(scenario.round().number, 1);
    submit(&mut scenario, "Chicago");
    assert!(matches!(
        scenario.step,
        Step::Wait {
            stage: Stage::PreCheck,
            ..
        }
    ));
}

// Restore and cancel ----------------------------------------------------------------------------

#[test]
fn a_flow_that_is_restored_during_a_watch_asks_the_same_round() {
    let mut scenario = continue_member("already_challenged").run();
    let round = scenario.round().clone();
    let serial = begin_watch(&mut scenario);
    scenario.restore();
    assert_eq!(*scenario.round(), round);
    assert!(watch_at(&scenario) >= scenario.now + 3 * SECOND);
    let late = Event::Replied(
        serial,
        bank_mfa::http::Response {
            status: 200,
            retry_after: None,
            body: EXPIRED.as_bytes(),
        },
    );
    let refusal = scenario.flow.advance(late, scenario.now).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::OutOfTurn);
    answer_right(&mut scenario);
    scenario.result();
}

#[test]
fn a_flow_that_is_restored_before_the_answer_is_submitted_again_asks_the_same_round() {
    let mut scenario = continue_member("already_challenged").run();
    let round = scenario.round().clone();
    scenario.now += MINUTE;
    submit(&mut scenario, "Chicago");
    sent(&scenario, Stage::PreCheck);
    scenario.send_one();
    assert!(matches!(scenario.step, Step::Resubmit { .. }));
    scenario.restore();
    assert_eq!(*scenario.round(), round);
    answer_right(&mut scenario);
    scenario.result();
    assert_eq!(scenario.bank.counts().answers, 1);
}

#[test]
fn a_flow_that_is_cancelled_during_a_watch_may_start_over_at_once() {
    let mut scenario = aggregate("text").run();
    let serial = begin_watch(&mut scenario);
    scenario.advance(Event::Cancelled);
    assert_eq!(scenario.failure().retry_at, None);
    scenario.deliver(serial, &reply(200, EXPIRED));
    assert_eq!(scenario.failure().code, ErrorCode::Cancelled);
}

#[test]
fn a_new_session_during_a_watch_takes_its_reply() {
    let mut scenario = aggregate("text").run();
    let serial = begin_watch(&mut scenario);
    let event = Event::NewSession(1);
    scenario.advance(event);
    let stage = Stage::Expiry;
    assert_eq!(scenario.step, Step::Sending { stage });
    let open = r#"{"member":{"connection_status":"CHALLENGED","challenges":[]}}"#;
    scenario.deliver(serial, &reply(200, open));
    assert!(matches!(
        scenario.step,
        Step::Wait {
            stage: Stage::Expiry,
            ..
        }
    ));
}
