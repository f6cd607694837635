//! MX's widget: it opens at the bank's questions, at the credentials or at the error, as the member needs.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use bank_mfa::failure::ErrorCode;
use bank_mfa::flow::{Event, Step};
use bank_mfa::json::Value;
use bank_mfa::simulator::{Fault, FaultKind, Incoming, MxRules, Target};
use bank_mfa::vendor::WindowPurpose;

mod scenario;
use scenario::member::{poll_from_window, vendor_ids, window};
use scenario::{Scenario, aggregate_in_widget, create, with_member};

/// Sends a request of the browser to the widget, and returns the status and the body.
fn browse(scenario: &mut Scenario, method: &'static str, url: &str, body: &str) -> (u16, Vec<u8>) {
    let path = url.strip_prefix("https://int-widgets.moneydesktop.com");
    let incoming = Incoming {
        method,
        path: path.unwrap(),
        headers: &[("content-type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes(),
    };
    let reply = scenario.bank.handle(scenario.now, &incoming);
    (reply.status, reply.body)
}

/// Opens the widget in the browser.
fn open(scenario: &mut Scenario) -> String {
    let url = window(scenario);
    assert_eq!(browse(scenario, "GET", &url, "").0, 200);
    url
}

/// Answers a round in the widget.
fn answer_in(scenario: &mut Scenario, url: &str) {
    let guid = vendor_ids(scenario)
        .get("member_guid")
        .as_text()
        .map(str::to_owned);
    let answers = scenario.bank.right_values_json(&guid.unwrap()).unwrap();
    let (status, _) = browse(scenario, "POST", &format!("{url}/answer"), &answers);
    assert_eq!(status, 200);
}

#[test]
fn the_person_answers_all_rounds_in_one_widget() {
    for older in [false, true] {
        let setup = aggregate_in_widget("three_rounds");
        let mut scenario = match older {
            true => setup.with_older_version().run(),
            false => setup.run(),
        };
        let url = open(&mut scenario);
        for _ in 0..3 {
            poll_from_window(&mut scenario);
            answer_in(&mut scenario, &url);
            for _ in 0..2 {
                if let Step::Redirect { .. } = scenario.step {
                    assert_eq!(window(&scenario), url);
                    poll_from_window(&mut scenario);
                }
            }
        }
        assert_eq!(
            scenario.result().get("connectionStatus").as_text(),
            Some("CONNECTED")
        );
        let counts = scenario.bank.counts();
        assert!(counts.broken.is_empty(), "{:?}", counts.broken);
        assert_eq!((counts.answers, counts.answers_judged), (0, 3));
        let widgets = scenario.sent.iter();
        let widgets = widgets.filter(|request| request.url.ends_with("/widget_urls"));
        assert_eq!(widgets.count(), 1);
    }
}

#[test]
fn in_a_mobile_webview_the_widget_sends_addresses_of_the_apps_scheme() {
    let in_webview = r#","presentation":"widget","isMobileWebview":true"#;
    let with_scheme = format!(r#"{in_webview},"uiMessageWebviewUrlScheme":"myapp""#);
    let in_page = r#","presentation":"widget","isMobileWebview":false"#;
    for (rest, scheme) in [
        (in_webview, Some("mx")),
        (with_scheme.as_str(), Some("myapp")),
        (in_page, None),
    ] {
        let rest = format!(r#","job":"aggregate"{rest}"#);
        let mut scenario = with_member("text", &rest).run();
        let url = open(&mut scenario);
        let (_, view) = browse(&mut scenario, "POST", &format!("{url}/look"), "{}");
        let view = Value::parse(&view).unwrap();
        assert_eq!(view.get("webviewScheme").as_text(), scheme);
        let counts = scenario.bank.counts();
        assert!(counts.broken.is_empty(), "{:?}", counts.broken);
    }
}

#[test]
fn polls_from_the_widget_are_three_seconds_apart() {
    let mut scenario = aggregate_in_widget("text").run();
    for _ in 0..5 {
        let before = scenario.now;
        poll_from_window(&mut scenario);
        assert_eq!(scenario.now - before, 3_000);
    }
}

#[test]
fn a_flow_restored_at_the_widget_opens_a_new_widget() {
    let mut scenario = aggregate_in_widget("text").run();
    let first = open(&mut scenario);
    scenario.restore();
    scenario.run_on();
    let second = open(&mut scenario);
    assert_ne!(second, first);
    answer_in(&mut scenario, &second);
    while let Step::Redirect { .. } = scenario.step {
        poll_from_window(&mut scenario);
    }
    scenario.result();
}

#[test]
fn a_challenge_that_expired_ends_the_flow_when_the_person_leaves_the_widget() {
    let mut scenario = aggregate_in_widget("text").run();
    let url = open(&mut scenario);
    while shown(&mut scenario, &url) != "error" {
        poll_from_window(&mut scenario);
    }
    poll_from_window(&mut scenario);
    leave(&mut scenario);
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
}

#[test]
fn challenges_missing_from_the_status_open_the_widget_too() {
    let mut scenario = aggregate_in_widget("challenges_apart").run();
    open(&mut scenario);
}

#[test]
fn a_pending_member_opens_the_bank_and_not_the_widget() {
    let scenario = create("mx_bank_oauth", r#""isOauth":true,"presentation":"widget""#).run();
    let bank = MxRules::default().window_origin;
    assert!(window(&scenario).starts_with(&bank));
}

#[test]
fn a_lost_request_for_the_widget_is_repeated() {
    let lost = Fault::new(FaultKind::LostReply).on(Target::Window);
    let mut scenario = aggregate_in_widget("text").with_fault(lost).run();
    open(&mut scenario);
}

// At the credentials and at the error -------------------------------------------------------------

/// The person closes the widget.
fn leave(scenario: &mut Scenario) {
    let event = Event::Returned(&Value::Null);
    scenario.advance(event);
    scenario.run_on();
}

/// How many widgets the flow has asked for.
fn widgets(scenario: &Scenario) -> usize {
    let all = scenario.sent.iter();
    all.filter(|request| request.url.ends_with("/widget_urls"))
        .count()
}

/// Types a password in the widget.
fn sign_in(scenario: &mut Scenario, url: &str, username: &str, password: &str) {
    let guids = scenario.credential_guids("simulated_bank");
    let body = format!(
        r#"{{"member":{{"credentials":[{{"guid":"{}","value":"{username}"}},{{"guid":"{}","value":"{password}"}}]}}}}"#,
        guids[0], guids[1]
    );
    let (status, _) = browse(scenario, "POST", &format!("{url}/sign-in"), &body);
    assert_eq!(status, 200);
}

/// What the widget shows.
fn shown(scenario: &mut Scenario, url: &str) -> String {
    let (_, body) = browse(scenario, "POST", &format!("{url}/look"), "{}");
    let view = Value::parse(&body).unwrap();
    view.get("state").as_text().unwrap().to_owned()
}

/// The member, what the widget shows, and the ending if nothing changes.
const MENDED: &[(&str, &str, ErrorCode)] = &[
    ("denied", "credentials", ErrorCode::CredentialsRefused),
    (
        "denied_silent",
        "credentials",
        ErrorCode::CredentialsRefused,
    ),
    ("impaired", "credentials", ErrorCode::CredentialsRefused),
    ("imported", "credentials", ErrorCode::CredentialsRefused),
    ("prevented", "credentials", ErrorCode::TooManyAttempts),
    ("rejected", "error", ErrorCode::AnswerRefused),
    ("expired", "error", ErrorCode::SessionExpired),
    ("locked", "error", ErrorCode::BankActionRequired),
    ("impeded", "error", ErrorCode::BankActionRequired),
];

#[test]
fn an_ending_that_the_widget_mends_opens_it_and_the_old_status_does_not_end_the_flow() {
    for (name, view, code) in MENDED {
        let mut scenario = aggregate_in_widget(name).run();
        let Step::Redirect { purpose, .. } = scenario.step else {
            panic!("{name}: {:?}", scenario.step)
        };
        assert_eq!(purpose, WindowPurpose::Widget);
        let url = open(&mut scenario);
        assert_eq!(shown(&mut scenario, &url), *view, "{name}");
        for _ in 0..20 {
            poll_from_window(&mut scenario);
            assert_eq!(window(&scenario), url);
        }
        let polls = scenario.bank.counts().polls;
        leave(&mut scenario);
        assert_eq!(scenario.failure().code, *code, "{name}");
        assert_eq!(scenario.bank.counts().polls, polls + 2, "confirmed once");
        assert_eq!(widgets(&scenario), 1);
        assert!(scenario.bank.counts().broken.is_empty());
    }
}

#[test]
fn the_person_signs_in_again_in_the_widget() {
    for name in ["denied", "impaired", "prevented"] {
        let mut scenario = aggregate_in_widget(name).run();
        let url = open(&mut scenario);
        for password in ["wrong", "Renewed"] {
            sign_in(&mut scenario, &url, name, password);
            for _ in 0..3 {
                if let Step::Redirect { .. } = scenario.step {
                    poll_from_window(&mut scenario);
                }
            }
        }
        assert_eq!(
            scenario.result().get("connectionStatus").as_text(),
            Some("CONNECTED")
        );
        assert_eq!(widgets(&scenario), 1, "one widget for both tries");
    }
}

#[test]
fn a_wrong_answer_in_the_widget_leaves_it_open_for_another_try() {
    let mut scenario = aggregate_in_widget("wrong_ends").run();
    let url = open(&mut scenario);
    let guid = vendor_ids(&scenario)
        .get("member_guid")
        .as_text()
        .unwrap()
        .to_owned();
    let right = scenario.bank.right_values_json(&guid).unwrap();
    let wrong = right.replace("Rex", "Bello");
    browse(&mut scenario, "POST", &format!("{url}/answer"), &wrong);
    for _ in 0..4 {
        poll_from_window(&mut scenario);
    }
    assert_eq!(shown(&mut scenario, &url), "error");
    browse(&mut scenario, "POST", &format!("{url}/retry"), "{}");
    for _ in 0..3 {
        poll_from_window(&mut scenario);
    }
    answer_in(&mut scenario, &url);
    while let Step::Redirect { .. } = scenario.step {
        poll_from_window(&mut scenario);
    }
    scenario.result();
    assert_eq!(widgets(&scenario), 1);
}

#[test]
fn a_person_who_leaves_during_a_job_is_offered_the_widget_a_limited_number_of_times() {
    let mut scenario = aggregate_in_widget("denied").run();
    for offers in 1..=3 {
        let url = open(&mut scenario);
        assert_eq!(widgets(&scenario), offers);
        sign_in(&mut scenario, &url, "denied", "wrong");
        leave(&mut scenario);
    }
    assert_eq!(scenario.failure().code, ErrorCode::TooManyAttempts);
}

#[test]
fn other_endings_open_no_widget() {
    for name in [
        "failed",
        "degraded",
        "disconnected",
        "closed",
        "something_new",
    ] {
        let scenario = aggregate_in_widget(name).run();
        scenario.failure();
        assert_eq!(widgets(&scenario), 0, "{name}");
    }
}

#[test]
fn without_a_person_an_ending_opens_no_widget() {
    for (name, _, code) in MENDED {
        let scenario = aggregate_in_widget(name)
            .with_param("signIn", "never")
            .run();
        assert_eq!(scenario.failure().code, *code);
        assert_eq!(widgets(&scenario), 0);
    }
}

#[test]
fn a_widget_that_mx_refuses_ends_the_flow_with_the_failure_that_it_would_have_mended() {
    let refused = Fault::new(FaultKind::Status).status(403).on(Target::Window);
    let scenario = aggregate_in_widget("denied").with_fault(refused).run();
    assert_eq!(scenario.failure().code, ErrorCode::CredentialsRefused);
}

#[test]
fn a_throttled_poll_leaves_the_widget_open() {
    let mut scenario = aggregate_in_widget("denied").run();
    let url = open(&mut scenario);
    let throttled = Fault {
        retry_after: Some("20".to_owned()),
        ..Fault::new(FaultKind::Status).status(429).on(Target::Poll)
    };
    scenario.bank.fault(throttled);
    let before = scenario.now;
    poll_from_window(&mut scenario);
    assert_eq!(window(&scenario), url);
    poll_from_window(&mut scenario);
    assert!(scenario.now >= before + 20_000);
    assert_eq!(window(&scenario), url);
}

#[test]
fn a_restored_flow_offers_the_widget_once_more_at_the_same_window() {
    let mut scenario = aggregate_in_widget("denied").run();
    open(&mut scenario);
    scenario.restore();
    scenario.run_on();
    let url = open(&mut scenario);
    sign_in(&mut scenario, &url, "denied", "Renewed");
    while let Step::Redirect { .. } = scenario.step {
        poll_from_window(&mut scenario);
    }
    scenario.result();
}
