//! A member, and the row that describes one in a table.

use std::fmt;

use crate::simulator::mx::challenge::Challenge;
use crate::simulator::mx::institution::SIMULATED_BANK;
use crate::simulator::mx::job::Job;
use crate::simulator::mx::status::{ErrorForm, Form, Status};
use crate::simulator::seed::Seed;

/// A person's connection to a bank. The member exists from the beginning. Signing in with the same username and
/// password creates a new member with the same scenario.
///
/// As JSON `{name, memberGuid, userGuid, institutionCode, username, password, group, title, story,
/// answers, responses}`. `responses` holds, for each challenge of each round, the text to type or the
/// label to choose.
#[derive(Clone, Copy)]
pub struct Member {
    /// Unique.
    pub name: &'static str,
    /// The institution's code.
    pub institution: &'static str,
    /// At MX Bank always `mxuser`; empty with OAuth.
    pub username: &'static str,
    /// At MX Bank the scenario. At the simulated banks `Everyday` plays the story, `Renewed` connects without
    /// a question, and any other password ends in DENIED. Empty with OAuth.
    pub password: &'static str,
    /// `mx bank` (its password table), `challenges`, `wrong answers`, `statuses`, `quirks` or
    /// `oauth`.
    pub group: &'static str,
    /// A few words, for a list to choose from.
    pub title: &'static str,
    /// The scenario, in a sentence.
    pub story: &'static str,
    /// The right answers, in words; empty if there is no question.
    pub answers: &'static str,
    pub(crate) before_first_job: EndState,
    pub(crate) initial_state: InitialState,
    pub(crate) plan: Plan,
    pub(crate) on_wrong_answer: OnWrongAnswer,
    pub(crate) quirks: Quirks,
}

/// The steps of a job, in order, and its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) steps: &'static [Step],
    pub(crate) end: EndState,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// The job runs on with this status, for this many milliseconds.
    Runs(&'static str, u64),
    /// The status is CHALLENGED, with these challenges.
    Asks(&'static [Challenge]),
    /// The same, for at most this many milliseconds.
    AsksUntil(&'static [Challenge], u64, Unanswered),
}

/// What follows if nobody has answered through the API in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unanswered {
    Expires,
    /// The person has approved in the bank's app, or has answered another client.
    AnsweredElsewhere,
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
pub(super) const IS_DENIED: Plan = Plan {
    steps: &[],
    end: DENIED,
};

/// A member's state at the first request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InitialState {
    Idle,
    AggregatedAnHourAgo,
    /// This job has just started.
    JobRunning(Job),
    /// Created, and waiting for OAuth.
    AtOauthWindow,
}

/// The reaction to a wrong answer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OnWrongAnswer {
    /// The job ends with this status.
    Ends(&'static str),
    /// The job shows REJECTED for a while and asks again.
    AsksAgain,
    /// The job shows REJECTED together with the new challenges (W).
    AsksAtOnce,
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
    /// After OAuth the member has another guid.
    pub(crate) changes_guid: bool,
    /// The redirect has `amp;member_guid` (W).
    pub(crate) escaped_redirect: bool,
    /// The code of the first job never comes: no answer in it is right.
    pub(crate) first_code_lost: bool,
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

pub(super) const NO_QUIRKS: Quirks = Quirks {
    types: Form::ByVersion,
    statuses: Form::Name,
    errors: ErrorForm::Text,
    status: StatusBody::Whole,
    stale_first_status: false,
    already_connected: false,
    changes_guid: false,
    escaped_redirect: false,
    first_code_lost: false,
};

/// A row of a table: a member of Simulated Bank that connects without a question, unless the methods
/// below say more.
pub(super) const fn member(
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
    pub(super) const fn asks(mut self, answers: &'static str, steps: &'static [Step]) -> Self {
        self.answers = answers;
        self.plan.steps = steps;
        self
    }

    pub(super) const fn ends(mut self, end: EndState) -> Self {
        self.plan.end = end;
        self
    }

    pub(super) const fn before_first_job(self, before_first_job: EndState) -> Self {
        Self {
            before_first_job,
            ..self
        }
    }

    pub(super) const fn initially(self, initial_state: InitialState) -> Self {
        Self {
            initial_state,
            ..self
        }
    }

    pub(super) const fn on_wrong_answer(self, on_wrong_answer: OnWrongAnswer) -> Self {
        Self {
            on_wrong_answer,
            ..self
        }
    }

    pub(super) const fn quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }
}

/// Credentials that the bank does not know.
pub(crate) static UNKNOWN_MEMBER: Member = Member {
    plan: IS_DENIED,
    ..member("", "", "", "")
};

/// The partner's own id of the only user.
pub(crate) const USER_ID: &str = "user-1";

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
            Step::Asks(round) | Step::AsksUntil(round, ..) => Some(*round),
            Step::Runs(..) => None,
        })
    }
}

/// The name: the rest of the row does not change.
impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
