//! Members who are found in the middle of something, or whose bodies are odd.

use super::super::job::Job;
use super::super::status::ErrorForm;
use super::asked::question;
use super::{
    Begins, CONNECTS, DENIED, End, Member, PLAIN, Plan, Quirks, SOMEBODY, StatusBody, Step,
    then_connects,
};

const CITY: &[Step] = &[Step::Asks(&[question(
    "What city were you born in?",
    "Chicago",
)])];

const fn odd(name: &'static str, title: &'static str, story: &'static str) -> Member {
    Member {
        name,
        username: name,
        group: "quirks",
        title,
        story,
        ..SOMEBODY
    }
}

const fn asked(member: Member) -> Member {
    Member {
        answers: "Chicago",
        plan: then_connects(CITY),
        ..member
    }
}

const fn body(status: StatusBody, member: Member) -> Member {
    Member {
        quirks: Quirks { status, ..PLAIN },
        ..member
    }
}

/// The first status after a job was asked for is the one from before it.
const fn stale(rest: End, member: Member) -> Member {
    Member {
        rest,
        quirks: Quirks {
            stale: true,
            errors: ErrorForm::Absent,
            ..PLAIN
        },
        ..member
    }
}

#[rustfmt::skip]
pub(super) const MEMBERS: &[Member] = &[
    asked(Member {
        begins: Begins::UnderWay(Job::Aggregate),
        ..odd("already_challenged", "CHALLENGED already", "A job is under way and asks.")
    }),
    Member {
        begins: Begins::UnderWay(Job::Aggregate),
        plan: then_connects(&[Step::Runs("CREATED", 20_000)]),
        ..odd("already_running", "Running already", "An aggregation is under way.")
    },
    Member {
        begins: Begins::UnderWay(Job::Identify),
        plan: then_connects(&[Step::Runs("CREATED", 60_000)]),
        ..odd("busy", "Busy with another job", "An identification is under way for a minute.")
    },
    Member {
        begins: Begins::Lately,
        ..odd("throttled", "Aggregated an hour ago", "An aggregation is accepted and does not start.")
    },
    Member {
        quirks: Quirks { taken: true, ..PLAIN },
        ..odd("taken", "Connected before", "A new member with these credentials is a 409.")
    },
    stale(DENIED, odd("stale_denied", "DENIED from before", "The first status after the start is an old DENIED; then it connects.")),
    stale(End::of("EXPIRED"), asked(odd("stale_expired", "EXPIRED from before", "The first status after the start is an old EXPIRED; then it asks."))),
    Member {
        plan: Plan { steps: &[], end: DENIED },
        ..stale(DENIED, odd("stale_and_denied", "DENIED before and after", "The first status is an old DENIED, and the job ends the same way."))
    },
    body(StatusBody::Slim, asked(odd("slim", "A slim status", "The status has nothing but connection_status and challenges."))),
    body(StatusBody::Nulls, asked(odd("nulls", "A status of nulls", "What may be null in the status is null."))),
    body(StatusBody::ChallengesApart, asked(odd("challenges_apart", "Challenges apart", "The challenges stand in a call of their own."))),
    body(StatusBody::NoChallenges, Member {
        plan: Plan { steps: CITY, ..CONNECTS },
        answers: "nothing can be answered",
        ..odd("no_challenges", "CHALLENGED with nothing", "Is CHALLENGED, and there is no challenge.")
    }),
];
