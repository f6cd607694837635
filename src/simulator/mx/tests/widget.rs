use super::*;

const ORIGIN: &str = "https://int-widgets.moneydesktop.com";

impl Scenario {
    fn ask_widget(&mut self, keys: &str) -> Reply {
        let user = self.simulator.user_guid();
        let body = format!(r#"{{"widget_url":{{{keys}}}}}"#);
        self.send("POST", &format!("/users/{user}/widget_urls"), &body)
    }

    /// The path of a new widget URL for this member.
    fn widget(&mut self) -> String {
        let member = self.member.clone();
        let keys = format!(
            r#""widget_type":"connect_widget","current_member_guid":"{member}","ui_message_version":4"#
        );
        let reply = self.ask_widget(&keys);
        assert_eq!(reply.status, 200);
        let widget = reply.body.member("widget_url").unwrap();
        let text = |name| widget.member(name).and_then(Json::as_text);
        assert_eq!(text("type"), Some("connect_widget"));
        assert_eq!(widget.member("user_id"), Some(&Json::Null));
        text("url")
            .unwrap()
            .strip_prefix(ORIGIN)
            .unwrap()
            .to_owned()
    }

    fn open(&mut self) -> String {
        let path = self.widget();
        assert_eq!(self.send("GET", &path, "").status, 200);
        path
    }

    fn state(&mut self, widget: &str) -> String {
        let reply = self.send("POST", &format!("{widget}/look"), "");
        let state = reply.body.member("state").and_then(Json::as_text);
        state.unwrap_or_default().to_owned()
    }
}

#[test]
fn both_versions_have_a_widget_whose_page_opens_once() {
    for version in ["v20250224", "v20111101"] {
        let mut bank =
            Scenario::for_member("already_challenged").with_header("Accept-Version", version);
        let widget = bank.open();
        assert_eq!(bank.send("GET", &widget, "").status, 410);
        assert_eq!(bank.state(&widget), "asks", "the opened page still works");
        assert_eq!(bank.times_broken(Rule::WindowUsed), 1);
    }
}

#[test]
fn a_widget_url_expires_after_ten_minutes() {
    let mut bank = Scenario::for_member("already_challenged");
    let (kept, late) = (bank.widget(), bank.widget());
    bank.later(10 * MINUTE_MS - 1);
    assert_eq!(bank.send("GET", &kept, "").status, 200);
    bank.later(1);
    assert_eq!(bank.send("GET", &late, "").status, 410);
}

#[test]
fn a_request_for_a_widget_is_read_strictly() {
    let mut bank = Scenario::for_member("already_challenged");
    let member = format!(r#""current_member_guid":"{}""#, bank.member);
    let connect = r#""widget_type":"connect_widget""#;
    for (keys, status) in [
        (format!(r#"{connect},{member},"mode":"aggregation""#), 200),
        (format!(r#"{connect},{member},"nonsense":1"#), 400),
        (format!(r#"{connect},{member},"Mode":"aggregation""#), 400),
        (
            format!(r#"{connect},{member},"ui_message_version":"4""#),
            400,
        ),
        (format!(r#"{connect},{member},{member}"#), 400),
        (
            format!(r#"{connect},{member},"connections_use_case_filter":true"#),
            400,
        ),
        (format!(r#""widget_type":"accounts_widget",{member}"#), 400),
        (member.clone(), 400),
        (connect.to_owned(), 404),
        (
            format!(r#"{connect},"current_member_guid":"MBR-none""#),
            404,
        ),
    ] {
        assert_eq!(bank.ask_widget(&keys).status, status, "{keys}");
    }
    let mut older =
        Scenario::for_member("already_challenged").with_header("Accept-Version", "v20111101");
    let filter = format!(r#"{connect},{member},"connections_use_case_filter":true"#);
    assert_eq!(older.ask_widget(&filter).status, 200);
    let locale = format!(r#"{connect},{member},"locale":"en""#);
    assert_eq!(older.ask_widget(&locale).status, 400);
}

#[test]
fn a_widget_needs_the_key_the_user_and_the_method() {
    let mut bank =
        Scenario::for_member("already_challenged").with_header("Authorization", "Basic eDp5");
    assert_eq!(bank.ask_widget("").status, 401);
    let mut bank = Scenario::for_member("already_challenged");
    assert_eq!(
        bank.send("POST", "/users/USR-x/widget_urls", "{}").status,
        404
    );
    let path = format!("/users/{}/widget_urls", bank.simulator.user_guid());
    assert_eq!(bank.send("GET", &path, "").status, 405);
}

#[test]
fn a_round_is_answered_in_the_widget_and_the_member_goes_on() {
    let mut bank = Scenario::for_member("already_challenged");
    let widget = bank.open();
    let right = bank
        .simulator
        .right_values_json(&bank.member.clone())
        .unwrap();
    let answer = format!("{widget}/answer");
    assert_eq!(bank.send("POST", &answer, "{}").status, 400);
    assert_eq!(bank.send("POST", &answer, &right).status, 200);
    assert_eq!(bank.state(&widget), "works");
    bank.run_job();
    assert_eq!(bank.state(&widget), "connected");
    assert_eq!(
        bank.send("POST", &answer, &right).status,
        400,
        "the widget has no more questions"
    );
}

#[test]
fn calls_of_the_page_need_an_opened_widget() {
    let mut bank = Scenario::for_member("already_challenged");
    let widget = bank.widget();
    assert_eq!(bank.send("POST", &format!("{widget}/look"), "").status, 410);
    for (part, content_type) in [
        ("widget.js", "text/javascript; charset=utf-8"),
        ("dom.js", "text/javascript; charset=utf-8"),
        ("page.css", "text/css; charset=utf-8"),
    ] {
        let reply = bank.send("GET", &format!("/md/assets/{part}"), "");
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, content_type)
        );
    }
    assert_eq!(bank.send("GET", "/md/assets/other.js", "").status, 404);
    assert_eq!(bank.send("GET", "/md/connect/none", "").status, 410);
}

#[test]
fn the_widget_opens_at_the_credentials_and_signs_the_member_in_again() {
    let mut bank = Scenario::for_member("denied");
    bank.aggregate();
    let widget = bank.open();
    assert_eq!(bank.state(&widget), "credentials");
    for (password, state) in [("wrong", "credentials"), ("Renewed", "connected")] {
        let credentials = bank.credentials("simulated_bank", ["denied", password]);
        let body = format!(r#"{{"member":{{"credentials":[{credentials}]}}}}"#);
        let path = format!("{widget}/sign-in");
        assert_eq!(bank.send("POST", &path, &body).status, 200);
        assert_eq!(bank.state(&widget), "works");
        bank.run_job();
        assert_eq!(bank.state(&widget), state);
    }
}

#[test]
fn the_widget_opens_at_the_error_and_tries_again() {
    for name in ["expired", "rejected", "locked", "impeded"] {
        let mut bank = Scenario::for_member(name);
        bank.aggregate();
        let widget = bank.open();
        assert_eq!(bank.state(&widget), "error");
        let path = format!("{widget}/retry");
        assert_eq!(bank.send("POST", &path, "{}").status, 200);
        assert_eq!(bank.state(&widget), "works");
        bank.run_job();
        assert_eq!(bank.state(&widget), "error", "{name} ends as before");
    }
}
