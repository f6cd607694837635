//! The members of the simulated banks. What happens to each is data: a list of steps and an end.

mod asked;
pub(crate) mod mx_bank;
mod oauth;
mod quirky;
mod statuses;
mod wrong;

use serde::{Serialize, Serializer};

use super::challenge::Challenge;
use super::institution::{MX_BANK, SIMULATED_BANK};
use super::job::Job;
use super::status::{ErrorForm, Form, Status};
use crate::simulator::seed::Seed;

/// Somebody's connection to a bank, which exists from the beginning; whoever signs in with the same
/// username and password gets a new member with the same story.
///
/// As JSON `{name, memberGuid, userGuid, institutionCode, username, password, group, title, story,
/// answers, responses}`, where `responses` holds, for each round and each challenge of it, what a
/// person types or the label of what a person chooses.
#[derive(Debug)]
pub struct Member {
    /// Nobody else's.
    pub name: &'static str,
    /// Where it is a member.
    pub institution: &'static str,
    /// Signs in with it, at MX Bank always `mxuser`; empty where OAuth is.
    pub username: &'static str,
    /// At MX Bank the scenario; at Simulated Bank `Everyday`, which has the story, while `Renewed`
    /// connects without a question and everything else is DENIED; empty where OAuth is.
    pub password: &'static str,
    /// `mx bank` (its password table), `challenges`, `wrong answers`, `statuses`, `quirks` or
    /// `oauth`.
    pub group: &'static str,
    /// A few words for a list to choose from.
    pub title: &'static str,
    /// What happens, in a sentence.
    pub story: &'static str,
    /// The right answers, in words; empty where nothing is asked.
    pub answers: &'static str,
    /// Before the first job.
    pub(crate) rest: End,
    pub(crate) begins: Begins,
    pub(crate) plan: Plan,
    pub(crate) wrong: Wrong,
    pub(crate) quirks: Quirks,
}

/// What a job meets, in order, and how it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) steps: &'static [Step],
    pub(crate) end: End,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// Shows this status while the job runs on for so many milliseconds.
    Runs(&'static str, u64),
    /// CHALLENGED.
    Asks(&'static [Challenge]),
}

/// A status with no job behind it, and the code in its `error`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) status: Status,
    pub(crate) code: Option<u16>,
}

impl End {
    pub(crate) const fn of(status: &'static str) -> Self {
        Self {
            status: Some(status),
            code: None,
        }
    }

    pub(crate) const fn with_code(status: &'static str, code: u16) -> Self {
        Self {
            code: Some(code),
            ..Self::of(status)
        }
    }
}

pub(crate) const CONNECTED: End = End::of("CONNECTED");
/// 2005 is about credentials (W).
pub(crate) const DENIED: End = End::with_code("DENIED", 2005);

pub(crate) const CONNECTS: Plan = Plan {
    steps: &[],
    end: CONNECTED,
};

const fn ends(end: End) -> Plan {
    Plan { steps: &[], end }
}

const fn then_connects(steps: &'static [Step]) -> Plan {
    Plan {
        steps,
        end: CONNECTED,
    }
}

/// How a member is found by the first request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begins {
    AtRest,
    /// Aggregated an hour ago.
    Lately,
    /// This job has just begun.
    UnderWay(Job),
    /// Created, and not yet through OAuth.
    AtWindow,
}

/// What a wrong answer leads to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wrong {
    /// The job is over.
    Ends(&'static str),
    /// The job shows REJECTED for a while and asks anew.
    AsksAgain,
}

/// Where this member's replies differ from the documented ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quirks {
    pub(crate) types: Form,
    pub(crate) statuses: Form,
    pub(crate) errors: ErrorForm,
    pub(crate) status: StatusBody,
    /// A job shows only on the second read of the status: the first still tells of the time before.
    pub(crate) stale: bool,
    /// The answer to a new sign-in is 409: somebody has connected it before.
    pub(crate) taken: bool,
    /// OAuth leads to a member with another guid.
    pub(crate) migrates: bool,
    /// `amp;member_guid` in the redirect (W).
    pub(crate) escaped_redirect: bool,
}

/// How much of the status body is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusBody {
    Whole,
    /// `connection_status`, and `challenges` if there are any.
    Slim,
    /// Everything that cannot be done without is null.
    Nulls,
    /// The challenges stand under `/challenges` only.
    ChallengesApart,
    /// CHALLENGED with nothing to answer.
    NoChallenges,
}

const PLAIN: Quirks = Quirks {
    types: Form::ByVersion,
    statuses: Form::Name,
    errors: ErrorForm::Text,
    status: StatusBody::Whole,
    stale: false,
    taken: false,
    migrates: false,
    escaped_redirect: false,
};

/// Somebody about whom there is nothing to tell.
pub(crate) const SOMEBODY: Member = Member {
    name: "",
    institution: SIMULATED_BANK,
    username: "",
    password: "Everyday",
    group: "",
    title: "",
    story: "",
    answers: "",
    rest: CONNECTED,
    begins: Begins::AtRest,
    plan: CONNECTS,
    wrong: Wrong::Ends("REJECTED"),
    quirks: PLAIN,
};

/// Nobody whom the bank knows.
pub(crate) static NOBODY: Member = Member {
    plan: ends(DENIED),
    ..SOMEBODY
};

const TABLES: [&[Member]; 6] = [
    mx_bank::MEMBERS,
    asked::MEMBERS,
    wrong::MEMBERS,
    statuses::MEMBERS,
    quirky::MEMBERS,
    oauth::MEMBERS,
];

/// Everybody, in the order of the tables.
pub(crate) fn everybody() -> impl Iterator<Item = &'static Member> {
    TABLES.into_iter().flatten()
}

pub(crate) fn find(name: &str) -> Option<&'static Member> {
    everybody().find(|member| member.name == name)
}

/// Whom a username and password belong to, and what happens then.
pub(crate) fn sign_in(
    institution: &str,
    username: &str,
    password: &str,
) -> (&'static Member, Plan) {
    if institution == MX_BANK {
        let member = mx_bank::sign_in(username, password).unwrap_or(&NOBODY);
        return (member, member.plan);
    }
    let known = everybody()
        .filter(|member| member.institution == institution)
        .find(|member| member.username.eq_ignore_ascii_case(username));
    match (known, password) {
        (Some(member), "Everyday") => (member, member.plan),
        (Some(member), "Renewed") => (member, CONNECTS),
        (Some(member), _) => (member, ends(DENIED)),
        (None, _) => (&NOBODY, NOBODY.plan),
    }
}

/// The one user there is: the same whatever the seed.
pub(crate) fn user_guid() -> String {
    format!("USR-{}", Seed::named("the user").guid())
}

impl Member {
    /// The member guid: the same whatever the seed.
    pub fn guid(&self) -> String {
        format!("MBR-{}", Seed::named(self.name).guid())
    }

    pub(crate) fn rounds(&self) -> impl Iterator<Item = &'static [Challenge]> {
        self.plan.steps.iter().filter_map(|step| match step {
            Step::Asks(round) => Some(*round),
            Step::Runs(..) => None,
        })
    }
}

/// A member as JSON.
#[derive(Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
struct MemberProfile {
    /// Nobody else's.
    name: &'static str,
    /// The member guid, whatever the seed.
    member_guid: String,
    /// The user it belongs to, whatever the seed.
    user_guid: String,
    /// `mxbank`, `mx_bank_oauth` or `simulated_bank`.
    institution_code: &'static str,
    /// Signs in with it, at MX Bank always `mxuser`; empty where OAuth is.
    username: &'static str,
    /// At MX Bank the scenario; at Simulated Bank `Everyday`, which has the story, while `Renewed`
    /// connects without a question and everything else is DENIED; empty where OAuth is.
    password: &'static str,
    /// `mx bank` (its password table), `challenges`, `wrong answers`, `statuses`, `quirks` or
    /// `oauth`.
    group: &'static str,
    /// A few words for a list to choose from.
    title: &'static str,
    /// What happens, in a sentence.
    story: &'static str,
    /// The right answers, in words; empty where nothing is asked.
    answers: &'static str,
    /// For each round and each challenge of it, what a person types or the label of what a person
    /// chooses.
    responses: Vec<Vec<String>>,
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let spoken = |round: &[Challenge]| round.iter().map(Challenge::spoken_answer).collect();
        MemberProfile {
            name: self.name,
            member_guid: self.guid(),
            user_guid: user_guid(),
            institution_code: self.institution,
            username: self.username,
            password: self.password,
            group: self.group,
            title: self.title,
            story: self.story,
            answers: self.answers,
            responses: self.rounds().map(spoken).collect(),
        }
        .serialize(serializer)
    }
}
