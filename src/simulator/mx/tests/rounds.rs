use super::*;

#[test]
fn each_round_of_a_code_by_phone_has_new_guids() {
    let mut bank = Scenario::for_member("code_by_phone");
    let first = bank.aggregate().challenges();
    let resumed = bank.answer(&["sms:1"]);
    assert_eq!(
        (resumed.status, resumed.status_and_running()),
        (202, ("RESUMED", true))
    );
    assert_eq!(
        resumed.get("challenges"),
        &Json::Null,
        "the body is a member"
    );
    let status = bank.read_status();
    assert_eq!(status.status_and_running(), ("RESUMED", true));
    assert_eq!(*status.get("is_authenticated"), Json::Bool(false));
    let second = bank.run_job().challenges();
    assert_eq!(second[0].member("type"), Some(&Json::text("TOKEN")));
    assert_ne!(first[0].member("guid"), second[0].member("guid"));
    bank.answer(&["246810"]);
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn one_resume_answers_all_challenges_of_a_round() {
    let mut bank = Scenario::for_member("equal_labels");
    bank.aggregate();
    assert_eq!(bank.answer(&["4"]).status, 400);
    assert_eq!(bank.answer(&["4", ""]).status, 400);
    assert_eq!(bank.answer(&[]).status, 400);
    assert_eq!(bank.times_broken(Rule::AnswersIncomplete), 3);
    assert_eq!(
        bank.read_status().status_and_running(),
        ("CHALLENGED", true),
        "the round stays open"
    );
    assert_eq!(bank.answer(&["4", "7"]).status, 202);
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn guids_distinguish_equal_labels() {
    for (name, wrong) in [("equal_labels", ["7", "4"]), ("two_options", ["1", "0"])] {
        let mut bank = Scenario::for_member(name);
        let labels: Vec<_> = bank.aggregate().challenges();
        assert_eq!(labels[0].member("label"), labels[1].member("label"));
        bank.answer(&wrong);
        assert_eq!(
            bank.run_job().status_and_running(),
            ("REJECTED", false),
            "{name}"
        );
    }
}

#[test]
fn the_guids_of_another_round_are_refused() {
    let mut bank = Scenario::for_member("code_by_phone");
    bank.aggregate();
    let stale = bank
        .simulator
        .right_values_json(&bank.member.clone())
        .unwrap();
    bank.answer_right();
    bank.run_job();
    assert_eq!(bank.call("PUT", "/resume", &stale).status, 400);
    assert_eq!(bank.times_broken(Rule::StaleChallenge), 1);
    assert_eq!(bank.simulator.counts().answers_repeated, 1);
    assert_eq!(
        bank.read_status().status_and_running(),
        ("CHALLENGED", true)
    );
}

#[test]
fn an_answer_without_a_challenge_is_refused() {
    let mut bank = Scenario::for_member("text");
    let body = resume(&[("CRD-x", "Chicago")]);
    assert_eq!(bank.call("PUT", "/resume", &body).status, 405);
    bank.aggregate();
    bank.answer_right();
    assert_eq!(bank.call("PUT", "/resume", &body).status, 405);
    assert_eq!(bank.times_broken(Rule::UnexpectedAnswer), 2);
}

#[test]
fn the_challenges_call_is_a_204_unless_the_member_is_challenged() {
    let mut bank = Scenario::for_member("challenges_apart");
    assert_eq!(bank.call("GET", "/challenges", "").status, 204);
    assert_eq!(bank.aggregate().challenges(), []);
    let reply = bank.call("GET", "/challenges", "");
    assert!(matches!(reply.body.member("challenges"), Some(Json::Array(all)) if all.len() == 1));
    bank.answer_right();
    assert_eq!(bank.call("GET", "/challenges", "").status, 204);
}

#[test]
fn a_challenge_expires_without_an_answer() {
    let mut bank = Scenario::for_member("text");
    bank.aggregate();
    bank.later(5 * MINUTE_MS);
    let reply = bank.read_status();
    assert_eq!(reply.status_and_running(), ("EXPIRED", false));
    assert!(reply.text("error").contains("2003"));
    assert_eq!(bank.start("aggregate").status, 202);
    assert_eq!(bank.run_job().status_and_running(), ("CHALLENGED", true));
}

#[test]
fn an_answer_to_an_expired_challenge_asks_again_and_removes_the_error() {
    let mut bank = Scenario::for_member("text");
    let guid = bank.aggregate().challenges()[0].member("guid").cloned();
    let late = bank
        .simulator
        .right_values_json(&bank.member.clone())
        .unwrap();
    bank.later(5 * MINUTE_MS);
    assert_eq!(bank.call("PUT", "/resume", &late).status, 202);
    let reply = bank.read_status();
    assert_eq!(
        (reply.status_and_running(), reply.get("error")),
        (("CHALLENGED", true), &Json::Null)
    );
    assert_ne!(reply.challenges()[0].member("guid").cloned(), guid);
    assert_eq!(bank.times_broken(Rule::AnswerExpired), 1);
    assert_eq!(
        bank.simulator.counts().answers_judged,
        0,
        "the bank did not receive the answer"
    );
}

#[test]
fn an_answer_to_an_expired_challenge_is_a_405_if_the_rules_say_so() {
    let mut bank = Scenario::for_member("text").with_rules(MxRules {
        expired_asks_again: false,
        challenge_minutes: 1,
        ..MxRules::default()
    });
    bank.aggregate();
    let late = bank
        .simulator
        .right_values_json(&bank.member.clone())
        .unwrap();
    bank.later(MINUTE_MS);
    assert_eq!(bank.call("PUT", "/resume", &late).status, 405);
}

#[test]
fn a_wrong_answer_ends_or_asks_again() {
    for (name, status, error) in [
        ("wrong_ends", "REJECTED", "2002"),
        ("wrong_code", "REJECTED", "2001"),
        ("wrong_denied", "DENIED", "2002"),
    ] {
        let mut bank = Scenario::for_member(name);
        bank.aggregate();
        bank.answer(&["wrong"]);
        let reply = bank.run_job();
        assert_eq!(reply.status_and_running(), (status, false), "{name}");
        assert!(reply.text("error").contains(error), "{name}");
    }
    let mut bank = Scenario::for_member("wrong_again");
    let first = bank.aggregate().challenges();
    bank.answer(&["wrong"]);
    bank.read_status();
    assert_eq!(bank.read_status().status_and_running(), ("REJECTED", true));
    let again = bank.run_job();
    assert_eq!(again.status_and_running(), ("CHALLENGED", true));
    assert_ne!(again.challenges(), first);
    bank.answer(&["rex"]);
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn an_answer_without_a_recent_status_is_counted() {
    let mut bank = Scenario::for_member("three_rounds");
    bank.aggregate();
    bank.answer_right();
    assert_eq!(
        bank.times_broken(Rule::AnswerWithoutRecentStatus),
        1,
        "the status was read once"
    );
    bank.run_job();
    bank.read_status();
    bank.later(10_001).answer_right();
    assert_eq!(
        bank.times_broken(Rule::AnswerWithoutRecentStatus),
        2,
        "the status was read too long ago"
    );
    bank.run_job();
    bank.read_status();
    bank.later(10_000).answer_right();
    assert_eq!(bank.times_broken(Rule::AnswerWithoutRecentStatus), 2);
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn an_option_is_answered_by_value_or_guid_or_label() {
    let value = |name: &str| {
        let mut bank = Scenario::for_member(name);
        bank.aggregate();
        bank.simulator.right_values(&bank.member.clone()).unwrap()[0]
            .1
            .clone()
    };
    assert_eq!(value("options_with_guids"), "branch-18");
    assert!(value("options_without_values").starts_with("CRD-"));
    assert_eq!(value("options_of_labels"), "Plateau");
    assert!(value("options_by_guid").starts_with("CRD-"));
    let mut bank = Scenario::for_member("options_with_guids");
    bank.aggregate();
    bank.answer(&["Plateau"]);
    assert_eq!(
        bank.run_job().status_and_running(),
        ("REJECTED", false),
        "labels are not values"
    );
}

#[test]
fn types_are_numbers_names_or_null() {
    let types = |bank: &mut Scenario| -> Vec<String> {
        let all = bank.aggregate().challenges();
        let kind = |one: &Json| one.member("type").unwrap().to_text();
        all.iter().map(kind).collect()
    };
    let names = ["TEXT", "TOKEN", "OPTIONS", "IMAGE_DATA", "IMAGE_OPTIONS"];
    let names = names.map(|name| format!("{name:?}"));
    let numbers = ["0", "12", "2", "13", "14"];
    let old = |name| {
        let bank = Scenario::for_member(name).with_header("Accept-Version", "");
        bank.with_header("Accept", "application/vnd.mx.api.v1+json")
    };
    assert_eq!(
        types(&mut Scenario::for_member("types_in_numbers")),
        numbers
    );
    assert_eq!(types(&mut old("types_in_names")), names);
    assert_eq!(
        types(&mut Scenario::for_member("types_of_null")),
        ["null"; 4]
    );
    assert_eq!(types(&mut Scenario::for_member("mixed")), names);
    assert_eq!(types(&mut old("mixed")), numbers);
}

#[test]
fn images_are_base64_or_data_uris_or_too_large() {
    let image = |name: &str, member: &str| {
        let all = Scenario::for_member(name).aggregate().challenges();
        all[0].member(member).unwrap().to_text()
    };
    assert!(image("image_bare", "image_data").starts_with("\"iVBORw0KGgo"));
    assert!(image("image_data_uri", "image_data").starts_with("\"data:image/gif;base64,R0lGOD"));
    assert!(image("svg_image", "image_data").starts_with("\"data:image/svg+xml;base64,"));
    assert!(image("huge_image", "image_data").len() > 5_000_000);
    assert!(
        image("image_options", "image_options").starts_with("[{\"data_uri\":\"data:image/png;")
    );
    assert!(image("many_options", "options").contains("Branch 3000"));
}
