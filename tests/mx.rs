//! MX's members against the simulated vendor.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::challenge::{ChallengeKind, FieldType};
use bank_mfa::failure::{ErrorCode, FieldErrorReason, NextAction};
use bank_mfa::flow::{AnswerInput, Event, Flow, Step};
use bank_mfa::json::{Reader, Value};
use bank_mfa::simulator::{Fault, FaultKind, Target};
use bank_mfa::{VENDORS, mx};
use scenario::member::{
    answer_right, json, landing, poll_from_window, reply, signing_in, vendor_ids, window,
};
use scenario::{MINUTE, aggregate, aggregate_and, continue_member, create, update};

// Starts ----------------------------------------------------------------------------------------

#[test]
fn a_member_without_challenges_connects() {
    let scenario = aggregate("no_questions").run();
    assert_eq!(
        scenario.result().get("connectionStatus").as_text(),
        Some("CONNECTED")
    );
    let guid = scenario.bank.member_guid("no_questions");
    assert_eq!(
        scenario.result().get("memberGuid").as_text(),
        guid.as_deref()
    );
}

#[test]
fn a_challenged_member_continues_without_a_new_job() {
    let mut scenario = continue_member("already_challenged").run();
    scenario.round();
    answer_right(&mut scenario);
    scenario.result();
    assert_eq!(scenario.bank.counts().jobs, 0);
}

#[test]
fn a_running_member_continues() {
    continue_member("already_running").run().result();
}

#[test]
fn new_credentials_reconnect_a_member() {
    let scenario = update("denied", &signing_in("denied", "Renewed")).run();
    scenario.result();
    assert_eq!(scenario.bank.counts().credentials, 1);
}

#[test]
fn a_new_member_connects_with_credentials() {
    let credentials = format!(r#""credentials":{}"#, signing_in("text", "Everyday"));
    let mut scenario = create("simulated_bank", &credentials).run();
    answer_right(&mut scenario);
    scenario.result();
    assert_eq!(scenario.bank.counts().credentials, 1);
}

#[test]
fn both_versions_of_the_api_are_supported() {
    aggregate("text").run().round();
    aggregate("text").with_older_version().run().round();
}

#[test]
fn the_environment_names_the_host_of_mx() {
    let url = |environment: &str| {
        let config = json(&format!(r#"{{"environment":"{environment}"}}"#));
        let params = json(r#"{"userGuid":"USR-1","memberGuid":"MBR-1"}"#);
        let (params, config) = (Reader::new("params", &params), Reader::new("host", &config));
        let (vendor, credentials) = (mx::ENTRY.start)(params, config).ok()?;
        let mut flow = Flow::new("flow", vendor);
        match flow.advance(Event::Started(&credentials), 0).unwrap() {
            Step::Send { request, .. } => Some(request.url),
            step => panic!("{step:?}"),
        }
    };
    let path = ".mx.com/users/USR-1/members/MBR-1/status";
    for (environment, host) in [("integration", "int-api"), ("production", "api")] {
        assert_eq!(url(environment), Some(format!("https://{host}{path}")));
    }
    assert_eq!(url("staging"), None);
}

// Challenges ------------------------------------------------------------------------------------

#[test]
fn every_simulated_member_connects_with_the_right_answers() {
    let members = aggregate("text").run().bank.members();
    let with_questions: Vec<_> = members
        .iter()
        .filter(|member| member.group == "challenges")
        .collect();
    assert!(with_questions.len() > 20);
    for member in with_questions {
        let mut scenario = aggregate(member.name).run();
        answer_right(&mut scenario);
        match &scenario.step {
            Step::Done { .. } => {}
            step => panic!("{}: {step:?}", member.name),
        }
        assert!(
            scenario.bank.counts().broken.is_empty(),
            "{}: {:?}",
            member.name,
            scenario.bank.counts().broken
        );
    }
}

#[test]
fn a_type_can_be_a_number_a_name_or_null() {
    for (member, kinds) in [
        (
            "types_in_numbers",
            &[
                ChallengeKind::Question,
                ChallengeKind::Choice,
                ChallengeKind::Code,
            ][..],
        ),
        (
            "types_in_names",
            &[
                ChallengeKind::Question,
                ChallengeKind::Choice,
                ChallengeKind::Code,
            ],
        ),
        (
            "types_of_null",
            &[
                ChallengeKind::Question,
                ChallengeKind::Choice,
                ChallengeKind::ImageText,
                ChallengeKind::ImageChoice,
            ],
        ),
        ("image_bare", &[ChallengeKind::ImageText]),
        ("image_data_uri", &[ChallengeKind::ImageText]),
        ("image_options", &[ChallengeKind::ImageChoice]),
        ("account", &[ChallengeKind::Account]),
        ("unknown_type", &[ChallengeKind::Unknown]),
    ] {
        let scenario = aggregate(member).run();
        let shown: Vec<_> = scenario
            .round()
            .challenges
            .iter()
            .map(|challenge| challenge.kind)
            .collect();
        assert!(
            kinds.iter().all(|kind| shown.contains(kind)),
            "{member}: {shown:?}"
        );
    }
}

#[test]
fn an_image_is_shown_however_its_base64_is_written() {
    for member in ["image_bare", "image_in_lines", "image_data_uri"] {
        let scenario = aggregate(member).run();
        let image = scenario.challenge().image.as_ref().unwrap();
        assert!(!image.src.contains(char::is_whitespace), "{member}");
    }
}

#[test]
fn one_of_several_images_is_picked_by_its_image() {
    let scenario = aggregate("image_options").run();
    let field = &scenario.challenge().fields[0];
    assert_eq!(field.control, FieldType::ImageSelect);
    assert_eq!(field.options.len(), 3);
    assert!(field.options.iter().all(|option| option.image.is_some()));
}

#[test]
fn a_challenge_that_nobody_can_answer_ends_the_flow() {
    for member in ["account_without_options", "svg_image"] {
        let failure = aggregate(member).run().failure().clone();
        assert_eq!(failure.code, ErrorCode::ChallengeUnanswerable, "{member}");
    }
}

#[test]
fn an_unknown_type_can_be_answered_with_nothing() {
    for answers in [&[][..], &[""]] {
        let mut scenario = aggregate("push_approval").run();
        assert!(scenario.challenge().fields[0].optional);
        scenario.answer(answers);
        scenario.result();
        assert_eq!(scenario.bank.counts().answers, 1);
    }
    let refusal = aggregate("text").run().try_answer(&[""]).unwrap_err();
    assert_eq!(refusal.fields[0].reason, FieldErrorReason::Missing);
}

#[test]
fn raw_answers_may_be_empty_only_for_an_unknown_type() {
    for (member, is_allowed) in [("push_approval", true), ("text", false)] {
        for value in ["[]", r#"[""]"#, r#""""#] {
            let mut scenario = aggregate(member).run();
            let round = json(&scenario.flow.snapshot());
            let payload = round.get("flow").get("challengePayload");
            let guid = payload.items()[0].get("guid").as_text().unwrap();
            let raw = json(&format!(r#"{{"{guid}":{value}}}"#));
            let submitted = scenario.submit_raw(&raw);
            assert_eq!(submitted.is_ok(), is_allowed, "{member} {value}");
            scenario.run_on();
            assert_eq!(scenario.bank.counts().answers, u32::from(is_allowed));
        }
    }
}

#[test]
fn raw_answers_under_a_foreign_guid_are_refused_and_not_sent() {
    let mut scenario = aggregate("text").run();
    let before = scenario.flow.snapshot();
    for raw in [r#"{"CRD-1":"Chicago"}"#, r#"{"__proto__":"Chicago"}"#] {
        let raw = json(raw);
        let event = Event::Answered(1, AnswerInput::Raw(&raw));
        let refusal = scenario.flow.advance(event, scenario.now).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::InvalidAnswer);
        assert_eq!(refusal.fields[0].name, "0");
    }
    assert_eq!(scenario.flow.snapshot(), before);
}

#[test]
fn markup_in_a_label_stays_text() {
    let scenario = aggregate("markup").run();
    assert!(
        scenario
            .round()
            .challenges
            .iter()
            .any(|challenge| challenge.prompt.contains('<'))
    );
}

#[test]
fn a_code_by_phone_takes_two_rounds() {
    let mut scenario = aggregate("code_by_phone").run();
    assert_eq!(scenario.challenge().kind, ChallengeKind::Choice);
    scenario.answer(&["0"]);
    assert_eq!(scenario.challenge().kind, ChallengeKind::Code);
    assert_eq!(
        scenario.challenge().fields[0].autocomplete,
        Some("one-time-code")
    );
}

#[test]
fn two_option_challenges_do_not_overwrite_each_other() {
    let mut scenario = aggregate("two_options").run();
    scenario.answer(&["0", "1"]);
    let resume = scenario
        .sent
        .iter()
        .find(|request| request.url.ends_with("/resume"));
    let body = json(resume.unwrap().body.as_deref().unwrap());
    let challenges = body.get("member").get("challenges").items().to_vec();
    assert_eq!(challenges.len(), 2);
    assert_ne!(challenges[0].get("guid"), challenges[1].get("guid"));
    assert_ne!(challenges[0].get("value"), challenges[1].get("value"));
}

#[test]
fn challenges_with_equal_labels_are_answered_by_guid() {
    let mut scenario = aggregate("equal_labels").run();
    let prompts: Vec<_> = scenario
        .round()
        .challenges
        .iter()
        .map(|challenge| &challenge.prompt)
        .collect();
    assert!(prompts.windows(2).all(|pair| pair[0] == pair[1]));
    answer_right(&mut scenario);
    scenario.result();
}

#[test]
fn a_challenge_can_have_thousands_of_options() {
    let scenario = aggregate("many_options").run();
    assert_eq!(scenario.challenge().fields[0].options.len(), 3000);
}

#[test]
fn challenges_missing_from_the_status_are_requested() {
    let mut scenario = aggregate("challenges_apart").run();
    assert!(
        scenario
            .sent
            .iter()
            .any(|request| request.url.ends_with("/challenges"))
    );
    answer_right(&mut scenario);
    scenario.result();
}

// Rounds ----------------------------------------------------------------------------------------

#[test]
fn the_status_is_requested_before_every_resume() {
    let mut scenario = aggregate("text").run();
    let before = scenario.sent.len();
    answer_right(&mut scenario);
    assert!(scenario.sent[before].url.ends_with("/status"));
    assert!(scenario.sent[before + 1].url.ends_with("/resume"));
}

#[test]
fn only_a_resume_is_sent_at_most_once() {
    let mut scenario = aggregate("text").run();
    answer_right(&mut scenario);
    for request in &scenario.sent {
        let is_resume = request.url.ends_with("/resume");
        assert_eq!(request.once, is_resume, "{request:?}");
    }
}

#[test]
fn an_answer_to_an_expired_member_is_not_sent() {
    let mut scenario = aggregate("text").run();
    scenario.now += 10 * MINUTE;
    scenario.answer(&["anything"]);
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
    assert_eq!(scenario.bank.counts().answers, 0);
}

#[test]
fn a_wrong_answer_fails_or_is_asked_again() {
    let mut scenario = aggregate("wrong_ends").run();
    scenario.answer(&["wrong"]);
    assert_eq!(scenario.failure().code, ErrorCode::AnswerRefused);

    let mut scenario = aggregate("wrong_again").run();
    scenario.answer(&["wrong"]);
    assert_eq!(scenario.round().number, 2);
}

#[test]
fn challenges_that_come_with_rejected_are_asked_as_refused() {
    let mut scenario = aggregate("wrong_at_once").run();
    for number in 2..=3 {
        scenario.answer(&["wrong"]);
        assert_eq!(
            (scenario.round().number, scenario.round().refused),
            (number, true)
        );
    }
    answer_right(&mut scenario);
    scenario.result();
    let counts = scenario.bank.counts();
    assert_eq!((counts.answers, counts.answers_judged), (3, 3));
    assert!(counts.broken.is_empty(), "{:?}", counts.broken);
}

#[test]
fn a_lost_answer_to_challenges_that_came_with_rejected_is_asked_again() {
    let mut scenario = aggregate("wrong_at_once").run();
    scenario.answer(&["wrong"]);
    scenario
        .bank
        .fault(Fault::new(FaultKind::LostRequest).on(Target::Answer));
    scenario.answer(&["Rex"]);
    assert_eq!(scenario.round().number, 3);
    answer_right(&mut scenario);
    scenario.result();
}

#[test]
fn rejected_with_the_challenges_that_were_answered_is_the_end() {
    let mut scenario = aggregate("wrong_ends").run();
    let challenges = json(&scenario.flow.snapshot());
    let challenges = challenges.get("flow").get("challengePayload").print();
    scenario.try_answer(&["wrong"]).unwrap();
    for status in ["CHALLENGED", "RESUMED", "REJECTED", "REJECTED"] {
        while let Step::Wait { until, .. } = scenario.step {
            scenario.now = until;
            scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
        }
        if let Step::Resubmit { round, .. } = scenario.step {
            let answers = json(r#"{"1.1.answer":"wrong"}"#);
            let event = Event::Answered(round, AnswerInput::Fields(&answers));
            scenario.advance(event);
        }
        let Step::Send { serial, .. } = scenario.step else {
            panic!("{:?}", scenario.step)
        };
        let running = status != "REJECTED";
        let body = format!(
            r#"{{"member":{{"connection_status":"{status}","is_being_aggregated":{running},"challenges":{challenges}}}}}"#
        );
        scenario.deliver(serial, &reply(200, &body));
    }
    assert_eq!(scenario.failure().code, ErrorCode::AnswerRefused);
}

#[test]
fn polls_are_three_seconds_apart_even_if_the_person_answers_at_once() {
    let mut scenario = aggregate("three_rounds").run();
    answer_right(&mut scenario);
    scenario.result();
    assert!(
        scenario.bank.counts().broken.is_empty(),
        "{:?}",
        scenario.bank.counts().broken
    );
}

#[test]
fn answers_that_are_not_resubmitted_are_asked_again() {
    let mut scenario = aggregate("text").run();
    let number = scenario.round().number;
    scenario.now += MINUTE;
    scenario.try_answer(&["anything"]).unwrap();
    let Step::Send {
        serial, request, ..
    } = scenario.step.clone()
    else {
        panic!()
    };
    let reply = scenario.send(&request);
    scenario.deliver(serial, &reply);
    let Step::Resubmit { until, .. } = scenario.step else {
        panic!("{:?}", scenario.step)
    };
    let early = scenario.flow.advance(Event::Waited, until - 1).unwrap();
    assert_eq!(early, scenario.step);
    scenario.now = until;
    scenario.advance(Event::Waited);
    assert_eq!(scenario.round().number, number);
    assert_eq!(scenario.bank.counts().answers, 0);
}

#[test]
fn an_answer_that_mx_refuses_with_400_is_refused_in_the_next_round_after_a_restore_too() {
    for (status, is_restored) in [(202, false), (400, false), (400, true)] {
        let mut scenario = aggregate("text").run();
        scenario.now += MINUTE;
        scenario.try_answer(&["anything"]).unwrap();
        scenario.send_one();
        let answers = scenario.answers.clone();
        scenario.advance(Event::Answered(1, AnswerInput::Fields(&answers)));
        scenario.deliver(scenario.serial(), &reply(status, ""));
        if is_restored {
            scenario.restore();
        }
        let Step::Wait { until, .. } = scenario.step else {
            panic!("{:?}", scenario.step)
        };
        scenario.now = until;
        scenario.advance(Event::Waited);
        let asks =
            r#"{"member":{"connection_status":"CHALLENGED","challenges":[{"guid":"CRD-new"}]}}"#;
        scenario.deliver(scenario.serial(), &reply(200, asks));
        assert_eq!(scenario.round().refused, status == 400);
    }
}

#[test]
fn a_flow_restored_before_its_answers_were_sent_asks_again() {
    let mut scenario = aggregate("text").run();
    scenario.now += MINUTE;
    scenario.try_answer(&["anything"]).unwrap();
    scenario.restore();
    scenario.round();
    // The pre-check may have reached MX, so the next pre-check waits three seconds.
    scenario.try_answer(&["anything"]).unwrap();
    let next = scenario.now + 3_000;
    assert!(matches!(scenario.step, Step::Wait { until, .. } if until == next));
}

// Statuses --------------------------------------------------------------------------------------

#[rustfmt::skip]
const STATUSES: &[(&str, ErrorCode, NextAction)] = &[
    ("prevented",     ErrorCode::TooManyAttempts,    NextAction::AskCredentials),
    ("denied",        ErrorCode::CredentialsRefused, NextAction::AskCredentials),
    ("denied_object", ErrorCode::CredentialsRefused, NextAction::AskCredentials),
    ("denied_empty",  ErrorCode::CredentialsRefused, NextAction::AskCredentials),
    ("denied_silent", ErrorCode::CredentialsRefused, NextAction::AskCredentials),
    ("imported",      ErrorCode::CredentialsRefused, NextAction::AskCredentials),
    ("impaired",      ErrorCode::CredentialsRefused, NextAction::AskCredentials),
    ("rejected",      ErrorCode::AnswerRefused,      NextAction::StartOver),
    ("expired",       ErrorCode::SessionExpired,     NextAction::StartOver),
    ("locked",        ErrorCode::BankActionRequired, NextAction::VisitBank),
    ("impeded",       ErrorCode::BankActionRequired, NextAction::VisitBank),
    ("degraded",      ErrorCode::Busy,               NextAction::RetryLater),
    ("disconnected",  ErrorCode::Busy,               NextAction::RetryLater),
    ("delayed",       ErrorCode::Busy,               NextAction::RetryLater),
    ("failed",        ErrorCode::Busy,               NextAction::RetryLater),
    ("discontinued",  ErrorCode::InstitutionClosed,  NextAction::GiveUp),
    ("closed",        ErrorCode::InstitutionClosed,  NextAction::GiveUp),
    ("disabled",      ErrorCode::InstitutionClosed,  NextAction::GiveUp),
    ("something_new", ErrorCode::Refused,            NextAction::GiveUp),
];

#[test]
fn each_status_has_its_next_action() {
    for (member, code, next) in STATUSES {
        let scenario = aggregate_and(member, r#","signIn":"never""#).run();
        let failure = scenario.failure();
        assert_eq!((failure.code, failure.next), (*code, *next), "{member}");
    }
}

#[test]
fn a_status_from_before_the_job_is_ignored() {
    for member in ["stale_denied", "stale_expired"] {
        let mut scenario = aggregate(member).run();
        answer_right(&mut scenario);
        scenario.result();
    }
}

#[test]
fn a_connected_member_that_may_still_run_is_polled_again() {
    let mut scenario = aggregate("slim").run();
    scenario.round();
    answer_right(&mut scenario);
    scenario.result();
}

#[test]
fn a_status_does_not_end_the_flow_while_a_job_runs() {
    for member in [
        "delayed_running",
        "denied_running",
        "connected_running",
        "something_new_running",
    ] {
        aggregate(member).run().result();
    }
}

#[test]
fn a_202_that_starts_no_job_ends_the_flow() {
    aggregate("throttled").run().result();
}

#[test]
fn another_running_job_fails_with_retry_later() {
    let scenario = aggregate("busy").run();
    assert_eq!(scenario.failure().code, ErrorCode::ConcurrentSession);
    assert_eq!(scenario.failure().next, NextAction::RetryLater);
}

#[test]
fn endless_polling_times_out() {
    let scenario = aggregate("endless").run();
    assert_eq!(scenario.failure().code, ErrorCode::TimedOut);
}

#[test]
fn failed_polls_are_tolerated_up_to_a_limit() {
    let fault = |times| Fault {
        times,
        ..Fault::new(FaultKind::Html).on(Target::Poll)
    };
    aggregate("no_questions")
        .with_fault(fault(5))
        .run()
        .result();
    let scenario = aggregate("no_questions").with_fault(fault(99)).run();
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
}

#[test]
fn replies_without_a_member_end_with_outcome_unknown() {
    for kind in [
        FaultKind::NoMember,
        FaultKind::NullMember,
        FaultKind::MemberList,
        FaultKind::Empty,
    ] {
        let fault = Fault {
            times: 99,
            ..Fault::new(kind).on(Target::Poll)
        };
        let scenario = aggregate("no_questions").with_fault(fault).run();
        assert_eq!(
            scenario.failure().code,
            ErrorCode::OutcomeUnknown,
            "{kind:?}"
        );
    }
}

// Lost replies ----------------------------------------------------------------------------------

#[test]
fn a_lost_job_is_sent_again() {
    // This member was connected before the job. A status request in place of the job would look like the end.
    let scenario = aggregate("failed")
        .with_fault(Fault::new(FaultKind::LostRequest).on(Target::Start))
        .run();
    assert_eq!(scenario.failure().code, ErrorCode::Busy);
    let counts = scenario.bank.counts();
    assert_eq!((counts.jobs, counts.jobs_started), (2, 1));
}

#[test]
fn a_job_with_a_lost_reply_is_sent_again_and_runs_once() {
    let lost = Fault::new(FaultKind::LostReply).on(Target::Start);
    let mut scenario = aggregate("text").with_fault(lost).run();
    answer_right(&mut scenario);
    scenario.result();
    let counts = scenario.bank.counts();
    assert_eq!((counts.jobs, counts.jobs_started), (2, 1));
    assert!(counts.broken.is_empty(), "{:?}", counts.broken);
}

#[test]
fn a_job_is_sent_again_after_a_restore() {
    let mut scenario = aggregate("failed").start_only();
    scenario.restore();
    scenario.run_on();
    assert_eq!(scenario.failure().code, ErrorCode::Busy);
    assert_eq!(scenario.bank.counts().jobs, 1);
}

#[test]
fn a_job_that_is_always_lost_ends_with_outcome_unknown() {
    let lost = Fault {
        times: 99,
        ..Fault::new(FaultKind::LostRequest).on(Target::Start)
    };
    let scenario = aggregate("text").with_fault(lost).run();
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
    assert_eq!(scenario.failure().next, NextAction::RetryLater);
}

#[test]
fn a_resume_with_a_lost_reply_continues() {
    let mut scenario = aggregate("text")
        .with_fault(Fault::new(FaultKind::LostReply).on(Target::Answer))
        .run();
    answer_right(&mut scenario);
    scenario.result();
    assert_eq!(scenario.bank.counts().answers, 1);
    let broken = scenario.bank.counts().broken;
    assert!(broken.is_empty(), "the poll comes too early: {broken:?}");
}

#[test]
fn a_lost_resume_is_asked_again_after_two_polls() {
    let mut scenario = aggregate("text")
        .with_fault(Fault::new(FaultKind::LostRequest).on(Target::Answer))
        .run();
    let before = scenario.round().number;
    scenario.answer(&["anything"]);
    assert_eq!(scenario.round().number, before + 1);
    assert_eq!(scenario.bank.counts().answers_judged, 0);
}

#[test]
fn lost_credentials_are_never_sent_again() {
    let lost = Fault::new(FaultKind::LostReply).on(Target::Start);
    let scenario = update("denied", &signing_in("denied", "Renewed"))
        .with_fault(lost)
        .run();
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
    assert_eq!(scenario.sent.len(), 1);
}

#[test]
fn a_lost_first_status_is_repeated_after_three_seconds() {
    for kind in [FaultKind::LostReply, FaultKind::Html] {
        let mut scenario = continue_member("already_challenged")
            .with_fault(Fault::new(kind).on(Target::Poll))
            .run();
        answer_right(&mut scenario);
        scenario.result();
        let broken = scenario.bank.counts().broken;
        assert!(broken.is_empty(), "{broken:?}");
    }
}

// OAuth -----------------------------------------------------------------------------------------

#[test]
fn a_pending_member_opens_a_window_and_a_new_window_after_a_restore() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let first = window(&scenario);
    assert!(first.starts_with("https://"));
    scenario.restore();
    scenario.run_on();
    assert_ne!(window(&scenario), first);
}

#[test]
fn a_window_that_the_host_kept_survives_a_restore_and_a_poll() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let (first, sent) = (window(&scenario), scenario.sent.len());
    let snapshot = scenario.flow.snapshot();
    let config = Value::parse(br#"{"environment":"integration"}"#).unwrap();
    scenario.flow = Flow::restore(&snapshot, VENDORS, &config).unwrap();
    let event = Event::RestoredAtWindow(&first);
    scenario.advance(event);
    assert_eq!(
        (window(&scenario), scenario.sent.len()),
        (first.clone(), sent)
    );

    let Step::Redirect { until, .. } = scenario.step else {
        panic!()
    };
    scenario.now = until;
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    scenario.run_on();
    assert_eq!(window(&scenario), first);
    assert_eq!(scenario.sent.len(), sent + 1, "only the poll was sent");
}

#[test]
fn a_flow_without_a_window_cannot_be_restored_at_a_window() {
    let mut scenario = aggregate("text").run();
    let event = Event::RestoredAtWindow("https://bank.example");
    let refusal = scenario.flow.advance(event, scenario.now).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::OutOfTurn);
}

#[test]
fn a_return_with_another_member_guid_changes_the_member() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let other = scenario.bank.member_guid("no_questions").unwrap();
    let landing = landing(&other);
    scenario.advance(Event::Returned(&landing));
    assert_eq!(
        vendor_ids(&scenario).get("member_guid").as_text(),
        Some(other.as_str())
    );
}

#[test]
fn a_quick_return_waits_for_the_next_poll() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let step = scenario
        .flow
        .advance(Event::Returned(&Value::Null), scenario.now)
        .unwrap();
    let next = scenario.now + 3_000;
    assert!(matches!(step, Step::Wait { until, .. } if until == next));
}

#[test]
fn a_return_without_a_sign_in_opens_a_new_window() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let first = window(&scenario);
    let no_claim = Value::Null;
    for _ in 0..2 {
        // Twice, because a page can report a return twice.
        let event = Event::Returned(&no_claim);
        scenario.advance(event);
    }
    scenario.run_on();
    assert_ne!(window(&scenario), first);
}

#[test]
fn a_return_during_a_poll_changes_the_member() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let Step::Redirect { until, .. } = scenario.step else {
        panic!()
    };
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    let other = scenario.bank.member_guid("no_questions").unwrap();
    let landing = landing(&other);
    let step = scenario
        .flow
        .advance(Event::Returned(&landing), until)
        .unwrap();
    assert!(matches!(step, Step::Sending { .. }));
    assert_eq!(
        vendor_ids(&scenario).get("member_guid").as_text(),
        Some(other.as_str())
    );
}

#[test]
fn a_return_with_a_malformed_guid_is_refused() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let landing = landing("../users");
    let refusal = scenario
        .flow
        .advance(Event::Returned(&landing), scenario.now)
        .unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InvalidInput);
    window(&scenario);
}

#[test]
fn a_lost_poll_keeps_the_window_open() {
    let lost = Fault {
        times: 3,
        ..Fault::new(FaultKind::LostReply).on(Target::Poll)
    };
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let first = window(&scenario);
    scenario.bank.fault(lost);
    for _ in 0..4 {
        poll_from_window(&mut scenario);
        assert_eq!(window(&scenario), first);
    }
}
