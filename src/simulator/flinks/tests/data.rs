use super::*;

const NOBODY: &str = "9022abc2-8a2e-4b06-a06e-c3e5449c4d10";

pub(super) fn call(bank: &mut Scenario, operation: &str, options: &str) -> Got {
    let body = format!(r#"{{"RequestId":"{}"{options}}}"#, bank.request_id);
    bank.with_api_key("POST", operation, &body)
}

fn poll(bank: &mut Scenario, operation: &str) -> Got {
    let operation = format!("{operation}/{}", bank.request_id);
    bank.with_api_key("GET", &operation, "")
}

/// Somebody whose session is authorized from cached data.
fn authorized(username: &str) -> Scenario {
    let mut bank = Scenario::new();
    assert_eq!(bank.start(username, true).status, 200);
    bank
}

fn accounts(got: &Got) -> Vec<Json> {
    match got.body.member("Accounts") {
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

fn dates(got: &Got) -> Vec<String> {
    texts(&accounts(got)[0], "Transactions", "Date")
}

#[test]
fn an_authorized_request_id_opens_the_data() {
    let mut bank = authorized("Greatday");
    let id = bank.request_id.clone();
    for operation in ["GetAccountsSummary", "GetAccountsDetail", "GetStatements"] {
        let got = call(&mut bank, operation, "");
        assert_eq!((got.status, got.text("RequestId")), (200, id.as_str()));
        assert_eq!(got.last_refresh().get(..10), Some("2026-01-19"));
        assert_eq!(poll(&mut bank, &format!("{operation}Async")), got);
    }
    assert_eq!(bank.bank.counts().data_calls, 3);
    assert_eq!(bank.bank.counts().data_polls, 3);
    assert_eq!((bank.bank.counts().polls, bank.broken()), (0, vec![]));
}

#[test]
fn data_is_the_same_whatever_the_seed_and_the_session() {
    let seen = |seed| {
        let mut bank = authorized("Greatday");
        bank.bank = Simulator::new(seed);
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
fn options_choose_what_an_account_tells() {
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
        let got = with(&format!(r#","{option}":false"#));
        for member in members {
            assert_ne!(first.member(member), Some(&Json::Null));
            assert_eq!(accounts(&got)[0].member(member), Some(&Json::Null));
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
fn statements_are_one_or_three_or_twelve_for_each_account() {
    let mut bank = authorized("Greatday");
    for (wanted, count) in [("MostRecent", 1), ("Months3", 3), ("Months12", 12)] {
        let option = format!(r#","NumberOfStatements":"{wanted}""#);
        let got = call(&mut bank, "GetStatements", &option);
        let Some(Json::Array(all)) = got.body.member("StatementsByAccount") else {
            unreachable!()
        };
        for account in all {
            assert_eq!(texts(account, "Statements", "Base64Bytes").len(), count);
        }
    }
}

#[test]
fn nothing_but_the_documented_options_is_read() {
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
        let got = call(&mut bank, operation, options);
        assert_eq!(got.code(), (400, "INVALID_REQUEST"), "{options}");
    }
    let other = format!(r#","AccountsFilter":["{NOBODY}"]"#);
    let got = call(&mut bank, "GetAccountsDetail", &other);
    assert_eq!(got.code(), (400, "INVALID_REQUEST"));
    assert_eq!(bank.broken(), ["body"]);
}

#[test]
fn only_the_api_key_opens_data() {
    let mut bank = authorized("Greatday");
    let body = format!(r#"{{"RequestId":"{}"}}"#, bank.request_id);
    let path = bank.path("GetAccountsDetail");
    let key = bank.bank.keys().api_key.to_owned();
    let secret = bank.bank.secret_key().to_owned();
    for wrong in [
        None,
        Some(("x-api-key", secret.as_str())),
        Some(("flinks-auth-key", key.as_str())),
    ] {
        let got = bank.send_with("POST", &path, wrong, &body);
        assert_eq!(got.code(), (401, "UNAUTHORIZED"));
    }
    assert_eq!(bank.broken(), ["data-key"]);
    let got = bank.send_with("GET", &path, Some(("x-api-key", &key)), &body);
    assert_eq!(got.code(), (405, "METHOD_NOT_AVAILABLE"));
}

#[test]
fn there_is_no_data_before_authorization_or_without_a_session() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    assert_eq!(
        call(&mut bank, "GetAccountsDetail", "").code(),
        (401, "UNAUTHORIZED")
    );
    assert_eq!(bank.broken(), ["data-unauthorized"]);
    assert_eq!(bank.answer_right().status, 200);
    assert_eq!(call(&mut bank, "GetAccountsDetail", "").status, 200);
    bank.request_id = NOBODY.to_owned();
    for got in [
        call(&mut bank, "GetAccountsDetail", ""),
        poll(&mut bank, "GetAccountsDetailAsync"),
    ] {
        assert_eq!(got.code(), (400, "SESSION_NONEXISTENT"));
    }
}

#[test]
fn an_async_twin_answers_the_call_that_was_made() {
    let mut bank = authorized("Greatday");
    call(
        &mut bank,
        "GetAccountsDetail",
        r#","WithTransactions":false"#,
    );
    assert!(dates(&poll(&mut bank, "GetAccountsDetailAsync")).is_empty());
    let got = poll(&mut bank, "GetAccountsSummaryAsync");
    assert_eq!(got.code(), (400, "INVALID_REQUEST"));
    assert_eq!(bank.broken(), ["async-before-call"]);
}

#[test]
fn slow_data_is_polled_every_ten_seconds() {
    let mut bank = authorized("slow_data");
    let pending = (202, "OPERATION_PENDING");
    let got = call(&mut bank, "GetAccountsDetail", "");
    assert_eq!(
        (got.code(), got.text("RequestId")),
        (pending, &*bank.request_id)
    );
    for _ in 0..2 {
        assert_eq!(
            poll(bank.later(10_000), "GetAccountsDetailAsync").code(),
            pending
        );
    }
    assert_eq!(bank.broken(), [""; 0]);
    assert_eq!(
        poll(bank.later(4_999), "GetAccountsDetailAsync").code(),
        pending
    );
    assert_eq!(bank.broken(), ["polled-too-soon"]);
    assert_eq!(
        poll(bank.later(10_000), "GetAccountsDetailAsync").status,
        200
    );
    assert_eq!(call(&mut bank, "GetStatements", "").status, 200);
}

#[test]
fn the_sandbox_has_slow_data_of_two_codes() {
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
fn a_request_id_lives_thirty_minutes_while_its_data_is_prepared() {
    let mut bank = authorized("data_for_ever");
    assert_eq!(call(&mut bank, "GetAccountsDetail", "").status, 202);
    for _ in 1..180 {
        assert_eq!(
            poll(bank.later(10_000), "GetAccountsDetailAsync").status,
            202
        );
    }
    let got = poll(bank.later(10_000), "GetAccountsDetailAsync");
    assert_eq!(got.code(), (401, "SESSION_EXPIRED"));
    assert_eq!(bank.broken(), ["session-expired"]);
}

#[test]
fn ready_data_can_be_had_for_thirty_minutes() {
    let mut bank = authorized("Greatday");
    assert_eq!(
        call(bank.later(30 * MINUTE_MS - 1), "GetAccountsDetail", "").status,
        200
    );
    let got = call(bank.later(30 * MINUTE_MS), "GetAccountsDetail", "");
    assert_eq!(got.code(), (401, "SESSION_EXPIRED"));
}

#[test]
fn somebody_has_no_transactions() {
    let mut bank = authorized("no_transactions");
    let got = call(&mut bank, "GetAccountsDetail", "");
    assert_eq!(got.code(), (400, "NO_TRANSACTION"));
    let without = call(
        &mut bank,
        "GetAccountsDetail",
        r#","WithTransactions":false"#,
    );
    assert_eq!((without.status, dates(&without).len()), (200, 0));
    assert_eq!(call(&mut bank, "GetAccountsSummary", "").status, 200);
}
