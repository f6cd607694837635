use super::*;

fn judge(name: &str, status: u16, body: &str) -> Reply {
    let name = name.into();
    let (service, _) = find(&Reader::new("call", &name)).unwrap();
    service.judge(&Response {
        status,
        retry_after: None,
        body: body.as_bytes(),
    })
}

#[test]
fn every_service_is_found_by_name_and_only_data_has_an_async_variant() {
    let find = |text: &str| {
        let name = text.into();
        let found = find(&Reader::new("call", &name));
        found.map(|(service, variant)| (service.name, variant)).ok()
    };
    for service in SERVICES {
        assert_eq!(find(service.name), Some((service.name, false)));
        let variant = (service.kind == Data).then_some((service.name, true));
        assert_eq!(find(&[service.name, "Async"].concat()), variant);
    }
    assert_eq!(find("Authorize"), None);
}

#[test]
fn only_a_data_call_can_be_pending() {
    assert_eq!(judge("GetStatements", 202, ""), Reply::Pending);
    assert_eq!(judge("GetStatementsAsync", 202, ""), Reply::Pending);
    let working = r#"{"FlinksCode":"OPERATION_DISPATCHED"}"#;
    assert_eq!(judge("GetAccountsDetail", 202, working), Reply::Pending);
    assert_eq!(judge("DeleteCard", 202, working), Reply::Unclear);
}

#[test]
fn no_transaction_is_a_success_with_any_status() {
    for status in [200, 400, 404] {
        let reply = judge(
            "GetAccountsDetail",
            status,
            r#"{"FlinksCode":"NO_TRANSACTION"}"#,
        );
        assert_eq!(reply, Reply::Done(Value::Null));
    }
}

#[test]
fn a_200_with_another_flinks_code_is_no_success() {
    let judge = |code| {
        judge(
            "GetAccountsDetail",
            200,
            &format!(r#"{{"FlinksCode":"{code}"}}"#),
        )
    };
    let failed = |code, flinks: &str| Reply::Failed(code, Some(flinks.to_owned()));
    assert_eq!(
        judge("CARD_IN_USE"),
        failed(ErrorCode::CardInUse, "CARD_IN_USE")
    );
    assert_eq!(judge("ALREADY_AUTHORIZED"), Reply::Unclear);
    assert_eq!(judge("SOMETHING_NEW"), Reply::Unclear);
}

#[test]
fn a_token_must_be_a_guid() {
    let token = "9022abc2-8a2e-4b06-a06e-c3e5449c4d10";
    let body = format!(r#"{{"HttpStatusCode":200,"token":"{token}"}}"#);
    assert_eq!(
        judge("GenerateAuthorizeToken", 200, &body),
        Reply::Done(token.into())
    );
    for body in ["{}", r#"{"Token":"secret"}"#, "", "<html>"] {
        assert_eq!(judge("GenerateAuthorizeToken", 200, body), Reply::Unclear);
    }
}

#[test]
fn a_card_reply_can_be_a_sentence_a_json_string_or_an_object() {
    for body in [
        "LoginId x has now been activated for automatic refresh",
        r#""LoginId x has now been activated for automatic refresh""#,
        r#"{"HttpStatusCode":200,"Message":"deleted"}"#,
    ] {
        for name in ["SetScheduledRefresh", "DeleteCard"] {
            assert_eq!(judge(name, 200, body), Reply::Done(Value::Null), "{body}");
        }
    }
    assert_eq!(judge("DeleteCard", 204, ""), Reply::Done(Value::Null));
}

#[test]
fn invalid_login_id_with_status_200_is_a_failure() {
    for body in ["Invalid LoginId", r#""Invalid LoginId""#] {
        let refused = Reply::Failed(ErrorCode::RequestRefused, None);
        assert_eq!(judge("DeleteCard", 200, body), refused);
    }
}

#[test]
fn an_empty_html_or_truncated_card_reply_is_unclear() {
    for body in ["", " \n", "<!DOCTYPE html>", r#"{"Message":"#] {
        assert_eq!(judge("DeleteCard", 200, body), Reply::Unclear, "{body}");
    }
}

#[test]
fn a_list_of_cards_is_unclear_if_a_card_has_no_login_id() {
    let list = |cards: &str| {
        let body = format!(r#"{{"IneligibleCards":{cards}}}"#);
        judge("GetNightlyRefreshStatus", 200, &body)
    };
    assert_eq!(list("[]"), Reply::Done(Value::List(Vec::new())));
    assert_eq!(list("null"), Reply::Done(Value::List(Vec::new())));
    assert_eq!(list(r#"[{"LastRefreshState":"Failed"}]"#), Reply::Unclear);
    assert_eq!(list("{}"), Reply::Unclear);
    assert_eq!(judge("GetNightlyRefreshStatus", 200, "{}"), Reply::Unclear);
}
