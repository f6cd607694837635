//! Rounds that ask for credentials: for a new connection, and for one whose credentials the bank refused.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::challenge::{Challenge, ChallengeKind, FieldType};
use bank_mfa::failure::{ErrorCode, FieldErrorReason, NextAction};
use bank_mfa::flow::{Event, Loss, Step};
use bank_mfa::simulator::{Fault, FaultKind, MxRules, Target};
use bank_mfa::vendor::Stage;
use scenario::member::{json, reply, signing_in as credentials_of};
use scenario::{
    MINUTE, Scenario, Setup, aggregate, aggregate_and, continue_member, create, create_and_ask,
    live, sign_in, signing_in, update,
};

/// Checks that the open round asks for credentials.
fn asks(scenario: &Scenario, number: u32, refused: bool) -> &[Challenge] {
    let round = scenario.round();
    assert_eq!((round.number, round.refused), (number, refused));
    assert_eq!(round.expires, None);
    for challenge in &round.challenges {
        assert_eq!(challenge.kind, ChallengeKind::Credentials);
        assert_eq!(challenge.fields.len(), 1);
    }
    &round.challenges
}

/// What a form shows of each field: its label, control, whether it is hidden, and its autocomplete.
fn fields(challenges: &[Challenge]) -> Vec<(&str, FieldType, bool, Option<&str>)> {
    let one = |challenge: &Challenge| {
        let field = challenge.fields[0].clone();
        (field.control, field.secret, field.autocomplete)
    };
    let all = challenges.iter().map(|challenge| {
        let (control, secret, autocomplete) = one(challenge);
        (challenge.prompt.as_str(), control, secret, autocomplete)
    });
    all.collect()
}

/// The method and the last part of the path of each request.
fn calls(scenario: &Scenario) -> Vec<(&str, &str)> {
    let all = scenario.sent.iter();
    all.map(|sent| (sent.method, sent.url.rsplit('/').next().unwrap()))
        .collect()
}

/// The credentials that reached the vendor, and that no rule was broken.
fn submitted(scenario: &mut Scenario, times: u32) {
    let counts = scenario.bank.counts();
    assert_eq!(
        (counts.credentials, counts.credentials_repeated),
        (times, 0)
    );
    assert!(counts.broken.is_empty(), "{:?}", counts.broken);
}

#[test]
fn a_new_member_is_created_with_the_credentials_of_a_form() {
    let mut scenario = create_and_ask("mxbank").run();
    let text = FieldType::Text;
    assert_eq!(
        fields(asks(&scenario, 1, false)),
        [
            ("Username", text, false, Some("username")),
            ("Password", text, true, Some("current-password")),
        ]
    );
    assert_eq!(calls(&scenario), [("GET", "credentials")]);
    scenario.answer(&["mxuser", "challenge"]);
    assert_eq!(scenario.challenge().kind, ChallengeKind::Question);
    assert!(!scenario.round().refused);
    scenario.answer(&["correct"]);
    scenario.result();
    submitted(&mut scenario, 1);
}

#[test]
fn a_member_that_is_created_without_a_job_gets_one_after_the_form() {
    let rules = MxRules {
        created_status: 200,
        ..MxRules::default()
    };
    let mut scenario = create_and_ask("mxbank").with_mx_rules(rules).run();
    scenario.answer(&["mxuser", "x"]);
    scenario.result();
    let created = [
        ("GET", "credentials"),
        ("POST", "members"),
        ("POST", "aggregate"),
    ];
    assert_eq!(calls(&scenario)[..3], created);
}

#[test]
fn the_form_has_the_order_and_the_options_of_the_bank() {
    let mut scenario = create_and_ask("simulated_union").run();
    let challenges = asks(&scenario, 1, false).to_vec();
    assert_eq!(
        fields(&challenges),
        [
            ("Member number", FieldType::Text, false, Some("username")),
            ("Branch", FieldType::Select, false, None),
            (
                "Personal access code",
                FieldType::Text,
                true,
                Some("current-password")
            ),
        ]
    );
    let labels = challenges[1].fields[0]
        .options
        .iter()
        .map(|option| option.label.as_str());
    assert!(labels.eq(["North", "South"]));
    scenario.answer(&["three_credentials", "0", "Everyday"]);
    scenario.result();
    submitted(&mut scenario, 1);
}

#[test]
fn a_new_member_whose_credentials_are_refused_gets_others() {
    let mut scenario = create_and_ask("simulated_bank").run();
    scenario.answer(&["text", "wrong"]);
    asks(&scenario, 2, true);
    let last = scenario.sent.last().unwrap();
    assert!(last.url.contains("/members/MBR-") && last.url.ends_with("/credentials"));
    scenario.answer(&["text", "Renewed"]);
    scenario.result();
    let methods = scenario.sent.iter().filter(|sent| sent.once);
    let methods: Vec<&str> = methods.map(|sent| sent.method).collect();
    assert_eq!(methods, ["POST", "PUT"]);
    submitted(&mut scenario, 2);
}

#[test]
fn refused_credentials_of_a_member_are_asked_again_however_the_flow_started() {
    let starts = [
        aggregate("denied"),
        aggregate("denied_silent"),
        update("text", &credentials_of("text", "wrong")),
        create(
            "simulated_bank",
            &format!(r#""credentials":{}"#, credentials_of("text", "wrong")),
        ),
    ];
    for setup in starts {
        let mut scenario = setup.run();
        asks(&scenario, 1, true);
        scenario.restore();
        asks(&scenario, 1, true);
        scenario.answer(&["no_questions", "Renewed"]);
        scenario.result();
        assert!(scenario.bank.counts().broken.is_empty());
    }
}

#[test]
fn a_member_that_never_had_credentials_is_asked_for_them_and_nothing_was_refused() {
    for member in ["no_credentials", "imported"] {
        let setup = match member {
            "imported" => aggregate(member),
            _ => continue_member(member),
        };
        let mut scenario = setup.run();
        asks(&scenario, 1, false);
        scenario.answer(&["text", "Renewed"]);
        scenario.result();
    }
}

#[test]
fn a_third_refusal_in_a_row_ends_the_flow_because_another_try_can_lock_the_login() {
    let mut scenario = create_and_ask("simulated_bank").run();
    for number in 2..=3 {
        scenario.answer(&["text", &format!("wrong {number}")]);
        asks(&scenario, number, true);
    }
    scenario.answer(&["text", "wrong again"]);
    assert_eq!(scenario.failure().code, ErrorCode::TooManyAttempts);
    submitted(&mut scenario, 3);
}

#[test]
fn a_flow_without_a_person_ends_as_the_bank_refuses() {
    let scenario = aggregate_and("denied", r#","signIn":"never""#).run();
    assert_eq!(scenario.failure().code, ErrorCode::CredentialsRefused);
    assert_eq!(scenario.failure().next, NextAction::AskCredentials);
    let scenario = signing_in_without_a_person("Greatday", "wrong").run();
    assert_eq!(scenario.failure().code, ErrorCode::CredentialsRefused);

    let refusal = create("mxbank", r#""signIn":"never""#).refusal();
    assert_eq!(refusal.path.as_deref(), Some("/params/credentials"));
    let refusal = sign_in(r#","signIn":"never""#).refusal();
    assert_eq!(refusal.path.as_deref(), Some("/params/loginId"));
}

fn signing_in_without_a_person(username: &str, password: &str) -> Setup {
    sign_in(&format!(
        r#","username":"{username}","password":"{password}","signIn":"never""#
    ))
}

#[test]
fn an_authorize_without_credentials_asks_for_them_before_it_sends_anything() {
    let mut scenario = sign_in("").run();
    let text = FieldType::Text;
    assert_eq!(
        fields(asks(&scenario, 1, false)),
        [
            ("Username", text, false, Some("username")),
            ("Password", text, true, Some("current-password")),
        ]
    );
    assert!(scenario.sent.is_empty());
    // Stored flows have this round.
    let stored = r#""challengePayload":{"credentials":true}"#;
    assert!(scenario.flow.snapshot().contains(stored));
    // The 8 minutes of a session begin with its first request.
    scenario.now += 30 * MINUTE;
    scenario.answer(&["Greatday", "Everyday"]);
    assert!(scenario.round().expires.is_some());
    assert_eq!((scenario.sent.len(), scenario.sent[0].session), (1, 1));
    scenario.answer(&["Montreal"]);
    scenario.result();
    submitted(&mut scenario, 1);
}

#[test]
fn refused_credentials_of_an_authorize_are_asked_again_in_a_new_session() {
    for mut scenario in [
        sign_in("").run(),
        sign_in(r#","async":true"#).with_authorize_async().run(),
    ] {
        scenario.answer(&["Greatday", "wrong"]);
        asks(&scenario, 2, true);
        scenario.restore();
        scenario.answer(&["greatday_nomfa", "Everyday"]);
        scenario.result();
        let sessions = scenario.sent.iter().filter(|sent| sent.once);
        let sessions: Vec<u32> = sessions.map(|sent| sent.session).collect();
        assert_eq!(sessions, [1, 2]);
        submitted(&mut scenario, 2);
    }
    let mut scenario = signing_in("Greatday", "wrong").run();
    asks(&scenario, 1, true);
    scenario.answer(&["greatday_nomfa", "Everyday"]);
    scenario.result();
}

#[test]
fn a_login_id_whose_credentials_are_refused_is_reconnected_instead() {
    let scenario = live("code_invalid_password").run();
    assert_eq!(scenario.failure().code, ErrorCode::CredentialsRefused);
}

#[test]
fn credentials_whose_reply_is_lost_are_never_sent_again() {
    let setup = |target| match target {
        "MX" => create_and_ask("mxbank"),
        "Authorize" => sign_in(""),
        _ => sign_in("").with_authorize_async(),
    };
    for target in ["MX", "Authorize", "AuthorizeAsync"] {
        for kind in [
            FaultKind::LostReply,
            FaultKind::LostRequest,
            FaultKind::Html,
        ] {
            let fault = Fault::new(kind).on(Target::Start);
            let mut scenario = setup(target).with_fault(fault).run();
            scenario.answer(&["mxuser", "x"]);
            assert_eq!(
                scenario.failure().code,
                ErrorCode::OutcomeUnknown,
                "{target}"
            );
            assert_eq!(scenario.failure().next, NextAction::RetryLater);
        }
        let mut scenario = setup(target).run();
        scenario.try_answer(&["mxuser", "x"]).unwrap();
        let snapshot = scenario.flow.snapshot();
        assert!(!snapshot.contains("mxuser"), "{snapshot}");
        scenario.restore();
        assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
        assert_eq!(scenario.bank.counts().credentials, 0);
    }
}

#[test]
fn credentials_that_were_certainly_not_sent_are_asked_again() {
    for setup in [create_and_ask("mxbank"), sign_in("")] {
        let mut scenario = setup.run();
        scenario
            .try_answer(&["greatday_nomfa", "Everyday"])
            .unwrap();
        let Step::Send { serial, stage, .. } = scenario.step else {
            panic!("nothing to send");
        };
        assert_eq!(stage, Stage::Answer);
        let lost = Event::Lost(serial, Loss::NotSent);
        scenario.advance(lost);
        asks(&scenario, 2, false);
        submitted(&mut scenario, 0);
    }
}

#[test]
fn a_cancel_while_credentials_are_on_their_way_says_to_retry_later() {
    for setup in [create_and_ask("mxbank"), sign_in("")] {
        let mut scenario = setup.run();
        scenario.try_answer(&["mxuser", "x"]).unwrap();
        let now = scenario.now;
        scenario.step = scenario.flow.advance(Event::Cancelled, now).unwrap();
        assert_eq!(scenario.failure().next, NextAction::RetryLater);
    }
}

#[test]
fn credentials_that_nobody_can_fill_in_end_the_flow() {
    let cases = [
        (r#"{"credentials":[]}"#, ErrorCode::ChallengeUnanswerable),
        (
            r#"{"credentials":[{"guid":"CRD-1","label":"Username"},{"label":"Password"}]}"#,
            ErrorCode::ChallengeUnanswerable,
        ),
        (
            r#"{"credentials":[{"guid":"CRD-1","field_type":"OPTIONS"}]}"#,
            ErrorCode::ChallengeUnanswerable,
        ),
        ("<html>", ErrorCode::UnreadableReply),
        (r#"{"credentials":{}}"#, ErrorCode::UnreadableReply),
        ("{}", ErrorCode::UnreadableReply),
    ];
    for (body, code) in cases {
        let mut scenario = create_and_ask("mxbank").start_only();
        answer_all_with(&mut scenario, 200, body);
        assert_eq!(scenario.failure().code, code, "{body}");
    }
    let mut scenario = create_and_ask("nowhere").run();
    assert_eq!(scenario.failure().code, ErrorCode::RequestRefused);
    submitted_nothing(&mut scenario);

    // What is known of an existing member is that the bank does not accept its credentials.
    for (status, body) in [(200, r#"{"credentials":[]}"#), (404, "")] {
        let mut scenario = aggregate("denied").start_only();
        until_credentials(&mut scenario);
        answer_all_with(&mut scenario, status, body);
        assert_eq!(scenario.failure().code, ErrorCode::CredentialsRefused);
    }
}

fn submitted_nothing(scenario: &mut Scenario) {
    assert_eq!(scenario.bank.counts().credentials, 0);
}

/// Runs until the flow asks for the list of credentials.
fn until_credentials(scenario: &mut Scenario) {
    loop {
        match scenario.step.clone() {
            Step::Send {
                stage: Stage::Credentials,
                ..
            } => return,
            Step::Send { .. } => scenario.send_one(),
            Step::Wait { until, .. } => {
                scenario.now = until;
                scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
            }
            step => panic!("no list of credentials, but {step:?}"),
        }
    }
}

/// Answers each request with this reply, until the person is asked or the flow ends.
fn answer_all_with(scenario: &mut Scenario, status: u16, body: &str) {
    loop {
        match scenario.step.clone() {
            Step::Send { serial, .. } => scenario.deliver(serial, &reply(status, body)),
            Step::Wait { until, .. } => {
                scenario.now = until;
                scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
            }
            _ => return,
        }
    }
}

#[test]
fn a_credential_of_an_unknown_type_is_hidden_free_text_and_keeps_its_type() {
    let mut scenario = create_and_ask("mxbank").start_only();
    let body = r#"{"credentials":[
        {"guid":"CRD-1","field_type":"PIN","field_name":"PIN","display_order":null},
        {"guid":"CRD-2","type":0,"label":"Card","display_order":2},
        {"guid":"CRD-3","field_type":3,"label":"User","display_order":1,"value":"hunter2"}]}"#;
    answer_all_with(&mut scenario, 200, body);
    let challenges = asks(&scenario, 1, false);
    let text = FieldType::Text;
    assert_eq!(
        fields(challenges),
        [
            ("User", text, false, Some("username")),
            ("Card", text, false, None),
            ("PIN", text, true, None),
        ]
    );
    let types = challenges
        .iter()
        .map(|challenge| challenge.vendor_type.print());
    assert!(types.eq(["3", "0", r#""PIN""#]));
    assert!(!scenario.flow.snapshot().contains("hunter2"));
}

#[test]
fn a_throttled_list_of_credentials_is_asked_for_again() {
    let fault = Fault {
        status: Some(429),
        retry_after: Some("20".to_owned()),
        ..Fault::new(FaultKind::Status).on(Target::Credentials)
    };
    let scenario = create_and_ask("mxbank").with_fault(fault).run();
    asks(&scenario, 1, false);
}

#[test]
fn a_list_of_credentials_in_an_error_of_the_server_is_not_shown() {
    let mut scenario = create_and_ask("mxbank").start_only();
    let list = r#"{"credentials":[{"guid":"CRD-1","field_type":"LOGIN"}]}"#;
    scenario.deliver(scenario.serial(), &reply(503, list));
    let stage = Stage::Credentials;
    assert!(matches!(scenario.step, Step::Wait { stage: next, .. } if next == stage));
}

#[test]
fn raw_credentials_name_those_of_the_round() {
    let mut scenario = create_and_ask("mxbank").run();
    let guids = scenario.credential_guids("mxbank");
    let foreign = scenario.credential_guids("simulated_bank");
    for raw in [
        format!(r#"{{"{}":["mxuser"],"{}":["x"]}}"#, foreign[0], foreign[1]),
        r#"{"__proto__":["x"]}"#.to_owned(),
    ] {
        let refusal = scenario.submit_raw(&json(&raw)).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::InvalidAnswer);
        assert_eq!(refusal.fields[0].reason, FieldErrorReason::UnknownField);
    }
    let raw = format!(r#"{{"{}":["mxuser"],"{}":"x"}}"#, guids[0], guids[1]);
    scenario.submit_raw(&json(&raw)).unwrap();
    scenario.run_on();
    scenario.result();

    let mut scenario = sign_in("").run();
    for (raw, reason) in [
        (
            r#"{"Username":["u"],"pin":["1"]}"#,
            FieldErrorReason::UnknownField,
        ),
        (r#"{"Username":["u"]}"#, FieldErrorReason::Missing),
    ] {
        let refusal = scenario.submit_raw(&json(raw)).unwrap_err();
        assert_eq!(refusal.fields[0].reason, reason, "{raw}");
    }
    let refusal = scenario.submit_raw(&json(r#"{"Username":[],"Password":"p"}"#));
    assert_eq!(refusal.unwrap_err().code, ErrorCode::InvalidInput);
    let raw = json(r#"{"Username":["greatday_nomfa"],"Password":"Everyday"}"#);
    scenario.submit_raw(&raw).unwrap();
    scenario.run_on();
    scenario.result();
}

#[test]
fn a_form_that_is_not_filled_in_sends_nothing() {
    for setup in [create_and_ask("mxbank"), sign_in("")] {
        let mut scenario = setup.run();
        let before = scenario.flow.snapshot();
        let refusal = scenario.submit(&json(r#"{"1.1.answer":"u","1.2.answer":" "}"#));
        assert_eq!(
            refusal.unwrap_err().fields[0].reason,
            FieldErrorReason::Missing
        );
        assert_eq!(scenario.flow.snapshot(), before);
        submitted_nothing(&mut scenario);
    }
}

#[test]
fn credentials_of_another_institution_that_the_host_gives_are_refused_by_the_vendor() {
    let credentials = credentials_of("mxuser", "x");
    let scenario = create("mxbank", &format!(r#""credentials":{credentials}"#)).run();
    assert_eq!(scenario.failure().code, ErrorCode::RequestRefused);
    assert_eq!(scenario.bank.counts().credentials_judged, 0);
}
