use super::*;

/// The path of a window's URL.
fn path(uri: &str) -> String {
    uri.strip_prefix("https://mxbank.mx.com")
        .unwrap()
        .to_owned()
}

impl Scenario {
    fn window(&mut self, query: &str) -> String {
        let reply = self.call("GET", &format!("/oauth_window_uri{query}"), "");
        assert_eq!(
            (reply.status, reply.text("guid")),
            (200, self.member.as_str())
        );
        path(reply.text("oauth_window_uri"))
    }

    /// The redirect after the person's decision.
    fn decide(&mut self, window: &str, decision: &str) -> String {
        let reply = self.send("POST", window, &format!("decision={decision}"));
        assert_eq!(reply.status, 302);
        reply.header("location").to_owned()
    }
}

const APP: &str =
    "?referral_source=APP&client_redirect_url=https%3A%2F%2Fapp.example%2Fback%3Fa%3D1";

#[test]
fn a_member_is_pending_until_the_person_approves() {
    let mut bank = Scenario::for_member("oauth");
    assert_eq!(bank.read_status().status_and_running(), ("PENDING", false));
    assert_eq!(
        bank.start("aggregate").status_and_running(),
        ("PENDING", false)
    );
    let window = bank.window(APP);
    assert_eq!(bank.send("GET", &window, "").status, 200);
    let location = bank.decide(&window, "approve");
    let guid = bank.member.clone();
    let expected = format!("https://app.example/back?a=1&status=success&member_guid={guid}");
    assert_eq!(location, expected);
    assert_eq!(bank.read_status().status_and_running(), ("CREATED", true));
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn a_window_takes_the_options_of_the_page_only() {
    let mut bank = Scenario::for_member("oauth_revoked");
    for query in [
        "?referral_source=APP&client_redirect_url=x",
        "?referral_source=BROWSER&enable_app2app=false",
        "?skip_aggregation=true&ui_message_webview_url_scheme=myapp",
    ] {
        bank.window(query);
    }
    for query in [
        "?referral_source=app",
        "?enable_app2app=0",
        "?skip_aggregation=",
        "?redirect_url=x",
        "?referral_source=APP&referral_source=APP",
    ] {
        let reply = bank.call("GET", &format!("/oauth_window_uri{query}"), "");
        assert_eq!(reply.status, 400, "{query}");
    }
}

#[test]
fn a_withdrawn_access_ends_in_2004_until_the_person_signs_in_again() {
    let mut bank = Scenario::for_member("oauth_revoked");
    bank.start("aggregate");
    let ended = bank.run_job();
    assert_eq!(ended.status_and_running(), ("DENIED", false));
    assert!(ended.text("error").contains("2004"));
    let window = bank.window("");
    let location = bank.decide(&window, "fail");
    assert!(location.contains("status=error&error_reason=PROVIDER_ERROR&"));
    let window = bank.window("");
    bank.decide(&window, "approve");
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn a_window_without_aggregation_starts_no_job() {
    let mut bank = Scenario::for_member("oauth_revoked");
    let window = bank.window("?skip_aggregation=true");
    bank.decide(&window, "approve");
    assert_eq!(
        bank.read_status().status_and_running(),
        ("CONNECTED", false)
    );
}

#[test]
fn a_window_opens_once() {
    let mut bank = Scenario::for_member("oauth");
    let (first, second) = (bank.window(""), bank.window(""));
    assert_ne!(first, second);
    assert_eq!(bank.send("GET", &first, "").status, 200);
    assert_eq!(bank.send("GET", &first, "").status, 410);
    bank.decide(&first, "cancel");
    assert_eq!(bank.send("POST", &first, "decision=approve").status, 410);
    assert_eq!(bank.send("GET", "/oauth/authorize?state=x", "").status, 410);
    assert_eq!(bank.times_broken(Rule::WindowUsed), 3);
    assert_eq!(bank.read_status().status_and_running(), ("PENDING", false));
    bank.decide(&second, "approve");
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn denying_or_cancelling_redirects_with_an_error() {
    for (decision, reason, status) in [
        ("deny", "DENIED", "DENIED"),
        ("cancel", "CANCELLED", "PENDING"),
    ] {
        let mut bank = Scenario::for_member("oauth");
        let window = bank.window("");
        let location = bank.decide(&window, decision);
        assert!(location.starts_with(&format!(
            "/oauth/complete?status=error&error_reason={reason}&"
        )));
        assert_eq!(bank.read_status().status_and_running(), (status, false));
        assert_eq!(bank.send("GET", &location, "").status, 200);
    }
}

#[test]
fn only_an_app_can_choose_the_redirect() {
    let mut bank = Scenario::for_member("oauth");
    let window = bank.window(&APP.replace("APP", "BROWSER"));
    assert!(
        bank.decide(&window, "approve")
            .starts_with("/oauth/complete?status=success&member_guid=MBR-")
    );
}

#[test]
fn the_redirect_can_be_escaped_twice() {
    let mut bank = Scenario::for_member("oauth_escaped");
    let window = bank.window(APP);
    let location = bank.decide(&window, "approve");
    assert!(location.ends_with(&format!("&amp;member_guid={}", bank.member)));
}

#[test]
fn a_migration_continues_with_another_guid() {
    let mut bank = Scenario::for_member("oauth_migrated");
    let window = bank.window(APP);
    let location = bank.decide(&window, "approve");
    assert_eq!(bank.read_status().status_and_running(), ("PENDING", false));
    let (_, guid) = location.split_once("member_guid=").unwrap();
    assert_ne!(guid, bank.member);
    bank.member = guid.to_owned();
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn a_challenge_can_follow_the_window() {
    let mut bank = Scenario::for_member("oauth_challenged");
    let window = bank.window("");
    bank.decide(&window, "approve");
    assert_eq!(bank.run_job().status_and_running(), ("CHALLENGED", true));
    bank.answer_right();
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn a_job_can_end_pending_until_the_window_is_opened_again() {
    let mut bank = Scenario::for_member("oauth_again");
    assert_eq!(bank.aggregate().status_and_running(), ("PENDING", false));
    let window = bank.window("");
    bank.decide(&window, "approve");
    assert_eq!(bank.run_job().status_and_running(), ("CONNECTED", false));
}

#[test]
fn an_oauth_member_is_created_with_a_window_and_without_credentials() {
    const OAUTH: &str = r#""institution_code":"mx_bank_oauth","is_oauth":true"#;
    let mut bank = Scenario::for_member("");
    let reply = bank.create_with(&format!(
        r#"{OAUTH},"credentials":[],"id":"oauth_challenged""#
    ));
    assert_eq!(
        (reply.status, reply.status_and_running()),
        (202, ("PENDING", false))
    );
    assert_eq!(reply.get("is_oauth"), &Json::Bool(true));
    bank.member = reply.text("guid").to_owned();
    let window = path(reply.text("oauth_window_uri"));
    bank.decide(&window, "approve");
    assert_eq!(bank.run_job().status_and_running(), ("CHALLENGED", true));
    let credentials = bank.credentials("mxbank", ["mxuser", "x"]);
    for member in [
        r#""institution_code":"mx_bank_oauth","credentials":[]"#.to_owned(),
        r#""institution_code":"mxbank","is_oauth":true,"credentials":[]"#.to_owned(),
        format!(r#"{OAUTH},"credentials":[{credentials}]"#),
    ] {
        assert_eq!(bank.create_with(&member).status, 400, "{member}");
    }
}

#[test]
fn only_an_oauth_member_has_a_window() {
    assert_eq!(
        Scenario::for_member("text")
            .call("GET", "/oauth_window_uri", "")
            .status,
        405
    );
}
