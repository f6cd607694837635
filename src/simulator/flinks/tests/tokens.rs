use super::*;

#[test]
fn only_the_secret_key_mints_tokens() {
    let mut bank = Scenario::new();
    let key = bank.simulator.secret_key().to_owned();
    let reply = bank.send("POST", "GenerateAuthorizeToken", Some(&key), "");
    assert_eq!(
        (reply.status, reply.body.member("HttpStatusCode")),
        (200, Some(&Json::number(200)))
    );
    for wrong in [None, Some("wrong"), Some(&*bank.token.clone())] {
        let reply = bank.send("POST", "GenerateAuthorizeToken", wrong, "");
        let body = r#"{"HttpStatusCode":401,"Message":"You must provide a valid auth key","FlinksCode":"UNAUTHORIZED"}"#;
        assert_eq!((reply.status, reply.body.to_text().as_str()), (401, body));
    }
    let reply = bank.send("POST", "GenerateAuthorizeToken", Some(&key), "{}");
    assert_eq!(reply.code(), (400, "INVALID_REQUEST"));
    assert_eq!(bank.simulator.counts().tokens_minted, 2);
}

#[test]
fn a_token_opens_one_session() {
    let mut bank = Scenario::new();
    assert_eq!(bank.live("Greatday").status, 203);
    assert_eq!(bank.live("Greatday").code(), (401, "UNAUTHORIZED"));
    assert_eq!(bank.broken_rules(), ["token-used"]);
}

#[test]
fn a_failed_start_uses_its_token_and_a_malformed_one_does_not() {
    let mut bank = Scenario::new();
    assert_eq!(
        bank.post(r#"{"loginId":"x"}"#).code(),
        (400, "INVALID_REQUEST")
    );
    assert_eq!(
        bank.live("code_invalid_login_400").code(),
        (400, "INVALID_LOGIN")
    );
    assert_eq!(bank.live("Greatday").code(), (401, "UNAUTHORIZED"));
}

#[test]
fn an_answer_and_a_poll_need_the_token_of_their_session() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    let first_token = bank.token.clone();
    bank.mint();
    assert_eq!(bank.answer(CITY, "Montreal").code(), (401, "UNAUTHORIZED"));
    assert_eq!(bank.poll().code(), (401, "UNAUTHORIZED"));
    assert_eq!(bank.broken_rules(), ["token-of-another-session"]);
    bank.token = first_token;
    assert_eq!(bank.answer(CITY, "Montreal").status, 200);
}

#[test]
fn an_unused_token_expires() {
    let mut bank = Scenario::new();
    assert_eq!(
        bank.later(15 * MINUTE_MS).live("Greatday").code(),
        (401, "UNAUTHORIZED")
    );
    assert_eq!(bank.broken_rules(), ["token-expired"]);
    let mut bank = Scenario::with(Rules {
        token_minutes: 30,
        ..Rules::default()
    });
    assert_eq!(bank.later(30 * MINUTE_MS - 1).live("Greatday").status, 203);
}

#[test]
fn a_token_can_expire_in_its_session() {
    let slow = |token_expires_in_session| {
        let mut bank = Scenario::with(Rules {
            token_expires_in_session,
            ..Rules::default()
        });
        bank.live("Greatday");
        bank.later(7 * MINUTE_MS).poll();
        bank.later(7 * MINUTE_MS).poll();
        bank.later(MINUTE_MS).answer(CITY, "Montreal").status
    };
    assert_eq!((slow(false), slow(true)), (200, 401));
}

#[test]
fn tokens_are_optional_for_old_customers() {
    let login = r#"{"LoginId":"x"}"#;
    for (tokens_required, status) in [(true, 401), (false, 200)] {
        let mut bank = Scenario::with(Rules {
            tokens_required,
            ..Rules::default()
        });
        let body = login.replace('x', &bank.simulator.login_id("Greatday").unwrap());
        assert_eq!(bank.send("POST", "Authorize", None, &body).status, status);
    }
}

#[test]
fn the_secret_key_is_not_accepted_as_a_token() {
    let mut bank = Scenario::new();
    bank.token = bank.simulator.secret_key().to_owned();
    let reply = bank.live("Greatday");
    assert_eq!(reply.code(), (401, "UNAUTHORIZED"));
    assert_eq!(
        reply.text("Message"),
        "You must provide a valid authorize token"
    );
    assert_eq!(bank.broken_rules(), ["secret-key-as-token"]);
}

#[test]
fn an_unknown_path_method_or_customer_is_refused() {
    let mut bank = Scenario::new();
    for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
        for operation in ["GenerateAuthorizeToken", "Authorize", "AuthorizeAsync"] {
            let reply = bank.send(method, operation, None, "");
            assert_eq!(reply.code(), (405, "METHOD_NOT_AVAILABLE"));
        }
    }
    assert_eq!(bank.send("POST", "Authorise", None, "").status, 404);
    assert_eq!(bank.send_to("POST", "/", None, "").status, 404);
    let other = "/v3/9022abc2-8a2e-4b06-a06e-c3e5449c4d10/BankingServices/Authorize";
    assert_eq!(
        bank.send_to("POST", other, None, "{}").code(),
        (401, "ACCESS_DENIED")
    );
    assert_eq!(bank.broken_rules(), ["path", "method", "customer"]);
}

#[test]
fn the_error_for_a_malformed_body_names_the_key() {
    let reply = Scenario::new().post(r#"{"LoginId":"x"}"#);
    assert_eq!(reply.code(), (400, "INVALID_REQUEST"));
    assert_eq!(
        reply.body.member("ValidationDetails").unwrap().to_text(),
        r#"{"LoginId":["must be a GUID"]}"#
    );
}

#[test]
fn authorize_async_must_be_activated() {
    let mut bank = Scenario::with(Rules {
        authorize_async: false,
        ..Rules::default()
    })
    .with_authorize_async();
    assert_eq!(bank.live("Greatday").code(), (401, "ACCESS_DENIED"));
    let mut bank = Scenario::with(Rules {
        ask_by_request_id: false,
        ..Rules::default()
    });
    bank.live("Greatday");
    assert_eq!(bank.poll().code(), (400, "INVALID_REQUEST"));
    assert_eq!(bank.broken_rules(), ["not-activated"]);
}
