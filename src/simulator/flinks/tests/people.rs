use super::*;

/// Gives all right answers and waits while the reply is a 202; returns the last reply.
fn run_to_end(username: &str, french: bool) -> Reply {
    let mut bank = Scenario::new();
    let login_id = bank.simulator.login_id(username).unwrap();
    let language = if french { "fr" } else { "en" };
    let mut reply = bank.post(&format!(
        r#"{{"LoginId":"{login_id}","MostRecentCached":false,"Language":"{language}"}}"#
    ));
    loop {
        reply = match reply.status {
            203 => {
                // Quirks change the letter case of `RequestId`.
                let id = reply.body.to_text().to_lowercase();
                let id = id.split(r#""requestid":""#).nth(1).unwrap();
                bank.request_id = id.split('"').next().unwrap().to_owned();
                bank.answer_right()
            }
            202 if username != "slow_for_ever" => bank.later(10_000).poll(),
            _ => return reply,
        }
    }
}

#[test]
fn right_answers_lead_each_person_to_the_end_of_the_plan() {
    for person in Simulator::new(1).people() {
        if person.quirks.first_code_lost {
            continue;
        }
        for french in [false, true] {
            let reply = run_to_end(person.username, french);
            let refused = person.live.refusal.or(person.card.broken);
            let expected = match (person.username, refused) {
                ("slow_for_ever", _) => 202,
                ("stored_missing" | "stored_wrong", _) => 401,
                (_, Some(refusal)) => refusal.status,
                (_, None) => 200,
            };
            assert_eq!(
                reply.status, expected,
                "{}: {:?}",
                person.username, reply.body
            );
        }
    }
}

#[test]
fn a_refusal_has_its_code_and_retry_after() {
    let reply = Scenario::new().live("code_too_many_requests_429");
    assert_eq!(reply.code(), (429, "TOO_MANY_REQUESTS"));
    assert!(reply.headers.contains(&("retry-after".into(), "30".into())));
    assert_eq!(
        Scenario::new().live("code_something_new").code(),
        (418, "SOMETHING_NEW")
    );
    assert_eq!(
        Scenario::new().live("test_disabled_account").code(),
        (401, "DISABLED_LOGIN")
    );
    assert_eq!(
        Scenario::new().live("test_service_unavailable").code(),
        (401, "RETRY_LATER")
    );
}

#[test]
fn prompts_are_french_if_the_language_is_fr() {
    let mut bank = Scenario::new();
    let login_id = bank.simulator.login_id("Greatday").unwrap();
    let reply = bank.post(&format!(
        r#"{{"LoginId":"{login_id}","MostRecentCached":false,"Language":"fr"}}"#
    ));
    assert_eq!(reply.prompts(), ["Dans quelle ville êtes-vous né?"]);
}

#[test]
fn the_code_challenge_follows_the_choice_of_a_phone() {
    let mut bank = Scenario::new();
    let body = bank
        .live("text_or_call")
        .body
        .member("SecurityChallenges")
        .unwrap()
        .to_text();
    assert!(
        body.contains(r#""Iterables":["(•••) •••-4821","(•••) •••-0907"]"#),
        "{body}"
    );
    let reply = bank.answer("(•••) •••-0907", "Call");
    assert_eq!(
        (reply.status, reply.prompts()),
        (203, vec!["Enter the code we just sent you".to_owned()])
    );
    assert_eq!(
        bank.answer("Enter the code we just sent you", "123456")
            .status,
        200
    );
}

#[test]
fn three_questions_can_follow_a_wrong_answer() {
    let mut bank = Scenario::new();
    bank.live("three_after_wrong");
    assert_eq!(bank.answer(CITY, "Paris").prompts().len(), 3);
    assert_eq!(bank.answer_right().status, 200);
}

#[test]
fn a_wrong_answer_can_end_the_session() {
    for (username, code) in [
        ("wrong_ends", "INVALID_SECURITY_RESPONSE"),
        ("wrong_no_retry", "INVALID_SECURITY_RESPONSE_NO_RETRY"),
    ] {
        let mut bank = Scenario::new();
        bank.live(username);
        let reply = bank.answer(CITY, "Paris");
        assert_eq!((reply.code(), reply.prompts().len()), ((401, code), 0));
    }
}

#[test]
fn quirks_change_the_form_of_a_reply() {
    let body = |username| Scenario::new().live(username).body.to_text();
    assert!(body("camel_case").contains(r#""securityChallenges":[{"type":"#));
    assert!(body("lower_case").contains(r#""securitychallenges":[{"type":"#));
    assert!(body("status_names").contains(r#""HttpStatusCode":"NonAuthoritativeInformation""#));
    let by_prompt =
        r#"[{"What city were you born in?":[]},{"Which colour is your card?":["Red","Blue"]}]"#;
    assert!(body("challenge_maps").contains(by_prompt));
    let odd_types = r#"[{"Type":7,"Prompt":"Type the seventh word"},{"Prompt":"Type your word"}]"#;
    assert!(body("odd_types").contains(odd_types));
    assert_eq!(
        Scenario::new().live("proto_prompt").prompts(),
        ["__proto__", "constructor"]
    );
    let prompts = Scenario::new().live("byte_for_byte").prompts();
    assert!(prompts.contains(&"  Votre pre\u{301}nom\u{a0}: ".to_owned()));
}

#[test]
fn a_person_serializes_with_answers_and_responses() {
    let people = serde_json::to_value(Simulator::new(1).people()).unwrap();
    let person = people.get(0).unwrap();
    assert_eq!(person.get("username"), Some(&"Greatday".into()));
    assert_eq!(
        person.get("loginId").unwrap(),
        &Simulator::new(9).login_id("greatday").unwrap()
    );
    assert_eq!(
        person.pointer("/responses/0/What city were you born in?/0"),
        Some(&"Montreal".into())
    );
}
