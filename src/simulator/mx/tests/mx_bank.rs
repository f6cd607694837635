use super::*;

/// Signed in as the table says, to where it first stands still.
fn stands(password: &str) -> (String, Got) {
    let mut bank = Scenario::of("mx_bank");
    bank.create("mxbank", ["mxuser", password]);
    let got = bank.settle();
    (got.text("connection_status").to_owned(), got)
}

#[test]
fn the_password_is_the_scenario() {
    for (password, status) in [
        ("whatever", "CONNECTED"),
        ("Challenge", "CONNECTED"),
        ("challenge", "CHALLENGED"),
        ("options", "CHALLENGED"),
        ("image", "CHALLENGED"),
        ("UNAUTHORIZED", "DENIED"),
        ("INVALID", "DENIED"),
        ("DISABLED", "DENIED"),
        ("LOCKED", "LOCKED"),
        ("BAD_REQUEST", "FAILED"),
        ("SERVER_ERROR", "FAILED"),
        ("UNAVAILABLE", "FAILED"),
    ] {
        assert_eq!(stands(password).0, status, "{password}");
    }
}

#[test]
fn the_challenges_are_those_of_the_pages() {
    for (password, label, kind, attachment) in [
        ("challenge", "What city were you born in?", "TEXT", "label"),
        ("options", "Pick one of the following", "OPTIONS", "options"),
        ("image", "Who is this guy?", "IMAGE_DATA", "image_data"),
    ] {
        let challenge = stands(password).1.challenges()[0].clone();
        assert_eq!(challenge.member("label"), Some(&Json::text(label)));
        assert_eq!(challenge.member("type"), Some(&Json::text(kind)));
        assert!(challenge.member(attachment).is_some());
    }
}

/// The guide's own example.
#[test]
fn the_former_version_numbers_its_types() {
    let mut bank = Scenario::of("mx_bank_challenge").saying("Accept-Version", "v20111101");
    let challenge = bank.aggregate().challenges()[0].clone();
    assert_eq!(challenge.member("type"), Some(&Json::number(0)));
    assert_eq!(challenge.member("field_name"), Some(&Json::Null));
}

#[test]
fn an_answer_is_a_scenario_too() {
    for (answer, status) in [
        ("correct", "CONNECTED"),
        ("challenge", "CHALLENGED"),
        ("LOCKED", "LOCKED"),
        ("UNAUTHORIZED", "DENIED"),
        ("SERVER_ERROR", "FAILED"),
        ("Chicago", "REJECTED"),
    ] {
        for name in ["mx_bank_challenge", "mx_bank_options", "mx_bank_image"] {
            let mut bank = Scenario::of(name);
            bank.aggregate();
            bank.answer(&[answer]);
            assert_eq!(bank.settle().stands().0, status, "{name}, {answer}");
        }
    }
}

#[test]
fn a_follow_up_is_answered_like_the_first() {
    let mut bank = Scenario::of("mx_bank_options");
    bank.aggregate();
    bank.answer(&["challenge"]);
    bank.settle();
    bank.answer(&["challenge"]);
    bank.settle();
    bank.answer(&["correct"]);
    assert_eq!(bank.settle().stands(), ("CONNECTED", false));
}

#[test]
fn a_wrong_answer_is_denied_where_the_rules_say_so() {
    let rules = MxRules {
        mx_bank_denies: true,
        ..MxRules::default()
    };
    let mut bank = Scenario::of("mx_bank_challenge").under(rules);
    bank.aggregate();
    bank.answer(&["Chicago"]);
    assert_eq!(bank.settle().stands(), ("DENIED", false));
}

#[test]
fn mx_bank_has_no_throttle() {
    let mut bank = Scenario::of("mx_bank");
    bank.aggregate();
    assert_eq!(bank.start("aggregate").stands(), ("CONNECTED", true));
}
