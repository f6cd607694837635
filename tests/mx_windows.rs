//! The windows of MX's members: their addresses work once, and a flow gets a fresh one for the same window.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use bank_mfa::VENDORS;
use bank_mfa::failure::ErrorCode;
use bank_mfa::flow::{Event, Flow, Step};
use bank_mfa::json::Value;
use bank_mfa::redirect_error::RedirectErrorCode;
use bank_mfa::simulator::{Fault, FaultKind, Target};
use bank_mfa::vendor::{Stage, WindowPurpose};

mod scenario;
use scenario::member::{json, reply};
use scenario::{MINUTE, Scenario, aggregate, aggregate_in_widget, create};

/// The number of the window, its address, and whether that was opened.
fn window(scenario: &Scenario) -> (u32, String, bool) {
    match &scenario.step {
        Step::Redirect {
            number,
            url,
            opened,
            ..
        } => (*number, url.clone(), *opened),
        step => panic!("no window, but {step:?}"),
    }
}

/// Reports that the window is opened, and gets a fresh address first if that is needed. Returns the address.
fn opened(scenario: &mut Scenario) -> String {
    for _ in 0..2 {
        let event = Event::WindowOpened;
        scenario.advance(event);
        match scenario.step {
            Step::Send { stage, .. } => assert_eq!(stage, Stage::Window),
            _ => break,
        }
        scenario.send_one();
    }
    let (_, url, opened) = window(scenario);
    assert!(opened);
    url
}

fn saved(scenario: &Scenario) -> Value {
    json(&scenario.flow.snapshot())
        .get("flow")
        .get("window")
        .clone()
}

#[test]
fn an_address_that_was_opened_is_replaced_in_the_same_window() {
    for oauth in [false, true] {
        let mut scenario = match oauth {
            true => create("mx_bank_oauth", r#""isOauth":true"#).run(),
            false => aggregate_in_widget("text").run(),
        };
        let purpose = match oauth {
            true => WindowPurpose::Oauth,
            false => WindowPurpose::Widget,
        };
        let (number, first, _) = window(&scenario);
        assert_eq!((number, opened(&mut scenario)), (1, first.clone()));
        let second = opened(&mut scenario);
        assert_ne!(second, first);
        assert_eq!(window(&scenario).0, 1);
        assert!(matches!(scenario.step, Step::Redirect { purpose: found, .. } if found == purpose));
    }
}

/// Replies to each of these requests when it is due.
fn reply_to(scenario: &mut Scenario, replies: &[(Stage, u16, &str)]) {
    for (stage, status, body) in replies {
        if let Step::Wait { until, .. } | Step::Redirect { until, .. } = scenario.step {
            scenario.now = until;
            scenario.advance(Event::Waited);
        }
        assert!(
            matches!(scenario.step, Step::Send { stage: sent, .. } if sent == *stage),
            "{stage:?}: {:?}",
            scenario.step
        );
        scenario.deliver(scenario.serial(), &reply(*status, body));
    }
}

const ACCEPTED: (Stage, u16, &str) = (Stage::Start, 202, r#"{"member":{"guid":"MBR-1"}}"#);
const PENDING: (Stage, u16, &str) = (
    Stage::Poll,
    200,
    r#"{"member":{"connection_status":"PENDING"}}"#,
);
const DENIED: (Stage, u16, &str) = (
    Stage::Poll,
    200,
    r#"{"member":{"is_oauth":true,"connection_status":"DENIED"}}"#,
);

#[test]
fn a_round_for_the_widget_replaces_the_window_of_the_bank() {
    let bank = r#"{"member":{"oauth_window_uri":"https://mxbank.mx.com/1"}}"#;
    let asks = r#"{"member":{"connection_status":"CHALLENGED","challenges":[{"guid":"CRD-1"}]}}"#;
    let widget = r#"{"widget_url":{"url":"https://int-widgets.moneydesktop.com/md/connect/1"}}"#;
    let mut scenario = aggregate_in_widget("text").start_only();
    let replies = [
        ACCEPTED,
        PENDING,
        (Stage::Window, 200, bank),
        (Stage::Poll, 200, asks),
        (Stage::Window, 200, widget),
    ];
    reply_to(&mut scenario, &replies);
    assert!(matches!(
        scenario.step,
        Step::Redirect {
            number: 2,
            purpose: WindowPurpose::Widget,
            ..
        }
    ));
}

#[test]
fn a_window_mends_a_denial_without_a_code_only_if_a_second_poll_confirms_it() {
    let mut scenario = aggregate("text").start_only();
    reply_to(&mut scenario, &[ACCEPTED, DENIED]);
    let Step::Wait { stage, .. } = scenario.step else {
        panic!("{:?}", scenario.step)
    };
    assert_eq!(stage, Stage::Poll);
    reply_to(&mut scenario, &[DENIED, (Stage::Window, 404, "")]);
}

#[test]
fn a_sign_in_that_expires_in_the_window_of_the_bank_is_the_error_of_the_next_one() {
    let bank = r#"{"member":{"oauth_window_uri":"https://mxbank.mx.com/1"}}"#;
    let expired =
        r#"{"member":{"is_oauth":true,"connection_status":"EXPIRED","error":{"error_code":2003}}}"#;
    let mut scenario = aggregate("text").start_only();
    let window = (Stage::Window, 200, bank);
    let replies = [
        ACCEPTED,
        PENDING,
        window,
        (Stage::Poll, 200, expired),
        window,
    ];
    reply_to(&mut scenario, &replies);
    let Step::Redirect {
        number: 2, error, ..
    } = scenario.step
    else {
        panic!("{:?}", scenario.step)
    };
    assert_eq!(error.unwrap().code, RedirectErrorCode::SessionExpired);
}

#[test]
fn an_address_that_is_not_https_or_comes_with_an_error_is_requested_again() {
    for (status, address) in [
        (200, "http://mxbank.mx.com/1"),
        (200, "javascript:alert(1)"),
        (503, "https://mxbank.mx.com/1"),
        (429, ""),
    ] {
        let body = format!(r#"{{"member":{{"oauth_window_uri":"{address}"}}}}"#);
        let mut scenario = aggregate("text").start_only();
        let window = (Stage::Window, status, &*body);
        reply_to(&mut scenario, &[ACCEPTED, PENDING, window]);
        let Step::Wait { stage, .. } = scenario.step else {
            panic!("{address}: {:?}", scenario.step)
        };
        assert_eq!(stage, Stage::Window);
    }
}

#[test]
fn a_window_that_mx_refuses_a_second_time_ends_the_flow() {
    let refused = (Stage::Window, 404, "");
    let mut scenario = aggregate("text").start_only();
    reply_to(
        &mut scenario,
        &[ACCEPTED, DENIED, DENIED, refused, PENDING, refused],
    );
    assert_eq!(scenario.failure().code, ErrorCode::RequestRefused);
}

#[test]
fn a_wait_in_the_window_that_ends_too_early_continues() {
    let mut scenario = aggregate_in_widget("text").run();
    let Step::Redirect { until, .. } = scenario.step else {
        panic!("no window")
    };
    let step = scenario.step.clone();
    scenario.now = until - 1;
    scenario.advance(Event::Waited);
    assert_eq!(scenario.step, step);
}

#[test]
fn only_the_address_of_a_widget_is_too_old_half_a_minute_before_ten_minutes() {
    for (oauth, age, is_fresh) in [
        (false, 569_999, false),
        (false, 570_000, true),
        (true, 10 * MINUTE, false),
    ] {
        let mut scenario = match oauth {
            true => create("mx_bank_oauth", r#""isOauth":true"#).run(),
            false => aggregate_in_widget("text").run(),
        };
        let (_, first, _) = window(&scenario);
        scenario.now += age;
        assert_eq!(opened(&mut scenario) != first, is_fresh);
    }
}

#[test]
fn a_fresh_address_that_does_not_come_leaves_the_window_open() {
    for kind in [FaultKind::LostReply, FaultKind::Html] {
        let mut scenario = aggregate_in_widget("text").run();
        let first = opened(&mut scenario);
        scenario.bank.fault(Fault::new(kind).on(Target::Window));
        scenario.advance(Event::WindowOpened);
        scenario.send_one();
        assert_eq!(window(&scenario), (1, first.clone(), true));
        assert_ne!(opened(&mut scenario), first);
    }
}

#[test]
fn a_flow_that_never_gets_a_fresh_address_ends() {
    let mut scenario = aggregate_in_widget("text").run();
    opened(&mut scenario);
    scenario.bank.fault(Fault {
        times: 99,
        ..Fault::new(FaultKind::LostReply).on(Target::Window)
    });
    for _ in 0..99 {
        let Step::Redirect { .. } = scenario.step else {
            break;
        };
        scenario.advance(Event::WindowOpened);
        scenario.send_one();
    }
    assert_eq!(scenario.failure().code, ErrorCode::Unreachable);
}

#[test]
fn a_snapshot_keeps_whether_the_address_was_opened_and_never_the_address() {
    let mut scenario = aggregate_in_widget("text").run();
    let until = scenario.now + 570_000;
    let of = |opened: bool| json(&format!(r#"{{"opened":{opened},"until":{until}}}"#));
    assert_eq!(saved(&scenario), of(false));
    let first = opened(&mut scenario);
    assert_eq!(saved(&scenario), of(true));
    assert!(!scenario.flow.snapshot().contains("/md/connect/"));
    // The host kept the address, but it is spent.
    restore_at(&mut scenario, &first);
    assert_eq!(window(&scenario), (1, first.clone(), true));
    assert_ne!(opened(&mut scenario), first);
}

#[test]
fn an_address_that_nobody_opened_is_used_after_a_restore() {
    let mut scenario = aggregate_in_widget("text").run();
    let (_, first, _) = window(&scenario);
    restore_at(&mut scenario, &first);
    assert_eq!(opened(&mut scenario), first);
    restore_at(&mut scenario, &first);
    scenario.now += 10 * MINUTE;
    assert_ne!(opened(&mut scenario), first);
}

#[test]
fn a_restored_window_keeps_its_number() {
    let mut scenario = aggregate_in_widget("text").run();
    let (_, first, _) = window(&scenario);
    scenario.restore();
    scenario.run_on();
    let (number, second, opened) = window(&scenario);
    assert_eq!((number, opened), (1, false));
    assert_ne!(second, first);
    // Restored while a poll is under way.
    let Step::Redirect { until, .. } = scenario.step else {
        panic!()
    };
    scenario.now = until;
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    scenario.restore();
    scenario.run_on();
    assert_eq!(window(&scenario).0, 1);
}

#[test]
fn a_person_who_leaves_while_an_address_is_requested_gets_no_window() {
    let mut scenario = aggregate_in_widget("text").run();
    opened(&mut scenario);
    scenario.advance(Event::WindowOpened);
    let asked = scenario.step.clone();
    let left = scenario
        .flow
        .advance(Event::Returned(&Value::Null), scenario.now);
    assert!(matches!(left, Ok(Step::Sending { .. })));
    scenario.step = asked;
    scenario.send_one();
    assert!(
        matches!(
            scenario.step,
            Step::Wait {
                stage: Stage::Poll,
                ..
            } | Step::Send {
                stage: Stage::Poll,
                ..
            }
        ),
        "{:?}",
        scenario.step
    );
}

#[test]
fn a_window_is_opened_only_at_its_step() {
    let mut scenario = aggregate_in_widget("text").run();
    scenario.advance(Event::Cancelled);
    let ended = scenario.step.clone();
    assert_eq!(
        scenario.flow.advance(Event::WindowOpened, scenario.now),
        Ok(ended)
    );
    let mut scenario = scenario::aggregate("text").run();
    let refusal = scenario.flow.advance(Event::WindowOpened, scenario.now);
    assert_eq!(refusal.err().unwrap().code, ErrorCode::OutOfTurn);
}

fn restore_at(scenario: &mut Scenario, url: &str) {
    let snapshot = scenario.flow.snapshot();
    let config = json(r#"{"environment":"integration"}"#);
    scenario.flow = Flow::restore(&snapshot, VENDORS, &config).unwrap();
    let event = Event::RestoredAtWindow(url);
    scenario.advance(event);
}
