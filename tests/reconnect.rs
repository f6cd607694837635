//! AuthorizeAsync, reconnect and first link against the simulated bank.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::failure::{ErrorCode, NextAction};
use bank_mfa::flow::{Event, Step};
use bank_mfa::http::Header;
use bank_mfa::json::Value;
use bank_mfa::simulator::{Fault, FaultKind, Target};
use bank_mfa::vendor::{ConnectPurpose, Stage};
use scenario::member::{json, reply};
use scenario::{MINUTE, STATE, Scenario, first_link, live_async, reconnect, resume, resume_with};

const FORM: &str = r#","presentation":"form""#;
const CONNECT: &str = "";
const BY_ASYNC: &str = r#","async":true"#;
const MID_SESSION_TOKEN: &str = r#","midSessionToken":true"#;
const SELECTED: &str = r#","resumeSelectedAccounts":["a1","a_2"]"#;
const REQUEST_ID: &str = "9022abc2-8a2e-4b06-a06e-c3e5449c4d10";
const A_DAY: &str = r#","maxAge":86400000"#;
const A_WEEK: &str = r#","maxAge":604800000"#;

fn text<'a>(scenario: &'a Scenario, name: &str) -> &'a str {
    scenario.result().get(name).as_text().unwrap()
}

/// The services that were called, in order.
fn calls(scenario: &Scenario) -> Vec<&str> {
    let urls = scenario.sent.iter().map(|request| request.url.as_str());
    urls.map(|url| url.rsplit('/').next().unwrap()).collect()
}

fn body(scenario: &Scenario, index: usize) -> Value {
    let body = scenario.sent[index].body.as_deref().unwrap();
    Value::parse(body.as_bytes()).unwrap()
}

// AuthorizeAsync ------------------------------------------------------------------------------

#[test]
fn authorize_async_starts_polls_and_answers_at_its_own_path() {
    let mut scenario = live_async("Greatday").run();
    scenario.answer(&["Montreal"]);
    scenario.result();
    assert!(
        calls(&scenario)
            .iter()
            .all(|call| *call == "AuthorizeAsync")
    );
    assert_eq!(scenario.answers_sent().len(), 1);
}

#[test]
fn a_poll_has_only_the_request_id() {
    let scenario = live_async("slow_dispatched").run();
    let poll = body(&scenario, 1);
    assert_eq!(poll.entries().len(), 1);
    assert!(poll.get("RequestId").as_text().is_some());
}

#[test]
fn polls_are_ten_seconds_apart() {
    let mut scenario = live_async("slow_dispatched").run();
    assert!(scenario.bank.counts().broken.is_empty());
    scenario.answer(&["Montreal"]);
    scenario.result();
}

#[test]
fn authorize_async_is_refused_if_it_is_not_activated() {
    let refusal = reconnect("Greatday", BY_ASYNC).refusal();
    assert_eq!(refusal.path.as_deref(), Some("/host/authorizeAsync"));
}

// Methods -------------------------------------------------------------------------------------

#[test]
fn a_live_refresh_ends_if_the_bank_asks_nothing() {
    let scenario = reconnect("greatday_nomfa", CONNECT).run();
    assert_eq!(text(&scenario, "method"), "live");
    assert_eq!(text(&scenario, "health"), "live");
    assert_eq!(text(&scenario, "ownership"), "given");
    assert_eq!(
        body(&scenario, 0).get("MostRecentCached"),
        &Value::Bool(false)
    );
    assert_eq!(body(&scenario, 0).get("Save"), &Value::Bool(true));
}

#[test]
fn the_person_can_answer_in_a_form() {
    for options in [FORM.to_owned(), [FORM, BY_ASYNC].concat()] {
        let mut scenario = reconnect("Greatday", &options).with_authorize_async().run();
        scenario.answer(&["Montreal"]);
        assert_eq!(text(&scenario, "method"), "form");
        assert_eq!(text(&scenario, "health"), "live");
    }
}

#[test]
fn an_answer_in_connect_is_verified_in_cached_mode() {
    for options in [CONNECT, BY_ASYNC] {
        let mut scenario = reconnect("Greatday", options).with_authorize_async().run();
        assert_eq!(scenario.frame().purpose, ConnectPurpose::Mfa);
        scenario.now += MINUTE;
        scenario.answer_in_frame();
        scenario.claim("Greatday").unwrap();
        assert_eq!(text(&scenario, "method"), "mid-session");
        assert_eq!(text(&scenario, "health"), "live");
        let confirmed = body(&scenario, scenario.sent.len() - 1);
        assert_eq!(confirmed.get("MostRecentCached"), &Value::Bool(true));
        assert!(scenario.answers_sent().is_empty());
    }
}

#[test]
fn refused_credentials_open_connect_at_the_institution() {
    let mut scenario = reconnect("code_invalid_password", r#","institutionId":14"#).run();
    let frame = scenario.frame().clone();
    assert_eq!(frame.purpose, ConnectPurpose::Credentials);
    assert!(
        frame
            .url
            .starts_with("https://toolbox-iframe.private.fin.ag/v2/Credential/14?")
    );
    assert!(matches!(
        frame.query.as_slice(),
        [Header::Secret {
            name: "authorizeToken",
            ..
        }]
    ));
    scenario.claim("code_invalid_password").unwrap();
    assert_eq!(text(&scenario, "method"), "credentials");
}

#[test]
fn answers_that_are_finally_refused_open_connect_to_sign_in() {
    let mut scenario = reconnect("Greatday", FORM).run();
    for wrong in ["Paris", "Rome", "Oslo"] {
        scenario.answer(&[wrong]);
    }
    assert_eq!(scenario.frame().purpose, ConnectPurpose::Credentials);
}

// Cached first --------------------------------------------------------------------------------

#[test]
fn fresh_data_ends_without_contacting_the_bank() {
    let scenario = reconnect("Greatday", A_WEEK).run();
    assert_eq!(text(&scenario, "method"), "cached");
    assert_eq!(text(&scenario, "health"), "unproven");
    assert_eq!(scenario.sent.len(), 1);
}

#[test]
fn old_data_starts_a_live_session() {
    let mut scenario = reconnect("Greatday", &[FORM, A_DAY].concat()).run();
    let sessions: Vec<_> = scenario
        .sent
        .iter()
        .map(|request| request.session)
        .collect();
    assert_eq!(sessions, [1, 2]);
    scenario.answer(&["Montreal"]);
    assert_eq!(text(&scenario, "method"), "form");
}

#[test]
fn unauthorized_has_two_causes_only_if_the_bank_was_contacted() {
    let code = |scenario: &Scenario| scenario.failure().code;
    let scenario = reconnect("code_unauthorized", A_WEEK).run();
    assert_eq!(code(&scenario), ErrorCode::Unauthorized, "cached");
    assert_eq!(scenario.sent.len(), 1);

    let scenario = reconnect("code_access_not_granted", A_DAY).run();
    assert_eq!(scenario.sent.len(), 2);
    assert_eq!(code(&scenario), ErrorCode::AccessRefused, "live");

    for claim_after_restore in [false, true] {
        let refused = Fault {
            code: Some("UNAUTHORIZED".to_owned()),
            ..Fault::new(FaultKind::Status).on(Target::Start).status(401)
        };
        let mut scenario = reconnect("Greatday", CONNECT).run();
        scenario.bank.fault(refused);
        if claim_after_restore {
            scenario.restore();
        }
        scenario.claim("Greatday").unwrap();
        assert_eq!(code(&scenario), ErrorCode::Unauthorized, "verifying");
    }
}

#[test]
fn a_lost_cached_request_is_repeated() {
    let lost = Fault::new(FaultKind::LostReply).on(Target::Start);
    let scenario = reconnect("Greatday", A_WEEK).with_fault(lost).run();
    assert_eq!(text(&scenario, "method"), "cached");
}

// Failures that a sign-in cannot fix ----------------------------------------------------------

#[test]
fn a_failure_that_a_sign_in_cannot_fix_does_not_open_connect() {
    for (person, code, next) in [
        (
            "code_disabled_login",
            ErrorCode::LoginDisabled,
            NextAction::VisitBank,
        ),
        (
            "code_new_account",
            ErrorCode::BankActionRequired,
            NextAction::VisitBank,
        ),
        ("code_retry_later", ErrorCode::Busy, NextAction::RetryLater),
        (
            "code_unauthorized",
            ErrorCode::AccessRefused,
            NextAction::VisitBank,
        ),
    ] {
        let scenario = reconnect(person, CONNECT).run();
        assert_eq!(
            (scenario.failure().code, scenario.failure().next),
            (code, next),
            "{person}"
        );
    }
}

#[test]
fn a_lost_live_start_is_not_sent_again() {
    let lost = Fault::new(FaultKind::LostReply).on(Target::Start);
    let scenario = reconnect("Greatday", CONNECT).with_fault(lost).run();
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
    assert_eq!(scenario.sent.len(), 1);
}

// Claims --------------------------------------------------------------------------------------

#[test]
fn a_claim_of_another_login_id_fails_without_a_request() {
    let mut scenario = reconnect("Greatday", CONNECT).run();
    let sent = scenario.sent.len();
    scenario.claim("greatday_nomfa").unwrap();
    assert_eq!(scenario.failure().code, ErrorCode::LoginMismatch);
    assert_eq!(scenario.sent.len(), sent);
}

#[test]
fn a_claimed_login_id_can_have_another_casing() {
    let mut scenario = reconnect("Greatday", CONNECT).run();
    scenario.answer_in_frame();
    let login_id = scenario.bank.login_id("Greatday").unwrap().to_uppercase();
    scenario
        .claim_json(&format!(r#"{{"loginId":"{login_id}"}}"#))
        .unwrap();
    scenario.result();
}

#[test]
fn a_malformed_claim_is_refused_by_path_and_connect_stays_open() {
    let claimed = |account_ids: &str| {
        format!(
            r#"{{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","accountIds":{account_ids}}}"#
        )
    };
    let too_long = format!(r#"["{}"]"#, "a".repeat(129));
    let too_many = format!("[{}]", vec![r#""a""#; 257].join(","));
    let mut scenario = reconnect("Greatday", CONNECT).run();
    for (claim, path) in [
        ("null", "/claim"),
        ("{}", "/claim/loginId"),
        (r#"{"loginId":"x"}"#, "/claim/loginId"),
        (
            r#"{"loginId":["5e115eac-1209-4f19-641c-08d6d484e2fe"]}"#,
            "/claim/loginId",
        ),
        (
            r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","url":"x"}"#,
            "/claim/url",
        ),
        (&claimed(r#""a1""#), "/claim/accountIds"),
        (&claimed("{}"), "/claim/accountIds"),
        (&claimed("[1]"), "/claim/accountIds/0"),
        (&claimed(r#"["a1",""]"#), "/claim/accountIds/1"),
        (&claimed(r#"["../a1"]"#), "/claim/accountIds/0"),
        (&claimed(r#"["a1,a2"]"#), "/claim/accountIds/0"),
        (&claimed(&too_long), "/claim/accountIds/0"),
        (&claimed(&too_many), "/claim/accountIds"),
    ] {
        let refusal = scenario.claim_json(claim).unwrap_err();
        assert_eq!(refusal.path.as_deref(), Some(path), "{claim}");
        scenario.frame();
    }
}

#[test]
fn the_accounts_of_a_claim_are_in_the_result() {
    let account_ids = |claimed: &str| {
        let mut scenario = reconnect("Greatday", CONNECT).run();
        scenario.answer_in_frame();
        let login_id = scenario.bank.login_id("Greatday").unwrap();
        let claim = format!(r#"{{"loginId":"{login_id}"{claimed}}}"#);
        let claim = Value::parse(claim.as_bytes()).unwrap();
        scenario.advance(Event::Returned(&claim));
        scenario.restore();
        scenario.run_on();
        scenario.result().get("accountIds").print()
    };
    let two = r#"["8b35f6c8-e7b6-41d3-98f8-08d68b7f8d31","a_2"]"#;
    assert_eq!(account_ids(&format!(r#","accountIds":{two}"#)), two);
    assert_eq!(account_ids(r#","accountIds":[]"#), "null");
    assert_eq!(account_ids(r#","accountIds":null"#), "null");
    assert_eq!(account_ids(""), "null");
    let scenario = reconnect("greatday_nomfa", CONNECT).run();
    assert_eq!(*scenario.result().get("accountIds"), Value::Null);
}

#[test]
fn a_claim_without_connect_is_out_of_turn() {
    let mut scenario = reconnect("Greatday", FORM).run();
    assert_eq!(
        scenario.claim("Greatday").unwrap_err().code,
        ErrorCode::OutOfTurn
    );
    scenario.round();
}

#[test]
fn a_cached_success_after_a_failed_refresh_is_unproven() {
    // The live refresh fails and Connect claims success. Cached mode agrees, but does not contact the bank.
    let mut scenario = reconnect("code_invalid_password", CONNECT).run();
    scenario.claim("code_invalid_password").unwrap();
    assert_eq!(text(&scenario, "health"), "unproven");
}

#[test]
fn a_claim_before_the_person_answered_is_unproven() {
    let mut scenario = reconnect("Greatday", CONNECT).run();
    scenario.claim("Greatday").unwrap();
    assert_eq!(text(&scenario, "health"), "unproven");
}

// Redirect ------------------------------------------------------------------------------------

const REDIRECT_URL: &str = r#""redirectUrl":"https://app.example/back?c=42""#;

#[test]
fn the_state_is_in_the_tag_and_in_the_redirect_url() {
    let scenario = reconnect("Greatday", CONNECT)
        .with_config(REDIRECT_URL)
        .run();
    let url = &scenario.frame().url;
    let landing =
        format!("redirectUrl=https%3A%2F%2Fapp.example%2Fback%3Fc%3D42%26state%3D{STATE}");
    assert!(url.contains(&landing), "{url}");
    assert!(url.contains(&format!("tag={STATE}")), "{url}");
}

#[test]
fn a_redirect_with_a_wrong_state_is_refused_and_connect_stays_open() {
    let mut scenario = reconnect("Greatday", CONNECT)
        .with_config(REDIRECT_URL)
        .run();
    scenario.answer_in_frame();
    scenario.restore();
    let login_id = scenario.bank.login_id("Greatday").unwrap();
    for state in ["null", r#""""#, r#""another""#, "5"] {
        let claim = format!(r#"{{"loginId":"{login_id}","state":{state}}}"#);
        let refusal = scenario.claim_json(&claim).unwrap_err();
        assert_eq!(refusal.path.as_deref(), Some("/claim/state"), "{state}");
    }
    let claim = format!(r#"{{"loginId":"{login_id}","state":"{STATE}"}}"#);
    scenario.claim_json(&claim).unwrap();
    assert_eq!(text(&scenario, "method"), "mid-session");
}

#[test]
fn a_snapshot_has_no_address_of_the_host() {
    let scenario = reconnect("Greatday", CONNECT)
        .with_config(REDIRECT_URL)
        .run();
    assert!(!scenario.flow.snapshot().contains("app.example"));
}

// The address of Connect ----------------------------------------------------------------------

#[test]
fn connect_opens_mid_session_with_the_newest_request_id_and_no_token() {
    let scenario = reconnect("changing_ids", CONNECT).run();
    let snapshot = Value::parse(scenario.flow.snapshot().as_bytes()).unwrap();
    let newest = snapshot
        .get("vendorIds")
        .get("RequestId")
        .as_text()
        .unwrap();
    let frame = scenario.frame();
    let expected =
        format!("https://toolbox-iframe.private.fin.ag/v2/?requestId={newest}&tag={STATE}");
    assert_eq!(frame.url, expected);
    assert!(frame.query.is_empty());
}

#[test]
fn every_query_value_is_percent_encoded() {
    let options = r#","language":"fr","tag":"a b&c=é#/","v2":false,
        "parameters":{"demo":true,"theme":"light&x=1","maximumRetry":3}"#;
    let scenario = first_link(options).run();
    let expected = concat!(
        "https://toolbox-iframe.private.fin.ag/?language=fr&tag=a%20b%26c%3D%C3%A9%23%2F",
        "&demo=true&theme=light%26x%3D1&maximumRetry=3"
    );
    assert_eq!(scenario.frame().url, expected);
}

#[test]
fn the_parameters_of_a_frame_have_flinks_names() {
    let options = [
        SELECTED,
        r#","webview":true,"oauthWindowRedirect":false,"parameters":{"demo":true}"#,
    ]
    .concat();
    let scenario = reconnect("Greatday", &options).run();
    let rest = format!(
        "&resumeSelectedAccounts=a1%2Ca_2&oauthWindowRedirect=false&webview=true&tag={STATE}&demo=true"
    );
    assert!(scenario.frame().url.ends_with(&rest));
    // Connect at the sign-in shows its account selector.
    let scenario = reconnect("code_invalid_password", SELECTED).run();
    assert!(!scenario.frame().url.contains("resumeSelectedAccounts"));
    // Another format can be passed as it is.
    let options = r#","parameters":{"resumeSelectedAccounts":"a1;a2"}"#;
    let scenario = reconnect("Greatday", options).run();
    assert!(
        scenario
            .frame()
            .url
            .ends_with("&resumeSelectedAccounts=a1%3Ba2")
    );
}

#[test]
fn a_deep_link_of_the_list_is_the_redirect_url() {
    let config = r#""deepLinks":["myapp://connected"],"redirectUrl":"myapp://connected""#;
    let scenario = reconnect("Greatday", CONNECT).with_config(config).run();
    let expected = format!("&redirectUrl=myapp%3A%2F%2Fconnected%3Fstate%3D{STATE}&");
    assert!(scenario.frame().url.contains(&expected));
    assert!(!scenario.flow.snapshot().contains("myapp"));
}

#[test]
fn the_base_address_of_connect_can_be_configured() {
    let scenario = first_link("")
        .with_config(r#""connectUrl":"http://127.0.0.1:9/s/1""#)
        .run();
    assert!(
        scenario
            .frame()
            .url
            .starts_with("http://127.0.0.1:9/s/1/v2/?")
    );
}

#[test]
fn invalid_parameters_of_connect_are_refused_by_path() {
    let request_id = format!(r#","requestId":"{REQUEST_ID}""#);
    for (options, path) in [
        (
            r#","parameters":{"requestId":"x"}"#,
            "/params/parameters/requestId",
        ),
        (
            r#","parameters":{"AuthorizeToken":"x"}"#,
            "/params/parameters/AuthorizeToken",
        ),
        (r#","parameters":{"a b":"x"}"#, "/params/parameters/a b"),
        (r#","parameters":{"demo":null}"#, "/params/parameters/demo"),
        (r#","parameters":[]"#, "/params/parameters"),
        (r#","language":"de""#, "/params/language"),
        (MID_SESSION_TOKEN, "/params/midSessionToken"),
        (SELECTED, "/params/resumeSelectedAccounts"),
        (&request_id, "/params/requestId"),
        (r#","webview":"true""#, "/params/webview"),
        (r#","oauthWindowRedirect":1"#, "/params/oauthWindowRedirect"),
        (
            r#","parameters":{"webview":true}"#,
            "/params/parameters/webview",
        ),
        (r#","institutionId":"14/../x""#, "/params/institutionId"),
        (
            r#","loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe""#,
            "/params/loginId",
        ),
    ] {
        let refusal = first_link(options).refusal();
        assert_eq!(refusal.path.as_deref(), Some(path), "{options}");
    }
}

#[test]
fn invalid_parameters_of_a_reconnect_are_refused_by_path() {
    let request_id = format!(r#","requestId":"{REQUEST_ID}""#);
    for (options, path) in [
        (r#","presentation":"popup""#, "/params/presentation"),
        (r#","midSessionToken":"true""#, "/params/midSessionToken"),
        (r#","midSessionToken":1"#, "/params/midSessionToken"),
        (
            r#","resumeSelectedAccounts":true"#,
            "/params/resumeSelectedAccounts",
        ),
        (
            r#","resumeSelectedAccounts":[]"#,
            "/params/resumeSelectedAccounts",
        ),
        (
            r#","resumeSelectedAccounts":["a","b/c"]"#,
            "/params/resumeSelectedAccounts/1",
        ),
        (
            r#","resumeSelectedAccounts":["a"],"parameters":{"ResumeSelectedAccounts":"a"}"#,
            "/params/parameters/ResumeSelectedAccounts",
        ),
        (&request_id, "/params/requestId"),
    ] {
        let refusal = reconnect("Greatday", options).refusal();
        assert_eq!(refusal.path.as_deref(), Some(path), "{options}");
    }
}

#[test]
fn at_most_256_accounts_can_be_selected() {
    let selecting = |count: usize| {
        let ids = vec![r#""a_1""#; count].join(",");
        reconnect("Greatday", &format!(r#","resumeSelectedAccounts":[{ids}]"#))
    };
    selecting(256).run().frame();
    let path = selecting(257).refusal().path.clone();
    assert_eq!(path.as_deref(), Some("/params/resumeSelectedAccounts"));
}

// Tokens --------------------------------------------------------------------------------------

#[test]
fn a_refused_token_opens_connect_with_a_new_token_four_times() {
    let mut scenario = first_link("").run();
    let mut sessions = vec![scenario.frame().session];
    for _ in 0..4 {
        scenario.token_refused();
        sessions.push(scenario.frame().session);
    }
    assert_eq!(sessions, [1, 2, 3, 4, 5]);
    scenario.token_refused();
    assert_eq!(scenario.failure().code, ErrorCode::Unauthorized);
}

#[test]
fn a_mid_session_connect_that_refuses_its_token_is_opened_once_with_a_new_one() {
    for (options, sessions) in [(CONNECT, [1, 2]), (MID_SESSION_TOKEN, [2, 3])] {
        let mut scenario = reconnect("Greatday", options).run();
        let first = scenario.frame().clone();
        assert_eq!(first.query.is_empty(), options == CONNECT);
        scenario.restore();
        scenario.token_refused();
        scenario.restore();
        let second = scenario.frame().clone();
        assert!(matches!(
            second.query.as_slice(),
            [Header::Secret {
                name: "authorizeToken",
                ..
            }]
        ));
        assert_eq!([first.session, second.session], sessions, "{options}");
        assert_eq!(second.url, first.url);
        scenario.token_refused();
        assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
    }
}

#[test]
fn the_verification_after_a_new_token_is_a_session_of_its_own() {
    let mut scenario = reconnect("Greatday", MID_SESSION_TOKEN).run();
    scenario.token_refused();
    scenario.answer_in_frame();
    scenario.claim("Greatday").unwrap();
    assert_eq!(text(&scenario, "method"), "mid-session");
    let sessions: Vec<_> = scenario
        .sent
        .iter()
        .map(|request| request.session)
        .collect();
    assert_eq!(sessions, [1, 4]);
}

#[test]
fn live_refresh_connect_and_verification_are_three_sessions() {
    let mut scenario = reconnect("code_invalid_password", CONNECT).run();
    assert_eq!(scenario.frame().session, 2);
    scenario.claim("code_invalid_password").unwrap();
    let sessions: Vec<_> = scenario
        .sent
        .iter()
        .map(|request| request.session)
        .collect();
    assert_eq!(sessions, [1, 3]);
}

// Resume --------------------------------------------------------------------------------------

fn login_id_of(username: &str) -> String {
    let bank = bank_mfa::simulator::Simulator::new(1);
    format!(r#","loginId":"{}""#, bank.login_id(username).unwrap())
}

#[test]
fn a_session_that_waits_for_mfa_is_resumed_in_connect_at_once() {
    for (options, ownership) in [
        (login_id_of("Greatday"), "given"),
        (String::new(), "unproven"),
    ] {
        let mut scenario = resume("Greatday", &options).run();
        assert!(scenario.sent.is_empty());
        assert_eq!(scenario.frame().purpose, ConnectPurpose::Mfa);
        assert!(scenario.frame().query.is_empty());
        scenario.restore();
        scenario.now += MINUTE;
        scenario.answer_in_frame();
        scenario.claim("Greatday").unwrap();
        assert_eq!(text(&scenario, "method"), "mid-session");
        assert_eq!(text(&scenario, "health"), "live");
        assert_eq!(text(&scenario, "ownership"), ownership);
        assert_eq!(calls(&scenario), ["Authorize"]);
        let verified = body(&scenario, 0);
        assert_eq!(verified.get("MostRecentCached"), &Value::Bool(true));
    }
}

#[test]
fn a_resumed_session_of_another_login_id_fails_if_the_host_gave_one() {
    let mut scenario = resume("Greatday", &login_id_of("Greatday")).run();
    scenario.claim("greatday_nomfa").unwrap();
    assert_eq!(scenario.failure().code, ErrorCode::LoginMismatch);
    assert!(scenario.sent.is_empty());
    let mut scenario = resume("Greatday", "").run();
    scenario.claim("greatday_nomfa").unwrap();
    assert_eq!(text(&scenario, "health"), "unproven");
}

#[test]
fn a_resumed_session_has_a_token_if_the_host_wants_one_or_connect_refuses_none() {
    let scenario = resume("Greatday", MID_SESSION_TOKEN).run();
    assert_eq!(
        (
            scenario.frame().query.len(),
            scenario.frame().session,
            scenario.frame().url.contains("requestId=")
        ),
        (1, 1, true)
    );
    let mut scenario = resume("Greatday", "").run();
    scenario.token_refused();
    assert_eq!(scenario.frame().query.len(), 1);
    scenario.token_refused();
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
}

#[test]
fn a_resumed_session_that_nobody_completes_ends_after_thirty_minutes() {
    let mut scenario = resume("Greatday", "").run();
    scenario.now += 30 * MINUTE;
    scenario.advance(Event::Waited);
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
}

#[test]
fn invalid_parameters_of_a_resumed_session_are_refused_by_path() {
    let by_id = |more: &str| format!(r#","requestId":"{REQUEST_ID}"{more}"#);
    for (options, path) in [
        (&*by_id(r#","loginId":"x""#), "/params/loginId"),
        (&by_id(r#","presentation":"form""#), "/params/presentation"),
        (&by_id(r#","async":true"#), "/params/async"),
        (&by_id(r#","maxAge":1"#), "/params/maxAge"),
        ("", "/params/requestId"),
        (r#","requestId":"9022abc2""#, "/params/requestId"),
        (r#","requestId":null"#, "/params/requestId"),
        (
            r#","requestId":"../../9022abc2-8a2e-4b06-a06e-c3e5449c4d10""#,
            "/params/requestId",
        ),
    ] {
        let refusal = resume_with(options).refusal();
        assert_eq!(refusal.path.as_deref(), Some(path), "{options}");
    }
}

// First link ----------------------------------------------------------------------------------

#[test]
fn a_first_link_is_verified_and_its_ownership_is_unproven() {
    let mut scenario = first_link("").run();
    assert_eq!(scenario.frame().purpose, ConnectPurpose::Credentials);
    scenario.claim("Greatday").unwrap();
    assert_eq!(text(&scenario, "ownership"), "unproven");
    assert_eq!(
        text(&scenario, "loginId"),
        scenario.bank.login_id("Greatday").unwrap()
    );
    assert_eq!(calls(&scenario), ["Authorize"]);
}

#[test]
fn only_the_random_tag_of_the_flow_proves_the_ownership_of_a_first_link() {
    let ownership = |options: &str, tag: &str| {
        let mut scenario = first_link(options).run();
        let login_id = scenario.bank.login_id("Greatday").unwrap();
        let claim = json(&format!(r#"{{"loginId":"{login_id}"}}"#));
        scenario.advance(Event::Returned(&claim));
        let body = format!(
            r#"{{"RequestId":"{REQUEST_ID}","Login":{{"Id":"{login_id}"}},"Tag":"{tag}"}}"#
        );
        scenario.deliver(scenario.serial(), &reply(200, &body));
        text(&scenario, "ownership").to_owned()
    };
    assert_eq!(ownership("", STATE), "tagged");
    assert_eq!(ownership("", "5bd3e1a7"), "unproven");
    let of_the_host = format!(r#","tag":"{STATE}""#);
    assert_eq!(ownership(&of_the_host, STATE), "unproven");
}

#[test]
fn a_claim_of_an_unknown_login_id_fails() {
    let mut scenario = first_link("").run();
    scenario
        .claim_json(r#"{"loginId":"00000000-0000-4000-8000-000000000000"}"#)
        .unwrap();
    assert_eq!(scenario.failure().next, NextAction::AskCredentials);
}

// Timeouts, restores and cancelling ------------------------------------------------------------

#[test]
fn connect_expires_after_thirty_minutes() {
    let mut scenario = reconnect("Greatday", CONNECT).run();
    let Step::Connect { until, .. } = scenario.step else {
        panic!()
    };
    assert_eq!(until, scenario.now + 30 * MINUTE);
    let step = scenario.flow.advance(Event::Waited, until - 1).unwrap();
    assert_eq!(step, scenario.step);
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
}

#[test]
fn a_restore_at_connect_and_while_verifying_continues() {
    let mut scenario = reconnect("slow_dispatched", CONNECT).run();
    let shown = scenario.frame().clone();
    scenario.restore();
    assert_eq!(*scenario.frame(), shown);
    scenario.answer_in_frame();
    let login_id = scenario.bank.login_id("slow_dispatched").unwrap();
    let claim = Value::parse(format!(r#"{{"loginId":"{login_id}"}}"#).as_bytes()).unwrap();
    scenario.advance(Event::Returned(&claim));
    assert!(matches!(
        scenario.step,
        Step::Send {
            stage: Stage::Verify,
            ..
        }
    ));
    scenario.restore();
    scenario.run_on();
    assert_eq!(text(&scenario, "method"), "mid-session");
}

#[test]
fn a_verification_that_is_always_lost_says_what_is_unknown() {
    // The claim of Connect can be verified later. Whether a lost answer of a form arrived stays unknown.
    for (options, code) in [
        (CONNECT, ErrorCode::Unreachable),
        (FORM, ErrorCode::OutcomeUnknown),
    ] {
        let mut scenario = reconnect("Greatday", options).run();
        if options == FORM {
            scenario.try_answer(&["Montreal"]).unwrap();
        } else {
            let login_id = scenario.bank.login_id("Greatday").unwrap();
            let claim = json(&format!(r#"{{"loginId":"{login_id}"}}"#));
            scenario.advance(Event::Returned(&claim));
        }
        scenario.lose_all();
        assert_eq!(scenario.failure().code, code, "{options}");
    }
}

#[test]
fn a_lost_answer_of_a_form_is_no_success_if_the_data_is_older_than_the_flow() {
    let lost = Fault::new(FaultKind::LostRequest).on(Target::Answer);
    let mut scenario = reconnect("Greatday", FORM).with_fault(lost).run();
    scenario.answer(&["Montreal"]);
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
}

#[test]
fn a_restore_while_polling_continues() {
    let mut scenario = reconnect("slow_dispatched", BY_ASYNC)
        .with_authorize_async()
        .start_only();
    scenario.send_one();
    scenario.restore();
    scenario.run_on();
    scenario.frame();
}

#[test]
fn a_flow_can_be_cancelled_at_connect() {
    let mut scenario = reconnect("Greatday", CONNECT).run();
    scenario.advance(Event::Cancelled);
    assert_eq!(scenario.failure().code, ErrorCode::Cancelled);
}
