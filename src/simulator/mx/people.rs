//! The members of the simulated banks, as tables: for each member, the steps and the end of a job.

// One row for each member, even if it is long.
#[rustfmt::skip]
mod challenges;
mod member;
#[rustfmt::skip]
pub(crate) mod mx_bank;
#[rustfmt::skip]
mod oauth;
mod profile;
#[rustfmt::skip]
mod quirks;
#[rustfmt::skip]
mod statuses;
#[rustfmt::skip]
mod wrong_answers;

use super::institution::MX_BANK;
use member::IS_DENIED;
pub use member::Member;
pub(crate) use member::{
    CONNECTED, CONNECTS, DENIED, EndState, InitialState, OnWrongAnswer, Plan, StatusBody, Step,
    UNKNOWN_MEMBER, USER_ID, Unanswered, user_guid,
};

const TABLES: [&[Member]; 6] = [
    mx_bank::MEMBERS,
    challenges::MEMBERS,
    wrong_answers::MEMBERS,
    statuses::MEMBERS,
    quirks::MEMBERS,
    oauth::MEMBERS,
];

/// All members, in the order of the tables.
pub(crate) fn all_members() -> impl Iterator<Item = &'static Member> {
    TABLES.into_iter().flatten()
}

pub(crate) fn find(name: &str) -> Option<&'static Member> {
    all_members().find(|member| member.name == name)
}

/// The member whose scenario these credentials select, and the plan of the job.
pub(crate) fn sign_in(
    institution: &str,
    username: &str,
    password: &str,
) -> (&'static Member, Plan) {
    if institution == MX_BANK {
        let member = mx_bank::sign_in(username, password).unwrap_or(&UNKNOWN_MEMBER);
        return (member, member.plan);
    }
    let known = all_members()
        .filter(|member| member.institution == institution)
        .find(|member| member.username.eq_ignore_ascii_case(username));
    match (known, password) {
        (Some(member), "Everyday") => (member, member.plan),
        (Some(member), "Renewed") => (member, CONNECTS),
        (Some(member), _) => (member, IS_DENIED),
        (None, _) => (&UNKNOWN_MEMBER, UNKNOWN_MEMBER.plan),
    }
}
