use super::*;

#[test]
fn a_new_member_is_created_and_its_job_starts() {
    let mut bank = Scenario::for_member("");
    let reply = bank.create("simulated_bank", ["text", "Everyday"]);
    assert_eq!(
        (reply.status, reply.status_and_running()),
        (202, ("CREATED", true))
    );
    assert!(reply.text("guid").starts_with("MBR-"));
    assert_eq!(bank.run_job().status_and_running(), ("CHALLENGED", true));
    bank.answer(&["chicago"]);
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
    let counts = bank.simulator.counts();
    assert_eq!((counts.credentials, counts.credentials_judged), (1, 1));
}

#[test]
fn creating_succeeds_with_any_of_three_statuses() {
    for status in [200, 201, 202] {
        let rules = MxRules {
            created_status: status,
            ..MxRules::default()
        };
        let mut bank = Scenario::for_member("").with_rules(rules);
        assert_eq!(bank.create("mxbank", ["mxuser", "x"]).status, status);
    }
}

#[test]
fn the_same_credentials_conflict_with_the_existing_member() {
    let mut bank = Scenario::for_member("");
    let first = bank.create("mxbank", ["mxuser", "challenge"]);
    let again = bank.create("mxbank", ["mxuser", "challenge"]);
    assert_eq!(again.status, 409);
    assert!(again.body.to_text().contains(first.text("guid")));
    assert_eq!(bank.simulator.counts().credentials_repeated, 1);
    assert_eq!(bank.create("mxbank", ["mxuser", "options"]).status, 202);
    let taken = bank.create("simulated_bank", ["taken", "Everyday"]);
    let guid = bank.simulator.member_guid("taken").unwrap();
    assert_eq!(taken.status, 409);
    assert!(taken.body.to_text().contains(&guid));
}

#[test]
fn credentials_need_the_guids_of_their_institution() {
    let mut bank = Scenario::for_member("");
    let right = bank.credentials("simulated_bank", ["mxuser", "x"]);
    let half = right.split("},").next().unwrap().to_owned() + "}";
    for credentials in [
        right,
        half,
        String::new(),
        r#"{"guid":"LOGIN","value":"mxuser"}"#.to_owned(),
    ] {
        let reply = bank.create_with(&format!(
            r#""institution_code":"mxbank","credentials":[{credentials}]"#
        ));
        assert_eq!(reply.status, 400, "{credentials}");
    }
    assert_eq!(bank.times_broken(Rule::CredentialGuids), 4);
}

#[test]
fn new_credentials_start_a_job() {
    let mut bank = Scenario::for_member("denied");
    assert_eq!(bank.aggregate().status_and_running(), ("DENIED", false));
    for (password, status) in [("wrong", "DENIED"), ("Renewed", "CONNECTED")] {
        let credentials = bank.credentials("simulated_bank", ["denied", password]);
        let body = format!(r#"{{"member":{{"credentials":[{credentials}]}}}}"#);
        let reply = bank.call("PUT", "", &body);
        assert_eq!(
            (reply.status, reply.status_and_running()),
            (200, ("UPDATED", true))
        );
        assert_eq!(bank.run_job().status_and_running().0, status);
    }
    assert_eq!(bank.simulator.counts().credentials_judged, 2);
}

#[test]
fn an_update_must_not_be_empty() {
    let mut bank = Scenario::for_member("text");
    for body in ["", "{}", r#"{"member":{}}"#, r#"{"member":[]}"#] {
        assert_eq!(bank.call("PUT", "", body).status, 400, "{body}");
    }
    let reply = bank.call("PUT", "", r#"{"member":{"id":"mine"}}"#);
    assert_eq!((reply.status, reply.text("id")), (200, "mine"));
    assert_eq!(
        reply.status_and_running(),
        ("CONNECTED", false),
        "no job starts"
    );
}

#[test]
fn aggregation_can_be_skipped_only_in_the_old_version() {
    let create = |bank: &mut Scenario| {
        let credentials = bank.credentials("mxbank", ["mxuser", "challenge"]);
        bank.create_with(&format!(
            r#""institution_code":"mxbank","skip_aggregation":true,"credentials":[{credentials}]"#
        ))
    };
    let mut old = Scenario::for_member("").with_header("Accept-Version", "v20111101");
    let reply = create(&mut old);
    assert_eq!(reply.status_and_running(), ("CREATED", false));
    old.member = reply.text("guid").to_owned();
    assert_eq!(old.aggregate().status_and_running(), ("CHALLENGED", true));
    assert_eq!(create(&mut Scenario::for_member("")).status, 400);
}

#[test]
fn an_unknown_institution_is_not_found() {
    let mut bank = Scenario::for_member("");
    let reply = bank.create_with(r#""institution_code":"nowhere","credentials":[]"#);
    assert_eq!(reply.status, 404);
    assert_eq!(
        bank.send("GET", "/institutions/a%2Fb/credentials", "")
            .status,
        404
    );
    assert_eq!(
        bank.send("GET", "/institutions/a/b/credentials", "").status,
        404
    );
    assert_eq!(bank.times_broken(Rule::Institution), 2);
}
