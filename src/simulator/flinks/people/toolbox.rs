//! The six people of the public sandbox.

use super::super::challenge::{Challenge, Iterables, Right, Text, Type};
use super::{Data, Person, Plan, Refusal, SOMEBODY, Step, asks};

const TOOLBOX: Person = Person {
    group: "toolbox",
    ..SOMEBODY
};

pub(super) const fn question(
    en: &'static str,
    fr: &'static str,
    answer: &'static str,
) -> Challenge {
    Challenge {
        kind: Type::Name("QuestionAndAnswer"),
        prompt: Text { en, fr },
        iterables: Iterables::None,
        right: Right::Typed(answer),
    }
}

pub(super) const CITY: Challenge = question(
    "What city were you born in?",
    "Dans quelle ville êtes-vous né?",
    "Montreal",
);
const COUNTRY: Challenge = question(
    "What is the best country on earth?",
    "Quel est le meilleur pays au monde?",
    "Canada",
);
const SHAPE: Challenge = question(
    "What shape do people like most?",
    "Quelle forme les gens préfèrent-ils?",
    "Triangle",
);

/// One question; after a wrong answer, another.
pub(super) const ONE_QUESTION: &[Step] = &[Step::Asks(&[&[CITY], &[COUNTRY], &[SHAPE]])];

/// In milliseconds. No page says how long the sandbox takes (D).
const SLOW_DATA: u64 = 15_000;

pub(super) const PEOPLE: &[Person] = &[
    Person {
        username: "Greatday",
        title: "One question",
        story: "The bank asks one question, and another after each wrong answer, three in all.",
        answers: "Montreal; after a wrong answer Canada, then Triangle",
        live: asks(ONE_QUESTION),
        ..TOOLBOX
    },
    Person {
        username: "greatday_nomfa",
        title: "No questions",
        story: "The bank lets this person in at once.",
        ..TOOLBOX
    },
    Person {
        username: "test_disabled_account",
        title: "Account disabled",
        story: "The bank has deactivated this login: 401 DISABLED_LOGIN.",
        live: Plan {
            steps: &[],
            refusal: Some(Refusal::with_status(401, "DISABLED_LOGIN")),
        },
        ..TOOLBOX
    },
    Person {
        username: "test_service_unavailable",
        title: "Bank not reachable",
        story: "Flinks cannot reach the bank: 401 RETRY_LATER.",
        live: Plan {
            steps: &[],
            refusal: Some(Refusal::with_status(401, "RETRY_LATER")),
        },
        ..TOOLBOX
    },
    Person {
        username: "test_dispatched",
        title: "Slow data, dispatched",
        story: "One question, and data calls that end in 202 OPERATION_DISPATCHED.",
        answers: "Montreal",
        data: Data::Prepared("OPERATION_DISPATCHED", SLOW_DATA),
        live: asks(ONE_QUESTION),
        ..TOOLBOX
    },
    Person {
        username: "test_pending",
        title: "Slow data, pending",
        story: "One question, and data calls that end in 202 OPERATION_PENDING.",
        answers: "Montreal",
        data: Data::Prepared("OPERATION_PENDING", SLOW_DATA),
        live: asks(ONE_QUESTION),
        ..TOOLBOX
    },
];
