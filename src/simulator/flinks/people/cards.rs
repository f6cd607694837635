//! People whose connection is broken, and people whose answers are stored.

use super::super::challenge::Challenge;
use super::super::codes::Refusal;
use super::person::{CITY, CardSetup, DEFAULT_CARD, PET, Person, Step, person};
use super::toolbox::ONE_QUESTION;

const BROKEN: &str = "broken cards";
const STORED: &str = "stored answers";

/// Scheduled for a nightly refresh, and still not refreshed for a long time.
const fn broken(status: u16, code: &'static str) -> CardSetup {
    CardSetup {
        days_since_refresh: 47,
        scheduled: true,
        broken: Some(Refusal::with_status(status, code)),
        ..DEFAULT_CARD
    }
}

const fn stored(stored_answers: &'static [(Challenge, &'static str)]) -> CardSetup {
    CardSetup {
        scheduled: true,
        stored_answers,
        ..DEFAULT_CARD
    }
}

pub(super) const PEOPLE: &[Person] = &[
    person(BROKEN, "broken_login", "Broken: the password has changed", "A live refresh ends in 400 INVALID_LOGIN until the person signs in again; cached data is 47 days old and still comes with 200.")
        .asks("signing in: Montreal", ONE_QUESTION)
        .card(broken(400, "INVALID_LOGIN")),
    person(BROKEN, "broken_question", "Broken: the bank asks", "A live refresh ends in 401 QUESTION_NOT_FOUND until the person signs in again; cached data is 47 days old and still comes with 200.")
        .asks("signing in: Montreal", ONE_QUESTION)
        .card(broken(401, "QUESTION_NOT_FOUND")),
    person(BROKEN, "broken_cached", "Broken: cached mode fails too", "As before, but cached mode repeats 401 QUESTION_NOT_FOUND, with a RequestId that opens the old data.")
        .asks("signing in: Montreal", ONE_QUESTION)
        .card(CardSetup { cached_repeats_failure: true, ..broken(401, "QUESTION_NOT_FOUND") }),
    person(STORED, "stored_right", "All answers are stored", "The bank asks two questions, and both stored answers are right: the person sees no question.")
        .card(stored(&[(CITY, "Montreal"), (PET, "Rex")])),
    person(STORED, "stored_missing", "An answer is missing", "401 QUESTION_NOT_FOUND until AnswerMFAQuestions stores Rex, the name of the first pet.")
        .card(stored(&[(CITY, "Montreal"), (PET, "")])),
    person(STORED, "stored_wrong", "A stored answer is wrong", "A live refresh erases it: 401 QUESTION_NOT_FOUND until AnswerMFAQuestions stores Rex, the name of the first pet.")
        .card(stored(&[(CITY, "Montreal"), (PET, "Fido")])),
    person(STORED, "stored_asks", "Asked once, then stored", "A live refresh asks for the answer that is missing; the right one is stored, and the next refresh asks nothing.")
        .asks("Rex", &[Step::Asks(&[&[PET]])])
        .card(stored(&[(CITY, "Montreal"), (PET, "")])),
];
