//! One member for every way in which a job can stand or end.

use super::super::status::{ErrorForm, Form};
use super::{CONNECTED, CONNECTS, End, Member, PLAIN, Plan, Quirks, SOMEBODY, Step, ends};

const MEMBER: Member = Member {
    group: "statuses",
    ..SOMEBODY
};

const fn ended(
    name: &'static str,
    title: &'static str,
    story: &'static str,
    end: End,
    errors: ErrorForm,
) -> Member {
    Member {
        name,
        username: name,
        title,
        story,
        plan: ends(end),
        quirks: Quirks { errors, ..PLAIN },
        ..MEMBER
    }
}

const fn shown(
    name: &'static str,
    title: &'static str,
    story: &'static str,
    steps: &'static [Step],
) -> Member {
    Member {
        name,
        username: name,
        title,
        story,
        plan: Plan {
            steps,
            end: CONNECTED,
        },
        ..MEMBER
    }
}

/// The codes are the widget's (W); which status brings which code is ours.
#[rustfmt::skip]
pub(super) const MEMBERS: &[Member] = &[
    ended("prevented", "PREVENTED", "Has failed three times; new credentials are needed.", End::of("PREVENTED"), ErrorForm::Null),
    ended("denied", "DENIED", "The credentials are wrong.", End::with_code("DENIED", 2005), ErrorForm::Text),
    ended("denied_object", "DENIED, error as an object", "The credentials are wrong.", End::with_code("DENIED", 2005), ErrorForm::Object),
    ended("denied_empty", "DENIED, an empty error", "The credentials are wrong, and the error says nothing.", End::with_code("DENIED", 2005), ErrorForm::Empty),
    ended("denied_silent", "DENIED, no error", "The credentials are wrong, and there is no error.", End::of("DENIED"), ErrorForm::Absent),
    ended("rejected", "REJECTED", "Ends as after a wrong answer, though nothing was asked.", End::with_code("REJECTED", 2002), ErrorForm::Object),
    ended("locked", "LOCKED", "The bank has locked the account.", End::of("LOCKED"), ErrorForm::Text),
    ended("impeded", "IMPEDED", "Something waits on the bank's own site.", End::with_code("IMPEDED", 2004), ErrorForm::Text),
    ended("degraded", "DEGRADED", "Has failed several times.", End::with_code("DEGRADED", 3000), ErrorForm::Text),
    ended("disconnected", "DISCONNECTED", "Has failed for long.", End::of("DISCONNECTED"), ErrorForm::Null),
    ended("discontinued", "DISCONTINUED", "The bank is no longer supported.", End::of("DISCONTINUED"), ErrorForm::Null),
    ended("closed", "CLOSED", "The member is closed.", End::of("CLOSED"), ErrorForm::Null),
    ended("delayed", "DELAYED, and no job runs", "Takes longer than usual, and nothing goes on.", End::of("DELAYED"), ErrorForm::Null),
    ended("failed", "FAILED", "The job has failed.", End::with_code("FAILED", 3001), ErrorForm::Object),
    ended("disabled", "DISABLED", "Updates are switched off.", End::of("DISABLED"), ErrorForm::Null),
    ended("imported", "IMPORTED", "Came from elsewhere; credentials are needed.", End::of("IMPORTED"), ErrorForm::Null),
    ended("expired", "EXPIRED", "Was asked and did not answer in time.", End::with_code("EXPIRED", 2003), ErrorForm::Text),
    ended("impaired", "IMPAIRED", "Some credentials are missing.", End::of("IMPAIRED"), ErrorForm::Null),
    ended("no_accounts", "FAILED for want of accounts", "There is no account to connect.", End::with_code("FAILED", 1000), ErrorForm::Text),
    ended("something_new", "A status that nobody knows", "Ends in SOMETHING_NEW.", End::of("SOMETHING_NEW"), ErrorForm::Null),
    ended("null_at_the_end", "Null", "Ends with no status at all.", End { status: None, code: None }, ErrorForm::Null),
    Member {
        name: "no_credentials",
        username: "no_credentials",
        title: "Never had credentials",
        story: "Has no status, and no job starts.",
        rest: End { status: None, code: None },
        ..MEMBER
    },
    Member {
        name: "status_numbers",
        username: "status_numbers",
        title: "Statuses as numbers",
        story: "Connects, with every status as a number.",
        quirks: Quirks { statuses: Form::Number, ..PLAIN },
        plan: CONNECTS,
        ..MEMBER
    },
    shown("delayed_running", "DELAYED, and then connected", "Is DELAYED while the job runs.", &[Step::Runs("DELAYED", 30_000)]),
    shown("denied_running", "DENIED, and then connected", "Shows DENIED while the job runs, and connects.", &[Step::Runs("DENIED", 10_000)]),
    shown("connected_running", "CONNECTED before the end", "Shows CONNECTED while the job runs.", &[Step::Runs("CONNECTED", 20_000)]),
    shown("something_new_running", "A new status on the way", "Shows SOMETHING_NEW while the job runs.", &[Step::Runs("SOMETHING_NEW", 10_000)]),
    shown("slow", "Ten minutes", "The job runs for ten minutes.", &[Step::Runs("CREATED", 600_000)]),
    shown("endless", "For ever", "The job never ends.", &[Step::Runs("CREATED", u64::MAX)]),
];
