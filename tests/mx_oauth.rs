//! MX's OAuth members: signing in again at the bank, and what the window says when the person is back.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::VENDORS;
use bank_mfa::failure::{ErrorCode, NextAction};
use bank_mfa::flow::{Event, Flow, Loss, Step};
use bank_mfa::json::Value;
use bank_mfa::redirect_error::RedirectErrorCode;
use bank_mfa::simulator::{Fault, FaultKind, Incoming, Target};
use bank_mfa::vendor::WindowPurpose;
use scenario::member::{answer_right, claim, json, landing, poll_from_window, reply, window};
use scenario::{
    Scenario, Setup, aggregate, aggregate_in_widget, continue_member, create, mx_setup,
};

/// A flow of a member that starts with the bank's window.
fn sign_in(member: &str, more: &str) -> Setup {
    with_params(member, &format!(r#","isOauth":true{more}"#))
}

fn with_params(member: &str, more: &str) -> Setup {
    let bank = bank_mfa::simulator::Simulator::new(1);
    let (user, guid) = (bank.user_guid(), bank.member_guid(member).unwrap());
    mx_setup(format!(
        r#"{{"userGuid":"{user}","memberGuid":"{guid}"{more}}}"#
    ))
}

/// The person decides in the bank's window. Returns the URL that they come back to.
fn decide(scenario: &mut Scenario, decision: &str) -> String {
    let url = window(scenario);
    let body = format!("decision={decision}");
    let incoming = Incoming {
        method: "POST",
        path: url.strip_prefix("https://mxbank.mx.com").unwrap(),
        headers: &[],
        body: body.as_bytes(),
    };
    let reply = scenario.bank.handle(scenario.now, &incoming);
    assert_eq!(reply.status, 302);
    let location = reply.headers.iter().find(|(name, _)| name == "location");
    location.unwrap().1.clone()
}

fn come_back(scenario: &mut Scenario, claim: &Value) {
    let event = Event::Returned(claim);
    scenario.advance(event);
    scenario.run_on();
}

fn decide_and_come_back(scenario: &mut Scenario, decision: &str) {
    let location = decide(scenario, decision);
    come_back(scenario, &claim(&location));
}

/// The flow is done, having asked for one window and started these jobs, and broke no rule.
fn assert_signed_in(scenario: &Scenario, member: &str, jobs: u32) {
    scenario.result();
    let counts = scenario.bank.counts();
    assert!(counts.broken.is_empty(), "{member}: {:?}", counts.broken);
    assert_eq!((counts.jobs, windows(scenario)), (jobs, 1), "{member}");
}

fn failed(reason: &str) -> Value {
    json(&format!(
        r#"{{"status":["error"],"error_reason":["{reason}"]}}"#
    ))
}

/// How many windows the flow has asked for.
fn windows(scenario: &Scenario) -> usize {
    let urls = scenario.sent.iter().map(|request| &request.url);
    urls.filter(|url| url.contains("oauth_window_uri")).count()
}

/// The code and the reason of the previous window.
fn error(scenario: &Scenario) -> Option<(RedirectErrorCode, String)> {
    let Step::Redirect { error, .. } = &scenario.step else {
        panic!("no window, but {:?}", scenario.step)
    };
    let error = error.as_ref()?;
    Some((error.code, error.vendor_reason.clone().unwrap_or_default()))
}

/// Polls once, and the vendor replies with this member.
fn poll(scenario: &mut Scenario, member: &str) {
    if let Step::Wait { until, .. } | Step::Redirect { until, .. } = scenario.step {
        scenario.now = until;
        scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    }
    let Step::Send {
        serial, request, ..
    } = scenario.step.clone()
    else {
        panic!("no poll, but {:?}", scenario.step)
    };
    assert!(request.url.ends_with("/status"), "{request:?}");
    let body = format!(r#"{{"member":{{"is_being_aggregated":false,{member}}}}}"#);
    scenario.deliver(serial, &reply(200, &body));
}

fn come_back_before_the_poll(scenario: &mut Scenario) {
    let event = Event::Returned(&Value::Null);
    scenario.advance(event);
}

const DENIED: &str = r#""connection_status":"DENIED","error":{"error_code":2005}"#;
const CONNECTED: &str = r#""connection_status":"CONNECTED","aggregated_at":"2026-11-01T00:00:00Z""#;

// Asked for by the caller -----------------------------------------------------------------------

#[test]
fn a_member_with_is_oauth_starts_with_its_window() {
    for member in ["oauth", "oauth_revoked", "oauth_denied", "oauth_connected"] {
        let mut scenario = sign_in(member, "").run();
        assert_eq!((scenario.sent.len(), windows(&scenario)), (1, 1));
        assert_eq!(error(&scenario), None);
        poll_from_window(&mut scenario);
        window(&scenario);
        decide_and_come_back(&mut scenario, "approve");
        assert_signed_in(&scenario, member, 0);
    }
}

#[test]
fn a_sign_in_ends_without_a_return_if_the_polls_show_it() {
    let mut scenario = sign_in("oauth_connected", "").run();
    poll_from_window(&mut scenario);
    decide(&mut scenario, "approve");
    let until = scenario.now + 3_000;
    scenario.now = until;
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    scenario.run_on();
    scenario.result();
}

#[test]
fn a_question_after_the_window_is_asked() {
    let mut scenario = sign_in("oauth_challenged", "").run();
    decide_and_come_back(&mut scenario, "approve");
    scenario.round();
    answer_right(&mut scenario);
    scenario.result();
}

#[test]
fn a_lost_first_window_is_asked_for_again() {
    for kind in [FaultKind::LostReply, FaultKind::Html] {
        let fault = Fault::new(kind).on(Target::Window);
        let scenario = sign_in("oauth_revoked", "").with_fault(fault).run();
        window(&scenario);
        assert_eq!(windows(&scenario), 2);
    }
}

#[test]
fn a_member_without_oauth_has_no_window() {
    let scenario = sign_in("text", "").run();
    assert_eq!(scenario.failure().code, ErrorCode::RequestRefused);
}

#[test]
fn a_flow_restored_at_its_window_opens_a_new_one() {
    let mut scenario = sign_in("oauth_denied", "").run();
    let first = window(&scenario);
    poll_from_window(&mut scenario);
    scenario.restore();
    scenario.run_on();
    assert_ne!(window(&scenario), first);
    poll_from_window(&mut scenario);
    window(&scenario);
}

// Offered by the flow ---------------------------------------------------------------------------

const NEEDS_SIGN_IN: &[(&str, ErrorCode)] = &[
    ("oauth_revoked", ErrorCode::ReauthorizationRequired),
    ("oauth_denied", ErrorCode::CredentialsRefused),
    ("oauth_impaired", ErrorCode::CredentialsRefused),
    ("oauth_imported", ErrorCode::CredentialsRefused),
    ("oauth_expired", ErrorCode::SessionExpired),
    ("oauth_prevented", ErrorCode::TooManyAttempts),
];

#[test]
fn an_ending_that_signing_in_mends_opens_a_window() {
    for (member, _) in NEEDS_SIGN_IN {
        let mut scenario = aggregate(member).run();
        let first = window(&scenario);
        for _ in 0..3 {
            poll_from_window(&mut scenario);
            assert_eq!(window(&scenario), first, "the old status says nothing");
        }
        decide_and_come_back(&mut scenario, "approve");
        assert_signed_in(&scenario, member, 1);
    }
}

#[test]
fn without_a_person_the_flow_ends_with_its_failure() {
    for (member, code) in NEEDS_SIGN_IN {
        let never = with_params(member, r#","job":"aggregate","signIn":"never""#);
        let scenario = never.run();
        assert_eq!(scenario.failure().code, *code, "{member}");
        assert_eq!(windows(&scenario), 0);
    }
    let scenario = with_params("oauth", r#","signIn":"never""#).run();
    let failure = scenario.failure();
    assert_eq!(failure.code, ErrorCode::ReauthorizationRequired);
    assert_eq!(failure.next, NextAction::Reconnect);
    assert_eq!(failure.vendor_code.as_deref(), Some("PENDING"));
}

#[test]
fn other_endings_of_an_oauth_member_open_no_window() {
    let scenario = aggregate("oauth_locked").run();
    assert_eq!(scenario.failure().code, ErrorCode::BankActionRequired);
    let scenario = aggregate("denied").run();
    assert!(scenario.round().refused, "a form asks for the credentials");
    assert_eq!(windows(&scenario), 0);
}

#[test]
fn a_member_in_the_widget_gets_the_bank_and_not_the_widget() {
    let scenario = aggregate_in_widget("oauth_revoked").run();
    assert!(window(&scenario).starts_with("https://mxbank.mx.com"));
}

#[test]
fn endings_that_the_bank_may_not_mend_open_the_widget() {
    let locked = aggregate_in_widget("oauth_locked").run();
    // MX does not say whether this member uses OAuth.
    let mut revoked = with_params("text", r#","presentation":"widget""#).start_only();
    let denied = r#""connection_status":"DENIED","error":{"error_code":2004}"#;
    poll(&mut revoked, denied);
    revoked.run_on();
    for scenario in [locked, revoked] {
        let Step::Redirect { purpose, .. } = scenario.step else {
            panic!("no window, but {:?}", scenario.step)
        };
        assert_eq!(purpose, WindowPurpose::Widget);
    }
}

#[test]
fn error_2004_opens_a_window_if_mx_does_not_say_whether_the_member_uses_oauth() {
    let mut scenario = continue_member("text").start_only();
    let revoked = r#""connection_status":"DENIED","error":{"error_code":2004}"#;
    poll(&mut scenario, revoked);
    // The simulated member does not use OAuth, so its window is refused.
    scenario.send_one();
    poll(&mut scenario, revoked);
    let failure = scenario.failure();
    assert_eq!(failure.code, ErrorCode::ReauthorizationRequired);
    assert_eq!(failure.vendor_code.as_deref(), Some("2004"));

    let mut scenario = continue_member("text").start_only();
    poll(&mut scenario, &format!(r#"{revoked},"is_oauth":false"#));
    assert_eq!(scenario.failure().code, ErrorCode::ReauthorizationRequired);
}

#[test]
fn a_refused_window_ends_with_the_failure_that_it_would_have_mended() {
    let fault = Fault {
        status: Some(405),
        ..Fault::new(FaultKind::Status).on(Target::Window)
    };
    let scenario = aggregate("oauth_denied").with_fault(fault).run();
    assert_eq!(scenario.failure().code, ErrorCode::CredentialsRefused);
    assert_eq!(windows(&scenario), 1);
}

#[test]
fn a_refused_third_window_ends_with_the_failure_that_it_would_have_mended() {
    let fault = Fault {
        status: Some(405),
        skip: 2,
        ..Fault::new(FaultKind::Status).on(Target::Window)
    };
    let working = r#""connection_status":"CREATED","aggregated_at":"2026-11-29T00:00:00Z""#;
    let denied = r#""connection_status":"DENIED","is_oauth":true,"error":{"error_code":2005}"#;
    let setup = continue_member("oauth_denied").with_fault(fault);
    let mut scenario = setup.start_only();
    for _ in 0..2 {
        poll(&mut scenario, denied);
        scenario.send_one();
        come_back_before_the_poll(&mut scenario);
        poll(&mut scenario, working);
    }
    poll(&mut scenario, denied);
    scenario.send_one();
    poll(&mut scenario, denied);
    assert_eq!(scenario.failure().code, ErrorCode::CredentialsRefused);
    assert_eq!(windows(&scenario), 3);
}

// Old statuses ----------------------------------------------------------------------------------

/// A flow at the window of an OAuth member with this status.
fn at_window(status: &str) -> Scenario {
    let mut scenario = sign_in("oauth_revoked", "").run();
    poll(&mut scenario, status);
    window(&scenario);
    scenario
}

#[test]
fn an_old_status_does_not_end_the_flow_while_the_person_is_in_the_window() {
    for status in [
        DENIED,
        CONNECTED,
        r#""connection_status":"LOCKED""#,
        r#""connection_status":"CREATED""#,
        r#""connection_status":"FAILED","error":{"error_code":3001}"#,
    ] {
        let mut scenario = at_window(status);
        let first = window(&scenario);
        for _ in 0..50 {
            poll(&mut scenario, status);
            assert_eq!(window(&scenario), first, "{status}");
        }
        assert_eq!(windows(&scenario), 1, "{status}");
    }
}

#[test]
fn an_old_failure_ends_the_flow_after_the_return_if_a_second_poll_confirms_it() {
    let mut scenario = at_window(DENIED);
    come_back_before_the_poll(&mut scenario);
    poll(&mut scenario, DENIED);
    assert!(
        matches!(scenario.step, Step::Wait { .. }),
        "once is not enough"
    );
    poll(&mut scenario, DENIED);
    assert_eq!(scenario.failure().code, ErrorCode::CredentialsRefused);
    assert_eq!(windows(&scenario), 1);
}

#[test]
fn an_old_success_ends_the_flow_after_the_return_if_a_second_poll_confirms_it() {
    let mut scenario = at_window(CONNECTED);
    come_back_before_the_poll(&mut scenario);
    poll(&mut scenario, CONNECTED);
    assert!(
        matches!(scenario.step, Step::Wait { .. }),
        "once is not enough"
    );
    poll(&mut scenario, CONNECTED);
    scenario.result();
}

#[test]
fn a_new_failure_ends_the_flow_even_in_the_window() {
    let mut scenario = at_window(DENIED);
    poll(
        &mut scenario,
        r#""connection_status":"CLOSED","error":{"error_code":1}"#,
    );
    assert_eq!(scenario.failure().code, ErrorCode::InstitutionClosed);
}

#[test]
fn a_denial_that_only_the_status_shows_offers_a_new_window() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let first = window(&scenario);
    poll_from_window(&mut scenario);
    decide(&mut scenario, "deny");
    poll(&mut scenario, r#""connection_status":"DENIED""#);
    scenario.run_on();
    assert_ne!(window(&scenario), first);
    let code = (RedirectErrorCode::Denied, String::new());
    assert_eq!(error(&scenario), Some(code));
    poll_from_window(&mut scenario);
    assert_eq!(windows(&scenario), 2);
}

#[test]
fn a_member_whose_status_changes_again_and_again_gets_three_windows() {
    let mut scenario = at_window(DENIED);
    for day in 1..=3 {
        let denied = format!(r#"{DENIED},"aggregated_at":"2026-11-0{day}T00:00:00Z""#);
        poll(&mut scenario, &denied);
        scenario.send_one();
        poll(&mut scenario, &denied);
        window(&scenario);
    }
    poll(&mut scenario, &format!(r#"{DENIED},"aggregated_at":null"#));
    assert_eq!(scenario.failure().code, ErrorCode::CredentialsRefused);
    assert_eq!(windows(&scenario), 4);
}

#[test]
fn a_pending_member_gets_another_window_after_the_return_if_a_second_poll_confirms_it() {
    let pending = r#""connection_status":"PENDING""#;
    let mut scenario = at_window(pending);
    come_back_before_the_poll(&mut scenario);
    poll(&mut scenario, pending);
    assert!(
        matches!(scenario.step, Step::Wait { .. }),
        "once is not enough"
    );
    poll(&mut scenario, pending);
    assert!(
        matches!(&scenario.step, Step::Send { request, .. } if request.url.contains("oauth_window_uri"))
    );
}

#[test]
fn a_member_that_is_denied_again_and_again_gets_three_windows() {
    let working = r#""connection_status":"CREATED","aggregated_at":"2026-11-29T00:00:00Z""#;
    let denied = r#""connection_status":"DENIED","is_oauth":true,"error":{"error_code":2005}"#;
    let mut scenario = continue_member("oauth_denied").start_only();
    for _ in 0..3 {
        poll(&mut scenario, denied);
        scenario.send_one();
        come_back_before_the_poll(&mut scenario);
        poll(&mut scenario, working);
    }
    poll(&mut scenario, denied);
    assert_eq!(scenario.failure().code, ErrorCode::CredentialsRefused);
    assert_eq!(windows(&scenario), 3);
}

#[test]
fn an_unused_window_ends_in_timed_out() {
    let mut scenario = sign_in("oauth_denied", "").run();
    scenario.now += 119 * scenario::MINUTE;
    while let Step::Redirect { .. } = scenario.step {
        poll_from_window(&mut scenario);
    }
    assert_eq!(scenario.failure().code, ErrorCode::TimedOut);
}

// Landings --------------------------------------------------------------------------------------

#[test]
fn a_landing_with_an_error_offers_a_new_window_with_its_code() {
    for (reason, code) in [
        ("CANCELLED", RedirectErrorCode::Cancelled),
        ("DENIED", RedirectErrorCode::Denied),
        ("IMPEDED", RedirectErrorCode::BankActionRequired),
        ("PROVIDER_ERROR", RedirectErrorCode::BankError),
        ("SERVER_ERROR", RedirectErrorCode::VendorError),
        ("SESSION_EXPIRED", RedirectErrorCode::SessionExpired),
        ("SOMETHING_NEW", RedirectErrorCode::Unknown),
    ] {
        let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
        let first = window(&scenario);
        come_back(&mut scenario, &failed(reason));
        assert_ne!(window(&scenario), first);
        assert_eq!(error(&scenario), Some((code, reason.to_owned())));
        let second = window(&scenario);
        poll_from_window(&mut scenario);
        assert_eq!((window(&scenario), windows(&scenario)), (second, 2));
        assert!(error(&scenario).is_some(), "the error stays for the step");
    }
}

#[test]
fn an_error_without_a_reason_is_unknown() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    come_back(
        &mut scenario,
        &json(r#"{"status":["error"],"error_reason":[]}"#),
    );
    assert_eq!(
        error(&scenario),
        Some((RedirectErrorCode::Unknown, String::new()))
    );
}

#[test]
fn the_person_can_try_again_after_denying_and_cancelling() {
    let mut scenario = aggregate("oauth_revoked").run();
    for (decision, reason) in [
        ("cancel", "CANCELLED"),
        ("deny", "DENIED"),
        ("fail", "PROVIDER_ERROR"),
    ] {
        decide_and_come_back(&mut scenario, decision);
        assert_eq!(error(&scenario).unwrap().1, reason);
        poll_from_window(&mut scenario);
    }
    decide_and_come_back(&mut scenario, "approve");
    scenario.result();
    let counts = scenario.bank.counts();
    assert!(counts.broken.is_empty(), "{:?}", counts.broken);
    assert_eq!(windows(&scenario), 4);
}

#[test]
fn a_person_who_approves_after_an_error_is_signed_in_even_if_the_flow_polls_only_then() {
    for decision in ["cancel", "deny"] {
        let mut scenario = aggregate("oauth_revoked").run();
        poll_from_window(&mut scenario);
        decide_and_come_back(&mut scenario, decision);
        decide(&mut scenario, "approve");
        // The bank's window is closed before it can tell the page, and MX is done before the flow polls.
        scenario.now += scenario::MINUTE;
        scenario.advance(Event::Waited);
        scenario.run_on();
        scenario.result();
    }
}

#[test]
fn an_error_of_the_landing_page_is_not_told_again_if_the_status_shows_it_too() {
    let mut scenario = aggregate("oauth_revoked").run();
    come_back(&mut scenario, &failed("CANCELLED"));
    poll(&mut scenario, DENIED);
    assert_eq!(error(&scenario).unwrap().1, "CANCELLED");
    assert_eq!(windows(&scenario), 2);
    let again = format!(r#"{DENIED},"aggregated_at":"2026-11-01T00:00:00Z""#);
    poll(&mut scenario, &again);
    scenario.send_one();
    assert_eq!(windows(&scenario), 3);
}

#[test]
fn a_member_that_is_mended_elsewhere_continues_after_an_error() {
    let mut scenario = sign_in("oauth_revoked", "").run();
    come_back(&mut scenario, &failed("CANCELLED"));
    poll(&mut scenario, DENIED);
    poll(&mut scenario, CONNECTED);
    scenario.result();
}

#[test]
fn a_cancel_after_an_error_carries_the_reason_of_the_vendor() {
    let mut scenario = sign_in("oauth_denied", "").run();
    come_back(&mut scenario, &failed("DENIED"));
    scenario.advance(Event::Cancelled);
    let failure = scenario.failure();
    assert_eq!(failure.code, ErrorCode::Cancelled);
    assert_eq!(failure.vendor_code.as_deref(), Some("DENIED"));

    let mut scenario = sign_in("oauth_denied", "").run();
    scenario.advance(Event::Cancelled);
    assert_eq!(scenario.failure().vendor_code, None);
}

#[test]
fn a_return_without_an_error_clears_the_previous_one() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    come_back(&mut scenario, &failed("CANCELLED"));
    assert!(error(&scenario).is_some());
    come_back(&mut scenario, &Value::Null);
    assert_eq!(error(&scenario), None);
}

#[test]
fn an_error_survives_a_restore() {
    let mut scenario = sign_in("oauth_denied", "").run();
    come_back(&mut scenario, &failed("CANCELLED"));
    scenario.restore();
    scenario.run_on();
    assert_eq!(error(&scenario).unwrap().0, RedirectErrorCode::Cancelled);
}

#[test]
fn an_error_during_a_poll_is_told_with_the_next_window() {
    let mut scenario = sign_in("oauth_denied", "").run();
    let Step::Redirect { until, .. } = scenario.step else {
        panic!()
    };
    scenario.now = until;
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    let polling = scenario.step.clone();
    let claim = failed("DENIED");
    scenario
        .flow
        .advance(Event::Returned(&claim), until)
        .unwrap();
    scenario.step = polling;
    scenario.run_on();
    assert_eq!(error(&scenario).unwrap().1, "DENIED");
    assert_eq!(windows(&scenario), 2);
}

#[test]
fn windows_after_errors_are_three_seconds_apart() {
    let mut scenario = sign_in("oauth_denied", "").run();
    let before = scenario.now;
    for _ in 0..3 {
        come_back(&mut scenario, &failed("SERVER_ERROR"));
    }
    assert_eq!(scenario.now - before, 9_000);
}

#[test]
fn after_a_lost_poll_a_return_polls_only_once_the_interval_has_passed() {
    let mut scenario = sign_in("oauth_denied", "").run();
    let Step::Redirect { until, .. } = scenario.step else {
        panic!()
    };
    let polled = scenario.flow.advance(Event::Waited, until).unwrap();
    let Step::Send { serial, .. } = polled else {
        panic!()
    };
    let lost_at = until + 15_000;
    let lost = Event::Lost(serial, Loss::MaybeSent);
    let step = scenario.flow.advance(lost, lost_at).unwrap();
    assert!(matches!(step, Step::Redirect { .. }), "{step:?}");
    let returned = Event::Returned(&Value::Null);
    let step = scenario.flow.advance(returned, lost_at + 100).unwrap();
    let Step::Wait { until, .. } = step else {
        panic!("{step:?}")
    };
    assert_eq!(until, lost_at + 3_000);
}

#[test]
fn a_malformed_landing_is_refused_and_changes_nothing() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let before = scenario.flow.snapshot();
    for (landing, path) in [
        (
            r#"{"error_reason":["DENIED","CANCELLED"]}"#,
            "/landing/error_reason",
        ),
        (r#"{"error_reason":["<b>x</b>"]}"#, "/landing/error_reason"),
        (r#"{"error_reason":["denied"]}"#, "/landing/error_reason"),
        (r#"{"error_reason":[""]}"#, "/landing/error_reason"),
        (r#"{"status":["error","success"]}"#, "/landing/status"),
        (
            r#"{"member_guid":["MBR-1","MBR-2"]}"#,
            "/landing/member_guid",
        ),
        (r#"{"member_guid":["../users"]}"#, "/landing/member_guid"),
    ] {
        let claim = json(landing);
        let refused = scenario.flow.advance(Event::Returned(&claim), scenario.now);
        let refusal = refused.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::InvalidInput, "{landing}");
        assert_eq!(refusal.path.as_deref(), Some(path));
        assert_eq!(scenario.flow.snapshot(), before);
    }
    let long = json(&format!(r#"{{"error_reason":["{}"]}}"#, "A".repeat(65)));
    assert!(
        scenario
            .flow
            .advance(Event::Returned(&long), scenario.now)
            .is_err()
    );
    window(&scenario);
}

#[test]
fn a_value_that_is_repeated_is_one_value() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let twice = json(r#"{"status":["error","error"],"error_reason":["DENIED","DENIED"]}"#);
    come_back(&mut scenario, &twice);
    assert_eq!(error(&scenario).unwrap().1, "DENIED");
}

#[test]
fn a_landing_with_success_and_a_reason_is_a_success() {
    let mut scenario = sign_in("oauth_revoked", "").run();
    let guid = scenario.bank.member_guid("oauth_revoked").unwrap();
    decide(&mut scenario, "approve");
    come_back(&mut scenario, &landing(&guid));
    scenario.result();
}

#[test]
fn an_edited_error_in_a_snapshot_is_refused() {
    let mut scenario = sign_in("oauth_denied", "").run();
    come_back(&mut scenario, &failed("CANCELLED"));
    let snapshot = scenario.flow.snapshot().replace("CANCELLED", "<b>x</b>!");
    let config = json(r#"{"environment":"integration"}"#);
    assert!(Flow::restore(&snapshot, VENDORS, &config).is_err());
}

// Parameters of the window ----------------------------------------------------------------------

const APP: &str =
    r#","clientRedirectUrl":"https://app.example/back?a=1&b=ü","referralSource":"APP""#;

#[test]
fn the_parameters_of_a_window_are_in_its_request() {
    let setup = sign_in(
        "oauth_revoked",
        &format!(
            r#"{},"uiMessageWebviewUrlScheme":"my-app+1","enableApp2app":false,"skipAggregation":true"#,
            APP.replace('ü', "%C3%BC")
        ),
    );
    let mut scenario = setup.run();
    assert!(scenario.sent[0].url.ends_with(
        "/oauth_window_uri?client_redirect_url=https%3A%2F%2Fapp.example%2Fback%3Fa%3D1%26b%3D%25C3%25BC\
         &referral_source=APP&ui_message_webview_url_scheme=my-app%2B1&enable_app2app=false\
         &skip_aggregation=true"
    ), "{}", scenario.sent[0].url);
    let location = decide(&mut scenario, "approve");
    assert!(
        location.starts_with("https://app.example/back?a=1&b=%C3%BC&status=success&member_guid=")
    );
    come_back(&mut scenario, &claim(&location));
    scenario.result();
    assert!(scenario.bank.counts().broken.is_empty());
}

#[test]
fn a_window_that_the_flow_offers_has_the_parameters_too() {
    let scenario = with_params(
        "oauth_revoked",
        r#","job":"aggregate","referralSource":"BROWSER""#,
    )
    .run();
    window(&scenario);
    assert!(
        scenario
            .sent
            .last()
            .unwrap()
            .url
            .ends_with("?referral_source=BROWSER")
    );
}

#[test]
fn a_creation_has_the_parameters_in_its_body() {
    let params = r#""isOauth":true,"clientRedirectUrl":"https://app.example/back","referralSource":"APP",
        "enableApp2app":false,"uiMessageWebviewUrlScheme":"myapp","skipAggregation":true"#;
    let scenario = create("mx_bank_oauth", params).run();
    let body = json(scenario.sent[0].body.as_deref().unwrap());
    for (name, value) in [
        ("client_redirect_url", "\"https://app.example/back\""),
        ("referral_source", "\"APP\""),
        ("enable_app2app", "false"),
        ("ui_message_webview_url_scheme", "\"myapp\""),
        ("skip_aggregation", "null"),
    ] {
        assert_eq!(body.get(name).print(), value, "{name}");
    }
    assert!(
        scenario
            .sent
            .last()
            .unwrap()
            .url
            .contains("skip_aggregation=true")
    );
    assert!(scenario.bank.counts().broken.is_empty());
}
