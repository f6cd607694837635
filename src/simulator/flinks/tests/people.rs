use super::*;

/// Answers every round rightly and waits where there is waiting; how it ends.
fn carried_through(username: &str, french: bool) -> Got {
    let mut bank = Scenario::new();
    let login_id = bank.bank.login_id(username).unwrap();
    let language = if french { "fr" } else { "en" };
    let mut got = bank.post(&format!(
        r#"{{"LoginId":"{login_id}","MostRecentCached":false,"Language":"{language}"}}"#
    ));
    loop {
        got = match got.status {
            203 => {
                // Some people's replies do not name the RequestId as others do.
                let id = got.body.to_text().to_lowercase();
                let id = id.split(r#""requestid":""#).nth(1).unwrap();
                bank.request_id = id.split('"').next().unwrap().to_owned();
                bank.answer_right()
            }
            202 if username != "slow_for_ever" => bank.later(10_000).poll(),
            _ => return got,
        }
    }
}

#[test]
fn right_answers_lead_everybody_to_their_end() {
    for person in Simulator::new(1).people() {
        for french in [false, true] {
            let got = carried_through(person.username, french);
            let refused = person.live.refusal.or(person.card.broken);
            let expected = match (person.username, refused) {
                ("slow_for_ever", _) => 202,
                ("stored_missing" | "stored_wrong", _) => 401,
                (_, Some(refusal)) => refusal.status,
                (_, None) => 200,
            };
            assert_eq!(got.status, expected, "{}: {:?}", person.username, got.body);
        }
    }
}

#[test]
fn a_refusal_bears_its_code_and_its_wait() {
    let got = Scenario::new().live("code_too_many_requests_429");
    assert_eq!(got.code(), (429, "TOO_MANY_REQUESTS"));
    assert!(got.headers.contains(&("retry-after".into(), "30".into())));
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
fn prompts_come_in_french_when_asked() {
    let mut bank = Scenario::new();
    let login_id = bank.bank.login_id("Greatday").unwrap();
    let got = bank.post(&format!(
        r#"{{"LoginId":"{login_id}","MostRecentCached":false,"Language":"fr"}}"#
    ));
    assert_eq!(got.prompts(), ["Dans quelle ville êtes-vous né?"]);
}

#[test]
fn a_code_is_asked_for_once_its_way_is_chosen() {
    let mut bank = Scenario::new();
    let asked = bank
        .live("text_or_call")
        .body
        .member("SecurityChallenges")
        .unwrap()
        .to_text();
    assert!(
        asked.contains(r#""Iterables":["(•••) •••-4821","(•••) •••-0907"]"#),
        "{asked}"
    );
    let got = bank.answer("(•••) •••-0907", "Call");
    assert_eq!(
        (got.status, got.prompts()),
        (203, vec!["Enter the code we just sent you".to_owned()])
    );
    assert_eq!(
        bank.answer("Enter the code we just sent you", "123456")
            .status,
        200
    );
}

#[test]
fn three_questions_may_follow_a_wrong_answer() {
    let mut bank = Scenario::new();
    bank.live("three_after_wrong");
    assert_eq!(bank.answer(CITY, "Paris").prompts().len(), 3);
    assert_eq!(bank.answer_right().status, 200);
}

#[test]
fn some_banks_do_not_ask_again() {
    for (username, code) in [
        ("wrong_ends", "INVALID_SECURITY_RESPONSE"),
        ("wrong_no_retry", "INVALID_SECURITY_RESPONSE_NO_RETRY"),
    ] {
        let mut bank = Scenario::new();
        bank.live(username);
        let got = bank.answer(CITY, "Paris");
        assert_eq!((got.code(), got.prompts().len()), ((401, code), 0));
    }
}

#[test]
fn quirks_change_the_dress_and_not_the_meaning() {
    let asked = |username| Scenario::new().live(username).body.to_text();
    assert!(asked("camel_case").contains(r#""securityChallenges":[{"type":"#));
    assert!(asked("lower_case").contains(r#""securitychallenges":[{"type":"#));
    assert!(asked("status_names").contains(r#""HttpStatusCode":"NonAuthoritativeInformation""#));
    let maps =
        r#"[{"What city were you born in?":[]},{"Which colour is your card?":["Red","Blue"]}]"#;
    assert!(asked("challenge_maps").contains(maps));
    let odd = r#"[{"Type":7,"Prompt":"Type the seventh word"},{"Prompt":"Type your word"}]"#;
    assert!(asked("odd_types").contains(odd));
    assert_eq!(
        Scenario::new().live("proto_prompt").prompts(),
        ["__proto__", "constructor"]
    );
    let untidy = Scenario::new().live("byte_for_byte").prompts();
    assert!(untidy.contains(&"  Votre pre\u{301}nom\u{a0}: ".to_owned()));
}

#[test]
fn a_person_is_told_about_in_json() {
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
