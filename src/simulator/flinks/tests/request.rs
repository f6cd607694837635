use crate::simulator::flinks::fields::Invalid;
use crate::simulator::flinks::request::{AuthorizeCall, Start, StartTarget, read};
use crate::simulator::http::Incoming;

const ID: &str = "9022abc2-8a2e-4b06-a06e-c3e5449c4d10";

fn read_as(content_type: &str, body: &str) -> Result<AuthorizeCall, Invalid> {
    let headers = [("Content-Type".to_owned(), content_type.to_owned())];
    let body = body.replace("<id>", ID);
    read(&Incoming {
        method: "POST",
        path: "/",
        headers: &headers,
        body: body.as_bytes(),
    })
}

fn read_json(body: &str) -> Result<AuthorizeCall, Invalid> {
    read_as("application/json", body)
}

fn refused_key(body: &str) -> String {
    read_json(body).unwrap_err().0
}

#[test]
fn a_login_id_alone_is_a_cached_start() {
    let AuthorizeCall::Start(start) = read_json(r#"{"LoginId":"<id>"}"#).unwrap() else {
        unreachable!()
    };
    assert_eq!(
        (start.target, start.cached),
        (StartTarget::LoginId(ID.into()), true)
    );
}

#[test]
fn credentials_need_a_live_start_and_an_institution() {
    let live =
        r#"{"Username":"a","Password":"b","Institution":"FlinksCapital","MostRecentCached":false}"#;
    assert!(matches!(
        read_json(live),
        Ok(AuthorizeCall::Start(Start { cached: false, .. }))
    ));
    assert_eq!(
        refused_key(&live.replace("false", "true")),
        "MostRecentCached"
    );
    assert_eq!(
        refused_key(&live.replace(r#","MostRecentCached":false"#, "")),
        "MostRecentCached"
    );
    assert_eq!(
        refused_key(&live.replace("FlinksCapital", "Elsewhere")),
        "Institution"
    );
    assert_eq!(
        refused_key(r#"{"Username":"a","Password":"b","MostRecentCached":false}"#),
        "Institution"
    );
    assert_eq!(refused_key(r#"{"Username":"a"}"#), "Password");
    assert_eq!(refused_key(r#"{"Password":"a"}"#), "Username");
    assert_eq!(
        refused_key(r#"{"LoginId":"<id>","Password":"a"}"#),
        "LoginId"
    );
    assert_eq!(refused_key("{}"), "LoginId");
}

#[test]
fn an_answer_or_a_poll_has_a_request_id() {
    let request_id = ID.to_owned();
    assert_eq!(
        read_json(r#"{"RequestId":"<id>"}"#),
        Ok(AuthorizeCall::Poll {
            request_id: request_id.clone()
        })
    );
    let responses = vec![("__proto__".to_owned(), vec!["a".to_owned()])];
    let body = r#"{"RequestId":"<id>","SecurityResponses":{"__proto__":["a"]}}"#;
    assert_eq!(
        read_json(body),
        Ok(AuthorizeCall::Answer {
            request_id,
            responses
        })
    );
    assert_eq!(
        refused_key(r#"{"SecurityResponses":{"a":["a"]}}"#),
        "RequestId"
    );
}

#[test]
fn only_the_documented_keys_and_shapes_are_accepted() {
    for (body, key) in [
        (r#"{"loginId":"<id>"}"#, "loginId"),
        (r#"{"LoginID":"<id>"}"#, "LoginID"),
        (r#"{"LoginId":"<id>","Extra":1}"#, "Extra"),
        (r#"{"LoginId":"<id>","LoginId":"<id>"}"#, "LoginId"),
        (r#"{"LoginId":"not a guid"}"#, "LoginId"),
        (r#"{"LoginId":null}"#, "LoginId"),
        (
            r#"{"LoginId":"<id>","MostRecentCached":"true"}"#,
            "MostRecentCached",
        ),
        (
            r#"{"LoginId":"<id>","MostRecentCached":1}"#,
            "MostRecentCached",
        ),
        (r#"{"LoginId":"<id>","Save":"false"}"#, "Save"),
        (r#"{"LoginId":"<id>","Tag":7}"#, "Tag"),
        (r#"{"LoginId":"<id>","Language":"EN"}"#, "Language"),
        (r#"{"LoginId":"<id>","Language":"de"}"#, "Language"),
        (r#"{"Username":"","Password":"b"}"#, "Username"),
        (r#"{"RequestId":"1"}"#, "RequestId"),
        (r#"{"RequestId":"<id>","LoginId":"<id>"}"#, "LoginId"),
        (
            r#"{"RequestId":"<id>","Password":"a","SecurityResponses":{}}"#,
            "Password",
        ),
        (
            r#"{"RequestId":"<id>","SecurityResponses":[]}"#,
            "SecurityResponses",
        ),
        (
            r#"{"RequestId":"<id>","SecurityResponses":{"a":"b"}}"#,
            "SecurityResponses",
        ),
        (
            r#"{"RequestId":"<id>","SecurityResponses":{"a":[1]}}"#,
            "SecurityResponses",
        ),
        (
            r#"{"RequestId":"<id>","SecurityResponses":{"a":["b"],"a":["b"]}}"#,
            "SecurityResponses",
        ),
    ] {
        assert_eq!(refused_key(body), key, "{body}");
    }
}

#[test]
fn the_body_must_be_a_json_object_with_its_content_type() {
    let body = r#"{"LoginId":"<id>"}"#;
    assert!(read_as("application/json; charset=utf-8", body).is_ok());
    for (content_type, body) in [
        ("text/plain", body),
        ("", body),
        ("application/json", ""),
        ("application/json", "[]"),
        ("application/json", "{\"Tag\":\"a\""),
    ] {
        assert_eq!(
            read_as(content_type, body).unwrap_err().0,
            "",
            "{content_type} {body}"
        );
    }
}
