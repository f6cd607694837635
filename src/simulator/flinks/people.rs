//! The people of the simulated bank, as tables: for each person, the steps and the end of a live and of a cached
//! session.

// One row for each person, even if it is long.
#[rustfmt::skip]
mod cards;
#[rustfmt::skip]
mod challenges;
#[rustfmt::skip]
mod codes;
#[rustfmt::skip]
mod data;
mod person;
mod profile;
#[rustfmt::skip]
mod quirks;
#[rustfmt::skip]
mod toolbox;

pub use person::Person;
pub(crate) use person::{AUTHORIZES, Casing, DataPlan, OnWrongAnswer, Plan, Quirks, Step};

const TABLES: [&[Person]; 6] = [
    toolbox::PEOPLE,
    challenges::PEOPLE,
    quirks::PEOPLE,
    codes::PEOPLE,
    cards::PEOPLE,
    data::PEOPLE,
];

/// All people, in the order of the tables.
pub(crate) fn all_people() -> impl Iterator<Item = &'static Person> {
    TABLES.into_iter().flatten()
}

pub(crate) fn find(username: &str) -> Option<&'static Person> {
    all_people().find(|person| person.username.eq_ignore_ascii_case(username))
}

pub(crate) fn find_by_login_id(login_id: &str) -> Option<&'static Person> {
    all_people().find(|person| person.login_id() == login_id)
}

#[cfg(test)]
mod tests;
