//! Stored answers, which Flinks calls enhanced MFA: GetMFAQuestions and AnswerMFAQuestions.
//!
//! An answer is stored unchecked. The next live refresh sends it to the bank, and erases a wrong one
//! (A).

use super::call::Call;
use super::challenge::{Challenge, RightAnswer};
use super::fields::{Fields, Keys, Shape};
use super::people::Person;
use super::rejection::{Rejection, invalid, unknown_login};
use super::request::Responses;
use super::{Flinks, replies};
use crate::simulator::http::Outgoing;
use crate::simulator::json::Json;

/// The OpenAPI document has `loginId`; all other calls have `LoginId`.
const ANSWERS: &Keys = &[
    ("loginId", Shape::Guid),
    ("LoginId", Shape::Guid),
    ("Questions", Shape::Objects(ANSWER)),
];
const ANSWER: &Keys = &[
    ("Question", Shape::NonEmptyText),
    ("Answer", Shape::NonEmptyText),
];

/// The bank's questions to a person, with the stored answers.
#[derive(Debug, Clone)]
pub(crate) struct StoredAnswers(Vec<(&'static Challenge, Option<String>)>);

impl StoredAnswers {
    pub(crate) fn initial(person: &'static Person) -> Self {
        let stored = |answer: &str| (!answer.is_empty()).then(|| answer.to_owned());
        let all = person.card.stored_answers.iter();
        Self(
            all.map(|(challenge, answer)| (challenge, stored(answer)))
                .collect(),
        )
    }

    /// Erases wrong answers, and returns whether every question has a right answer.
    pub(crate) fn check_and_erase_wrong(&mut self) -> bool {
        for (challenge, answer) in &mut self.0 {
            let right = |answer: &String| match challenge.right {
                RightAnswer::Typed(right) => answer.eq_ignore_ascii_case(right),
                _ => true,
            };
            if !answer.as_ref().is_some_and(right) {
                *answer = None;
            }
        }
        self.unanswered().is_empty()
    }

    /// The questions without an answer.
    pub(crate) fn unanswered(&self) -> Vec<String> {
        let unanswered = self.0.iter().filter(|(_, answer)| answer.is_none());
        unanswered
            .map(|(challenge, _)| challenge.prompt.get(false))
            .collect()
    }

    pub(crate) fn clear(&mut self) {
        self.0.iter_mut().for_each(|(_, answer)| *answer = None);
    }

    fn has_question(&self, question: &str) -> bool {
        self.0
            .iter()
            .any(|(challenge, _)| has_prompt(challenge, question))
    }

    /// Stores an answer, and replaces an earlier one.
    fn store(&mut self, question: &str, answer: &str) {
        let is_question = |(challenge, _): &&mut (&Challenge, _)| has_prompt(challenge, question);
        if let Some((_, stored)) = self.0.iter_mut().find(is_question) {
            *stored = Some(answer.to_owned());
        }
    }

    /// Stores the right answers of a person for the next refresh (A).
    pub(crate) fn store_all(&mut self, responses: &Responses) {
        for (question, answers) in responses {
            if let Some(answer) = answers.first() {
                self.store(question, answer);
            }
        }
    }
}

/// Whether this is the prompt in either language.
fn has_prompt(challenge: &Challenge, question: &str) -> bool {
    challenge.prompt.en == question || challenge.prompt.fr == question
}

impl Flinks {
    pub(super) fn mfa_questions(
        &self,
        call: &Call<'_>,
        login_id: &str,
    ) -> Result<Outgoing, Rejection> {
        self.check_card_key(call)?;
        let login_id = login_id.to_ascii_lowercase();
        let person = self
            .person_by_login_id(&login_id)
            .ok_or_else(|| unknown_login(&login_id))?;
        let unanswered = self.card(person).map(|card| card.stored.unanswered());
        Ok(replies::questions(unanswered.unwrap_or_default()))
    }

    pub(super) fn answer_mfa_questions(&mut self, call: &Call<'_>) -> Result<Outgoing, Rejection> {
        self.check_card_key(call)?;
        let fields = Fields::read(&call.request, ANSWERS).map_err(invalid)?;
        let (one, other) = (fields.text("loginId"), fields.text("LoginId"));
        let Some(login_id) = one.xor(other).map(str::to_ascii_lowercase) else {
            return Err(invalid(("loginId".to_owned(), "is required exactly once")));
        };
        let answers = fields.array("Questions");
        if answers.is_empty() {
            return Err(invalid(("Questions".to_owned(), "is required")));
        }
        let person = self
            .person_by_login_id(&login_id)
            .ok_or_else(|| unknown_login(&login_id))?;
        let text = |one: &Json, name| one.member(name).and_then(Json::as_text).map(str::to_owned);
        let pair = |one| text(one, "Question").zip(text(one, "Answer"));
        let answers: Vec<(String, String)> = answers.iter().filter_map(pair).collect();
        if let Some(card) = self.card_mut(person) {
            if !answers
                .iter()
                .all(|(question, _)| card.stored.has_question(question))
            {
                let why = "contains a question that this login does not have";
                return Err(invalid(("Questions".to_owned(), why)));
            }
            for (question, answer) in &answers {
                card.stored.store(question, answer);
            }
        }
        Ok(replies::answers_updated())
    }
}
