use super::cards::failing_cards;
use super::*;

const PET: &str = "What is the name of your first pet?";

fn questions(bank: &mut Scenario, username: &str) -> Vec<String> {
    let operation = format!(
        "GetMFAQuestions/{}",
        bank.simulator.login_id(username).unwrap()
    );
    let reply = bank.with_api_key("GET", &operation, "");
    assert_eq!((reply.status, reply.text("Message")), (200, "SUCCESS"));
    let Some(Json::Array(all)) = reply.body.member("Questions") else {
        return vec![];
    };
    let text = |one: &Json| {
        one.member("Question")
            .and_then(Json::as_text)
            .map(str::to_owned)
    };
    all.iter().filter_map(text).collect()
}

fn store(bank: &mut Scenario, username: &str, question: &str, answer: &str) -> Reply {
    let login_id = bank.simulator.login_id(username).unwrap();
    let body = format!(
        r#"{{"loginId":"{login_id}","Questions":[{{"Question":"{question}","Answer":"{answer}"}}]}}"#
    );
    bank.with_api_key("PATCH", "AnswerMFAQuestions", &body)
}

fn refresh(bank: &mut Scenario, username: &str) -> Reply {
    bank.mint();
    bank.live(username)
}

#[test]
fn a_live_refresh_succeeds_if_all_stored_answers_are_right() {
    let mut bank = Scenario::new();
    assert_eq!(refresh(&mut bank, "stored_right").status, 200);
    assert!(questions(&mut bank, "stored_right").is_empty());
    assert_eq!(bank.simulator.counts().answers, 0);
}

#[test]
fn a_missing_answer_is_listed_and_a_live_refresh_fails_until_it_is_stored() {
    let mut bank = Scenario::new();
    assert_eq!(questions(&mut bank, "stored_missing"), [PET]);
    let reply = refresh(&mut bank, "stored_missing");
    assert_eq!(reply.code(), (401, "QUESTION_NOT_FOUND"));
    assert_eq!(bank.cached("stored_missing").status, 200);
    let reply = store(&mut bank, "stored_missing", PET, "Rex");
    assert_eq!(reply.body.to_text(), r#"{"Message":"Answers updated"}"#);
    assert!(questions(&mut bank, "stored_missing").is_empty());
    assert_eq!(refresh(&mut bank, "stored_missing").status, 200);
    assert_eq!(bank.simulator.counts().question_lists, 2);
    assert_eq!(bank.simulator.counts().stored_answers, 1);
    assert_eq!(bank.broken_rules(), [""; 0]);
}

#[test]
fn a_live_refresh_erases_a_wrong_answer() {
    let mut bank = Scenario::new();
    let login_id = bank.simulator.login_id("stored_wrong").unwrap();
    let would_fail = |bank: &mut Scenario| {
        let all = failing_cards(bank);
        all.iter().any(|(id, ..)| *id == login_id)
    };
    assert!(questions(&mut bank, "stored_wrong").is_empty());
    assert!(!would_fail(&mut bank));
    for wrong in ["Bello", "Tom"] {
        let reply = refresh(&mut bank, "stored_wrong");
        assert_eq!(reply.code(), (401, "QUESTION_NOT_FOUND"));
        assert_eq!(questions(&mut bank, "stored_wrong"), [PET]);
        assert!(would_fail(&mut bank));
        store(&mut bank, "stored_wrong", PET, wrong);
        assert!(questions(&mut bank, "stored_wrong").is_empty());
    }
    store(&mut bank, "stored_wrong", PET, "rex");
    assert_eq!(refresh(&mut bank, "stored_wrong").status, 200);
}

#[test]
fn a_right_answer_is_stored() {
    let mut bank = Scenario::new();
    assert_eq!(refresh(&mut bank, "stored_asks").prompts(), [PET]);
    bank.answer(PET, "Bello");
    assert_eq!(questions(&mut bank, "stored_asks"), [PET]);
    assert_eq!(bank.answer(PET, "Rex").status, 200);
    assert!(questions(&mut bank, "stored_asks").is_empty());
    assert_eq!(refresh(&mut bank, "stored_asks").status, 200);
}

#[test]
fn a_person_without_stored_answers_has_no_questions() {
    let mut bank = Scenario::new();
    assert!(questions(&mut bank, "Greatday").is_empty());
    let reply = store(&mut bank, "Greatday", CITY, "Montreal");
    assert_eq!(reply.code(), (400, "INVALID_REQUEST"));
}

#[test]
fn the_error_for_an_unknown_login_names_it() {
    let mut bank = Scenario::new();
    let id = "bb8b8569-3bfc-43c1-ae31-08d6de7f1675";
    let body = format!(
        r#"{{"loginId":"{id}","Questions":[{{"Question":"{CITY}","Answer":"Montreal"}}]}}"#
    );
    let reply = bank.with_api_key("PATCH", "AnswerMFAQuestions", &body);
    let expected = format!(
        r#"{{"HttpStatusCode":400,"Message":"The login '{id}' is invalid.","FlinksCode":"INVALID_REQUEST"}}"#
    );
    assert_eq!((reply.status, reply.body.to_text()), (400, expected));
    assert_eq!(bank.broken_rules(), ["login-unknown"]);
}

#[test]
fn only_the_documented_answers_are_accepted() {
    let mut bank = Scenario::new();
    let id = bank.simulator.login_id("stored_missing").unwrap();
    let pair = format!(r#"{{"Question":"{PET}","Answer":"Rex"}}"#);
    for body in [
        format!(r#"{{"Questions":[{pair}]}}"#),
        format!(r#"{{"loginId":"{id}"}}"#),
        format!(r#"{{"loginId":"{id}","Questions":[]}}"#),
        format!(r#"{{"loginId":"{id}","questions":[{pair}]}}"#),
        format!(r#"{{"loginId":"{id}","LoginId":"{id}","Questions":[{pair}]}}"#),
        format!(r#"{{"loginId":"{id}","Questions":[{{"Question":"{PET}"}}]}}"#),
        format!(r#"{{"loginId":"{id}","Questions":[{{"Question":"{PET}","Answer":""}}]}}"#),
        format!(r#"{{"loginId":"{id}","Questions":[{{"Question":"pet","Answer":"Rex"}}]}}"#),
    ] {
        let reply = bank.with_api_key("PATCH", "AnswerMFAQuestions", &body);
        assert_eq!(reply.code(), (400, "INVALID_REQUEST"), "{body}");
    }
    assert_eq!(questions(&mut bank, "stored_missing"), [PET]);
    assert_eq!(bank.broken_rules(), ["body"]);
}
