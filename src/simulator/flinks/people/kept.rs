//! People whose connection is broken, and people whose answers are stored.

use super::super::challenge::Challenge;
use super::super::codes::Refusal;
use super::toolbox::{CITY, ONE_QUESTION, question};
use super::{KEPT, Kept, Person, SOMEBODY, Step, asks};

const BROKEN: Person = Person {
    group: "broken cards",
    ..SOMEBODY
};
const STORED: Person = Person {
    group: "stored answers",
    ..SOMEBODY
};

const PET: Challenge = question(
    "What is the name of your first pet?",
    "Quel est le nom de votre premier animal?",
    "Rex",
);

/// Not refreshed for a long time, though it should be every night.
const fn broken(status: u16, code: &'static str) -> Kept {
    Kept {
        days: 47,
        scheduled: true,
        broken: Some(Refusal::with_status(status, code)),
        ..KEPT
    }
}

const fn stored(answers: &'static [(Challenge, &'static str)]) -> Kept {
    Kept {
        scheduled: true,
        answers,
        ..KEPT
    }
}

pub(super) const PEOPLE: &[Person] = &[
    Person {
        username: "broken_login",
        title: "Broken: the password has changed",
        story: "A live refresh ends in 400 INVALID_LOGIN until the person signs in again; cached data is 47 days old and still comes with 200.",
        answers: "signing in: Montreal",
        live: asks(ONE_QUESTION),
        kept: broken(400, "INVALID_LOGIN"),
        ..BROKEN
    },
    Person {
        username: "broken_question",
        title: "Broken: the bank asks",
        story: "A live refresh ends in 401 QUESTION_NOT_FOUND until the person signs in again; cached data is 47 days old and still comes with 200.",
        answers: "signing in: Montreal",
        live: asks(ONE_QUESTION),
        kept: broken(401, "QUESTION_NOT_FOUND"),
        ..BROKEN
    },
    Person {
        username: "broken_cached",
        title: "Broken: and cached mode says so",
        story: "As before, but cached mode repeats 401 QUESTION_NOT_FOUND, with a RequestId that opens the old data.",
        answers: "signing in: Montreal",
        live: asks(ONE_QUESTION),
        kept: Kept {
            repeats: true,
            ..broken(401, "QUESTION_NOT_FOUND")
        },
        ..BROKEN
    },
    Person {
        username: "stored_right",
        title: "All answers are stored",
        story: "The bank asks two questions, and stored answers answer both: nobody is asked.",
        kept: stored(&[(CITY, "Montreal"), (PET, "Rex")]),
        ..STORED
    },
    Person {
        username: "stored_missing",
        title: "An answer is missing",
        story: "401 QUESTION_NOT_FOUND until AnswerMFAQuestions stores Rex, the name of the first pet.",
        kept: stored(&[(CITY, "Montreal"), (PET, "")]),
        ..STORED
    },
    Person {
        username: "stored_wrong",
        title: "A stored answer is wrong",
        story: "A live refresh finds it out and erases it: 401 QUESTION_NOT_FOUND until AnswerMFAQuestions stores Rex, the name of the first pet.",
        kept: stored(&[(CITY, "Montreal"), (PET, "Fido")]),
        ..STORED
    },
    Person {
        username: "stored_asks",
        title: "Asked once, then stored",
        story: "A live refresh asks for the answer that is missing; the right one is stored, and the next refresh asks nothing.",
        answers: "Rex",
        live: asks(&[Step::Asks(&[&[PET]])]),
        kept: stored(&[(CITY, "Montreal"), (PET, "")]),
        ..STORED
    },
];
