//! MX's members against the simulated vendor.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::VENDORS;
use bank_mfa::challenge::ChallengeKind;
use bank_mfa::failure::{ErrorCode, NextAction};
use bank_mfa::flow::{AnswerInput, Event, Flow, Step};
use bank_mfa::json::Value;
use bank_mfa::simulator::{Fault, FaultKind, Incoming, MxRules, On};
use scenario::{MINUTE, Scenario, aggregate, aggregate_in_widget, create, update, watch};

fn json(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

fn key(scenario: &Scenario) -> Value {
    json(&scenario.flow.snapshot()).get("vendorIds").clone()
}

/// Answers each round as the simulator says is right, by the labels that a person sees.
fn answer_right(scenario: &mut Scenario) {
    while let Step::Challenge { round } = scenario.step.clone() {
        let guid = key(scenario)
            .get("member_guid")
            .as_text()
            .unwrap()
            .to_owned();
        let right = json(&scenario.bank.right_values_json(&guid).unwrap());
        let mut raw = Value::object();
        for answer in right.get("member").get("challenges").items() {
            raw.set(
                answer.get("guid").as_text().unwrap(),
                answer.get("value").clone(),
            );
        }
        let event = Event::Answered(round.number, AnswerInput::Raw(&raw));
        scenario.step = scenario.flow.advance(event, scenario.now).unwrap();
        scenario.give_raw(&raw);
        scenario.go_on();
    }
}

// Starting points -------------------------------------------------------------------------------

#[test]
fn a_member_without_questions_is_connected() {
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
fn a_member_that_is_challenged_already_is_taken_up() {
    let mut scenario = watch("already_challenged").run();
    scenario.round();
    answer_right(&mut scenario);
    scenario.result();
    assert_eq!(scenario.bank.counts().jobs, 0);
}

#[test]
fn a_member_that_runs_already_is_taken_up() {
    watch("already_running").run().result();
}

#[test]
fn new_credentials_connect_a_member_again() {
    let scenario = update("denied", &signing_in("denied", "Renewed")).run();
    scenario.result();
    assert_eq!(scenario.bank.counts().credentials, 1);
}

#[test]
fn a_new_member_signs_in_with_credentials() {
    let credentials = format!(r#""credentials":{}"#, signing_in("text", "Everyday"));
    let mut scenario = create("simulated_bank", &credentials).run();
    answer_right(&mut scenario);
    scenario.result();
    assert_eq!(scenario.bank.counts().credentials, 1);
}

/// The credentials of the simulated bank, by their guids.
fn signing_in(username: &str, password: &str) -> String {
    let mut scenario = aggregate("text").run();
    let guids = scenario.credential_guids("simulated_bank");
    format!(
        r#"[{{"guid":"{}","value":"{username}"}},{{"guid":"{}","value":"{password}"}}]"#,
        guids[0], guids[1]
    )
}

#[test]
fn both_versions_of_the_api_are_spoken() {
    aggregate("text").run().round();
    aggregate("text").by_the_older_version().run().round();
}

// Challenges ------------------------------------------------------------------------------------

#[test]
fn everyone_gets_to_the_end_with_the_right_answers() {
    let members = aggregate("text").run().bank.members();
    let asked: Vec<_> = members
        .iter()
        .filter(|member| member.group == "challenges")
        .collect();
    assert!(asked.len() > 20);
    for member in asked {
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
fn types_come_as_numbers_names_and_null() {
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
        let asked: Vec<_> = scenario
            .round()
            .challenges
            .iter()
            .map(|asked| asked.kind)
            .collect();
        assert!(
            kinds.iter().all(|kind| asked.contains(kind)),
            "{member}: {asked:?}"
        );
    }
}

#[test]
fn a_picture_is_shown_and_one_that_could_carry_a_script_is_not() {
    for (member, shown) in [
        ("image_bare", true),
        ("image_data_uri", true),
        ("svg_image", false),
    ] {
        let scenario = aggregate(member).run();
        let image = scenario
            .round()
            .challenges
            .iter()
            .any(|asked| asked.image.is_some());
        assert_eq!(image, shown, "{member}");
    }
}

#[test]
fn labels_are_text() {
    let scenario = aggregate("markup").run();
    assert!(
        scenario
            .round()
            .challenges
            .iter()
            .any(|asked| asked.prompt.contains('<'))
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
fn equal_labels_are_told_apart_by_their_guids() {
    let mut scenario = aggregate("equal_labels").run();
    let prompts: Vec<_> = scenario
        .round()
        .challenges
        .iter()
        .map(|asked| &asked.prompt)
        .collect();
    assert!(prompts.windows(2).all(|pair| pair[0] == pair[1]));
    answer_right(&mut scenario);
    scenario.result();
}

#[test]
fn thousands_of_options_can_be_picked_from() {
    let scenario = aggregate("many_options").run();
    assert_eq!(scenario.challenge().fields[0].options.len(), 3000);
}

#[test]
fn challenges_that_the_status_leaves_out_are_asked_for() {
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
fn the_status_is_read_before_every_answer() {
    let mut scenario = aggregate("text").run();
    let before = scenario.sent.len();
    answer_right(&mut scenario);
    assert!(scenario.sent[before].url.ends_with("/status"));
    assert!(scenario.sent[before + 1].url.ends_with("/resume"));
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
fn a_wrong_answer_ends_or_is_asked_again() {
    let mut scenario = aggregate("wrong_ends").run();
    scenario.answer(&["wrong"]);
    assert_eq!(scenario.failure().code, ErrorCode::AnswerRefused);

    let mut scenario = aggregate("wrong_again").run();
    scenario.answer(&["wrong"]);
    assert_eq!(scenario.round().number, 2);
}

#[test]
fn polls_keep_three_seconds_also_when_a_person_answers_at_once() {
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
fn answers_that_nobody_supplies_are_asked_for_again() {
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
    scenario.now = until;
    scenario.step = scenario.flow.advance(Event::Waited, scenario.now).unwrap();
    assert_eq!(scenario.round().number, number);
    assert_eq!(scenario.bank.counts().answers, 0);
}

#[test]
fn a_flow_taken_up_before_its_answers_were_sent_asks_the_person() {
    let mut scenario = aggregate("text").run();
    scenario.now += MINUTE;
    scenario.try_answer(&["anything"]).unwrap();
    scenario.restore();
    scenario.round();
    // The look may have reached MX, and the next one keeps its distance.
    scenario.try_answer(&["anything"]).unwrap();
    let next = scenario.now + 3_000;
    assert!(matches!(scenario.step, Step::Wait { until, .. } if until == next));
}

// Statuses --------------------------------------------------------------------------------------

#[rustfmt::skip]
const STATUSES: &[(&str, ErrorCode, NextAction)] = &[
    ("prevented",     ErrorCode::CredentialsRefused, NextAction::AskCredentials),
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
fn each_status_ends_with_its_next_action() {
    for (member, code, next) in STATUSES {
        let scenario = aggregate(member).run();
        let failure = scenario.failure();
        assert_eq!((failure.code, failure.next), (*code, *next), "{member}");
    }
}

#[test]
fn a_status_left_over_from_before_the_job_is_not_believed() {
    for member in ["stale_denied", "stale_expired"] {
        let mut scenario = aggregate(member).run();
        answer_right(&mut scenario);
        scenario.result();
    }
}

#[test]
fn a_connected_member_that_may_still_run_is_looked_at_again() {
    let mut scenario = aggregate("slim").run();
    scenario.round();
    answer_right(&mut scenario);
    scenario.result();
}

#[test]
fn a_status_while_a_job_runs_is_not_the_end() {
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
fn a_202_that_starts_nothing_is_not_waited_for() {
    aggregate("throttled").run().result();
}

#[test]
fn another_job_in_the_way_is_a_matter_of_time() {
    let scenario = aggregate("busy").run();
    assert_eq!(scenario.failure().code, ErrorCode::ConcurrentSession);
    assert_eq!(scenario.failure().next, NextAction::RetryLater);
}

#[test]
fn a_flow_that_polls_has_an_end() {
    let scenario = aggregate("endless").run();
    assert_eq!(scenario.failure().code, ErrorCode::TimedOut);
}

#[test]
fn failed_polls_are_tolerated_within_a_bound() {
    let fault = |times| Fault {
        times,
        ..Fault::new(FaultKind::Html).on(On::Poll)
    };
    aggregate("no_questions").but(fault(5)).run().result();
    let scenario = aggregate("no_questions").but(fault(99)).run();
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
}

#[test]
fn whatever_stands_in_the_place_of_a_member_is_no_hang_and_no_success() {
    for kind in [
        FaultKind::NoMember,
        FaultKind::NullMember,
        FaultKind::MemberList,
        FaultKind::Empty,
    ] {
        let fault = Fault {
            times: 99,
            ..Fault::new(kind).on(On::Poll)
        };
        let scenario = aggregate("no_questions").but(fault).run();
        assert_eq!(
            scenario.failure().code,
            ErrorCode::OutcomeUnknown,
            "{kind:?}"
        );
    }
}

// Lost replies ----------------------------------------------------------------------------------

#[test]
fn a_job_that_was_not_heard_is_sent_again() {
    // Before it, this member was connected: a look would take that for the end.
    let scenario = aggregate("failed")
        .but(Fault::new(FaultKind::LostRequest).on(On::Start))
        .run();
    assert_eq!(scenario.failure().code, ErrorCode::Busy);
    let counts = scenario.bank.counts();
    assert_eq!((counts.jobs, counts.jobs_started), (2, 1));
}

#[test]
fn a_job_whose_reply_was_lost_is_sent_again_and_runs_once() {
    let lost = Fault::new(FaultKind::LostReply).on(On::Start);
    let mut scenario = aggregate("text").but(lost).run();
    answer_right(&mut scenario);
    scenario.result();
    let counts = scenario.bank.counts();
    assert_eq!((counts.jobs, counts.jobs_started), (2, 1));
    assert!(counts.broken.is_empty(), "{:?}", counts.broken);
}

#[test]
fn a_job_that_a_crash_has_cut_off_is_sent_again() {
    let mut scenario = aggregate("failed").pause();
    scenario.restore();
    scenario.go_on();
    assert_eq!(scenario.failure().code, ErrorCode::Busy);
    assert_eq!(scenario.bank.counts().jobs, 1);
}

#[test]
fn a_job_that_never_gets_through_ends_honestly() {
    let lost = Fault {
        times: 99,
        ..Fault::new(FaultKind::LostRequest).on(On::Start)
    };
    let scenario = aggregate("text").but(lost).run();
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
    assert_eq!(scenario.failure().next, NextAction::RetryLater);
}

#[test]
fn a_lost_resume_that_was_heard_goes_on() {
    let mut scenario = aggregate("text")
        .but(Fault::new(FaultKind::LostReply).on(On::Answer))
        .run();
    answer_right(&mut scenario);
    scenario.result();
    assert_eq!(scenario.bank.counts().answers, 1);
    let broken = scenario.bank.counts().broken;
    assert!(broken.is_empty(), "the look comes too early: {broken:?}");
}

#[test]
fn a_lost_resume_that_was_not_heard_is_asked_for_after_two_polls() {
    let mut scenario = aggregate("text")
        .but(Fault::new(FaultKind::LostRequest).on(On::Answer))
        .run();
    let before = scenario.round().number;
    scenario.answer(&["anything"]);
    assert_eq!(scenario.round().number, before + 1);
    assert_eq!(scenario.bank.counts().answers_judged, 0);
}

#[test]
fn new_credentials_that_were_lost_are_never_sent_again() {
    let lost = Fault::new(FaultKind::LostReply).on(On::Start);
    let scenario = update("denied", &signing_in("denied", "Renewed"))
        .but(lost)
        .run();
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
    assert_eq!(scenario.sent.len(), 1);
}

#[test]
fn a_first_look_that_was_lost_keeps_its_distance() {
    for kind in [FaultKind::LostReply, FaultKind::Html] {
        let mut scenario = watch("already_challenged")
            .but(Fault::new(kind).on(On::Poll))
            .run();
        answer_right(&mut scenario);
        scenario.result();
        let broken = scenario.bank.counts().broken;
        assert!(broken.is_empty(), "{broken:?}");
    }
}

// OAuth -----------------------------------------------------------------------------------------

fn window(scenario: &Scenario) -> String {
    match &scenario.step {
        Step::Redirect { url, .. } => url.clone(),
        step => panic!("no window, but {step:?}"),
    }
}

#[test]
fn a_pending_member_opens_a_window_and_another_after_a_restore() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let first = window(&scenario);
    assert!(first.starts_with("https://"));
    scenario.restore();
    scenario.go_on();
    assert_ne!(window(&scenario), first);
}

#[test]
fn a_window_that_its_host_kept_stays_the_same_over_a_snapshot_and_a_poll() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let (first, sent) = (window(&scenario), scenario.sent.len());
    let snapshot = scenario.flow.snapshot();
    let config = Value::parse(br#"{"environment":"integration"}"#).unwrap();
    scenario.flow = Flow::restore(&snapshot, VENDORS, &config).unwrap();
    let event = Event::RestoredAtWindow(&first);
    scenario.step = scenario.flow.advance(event, scenario.now).unwrap();
    assert_eq!(
        (window(&scenario), scenario.sent.len()),
        (first.clone(), sent)
    );

    let Step::Redirect { until, .. } = scenario.step else {
        panic!()
    };
    scenario.now = until;
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    scenario.go_on();
    assert_eq!(window(&scenario), first);
    assert_eq!(
        scenario.sent.len(),
        sent + 1,
        "and nothing but the poll was sent"
    );
}

#[test]
fn only_a_flow_at_its_window_is_continued_there() {
    let mut scenario = aggregate("text").run();
    let event = Event::RestoredAtWindow("https://bank.example");
    let refusal = scenario.flow.advance(event, scenario.now).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::OutOfTurn);
}

#[test]
fn a_return_with_another_member_guid_is_followed() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let other = scenario.bank.member_guid("no_questions").unwrap();
    let landing = Value::from(other.as_str());
    scenario.step = scenario
        .flow
        .advance(Event::Returned(&landing), scenario.now)
        .unwrap();
    assert_eq!(
        key(&scenario).get("member_guid").as_text(),
        Some(other.as_str())
    );
}

#[test]
fn a_person_who_comes_back_at_once_is_looked_for_at_the_next_poll() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let step = scenario
        .flow
        .advance(Event::Returned(&Value::Null), scenario.now)
        .unwrap();
    let next = scenario.now + 3_000;
    assert!(matches!(step, Step::Wait { until, .. } if until == next));
}

#[test]
fn a_person_who_comes_back_without_having_signed_in_gets_another_window() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let first = window(&scenario);
    let nobody = Value::Null;
    for _ in 0..2 {
        // Twice, as a page may hear of it twice.
        let event = Event::Returned(&nobody);
        scenario.step = scenario.flow.advance(event, scenario.now).unwrap();
    }
    scenario.go_on();
    assert_ne!(window(&scenario), first);
}

#[test]
fn a_return_in_the_middle_of_a_look_is_taken_note_of() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let Step::Redirect { until, .. } = scenario.step else {
        panic!()
    };
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    let other = scenario.bank.member_guid("no_questions").unwrap();
    let landing = Value::from(other.as_str());
    let step = scenario
        .flow
        .advance(Event::Returned(&landing), until)
        .unwrap();
    assert!(matches!(step, Step::Sending { .. }));
    assert_eq!(
        key(&scenario).get("member_guid").as_text(),
        Some(other.as_str())
    );
}

#[test]
fn a_return_with_a_guid_that_is_none_is_refused() {
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let landing = Value::from("../users");
    let refusal = scenario
        .flow
        .advance(Event::Returned(&landing), scenario.now)
        .unwrap_err();
    assert_eq!(refusal.code, ErrorCode::InvalidInput);
    window(&scenario);
}

#[test]
fn a_lost_look_leaves_the_person_at_the_window() {
    let lost = Fault {
        times: 3,
        ..Fault::new(FaultKind::LostReply).on(On::Poll)
    };
    let mut scenario = create("mx_bank_oauth", r#""isOauth":true"#).run();
    let first = window(&scenario);
    scenario.bank.fault(lost);
    for _ in 0..4 {
        look(&mut scenario);
        assert_eq!(window(&scenario), first);
    }
}

// The widget ------------------------------------------------------------------------------------

/// The flow looks from the window, once, and either stays there or is at its end.
fn look(scenario: &mut Scenario) {
    let Step::Redirect { until, .. } = scenario.step else {
        panic!("no window, but {:?}", scenario.step)
    };
    scenario.now = until;
    scenario.step = scenario.flow.advance(Event::Waited, until).unwrap();
    while let Step::Send { .. } = scenario.step {
        scenario.step_on();
    }
    let step = &scenario.step;
    assert!(!matches!(step, Step::Wait { .. }), "the window is left");
}

/// What the browser at the widget gets: status and body.
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

/// The person opens the widget.
fn open(scenario: &mut Scenario) -> String {
    let url = window(scenario);
    assert_eq!(browse(scenario, "GET", &url, "").0, 200);
    url
}

/// The person answers a round there.
fn answer_in(scenario: &mut Scenario, url: &str) {
    let guid = key(scenario)
        .get("member_guid")
        .as_text()
        .map(str::to_owned);
    let answers = scenario.bank.right_values_json(&guid.unwrap()).unwrap();
    let (status, _) = browse(scenario, "POST", &format!("{url}/answer"), &answers);
    assert_eq!(status, 200);
}

#[test]
fn in_the_widget_the_person_answers_all_rounds_and_the_flow_looks_on_from_the_same_window() {
    for older in [false, true] {
        let begin = aggregate_in_widget("three_rounds");
        let mut scenario = match older {
            true => begin.by_the_older_version().run(),
            false => begin.run(),
        };
        let url = open(&mut scenario);
        for _ in 0..3 {
            look(&mut scenario);
            answer_in(&mut scenario, &url);
            for _ in 0..2 {
                if let Step::Redirect { .. } = scenario.step {
                    assert_eq!(window(&scenario), url);
                    look(&mut scenario);
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
fn looks_from_the_widget_are_three_seconds_apart() {
    let mut scenario = aggregate_in_widget("text").run();
    for _ in 0..5 {
        let before = scenario.now;
        look(&mut scenario);
        assert_eq!(scenario.now - before, 3_000);
    }
}

#[test]
fn taken_up_at_the_widget_a_flow_fetches_another_one_because_each_opens_once() {
    let mut scenario = aggregate_in_widget("text").run();
    let first = open(&mut scenario);
    scenario.restore();
    scenario.go_on();
    let second = open(&mut scenario);
    assert_ne!(second, first);
    answer_in(&mut scenario, &second);
    while let Step::Redirect { .. } = scenario.step {
        look(&mut scenario);
    }
    scenario.result();
}

#[test]
fn who_does_not_answer_in_the_widget_lets_the_question_expire() {
    let mut scenario = aggregate_in_widget("text").run();
    scenario.now += 10 * MINUTE;
    while let Step::Redirect { .. } = scenario.step {
        look(&mut scenario);
    }
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
}

#[test]
fn challenges_that_the_status_leaves_out_open_the_widget_all_the_same() {
    let mut scenario = aggregate_in_widget("challenges_apart").run();
    open(&mut scenario);
}

#[test]
fn a_pending_member_goes_to_the_bank_and_not_to_the_widget() {
    let scenario = create("mx_bank_oauth", r#""isOauth":true,"presentation":"widget""#).run();
    let bank = MxRules::default().window_origin;
    assert!(window(&scenario).starts_with(&bank));
}

#[test]
fn a_widget_that_does_not_open_is_asked_for_again() {
    let lost = Fault::new(FaultKind::LostReply).on(On::Window);
    let mut scenario = aggregate_in_widget("text").but(lost).run();
    open(&mut scenario);
}
