use super::*;

#[test]
fn a_code_by_phone_takes_two_rounds_with_guids_of_their_own() {
    let mut bank = Scenario::of("code_by_phone");
    let first = bank.aggregate().challenges();
    let resumed = bank.answer(&["sms:1"]);
    assert_eq!((resumed.status, resumed.stands()), (202, ("RESUMED", true)));
    assert_eq!(
        resumed.get("challenges"),
        &Json::Null,
        "the body is a member"
    );
    let look = bank.look();
    assert_eq!(look.stands(), ("RESUMED", true));
    assert_eq!(*look.get("is_authenticated"), Json::Bool(false));
    let second = bank.settle().challenges();
    assert_eq!(second[0].member("type"), Some(&Json::text("TOKEN")));
    assert_ne!(first[0].member("guid"), second[0].member("guid"));
    bank.answer(&["246810"]);
    assert_eq!(bank.settle().stands(), ("CONNECTED", false));
}

#[test]
fn all_challenges_of_a_round_are_answered_at_once() {
    let mut bank = Scenario::of("equal_labels");
    bank.aggregate();
    assert_eq!(bank.answer(&["4"]).status, 400);
    assert_eq!(bank.answer(&["4", ""]).status, 400);
    assert_eq!(bank.answer(&[]).status, 400);
    assert_eq!(bank.broken(Rule::AnswersIncomplete), 3);
    assert_eq!(
        bank.look().stands(),
        ("CHALLENGED", true),
        "and the round stands"
    );
    assert_eq!(bank.answer(&["4", "7"]).status, 202);
    assert_eq!(bank.settle().stands(), ("CONNECTED", false));
}

#[test]
fn equal_labels_are_told_apart_by_their_guids() {
    for (name, wrong) in [("equal_labels", ["7", "4"]), ("two_options", ["1", "0"])] {
        let mut bank = Scenario::of(name);
        let labels: Vec<_> = bank.aggregate().challenges();
        assert_eq!(labels[0].member("label"), labels[1].member("label"));
        bank.answer(&wrong);
        assert_eq!(bank.settle().stands(), ("REJECTED", false), "{name}");
    }
}

#[test]
fn the_guids_of_another_round_are_refused() {
    let mut bank = Scenario::of("code_by_phone");
    bank.aggregate();
    let stale = bank.bank.right_values_json(&bank.member.clone()).unwrap();
    bank.answer_right();
    bank.settle();
    assert_eq!(bank.call("PUT", "/resume", &stale).status, 400);
    assert_eq!(bank.broken(Rule::StaleChallenge), 1);
    assert_eq!(bank.bank.counts().answers_repeated, 1);
    assert_eq!(bank.look().stands(), ("CHALLENGED", true));
}

#[test]
fn nothing_is_answered_that_was_not_asked() {
    let mut bank = Scenario::of("text");
    let body = resume(&[("CRD-x", "Chicago")]);
    assert_eq!(bank.call("PUT", "/resume", &body).status, 405);
    bank.aggregate();
    bank.answer_right();
    assert_eq!(bank.call("PUT", "/resume", &body).status, 405);
    assert_eq!(bank.broken(Rule::UnexpectedAnswer), 2);
}

#[test]
fn the_challenges_by_themselves_are_204_unless_it_asks() {
    let mut bank = Scenario::of("challenges_apart");
    assert_eq!(bank.call("GET", "/challenges", "").status, 204);
    assert_eq!(bank.aggregate().challenges(), []);
    let got = bank.call("GET", "/challenges", "");
    assert!(matches!(got.body.member("challenges"), Some(Json::Array(all)) if all.len() == 1));
    bank.answer_right();
    assert_eq!(bank.call("GET", "/challenges", "").status, 204);
}

#[test]
fn who_does_not_answer_in_time_is_expired() {
    let mut bank = Scenario::of("text");
    bank.aggregate();
    bank.later(5 * MINUTE_MS);
    let got = bank.look();
    assert_eq!(got.stands(), ("EXPIRED", false));
    assert!(got.text("error").contains("2003"));
    assert_eq!(bank.start("aggregate").status, 202);
    assert_eq!(bank.settle().stands(), ("CHALLENGED", true));
}

#[test]
fn an_answer_after_that_asks_anew_and_hides_the_error() {
    let mut bank = Scenario::of("text");
    let guid = bank.aggregate().challenges()[0].member("guid").cloned();
    let late = bank.bank.right_values_json(&bank.member.clone()).unwrap();
    bank.later(5 * MINUTE_MS);
    assert_eq!(bank.call("PUT", "/resume", &late).status, 202);
    let got = bank.look();
    assert_eq!(
        (got.stands(), got.get("error")),
        (("CHALLENGED", true), &Json::Null)
    );
    assert_ne!(got.challenges()[0].member("guid").cloned(), guid);
    assert_eq!(bank.broken(Rule::AnswerExpired), 1);
    assert_eq!(
        bank.bank.counts().answers_judged,
        0,
        "the bank never heard it"
    );
}

#[test]
fn or_it_is_a_405_where_the_rules_say_so() {
    let mut bank = Scenario::of("text").under(MxRules {
        expired_asks_again: false,
        challenge_minutes: 1,
        ..MxRules::default()
    });
    bank.aggregate();
    let late = bank.bank.right_values_json(&bank.member.clone()).unwrap();
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
        let mut bank = Scenario::of(name);
        bank.aggregate();
        bank.answer(&["wrong"]);
        let got = bank.settle();
        assert_eq!(got.stands(), (status, false), "{name}");
        assert!(got.text("error").contains(error), "{name}");
    }
    let mut bank = Scenario::of("wrong_again");
    let first = bank.aggregate().challenges();
    bank.answer(&["wrong"]);
    bank.look();
    assert_eq!(bank.look().stands(), ("REJECTED", true));
    let again = bank.settle();
    assert_eq!(again.stands(), ("CHALLENGED", true));
    assert_ne!(again.challenges(), first);
    bank.answer(&["rex"]);
    assert_eq!(bank.settle().stands(), ("CONNECTED", false));
}

#[test]
fn an_answer_without_a_look_before_it_is_counted() {
    let mut bank = Scenario::of("three_rounds");
    bank.aggregate();
    bank.answer_right();
    assert_eq!(
        bank.broken(Rule::AnswerWithoutRecentStatus),
        1,
        "looked once, to ask"
    );
    bank.settle();
    bank.look();
    bank.later(10_001).answer_right();
    assert_eq!(
        bank.broken(Rule::AnswerWithoutRecentStatus),
        2,
        "looked too long ago"
    );
    bank.settle();
    bank.look();
    bank.later(10_000).answer_right();
    assert_eq!(bank.broken(Rule::AnswerWithoutRecentStatus), 2);
    assert_eq!(bank.settle().stands(), ("CONNECTED", false));
}

#[test]
fn an_option_answers_by_value_then_guid_then_label() {
    let value = |name: &str| {
        let mut bank = Scenario::of(name);
        bank.aggregate();
        bank.bank.right_values(&bank.member.clone()).unwrap()[0]
            .1
            .clone()
    };
    assert_eq!(value("options_with_guids"), "branch-18");
    assert!(value("options_without_values").starts_with("CRD-"));
    assert_eq!(value("options_of_labels"), "Plateau");
    assert!(value("options_by_guid").starts_with("CRD-"));
    let mut bank = Scenario::of("options_with_guids");
    bank.aggregate();
    bank.answer(&["Plateau"]);
    assert_eq!(
        bank.settle().stands(),
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
    let former = |name| {
        let bank = Scenario::of(name).saying("Accept-Version", "");
        bank.saying("Accept", "application/vnd.mx.api.v1+json")
    };
    assert_eq!(types(&mut Scenario::of("types_in_numbers")), numbers);
    assert_eq!(types(&mut former("types_in_names")), names);
    assert_eq!(types(&mut Scenario::of("types_of_null")), ["null"; 4]);
    assert_eq!(types(&mut Scenario::of("mixed")), names);
    assert_eq!(types(&mut former("mixed")), numbers);
}

#[test]
fn images_are_bare_data_uris_or_far_too_large() {
    let image = |name: &str, member: &str| {
        let all = Scenario::of(name).aggregate().challenges();
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
