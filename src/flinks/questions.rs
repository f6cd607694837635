//! Stored answers, which Flinks calls enhanced MFA: GetMFAQuestions and AnswerMFAQuestions. In Canada, and
//! for security questions only.

use crate::failure::Refusal;
use crate::http::Response;
use crate::json::{Reader, Value, object};

use super::Guid;
use super::call::{Asked, Reply, in_pascal_case, items};

/// `{"Message":"SUCCESS","Questions":[{"Question":"…"}]}`: the questions that still have no answer. That no
/// question may be `null` instead of an empty list is a guess.
pub fn listed(_: &Response, body: &Value) -> Reply {
    let questions = body.get("Questions");
    if !body.has("Questions") || !matches!(questions, Value::List(_) | Value::Null) {
        return Reply::Unclear;
    }
    let texts = questions.items().iter().map(|item| {
        let text = item.get("Question").as_text();
        text.map(Value::from)
    });
    match texts.collect() {
        Some(texts) => Reply::Done(Value::List(texts)),
        None => Reply::Unclear,
    }
}

fn questions(field: &Reader) -> Result<(), Refusal> {
    items(field, |item| {
        item.only(&["question", "answer"])?;
        item.get("question").text()?;
        item.get("answer").text().map(drop)
    })
}

/// `{"loginId":"…","Questions":[{"Question":"…","Answer":"…"}]}`, with a small `l`.
pub fn answers(params: &Reader) -> Result<Asked, Refusal> {
    params.only(&["loginId", "questions"])?;
    let login_id = Guid::read(params.get("loginId"))?;
    let given = params.get("questions");
    questions(&given)?;
    Ok(Asked {
        body: Some(object! {
            "loginId": &login_id,
            "Questions": in_pascal_case(given.value()),
        }),
        id: Some(login_id),
    })
}

/// `{"Message":"Answers updated"}`
pub fn answered(_: &Response, body: &Value) -> Reply {
    match body.get("Message") {
        Value::Text(_) => Reply::Done(Value::Null),
        _ => Reply::Unclear,
    }
}
