use super::*;

#[test]
fn a_new_member_is_created_and_its_story_begins() {
    let mut bank = Scenario::of("");
    let got = bank.create("simulated_bank", ["text", "Everyday"]);
    assert_eq!((got.status, got.stands()), (202, ("CREATED", true)));
    assert!(got.text("guid").starts_with("MBR-"));
    assert_eq!(bank.settle().stands(), ("CHALLENGED", true));
    bank.answer(&["chicago"]);
    assert_eq!(bank.settle().stands(), ("CONNECTED", false));
    let counts = bank.bank.counts();
    assert_eq!((counts.credentials, counts.credentials_judged), (1, 1));
}

#[test]
fn creating_succeeds_with_any_of_three_statuses() {
    for status in [200, 201, 202] {
        let rules = MxRules {
            created_status: status,
            ..MxRules::default()
        };
        let mut bank = Scenario::of("").under(rules);
        assert_eq!(bank.create("mxbank", ["mxuser", "x"]).status, status);
    }
}

#[test]
fn the_same_credentials_a_second_time_name_the_member_that_exists() {
    let mut bank = Scenario::of("");
    let first = bank.create("mxbank", ["mxuser", "challenge"]);
    let again = bank.create("mxbank", ["mxuser", "challenge"]);
    assert_eq!(again.status, 409);
    assert!(again.body.to_text().contains(first.text("guid")));
    assert_eq!(bank.bank.counts().credentials_repeated, 1);
    assert_eq!(bank.create("mxbank", ["mxuser", "options"]).status, 202);
    let taken = bank.create("simulated_bank", ["taken", "Everyday"]);
    let guid = bank.bank.member_guid("taken").unwrap();
    assert_eq!(taken.status, 409);
    assert!(taken.body.to_text().contains(&guid));
}

#[test]
fn credentials_go_by_the_guids_of_their_institution() {
    let mut bank = Scenario::of("");
    let theirs = bank.credentials("simulated_bank", ["mxuser", "x"]);
    let half = theirs.split("},").next().unwrap().to_owned() + "}";
    for credentials in [
        theirs,
        half,
        String::new(),
        r#"{"guid":"LOGIN","value":"mxuser"}"#.to_owned(),
    ] {
        let got = bank.create_with(&format!(
            r#""institution_code":"mxbank","credentials":[{credentials}]"#
        ));
        assert_eq!(got.status, 400, "{credentials}");
    }
    assert_eq!(bank.broken(Rule::CredentialGuids), 4);
}

#[test]
fn new_credentials_start_a_job_of_their_own() {
    let mut bank = Scenario::of("denied");
    assert_eq!(bank.aggregate().stands(), ("DENIED", false));
    for (password, status) in [("wrong", "DENIED"), ("Renewed", "CONNECTED")] {
        let credentials = bank.credentials("simulated_bank", ["denied", password]);
        let body = format!(r#"{{"member":{{"credentials":[{credentials}]}}}}"#);
        let got = bank.call("PUT", "", &body);
        assert_eq!((got.status, got.stands()), (200, ("UPDATED", true)));
        assert_eq!(bank.settle().stands().0, status);
    }
    assert_eq!(bank.bank.counts().credentials_judged, 2);
}

#[test]
fn an_update_says_something() {
    let mut bank = Scenario::of("text");
    for body in ["", "{}", r#"{"member":{}}"#, r#"{"member":[]}"#] {
        assert_eq!(bank.call("PUT", "", body).status, 400, "{body}");
    }
    let got = bank.call("PUT", "", r#"{"member":{"id":"mine"}}"#);
    assert_eq!((got.status, got.text("id")), (200, "mine"));
    assert_eq!(got.stands(), ("CONNECTED", false), "and starts nothing");
}

#[test]
fn aggregation_can_be_skipped_in_the_former_version_only() {
    let create = |bank: &mut Scenario| {
        let credentials = bank.credentials("mxbank", ["mxuser", "challenge"]);
        bank.create_with(&format!(
            r#""institution_code":"mxbank","skip_aggregation":true,"credentials":[{credentials}]"#
        ))
    };
    let mut former = Scenario::of("").saying("Accept-Version", "v20111101");
    let got = create(&mut former);
    assert_eq!(got.stands(), ("CREATED", false));
    former.member = got.text("guid").to_owned();
    assert_eq!(former.aggregate().stands(), ("CHALLENGED", true));
    assert_eq!(create(&mut Scenario::of("")).status, 400);
}

#[test]
fn an_unknown_institution_is_not_found() {
    let mut bank = Scenario::of("");
    let got = bank.create_with(r#""institution_code":"nowhere","credentials":[]"#);
    assert_eq!(got.status, 404);
    assert_eq!(
        bank.send("GET", "/institutions/a%2Fb/credentials", "")
            .status,
        404
    );
    assert_eq!(
        bank.send("GET", "/institutions/a/b/credentials", "").status,
        404
    );
    assert_eq!(bank.broken(Rule::Institution), 2);
}
