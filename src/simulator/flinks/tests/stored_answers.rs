use super::cards::stuck;
use super::*;

const PET: &str = "What is the name of your first pet?";

fn questions(bank: &mut Scenario, username: &str) -> Vec<String> {
    let operation = format!("GetMFAQuestions/{}", bank.bank.login_id(username).unwrap());
    let got = bank.with_api_key("GET", &operation, "");
    assert_eq!((got.status, got.text("Message")), (200, "SUCCESS"));
    let Some(Json::Array(all)) = got.body.member("Questions") else {
        return vec![];
    };
    let text = |one: &Json| {
        one.member("Question")
            .and_then(Json::as_text)
            .map(str::to_owned)
    };
    all.iter().filter_map(text).collect()
}

fn store(bank: &mut Scenario, username: &str, question: &str, answer: &str) -> Got {
    let login_id = bank.bank.login_id(username).unwrap();
    let body = format!(
        r#"{{"loginId":"{login_id}","Questions":[{{"Question":"{question}","Answer":"{answer}"}}]}}"#
    );
    bank.with_api_key("PATCH", "AnswerMFAQuestions", &body)
}

fn refresh(bank: &mut Scenario, username: &str) -> Got {
    bank.mint();
    bank.live(username)
}

#[test]
fn right_stored_answers_let_a_live_refresh_pass() {
    let mut bank = Scenario::new();
    assert_eq!(refresh(&mut bank, "stored_right").status, 200);
    assert!(questions(&mut bank, "stored_right").is_empty());
    assert_eq!(bank.bank.counts().answers, 0);
}

#[test]
fn a_missing_answer_is_listed_and_ends_a_live_refresh_until_it_is_stored() {
    let mut bank = Scenario::new();
    assert_eq!(questions(&mut bank, "stored_missing"), [PET]);
    let got = refresh(&mut bank, "stored_missing");
    assert_eq!(got.code(), (401, "QUESTION_NOT_FOUND"));
    assert_eq!(bank.cached("stored_missing").status, 200);
    let got = store(&mut bank, "stored_missing", PET, "Rex");
    assert_eq!(got.body.to_text(), r#"{"Message":"Answers updated"}"#);
    assert!(questions(&mut bank, "stored_missing").is_empty());
    assert_eq!(refresh(&mut bank, "stored_missing").status, 200);
    assert_eq!(bank.bank.counts().question_lists, 2);
    assert_eq!(bank.bank.counts().stored_answers, 1);
    assert_eq!(bank.broken(), [""; 0]);
}

#[test]
fn a_wrong_answer_is_erased_when_the_bank_asks_and_not_before() {
    let mut bank = Scenario::new();
    let login_id = bank.bank.login_id("stored_wrong").unwrap();
    let is_stuck = |bank: &mut Scenario| {
        let all = stuck(bank);
        all.iter().any(|(id, ..)| *id == login_id)
    };
    assert!(questions(&mut bank, "stored_wrong").is_empty());
    assert!(!is_stuck(&mut bank));
    for wrong in ["Bello", "Tom"] {
        let got = refresh(&mut bank, "stored_wrong");
        assert_eq!(got.code(), (401, "QUESTION_NOT_FOUND"));
        assert_eq!(questions(&mut bank, "stored_wrong"), [PET]);
        assert!(is_stuck(&mut bank));
        store(&mut bank, "stored_wrong", PET, wrong);
        assert!(questions(&mut bank, "stored_wrong").is_empty());
    }
    store(&mut bank, "stored_wrong", PET, "rex");
    assert_eq!(refresh(&mut bank, "stored_wrong").status, 200);
}

#[test]
fn what_was_answered_rightly_is_stored() {
    let mut bank = Scenario::new();
    assert_eq!(refresh(&mut bank, "stored_asks").prompts(), [PET]);
    bank.answer(PET, "Bello");
    assert_eq!(questions(&mut bank, "stored_asks"), [PET]);
    assert_eq!(bank.answer(PET, "Rex").status, 200);
    assert!(questions(&mut bank, "stored_asks").is_empty());
    assert_eq!(refresh(&mut bank, "stored_asks").status, 200);
}

#[test]
fn who_has_no_stored_answers_has_no_questions_either() {
    let mut bank = Scenario::new();
    assert!(questions(&mut bank, "Greatday").is_empty());
    let got = store(&mut bank, "Greatday", CITY, "Montreal");
    assert_eq!(got.code(), (400, "INVALID_REQUEST"));
}

#[test]
fn a_login_that_there_is_not_is_refused_by_name() {
    let mut bank = Scenario::new();
    let id = "bb8b8569-3bfc-43c1-ae31-08d6de7f1675";
    let body = format!(
        r#"{{"loginId":"{id}","Questions":[{{"Question":"{CITY}","Answer":"Montreal"}}]}}"#
    );
    let got = bank.with_api_key("PATCH", "AnswerMFAQuestions", &body);
    let expected = format!(
        r#"{{"HttpStatusCode":400,"Message":"The login '{id}' is invalid.","FlinksCode":"INVALID_REQUEST"}}"#
    );
    assert_eq!((got.status, got.body.to_text()), (400, expected));
    assert_eq!(bank.broken(), ["login-unknown"]);
}

#[test]
fn nothing_but_the_documented_answers_is_read() {
    let mut bank = Scenario::new();
    let id = bank.bank.login_id("stored_missing").unwrap();
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
        let got = bank.with_api_key("PATCH", "AnswerMFAQuestions", &body);
        assert_eq!(got.code(), (400, "INVALID_REQUEST"), "{body}");
    }
    assert_eq!(questions(&mut bank, "stored_missing"), [PET]);
    assert_eq!(bank.broken(), ["body"]);
}
