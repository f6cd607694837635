//! The wasm exports in Node and in a browser.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic)]

use bank_mfa::js::flow::FlowHandle;
use bank_mfa::js::pairs::authorize::{answer_request, authorize_request, authorize_response};
use bank_mfa::js::reply::{response, vendor_code};
use bank_mfa::js::send::send;
use js_sys::{Array, Function, JSON, JsString, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::RequestInit;

const CONFIG: &str =
    r#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb"}"#;
const LIVE: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","mostRecentCached":false}"#;
const ASKS: &str = r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10","SecurityChallenges":
    [{"Type":"QuestionAndAnswer","Prompt":"What city were you born in?"}]}"#;
const NOW: f64 = 1_790_000_000_000.0;

/// Calls `send` with this function as the global `fetch`, which gets `url` and `init`.
fn call(fetch: &str) -> Result<Promise, JsValue> {
    let fetch = Function::new_with_args("url, init", fetch);
    let init: RequestInit = JSON::parse(r#"{"method":"POST","body":"{}"}"#)
        .unwrap()
        .unchecked_into();
    let (global, name) = (js_sys::global(), JsValue::from("fetch"));
    let original = Reflect::get(&global, &name).unwrap();
    Reflect::set(&global, &name, &fetch).unwrap();
    let sent = send(JsString::from("https://bank.example/v3"), init);
    Reflect::set(&global, &name, &original).unwrap();
    sent
}

fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap()
}

fn started() -> (FlowHandle, JsValue) {
    let mut handle = FlowHandle::start("flinks", "flow", LIVE, CONFIG)
        .ok()
        .unwrap();
    let step = handle.advance("started", 0, "", NOW).unwrap();
    (handle, step)
}

#[wasm_bindgen_test]
fn a_step_is_a_plain_object() {
    let (_, step) = started();
    assert_eq!(get(&step, "kind"), "send");
    assert_eq!(get(&step, "serial"), 1);
    let request = get(&step, "request");
    let headers = Array::from(&get(&request, "headers"));
    let secret = headers
        .iter()
        .find(|header| !get(header, "slot").is_undefined())
        .unwrap();
    assert_eq!(get(&secret, "name"), "flinks-auth-key");
    assert_eq!(get(&secret, "slot"), "FlinksAuthorizeToken");
    let keys = Object::keys(request.unchecked_ref::<Object>()).join(",");
    assert_eq!(keys, "method,url,headers,body,session,timeout,once");
}

#[wasm_bindgen_test]
fn a_connect_step_has_the_page_its_purpose_and_its_token_slot() {
    let params = r#"{"state":"5bd3e1a6","institutionId":14}"#;
    let link = FlowHandle::start("flinks-connect", "flow", params, CONFIG);
    let step = link.ok().unwrap().advance("started", 0, "", NOW).unwrap();
    let expected = format!(
        r#"{{"kind":"connect","frame":{{"purpose":"credentials",
        "url":"https://toolbox-iframe.private.fin.ag/v2/Credential/14?tag=5bd3e1a6",
        "query":[{{"name":"authorizeToken","slot":"FlinksAuthorizeToken"}}],"session":1}},
        "until":{}}}"#,
        NOW + 1_800_000.0
    );
    assert_eq!(
        JSON::stringify(&step).unwrap(),
        JSON::stringify(&JSON::parse(&expected).unwrap()).unwrap()
    );
}

#[wasm_bindgen_test]
fn a_refused_token_opens_a_new_session_and_a_claim_is_read_as_json() {
    let params = r#"{"state":"5bd3e1a6"}"#;
    let link = FlowHandle::start("flinks-connect", "flow", params, CONFIG);
    let mut link = link.ok().unwrap();
    link.advance("started", 0, "", NOW).unwrap();
    let again = link.advance("tokenRefused", 0, "", NOW).unwrap();
    assert_eq!(get(&get(&again, "frame"), "session"), 2);
    let claim = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","state":"another"}"#;
    let refused = link.advance("returned", 0, claim, NOW).unwrap_err();
    assert_eq!(get(&refused, "path"), "/claim/state");
    let sent = link.advance("returned", 0, &claim.replace("another", "5bd3e1a6"), NOW);
    assert_eq!(get(&sent.unwrap(), "stage"), "verify");
}

#[wasm_bindgen_test]
fn a_refusal_is_thrown_with_the_path_and_without_the_value() {
    let thrown = FlowHandle::start("flinks", "flow", r#"{"loginId":"hunter2"}"#, CONFIG);
    let thrown = thrown.err().unwrap();
    assert_eq!(get(&thrown, "code"), "INVALID_INPUT");
    assert_eq!(get(&thrown, "path"), "/params/loginId");
    let text = String::from(JSON::stringify(&thrown).unwrap());
    assert!(!text.contains("hunter2"));
}

#[wasm_bindgen_test]
fn a_challenge_survives_a_snapshot_and_is_answered() {
    let (mut handle, _) = started();
    let step = handle.replied(1, 203, None, ASKS.as_bytes(), NOW).unwrap();
    assert_eq!(get(&step, "kind"), "challenge");

    let snapshot = String::from(handle.snapshot());
    let mut restored = FlowHandle::restore(&snapshot, CONFIG).ok().unwrap();
    let again = restored.advance("restored", 0, "", NOW).unwrap();
    assert_eq!(
        JSON::stringify(&again).unwrap(),
        JSON::stringify(&step).unwrap()
    );

    let sent = restored
        .advance("answered", 1, r#"{"1.1.answer":"Montreal"}"#, NOW)
        .unwrap();
    let body = get(&get(&sent, "request"), "body").as_string().unwrap();
    assert!(body.contains(r#""SecurityResponses":{"What city were you born in?":["Montreal"]}"#));
}

#[wasm_bindgen_test]
async fn a_request_does_not_follow_redirects() {
    let echo = "return Promise.resolve([init.method, url, init.redirect, init.body].join(' '))";
    let text = JsFuture::from(call(echo).unwrap()).await.unwrap();
    assert_eq!(text, "POST https://bank.example/v3 manual {}");
}

#[wasm_bindgen_test]
async fn a_fetch_that_throws_or_rejects_gives_its_reason() {
    assert_eq!(call("throw 'text'").unwrap_err(), "text");
    let sent = call("return Promise.reject('text')").unwrap();
    assert_eq!(JsFuture::from(sent).await.unwrap_err(), "text");
}

#[wasm_bindgen_test]
fn retry_after_is_a_number_of_seconds_or_a_date() {
    let after = |value: &str| response(202, Some(value), b"", NOW).retry_after;
    assert_eq!(after("120"), Some(120_000));
    assert_eq!(after("0"), None);
    assert_eq!(after("soon"), None);
    let utc = |ms: f64| String::from(js_sys::Date::new(&ms.into()).to_utc_string());
    assert_eq!(after(&utc(NOW + 60_000.0)), Some(60_000));
    assert_eq!(after(&utc(0.0)), None);
}

#[wasm_bindgen_test]
fn the_vendor_code_is_the_word_in_its_place() {
    for (body, code) in [
        (
            r#"{"FlinksCode":"SESSION_NONEXISTENT"}"#,
            Some("SESSION_NONEXISTENT"),
        ),
        (
            r#"{"member":{"connection_status":"CHALLENGED"}}"#,
            Some("CHALLENGED"),
        ),
        (r#"{"Links":[{"FlinksCode":"X"}]}"#, None),
        (r#"{"Prompt":"\"FlinksCode\":\"X\""}"#, None),
        (r#"{"FlinksCode":7}"#, None),
        ("FlinksCode", None),
        ("", None),
    ] {
        assert_eq!(vendor_code(body.as_bytes()).as_deref(), code, "{body}");
    }
}

#[wasm_bindgen_test]
fn requests_and_judged_replies_work_without_a_flow() {
    let request = authorize_request(LIVE, CONFIG).unwrap();
    assert_eq!(get(&request, "once"), true);
    let reply = authorize_response(203, ASKS.as_bytes(), None).unwrap();
    assert_eq!(get(&reply, "kind"), "challenged");
    assert_eq!(Array::from(&get(&reply, "challenges")).length(), 1);
    let challenged = String::from(JSON::stringify(&reply).unwrap());
    let answers = r#"{"1.1.answer":"Montreal"}"#;
    let request = answer_request(&challenged, answers, false, CONFIG).unwrap();
    let body = get(&request, "body").as_string().unwrap();
    assert!(body.ends_with(r#""SecurityResponses":{"What city were you born in?":["Montreal"]}}"#));
    let unclear = authorize_response(200, b"<html>", None).unwrap();
    assert_eq!(get(&unclear, "kind"), "unclear");
}

#[wasm_bindgen_test]
fn a_number_that_javascript_cannot_hold_becomes_a_string_of_its_digits() {
    let asks = ASKS.replace(r#""QuestionAndAnswer""#, "99999999999999999");
    let reply = authorize_response(203, asks.as_bytes(), None).unwrap();
    let challenge = Array::from(&get(&reply, "challenges")).get(0);
    assert_eq!(get(&challenge, "vendorType"), "99999999999999999");
}
