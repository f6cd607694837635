//! People whose session goes well, and whose data calls do not at once.

use super::{Data, Person, SOMEBODY};

const COLLECTED: Person = Person {
    group: "data",
    ..SOMEBODY
};

pub(super) const PEOPLE: &[Person] = &[
    Person {
        username: "slow_data",
        title: "Data after a while",
        story: "No question; data calls say 202 OPERATION_PENDING for 25 seconds.",
        data: Data::Prepared("OPERATION_PENDING", 25_000),
        ..COLLECTED
    },
    Person {
        username: "data_for_ever",
        title: "Data that is never ready",
        story: "No question; data calls say 202 until the RequestId expires after 30 minutes.",
        data: Data::Prepared("OPERATION_PENDING", 86_400_000),
        ..COLLECTED
    },
    Person {
        username: "no_transactions",
        title: "No transactions",
        story: "No question; GetAccountsDetail ends in 400 NO_TRANSACTION, the other calls go well.",
        data: Data::NoTransactions,
        ..COLLECTED
    },
];
