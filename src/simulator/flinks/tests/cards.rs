use super::data::call;
use super::*;

fn delete(bank: &mut Scenario, username: &str) -> Reply {
    let operation = format!("DeleteCard/{}", bank.simulator.login_id(username).unwrap());
    bank.with_api_key("DELETE", &operation, "")
}

fn sign_in(bank: &mut Scenario, username: &str) -> Reply {
    bank.mint();
    let reply = bank.post(&format!(
        r#"{{"Username":"{username}","Password":"Everyday","Institution":"FlinksCapital","MostRecentCached":false}}"#
    ));
    match reply.status {
        203 => bank.answer_right(),
        _ => reply,
    }
}

/// LoginId, state and code of each card in GetNightlyRefreshStatus.
pub(super) fn failing_cards(bank: &mut Scenario) -> Vec<(String, String, Json)> {
    let (path, bearer) = (
        bank.path("GetNightlyRefreshStatus"),
        format!("Bearer {}", bank.simulator.keys().bearer),
    );
    let reply = bank.send_with("GET", &path, Some(("Authorization", &bearer)), "");
    assert_eq!(reply.status, 200);
    let Some(Json::Array(cards)) = reply.body.member("IneligibleCards") else {
        return vec![];
    };
    let text = |card: &Json, name| card.member(name).unwrap().as_text().unwrap().to_owned();
    cards
        .iter()
        .map(|card| {
            let code = card.member("LastRefreshErrorCode").unwrap().clone();
            (text(card, "LoginId"), text(card, "LastRefreshState"), code)
        })
        .collect()
}

#[test]
fn a_broken_card_still_has_old_data() {
    for (username, code) in [
        ("broken_login", (400, "INVALID_LOGIN")),
        ("broken_question", (401, "QUESTION_NOT_FOUND")),
    ] {
        let mut bank = Scenario::new();
        for _ in 0..2 {
            assert_eq!(bank.live(username).code(), code);
            bank.mint();
            let reply = bank.start(username, true);
            assert_eq!((reply.status, reply.text("FlinksCode")), (200, ""));
            assert_eq!(reply.last_refresh().get(..10), Some("2025-12-05"));
            assert_eq!(call(&mut bank, "GetAccountsDetail", "").status, 200);
            bank.mint();
        }
    }
}

#[test]
fn signing_in_repairs_a_broken_card() {
    for username in ["broken_login", "broken_question", "broken_cached"] {
        let mut bank = Scenario::new();
        assert_eq!(sign_in(&mut bank, username).status, 200);
        let refreshed = bank.cached(username).last_refresh();
        assert_eq!(refreshed.get(..10), Some("2026-01-21"));
        bank.mint();
        assert_eq!(bank.live(username).status, 203);
    }
}

#[test]
fn cached_mode_can_repeat_the_failure_with_a_request_id() {
    let mut bank = Scenario::new();
    let reply = bank.start("broken_cached", true);
    assert_eq!(reply.code(), (401, "QUESTION_NOT_FOUND"));
    assert_eq!(reply.text("RequestId"), bank.request_id);
    let data = call(&mut bank, "GetAccountsSummary", "");
    assert_eq!(data.last_refresh().get(..10), Some("2025-12-05"));
    bank.mint();
    let live = bank.live("broken_cached");
    assert_eq!((live.code(), live.text("RequestId")), (reply.code(), ""));
}

#[test]
fn a_deleted_card_is_unknown() {
    let mut bank = Scenario::new();
    bank.start("greatday_nomfa", true);
    assert_eq!(delete(&mut bank, "greatday_nomfa").status, 200);
    let reply = call(&mut bank, "GetAccountsDetail", "");
    assert_eq!(reply.code(), (400, "SESSION_NONEXISTENT"));
    for cached in [true, false] {
        bank.mint();
        let reply = bank.start("greatday_nomfa", cached);
        assert_eq!(reply.code(), (400, "INVALID_LOGIN"));
    }
    let again = delete(&mut bank, "greatday_nomfa");
    assert_eq!(again.code(), (400, "INVALID_REQUEST"));
    assert_eq!(sign_in(&mut bank, "greatday_nomfa").status, 200);
    assert_eq!(bank.cached("greatday_nomfa").status, 200);
}

#[test]
fn a_card_in_use_cannot_be_deleted() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    assert_eq!(delete(&mut bank, "Greatday").code(), (400, "CARD_IN_USE"));
    bank.answer_right();
    assert_eq!(delete(&mut bank, "Greatday").status, 200);

    let mut bank = Scenario::new();
    bank.start("slow_data", true);
    call(&mut bank, "GetAccountsDetail", "");
    assert_eq!(delete(&mut bank, "slow_data").code(), (400, "CARD_IN_USE"));
    assert_eq!(delete(bank.later(25_000), "slow_data").status, 200);
    assert_eq!(bank.broken_rules(), [""; 0]);
}

#[test]
fn a_nightly_refresh_can_be_switched_on_and_off() {
    let mut bank = Scenario::new();
    let login_id = bank.simulator.login_id("Greatday").unwrap();
    for (keys, active, word) in [
        (["LoginId", "IsActivated"], true, "activated"),
        (["loginId", "isActivated"], false, "deactivated"),
    ] {
        let body = format!(r#"{{"{}":"{login_id}","{}":{active}}}"#, keys[0], keys[1]);
        let reply = bank.with_api_key("PATCH", "SetScheduledRefresh", &body);
        let text = format!("LoginId {login_id} has now been {word} for automatic refresh");
        assert_eq!((reply.status, reply.body), (200, Json::Text(text)));
        let login = bank.cached("Greatday").body.member("Login").cloned();
        let scheduled = login.unwrap().member("IsScheduledRefresh").cloned();
        assert_eq!(scheduled, Some(Json::Bool(active)));
    }
    for body in [
        r#"{"IsActivated":true}"#.to_owned(),
        format!(r#"{{"LoginId":"{login_id}"}}"#),
        format!(r#"{{"LoginId":"{login_id}","loginId":"{login_id}","IsActivated":true}}"#),
        format!(r#"{{"LoginId":"{login_id}","IsActivated":"true"}}"#),
    ] {
        let reply = bank.with_api_key("PATCH", "SetScheduledRefresh", &body);
        assert_eq!(reply.code(), (400, "INVALID_REQUEST"), "{body}");
    }
}

#[test]
fn only_the_api_key_or_the_secret_key_opens_the_card_calls() {
    let mut bank = Scenario::new();
    let operation = format!(
        "GetMFAQuestions/{}",
        bank.simulator.login_id("Greatday").unwrap()
    );
    let (path, token) = (bank.path(&operation), bank.token.clone());
    let keys = bank.simulator.keys();
    let (api_key, bearer) = (keys.api_key.to_owned(), keys.bearer.to_owned());
    let secret = bank.simulator.secret_key().to_owned();
    for (key, status) in [
        (("x-api-key", &api_key), 200),
        (("flinks-auth-key", &secret), 200),
        (("flinks-auth-key", &token), 401),
        (("x-api-key", &secret), 401),
        (("authorization", &bearer), 401),
    ] {
        let key = Some((key.0, key.1.as_str()));
        assert_eq!(bank.send_with("GET", &path, key, "").status, status);
    }
    assert_eq!(bank.broken_rules(), ["card-key"]);
    let path = bank.path("GetNightlyRefreshStatus");
    for wrong in [&bearer, &format!("Bearer {api_key}")] {
        let key = Some(("authorization", wrong.as_str()));
        let reply = bank.send_with("GET", &path, key, "");
        assert_eq!(reply.code(), (401, "UNAUTHORIZED"));
    }
}

#[test]
fn the_nightly_status_lists_the_cards_whose_refresh_would_fail() {
    let mut bank = Scenario::new();
    let id = |username: &str| Simulator::new(1).login_id(username).unwrap();
    let waiting = |username| {
        let state = "AnsweringSecurityChallenge".to_owned();
        (id(username), state, Json::Null)
    };
    let refused = |username, code: &str| (id(username), "Failed".to_owned(), Json::text(code));
    let expected = [
        refused("broken_login", "INVALID_LOGIN"),
        waiting("broken_question"),
        waiting("broken_cached"),
        waiting("stored_missing"),
        waiting("stored_asks"),
    ];
    assert_eq!(failing_cards(&mut bank), expected);

    let body = format!(r#"{{"LoginId":"{}","IsActivated":true}}"#, id("Greatday"));
    bank.with_api_key("PATCH", "SetScheduledRefresh", &body);
    assert!(!failing_cards(&mut bank).contains(&waiting("Greatday")));
    bank.live("Greatday");
    assert!(failing_cards(&mut bank).contains(&waiting("Greatday")));
    bank.answer_right();
    assert!(!failing_cards(&mut bank).contains(&waiting("Greatday")));
    sign_in(&mut bank, "broken_login");
    assert_eq!(failing_cards(&mut bank), expected[1..]);
}
