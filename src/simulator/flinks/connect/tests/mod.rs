//! The calls of the page, without a browser. `tests/demo/connect-page.test.mjs` tests it in one.
#![allow(clippy::unwrap_used)]

mod page;

use super::*;
use crate::simulator::flinks::tests::{CITY, COUNTRY, MINUTE_MS, Reply, Scenario};
use crate::simulator::{ConnectRules, Misbehaviour, Rules};

impl Scenario {
    fn call(&mut self, name: &str, body: &str) -> Reply {
        self.send_to("POST", &format!("/connect/{name}"), None, body)
    }

    fn open(&mut self, name: &str, value: &str) -> Reply {
        self.call("open", &format!(r#"{{"{name}":"{value}"}}"#))
    }

    fn sign_in(&mut self, visit: &Reply, username: &str, password: &str) -> Reply {
        let visit = visit.text("visit");
        let body =
            format!(r#"{{"visit":"{visit}","username":"{username}","password":"{password}"}}"#);
        self.call("sign-in", &body)
    }

    fn answer_on_page(&mut self, visit: &Reply, key: &str, answer: &str) -> Reply {
        let visit = visit.text("visit");
        let responses = format!(r#"[["{key}",["{answer}"]]]"#);
        self.call(
            "answer",
            &format!(r#"{{"visit":"{visit}","responses":{responses}}}"#),
        )
    }

    fn tag(&mut self) -> String {
        self.mint();
        self.cached("Greatday").text("Tag").to_owned()
    }
}

impl Reply {
    fn state(&self) -> &str {
        self.text("state")
    }

    fn refusal(&self) -> &str {
        assert_eq!(self.state(), "refused");
        self.text("code")
    }

    fn first_prompt(&self) -> &str {
        let Some(Json::Array(all)) = self.body.member("challenges") else {
            return "";
        };
        let prompt = all.first().and_then(|one| one.member("Prompt"));
        prompt.and_then(Json::as_text).unwrap_or_default()
    }

    fn forgery(&self, name: &str) -> &str {
        let forgery = self.body.member("forgery");
        let member = forgery.and_then(|forgery| forgery.member(name));
        member.and_then(Json::as_text).unwrap_or_default()
    }
}

fn with(connect: ConnectRules) -> Scenario {
    let rules = Rules::default();
    Scenario::with(Rules { connect, ..rules })
}

fn misbehaving(kind: Misbehaviour) -> Scenario {
    with(ConnectRules {
        misbehave: Some(kind),
        ..ConnectRules::default()
    })
}

#[test]
fn a_request_id_opens_the_current_round_and_the_right_answer_ends_it() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    let before = bank.cached("Greatday").last_refresh();
    let request_id = bank.request_id.clone();
    let visit = bank.later(MINUTE_MS).open("requestId", &request_id);
    assert_eq!((visit.state(), visit.first_prompt()), ("asks", CITY));
    let done = bank
        .later(MINUTE_MS)
        .answer_on_page(&visit, CITY, "montreal");
    assert_eq!(done.state(), "done");
    assert_eq!(
        done.text("loginId"),
        bank.simulator.login_id("Greatday").unwrap()
    );
    assert!(bank.cached("Greatday").last_refresh() > before);
    assert_eq!(bank.poll().status, 200);
    assert_eq!(
        bank.open("requestId", &request_id).refusal(),
        "ALREADY_AUTHORIZED"
    );
}

#[test]
fn a_wrong_answer_brings_another_question_also_after_a_reload() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    let request_id = bank.request_id.clone();
    let visit = bank.open("requestId", &request_id);
    for wrong in [CITY, COUNTRY] {
        let again = bank.answer_on_page(&visit, wrong, "Atlantis");
        assert_eq!(again.body.member("refused"), Some(&Json::Bool(true)));
    }
    let reloaded = bank.open("requestId", &request_id);
    assert_eq!(reloaded.first_prompt(), "What shape do people like most?");
    let end = bank.answer_on_page(&reloaded, reloaded.first_prompt(), "Circle");
    assert_eq!(end.refusal(), "INVALID_SECURITY_RESPONSE_NO_RETRY");
    assert_eq!(bank.simulator.counts().answers, 0);
}

#[test]
fn answers_that_do_not_match_change_nothing() {
    let mut bank = Scenario::new();
    bank.live("proto_prompt");
    let request_id = bank.request_id.clone();
    let visit = bank.open("requestId", &request_id);
    let reply = bank.answer_on_page(&visit, "__proto__", "one");
    assert_eq!(
        (reply.state(), reply.body.member("misfit")),
        ("asks", Some(&Json::Bool(true)))
    );
    let id = visit.text("visit");
    let both = format!(
        r#"{{"visit":"{id}","responses":[["__proto__",["one"]],["constructor",["two"]]]}}"#
    );
    assert_eq!(bank.call("answer", &both).state(), "done");
}

#[test]
fn an_unknown_or_expired_request_id_shows_its_code() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    let request_id = bank.request_id.clone();
    let unknown = bank.open("requestId", "00000000-0000-4000-8000-000000000000");
    assert_eq!(unknown.refusal(), "SESSION_NONEXISTENT");
    let visit = bank.open("requestId", &request_id);
    bank.later(8 * MINUTE_MS);
    assert_eq!(
        bank.answer_on_page(&visit, CITY, "Montreal").refusal(),
        "SESSION_EXPIRED"
    );
    assert_eq!(
        bank.open("requestId", &request_id).refusal(),
        "SESSION_EXPIRED"
    );
}

#[test]
fn the_first_sign_in_uses_the_token_and_opening_the_page_does_not() {
    let mut bank = Scenario::new();
    let token = bank.token.clone();
    let [first, second] = [(); 2].map(|()| bank.open("authorizeToken", &token));
    assert_eq!(first.state(), "credentials");
    assert_eq!(
        bank.sign_in(&first, "Greatday", "wrong").refusal(),
        "INVALID_LOGIN"
    );
    assert_eq!(
        bank.sign_in(&second, "Greatday", "Everyday").refusal(),
        "TOKEN_INVALID"
    );
    assert_eq!(
        bank.open("authorizeToken", &token).refusal(),
        "TOKEN_INVALID"
    );
    assert_eq!(
        bank.sign_in(&first, "Greatday", "Everyday").first_prompt(),
        CITY
    );
    assert_eq!(
        bank.answer_on_page(&first, CITY, "Montreal").state(),
        "done"
    );
    let counts = bank.simulator.counts();
    assert_eq!(
        (counts.connects, counts.tokens_used, counts.credentials),
        (3, 1, 0)
    );
    assert_eq!(bank.broken_rules(), ["token-used"]);
}

#[test]
fn an_unknown_or_expired_token_is_refused() {
    let mut bank = Scenario::new();
    let secret = bank.simulator.secret_key().to_owned();
    for token in ["", "00000000-0000-4000-8000-000000000000", &secret] {
        assert_eq!(
            bank.open("authorizeToken", token).refusal(),
            "TOKEN_INVALID"
        );
    }
    assert_eq!(bank.call("open", "{}").refusal(), "TOKEN_INVALID");
    let token = bank.token.clone();
    assert_eq!(
        bank.later(15 * MINUTE_MS)
            .open("authorizeToken", &token)
            .refusal(),
        "TOKEN_INVALID"
    );
    let tokens_required = false;
    let mut older = Scenario::with(Rules {
        tokens_required,
        ..Rules::default()
    });
    let visit = older.call("open", "{}");
    assert_eq!(
        older.sign_in(&visit, "greatday_nomfa", "Everyday").state(),
        "done"
    );
}

#[test]
fn the_page_can_poll_and_leave_its_visit() {
    let mut bank = Scenario::new();
    let token = bank.token.clone();
    let visit = bank.open("authorizeToken", &token);
    assert_eq!(
        bank.sign_in(&visit, "slow_dispatched", "Everyday").state(),
        "works"
    );
    let look = format!(r#"{{"visit":"{}"}}"#, visit.text("visit"));
    assert_eq!(bank.later(25_000).call("look", &look).state(), "asks");
    bank.call("leave", &look);
    assert_eq!(bank.call("look", &look).refusal(), "SESSION_NONEXISTENT");
}

#[test]
fn a_cached_authorize_returns_the_tag_of_the_page() {
    let connected = |bank: &mut Scenario, tag: &str| {
        let token = bank.mint();
        let body = format!(r#"{{"authorizeToken":"{token}"{tag}}}"#);
        let visit = bank.call("open", &body);
        bank.sign_in(&visit, "Greatday", "Everyday");
        let state = bank
            .answer_on_page(&visit, CITY, "Montreal")
            .state()
            .to_owned();
        assert_eq!(state, "done");
    };
    let tag = r#","tag":"one-time""#;
    let mut bank = Scenario::new();
    assert_eq!(bank.tag(), "");
    connected(&mut bank, tag);
    assert_eq!(bank.tag(), "one-time");
    connected(&mut bank, "");
    assert_eq!(bank.tag(), "");

    let returns_tag = false;
    let mut silent = with(ConnectRules {
        returns_tag,
        ..ConnectRules::default()
    });
    connected(&mut silent, tag);
    assert_eq!(silent.tag(), "");
}

#[test]
fn the_page_is_told_whether_a_redirect_has_accounts() {
    for redirect_has_accounts in [true, false] {
        let mut bank = with(ConnectRules {
            redirect_has_accounts,
            ..ConnectRules::default()
        });
        bank.live("Greatday");
        let request_id = bank.request_id.clone();
        let visit = bank.open("requestId", &request_id);
        let done = bank.answer_on_page(&visit, CITY, "montreal");
        let told = done.body.member("redirectHasAccounts");
        assert!(matches!(told, Some(Json::Bool(told)) if *told == redirect_has_accounts));
    }
}

#[test]
fn a_misbehaving_page_receives_the_kind_and_the_login_ids() {
    let mut bank = misbehaving(Misbehaviour::AnotherLogin);
    bank.live("Greatday");
    let request_id = bank.request_id.clone();
    let visit = bank.open("requestId", &request_id);
    let id = |name| bank.simulator.login_id(name).unwrap();
    assert_eq!(visit.forgery("kind"), "another-login");
    assert_eq!(visit.forgery("own"), id("Greatday"));
    assert_eq!(visit.forgery("another"), id("greatday_nomfa"));
    bank.simulator.set_rules(Rules::default());
    assert_eq!(
        bank.open("requestId", &request_id).body.member("forgery"),
        None
    );
}

#[test]
fn a_valid_token_can_be_refused_once() {
    let mut bank = misbehaving(Misbehaviour::TokenInvalid);
    let token = bank.token.clone();
    assert_eq!(
        bank.open("authorizeToken", &token).refusal(),
        "TOKEN_INVALID"
    );
    assert_eq!(bank.open("authorizeToken", &token).state(), "credentials");
    assert!(bank.broken_rules().is_empty());
}

#[test]
fn a_page_opened_by_request_id_can_need_a_token() {
    let mut bank = with(ConnectRules {
        mid_session_token: true,
        ..ConnectRules::default()
    });
    bank.live("Greatday");
    let (request_id, used) = (bank.request_id.clone(), bank.token.clone());
    assert_eq!(
        bank.open("requestId", &request_id).refusal(),
        "TOKEN_INVALID"
    );
    bank.mint();
    let fresh = bank.token.clone();
    for (token, state) in [(used, "refused"), (fresh.clone(), "asks"), (fresh, "asks")] {
        let body = format!(r#"{{"requestId":"{request_id}","authorizeToken":"{token}"}}"#);
        assert_eq!(bank.call("open", &body).state(), state);
    }
    assert_eq!(bank.broken_rules(), ["token-missing", "token-used"]);
}

#[test]
fn a_page_opened_by_request_id_can_refuse_every_token() {
    let mut bank = misbehaving(Misbehaviour::TokenInvalidMidSession);
    bank.live("Greatday");
    let request_id = bank.request_id.clone();
    for _ in 0..3 {
        assert_eq!(
            bank.open("requestId", &request_id).refusal(),
            "TOKEN_INVALID"
        );
    }
    assert!(bank.broken_rules().is_empty());
}
