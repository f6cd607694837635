use super::*;
use crate::simulator::{Fault, FaultKind, Target};

#[test]
fn a_right_answer_authorizes_and_updates_the_last_refresh() {
    let mut bank = Scenario::new();
    assert_eq!(
        bank.cached("Greatday").last_refresh().get(..23),
        Some("2026-01-19T20:47:47.145")
    );
    let reply = bank.live("Greatday");
    assert_eq!(
        (reply.status, reply.prompts()),
        (203, vec![CITY.to_owned()])
    );
    let reply = bank.later(MINUTE_MS).answer(CITY, "Montreal");
    assert_eq!(reply.status, 200);
    let cached = bank.cached("Greatday").last_refresh();
    assert_eq!(reply.last_refresh(), cached);
    assert_eq!(cached.get(..23), Some("2026-01-21T20:48:47.145"));
    assert_eq!(bank.broken_rules(), [""; 0]);
}

#[test]
fn the_bodies_have_the_documented_members() {
    let mut bank = Scenario::new();
    let login_id = bank.simulator.login_id("Greatday").unwrap();
    let reply = bank.post(&format!(
        r#"{{"LoginId":"{login_id}","MostRecentCached":false,"Tag":"c42"}}"#
    ));
    let id = bank.request_id.clone();
    let link = r#"{"rel":"Authorization","href":"/Authorize","example":null}"#;
    let challenge = r#"{"Type":"QuestionAndAnswer","Prompt":"What city were you born in?"}"#;
    let expected = format!(
        r#"{{"Links":[{link}],"HttpStatusCode":203,"SecurityChallenges":[{challenge}],"Institution":"FlinksCapital","RequestId":"{id}","Tag":"c42"}}"#
    );
    assert_eq!(reply.body.to_text(), expected);
    let reply = bank.answer_right();
    for (member, value) in [
        ("HttpStatusCode", "200"),
        ("InstitutionName", "\"FlinksCapital\""),
        ("InstitutionId", "14"),
        ("Institution", "\"FlinksCapital\""),
        ("RequestId", &format!("{id:?}")),
        ("Tag", "\"c42\""),
    ] {
        assert_eq!(reply.body.member(member).unwrap().to_text(), value);
    }
    let login = reply.body.member("Login").unwrap();
    assert_eq!(login.member("Id"), Some(&Json::Text(login_id)));
    assert_eq!(login.member("IsScheduledRefresh"), Some(&Json::Bool(false)));
}

#[test]
fn a_cached_start_is_authorized_at_once_unless_flinks_refuses_the_person() {
    for person in Simulator::new(1).people() {
        let reply = Scenario::new().cached(person.username);
        let repeated = person
            .card
            .broken
            .filter(|_| person.card.cached_repeats_failure);
        let refused = person.cached.refusal.or(repeated);
        let refused = refused.map_or(200, |refusal| refusal.status);
        let waits = !person.cached.steps.is_empty();
        assert_eq!(
            reply.status,
            if waits { 202 } else { refused },
            "{}",
            person.username
        );
    }
}

#[test]
fn credentials_are_checked() {
    let with = |username: &str, password: &str| {
        Scenario::new().post(&format!(
            r#"{{"Username":"{username}","Password":"{password}","Institution":"FlinksCapital","MostRecentCached":false}}"#
        ))
    };
    assert_eq!(with("greatday", "Everyday").status, 203);
    assert_eq!(with("Greatday", "wrong").code(), (401, "INVALID_LOGIN"));
    assert_eq!(with("Nobody", "Everyday").code(), (401, "INVALID_LOGIN"));
    let unknown = r#"{"LoginId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10"}"#;
    assert_eq!(Scenario::new().post(unknown).code(), (400, "INVALID_LOGIN"));
}

#[test]
fn a_wrong_answer_brings_a_new_challenge_and_the_third_one_ends_the_session() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    let first_id = bank.request_id.clone();
    let reply = bank.answer(CITY, "Paris");
    assert_eq!(reply.code(), (401, "INVALID_SECURITY_RESPONSE"));
    assert_eq!(reply.prompts(), [COUNTRY]);
    assert_ne!(bank.request_id, first_id);
    assert_eq!(
        bank.answer(COUNTRY, "France").prompts(),
        ["What shape do people like most?"]
    );
    let reply = bank.answer("What shape do people like most?", "Square");
    assert_eq!(reply.code(), (401, "INVALID_SECURITY_RESPONSE_NO_RETRY"));
    assert_eq!(reply.body.member("SecurityChallenges"), None);
    assert_eq!(
        bank.answer(CITY, "Montreal").code(),
        (400, "SESSION_NONEXISTENT")
    );
}

#[test]
fn an_answer_with_an_old_request_id_is_refused() {
    let mut bank = Scenario::new();
    bank.live("changing_ids");
    let old = bank.request_id.clone();
    assert_eq!(bank.answer(CITY, "Montreal").status, 203);
    assert_ne!(bank.request_id, old);
    bank.request_id = old.clone();
    assert_eq!(
        bank.answer_with(r#"{"Mother's maiden name":["Tremblay"]}"#)
            .code(),
        (400, "SESSION_NONEXISTENT")
    );
    assert_eq!(bank.broken_rules(), ["stale-request-id"]);
    assert_eq!(
        bank.poll().status,
        203,
        "a poll may use the previous RequestId"
    );
    assert_ne!(bank.request_id, old);
    assert_eq!(bank.answer_right().status, 200);
}

#[test]
fn answers_that_do_not_match_leave_the_round_open() {
    let mut bank = Scenario::new();
    bank.live("three_questions");
    assert_eq!(
        bank.answer(CITY, "Montreal").code(),
        (401, "SECURITYRESPONSES_INCOMPLETE")
    );
    assert_eq!(
        bank.answer("What city", "Montreal").code(),
        (401, "UNKNOWN_CHALLENGE_KEY")
    );
    let twice = format!(r#"{{"{CITY}":["Montreal","Montreal"]}}"#);
    assert_eq!(bank.answer_with(&twice).status, 401);
    assert_eq!(bank.answer_right().status, 200);
}

#[test]
fn empty_answers_repeat_the_challenge_or_are_refused() {
    for (empty_answers_incomplete, status) in [(false, 203), (true, 401)] {
        let mut bank = Scenario::with(Rules {
            empty_answers_incomplete,
            ..Rules::default()
        });
        bank.live("Greatday");
        assert_eq!(bank.answer_with("{}").status, status);
        assert_eq!(bank.answer(CITY, "Montreal").status, 200);
    }
}

#[test]
fn an_answer_after_authorization_is_refused() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    bank.answer(CITY, "Montreal");
    assert_eq!(
        bank.answer(CITY, "Montreal").code(),
        (401, "ALREADY_AUTHORIZED")
    );
    assert_eq!(bank.poll().status, 200);
}

#[test]
fn a_request_id_expires_eight_minutes_after_its_last_use() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    assert_eq!(bank.later(8 * MINUTE_MS - 1).poll().status, 203);
    assert_eq!(
        bank.later(8 * MINUTE_MS - 1).answer(CITY, "Paris").status,
        401
    );
    assert_eq!(
        bank.later(8 * MINUTE_MS).answer_right().code(),
        (401, "SESSION_EXPIRED")
    );
    bank.request_id = "9022abc2-8a2e-4b06-a06e-c3e5449c4d10".into();
    assert_eq!(bank.poll().code(), (400, "SESSION_NONEXISTENT"));
}

#[test]
fn an_authorized_request_id_expires_after_thirty_minutes() {
    let mut bank = Scenario::new();
    bank.live("greatday_nomfa");
    assert_eq!(bank.later(30 * MINUTE_MS - 1).poll().status, 200);
    assert_eq!(
        bank.later(30 * MINUTE_MS).poll().code(),
        (401, "SESSION_EXPIRED")
    );
}

#[test]
fn a_second_live_session_is_refused_if_the_rules_say_so() {
    let second = |username, refuse_concurrent, wait| {
        let mut bank = Scenario::with(Rules {
            refuse_concurrent,
            ..Rules::default()
        });
        bank.live(username);
        bank.later(wait).mint();
        bank.live(username).code().0
    };
    assert_eq!(second("Greatday", false, 0), 203);
    assert_eq!(second("Greatday", true, 0), 401);
    assert_eq!(second("one_session", false, 0), 401);
    assert_eq!(second("one_session", false, 8 * MINUTE_MS), 203);
    assert_eq!(second("greatday_nomfa", true, 0), 200);
}

#[test]
fn background_work_is_pending_until_it_is_done() {
    let mut bank = Scenario::new();
    assert_eq!(
        bank.live("slow_dispatched").code(),
        (202, "OPERATION_DISPATCHED")
    );
    assert_eq!(bank.later(10_000).poll().status, 202);
    assert_eq!(bank.later(10_000).poll().status, 202);
    assert_eq!(bank.broken_rules(), [""; 0]);
    assert_eq!(bank.later(5_000).poll().status, 203);
    assert_eq!(bank.broken_rules(), ["polled-too-soon"]);
    assert_eq!(bank.answer(CITY, "Montreal").status, 200);
}

#[test]
fn authorize_async_returns_the_outcome_only_to_a_poll() {
    let mut bank = Scenario::new().with_authorize_async();
    assert_eq!(bank.live("Greatday").code(), (202, "OPERATION_PENDING"));
    assert_eq!(bank.poll().prompts(), [CITY]);
    assert_eq!(bank.answer(CITY, "Paris").status, 202);
    assert_eq!(bank.poll().prompts(), [COUNTRY]);
    assert_eq!(bank.answer(COUNTRY, "Canada").status, 202);
    assert_eq!(bank.poll().status, 200);
    let mut bank = Scenario::new().with_authorize_async();
    assert_eq!(bank.live("code_retry_later").status, 202);
    assert_eq!(bank.poll().code(), (401, "RETRY_LATER"));
}

#[test]
fn authorize_async_can_be_pending_for_several_polls() {
    let mut bank = Scenario::new().with_authorize_async();
    bank.live("slow_dispatched");
    for _ in 0..2 {
        let reply = bank.later(10_000).poll();
        assert_eq!(reply.code(), (202, "OPERATION_DISPATCHED"));
    }
    assert_eq!(bank.later(10_000).poll().prompts(), [CITY]);

    let mut bank = Scenario::new().with_authorize_async();
    bank.live("slow_after_answer");
    assert_eq!(bank.later(10_000).poll().prompts(), [CITY]);
    assert_eq!(bank.answer(CITY, "Montreal").status, 202);
    assert_eq!(bank.later(10_000).poll().status, 202);
    assert_eq!(bank.later(15_000).poll().status, 200);
    assert_eq!(bank.broken_rules(), [""; 0]);
}

#[test]
fn answers_and_repeated_answers_are_counted() {
    let mut bank = Scenario::new();
    bank.live("Greatday");
    bank.answer(CITY, "Paris");
    bank.answer(COUNTRY, "Canada");
    bank.answer(COUNTRY, "Canada");
    let counts = bank.simulator.counts();
    assert_eq!(
        (
            counts.answers,
            counts.answers_judged,
            counts.answers_repeated
        ),
        (3, 2, 1)
    );
    assert_eq!(counts.answers_by_request_id.get(&bank.request_id), Some(&2));
    assert_eq!(
        (counts.live_starts, counts.tokens_minted, counts.tokens_used),
        (1, 1, 1)
    );
    let json = serde_json::to_value(&counts).unwrap();
    assert_eq!(json.pointer("/broken/unexpected-answer"), Some(&1.into()));
}

#[test]
fn a_lost_request_counts_as_sent_and_a_lost_reply_also_as_judged() {
    for (kind, judged, status) in [
        (FaultKind::LostRequest, 0, 203),
        (FaultKind::LostReply, 1, 200),
    ] {
        let mut bank = Scenario::new();
        bank.live("Greatday");
        let path = format!(
            "/v3/{}/BankingServices/Authorize",
            bank.simulator.rules().customer_id
        );
        let json = ("content-type".to_owned(), "application/json".to_owned());
        let headers = [json, ("flinks-auth-key".to_owned(), bank.token.clone())];
        let id = &bank.request_id;
        let body =
            format!(r#"{{"RequestId":"{id}","SecurityResponses":{{"{CITY}":["Montreal"]}}}}"#);
        let request = Incoming {
            method: "POST",
            path: &path,
            headers: &headers,
            body: body.as_bytes(),
        };
        bank.simulator.fault(Fault::new(kind).on(Target::Answer));
        assert_eq!(
            bank.simulator.handle(bank.now, &request).arrival,
            Arrival::Lost
        );
        let counts = bank.simulator.counts();
        assert_eq!((counts.answers, counts.answers_judged), (1, judged));
        assert_eq!(bank.poll().status, status);
    }
}

#[test]
fn the_same_seed_and_requests_give_the_same_bytes() {
    let run = || {
        let mut bank = Scenario::new();
        (
            bank.live("image_selection"),
            bank.answer_right(),
            bank.cached("image_selection"),
        )
    };
    assert_eq!(run(), run());
}
