//! Flinks Authorize against the simulated bank.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod scenario;

use bank_mfa::challenge::ChallengeKind;
use bank_mfa::failure::{ErrorCode, FieldErrorReason, NextAction};
use bank_mfa::flow::{AnswerInput, Event, Loss, Step};
use bank_mfa::json::Value;
use bank_mfa::simulator::{Fault, FaultKind, Person, Rules, SuccessCode, Target};
use bank_mfa::vendor::Stage;
use scenario::member::reply;
use scenario::{MINUTE, Scenario, cached, live, live_async, signing_in};

fn json(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

// Modes ---------------------------------------------------------------------------------------

#[test]
fn cached_mode_ends_after_one_request() {
    let scenario = cached("Greatday").run();
    assert_eq!(
        scenario.result().get("institution").as_text(),
        Some("FlinksCapital")
    );
    assert_eq!(scenario.sent.len(), 1);
}

#[test]
fn live_mode_asks_and_ends_after_the_answer() {
    let mut scenario = live("Greatday").run();
    assert_eq!(scenario.challenge().prompt, "What city were you born in?");
    scenario.answer(&["Montreal"]);
    let login_id = scenario.bank.login_id("Greatday");
    assert_eq!(
        scenario.result().get("loginId").as_text(),
        login_id.as_deref()
    );
}

#[test]
fn a_start_and_an_answer_are_sent_at_most_once_and_have_four_minutes() {
    let mut scenario = live_async("Greatday").run();
    scenario.answer(&["Montreal"]);
    let (submissions, polls): (Vec<_>, Vec<_>) =
        scenario.sent.iter().partition(|request| request.once);
    assert_eq!(submissions.len(), 2);
    assert!(submissions.iter().all(|sent| sent.timeout == 240_000));
    assert!(!polls.is_empty() && polls.iter().all(|sent| sent.timeout == 30_000));
}

#[test]
fn credentials_authorize_if_the_bank_asks_nothing() {
    let scenario = signing_in("greatday_nomfa", "Everyday").run();
    assert!(scenario.result().get("requestId").as_text().is_some());
}

#[test]
fn the_username_is_not_in_the_result() {
    let scenario = cached("Greatday").run();
    assert!(
        !scenario
            .result()
            .print()
            .to_lowercase()
            .contains("greatday")
    );
}

#[test]
fn the_last_refresh_ends_with_z_for_utc() {
    let scenario = cached("Greatday").run();
    let refreshed = scenario.result().get("lastRefresh").as_text();
    assert!(refreshed.unwrap().ends_with('Z'));
}

// Challenges ----------------------------------------------------------------------------------

/// The person, the kinds of the challenges, the answers to the fields, and the SecurityResponses.
#[rustfmt::skip]
const CHALLENGES: &[(&str, &[ChallengeKind], &[&str], &str)] = &[
    ("Greatday", &[ChallengeKind::Question], &["Montreal"],
        r#"{"What city were you born in?":["Montreal"]}"#),
    ("three_questions", &[ChallengeKind::Question, ChallengeKind::Question, ChallengeKind::Question], &["Montreal", "Rex", "Lakeside"],
        r#"{"What city were you born in?":["Montreal"],"What is the name of your first pet?":["Rex"],"Which school did you go to?":["Lakeside"]}"#),
    ("multiple_choice", &[ChallengeKind::Choice], &["1"],
        r#"{"Which branch opened your account?":["Plateau"]}"#),
    ("text_or_call", &[ChallengeKind::Delivery], &["0", "1"],
        r#"{"(•••) •••-4821":["Call"]}"#),
    ("device_push", &[ChallengeKind::Unknown], &["ok"],
        r#"{"Approve the sign-in on your phone":["ok"]}"#),
    ("device_push", &[ChallengeKind::Unknown], &[],
        r#"{"Approve the sign-in on your phone":[""]}"#),
    ("device_push", &[ChallengeKind::Unknown], &[""],
        r#"{"Approve the sign-in on your phone":[""]}"#),
    ("one_time_verification", &[ChallengeKind::Code], &["123456"],
        r#"{"Enter your one-time code":["123456"]}"#),
    ("date_of_birth", &[ChallengeKind::Unknown], &["1990-01-31"],
        r#"{"What is your date of birth?":["1990-01-31"]}"#),
    ("equal_prompts", &[ChallengeKind::Question, ChallengeKind::Question], &["4", "7"],
        r#"{"Enter a digit of your PIN":["4","7"]}"#),
    ("masked_prompt", &[ChallengeKind::Question], &["123456"],
        r#"{"Enter the code sent to (•••) •••-4821":["123456"]}"#),
    ("no_question_mark", &[ChallengeKind::Question], &["Tremblay"],
        r#"{"Mother's maiden name":["Tremblay"]}"#),
    ("proto_prompt", &[ChallengeKind::Question, ChallengeKind::Question], &["one", "two"],
        r#"{"__proto__":["one"],"constructor":["two"]}"#),
    ("challenge_maps", &[ChallengeKind::Question, ChallengeKind::Choice], &["Montreal", "1"],
        r#"{"What city were you born in?":["Montreal"],"Which colour is your card?":["Blue"]}"#),
];

#[test]
fn each_challenge_is_answered_with_its_exact_key_and_value() {
    for (person, kinds, answers, wire) in CHALLENGES {
        let mut scenario = live(person).run();
        let shown = scenario
            .round()
            .challenges
            .iter()
            .map(|challenge| challenge.kind);
        assert!(shown.eq(kinds.iter().copied()), "{person}");
        scenario.answer(answers);
        assert_eq!(scenario.answers_sent()[0].print(), *wire, "{person}");
    }
}

#[test]
fn several_options_are_sent_in_the_vendors_order() {
    let mut scenario = live("multiple_answers").run();
    let name = scenario.challenge().fields[0].name.clone();
    let mut answers = Value::object();
    answers.set(&name, vec!["1", "0"].into());
    scenario.submit(&answers).unwrap();
    scenario.run_on();
    let answers = &scenario.answers_sent()[0];
    let values = answers.get("Which accounts do you hold with us?");
    assert_eq!(values.print(), r#"["Chequing","Savings"]"#);
    scenario.result();
}

#[test]
fn a_picked_image_is_sent_back_byte_for_byte() {
    let mut scenario = live("image_selection").run();
    let options = scenario.challenge().fields[0].options.clone();
    assert_eq!(options[1].label, "#2");
    let src = options[1].image.as_ref().unwrap().src.clone();
    scenario.answer(&["1"]);
    let answers = &scenario.answers_sent()[0];
    let sent = answers.get("Choose your security image").items()[0]
        .as_text()
        .unwrap();
    assert_eq!(src, format!("data:image/png;base64,{sent}"));
    scenario.result();
}

#[test]
fn the_person_chooses_a_phone_and_types_its_code_in_the_next_round() {
    let mut scenario = live("text_or_call").run();
    scenario.answer(&["0", "0"]);
    let code = &scenario.challenge().fields[0];
    assert_eq!(code.autocomplete, Some("one-time-code"));
    scenario.answer(&["123456"]);
    scenario.result();
}

#[test]
fn a_question_after_a_question_is_no_code() {
    let mut scenario = live("Greatday").run();
    scenario.try_answer(&["Montreal"]).unwrap();
    let next = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10",
        "SecurityChallenges":[{"Type":"QuestionAndAnswer","Prompt":"Which colour is your card?"}]}"#;
    scenario.deliver(scenario.serial(), &reply(203, next));
    let field = &scenario.challenge().fields[0];
    assert_eq!((field.secret, field.autocomplete), (true, None));
}

#[test]
fn after_a_wrong_code_the_next_round_asks_for_a_code_again() {
    let mut scenario = live("text_or_call").run();
    scenario.answer(&["0", "0"]);
    scenario.answer(&["654321"]);
    assert!(scenario.round().refused);
    let code = &scenario.challenge().fields[0];
    assert_eq!(
        (code.autocomplete, code.secret),
        (Some("one-time-code"), false)
    );
}

#[test]
fn new_questions_are_the_keys_of_their_answers_and_must_differ() {
    let mut scenario = live("new_questions").run();
    let refusal = scenario
        .try_answer(&["0", "first", "0", "second"])
        .unwrap_err();
    assert_eq!(refusal.fields[0].reason, FieldErrorReason::AlreadyChosen);
    assert_eq!(refusal.fields[0].name, "1.2.question");
    scenario.answer(&["0", "first", "2", "second"]);
    assert_eq!(scenario.answers_sent()[0].entries().len(), 2);
    scenario.result();
}

#[test]
fn prompts_are_shown_in_the_language_they_came_in() {
    let mut scenario = live("en_francais").run();
    assert_eq!(
        scenario.round().challenges[0].prompt,
        "Où êtes-vous né\u{a0}?"
    );
    scenario.answer(&["Montréal", "hiver"]);
    scenario.result();
}

#[test]
fn right_answers_lead_every_simulated_person_to_the_end() {
    let people = live("Greatday").run().bank.people();
    let fails = ["refusals", "broken cards", "unanswerable"];
    let is_asked = |person: &&&Person| !fails.contains(&person.group) && !person.answers.is_empty();
    let with_questions: Vec<_> = people.iter().filter(is_asked).collect();
    assert!(with_questions.len() > 30);
    for person in with_questions {
        let mut scenario = live(person.username).run();
        while let Step::Challenge { round, .. } = &scenario.step {
            let (number, request_id) = (round.number, request_id(&scenario));
            let right = scenario.bank.right_answers_json(&request_id).unwrap();
            let right = json(&right);
            let event = Event::Answered(number, AnswerInput::Raw(&right));
            scenario.advance(event);
            scenario.run_on();
        }
        // No answer in the first session of the second one is right.
        if !["terms_after_mfa", "code_never_comes"].contains(&person.username) {
            scenario.result();
        }
        assert!(
            scenario.bank.counts().broken.is_empty(),
            "{}",
            person.username
        );
    }
}

fn request_id(scenario: &Scenario) -> String {
    let snapshot = json(&scenario.flow.snapshot());
    snapshot
        .get("vendorIds")
        .get("RequestId")
        .as_text()
        .unwrap()
        .to_owned()
}

// Rounds --------------------------------------------------------------------------------------

#[test]
fn a_wrong_answer_is_asked_again_under_a_new_request_id() {
    let mut scenario = live("Greatday").run();
    let first = request_id(&scenario);
    scenario.answer(&["Toronto"]);
    assert!(scenario.round().refused);
    assert_ne!(request_id(&scenario), first);
    scenario.answer(&["Canada"]);
    scenario.result();
}

#[test]
fn a_wrong_answer_without_new_challenges_fails_with_start_over() {
    for (person, code) in [
        ("wrong_ends", "INVALID_SECURITY_RESPONSE"),
        ("wrong_no_retry", "INVALID_SECURITY_RESPONSE_NO_RETRY"),
    ] {
        let mut scenario = live(person).run();
        scenario.answer(&["Toronto"]);
        assert_eq!(scenario.failure().code, ErrorCode::AnswerRefused);
        assert_eq!(scenario.failure().next, NextAction::StartOver);
        assert_eq!(scenario.failure().vendor_code.as_deref(), Some(code));
    }
}

#[test]
fn the_fields_of_one_round_are_unknown_in_the_next() {
    let mut scenario = live("Greatday").run();
    let old = json(r#"{"1.1.answer":"Toronto"}"#);
    scenario.submit(&old).unwrap();
    scenario.run_on();
    let refusal = scenario.submit(&old).unwrap_err();
    let reasons: Vec<_> = refusal.fields.iter().map(|field| field.reason).collect();
    assert_eq!(
        reasons,
        [FieldErrorReason::UnknownField, FieldErrorReason::Missing]
    );
}

#[test]
fn a_second_answer_to_a_round_is_stale() {
    let mut scenario = live("Greatday").run();
    let answers = json(r#"{"1.1.answer":"Montreal"}"#);
    scenario.submit(&answers).unwrap();
    let again = Event::Answered(1, AnswerInput::Fields(&answers));
    let refusal = scenario.flow.advance(again, scenario.now).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::StaleRound);
    scenario.run_on();
    assert_eq!(scenario.bank.counts().answers, 1);
}

#[test]
fn raw_answers_to_the_previous_round_are_stale_and_not_sent() {
    let mut scenario = live("Greatday").run();
    scenario.answer(&["Toronto"]);
    assert_eq!(scenario.round().number, 2);
    let raw = json(r#"{"What city were you born in?":["Montreal"]}"#);
    let old = Event::Answered(1, AnswerInput::Raw(&raw));
    let refusal = scenario.flow.advance(old, scenario.now).unwrap_err();
    assert_eq!(refusal.code, ErrorCode::StaleRound);
    assert_eq!(scenario.bank.counts().answers, 1);
}

#[test]
fn answers_that_do_not_fit_are_refused_by_field_and_not_sent() {
    for (person, answers, reason) in [
        ("Greatday", r#"{}"#, FieldErrorReason::Missing),
        (
            "Greatday",
            r#"{"1.1.answer":"  "}"#,
            FieldErrorReason::Missing,
        ),
        (
            "Greatday",
            r#"{"1.1.answer":["a","b"]}"#,
            FieldErrorReason::TooMany,
        ),
        (
            "Greatday",
            r#"{"1.1.answer":"a","1.2.answer":"b"}"#,
            FieldErrorReason::UnknownField,
        ),
        (
            "multiple_choice",
            r#"{"1.1.answer":"Plateau"}"#,
            FieldErrorReason::NotAnOption,
        ),
        (
            "multiple_choice",
            r#"{"1.1.answer":["0","1"]}"#,
            FieldErrorReason::TooMany,
        ),
        (
            "multiple_answers",
            r#"{"1.1.answer":["0","0"]}"#,
            FieldErrorReason::TooMany,
        ),
        (
            "multiple_answers",
            r#"{"1.1.answer":["0","9"]}"#,
            FieldErrorReason::NotAnOption,
        ),
    ] {
        let mut scenario = live(person).run();
        let before = scenario.flow.snapshot();
        let refusal = scenario.submit(&json(answers)).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::InvalidAnswer, "{answers}");
        assert_eq!(refusal.fields[0].reason, reason, "{answers}");
        assert_eq!(scenario.flow.snapshot(), before);
        assert_eq!(scenario.bank.counts().answers, 0);
    }
}

#[test]
fn raw_answers_under_another_key_are_refused_and_not_sent() {
    let mut scenario = live("text_or_call").run();
    let before = scenario.flow.snapshot();
    for raw in [
        r#"{"__proto__":["a"]}"#,
        r#"{"(•••) •••-4821":["Text"],"constructor":["a"]}"#,
        r#"{"(•••) •••-4822":["Text"]}"#,
    ] {
        let raw = json(raw);
        let event = Event::Answered(1, AnswerInput::Raw(&raw));
        let refusal = scenario.flow.advance(event, scenario.now).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::InvalidAnswer);
        let place = (raw.entries().len() - 1).to_string();
        assert_eq!(
            (&refusal.fields[0].name, refusal.fields[0].reason),
            (&place, FieldErrorReason::UnknownField)
        );
    }
    assert_eq!(scenario.flow.snapshot(), before);
    assert_eq!(scenario.bank.counts().answers, 0);
}

#[test]
fn a_choice_without_options_ends_the_flow() {
    let scenario = live("choice_without_options").run();
    let failure = scenario.failure();
    assert_eq!(failure.code, ErrorCode::ChallengeUnanswerable);
    // The bank's session is still open.
    assert!(failure.retry_at.unwrap() >= scenario.now + 8 * MINUTE);
}

#[test]
fn a_store_that_fails_is_the_fault_of_the_host_and_not_of_the_vendor() {
    for start in [cached("Greatday"), live("Greatday")] {
        let mut scenario = start.start_only();
        while let Step::Send { serial, .. } = scenario.step {
            let event = Event::Lost(serial, Loss::HostError);
            let step = scenario.flow.advance(event, scenario.now).unwrap();
            assert!(matches!(step, Step::Failed { .. }), "it is not sent again");
            scenario.step = step;
        }
        let failure = scenario.failure();
        assert_eq!(
            (failure.code, failure.next),
            (ErrorCode::HostError, NextAction::RetryLater)
        );
    }
}

#[test]
fn a_driver_that_fails_after_an_answer_leaves_the_outcome_unknown() {
    for (answered, code) in [
        (false, ErrorCode::InternalError),
        (true, ErrorCode::OutcomeUnknown),
    ] {
        let mut scenario = live("Greatday").run();
        if answered {
            let answers = json(r#"{"1.1.answer":"Montreal"}"#);
            let event = Event::Answered(1, AnswerInput::Fields(&answers));
            scenario.flow.advance(event, scenario.now).unwrap();
        }
        let event = Event::DriverFailed(ErrorCode::InternalError);
        let Step::Failed { failure } = scenario.flow.advance(event, scenario.now).unwrap() else {
            panic!()
        };
        assert_eq!(failure.code, code);
        assert!(failure.retry_at.unwrap() >= scenario.now + 8 * MINUTE);
    }
}

#[test]
fn only_a_field_of_an_unknown_type_is_optional() {
    for (person, optional) in [
        ("device_push", true),
        ("date_of_birth", true),
        ("Greatday", false),
        ("one_time_verification", false),
        ("multiple_choice", false),
    ] {
        let scenario = live(person).run();
        let field = &scenario.challenge().fields[0];
        assert_eq!(field.optional, optional, "{person}");
    }
}

#[test]
fn raw_answers_to_an_unknown_type_may_be_empty() {
    for answers in ["[]", r#"[""]"#] {
        let mut scenario = live("device_push").run();
        let raw = format!(r#"{{"Approve the sign-in on your phone":{answers}}}"#);
        scenario.submit_raw(&json(&raw)).unwrap();
        scenario.run_on();
        scenario.result();
        assert_eq!(scenario.answers_sent()[0].print(), raw);
    }
}

#[test]
fn raw_answers_to_a_known_type_may_not_be_empty() {
    let mut scenario = live("Greatday").run();
    let refusal = scenario
        .submit_raw(&json(r#"{"What city were you born in?":[]}"#))
        .unwrap_err();
    assert_eq!(refusal.path.as_deref(), Some("/answers/0"));
    assert_eq!(scenario.bank.counts().answers, 0);
}

#[test]
fn malformed_raw_answers_are_refused_and_not_sent() {
    let mut scenario = live("device_push").run();
    for raw in [
        "{}",
        "[]",
        r#"{"a":[]}"#,
        r#"{"a":"b"}"#,
        r#"{"a":[1]}"#,
        r#"{"Approve the sign-in on your phone":null}"#,
        r#"{"Approve the sign-in on your phone":""}"#,
    ] {
        let raw = json(raw);
        let event = Event::Answered(1, AnswerInput::Raw(&raw));
        let refusal = scenario.flow.advance(event, scenario.now).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::InvalidInput);
    }
    assert_eq!(scenario.bank.counts().answers, 0);
    scenario.round();
}

// Time limits ---------------------------------------------------------------------------------

#[test]
fn a_round_expires_after_eight_minutes() {
    let mut scenario = live("Greatday").run();
    let expires = scenario.round().expires.unwrap();
    assert_eq!(expires.at, scenario.now + 8 * MINUTE);
    assert!(expires.documented);
    scenario.now = expires.at;
    scenario.advance(Event::Waited);
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
}

#[test]
fn an_answer_after_eight_minutes_is_not_sent() {
    let mut scenario = live("Greatday").run();
    scenario.now += 8 * MINUTE;
    scenario.answer(&["Montreal"]);
    assert_eq!(scenario.failure().code, ErrorCode::SessionExpired);
    assert_eq!(scenario.bank.counts().answers, 0);
}

#[test]
fn an_answer_in_the_eighth_minute_is_sent() {
    let mut scenario = live("Greatday").run();
    scenario.now += 8 * MINUTE - 1;
    scenario.answer(&["Montreal"]);
    scenario.result();
}

#[test]
fn a_pending_session_is_polled_every_ten_seconds() {
    let mut scenario = live("slow_dispatched").run();
    scenario.answer(&["Montreal"]);
    scenario.result();
    let counts = scenario.bank.counts();
    assert!(counts.polls >= 3);
    assert!(counts.broken.is_empty(), "{:?}", counts.broken);
}

#[test]
fn polling_ends_after_thirty_minutes() {
    let scenario = live("slow_for_ever").run();
    assert_eq!(scenario.failure().code, ErrorCode::TimedOut);
    assert!(scenario.failure().retry_at > Some(scenario.now));
    assert!(scenario.bank.counts().polls < 181);
}

#[test]
fn a_throttled_poll_waits_for_retry_after() {
    let throttled = Fault {
        code: Some("TOO_MANY_REQUESTS".to_owned()),
        retry_after: Some("120".to_owned()),
        ..Fault::new(FaultKind::Status).on(Target::Poll).status(429)
    };
    let mut scenario = live("slow_dispatched").with_fault(throttled).run();
    assert!(scenario.now >= 1_790_000_000_000 + 2 * MINUTE);
    scenario.answer(&["Montreal"]);
    scenario.result();
}

#[test]
fn a_429_without_a_flinks_code_does_not_end_polling() {
    let throttled = Fault::new(FaultKind::Status).on(Target::Poll).status(429);
    let mut scenario = live("slow_after_answer").with_fault(throttled).run();
    scenario.answer(&["Montreal"]);
    scenario.result();
}

#[test]
fn a_throttled_start_can_be_retried_after_the_retry_after_of_its_reply() {
    let day = 24 * 60 * MINUTE;
    for (retry_after, pause) in [("600", 10 * MINUTE), ("0", MINUTE), ("9999999999999", day)] {
        let throttled = Fault {
            code: Some("TOO_MANY_REQUESTS".to_owned()),
            retry_after: Some(retry_after.to_owned()),
            ..Fault::new(FaultKind::Status).on(Target::Start).status(429)
        };
        let mut scenario = live("Greatday").with_fault(throttled).run();
        scenario.restore();
        assert_eq!(scenario.failure().code, ErrorCode::Busy);
        assert_eq!(scenario.failure().retry_at, Some(scenario.now + pause));
        assert_eq!(scenario.failure().status, Some(429));
    }
}

#[test]
fn a_live_timeout_can_be_retried_after_eight_minutes() {
    let scenario = live("slow_for_ever").run();
    assert!(scenario.failure().retry_at >= Some(scenario.now + 8 * MINUTE));
}

#[test]
fn a_cancelled_flow_can_start_over_only_if_no_submission_is_pending() {
    let cancel = |mut scenario: Scenario| {
        scenario.advance(Event::Cancelled);
        let cancelled = scenario.step.clone();
        scenario.restore();
        assert_eq!(scenario.step, cancelled);
        (
            scenario.failure().next,
            scenario.failure().retry_at.map(|time| time - scenario.now),
        )
    };
    assert_eq!(
        cancel(cached("Greatday").start_only()),
        (NextAction::StartOver, None)
    );
    assert_eq!(
        cancel(live("Greatday").run()),
        (NextAction::StartOver, None)
    );
    let later = (NextAction::RetryLater, Some(8 * MINUTE));
    assert_eq!(
        cancel(signing_in("Greatday", "Everyday").start_only()),
        later
    );
    let mut answered = live("Greatday").run();
    answered.try_answer(&["Montreal"]).unwrap();
    assert_eq!(cancel(answered), later);
    let mut polling = live("slow_after_answer").run();
    polling.try_answer(&["Montreal"]).unwrap();
    polling.send_one();
    assert!(matches!(polling.step, Step::Wait { .. }));
    assert_eq!(cancel(polling), later);
}

#[test]
fn the_outcome_of_an_answer_is_asked_even_after_the_total_limit() {
    let mut scenario = live("Greatday").run();
    scenario.try_answer(&["Montreal"]).unwrap();
    scenario.now += 180 * MINUTE;
    scenario.restore();
    assert!(matches!(
        &scenario.step,
        Step::Send {
            stage: Stage::Verify,
            ..
        }
    ));
}

// Tokens --------------------------------------------------------------------------------------

#[test]
fn answers_belong_to_the_session_of_their_start() {
    let mut scenario = live("many_rounds").run();
    for answers in [&["Montreal"][..], &["1"], &["0", "0"], &["123456"]] {
        scenario.answer(answers);
    }
    scenario.result();
    assert!(scenario.sent.iter().all(|request| request.session == 1));
    assert_eq!(scenario.bank.counts().tokens_minted, 1);
}

#[test]
fn an_expired_token_ends_the_session_without_a_second_answer() {
    let rules = Rules {
        token_expires_in_session: true,
        ..Rules::default()
    };
    let mut scenario = live("many_rounds").with_rules(rules).run();
    for answers in [&["Montreal"][..], &["1"], &["0", "0"]] {
        scenario.now += 7 * MINUTE;
        scenario.answer(answers);
        if matches!(scenario.step, Step::Failed { .. }) {
            break;
        }
    }
    assert_eq!(scenario.failure().code, ErrorCode::SessionRefused);
    assert_eq!(scenario.failure().next, NextAction::StartOver);
    assert_eq!(
        scenario.failure().vendor_code.as_deref(),
        Some("UNAUTHORIZED")
    );
    assert_eq!(scenario.bank.counts().answers_repeated, 0);
    assert_eq!(scenario.bank.counts().tokens_minted, 1);
}

// Lost and unclear replies ----------------------------------------------------------------------

/// Every fault that leaves the outcome of a call open.
const UNCLEAR: &[(FaultKind, Option<u16>)] = &[
    (FaultKind::LostReply, None),
    (FaultKind::LostRequest, None),
    (FaultKind::Hang, None),
    (FaultKind::Html, None),
    (FaultKind::Html, Some(503)),
    (FaultKind::Empty, None),
    (FaultKind::NotUtf8, None),
    (FaultKind::DeepJson, None),
    (FaultKind::TruncatedJson, None),
    (FaultKind::Status, Some(500)),
];

fn unclear(on: Target) -> impl Iterator<Item = Fault> {
    UNCLEAR.iter().map(move |(kind, status)| {
        let fault = Fault::new(*kind).on(on);
        status.map_or(fault.clone(), |status| fault.status(status))
    })
}

#[test]
fn a_lost_cached_start_is_repeated_in_a_new_session() {
    for fault in unclear(Target::Start) {
        let scenario = cached("Greatday").with_fault(fault.clone()).run();
        scenario.result();
        let sessions: Vec<_> = scenario
            .sent
            .iter()
            .map(|request| request.session)
            .collect();
        assert_eq!(sessions, [1, 2], "{fault:?}");
    }
}

#[test]
fn a_cached_start_whose_second_request_gets_no_token_fails_as_the_first_did() {
    let mut scenario = cached("Greatday").start_only();
    let lost = Event::Lost(scenario.serial(), Loss::MaybeSent);
    scenario.advance(lost);
    let Step::Wait { until, .. } = scenario.step else {
        panic!("{:?}", scenario.step)
    };
    scenario.now = until;
    scenario.advance(Event::Waited);
    let no_token = Event::Lost(scenario.serial(), Loss::NoSecret);
    scenario.advance(no_token);
    assert_eq!(scenario.failure().code, ErrorCode::Unreachable);
}

#[test]
fn a_cached_start_that_is_always_lost_ends_after_five_requests() {
    for (kind, code) in [
        (FaultKind::LostRequest, ErrorCode::Unreachable),
        (FaultKind::Html, ErrorCode::UnreadableReply),
    ] {
        let fault = Fault {
            times: 99,
            ..Fault::new(kind)
        };
        let setup = cached("Greatday").with_fault(fault.on(Target::Start));
        let mut scenario = setup.start_only();
        for pause in [2_000, 4_000, 8_000, 16_000] {
            scenario.send_one();
            let until = scenario.now + pause;
            let stage = Stage::Start;
            assert_eq!(scenario.step, Step::Wait { until, stage });
            scenario.now = until;
            scenario.advance(Event::Waited);
        }
        scenario.send_one();
        assert_eq!(scenario.failure().code, code);
        assert_eq!(scenario.sent.len(), 5);
    }
}

#[test]
fn a_live_start_is_never_repeated() {
    for fault in unclear(Target::Start) {
        for setup in [live("Greatday"), signing_in("Greatday", "Everyday")] {
            let scenario = setup.with_fault(fault.clone()).run();
            assert_eq!(
                scenario.failure().code,
                ErrorCode::OutcomeUnknown,
                "{fault:?}"
            );
            assert!(scenario.failure().retry_at >= Some(scenario.now + 8 * MINUTE));
            assert_eq!(scenario.sent.len(), 1);
        }
    }
}

#[test]
fn a_lost_answer_is_never_sent_again() {
    for fault in unclear(Target::Answer) {
        for setup in [live("Greatday"), signing_in("Greatday", "Everyday")] {
            let mut scenario = setup.with_fault(fault.clone()).run();
            scenario.answer(&["Montreal"]);
            assert_eq!(scenario.answers_sent().len(), 1, "{fault:?}");
            assert_eq!(scenario.bank.counts().answers, 1);
        }
    }
}

#[test]
fn a_lost_answer_ends_the_flow_at_once_if_no_request_can_tell_its_outcome() {
    let lost = Fault::new(FaultKind::LostReply).on(Target::Answer);
    let setup = signing_in("Greatday", "Everyday").with_fault(lost);
    let mut scenario = setup.run();
    scenario.answer(&["Montreal"]);
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
    assert_eq!(scenario.sent.len(), 2);
}

#[test]
fn authorize_async_is_asked_for_the_outcome_of_a_lost_answer() {
    let lost = Fault::new(FaultKind::LostReply).on(Target::Answer);
    let mut scenario = signing_in("Greatday", "Everyday")
        .with_authorize_async()
        .with_fault(lost.clone())
        .run();
    scenario.answer(&["Montreal"]);
    scenario.result();
    assert!(
        scenario
            .sent
            .last()
            .unwrap()
            .url
            .ends_with("/AuthorizeAsync")
    );

    let mut wrong = signing_in("Greatday", "Everyday")
        .with_authorize_async()
        .with_fault(lost)
        .run();
    wrong.answer(&["Toronto"]);
    assert_eq!(
        wrong.challenge().prompt,
        "What is the best country on earth?"
    );
}

#[test]
fn a_lost_answer_ends_with_outcome_unknown_if_the_round_is_still_open() {
    let lost = Fault::new(FaultKind::LostRequest).on(Target::Answer);
    let mut scenario = signing_in("Greatday", "Everyday")
        .with_authorize_async()
        .with_fault(lost)
        .run();
    scenario.answer(&["Montreal"]);
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
    assert_eq!(scenario.failure().next, NextAction::RetryLater);
}

#[test]
fn only_an_error_about_the_answer_is_the_outcome_of_a_lost_answer() {
    let step_after = |code: &str| {
        let mut scenario = live("Greatday").with_authorize_async().run();
        scenario.try_answer(&["Montreal"]).unwrap();
        let lost = Event::Lost(scenario.serial(), Loss::MaybeSent);
        scenario.advance(lost);
        if let Step::Wait { until, .. } = scenario.step {
            scenario.now = until;
            scenario.advance(Event::Waited);
        }
        let body = format!(r#"{{"FlinksCode":"{code}"}}"#);
        scenario.deliver(scenario.serial(), &reply(401, &body));
        scenario.step
    };
    for (code, outcome) in [
        ("INVALID_SECURITY_RESPONSE", ErrorCode::AnswerRefused),
        ("INVALID_LOGIN", ErrorCode::CredentialsRefused),
        ("QUESTION_NOT_FOUND", ErrorCode::QuestionUnanswered),
        ("NEW_ACCOUNT", ErrorCode::BankActionRequired),
        ("DISABLED_LOGIN", ErrorCode::LoginDisabled),
    ] {
        let step = step_after(code);
        assert!(
            matches!(&step, Step::Failed { failure } if failure.code == outcome),
            "{code}: {step:?}"
        );
    }
    for code in [
        "SESSION_NONEXISTENT",
        "UNAUTHORIZED",
        "DISABLED_INSTITUTION",
        "AGGREGATION_ERROR",
        "SOMETHING_NEW",
    ] {
        let step = step_after(code);
        let stage = Stage::Verify;
        assert!(
            matches!(&step, Step::Send { stage: verify, .. } if *verify == stage),
            "{code}: {step:?}"
        );
    }
}

#[test]
fn the_last_refresh_of_a_login_id_tells_the_outcome_of_a_lost_answer() {
    let lost = Fault::new(FaultKind::LostReply).on(Target::Answer);
    let mut received = live("Greatday").with_fault(lost).run();
    received.answer(&["Montreal"]);
    received.result();
    assert_eq!(received.sent.last().unwrap().session, 2);

    let lost = Fault::new(FaultKind::LostRequest).on(Target::Answer);
    let mut not_received = live("Greatday").with_fault(lost).run();
    not_received.answer(&["Montreal"]);
    assert_eq!(not_received.failure().code, ErrorCode::OutcomeUnknown);
}

#[test]
fn lost_polls_are_repeated_and_end_with_outcome_unknown() {
    let lost = |times| Fault {
        times,
        ..Fault::new(FaultKind::LostReply).on(Target::Poll)
    };
    let mut scenario = live("slow_after_answer").with_fault(lost(2)).run();
    scenario.answer(&["Montreal"]);
    scenario.result();

    let mut scenario = live("slow_after_answer").with_fault(lost(99)).run();
    scenario.answer(&["Montreal"]);
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
}

#[test]
fn lost_polls_of_a_cached_session_leave_no_outcome_unknown() {
    let mut scenario = cached("Greatday").start_only();
    let pending = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10"}"#;
    scenario.deliver(scenario.serial(), &reply(202, pending));
    scenario.lose_all();
    assert_eq!(scenario.failure().code, ErrorCode::Unreachable);
}

#[test]
fn a_status_without_a_code_decides_with_any_body() {
    for (status, code, next) in [
        (400, ErrorCode::RequestRefused, NextAction::FixIntegration),
        (403, ErrorCode::Unauthorized, NextAction::FixIntegration),
        (405, ErrorCode::RequestRefused, NextAction::FixIntegration),
        (429, ErrorCode::Busy, NextAction::RetryLater),
    ] {
        let fault = Fault::new(FaultKind::Status);
        let fault = fault.on(Target::Start).status(status);
        let scenario = live("Greatday").with_fault(fault).run();
        assert_eq!(
            (scenario.failure().code, scenario.failure().next),
            (code, next)
        );
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let redirected = Fault::new(FaultKind::Redirect).on(Target::Start);
    let scenario = live("Greatday").with_fault(redirected).run();
    assert_eq!(scenario.failure().code, ErrorCode::Redirected);
}

// FlinksCode ------------------------------------------------------------------------------------

#[rustfmt::skip]
const CODES: &[(&str, ErrorCode, NextAction)] = &[
    ("code_invalid_login_400",        ErrorCode::CredentialsRefused,  NextAction::AskCredentials),
    ("code_invalid_login_401",        ErrorCode::CredentialsRefused,  NextAction::AskCredentials),
    ("code_invalid_username",         ErrorCode::CredentialsRefused,  NextAction::AskCredentials),
    ("code_invalid_password",         ErrorCode::CredentialsRefused,  NextAction::AskCredentials),
    ("code_question_not_found",       ErrorCode::QuestionUnanswered,  NextAction::Reconnect),
    ("code_concurrent_session",       ErrorCode::ConcurrentSession,   NextAction::RetryLater),
    ("code_retry_later",              ErrorCode::Busy,                NextAction::RetryLater),
    ("code_bank_maintenance",         ErrorCode::Busy,                NextAction::RetryLater),
    ("code_too_many_requests_401",    ErrorCode::Busy,                NextAction::RetryLater),
    ("code_too_many_requests_403",    ErrorCode::Busy,                NextAction::RetryLater),
    ("code_too_many_requests_429",    ErrorCode::Busy,                NextAction::RetryLater),
    ("code_new_account",              ErrorCode::BankActionRequired,  NextAction::VisitBank),
    ("code_disabled_login",           ErrorCode::LoginDisabled,       NextAction::VisitBank),
    ("code_disabled_institution",     ErrorCode::InstitutionDisabled, NextAction::RetryLater),
    ("code_unauthorized",             ErrorCode::AccessRefused,       NextAction::VisitBank),
    ("code_access_not_granted",       ErrorCode::AccessRefused,       NextAction::VisitBank),
    ("code_access_denied",            ErrorCode::Unauthorized,        NextAction::FixIntegration),
    ("code_access_denied_403",        ErrorCode::Unauthorized,        NextAction::FixIntegration),
    ("code_invalid_request_400",      ErrorCode::RequestRefused,      NextAction::FixIntegration),
    ("code_invalid_request_401",      ErrorCode::RequestRefused,      NextAction::FixIntegration),
    ("code_method_not_available",     ErrorCode::RequestRefused,      NextAction::FixIntegration),
    ("code_card_in_use",              ErrorCode::CardInUse,           NextAction::RetryLater),
    ("code_aggregation_error",        ErrorCode::VendorError,         NextAction::RetryLater),
    ("code_session_nonexistent",      ErrorCode::SessionExpired,      NextAction::StartOver),
    ("code_session_expired",          ErrorCode::SessionExpired,      NextAction::StartOver),
    ("code_something_new",            ErrorCode::Refused,             NextAction::GiveUp),
];

#[test]
fn each_flinks_code_at_the_start_has_its_next_action() {
    for (person, code, next) in CODES {
        let scenario = live(person).run();
        let failure = scenario.failure();
        assert_eq!((failure.code, failure.next), (*code, *next), "{person}");
        assert_eq!(
            failure.retry_at.is_some(),
            *next == NextAction::RetryLater,
            "{person}"
        );
        assert!(failure.vendor_code.is_some(), "{person}");
    }
}

#[test]
fn each_flinks_code_after_an_answer_has_its_error_code() {
    for (person, code) in [
        ("code_invalid_security_response", ErrorCode::AnswerRefused),
        (
            "code_invalid_security_response_no_retry",
            ErrorCode::AnswerRefused,
        ),
        ("code_unknown_challenge_key", ErrorCode::AnswersMismatched),
        (
            "code_securityresponses_incomplete",
            ErrorCode::AnswersMismatched,
        ),
        ("terms_after_mfa", ErrorCode::BankActionRequired),
        ("code_bank_maintenance_after_answer", ErrorCode::Busy),
        (
            "code_access_not_granted_after_answer",
            ErrorCode::SessionRefused,
        ),
    ] {
        let mut scenario = live(person).run();
        scenario.answer(&["Montreal"]);
        assert_eq!(scenario.failure().code, code, "{person}");
    }
}

#[test]
fn already_authorized_is_a_success() {
    let mut scenario = live("code_already_authorized").run();
    scenario.answer(&["Montreal"]);
    assert!(scenario.result().get("requestId").as_text().is_some());
}

#[test]
fn a_success_may_have_a_code_or_the_status_201() {
    for success_code in [SuccessCode::Ok, SuccessCode::Created] {
        let rules = || Rules {
            success_code,
            ..Rules::default()
        };
        for (mut scenario, is_asked) in [
            (cached("Greatday").with_rules(rules()).run(), false),
            (live("Greatday").with_rules(rules()).run(), true),
            (live("slow_after_answer").with_rules(rules()).run(), true),
            (live_async("Greatday").with_rules(rules()).run(), true),
            (
                signing_in("Greatday", "Everyday").with_rules(rules()).run(),
                true,
            ),
        ] {
            if is_asked {
                assert!(!scenario.round().refused);
                scenario.answer(&["Montreal"]);
            }
            let result = scenario.result();
            assert!(
                result.get("loginId").as_text().is_some(),
                "{success_code:?}"
            );
        }
    }
}

#[test]
fn unauthorized_in_a_live_refresh_names_both_causes_and_both_next_actions() {
    let says_both = |scenario: &Scenario| {
        let failure = scenario.failure();
        assert_eq!(failure.vendor_code.as_deref(), Some("UNAUTHORIZED"));
        assert!(failure.message.contains("institution did not grant access"));
        assert!(failure.message.contains("token"));
        (failure.code, failure.next, failure.otherwise)
    };
    for person in ["code_access_not_granted", "code_unauthorized"] {
        let expected = (
            ErrorCode::AccessRefused,
            NextAction::VisitBank,
            Some(NextAction::FixIntegration),
        );
        assert_eq!(says_both(&live(person).run()), expected);
    }
    let expected = (
        ErrorCode::SessionRefused,
        NextAction::StartOver,
        Some(NextAction::VisitBank),
    );
    let polled = live_async("code_access_not_granted").run();
    assert_eq!(says_both(&polled), expected);
    let mut scenario = live("code_access_not_granted_after_answer").run();
    scenario.answer(&["Montreal"]);
    assert_eq!(says_both(&scenario), expected);
    assert_eq!(scenario.bank.counts().answers_repeated, 0);
    scenario.restore();
    assert_eq!(says_both(&scenario), expected, "a snapshot keeps both");
}

#[test]
fn unauthorized_in_cached_mode_has_one_cause() {
    let scenario = cached("code_unauthorized").run();
    let failure = scenario.failure();
    assert_eq!(
        (failure.code, failure.next, failure.otherwise),
        (ErrorCode::Unauthorized, NextAction::FixIntegration, None)
    );
}

#[test]
fn bank_maintenance_ends_a_poll_and_is_not_taken_for_throttling() {
    let maintenance = Fault {
        code: Some("BANK MAINTENANCE_RETRY_LATER".to_owned()),
        ..Fault::new(FaultKind::Status).on(Target::Poll).status(401)
    };
    let mut scenario = live("slow_after_answer").with_fault(maintenance).run();
    scenario.answer(&["Montreal"]);
    let failure = scenario.failure();
    assert_eq!(
        (failure.code, failure.vendor_code.as_deref()),
        (ErrorCode::Busy, Some("BANK MAINTENANCE_RETRY_LATER"))
    );
}

#[test]
fn an_unknown_flinks_code_is_passed_on() {
    let scenario = live("code_something_new").run();
    assert_eq!(
        scenario.failure().vendor_code.as_deref(),
        Some("SOMETHING_NEW")
    );
    assert_eq!(scenario.failure().status, Some(418));
}

// Snapshots -------------------------------------------------------------------------------------

#[test]
fn a_flow_can_be_restored_at_every_stage() {
    let mut scenario = live("slow_dispatched").start_only();
    for _ in 0..3 {
        scenario.run_on();
        scenario.restore();
    }
    scenario.answer(&["Montreal"]);
    scenario.restore();
    scenario.result();
}

#[test]
fn a_flow_restored_while_sending_does_not_send_again() {
    let mut scenario = live("Greatday").run();
    scenario.try_answer(&["Montreal"]).unwrap();
    scenario.restore();
    scenario.run_on();
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
    assert_eq!(scenario.answers_sent().len(), 0);

    let mut scenario = signing_in("Greatday", "Everyday").start_only();
    scenario.restore();
    assert_eq!(scenario.failure().code, ErrorCode::OutcomeUnknown);
}

#[test]
fn a_snapshot_has_no_password_and_no_answer() {
    let mut scenario = signing_in("Greatday", "Everyday").run();
    assert!(!scenario.flow.snapshot().contains("Everyday"));
    scenario.try_answer(&["Montreal"]).unwrap();
    assert!(!scenario.flow.snapshot().contains("Montreal"));
}
