//! What must be true in each state, and of each ending.

use bank_mfa::VENDORS;
use bank_mfa::failure::{ErrorCode, Failure, NextAction};
use bank_mfa::flinks::API_KEY;
use bank_mfa::flow::{AnswerInput, Event, Flow, Step};
use bank_mfa::json::Value;
use bank_mfa::mx::BASIC;
use bank_mfa::simulator::{Incoming, Rule};

use crate::moves::alone;
use crate::scenario::replied;
use crate::world::{Broken, World};

/// Rules of the vendors that no request may break, whatever the network and the person do. `AnswerWithoutRecentStatus` is
/// not here: after a lost reply, a call of the challenges alone can say that the round is still open.
const NEVER_BROKEN: &[Rule] = &[
    Rule::Path,
    Rule::Method,
    Rule::Customer,
    Rule::Body,
    Rule::TokenMissing,
    Rule::TokenUnknown,
    Rule::SecretKeyAsToken,
    Rule::TokenOfAnotherSession,
    Rule::StaleRequestId,
    Rule::ChallengeKey,
    Rule::AnswersIncomplete,
    Rule::PolledTooSoon,
    Rule::ApiKey,
    Rule::Version,
    Rule::User,
    Rule::CredentialGuids,
];

/// Checks a state that was just reached by a move.
pub fn check_state(world: &World) -> Result<(), Broken> {
    let broken = world.scenario.bank.counts().broken;
    if let Some(rule) = NEVER_BROKEN.iter().find(|rule| broken.contains_key(rule)) {
        return Err(format!("a request breaks the rule {rule:?}"));
    }
    check_snapshot(world)?;
    check_refusals(world)?;
    match &world.scenario.step {
        Step::Done { result } => check_success(world, result),
        Step::Failed { failure } => check_failure(world, failure),
        _ => Ok(()),
    }
}

/// A snapshot has no secret, and restores the same flow, which does the same next.
fn check_snapshot(world: &World) -> Result<(), Broken> {
    let scenario = &world.scenario;
    let snapshot = scenario.flow.snapshot();
    let (_, password) = world.credentials;
    let tokens = scenario.tokens.values().map(String::as_str);
    let secrets = [password, "wrong ", "Montreal", "a guess"]
        .into_iter()
        .chain(tokens);
    if let Some(secret) = secrets.into_iter().find(|secret| snapshot.contains(secret)) {
        return Err(format!("the snapshot holds {secret:?}"));
    }
    let restored = Flow::restore(&snapshot, VENDORS, &scenario.config);
    let mut restored = restored.map_err(|refusal| format!("restore: {refusal:?}"))?;
    if restored.snapshot() != snapshot {
        return Err("a restored flow writes another snapshot".to_owned());
    }
    if world.sent.is_some() || !matches!(scenario.step, Step::Wait { .. } | Step::Challenge { .. })
    {
        return Ok(());
    }
    let mut twin = world.clone();
    twin.apply(alone(world))?;
    let _ = restored.advance(Event::Restored, scenario.now);
    let step = restored.advance(Event::Waited, twin.scenario.now);
    let pre_checks = matches!(
        scenario.step,
        Step::Wait {
            stage: bank_mfa::vendor::Stage::PreCheck,
            ..
        }
    );
    if step.ok() != Some(twin.scenario.step) && !pre_checks {
        return Err("a restored flow does something else".to_owned());
    }
    Ok(())
}

/// What comes late, twice or for another round is refused, or changes nothing once the flow has ended.
fn check_refusals(world: &World) -> Result<(), Broken> {
    let answers = &world.scenario.answers;
    let number = world.round_number();
    let mut events: Vec<(&str, Event)> = vec![("a start", Event::Started(&Value::Null))];
    if let Some((serial, reply)) = &world.late
        && world
            .sent
            .as_ref()
            .is_none_or(|sent| sent.serial != *serial)
    {
        events.push(("a late reply", replied(*serial, reply)));
    }
    if number > 1 {
        let old = Event::Answered(number - 1, AnswerInput::Fields(answers));
        events.push(("an answer to an earlier round", old));
    }
    let is_asking = matches!(
        world.scenario.step,
        Step::Challenge { .. } | Step::Resubmit { .. }
    );
    let is_watching = world
        .sent
        .as_ref()
        .is_some_and(|sent| sent.stage == bank_mfa::vendor::Stage::Watch);
    if !is_asking && !is_watching {
        events.push((
            "a second answer",
            Event::Answered(number, AnswerInput::Fields(answers)),
        ));
        events.push(("a new session", Event::NewSession(number)));
    }
    for (name, event) in events {
        let mut twin = world.scenario.flow.clone();
        let before = (twin.step(), twin.snapshot());
        let taken = twin.advance(event, world.scenario.now).is_ok();
        if taken != world.has_ended() || (twin.step(), twin.snapshot()) != before {
            return Err(format!("the flow takes {name}"));
        }
    }
    Ok(())
}

/// The vendor says the same as the result.
fn check_success(world: &World, result: &Value) -> Result<(), Broken> {
    let is_true = match result.get("requestId").as_text() {
        Some(request_id) => is_authorized(world, request_id),
        None => is_connected(world, 0),
    };
    match is_true {
        true => Ok(()),
        false => Err("the flow is done, and the bank has not let the person in".to_owned()),
    }
}

/// The bank has refused the person.
const REFUSALS: &[ErrorCode] = &[
    ErrorCode::CredentialsRefused,
    ErrorCode::TooManyAttempts,
    ErrorCode::AnswerRefused,
    ErrorCode::AnswersMismatched,
    ErrorCode::QuestionUnanswered,
    ErrorCode::BankActionRequired,
    ErrorCode::LoginDisabled,
    ErrorCode::InstitutionClosed,
    ErrorCode::Refused,
];

fn check_failure(world: &World, failure: &Failure) -> Result<(), Broken> {
    let now = world.scenario.now;
    let is_later = failure.retry_at.is_some_and(|at| at > now);
    if is_later != (failure.next == NextAction::RetryLater) {
        return Err("only retry-later has a time, which is in the future".to_owned());
    }
    let says_unknown = failure.code == ErrorCode::OutcomeUnknown
        || failure.code == ErrorCode::Cancelled && failure.next == NextAction::RetryLater;
    if world.unheard && !says_unknown {
        return Err(format!(
            "{:?} hides that a submission is under way",
            failure.code
        ));
    }
    if failure.code == ErrorCode::OutcomeUnknown && !world.submitted {
        return Err("the outcome is unknown, and nothing was submitted".to_owned());
    }
    if REFUSALS.contains(&failure.code) && was_let_in(world) {
        return Err(format!(
            "{:?}, and the bank has let the person in",
            failure.code
        ));
    }
    Ok(())
}

/// Whether the bank lets the person in, now or within a minute.
fn was_let_in(world: &World) -> bool {
    match world.request_ids.as_slice() {
        [] => is_connected(world, 60_000),
        ids => ids.iter().any(|id| is_authorized(world, id)),
    }
}

/// Whether Flinks gives the accounts of a session.
fn is_authorized(world: &World, request_id: &str) -> bool {
    let mut twin = world.scenario.clone();
    let key = twin.secret(API_KEY, 1);
    let customer = bank_mfa::simulator::Rules::default().customer_id;
    let body = format!(r#"{{"RequestId":"{request_id}"}}"#);
    let incoming = Incoming {
        method: "POST",
        path: &format!("/v3/{customer}/BankingServices/GetAccountsSummary"),
        headers: &[
            ("x-api-key".to_owned(), key),
            ("content-type".to_owned(), "application/json".to_owned()),
        ],
        body: body.as_bytes(),
    };
    let status = twin.bank.handle(twin.now, &incoming).status;
    (200..300).contains(&status)
}

/// Whether MX says, after so many milliseconds, that the member is connected and no job is running.
fn is_connected(world: &World, later: u64) -> bool {
    let snapshot = world.snapshot();
    let Some(member) = snapshot.get("vendorIds").get("member_guid").as_text() else {
        return false;
    };
    let mut twin = world.scenario.clone();
    let user = twin.bank.user_guid();
    let headers = [
        ("authorization".to_owned(), twin.secret(BASIC, 1)),
        ("accept".to_owned(), "application/json".to_owned()),
        ("accept-version".to_owned(), "v20250224".to_owned()),
    ];
    let incoming = Incoming {
        method: "GET",
        path: &format!("/users/{user}/members/{member}/status"),
        headers: &headers,
        body: b"",
    };
    let reply = twin.bank.handle(twin.now + later, &incoming);
    let body = Value::parse(&reply.body).unwrap_or_default();
    let member = body.get("member");
    let is_connected =
        [Some("CONNECTED"), Some("6")].contains(&member.get("connection_status").as_text());
    is_connected && *member.get("is_being_aggregated") != Value::Bool(true)
}
