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
fn a_member_that_is_created_with_200_waits_for_its_first_job() {
    let rules = MxRules {
        created_status: 200,
        ..MxRules::default()
    };
    let mut bank = Scenario::for_member("").with_rules(rules);
    let reply = bank.create("simulated_bank", ["text", "Everyday"]);
    assert_eq!(reply.status_and_running(), ("CREATED", false));
    assert_eq!(bank.read_status().status_and_running(), ("CREATED", false));
    assert_eq!(bank.simulator.counts().credentials_judged, 0);
    assert_eq!(bank.aggregate().status_and_running(), ("CHALLENGED", true));
    let counts = bank.simulator.counts();
    assert_eq!((counts.jobs_started, counts.credentials_judged), (1, 1));
}

#[test]
fn a_product_that_the_institution_does_not_have_makes_the_creation_a_201() {
    let mut bank = Scenario::for_member("");
    let credentials = bank.credentials("simulated_bank", ["text", "Everyday"]);
    let path = format!("/users/{}/members", bank.simulator.user_guid());
    let member =
        format!(r#"{{"institution_code":"simulated_bank","credentials":[{credentials}]}}"#);
    for (request, status) in [
        (r#"{"products":["investments","transactions"]}"#, 201),
        (r#"{"products":"transactions"}"#, 400),
        (r#"{"jobs":["aggregate"]}"#, 400),
    ] {
        let body = format!(r#"{{"member":{member},"data_request":{request}}}"#);
        let reply = bank.send("POST", &path, &body);
        assert_eq!(reply.status, status, "{request}");
        let names_it = reply.body.to_text().contains(r#"["investments"]"#);
        assert_eq!(names_it, status == 201);
    }
}

#[test]
fn a_new_member_is_hidden_for_as_long_as_the_rules_say() {
    let rules = MxRules {
        created_visible_after: 4_000,
        ..MxRules::default()
    };
    let mut bank = Scenario::for_member("").with_rules(rules);
    bank.create("simulated_bank", ["text", "Everyday"]);
    assert_eq!(bank.read_status().status, 404);
    assert_eq!(bank.read_status().status, 200);
}

#[test]
fn paths_of_the_newer_version_take_the_partners_own_ids() {
    for (version, status) in [("v20250224", 200), ("rc20260430", 200), ("v20111101", 404)] {
        let mut bank = Scenario::for_member("text").with_header("Accept-Version", version);
        let path = "/users/user-1/members/text/status";
        assert_eq!(bank.send("GET", path, "").status, status, "{version}");
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
fn three_refused_sign_ins_in_a_row_prevent_the_member() {
    let mut bank = Scenario::for_member("text");
    for (password, status) in [
        ("wrong", "DENIED"),
        ("Renewed", "CONNECTED"),
        ("wrong", "DENIED"),
        ("wrong", "DENIED"),
        ("wrong", "PREVENTED"),
    ] {
        let credentials = bank.credentials("simulated_bank", ["text", password]);
        let body = format!(r#"{{"member":{{"credentials":[{credentials}]}}}}"#);
        bank.call("PUT", "", &body);
        assert_eq!(bank.run_job().status_and_running().0, status);
    }
}

#[test]
fn a_member_lists_the_credentials_of_its_institution() {
    let mut bank = Scenario::for_member("text");
    let own = bank.call("GET", "/credentials", "");
    let path = "/institutions/simulated_bank/credentials";
    assert_eq!(own.body, bank.send("GET", path, "").body);
    assert_eq!(bank.call("POST", "/credentials", "").status, 405);
}

#[test]
fn a_credential_with_options_takes_only_one_of_them() {
    for (branch, status) in [("N", 202), ("S", 202), ("North", 400), ("", 400)] {
        let mut bank = Scenario::for_member("");
        let reply = bank.send("GET", "/institutions/simulated_union/credentials", "");
        let Some(Json::Array(all)) = reply.body.member("credentials") else {
            panic!("no credentials");
        };
        let pairs = all.iter().map(|one| {
            let text = |name| one.member(name).and_then(Json::as_text).unwrap();
            let value = match text("field_name") {
                "LOGIN" => "three_credentials",
                "PASSWORD" => "Everyday",
                _ => branch,
            };
            format!(r#"{{"guid":"{}","value":"{value}"}}"#, text("guid"))
        });
        let credentials = pairs.collect::<Vec<_>>().join(",");
        let reply = bank.create_with(&format!(
            r#""institution_code":"simulated_union","credentials":[{credentials}]"#
        ));
        assert_eq!(reply.status, status, "{branch}");
    }
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
