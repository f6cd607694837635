use super::*;

const NOBODY: &str = "9022abc2-8a2e-4b06-a06e-c3e5449c4d10";

pub(super) fn call(bank: &mut Scenario, operation: &str, options: &str) -> Reply {
    let body = format!(r#"{{"RequestId":"{}"{options}}}"#, bank.request_id);
    bank.with_api_key("POST", operation, &body)
}

fn poll(bank: &mut Scenario, operation: &str) -> Reply {
    let operation = format!("{operation}/{}", bank.request_id);
    bank.with_api_key("GET", &operation, "")
}

/// A cached session of this person.
fn authorized(username: &str) -> Scenario {
    let mut bank = Scenario::new();
    assert_eq!(bank.start(username, true).status, 200);
    bank
}

fn accounts(reply: &Reply) -> Vec<Json> {
    match reply.body.member("Accounts") {
        Some(Json::Array(all)) => all.clone(),
        _ => vec![],
    }
}

fn texts(account: &Json, list: &str, key: &str) -> Vec<String> {
    let Some(Json::Array(all)) = account.member(list) else {
        return vec![];
    };
    let text = |one: &Json| one.member(key).and_then(Json::as_text).map(str::to_owned);
    all.iter().filter_map(text).collect()
}

fn dates(reply: &Reply) -> Vec<String> {
    texts(&accounts(reply)[0], "Transactions", "Date")
}

#[test]
fn an_authorized_request_id_returns_data() {
    let mut bank = authorized("Greatday");
    let id = bank.request_id.clone();
    for operation in ["GetAccountsSummary", "GetAccountsDetail", "GetStatements"] {
        let reply = call(&mut bank, operation, "");
        assert_eq!((reply.status, reply.text("RequestId")), (200, id.as_str()));
        assert_eq!(reply.last_refresh().get(..10), Some("2026-01-19"));
        assert_eq!(poll(&mut bank, &format!("{operation}Async")), reply);
    }
    assert_eq!(bank.simulator.counts().data_calls, 3);
    assert_eq!(bank.simulator.counts().data_polls, 3);
    assert_eq!(
        (bank.simulator.counts().polls, bank.broken_rules()),
        (0, vec![])
    );
}

#[test]
fn data_does_not_depend_on_the_seed_or_the_session() {
    let seen = |seed| {
        let mut bank = authorized("Greatday");
        bank.simulator = Simulator::new(seed);
        bank.mint();
        bank.start("Greatday", true);
        accounts(&call(&mut bank, "GetAccountsDetail", ""))
    };
    assert_eq!(seen(1), seen(2));
    assert_ne!(
        seen(1),
        accounts(&call(
            &mut authorized("greatday_nomfa"),
            "GetAccountsDetail",
            ""
        ))
    );
}

#[test]
fn options_select_the_parts_of_an_account() {
    let mut bank = authorized("Greatday");
    let mut with = |options: &str| call(&mut bank, "GetAccountsDetail", options);
    let all = with("");
    let [first, second] = &accounts(&all)[..] else {
        unreachable!()
    };
    for (option, members) in [
        (
            "WithAccountIdentity",
            &["TransitNumber", "InstitutionNumber", "AccountNumber"][..],
        ),
        ("WithKYC", &["Holder"]),
        ("WithBalance", &["Balance"]),
    ] {
        let reply = with(&format!(r#","{option}":false"#));
        for member in members {
            assert_ne!(first.member(member), Some(&Json::Null));
            assert_eq!(accounts(&reply)[0].member(member), Some(&Json::Null));
        }
    }
    assert!(dates(&with(r#","WithTransactions":false"#)).is_empty());
    assert_eq!(dates(&all).len(), 30);
    assert_eq!(
        dates(&with(r#","DaysOfTransactions":"Days365""#)).len(),
        121
    );
    let within = dates(&with(r#","DateFrom":"2025-12-01","DateTo":"2025-12-31""#));
    assert!(within.len() > 9 && within.iter().all(|date| date.starts_with("2025-12-")));

    let id = first.member("Id").unwrap().as_text().unwrap();
    let filtered = accounts(&with(&format!(r#","AccountsFilter":["{id}"]"#)));
    assert_eq!(filtered, std::slice::from_ref(first));
    let known = &texts(first, "Transactions", "Id")[2];
    let delta = format!(r#","RefreshDelta":[{{"AccountId":"{id}","TransactionId":"{known}"}}]"#);
    let newer = accounts(&with(&delta));
    assert_eq!(texts(&newer[0], "Transactions", "Id").len(), 2);
    assert_eq!(newer[1], *second);
}

#[test]
fn an_account_has_one_three_or_twelve_statements() {
    let mut bank = authorized("Greatday");
    for (period, count) in [("MostRecent", 1), ("Months3", 3), ("Months12", 12)] {
        let option = format!(r#","NumberOfStatements":"{period}""#);
        let reply = call(&mut bank, "GetStatements", &option);
        let Some(Json::Array(all)) = reply.body.member("StatementsByAccount") else {
            unreachable!()
        };
        for account in all {
            assert_eq!(texts(account, "Statements", "Base64Bytes").len(), count);
        }
    }
}

#[test]
fn only_the_documented_options_are_accepted() {
    let mut bank = authorized("Greatday");
    for (operation, options) in [
        ("GetAccountsSummary", r#","WithTransactions":true"#),
        ("GetStatements", r#","DaysOfTransactions":"Days90""#),
        ("GetStatements", r#","NumberOfStatements":"Months6""#),
        ("GetAccountsDetail", r#","withKYC":true"#),
        ("GetAccountsDetail", r#","WithKYC":"true""#),
        ("GetAccountsDetail", r#","DaysOfTransactions":90"#),
        ("GetAccountsDetail", r#","DateFrom":"31/12/2025""#),
        ("GetAccountsDetail", r#","AccountsFilter":"x""#),
        ("GetAccountsDetail", r#","AccountsFilter":[]"#),
        (
            "GetAccountsDetail",
            r#","RefreshDelta":[{"AccountId":"x"}]"#,
        ),
        ("GetAccountsDetail", r#","RequestId":"x""#),
    ] {
        let reply = call(&mut bank, operation, options);
        assert_eq!(reply.code(), (400, "INVALID_REQUEST"), "{options}");
    }
    let other = format!(r#","AccountsFilter":["{NOBODY}"]"#);
    let reply = call(&mut bank, "GetAccountsDetail", &other);
    assert_eq!(reply.code(), (400, "INVALID_REQUEST"));
    assert_eq!(bank.broken_rules(), ["body"]);
}

#[test]
fn only_the_api_key_opens_the_data_calls() {
    let mut bank = authorized("Greatday");
    let body = format!(r#"{{"RequestId":"{}"}}"#, bank.request_id);
    let path = bank.path("GetAccountsDetail");
    let key = bank.simulator.keys().api_key.to_owned();
    let secret = bank.simulator.secret_key().to_owned();
    for wrong in [
        None,
        Some(("x-api-key", secret.as_str())),
        Some(("flinks-auth-key", key.as_str())),
    ] {
        let reply = bank.send_with("POST", &path, wrong, &body);
        assert_eq!(reply.code(), (401, "UNAUTHORIZED"));
    }
    assert_eq!(bank.broken_rules(), ["data-key"]);
    let reply = bank.send_with("GET", &path, Some(("x-api-key", &key)), &body);
    assert_eq!(reply.code(), (405, "METHOD_NOT_AVAILABLE"));
}

#[test]
fn data_needs_an_authorized_session() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    assert_eq!(
        call(&mut bank, "GetAccountsDetail", "").code(),
        (401, "UNAUTHORIZED")
    );
    assert_eq!(bank.broken_rules(), ["data-unauthorized"]);
    assert_eq!(bank.answer_right().status, 200);
    assert_eq!(call(&mut bank, "GetAccountsDetail", "").status, 200);
    bank.request_id = NOBODY.to_owned();
    for reply in [
        call(&mut bank, "GetAccountsDetail", ""),
        poll(&mut bank, "GetAccountsDetailAsync"),
    ] {
        assert_eq!(reply.code(), (400, "SESSION_NONEXISTENT"));
    }
}

#[test]
fn an_async_variant_returns_the_result_of_the_last_call() {
    let mut bank = authorized("Greatday");
    call(
        &mut bank,
        "GetAccountsDetail",
        r#","WithTransactions":false"#,
    );
    assert!(dates(&poll(&mut bank, "GetAccountsDetailAsync")).is_empty());
    let reply = poll(&mut bank, "GetAccountsSummaryAsync");
    assert_eq!(reply.code(), (400, "INVALID_REQUEST"));
    assert_eq!(bank.broken_rules(), ["async-before-call"]);
}

#[test]
fn slow_data_can_be_polled_every_ten_seconds() {
    let mut bank = authorized("slow_data");
    let pending = (202, "OPERATION_PENDING");
    let reply = call(&mut bank, "GetAccountsDetail", "");
    assert_eq!(
        (reply.code(), reply.text("RequestId")),
        (pending, &*bank.request_id)
    );
    for _ in 0..2 {
        assert_eq!(
            poll(bank.later(10_000), "GetAccountsDetailAsync").code(),
            pending
        );
    }
    assert_eq!(bank.broken_rules(), [""; 0]);
    assert_eq!(
        poll(bank.later(4_999), "GetAccountsDetailAsync").code(),
        pending
    );
    assert_eq!(bank.broken_rules(), ["polled-too-soon"]);
    assert_eq!(
        poll(bank.later(10_000), "GetAccountsDetailAsync").status,
        200
    );
    assert_eq!(call(&mut bank, "GetStatements", "").status, 200);
}

#[test]
fn the_sandbox_has_slow_data_with_two_codes() {
    for (username, code) in [
        ("test_dispatched", "OPERATION_DISPATCHED"),
        ("test_pending", "OPERATION_PENDING"),
    ] {
        let mut bank = authorized(username);
        assert_eq!(
            call(&mut bank, "GetAccountsSummary", "").code(),
            (202, code)
        );
        assert_eq!(
            poll(bank.later(20_000), "GetAccountsSummaryAsync").status,
            200
        );
    }
}

#[test]
fn a_request_id_expires_thirty_minutes_after_the_first_data_call_if_data_is_not_ready() {
    let mut bank = authorized("data_for_ever");
    assert_eq!(call(&mut bank, "GetAccountsDetail", "").status, 202);
    for _ in 1..180 {
        assert_eq!(
            poll(bank.later(10_000), "GetAccountsDetailAsync").status,
            202
        );
    }
    let reply = poll(bank.later(10_000), "GetAccountsDetailAsync");
    assert_eq!(reply.code(), (401, "SESSION_EXPIRED"));
    assert_eq!(bank.broken_rules(), ["session-expired"]);
}

#[test]
fn ready_data_is_available_for_thirty_minutes() {
    let mut bank = authorized("Greatday");
    assert_eq!(
        call(bank.later(30 * MINUTE_MS - 1), "GetAccountsDetail", "").status,
        200
    );
    let reply = call(bank.later(30 * MINUTE_MS), "GetAccountsDetail", "");
    assert_eq!(reply.code(), (401, "SESSION_EXPIRED"));
}

#[test]
fn accounts_detail_fails_without_transactions() {
    let mut bank = authorized("no_transactions");
    let reply = call(&mut bank, "GetAccountsDetail", "");
    assert_eq!(reply.code(), (400, "NO_TRANSACTION"));
    let without = call(
        &mut bank,
        "GetAccountsDetail",
        r#","WithTransactions":false"#,
    );
    assert_eq!((without.status, dates(&without).len()), (200, 0));
    assert_eq!(call(&mut bank, "GetAccountsSummary", "").status, 200);
}
