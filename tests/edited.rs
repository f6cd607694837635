//! Edits each part of many valid snapshots under a right checksum. What is restored then runs to an end:
//! the flow refuses no event of a driver, and it does not wait for ever.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use bank_mfa::failure::{ErrorCode, Refusal};
use bank_mfa::flow::{Event, Flow, Loss, Step};
use bank_mfa::http::Response;
use bank_mfa::json::{Reader, Value};
use bank_mfa::vendor::Entry;
use bank_mfa::{VENDORS, flinks, mx};

const NOW: u64 = 1_790_000_000_000;
const DAY_MS: u64 = 86_400_000;

const FLINKS_CONFIG: &str = r#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb",
    "authorizeAsync":true}"#;
const MX_CONFIG: &str = r#"{"environment":"integration"}"#;

const FLINKS: &[(u16, &str)] = &[
    (
        202,
        r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d12"}"#,
    ),
    (
        203,
        r#"{"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d11",
        "SecurityChallenges":[{"Type":"MultipleChoice","Prompt":"?","Iterables":["a","b"]}]}"#,
    ),
    (400, r#"{"FlinksCode":"INVALID_LOGIN"}"#),
    (200, "<html>"),
];
const MX: &[(u16, &str)] = &[
    (
        200,
        r#"{"member":{"guid":"MBR-2","connection_status":"CHALLENGED",
        "challenges":[{"guid":"CRD-1","label":"City?","type":0}]}}"#,
    ),
    (
        200,
        r#"{"member":{"guid":"MBR-2","connection_status":"PENDING",
        "oauth_window_uri":"https://mxbank.mx.com/oauth"}}"#,
    ),
    (200, r#"{"member":{"connection_status":"CHALLENGED"}}"#),
    (
        200,
        r#"{"member":{"connection_status":"DENIED","error":{"error_code":2005}},
        "credentials":[{"guid":"CRD-3","field_type":"OPTIONS","options":[{"value":"a"}]}]}"#,
    ),
    (202, r#"{"member":{"connection_status":"CONNECTED"}}"#),
    (200, "<html>"),
];

fn json(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

/// FNV-1a, 32 bits.
fn with_checksum(mut envelope: Value) -> String {
    envelope.take_last("sum");
    let sum = envelope.print().bytes().fold(0x811c_9dc5_u32, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    envelope.set("sum", sum.into());
    envelope.print()
}

/// The snapshots of a flow, at each sequence of up to `depth` events.
fn collect(
    flow: &mut Flow,
    serial: u32,
    now: u64,
    depth: u8,
    replies: &[(u16, &str)],
    config: &Value,
    all: &mut BTreeSet<String>,
) {
    let snapshot = flow.snapshot();
    if !all.insert(snapshot.clone()) || depth == 0 {
        return;
    }
    let answers = json(r#"{"1.1.answer":"0"}"#);
    let landing = json(r#"{"status":["error"],"error_reason":["CANCELLED"]}"#);
    let claim = json(r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#);
    let mut events: Vec<Event> = replies
        .iter()
        .map(|(status, body)| {
            let body = body.as_bytes();
            Event::Replied(
                serial,
                Response {
                    status: *status,
                    retry_after: None,
                    body,
                },
            )
        })
        .collect();
    events.extend([
        Event::Lost(serial, Loss::MaybeSent),
        Event::Answered(1, bank_mfa::flow::AnswerInput::Fields(&answers)),
        Event::NewSession(1),
        Event::Waited,
        Event::Returned(&claim),
        Event::Returned(&Value::Null),
        Event::Returned(&landing),
        Event::Cancelled,
    ]);
    for event in events {
        let mut next = Flow::restore(&snapshot, VENDORS, config).ok().unwrap();
        let now = match next.step() {
            Step::Wait { until, .. } | Step::Redirect { until, .. } => until,
            Step::Challenge {
                watch_at: Some(at), ..
            } if matches!(event, Event::Waited) => at,
            _ => now,
        };
        match next.advance(event, now) {
            Ok(Step::Send { serial, .. }) => {
                collect(&mut next, serial, now, depth - 1, replies, config, all)
            }
            Ok(_) => collect(&mut next, serial, now, depth - 1, replies, config, all),
            Err(_) => {}
        }
    }
}

fn replacements() -> Vec<Value> {
    let mut all: Vec<Value> = [
        "null",
        "true",
        "false",
        "0",
        "1",
        "3",
        "4000000000",
        "9007199254740991",
        "\"\"",
        "\"x\"",
        "[]",
        "{}",
        "\"5e115eac-1209-4f19-641c-08d6d484e2ff\"",
    ]
    .map(json)
    .into();
    let names = "new sending waiting asking resubmitting redirecting connecting done failed start poll \
                 answer pre-check watch challenges reconcile verify window cached live form mid-session \
                 credentials flinks flinks-reconnect flinks-connect flinks-call mx aggregate";
    all.extend(names.split(' ').map(Value::from));
    all
}

/// Every edit of one part of a value.
fn edits(value: &Value) -> Vec<Value> {
    let mut all = replacements();
    match value {
        Value::Object(entries) => {
            for (index, (name, inner)) in entries.iter().enumerate() {
                let mut less = entries.clone();
                less.remove(index);
                all.push(Value::Object(less));
                for edited in edits(inner) {
                    let mut other = entries.clone();
                    other[index] = (name.clone(), edited);
                    all.push(Value::Object(other));
                }
            }
        }
        Value::List(items) => {
            for (index, inner) in items.iter().enumerate() {
                for edited in edits(inner) {
                    let mut other = items.clone();
                    other[index] = edited;
                    all.push(Value::List(other));
                }
            }
        }
        _ => {}
    }
    all
}

/// Does what a driver does while the vendor cannot be reached and the person does nothing.
fn drive(flow: &mut Flow, reply: (u16, &str)) -> Result<(), Refusal> {
    let mut now = NOW;
    let mut step = flow.advance(Event::Restored, now)?;
    for _ in 0..5_000 {
        if let Step::Send { request, .. } = &step {
            assert!(
                !request.url.split("://").any(|part| part.contains("//")),
                "{}",
                request.url
            );
        }
        let event = match &step {
            Step::Done { .. } | Step::Failed { .. } => return Ok(()),
            Step::Send { serial, .. } if reply.0 == 0 => Event::Lost(*serial, Loss::MaybeSent),
            Step::Send { serial, .. } => Event::Replied(
                *serial,
                Response {
                    status: reply.0,
                    retry_after: None,
                    body: reply.1.as_bytes(),
                },
            ),
            Step::Wait { until, .. }
            | Step::Resubmit { until, .. }
            | Step::Redirect { until, .. }
            | Step::Connect { until, .. } => {
                now = now.max(*until);
                Event::Waited
            }
            Step::Challenge {
                round,
                watch_at,
                ends_at,
            } => {
                assert!(round.challenges.iter().all(|asked| asked.is_answerable()));
                match (watch_at, &round.expires) {
                    // Nobody looks for half an hour.
                    (Some(at), _) => now = now.max(*at) + 30 * 60_000,
                    (None, Some(expires)) => now = now.max(expires.at),
                    (None, None) => now = now.max(*ends_at),
                }
                Event::Waited
            }
            Step::Sending { .. } => panic!("nothing is under way"),
        };
        assert!(now < NOW + DAY_MS, "the flow waits too long");
        step = flow.advance(event, now).unwrap();
    }
    panic!("the flow does not end");
}

/// A flow that has started, and the serial of its request.
fn started(entry: &Entry, config: &Value, params: &str) -> (Flow, u32) {
    let params = json(params);
    let started = (entry.start)(Reader::new("params", &params), Reader::new("host", config));
    let (vendor, credentials) = started.ok().unwrap();
    let mut flow = Flow::new("flow", vendor);
    let serial = match flow.advance(Event::Started(&credentials), NOW) {
        Ok(Step::Send { serial, .. }) => serial,
        _ => 0,
    };
    (flow, serial)
}

fn check(entry: &Entry, config: &str, params: &str, replies: &[(u16, &str)], depth: u8) {
    let config = json(config);
    let (mut flow, serial) = started(entry, &config, params);
    let mut snapshots = BTreeSet::new();
    collect(
        &mut flow,
        serial,
        NOW,
        depth,
        replies,
        &config,
        &mut snapshots,
    );
    assert!(snapshots.len() > 5, "{} snapshots", snapshots.len());
    let mut restored = 0;
    for snapshot in &snapshots {
        for edited in edits(&json(snapshot)) {
            let text = with_checksum(edited);
            for reply in [(0, ""), replies[0]] {
                let result = Flow::restore(&text, VENDORS, &config);
                match result.and_then(|mut flow| drive(&mut flow, reply)) {
                    Ok(()) => restored += 1,
                    Err(refusal) => assert!(
                        matches!(refusal.code, ErrorCode::SnapshotUnreadable | ErrorCode::SnapshotVersion)
                            // A snapshot of the other vendor does not fit the configuration.
                            || refusal.path.as_deref().unwrap_or_default().starts_with("/host")
                            // A text that names no vendor of this build.
                            || refusal.path.as_deref() == Some("/snapshot/vendor"),
                        "{refusal:?} {text}"
                    ),
                }
            }
        }
    }
    assert!(restored > 0);
}

const LOGIN: &str =
    r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","mostRecentCached":false}"#;
const CACHED: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#;
const IN_FORM: &str = r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","presentation":"form"}"#;
const CREDENTIALS: &str = r#"{"username":"u","password":"p","institution":"FlinksCapital"}"#;

#[test]
fn an_edited_snapshot_of_an_authorize_is_refused_or_runs_to_an_end() {
    for params in [LOGIN, CACHED, CREDENTIALS] {
        check(&flinks::ENTRY, FLINKS_CONFIG, params, FLINKS, 3);
    }
}

#[test]
fn an_edited_snapshot_of_a_reconnect_is_refused_or_runs_to_an_end() {
    check(&flinks::RECONNECT, FLINKS_CONFIG, CACHED, FLINKS, 3);
    check(&flinks::RECONNECT, FLINKS_CONFIG, IN_FORM, FLINKS, 3);
    check(
        &flinks::CONNECT,
        FLINKS_CONFIG,
        r#"{"state":"5bd3e1a6"}"#,
        FLINKS,
        3,
    );
}

#[test]
fn an_edited_snapshot_of_a_member_is_refused_or_runs_to_an_end() {
    for params in [
        r#"{"userGuid":"USR-1","memberGuid":"MBR-1","job":"aggregate"}"#,
        r#"{"userGuid":"USR-1","institutionCode":"mxbank","isOauth":true}"#,
        r#"{"userGuid":"USR-1","memberGuid":"MBR-1","presentation":"widget"}"#,
        r#"{"userGuid":"USR-1","memberGuid":"MBR-1","isOauth":true}"#,
        r#"{"userGuid":"USR-1","institutionCode":"mxbank"}"#,
    ] {
        check(&mx::ENTRY, MX_CONFIG, params, MX, 3);
    }
}

#[test]
fn a_snapshot_that_polls_without_a_request_id_is_refused_with_its_path() {
    let text = with_checksum(json(
        r#"{"v":2,"vendor":"flinks","vendorIds":{"LoginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"},
        "flow":{"id":"flow","startedAt":1790000000000,"workingSince":1790000000000,"lastReplyAt":0,
        "serial":3,"session":1,"round":0,"repeats":0,"newSessions":0,"challengePayload":null,"expiresAt":0,
        "refused":false,"watchPause":0,"seenOpenAt":0,"state":{"name":"sending","stage":"poll"},
        "vendor":{"codeSent":false,"asksCredentials":false,
        "params":{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","mostRecentCached":false}}},"sum":0}"#,
    ));
    let refusal = Flow::restore(&text, VENDORS, &json(FLINKS_CONFIG))
        .err()
        .unwrap();
    assert_eq!(refusal.code, ErrorCode::SnapshotUnreadable);
    assert_eq!(
        refusal.path.as_deref(),
        Some("/snapshot/vendorIds/RequestId")
    );
}

#[test]
fn a_round_without_a_request_id_is_refused_with_its_path() {
    let config = json(FLINKS_CONFIG);
    for (entry, params) in [(flinks::ENTRY, LOGIN), (flinks::RECONNECT, IN_FORM)] {
        let (mut flow, serial) = started(&entry, &config, params);
        let (status, body) = FLINKS[1];
        let response = Response {
            status,
            retry_after: None,
            body: body.as_bytes(),
        };
        flow.advance(Event::Replied(serial, response), NOW).unwrap();
        let id = r#""9022abc2-8a2e-4b06-a06e-c3e5449c4d11""#;
        let text = with_checksum(json(&flow.snapshot().replace(id, "null")));
        let refusal = Flow::restore(&text, VENDORS, &config).err().unwrap();
        let path = Some("/snapshot/vendorIds/RequestId");
        assert_eq!(refusal.path.as_deref(), path);
    }
}

/// A value with another one at a path.
fn with(value: &Value, path: &[&str], new: &Value) -> Value {
    let [name, rest @ ..] = path else {
        return new.clone();
    };
    let mut all = value.without(&[name]);
    all.set(name, with(value.get(name), rest, new));
    all
}

#[test]
fn a_time_later_than_any_flow_plans_is_refused() {
    let two_totals = 2 * 120 * 60_000;
    let flinks = (flinks::ENTRY, FLINKS_CONFIG, LOGIN);
    let params = r#"{"userGuid":"USR-1","memberGuid":"MBR-1"}"#;
    let mx = (mx::ENTRY, MX_CONFIG, params);
    for ((entry, config, params), (status, body), field) in [
        (&flinks, FLINKS[0], "startedAt"),
        (&flinks, FLINKS[0], "workingSince"),
        (&flinks, FLINKS[0], "lastReplyAt"),
        (&flinks, FLINKS[0], "state/until"),
        (&flinks, FLINKS[1], "expiresAt"),
        (&mx, MX[0], "expiresAt"),
        (&mx, MX[0], "state/watchAt"),
    ] {
        let config = json(config);
        let (mut flow, serial) = started(entry, &config, params);
        let response = Response {
            status,
            retry_after: None,
            body: body.as_bytes(),
        };
        flow.advance(Event::Replied(serial, response), NOW).unwrap();
        let path: Vec<_> = ["flow"].into_iter().chain(field.split('/')).collect();
        for (later, is_restored) in [(two_totals, true), (two_totals + 1, false)] {
            let time = Value::number(NOW + later);
            let edited = with(&json(&flow.snapshot()), &path, &time);
            let restored = Flow::restore(&with_checksum(edited), VENDORS, &config);
            let step = restored.ok().unwrap().advance(Event::Restored, NOW);
            assert_eq!(step.is_ok(), is_restored, "{field}: {step:?}");
        }
    }
}

#[test]
fn a_state_that_a_vendor_does_not_have_or_cannot_leave_is_refused_with_its_path() {
    let questions =
        r#"{"call":"GetMFAQuestions","loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#;
    let member = r#"{"userGuid":"USR-1","memberGuid":"MBR-1","job":"aggregate"}"#;
    let creation = r#"{"userGuid":"USR-1","institutionCode":"mxbank","isOauth":true}"#;
    let poll = r#"{"name":"sending","stage":"poll"}"#;
    let verify = r#"{"name":"sending","stage":"verify"}"#;
    let answer = r#"{"name":"sending","stage":"answer"}"#;
    let page = r#"{"name":"connecting","until":0}"#;
    let watch = r#"{"name":"waiting","stage":"watch","until":0}"#;
    for (entry, config, params, edited, path) in [
        (flinks::CALL, FLINKS_CONFIG, questions, poll, "flow/state"),
        (flinks::ENTRY, FLINKS_CONFIG, LOGIN, page, "flow/state"),
        (mx::ENTRY, MX_CONFIG, member, verify, "flow/state"),
        (mx::ENTRY, MX_CONFIG, member, watch, "flow/state"),
        (
            mx::ENTRY,
            MX_CONFIG,
            creation,
            poll,
            "vendorIds/member_guid",
        ),
        (
            mx::ENTRY,
            MX_CONFIG,
            creation,
            answer,
            "vendorIds/member_guid",
        ),
    ] {
        let config = json(config);
        let (flow, _) = started(&entry, &config, params);
        let start = r#"{"name":"sending","stage":"start"}"#;
        let text = flow.snapshot().replace(start, edited);
        assert_ne!(text, flow.snapshot());
        let text = with_checksum(json(&text));
        let refusal = Flow::restore(&text, VENDORS, &config).err().unwrap();
        let path = format!("/snapshot/{path}");
        assert_eq!(refusal.path, Some(path), "{params}");
    }
}

#[test]
fn a_wait_for_a_start_is_restored_only_in_a_new_session_without_credentials() {
    let credentials = r#"{"username":"u","password":"p","institution":"i"}"#;
    let sending = r#"{"name":"sending","stage":"start"}"#;
    let waiting = r#"{"name":"waiting","stage":"start","until":0}"#;
    let config = json(FLINKS_CONFIG);
    for (params, new_sessions, is_restored) in [
        (credentials, 0, false),
        (credentials, 1, false),
        (LOGIN, 0, false),
        (LOGIN, 1, true),
    ] {
        let (flow, _) = started(&flinks::ENTRY, &config, params);
        let count = format!(r#""newSessions":{new_sessions}"#);
        let text = flow
            .snapshot()
            .replace(sending, waiting)
            .replace(r#""newSessions":0"#, &count);
        assert!(text.contains(waiting) && text.contains(&count));
        let restored = Flow::restore(&with_checksum(json(&text)), VENDORS, &config);
        let path = restored.err().and_then(|refusal| refusal.path.clone());
        let expected = (!is_restored).then(|| "/snapshot/flow/state".to_owned());
        assert_eq!(path, expected, "{params} {new_sessions}");
    }
}

#[test]
fn an_edited_snapshot_cannot_turn_credentials_into_answers() {
    for (entry, config, params) in [
        (
            mx::ENTRY,
            MX_CONFIG,
            r#"{"userGuid":"USR-1","institutionCode":"mxbank"}"#,
        ),
        (
            flinks::ENTRY,
            FLINKS_CONFIG,
            r#"{"institution":"FlinksCapital"}"#,
        ),
    ] {
        let (params, config) = (json(params), json(config));
        let params = Reader::new("params", &params);
        let (vendor, credentials) = (entry.start)(params, Reader::new("host", &config))
            .ok()
            .unwrap();
        let mut flow = Flow::new("flow", vendor);
        if let Ok(Step::Send { serial, .. }) = flow.advance(Event::Started(&credentials), NOW) {
            let response = Response {
                status: 200,
                retry_after: None,
                body: br#"{"credentials":[{"guid":"CRD-1","field_type":"LOGIN"}]}"#,
            };
            flow.advance(Event::Replied(serial, response), NOW)
                .ok()
                .unwrap();
        }
        let asks = r#""asksCredentials":true"#;
        let edited = flow.snapshot().replace(asks, r#""asksCredentials":false"#);
        assert_ne!(edited, flow.snapshot());
        let restored = Flow::restore(&with_checksum(json(&edited)), VENDORS, &config);
        assert_eq!(restored.err().unwrap().code, ErrorCode::SnapshotUnreadable);
    }
}

#[test]
fn credentials_are_never_resubmitted_after_a_restore() {
    let config = json(MX_CONFIG);
    let member = r#"{"userGuid":"USR-1","memberGuid":"MBR-1"}"#;
    let (mut flow, _) = started(&mx::ENTRY, &config, member);
    let (status, body) = MX[3];
    let response = Response {
        status,
        retry_after: None,
        body: body.as_bytes(),
    };
    // The status, and then the list of credentials.
    for serial in 1..=2 {
        flow.advance(Event::Replied(serial, response), NOW).unwrap();
    }
    let resubmitting = r#"{"name":"resubmitting","until":1790000000000}"#;
    let snapshot = flow.snapshot();
    let edited = snapshot.replace(r#"{"name":"asking"}"#, resubmitting);
    assert_ne!(edited, snapshot);
    let refusal = Flow::restore(&with_checksum(json(&edited)), VENDORS, &config).err();
    let path = refusal.and_then(|refusal| refusal.path.clone());
    assert_eq!(path.as_deref(), Some("/snapshot/flow/state"));
}

#[test]
fn only_connect_in_the_middle_of_a_session_needs_a_request_id() {
    let config = json(FLINKS_CONFIG);
    let request_id = r#""9022abc2-8a2e-4b06-a06e-c3e5449c4d11""#;
    let waiting = format!(r#"{{"requestId":{request_id},"state":"5bd3e1a6"}}"#);
    let path_without = |entry: &Entry, params: &str| {
        let (flow, _) = started(entry, &config, params);
        let vendor_ids = format!(r#""RequestId":{request_id}"#);
        let text = flow.snapshot().replace(&vendor_ids, r#""RequestId":null"#);
        let restored = Flow::restore(&with_checksum(json(&text)), VENDORS, &config);
        restored.err().and_then(|refusal| refusal.path.clone())
    };
    let path = path_without(&flinks::RESUME, &waiting);
    assert_eq!(path.as_deref(), Some("/snapshot/vendorIds/RequestId"));
    let path = path_without(&flinks::CONNECT, r#"{"state":"5bd3e1a6"}"#);
    assert_eq!(path, None);
}
