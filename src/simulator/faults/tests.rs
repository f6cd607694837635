#![allow(clippy::unwrap_used)]

use super::*;
use crate::simulator::flinks::minimal_error;

fn good() -> Outgoing {
    Outgoing::json(
        200,
        &Json::object([("RequestId", Json::text("r")), ("Tag", Json::text("t"))]),
    )
}

fn damaged(fault: Fault) -> Outgoing {
    let mut faults = Faults(vec![fault]);
    let damaged = faults.apply(Target::Start, minimal_error, good);
    assert_eq!(
        faults.apply(Target::Start, minimal_error, good),
        good(),
        "happens once"
    );
    damaged
}

#[test]
fn a_fault_applies_to_its_kind_of_call_after_skipping() {
    let fault = Fault {
        skip: 1,
        times: 2,
        ..Fault::new(FaultKind::Empty).on(Target::Answer)
    };
    let mut faults = Faults(vec![fault]);
    let calls = [
        Target::Start,
        Target::Answer,
        Target::Poll,
        Target::Answer,
        Target::Answer,
        Target::Answer,
    ];
    let damaged = calls.map(|call| faults.apply(call, minimal_error, good) != good());
    assert_eq!(damaged, [false, false, false, true, true, false]);
}

#[test]
fn a_lost_request_never_reaches_the_vendor_and_a_lost_reply_does() {
    for (kind, expected) in [
        (FaultKind::LostRequest, false),
        (FaultKind::LostReply, true),
    ] {
        let mut reached = false;
        let reply = Faults(vec![Fault::new(kind)]).apply(Target::Start, minimal_error, || {
            reached = true;
            good()
        });
        assert_eq!((reached, reply.arrival), (expected, Arrival::Lost));
    }
    assert_eq!(damaged(Fault::new(FaultKind::Hang)).arrival, Arrival::Hangs);
}

#[test]
fn each_kind_damages_the_body_in_its_way() {
    let body = |kind| damaged(Fault::new(kind)).body;
    assert!(body(FaultKind::Html).starts_with(b"<!DOCTYPE html>"));
    assert_eq!(body(FaultKind::Empty), b"");
    assert!(String::from_utf8(body(FaultKind::NotUtf8)).is_err());
    assert_eq!(Json::parse(&body(FaultKind::DeepJson)), None);
    assert!(body(FaultKind::HugeBody).len() > 10_000_000);
    assert!(
        Json::parse(&body(FaultKind::HugeBody))
            .unwrap()
            .member("RequestId")
            .is_some()
    );
    assert_eq!(Json::parse(&body(FaultKind::TruncatedJson)), None);
    assert_eq!(body(FaultKind::NoRequestId), br#"{"Tag":"t"}"#);
}

#[test]
fn a_status_fault_has_its_code_and_retry_after() {
    let fault = r#"{"kind":"status","status":429,"code":"TOO_MANY_REQUESTS","retryAfter":"30"}"#;
    let reply = damaged(serde_json::from_str(fault).unwrap());
    assert_eq!(reply.status, 429);
    assert!(reply.headers.contains(&("retry-after".into(), "30".into())));
    let body = Json::parse(&reply.body).unwrap();
    assert_eq!(
        body.member("FlinksCode"),
        Some(&Json::text("TOO_MANY_REQUESTS"))
    );
    assert_eq!(damaged(Fault::new(FaultKind::Redirect)).status, 302);
    assert_eq!(damaged(Fault::new(FaultKind::Html).status(503)).status, 503);
}

#[test]
fn a_fault_that_needs_a_203_applies_to_the_next_203() {
    let mut faults = Faults(vec![Fault::new(FaultKind::NoChallenges)]);
    assert_eq!(faults.apply(Target::Start, minimal_error, good), good());
    let asks = || Outgoing::json(203, &Json::object([("SecurityChallenges", Json::Null)]));
    assert_eq!(
        faults.apply(Target::Answer, minimal_error, asks).body,
        b"{}"
    );
}

#[test]
fn the_member_can_be_missing_null_or_a_list() {
    let good = || Outgoing::json(200, &Json::object([("member", Json::text("m"))]));
    let body = |kind| {
        let mut faults = Faults(vec![Fault::new(kind)]);
        String::from_utf8(faults.apply(Target::Poll, minimal_error, good).body).unwrap()
    };
    assert_eq!(body(FaultKind::NoMember), "{}");
    assert_eq!(body(FaultKind::NullMember), r#"{"member":null}"#);
    assert_eq!(body(FaultKind::MemberList), r#"{"member":["m"]}"#);
    assert_eq!(body(FaultKind::NoContent), "");
}

#[test]
fn a_fault_with_an_unknown_key_is_refused() {
    assert!(serde_json::from_str::<Fault>(r#"{"kind":"html","tiems":2}"#).is_err());
}
