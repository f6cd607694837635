//! New members of MX: their products, their first job, and what their creation can fail with.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::failure::{ErrorCode, NextAction};
use bank_mfa::flow::{Event, Step};
use bank_mfa::json::Value;
use bank_mfa::simulator::{Fault, FaultKind, MxRules, Target};
use bank_mfa::vendor::Stage;
use scenario::member::{answer_right, json, reply, signing_in};
use scenario::{MINUTE, Scenario, aggregate, continue_member, create, mx_setup};

/// Credentials of `text`, and more parameters, for a new member of the simulated bank.
fn credentials_and(more: &str) -> String {
    let credentials = signing_in("text", "Everyday");
    format!(r#""credentials":{credentials}{more}"#)
}

fn created_with(status: u16) -> MxRules {
    MxRules {
        created_status: status,
        ..MxRules::default()
    }
}

/// The jobs that were requested, by the last part of their paths.
fn jobs(scenario: &Scenario) -> Vec<&str> {
    let posts = scenario.sent.iter().filter(|sent| sent.method == "POST");
    let last = posts.filter_map(|sent| sent.url.rsplit('/').next());
    last.filter(|last| *last != "members").collect()
}

#[test]
fn a_member_that_is_created_without_a_job_gets_one() {
    for (more, job) in [
        ("", "aggregate"),
        (
            r#","dataRequest":{"products":["transactions"]}"#,
            "aggregate",
        ),
        (
            r#","dataRequest":{"products":["identity_verification"]}"#,
            "identify",
        ),
        (
            r#","dataRequest":{"products":["statements","transactions"]}"#,
            "aggregate",
        ),
        (
            r#","dataRequest":{"products":["statements"]},"job":"verify""#,
            "verify",
        ),
        (r#","job":"extend_history""#, "extend_history"),
    ] {
        let setup = create("simulated_bank", &credentials_and(more));
        let mut scenario = setup.with_mx_rules(created_with(200)).run();
        answer_right(&mut scenario);
        scenario.result();
        assert_eq!(jobs(&scenario), [job], "{more}");
        let counts = scenario.bank.counts();
        assert_eq!((counts.credentials, counts.credentials_judged), (1, 1));
        assert!(counts.broken.is_empty(), "{:?}", counts.broken);
    }
}

#[test]
fn a_job_that_the_creation_started_is_not_started_again() {
    for status in [201, 202] {
        let setup = create("simulated_bank", &credentials_and(""));
        let mut scenario = setup.with_mx_rules(created_with(status)).run();
        answer_right(&mut scenario);
        scenario.result();
        assert_eq!(jobs(&scenario), [""; 0]);
    }
}

#[test]
fn a_first_job_that_runs_already_is_polled() {
    let setup = create("simulated_bank", &credentials_and(""));
    let mut scenario = setup.with_mx_rules(created_with(200)).start_only();
    scenario.send_one();
    scenario.deliver(scenario.serial(), &reply(409, ""));
    let stage = Stage::Poll;
    assert!(matches!(scenario.step, Step::Wait { stage: next, .. } if next == stage));
}

#[test]
fn a_creation_whose_reply_is_an_error_of_the_server_has_an_unknown_outcome() {
    let credentials = credentials_and("");
    let mut scenario = create("simulated_bank", &credentials).start_only();
    let body = r#"{"member":{"guid":"MBR-1","connection_status":"CREATED"}}"#;
    scenario.deliver(scenario.serial(), &reply(503, body));
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
}

#[test]
fn an_oauth_member_that_is_created_without_a_job_opens_its_window_first() {
    let setup = create("mx_bank_oauth", r#""isOauth":true"#);
    let scenario = setup.with_mx_rules(created_with(200)).run();
    assert!(matches!(scenario.step, Step::Redirect { .. }));
    assert_eq!(jobs(&scenario), [""; 0]);
}

#[test]
fn a_flow_restored_before_the_first_job_of_its_member_starts_it_and_sends_no_credentials() {
    let setup = create("simulated_bank", &credentials_and(""));
    let mut scenario = setup.with_mx_rules(created_with(200)).start_only();
    scenario.send_one();
    scenario.restore();
    scenario.run_on();
    answer_right(&mut scenario);
    scenario.result();
    assert_eq!(scenario.bank.counts().credentials, 1);
    assert_eq!(jobs(&scenario), ["aggregate"]);
}

#[test]
fn products_are_sent_and_those_that_failed_are_in_the_result() {
    let products = r#","dataRequest":{"products":["transactions","investments","gold_bars"]}"#;
    let mut scenario = create("simulated_bank", &credentials_and(products)).run();
    let body = json(scenario.sent[0].body.as_deref().unwrap());
    let sent = body.get("data_request").get("products");
    assert_eq!(
        sent.print(),
        r#"["transactions","investments","gold_bars"]"#
    );
    scenario.restore();
    answer_right(&mut scenario);
    let failed = scenario.result().get("failedProducts");
    assert_eq!(failed.print(), r#"["investments","gold_bars"]"#);

    let mut scenario = create("simulated_bank", &credentials_and("")).run();
    answer_right(&mut scenario);
    assert_eq!(scenario.result().get("failedProducts"), &Value::Null);
}

#[test]
fn a_new_member_that_is_not_found_at_first_is_asked_for_again() {
    for (status, calls) in [(202, 4), (200, 6)] {
        let rules = MxRules {
            created_visible_after: 7_000,
            ..created_with(status)
        };
        let setup = create("simulated_bank", &credentials_and(""));
        let mut scenario = setup.with_mx_rules(rules).run();
        assert!(scenario.sent.len() >= calls, "{:?}", scenario.sent);
        answer_right(&mut scenario);
        scenario.result();
        assert_eq!(scenario.bank.counts().credentials, 1);
    }
}

#[test]
fn a_new_member_that_is_never_found_fails_after_some_polls() {
    let rules = MxRules {
        created_visible_after: 60 * MINUTE,
        ..MxRules::default()
    };
    let setup = create("simulated_bank", &credentials_and(""));
    let scenario = setup.with_mx_rules(rules).run();
    assert_eq!(scenario.failure().code, ErrorCode::RequestRefused);
    assert_eq!(scenario.failure().status, Some(404));
    assert_eq!(scenario.sent.len(), 7);
}

#[test]
fn a_known_member_that_is_not_found_fails_at_once() {
    let scenario = continue_member("text")
        .with_fault(status(404, None).on(Target::Poll))
        .run();
    assert_eq!(scenario.failure().code, ErrorCode::RequestRefused);
    assert_eq!(scenario.sent.len(), 1);
}

#[test]
fn a_creation_that_is_restored_while_it_is_sent_has_an_unknown_outcome() {
    let credentials = format!(r#""credentials":{}"#, signing_in("text", "Everyday"));
    let mut scenario = create("simulated_bank", &credentials).start_only();
    scenario.restore();
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
    assert!(scenario.sent.is_empty());
}

#[test]
fn a_member_that_exists_is_named_in_the_failure() {
    let credentials = format!(r#""credentials":{}"#, signing_in("taken", "Everyday"));
    let mut scenario = create("simulated_bank", &credentials).run();
    let guid = scenario.bank.member_guid("taken");
    assert_eq!(scenario.failure().code, ErrorCode::MemberExists);
    assert_eq!(scenario.failure().status, Some(409));
    assert_eq!(scenario.failure().member_guid, guid);
    scenario.restore();
    assert_eq!(scenario.failure().member_guid, guid);
}

#[test]
fn a_member_is_named_only_if_the_reply_names_one() {
    let guid = "MBR-84ca0882-ad6c-4f10-817f-c8c0de7424fa";
    let other = "MBR-7c6f361b-e582-15b6-60c0-358f12466b4b";
    for (body, named) in [
        (
            format!(r#"{{"error":{{"message":"exists: {guid}."}}}}"#),
            Some(guid),
        ),
        (
            format!(r#"{{"member":{{"guid":"{guid}"}},"guid":"{guid}"}}"#),
            Some(guid),
        ),
        (format!(r#"{{"one":"{guid}","two":"{other}"}}"#), None),
        (r#"{"error":{"message":"MBR-"}}"#.to_owned(), None),
        (
            r#"{"guid":"MBR-../../../../../../../../../../../users"}"#.to_owned(),
            None,
        ),
        (String::new(), None),
    ] {
        let mut scenario = create("simulated_bank", &credentials_and("")).start_only();
        let reply = reply(409, &body);
        scenario.deliver(1, &reply);
        assert_eq!(scenario.failure().member_guid.as_deref(), named, "{body}");
    }
}

/// MX refuses with this status, and with this `type` of its error.
fn status(status: u16, kind: Option<&str>) -> Fault {
    Fault {
        code: kind.map(str::to_owned),
        ..Fault::new(FaultKind::Status).status(status)
    }
}

#[test]
fn maintenance_means_later_whatever_was_requested() {
    for kind in [
        "institution_maintenance_error",
        "institution_unavailable_error",
    ] {
        for on in [Target::Start, Target::Poll, Target::Answer] {
            let mut scenario = aggregate("text")
                .with_fault(status(400, Some(kind)).on(on))
                .run();
            if let Step::Challenge { .. } = scenario.step {
                scenario.answer(&["Chicago"]);
            }
            let failure = scenario.failure();
            assert_eq!(failure.code, ErrorCode::Busy, "{kind} {on:?}");
            assert_eq!(failure.next, NextAction::RetryLater);
            assert_eq!(failure.vendor_code.as_deref(), Some(kind));
        }
    }
    let other = status(400, Some("invalid_request_error")).on(Target::Start);
    let scenario = aggregate("text").with_fault(other).run();
    assert_eq!(scenario.failure().code, ErrorCode::RequestRefused);
}

#[test]
fn prevented_warns_that_another_try_can_lock_the_login() {
    let scenario = aggregate("prevented").run();
    assert!(scenario.failure().message.contains("can lock the login"));
    assert_eq!(scenario.failure().vendor_code.as_deref(), Some("PREVENTED"));
}

#[test]
fn a_job_that_is_accepted_and_never_starts_ends_the_flow_after_two_minutes() {
    let created =
        br#"{"member":{"guid":"MBR-1","connection_status":"CREATED","is_being_aggregated":false}}"#;
    let mut scenario = create("simulated_bank", &credentials_and("")).start_only();
    let started = scenario.now;
    let reply = reply(200, core::str::from_utf8(created).unwrap());
    loop {
        match scenario.step.clone() {
            Step::Send {
                serial, request, ..
            } => {
                scenario.sent.push(request);
                scenario.deliver(serial, &reply);
            }
            Step::Wait { until, .. } => {
                scenario.now = until;
                scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
            }
            _ => break,
        }
    }
    assert_eq!(scenario.failure().code, ErrorCode::Busy);
    assert_eq!(jobs(&scenario), ["aggregate"]);
    assert!(scenario.now - started < 3 * MINUTE);
}

#[test]
fn ids_jobs_and_versions_that_are_not_known_pass_as_they_are() {
    let params = r#"{"userGuid":"user-1","memberGuid":"no_questions","job":"fetch_rewards"}"#;
    let scenario = mx_setup(params.to_owned())
        .with_config(r#""version":"rc20260430""#)
        .run();
    scenario.result();
    let first = &scenario.sent[0];
    let path = "/users/user-1/members/no_questions/fetch_rewards";
    assert!(first.url.ends_with(path), "{}", first.url);
    let mut scenario = scenario;
    scenario.restore();
    scenario.result();
}

#[test]
fn a_flow_with_ids_of_the_hosts_own_is_restored() {
    let params = r#"{"userGuid":"user-1","memberGuid":"text","job":"aggregate"}"#;
    let mut scenario = mx_setup(params.to_owned()).start_only();
    scenario.restore();
    scenario.run_on();
    answer_right(&mut scenario);
    scenario.result();
}
