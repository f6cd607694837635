//! One member for each status in which a job can run or end.

use super::super::status::{ErrorForm, Form};
use super::member::{DENIED, EndState, Member, NO_QUIRKS, Quirks, Step, member};
use Step::Runs;

const GROUP: &str = "statuses";
const NO_STATUS: EndState = EndState { status: None, code: None };

const fn ended(name: &'static str, title: &'static str, story: &'static str, end: EndState, errors: ErrorForm) -> Member {
    member(GROUP, name, title, story).ends(end).quirks(Quirks { errors, ..NO_QUIRKS })
}

/// The codes are those of MX's widget (W). Which status has which code is a guess (D).
pub(super) const MEMBERS: &[Member] = &[
    ended("prevented", "PREVENTED", "Has failed three times; new credentials are needed.", EndState::of("PREVENTED"), ErrorForm::Null),
    ended("denied", "DENIED", "The credentials are wrong.", DENIED, ErrorForm::Text),
    ended("denied_object", "DENIED, error as an object", "The credentials are wrong.", DENIED, ErrorForm::Object),
    ended("denied_empty", "DENIED, an empty error", "The credentials are wrong, and the error says nothing.", DENIED, ErrorForm::Empty),
    ended("denied_silent", "DENIED, no error", "The credentials are wrong, and there is no error.", EndState::of("DENIED"), ErrorForm::Absent),
    ended("rejected", "REJECTED", "Ends as after a wrong answer, without a question.", EndState::with_code("REJECTED", 2002), ErrorForm::Object),
    ended("locked", "LOCKED", "The bank has locked the account.", EndState::of("LOCKED"), ErrorForm::Text),
    ended("impeded", "IMPEDED", "The person must do something on the bank's own site.", EndState::with_code("IMPEDED", 2004), ErrorForm::Text),
    ended("degraded", "DEGRADED", "Has failed several times.", EndState::with_code("DEGRADED", 3000), ErrorForm::Text),
    ended("disconnected", "DISCONNECTED", "Has failed for a long time.", EndState::of("DISCONNECTED"), ErrorForm::Null),
    ended("discontinued", "DISCONTINUED", "The bank is no longer supported.", EndState::of("DISCONTINUED"), ErrorForm::Null),
    ended("closed", "CLOSED", "The member is closed.", EndState::of("CLOSED"), ErrorForm::Null),
    ended("delayed", "DELAYED, and no job runs", "Takes longer than usual, and no job runs.", EndState::of("DELAYED"), ErrorForm::Null),
    ended("failed", "FAILED", "The job has failed.", EndState::with_code("FAILED", 3001), ErrorForm::Object),
    ended("disabled", "DISABLED", "Updates are switched off.", EndState::of("DISABLED"), ErrorForm::Null),
    ended("imported", "IMPORTED", "Was imported; credentials are needed.", EndState::of("IMPORTED"), ErrorForm::Null),
    ended("expired", "EXPIRED", "Was asked and did not answer in time.", EndState::with_code("EXPIRED", 2003), ErrorForm::Text),
    ended("impaired", "IMPAIRED", "Some credentials are missing.", EndState::of("IMPAIRED"), ErrorForm::Null),
    ended("no_accounts", "FAILED without accounts", "There is no account to connect.", EndState::with_code("FAILED", 1000), ErrorForm::Text),
    ended("something_new", "An unknown status", "Ends in SOMETHING_NEW.", EndState::of("SOMETHING_NEW"), ErrorForm::Null),
    ended("null_at_the_end", "A null status", "Ends without a status.", NO_STATUS, ErrorForm::Null),
    member(GROUP, "no_credentials", "Never had credentials", "Has no status, and no job starts.")
        .before_first_job(NO_STATUS),
    member(GROUP, "status_numbers", "Statuses as numbers", "Connects, with every status as a number.")
        .quirks(Quirks { statuses: Form::Number, ..NO_QUIRKS }),
    member(GROUP, "delayed_running", "DELAYED, and then connected", "Is DELAYED while the job runs.").asks("", &[Runs("DELAYED", 30_000)]),
    member(GROUP, "denied_running", "DENIED, and then connected", "Shows DENIED while the job runs, and connects.").asks("", &[Runs("DENIED", 10_000)]),
    member(GROUP, "connected_running", "CONNECTED before the end", "Shows CONNECTED while the job runs.").asks("", &[Runs("CONNECTED", 20_000)]),
    member(GROUP, "something_new_running", "An unknown status while running", "Shows SOMETHING_NEW while the job runs.").asks("", &[Runs("SOMETHING_NEW", 10_000)]),
    member(GROUP, "slow", "Ten minutes", "The job runs for ten minutes.").asks("", &[Runs("CREATED", 600_000)]),
    member(GROUP, "endless", "Endless", "The job never ends.").asks("", &[Runs("CREATED", u64::MAX)]),
];
