//! People whose sign-in succeeds, and whose data calls are slow or have nothing to return.

use super::person::{DataPlan, Person, person};

const GROUP: &str = "data";

pub(super) const PEOPLE: &[Person] = &[
    person(GROUP, "slow_data", "Data after a while", "No question; data calls say 202 OPERATION_PENDING for 25 seconds.")
        .data(DataPlan::PendingFor("OPERATION_PENDING", 25_000)),
    person(GROUP, "data_for_ever", "Data that is never ready", "No question; data calls say 202 until the RequestId expires after 30 minutes.")
        .data(DataPlan::PendingFor("OPERATION_PENDING", 86_400_000)),
    person(GROUP, "no_transactions", "No transactions", "No question; GetAccountsDetail ends in 400 NO_TRANSACTION, the other calls succeed.")
        .data(DataPlan::NoTransactions),
];
