//! Flinks' calls without MFA, against the simulated bank.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::failure::{ErrorCode, NextAction};
use bank_mfa::flow::{Event, Step};
use bank_mfa::http::Header;
use bank_mfa::json::Value;
use bank_mfa::simulator::{Fault, FaultKind, Rules, Simulator, SuccessCode, Target};
use scenario::{MINUTE, Scenario, call, data, live};

const PET: &str = "What is the name of your first pet?";
const DATA: [&str; 3] = ["GetAccountsSummary", "GetAccountsDetail", "GetStatements"];

/// A call with the LoginId of a person.
fn call_about(username: &str, name: &str, more: &str) -> scenario::Setup {
    call_of(Simulator::new(1), username, name, more)
}

fn call_of(bank: Simulator, username: &str, name: &str, more: &str) -> scenario::Setup {
    let login_id = bank.login_id(username).unwrap();
    call(bank, name, &format!(r#","loginId":"{login_id}"{more}"#))
}

/// The method and the service of each request that was sent.
fn sent_calls(scenario: &Scenario) -> Vec<String> {
    let shown = scenario.sent.iter().map(|request| {
        let path = request.url.rsplit("/BankingServices/").next().unwrap();
        let service = path.split('/').next().unwrap();
        format!("{} {service}", request.method)
    });
    shown.collect()
}

fn is_done(scenario: &Scenario) -> bool {
    matches!(scenario.step, Step::Done { .. })
}

// Data ----------------------------------------------------------------------------------------

#[test]
fn data_that_is_ready_takes_one_request() {
    for name in DATA {
        let scenario = data("Greatday", name, "").run();
        assert_eq!(scenario.result(), &Value::Null, "{name}");
        assert_eq!(sent_calls(&scenario), [format!("POST {name}")]);
        assert_eq!(scenario.bank.counts().broken.len(), 0);
    }
}

#[test]
fn pending_data_is_polled_every_ten_seconds_at_the_async_variant() {
    for name in DATA {
        let mut scenario = data("slow_data", name, "").start_only();
        let began = scenario.now;
        scenario.run_on();
        assert!(is_done(&scenario));
        let poll = format!("GET {name}Async");
        assert_eq!(
            sent_calls(&scenario),
            [format!("POST {name}"), poll.clone(), poll.clone(), poll]
        );
        assert!((30_000..40_000).contains(&(scenario.now - began)));
        assert_eq!(scenario.bank.counts().broken.len(), 0);
    }
}

#[test]
fn only_the_start_of_a_data_call_has_four_minutes() {
    let timeouts = |scenario: Scenario| -> Vec<_> {
        let sent = scenario.sent.iter();
        sent.map(|request| request.timeout / 1_000).collect()
    };
    for name in DATA {
        let pending = data("slow_data", name, "").run();
        assert_eq!(timeouts(pending), [240, 30, 30, 30], "{name}");
    }
    for name in ["GetMFAQuestions", "DeleteCard"] {
        let card = call_about("Greatday", name, "").run();
        assert_eq!(timeouts(card), [30], "{name}");
    }
}

#[test]
fn every_option_is_sent_under_its_flinks_name() {
    let id = "9022abc2-8a2e-4b06-a06e-c3e5449c4d10";
    let options = format!(
        r#","withAccountIdentity":true,"withKYC":false,"withTransactions":true,"withBalance":true,
        "daysOfTransactions":"Days365","dateFrom":"2026-01-01","dateTo":"2026-01-31",
        "refreshDelta":[{{"accountId":"{id}","transactionId":"{id}"}}]"#
    );
    let scenario = data("Greatday", "GetAccountsDetail", &options).start_only();
    let Step::Send { request, .. } = &scenario.step else {
        panic!()
    };
    let body = Value::parse(request.body.as_deref().unwrap().as_bytes()).unwrap();
    let names: Vec<_> = body
        .entries()
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "RequestId",
            "WithAccountIdentity",
            "WithKYC",
            "WithTransactions",
            "WithBalance",
            "DaysOfTransactions",
            "DateFrom",
            "DateTo",
            "RefreshDelta"
        ]
    );
    let delta = &body.get("RefreshDelta").items()[0];
    assert_eq!(delta.entries()[0].0, "AccountId");
    assert_eq!(delta.entries()[1].0, "TransactionId");
    let options = r#","numberOfStatements":"Months3""#;
    assert!(is_done(&data("Greatday", "GetStatements", options).run()));
}

/// The body that a data call sends first, without its RequestId.
fn options_sent(name: &str, options: &str) -> String {
    let scenario = data("Greatday", name, options).start_only();
    let Step::Send { request, .. } = &scenario.step else {
        panic!()
    };
    let body = request.body.as_deref().unwrap();
    let (_, rest) = body.split_once(',').unwrap();
    rest.trim_end_matches('}').to_owned()
}

#[test]
fn the_newer_options_are_sent_under_their_flinks_names() {
    for (name, options, wire) in [
        (
            "GetAccountsSummary",
            r#","withBalance":true,"withAccountIdentity":false"#,
            r#""WithBalance":true,"WithAccountIdentity":false"#,
        ),
        (
            "GetAccountsDetail",
            r#","withDetailsAndBankingStatements":true,"numberOfBankingStatements":"MostRecent""#,
            r#""WithDetailsAndBankingStatements":true,"NumberOfBankingStatements":"MostRecent""#,
        ),
    ] {
        assert_eq!(options_sent(name, options), wire);
        let scenario = data("Greatday", name, options).run();
        assert!(is_done(&scenario));
        assert_eq!(scenario.bank.counts().broken.len(), 0);
    }
}

#[test]
fn an_option_that_the_client_does_not_know_is_sent_as_it_is() {
    let options = r#","options":{"someNew_Thing":[{"a":null}],"WithKYC":false}"#;
    let wire = r#""someNew_Thing":[{"a":null}],"WithKYC":false"#;
    assert_eq!(options_sent("GetAccountsSummary", options), wire);

    let options = r#","withBalance":true,"options":{"WithKYC":false}"#;
    let mut scenario = data("slow_data", "GetAccountsSummary", options).start_only();
    scenario.send_one();
    scenario.restore();
    scenario.run_on();
    assert!(is_done(&scenario), "also after a restore");
    assert_eq!(scenario.bank.counts().broken.len(), 0);
}

#[test]
fn a_success_of_every_service_may_have_a_code_or_the_status_201() {
    let login_id = Simulator::new(1).login_id("stored_missing").unwrap();
    let of_login = format!(r#","loginId":"{login_id}""#);
    for success_code in [SuccessCode::Ok, SuccessCode::Created] {
        let rules = || Rules {
            success_code,
            ..Rules::default()
        };
        for (name, more) in [
            ("GenerateAuthorizeToken", ""),
            ("GetNightlyRefreshStatus", ""),
            ("GetMFAQuestions", &of_login),
            (
                "AnswerMFAQuestions",
                &[
                    &of_login,
                    r#","questions":[{"question":""#,
                    PET,
                    r#"","answer":"Rex"}]"#,
                ]
                .concat(),
            ),
            (
                "SetScheduledRefresh",
                &[&of_login, r#","isActivated":true"#].concat(),
            ),
            ("DeleteCard", &of_login),
        ] {
            let scenario = call(Simulator::new(1), name, more)
                .with_rules(rules())
                .run();
            assert!(is_done(&scenario), "{name} {success_code:?}");
        }
        for name in DATA {
            let scenario = data("slow_data", name, "").with_rules(rules()).run();
            assert!(is_done(&scenario), "{name} {success_code:?}");
        }
    }
}

#[test]
fn a_wrong_option_is_refused_by_path() {
    for (name, option, path) in [
        ("GetAccountsSummary", r#""withBalance":1"#, "withBalance"),
        (
            "GetAccountsSummary",
            r#""withTransactions":true"#,
            "withTransactions",
        ),
        (
            "GetAccountsDetail",
            r#""withDetailsAndBankingStatements":"true""#,
            "withDetailsAndBankingStatements",
        ),
        (
            "GetAccountsDetail",
            r#""numberOfBankingStatements":3"#,
            "numberOfBankingStatements",
        ),
        ("GetAccountsSummary", r#""options":true"#, "options"),
        ("GetAccountsDetail", r#""options":["WithX"]"#, "options"),
        (
            "GetAccountsDetail",
            r#""options":{"WithX":1,"WithBalance":true}"#,
            "options/WithBalance",
        ),
        (
            "GetStatements",
            r#""options":{"requestid":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10"}"#,
            "options/requestid",
        ),
        ("GetStatements", r#""options":{"":1}"#, "options/"),
        ("GetAccountsDetail", r#""withKyc":true"#, "withKyc"),
        ("GetAccountsDetail", r#""withKYC":"true""#, "withKYC"),
        (
            "GetAccountsDetail",
            r#""daysOfTransactions":"Days30""#,
            "daysOfTransactions",
        ),
        (
            "GetAccountsDetail",
            r#""daysOfTransactions":90"#,
            "daysOfTransactions",
        ),
        (
            "GetAccountsDetail",
            r#""dateFrom":"31/01/2026""#,
            "dateFrom",
        ),
        (
            "GetAccountsDetail",
            r#""dateTo":"2026-01-31T00:00:00""#,
            "dateTo",
        ),
        (
            "GetAccountsDetail",
            r#""accountsFilter":[]"#,
            "accountsFilter",
        ),
        (
            "GetAccountsDetail",
            r#""accountsFilter":["a",7]"#,
            "accountsFilter/1",
        ),
        (
            "GetAccountsDetail",
            r#""refreshDelta":[{"accountId":"x"}]"#,
            "refreshDelta/0/accountId",
        ),
        (
            "GetStatements",
            r#""numberOfStatements":"Months6""#,
            "numberOfStatements",
        ),
        (
            "GetStatements",
            r#""withTransactions":true"#,
            "withTransactions",
        ),
    ] {
        let setup = data("Greatday", name, &format!(",{option}"));
        let refusal = setup.refusal();
        assert_eq!(refusal.path, Some(format!("/params/{path}")), "{option}");
    }
    for name in ["GenerateAuthorizeToken", "GetNightlyRefreshStatus"] {
        let refusal = call_about("Greatday", name, "").refusal();
        assert_eq!(refusal.path.as_deref(), Some("/params/loginId"), "{name}");
    }
    let refusal = call(Simulator::new(1), "GetAccountsDetail", "").refusal();
    assert_eq!(refusal.path.as_deref(), Some("/params/requestId"));
    let refusal = call(Simulator::new(1), "GetEverything", "").refusal();
    assert_eq!(refusal.path.as_deref(), Some("/params/call"));
}

#[test]
fn no_transactions_is_a_success() {
    let scenario = data(
        "no_transactions",
        "GetAccountsDetail",
        r#","withTransactions":true"#,
    )
    .run();
    assert_eq!(scenario.result(), &Value::Null);
}

#[test]
fn data_that_is_never_ready_times_out_after_thirty_minutes() {
    let mut scenario = data("data_for_ever", "GetStatements", "").start_only();
    let began = scenario.now;
    scenario.run_on();
    let failure = scenario.failure();
    assert_eq!(
        (failure.code, failure.next),
        (ErrorCode::TimedOut, NextAction::RetryLater)
    );
    assert!(scenario.now - began <= 30 * MINUTE);
    assert!(scenario.sent.len() > 150);
}

#[test]
fn a_data_call_before_the_session_is_authorized_is_unauthorized() {
    let scenario = live("Greatday").run();
    let key = Value::parse(scenario.flow.snapshot().as_bytes()).unwrap();
    let request_id = key
        .get("vendorIds")
        .get("RequestId")
        .as_text()
        .unwrap()
        .to_owned();
    let params = format!(r#","requestId":"{request_id}""#);
    let scenario = call(scenario.bank, "GetAccountsSummary", &params).run();
    let failure = scenario.failure();
    assert_eq!(
        (failure.code, failure.next),
        (ErrorCode::Unauthorized, NextAction::FixIntegration)
    );
}

#[test]
fn an_unknown_request_id_fails_with_start_over() {
    let params = r#","requestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10""#;
    let scenario = call(Simulator::new(1), "GetAccountsDetail", params).run();
    let failure = scenario.failure();
    assert_eq!(
        (failure.code, failure.next),
        (ErrorCode::SessionExpired, NextAction::StartOver)
    );
}

#[test]
fn a_data_call_with_a_lost_reply_is_repeated() {
    for (on, calls, polls) in [(Target::Data, 2, 3), (Target::Poll, 1, 4)] {
        let fault = Fault::new(FaultKind::LostReply).on(on);
        let scenario = data("slow_data", "GetAccountsDetail", "")
            .with_fault(fault)
            .run();
        assert!(is_done(&scenario));
        let counts = scenario.bank.counts();
        assert_eq!(counts.data_calls, calls, "{on:?}");
        assert!(counts.data_polls.abs_diff(polls) <= 1, "{on:?}");
    }
}

#[test]
fn a_repeated_data_call_begins_a_session_and_its_polls_belong_to_it() {
    let fault = Fault::new(FaultKind::LostReply).on(Target::Data);
    let setup = data("slow_data", "GetAccountsDetail", "").with_fault(fault);
    let mut scenario = setup.start_only();
    scenario.send_one();
    let until = scenario.now + 2_000;
    assert!(matches!(scenario.step, Step::Wait { until: at, .. } if at == until));
    scenario.run_on();
    let sessions: Vec<_> = scenario.sent.iter().map(|sent| sent.session).collect();
    assert_eq!(sessions[..3], [1, 2, 2]);
    assert!(sessions[3..].iter().all(|session| *session == 2));
}

#[test]
fn a_throttled_poll_is_sent_again_and_a_throttled_call_is_not() {
    let refused = |on, code: &str| {
        let fault = Fault {
            code: Some(code.to_owned()),
            ..Fault::new(FaultKind::Status).on(on).status(429)
        };
        data("slow_data", "GetAccountsDetail", "")
            .with_fault(fault)
            .run()
    };
    assert!(is_done(&refused(Target::Poll, "TOO_MANY_REQUESTS")));
    for (on, code, expected) in [
        (Target::Data, "TOO_MANY_REQUESTS", ErrorCode::Busy),
        (
            Target::Poll,
            "SESSION_NONEXISTENT",
            ErrorCode::SessionExpired,
        ),
    ] {
        assert_eq!(refused(on, code).failure().code, expected, "{code}");
    }
}

#[test]
fn a_data_call_that_replies_with_html_is_repeated() {
    let fault = Fault::new(FaultKind::Html).on(Target::Data);
    let scenario = data("Greatday", "GetAccountsDetail", "")
        .with_fault(fault)
        .run();
    assert!(is_done(&scenario));
    assert_eq!(scenario.sent.len(), 2);
}

#[test]
fn a_data_call_that_is_restored_while_it_is_sent_is_repeated() {
    let mut scenario = data("slow_data", "GetAccountsDetail", "").start_only();
    scenario.restore();
    scenario.run_on();
    assert!(is_done(&scenario));
}

#[test]
fn a_data_call_can_be_restored_between_two_polls() {
    let mut scenario = data(
        "slow_data",
        "GetAccountsDetail",
        r#","withTransactions":true"#,
    )
    .start_only();
    scenario.send_one();
    assert!(matches!(scenario.step, Step::Wait { .. }));
    scenario.restore();
    scenario.run_on();
    assert!(is_done(&scenario));
    assert_eq!(scenario.bank.counts().broken.len(), 0);
}

// Stored answers ------------------------------------------------------------------------------

#[test]
fn a_question_without_an_answer_is_listed_until_it_is_answered() {
    let scenario = call_about("stored_missing", "GetMFAQuestions", "").run();
    assert_eq!(scenario.result(), &Value::List(vec![PET.into()]));

    let answers = format!(r#","questions":[{{"question":"{PET}","answer":"Rex"}}]"#);
    let scenario = call_of(
        scenario.bank,
        "stored_missing",
        "AnswerMFAQuestions",
        &answers,
    )
    .run();
    assert_eq!(scenario.result(), &Value::Null);
    let request = &scenario.sent[0];
    assert!(request.once);
    assert_eq!(request.method, "PATCH");
    let login_id = scenario.bank.login_id("stored_missing").unwrap();
    assert_eq!(
        request.body.as_deref().unwrap(),
        format!(
            r#"{{"loginId":"{login_id}","Questions":[{{"Question":"{PET}","Answer":"Rex"}}]}}"#
        )
    );

    let scenario = call_of(scenario.bank, "stored_missing", "GetMFAQuestions", "").run();
    assert_eq!(scenario.result(), &Value::List(Vec::new()));
}

#[test]
fn a_stored_answer_with_a_lost_reply_is_not_sent_again() {
    for kind in [FaultKind::LostReply, FaultKind::Html, FaultKind::Empty] {
        let answers = format!(r#","questions":[{{"question":"{PET}","answer":"Rex"}}]"#);
        let fault = Fault::new(kind).on(Target::Questions);
        let setup = call_about("stored_missing", "AnswerMFAQuestions", &answers);
        let scenario = setup.with_fault(fault).run();
        assert_eq!(
            scenario.failure().code,
            ErrorCode::OutcomeUnknown,
            "{kind:?}"
        );
        assert_eq!(scenario.sent.len(), 1);
        assert_eq!(scenario.bank.counts().stored_answers_repeated, 0);
    }
}

#[test]
fn a_stored_answer_is_not_in_a_snapshot() {
    let answers = format!(r#","questions":[{{"question":"{PET}","answer":"Rex"}}]"#);
    let mut scenario = call_about("stored_missing", "AnswerMFAQuestions", &answers).start_only();
    assert!(!scenario.flow.snapshot().contains("Rex"));
    scenario.run_on();
    assert!(!scenario.flow.snapshot().contains("Rex"));
}

#[test]
fn a_malformed_stored_answer_is_refused_without_its_value() {
    for (questions, path) in [
        ("[]", ""),
        ("{}", ""),
        (r#"[{"question":"City?"}]"#, "/0/answer"),
        (r#"[{"question":"","answer":"hunter2"}]"#, "/0/question"),
        (
            r#"[{"question":"City?","answer":"x"},{"Question":"City?","answer":"hunter2"}]"#,
            "/1/Question",
        ),
        (
            r#"[{"question":"City?","answer":["hunter2"]}]"#,
            "/0/answer",
        ),
    ] {
        let more = format!(r#","questions":{questions}"#);
        let refusal = call_about("stored_missing", "AnswerMFAQuestions", &more).refusal();
        assert_eq!(refusal.path, Some(format!("/params/questions{path}")));
        assert!(!format!("{refusal:?}").contains("hunter2"));
    }
}

// Cards and tokens ----------------------------------------------------------------------------

#[test]
fn a_token_is_minted_with_the_secret_key_only() {
    let scenario = call(Simulator::new(1), "GenerateAuthorizeToken", "").run();
    assert_eq!(scenario.result().as_text().unwrap().len(), 36);
    let request = &scenario.sent[0];
    assert_eq!((request.method, request.body.as_deref()), ("POST", None));
    let secrets = request.headers.iter().filter_map(|header| match header {
        Header::Secret { name, slot } => Some((*name, *slot)),
        Header::Literal { .. } => None,
    });
    assert!(secrets.eq([("flinks-auth-key", "FlinksSecretKey")]));
}

#[test]
fn cards_that_are_not_refreshed_are_listed_with_their_state() {
    let scenario = call(Simulator::new(1), "GetNightlyRefreshStatus", "").run();
    let cards = scenario.result().items();
    let state_of = |username: &str| {
        let login_id = scenario.bank.login_id(username).unwrap();
        let has_login_id = |card: &&Value| card.get("loginId").as_text() == Some(&login_id);
        let card = cards.iter().find(has_login_id);
        card.map(|card| card.get("state").as_text().unwrap().to_owned())
    };
    let awaits_answer = Some("AnsweringSecurityChallenge".to_owned());
    assert_eq!(state_of("broken_question"), awaits_answer);
    assert_eq!(state_of("stored_missing"), awaits_answer);
    assert_eq!(state_of("broken_login").as_deref(), Some("Failed"));
    assert_eq!(state_of("stored_right"), None);
    assert!(
        cards[0]
            .get("lastRefresh")
            .as_text()
            .unwrap()
            .ends_with('Z')
    );
}

#[test]
fn a_card_can_be_deactivated_and_deleted_once() {
    let scenario = call_about("Greatday", "SetScheduledRefresh", r#","isActivated":false"#).run();
    assert!(is_done(&scenario));
    let scenario = call_of(scenario.bank, "Greatday", "DeleteCard", "").run();
    assert!(is_done(&scenario));
    assert_eq!(sent_calls(&scenario), ["DELETE DeleteCard"]);
    let scenario = call_of(scenario.bank, "Greatday", "DeleteCard", "").run();
    assert_eq!(scenario.failure().code, ErrorCode::RequestRefused);
    assert_eq!(
        scenario.bank.counts().broken.len(),
        1,
        "only the second deletion"
    );
}

#[test]
fn a_card_in_use_cannot_be_deleted_yet() {
    let scenario = live("Greatday").run();
    let scenario = call_of(scenario.bank, "Greatday", "DeleteCard", "").run();
    let failure = scenario.failure();
    assert_eq!(
        (failure.code, failure.next),
        (ErrorCode::CardInUse, NextAction::RetryLater)
    );
    assert!(failure.retry_at.is_some());
}

#[test]
fn a_lost_read_is_repeated_and_a_lost_deletion_is_not() {
    for (name, on, code) in [
        ("GetMFAQuestions", Target::Questions, None),
        ("DeleteCard", Target::Cards, Some(ErrorCode::OutcomeUnknown)),
    ] {
        let fault = Fault::new(FaultKind::LostReply).on(on);
        let scenario = call_about("stored_missing", name, "")
            .with_fault(fault)
            .run();
        match code {
            None => assert!(is_done(&scenario)),
            Some(code) => assert_eq!(scenario.failure().code, code),
        }
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let fault = Fault::new(FaultKind::Redirect).on(Target::Cards);
    let scenario = call_about("Greatday", "DeleteCard", "")
        .with_fault(fault)
        .run();
    assert_eq!(scenario.failure().code, ErrorCode::Redirected);
}

#[test]
fn a_call_can_be_cancelled() {
    let mut scenario = data("slow_data", "GetStatements", "").start_only();
    scenario.send_one();
    scenario.advance(Event::Cancelled);
    assert_eq!(scenario.failure().code, ErrorCode::Cancelled);
}
