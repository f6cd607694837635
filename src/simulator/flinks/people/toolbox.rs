//! The six people of the public sandbox.

use super::super::codes::Refusal;
use super::person::{CITY, COUNTRY, DataPlan, Person, SHAPE, Step, person};
use Step::Asks;

const GROUP: &str = "toolbox";

/// One question; after a wrong answer, another.
pub(super) const ONE_QUESTION: &[Step] = &[Asks(&[&[CITY], &[COUNTRY], &[SHAPE]])];

/// No page says how long the sandbox takes (D).
const SLOW_DATA_MS: u64 = 15_000;

pub(super) const PEOPLE: &[Person] = &[
    person(GROUP, "Greatday", "One question", "The bank asks one question, and another after each wrong answer, three in all.")
        .asks("Montreal; after a wrong answer Canada, then Triangle", ONE_QUESTION),
    person(GROUP, "greatday_nomfa", "No questions", "The bank lets this person in at once."),
    person(GROUP, "test_disabled_account", "Account disabled", "The bank has deactivated this login: 401 DISABLED_LOGIN.")
        .ends(Refusal::with_status(401, "DISABLED_LOGIN")),
    person(GROUP, "test_service_unavailable", "Bank not reachable", "Flinks cannot reach the bank: 401 RETRY_LATER.")
        .ends(Refusal::with_status(401, "RETRY_LATER")),
    person(GROUP, "test_dispatched", "Slow data, dispatched", "One question, and data calls that end in 202 OPERATION_DISPATCHED.")
        .asks("Montreal", ONE_QUESTION)
        .data(DataPlan::PendingFor("OPERATION_DISPATCHED", SLOW_DATA_MS)),
    person(GROUP, "test_pending", "Slow data, pending", "One question, and data calls that end in 202 OPERATION_PENDING.")
        .asks("Montreal", ONE_QUESTION)
        .data(DataPlan::PendingFor("OPERATION_PENDING", SLOW_DATA_MS)),
];
