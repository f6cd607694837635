//! Stored answers, which Flinks calls enhanced MFA: GetMFAQuestions and AnswerMFAQuestions. They exist only
//! in Canada, and only for security questions.

use crate::failure::Refusal;
use crate::flinks::guid::Guid;
use crate::http::Response;
use crate::json::{Reader, Value, object};

use super::params::{in_pascal_case, items};
use super::service::{Reply, ServiceRequest};

/// Reads the questions without an answer from `{"Message":"SUCCESS","Questions":[{"Question":"…"}]}`.
pub fn question_list(_: &Response, body: &Value) -> Reply {
    Reply::list(body, "Questions", |item| {
        item.get("Question").as_text().map(Value::from)
    })
}

fn questions(field: &Reader) -> Result<(), Refusal> {
    items(field, |item| {
        item.only(&["question", "answer"])?;
        item.get("question").text()?;
        item.get("answer").text().map(drop)
    })
}

/// The body `{"loginId":"…","Questions":[{"Question":"…","Answer":"…"}]}`, with a small `l`.
pub fn answers(params: &Reader) -> Result<ServiceRequest, Refusal> {
    params.only(&["loginId", "questions"])?;
    let login_id = Guid::read(params.get("loginId"))?;
    let answers = params.get("questions");
    questions(&answers)?;
    Ok(ServiceRequest {
        body: Some(object! {
            "loginId": &login_id,
            "Questions": in_pascal_case(answers.value()),
        }),
        id: Some(login_id),
    })
}

/// Accepts `{"Message":"Answers updated"}`.
pub fn answered(_: &Response, body: &Value) -> Reply {
    match body.get("Message") {
        Value::Text(_) => Reply::Done(Value::Null),
        _ => Reply::Unclear,
    }
}
