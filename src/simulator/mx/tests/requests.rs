use super::*;

#[test]
fn every_call_needs_the_client_id_and_the_key() {
    for authorization in ["", "Basic eDp5", "Bearer x"] {
        let mut bank = Scenario::for_member("text").with_header("Authorization", authorization);
        assert_eq!(bank.read_status().status, 401);
        assert_eq!(
            bank.send("GET", "/institutions/mxbank/credentials", "")
                .status,
            401
        );
        assert_eq!(bank.times_broken(Rule::ApiKey), 2);
    }
}

#[test]
fn accept_version_or_accept_selects_the_version() {
    let status = |accept: &str, version: &str, required| {
        let rules = MxRules {
            accept_version_required: required,
            ..MxRules::default()
        };
        let bank = Scenario::for_member("text").with_rules(rules);
        let mut bank = bank
            .with_header("Accept", accept)
            .with_header("Accept-Version", version);
        (bank.read_status().status, bank.times_broken(Rule::Version))
    };
    const FORMER: &str = "application/vnd.mx.api.v1+json";
    for (accept, version, required, expected) in [
        ("application/json", "v20250224", true, (200, 0)),
        ("*/*", "v20250224", false, (200, 0)),
        (FORMER, "v20111101", true, (200, 0)),
        (FORMER, "", false, (200, 0)),
        (
            "text/html, application/vnd.mx.api.v1+json;q=0.9",
            "",
            false,
            (200, 0),
        ),
        (FORMER, "", true, (406, 1)),
        ("application/json", "", false, (406, 1)),
        ("*/*", "", false, (406, 1)),
        (FORMER, "v1", false, (406, 1)),
    ] {
        assert_eq!(
            status(accept, version, required),
            expected,
            "{accept}, {version}"
        );
    }
}

#[test]
fn each_version_has_its_media_type_and_keys() {
    let read = |version| {
        Scenario::for_member("text")
            .with_header("Accept-Version", version)
            .aggregate()
    };
    let old = read("v20111101");
    let media_type = old.header("content-type");
    assert_eq!(media_type, "application/vnd.mx.api.v1+json; charset=utf-8");
    let newer = read("v20260601");
    assert_eq!(
        newer.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert_eq!(newer.get("is_authenticated"), &Json::Null);
    assert_eq!(newer.status_and_running(), ("CHALLENGED", true));
    assert_eq!(newer.challenges().len(), 1);
}

#[test]
fn an_unknown_user_or_member_is_not_found() {
    let mut bank = Scenario::for_member("text");
    let member = bank.member.clone();
    let reply = bank.send("GET", &format!("/users/USR-x/members/{member}/status"), "");
    assert_eq!((reply.status, bank.times_broken(Rule::User)), (404, 1));
    bank.member = "MBR-x".to_owned();
    assert_eq!(
        (bank.read_status().status, bank.times_broken(Rule::Member)),
        (404, 1)
    );
}

#[test]
fn only_specified_paths_and_methods_are_accepted() {
    let mut bank = Scenario::for_member("text");
    for (method, tail, status) in [
        ("GET", "", 200),
        ("POST", "/status", 405),
        ("GET", "/aggregate", 405),
        ("POST", "/resume", 405),
        ("DELETE", "", 405),
        ("POST", "/fetch_rewards", 202),
        ("POST", "/fetch_nothing", 404),
        ("GET", "/status/", 404),
    ] {
        assert_eq!(
            bank.call(method, tail, "").status,
            status,
            "{method} {tail}"
        );
    }
    assert_eq!(bank.send("GET", "/users/x", "").status, 404);
}

#[test]
fn a_resume_accepts_only_the_specified_keys() {
    let mut bank = Scenario::for_member("text");
    let guid = bank.aggregate().challenges()[0]
        .member("guid")
        .unwrap()
        .to_text();
    let (one, both) = (format!("{{\"guid\":{guid}"), "\"value\":\"Chicago\"");
    for challenge in [
        format!("{one}}}"),
        format!("{one},{both},\"label\":\"What city were you born in?\"}}"),
        format!("{one},\"value\":7}}"),
        format!("{one},{both},{both}}}"),
        "[]".to_owned(),
    ] {
        let body = format!(r#"{{"member":{{"challenges":[{challenge}]}}}}"#);
        assert_eq!(bank.call("PUT", "/resume", &body).status, 400, "{body}");
    }
    for body in [
        String::new(),
        "[]".to_owned(),
        r#"{"challenges":[]}"#.to_owned(),
        r#"{"member":{}}"#.to_owned(),
        format!(r#"{{"member":{{"challenges":[{one},{both}}}],"id":"x"}}}}"#),
    ] {
        assert_eq!(bank.call("PUT", "/resume", &body).status, 400, "{body}");
    }
    assert_eq!(bank.times_broken(Rule::Body), 10);
    assert_eq!(bank.answer_right().status, 202);
}

#[test]
fn a_body_needs_the_json_media_type() {
    let mut bank = Scenario::for_member("text").with_header("Content-Type", "text/plain");
    assert_eq!(bank.call("PUT", "", r#"{"member":{"id":"x"}}"#).status, 400);
}

#[test]
fn errors_have_several_shapes() {
    let text = |reply: Reply| reply.body.to_text();
    let mut bank = Scenario::for_member("text");
    assert!(text(bank.call("PUT", "", "{}")).starts_with(r#"{"error":{"message":"#));
    assert!(text(bank.call("GET", "/nothing", "")).starts_with(r#"{"error":""#));
    assert!(text(bank.call("DELETE", "", "")).starts_with(r#"{"message":"#));
    let mut bank = bank.with_header("Accept-Version", "v0");
    assert_eq!(text(bank.read_status()), "null");
}

#[test]
fn each_quirk_of_the_status_body_sets_its_keys() {
    let mut slim = Scenario::for_member("slim");
    slim.start("aggregate");
    let reply = slim.read_status();
    assert_eq!(
        reply.body.to_text(),
        r#"{"member":{"connection_status":"CONNECTED"}}"#
    );
    let reply = slim.read_status();
    assert_eq!(
        (reply.status_and_running().0, reply.challenges().len()),
        ("CHALLENGED", 1)
    );
    let nulls = Scenario::for_member("nulls").aggregate();
    assert_eq!(
        (nulls.get("guid"), nulls.status_and_running()),
        (&Json::Null, ("CHALLENGED", true))
    );
    let mut empty = Scenario::for_member("no_challenges");
    let reply = empty.aggregate();
    assert_eq!(
        (reply.status_and_running(), reply.challenges().len()),
        (("CHALLENGED", true), 0)
    );
    assert_eq!(
        empty.call("GET", "/challenges", "").body.to_text(),
        r#"{"challenges":[]}"#
    );
}
