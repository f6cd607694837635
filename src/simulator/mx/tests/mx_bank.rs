use super::*;

/// Signs in with this password, until the job asks or ends.
fn sign_in(password: &str) -> (String, Reply) {
    let mut bank = Scenario::for_member("mx_bank");
    bank.create("mxbank", ["mxuser", password]);
    let reply = bank.run_job();
    (reply.text("connection_status").to_owned(), reply)
}

#[test]
fn the_password_selects_the_scenario() {
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
        assert_eq!(sign_in(password).0, status, "{password}");
    }
}

#[test]
fn the_challenges_are_the_documented_ones() {
    for (password, label, kind, attachment) in [
        ("challenge", "What city were you born in?", "TEXT", "label"),
        ("options", "Pick one of the following", "OPTIONS", "options"),
        ("image", "Who is this guy?", "IMAGE_DATA", "image_data"),
    ] {
        let challenge = sign_in(password).1.challenges()[0].clone();
        assert_eq!(challenge.member("label"), Some(&Json::text(label)));
        assert_eq!(challenge.member("type"), Some(&Json::text(kind)));
        assert!(challenge.member(attachment).is_some());
    }
}

/// As in the guide's example.
#[test]
fn types_are_numbers_in_the_old_version() {
    let mut bank =
        Scenario::for_member("mx_bank_challenge").with_header("Accept-Version", "v20111101");
    let challenge = bank.aggregate().challenges()[0].clone();
    assert_eq!(challenge.member("type"), Some(&Json::number(0)));
    assert_eq!(challenge.member("field_name"), Some(&Json::Null));
}

#[test]
fn an_answer_selects_a_scenario_too() {
    for (answer, status) in [
        ("correct", "CONNECTED"),
        ("challenge", "CHALLENGED"),
        ("LOCKED", "LOCKED"),
        ("UNAUTHORIZED", "DENIED"),
        ("SERVER_ERROR", "FAILED"),
        ("Chicago", "REJECTED"),
    ] {
        for name in ["mx_bank_challenge", "mx_bank_options", "mx_bank_image"] {
            let mut bank = Scenario::for_member(name);
            bank.aggregate();
            bank.answer(&[answer]);
            assert_eq!(
                bank.run_job().status_and_running().0,
                status,
                "{name}, {answer}"
            );
        }
    }
}

#[test]
fn a_second_challenge_takes_the_same_answers() {
    let mut bank = Scenario::for_member("mx_bank_options");
    bank.aggregate();
    bank.answer(&["challenge"]);
    bank.run_job();
    bank.answer(&["challenge"]);
    bank.run_job();
    bank.answer(&["correct"]);
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn a_wrong_answer_is_denied_if_the_rules_say_so() {
    let rules = MxRules {
        mx_bank_denies: true,
        ..MxRules::default()
    };
    let mut bank = Scenario::for_member("mx_bank_challenge").with_rules(rules);
    bank.aggregate();
    bank.answer(&["Chicago"]);
    assert_eq!(bank.run_job().status_and_running(), ("DENIED", false));
}

#[test]
fn mx_bank_has_no_throttle() {
    let mut bank = Scenario::for_member("mx_bank");
    bank.aggregate();
    assert_eq!(
        bank.start("aggregate").status_and_running(),
        ("CONNECTED", true)
    );
}
