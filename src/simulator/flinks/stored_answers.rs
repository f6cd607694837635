//! StoredAnswers answers, which Flinks calls enhanced MFA: GetMFAQuestions and AnswerMFAQuestions.
//!
//! An answer is not looked at when it comes. It is put to the bank with the next live refresh, and a
//! wrong one is erased then (A).

use super::call::Call;
use super::cards::no_login;
use super::challenge::{Challenge, RightAnswer};
use super::fields::{Fields, Keys, Shape};
use super::people::Person;
use super::request::Responses;
use super::{Flinks, Rejection, invalid, replies};
use crate::simulator::http::Outgoing;
use crate::simulator::json::Json;

/// The OpenAPI document has `loginId`; every other call writes it with a capital.
const ANSWERS: &Keys = &[
    ("loginId", Shape::Guid),
    ("LoginId", Shape::Guid),
    ("Questions", Shape::Objects(ANSWER)),
];
const ANSWER: &Keys = &[
    ("Question", Shape::NonEmptyText),
    ("Answer", Shape::NonEmptyText),
];

/// The bank's questions to a person, each with the answer that is stored.
#[derive(Debug)]
pub(crate) struct StoredAnswers(Vec<(&'static Challenge, Option<String>)>);

impl StoredAnswers {
    pub(crate) fn initial(person: &'static Person) -> Self {
        let stored = |answer: &str| (!answer.is_empty()).then(|| answer.to_owned());
        let all = person.card.stored_answers.iter();
        Self(all.map(|(asked, answer)| (asked, stored(answer))).collect())
    }

    /// Whether every answer is there and right. Wrong ones are gone afterwards.
    pub(crate) fn check_and_erase_wrong(&mut self) -> bool {
        for (asked, answer) in &mut self.0 {
            let right = |given: &String| match asked.right {
                RightAnswer::Typed(right) => given.eq_ignore_ascii_case(right),
                _ => true,
            };
            if !answer.as_ref().is_some_and(right) {
                *answer = None;
            }
        }
        self.unanswered().is_empty()
    }

    /// The questions that have no answer.
    pub(crate) fn unanswered(&self) -> Vec<String> {
        let lack = self.0.iter().filter(|(_, answer)| answer.is_none());
        lack.map(|(asked, _)| asked.prompt.get(false)).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.0.iter_mut().for_each(|(_, answer)| *answer = None);
    }

    fn has_question(&self, question: &str) -> bool {
        self.0.iter().any(|(asked, _)| is(asked, question))
    }

    /// Keeps an answer, instead of an earlier one.
    fn store(&mut self, question: &str, answer: &str) {
        let own = |(asked, _): &&mut (&Challenge, _)| is(asked, question);
        if let Some((_, kept)) = self.0.iter_mut().find(own) {
            *kept = Some(answer.to_owned());
        }
    }

    /// What a person answered rightly is stored for the next time (A).
    pub(crate) fn store_all(&mut self, responses: &Responses) {
        for (question, answers) in responses {
            if let Some(answer) = answers.first() {
                self.store(question, answer);
            }
        }
    }
}

/// In either language.
fn is(asked: &Challenge, question: &str) -> bool {
    asked.prompt.en == question || asked.prompt.fr == question
}

impl Flinks {
    pub(super) fn mfa_questions(
        &self,
        call: &Call<'_>,
        login_id: &str,
    ) -> Result<Outgoing, Rejection> {
        self.check_card_key(call)?;
        let login_id = login_id.to_ascii_lowercase();
        let person = self.holder(&login_id).ok_or_else(|| no_login(&login_id))?;
        let unanswered = self.card(person).map(|card| card.stored.unanswered());
        Ok(replies::questions(unanswered.unwrap_or_default()))
    }

    pub(super) fn answer_mfa_questions(&mut self, call: &Call<'_>) -> Result<Outgoing, Rejection> {
        self.check_card_key(call)?;
        let fields = Fields::read(&call.request, ANSWERS).map_err(invalid)?;
        let (one, other) = (fields.text("loginId"), fields.text("LoginId"));
        let Some(login_id) = one.xor(other).map(str::to_ascii_lowercase) else {
            return Err(invalid(("loginId".to_owned(), "is needed, once")));
        };
        let answers = fields.array("Questions");
        if answers.is_empty() {
            return Err(invalid(("Questions".to_owned(), "is needed")));
        }
        let person = self.holder(&login_id).ok_or_else(|| no_login(&login_id))?;
        let text = |one: &Json, name| one.member(name).and_then(Json::as_text).map(str::to_owned);
        let pair = |one| text(one, "Question").zip(text(one, "Answer"));
        let answers: Vec<(String, String)> = answers.iter().filter_map(pair).collect();
        if let Some(card) = self.card_mut(person) {
            if !answers
                .iter()
                .all(|(question, _)| card.stored.has_question(question))
            {
                let why = "holds a question that this login does not have";
                return Err(invalid(("Questions".to_owned(), why)));
            }
            for (question, answer) in &answers {
                card.stored.store(question, answer);
            }
        }
        Ok(replies::answers_updated())
    }
}
