//! The members of the simulated banks, as tables: for each member what a job meets, step by step, and
//! how it ends.

// One row a member, however long.
#[rustfmt::skip]
mod challenges;
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

use super::challenge::Challenge;
use super::institution::{MX_BANK, SIMULATED_BANK};
use super::job::Job;
use super::status::{ErrorForm, Form, Status};
use crate::simulator::seed::Seed;

/// A person's connection to a bank. It exists from the beginning; signing in with the same username
/// and password creates a new member to whom the same happens.
///
/// As JSON `{name, memberGuid, userGuid, institutionCode, username, password, group, title, story,
/// answers, responses}`. `responses` holds, for each challenge of each round, the text to type or the
/// label to choose.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Unique.
    pub name: &'static str,
    /// The institution's code.
    pub institution: &'static str,
    /// At MX Bank always `mxuser`; empty with OAuth.
    pub username: &'static str,
    /// At MX Bank the scenario. At Simulated Bank `Everyday` plays the story, `Renewed` connects without
    /// a question, and any other password ends in DENIED. Empty with OAuth.
    pub password: &'static str,
    /// `mx bank` (its password table), `challenges`, `wrong answers`, `statuses`, `quirks` or
    /// `oauth`.
    pub group: &'static str,
    /// A few words, for a list to choose from.
    pub title: &'static str,
    /// What happens, in a sentence.
    pub story: &'static str,
    /// The right answers, in words; empty if there is no question.
    pub answers: &'static str,
    pub(crate) before_first_job: EndState,
    pub(crate) initial_state: InitialState,
    pub(crate) plan: Plan,
    pub(crate) on_wrong_answer: OnWrongAnswer,
    pub(crate) quirks: Quirks,
}

/// What a job meets, in order, and how it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) steps: &'static [Step],
    pub(crate) end: EndState,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// The job runs on with this status, for this many milliseconds.
    Runs(&'static str, u64),
    /// CHALLENGED.
    Asks(&'static [Challenge]),
}

/// A status while no job runs, and the code in its `error`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EndState {
    pub(crate) status: Status,
    pub(crate) code: Option<u16>,
}

impl EndState {
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

pub(crate) const CONNECTED: EndState = EndState::of("CONNECTED");
/// 2005: the credentials are wrong (W).
pub(crate) const DENIED: EndState = EndState::with_code("DENIED", 2005);

pub(crate) const CONNECTS: Plan = Plan {
    steps: &[],
    end: CONNECTED,
};
const IS_DENIED: Plan = Plan {
    steps: &[],
    end: DENIED,
};

/// A member's state at the first request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InitialState {
    Idle,
    AggregatedAnHourAgo,
    /// This job has just begun.
    JobRunning(Job),
    /// Created, and waiting for OAuth.
    AtOauthWindow,
}

/// What follows a wrong answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OnWrongAnswer {
    /// The job ends with this status.
    Ends(&'static str),
    /// The job shows REJECTED for a while and asks again.
    AsksAgain,
}

/// How this member's replies differ from the documented ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quirks {
    pub(crate) types: Form,
    pub(crate) statuses: Form,
    pub(crate) errors: ErrorForm,
    pub(crate) status: StatusBody,
    /// A new job is visible from the second read of the status on: the first read still shows the
    /// status from before the job.
    pub(crate) stale_first_status: bool,
    /// Creating a member with these credentials is a 409.
    pub(crate) already_connected: bool,
    /// OAuth leads to a member with another guid.
    pub(crate) changes_guid: bool,
    /// The redirect has `amp;member_guid` (W).
    pub(crate) escaped_redirect: bool,
}

/// Which keys the status body has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusBody {
    Whole,
    /// `connection_status`, and `challenges` if there are any.
    Minimal,
    /// Every key that a client can do without is null.
    Nulls,
    /// The challenges are under `/challenges` only.
    ChallengesSeparate,
    /// CHALLENGED without a challenge.
    NoChallenges,
}

const NO_QUIRKS: Quirks = Quirks {
    types: Form::ByVersion,
    statuses: Form::Name,
    errors: ErrorForm::Text,
    status: StatusBody::Whole,
    stale_first_status: false,
    already_connected: false,
    changes_guid: false,
    escaped_redirect: false,
};

/// A row of a table: a member of Simulated Bank that connects without a question, unless the methods
/// below say more.
const fn member(
    group: &'static str,
    name: &'static str,
    title: &'static str,
    story: &'static str,
) -> Member {
    Member {
        name,
        institution: SIMULATED_BANK,
        username: name,
        password: "Everyday",
        group,
        title,
        story,
        answers: "",
        before_first_job: CONNECTED,
        initial_state: InitialState::Idle,
        plan: CONNECTS,
        on_wrong_answer: OnWrongAnswer::Ends("REJECTED"),
        quirks: NO_QUIRKS,
    }
}

/// The columns of the tables that most members leave empty.
impl Member {
    /// The steps of a job, and the right answers in words.
    const fn asks(mut self, answers: &'static str, steps: &'static [Step]) -> Self {
        self.answers = answers;
        self.plan.steps = steps;
        self
    }

    /// The end of a job.
    const fn ends(mut self, end: EndState) -> Self {
        self.plan.end = end;
        self
    }

    const fn before_first_job(self, before_first_job: EndState) -> Self {
        Self {
            before_first_job,
            ..self
        }
    }

    const fn initially(self, initial_state: InitialState) -> Self {
        Self {
            initial_state,
            ..self
        }
    }

    const fn on_wrong_answer(self, on_wrong_answer: OnWrongAnswer) -> Self {
        Self {
            on_wrong_answer,
            ..self
        }
    }

    const fn quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }
}

/// Credentials that the bank does not know.
pub(crate) static UNKNOWN_MEMBER: Member = Member {
    plan: IS_DENIED,
    ..member("", "", "", "")
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

/// The member whose story these credentials play, and the plan of the job.
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

/// The only user. The guid does not depend on the seed.
pub(crate) fn user_guid() -> String {
    format!("USR-{}", Seed::named("the user").guid())
}

impl Member {
    /// The member guid. It does not depend on the seed.
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
