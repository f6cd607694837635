use super::*;

#[test]
fn every_call_needs_the_client_id_and_the_key() {
    for authorization in ["", "Basic eDp5", "Bearer x"] {
        let mut bank = Scenario::of("text").saying("Authorization", authorization);
        assert_eq!(bank.look().status, 401);
        assert_eq!(
            bank.send("GET", "/institutions/mxbank/credentials", "")
                .status,
            401
        );
        assert_eq!(bank.broken(Rule::ApiKey), 2);
    }
}

#[test]
fn a_version_is_asked_for_in_either_way() {
    let status = |accept: &str, version: &str, required| {
        let rules = MxRules {
            accept_version_required: required,
            ..MxRules::default()
        };
        let bank = Scenario::of("text").under(rules);
        let mut bank = bank
            .saying("Accept", accept)
            .saying("Accept-Version", version);
        (bank.look().status, bank.broken(Rule::Version))
    };
    const FORMER: &str = "application/vnd.mx.api.v1+json";
    for (accept, version, required, wanted) in [
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
            wanted,
            "{accept}, {version}"
        );
    }
}

#[test]
fn each_version_names_its_media_type_and_newer_ones_are_slimmer() {
    let look = |version| {
        Scenario::of("text")
            .saying("Accept-Version", version)
            .aggregate()
    };
    let former = look("v20111101");
    let media_type = former.header("content-type");
    assert_eq!(media_type, "application/vnd.mx.api.v1+json; charset=utf-8");
    let newer = look("v20260601");
    assert_eq!(
        newer.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert_eq!(newer.get("is_authenticated"), &Json::Null);
    assert_eq!(newer.stands(), ("CHALLENGED", true));
    assert_eq!(newer.challenges().len(), 1);
}

#[test]
fn the_user_and_the_member_are_known() {
    let mut bank = Scenario::of("text");
    let member = bank.member.clone();
    let got = bank.send("GET", &format!("/users/USR-x/members/{member}/status"), "");
    assert_eq!((got.status, bank.broken(Rule::User)), (404, 1));
    bank.member = "MBR-x".to_owned();
    assert_eq!((bank.look().status, bank.broken(Rule::Member)), (404, 1));
}

#[test]
fn paths_and_methods_are_those_of_the_specification() {
    let mut bank = Scenario::of("text");
    for (method, tail, status) in [
        ("GET", "", 200),
        ("POST", "/status", 405),
        ("GET", "/aggregate", 405),
        ("POST", "/resume", 405),
        ("DELETE", "", 405),
        ("POST", "/fetch_rewards", 404),
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
fn a_resume_has_the_keys_of_the_specification_and_no_others() {
    let mut bank = Scenario::of("text");
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
    assert_eq!(bank.broken(Rule::Body), 10);
    assert_eq!(bank.answer_right().status, 202);
}

#[test]
fn a_body_is_json_by_its_media_type() {
    let mut bank = Scenario::of("text").saying("Content-Type", "text/plain");
    assert_eq!(bank.call("PUT", "", r#"{"member":{"id":"x"}}"#).status, 400);
}

#[test]
fn errors_come_in_several_shapes() {
    let text = |got: Got| got.body.to_text();
    let mut bank = Scenario::of("text");
    assert!(text(bank.call("PUT", "", "{}")).starts_with(r#"{"error":{"message":"#));
    assert!(text(bank.call("GET", "/nothing", "")).starts_with(r#"{"error":""#));
    assert!(text(bank.call("DELETE", "", "")).starts_with(r#"{"message":"#));
    let mut bank = bank.saying("Accept-Version", "v0");
    assert_eq!(text(bank.look()), "null");
}

#[test]
fn odd_status_bodies_still_say_what_matters() {
    let mut slim = Scenario::of("slim");
    slim.start("aggregate");
    let got = slim.look();
    assert_eq!(
        got.body.to_text(),
        r#"{"member":{"connection_status":"CONNECTED"}}"#
    );
    let got = slim.look();
    assert_eq!((got.stands().0, got.challenges().len()), ("CHALLENGED", 1));
    let nulls = Scenario::of("nulls").aggregate();
    assert_eq!(
        (nulls.get("guid"), nulls.stands()),
        (&Json::Null, ("CHALLENGED", true))
    );
    let mut empty = Scenario::of("no_challenges");
    let got = empty.aggregate();
    assert_eq!(
        (got.stands(), got.challenges().len()),
        (("CHALLENGED", true), 0)
    );
    assert_eq!(
        empty.call("GET", "/challenges", "").body.to_text(),
        r#"{"challenges":[]}"#
    );
}
