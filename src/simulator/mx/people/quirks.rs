//! Members whose job runs already at the first request, or whose replies are odd.

use super::super::challenge::{CODE, Challenge, question};
use super::super::institution::SIMULATED_UNION;
use super::super::job::Job;
use super::super::status::ErrorForm;
use super::member::{
    DENIED, EndState, InitialState, Member, NO_QUIRKS, Quirks, StatusBody, Step, Unanswered, member,
};
use Step::{Asks, AsksUntil, Runs};
use Unanswered::{AnsweredElsewhere, Expires};

const GROUP: &str = "quirks";

const CITY: Challenge = question("What city were you born in?", "Chicago");

const APPROVAL: Challenge = question("Approve the sign-in in your bank's app, or enter the code from it", "246810");

const STALE: Quirks = Quirks { stale_first_status: true, errors: ErrorForm::Absent, ..NO_QUIRKS };

pub(super) const MEMBERS: &[Member] = &[
    member(GROUP, "already_challenged", "CHALLENGED already", "A job is running and asks.")
        .asks("Chicago", &[Asks(&[CITY])])
        .initially(InitialState::JobRunning(Job::Aggregate)),
    member(GROUP, "code_never_comes", "The first code never comes", "Only a second job brings the code. No job starts before the challenge has expired.")
        .asks("246810, in the second job", &[Asks(&[CODE])])
        .quirks(Quirks { first_code_lost: true, ..NO_QUIRKS }),
    member(GROUP, "already_running", "Running already", "An aggregation is running.")
        .asks("", &[Runs("CREATED", 20_000)])
        .initially(InitialState::JobRunning(Job::Aggregate)),
    member(GROUP, "busy", "Busy with another job", "An identification runs for a minute.")
        .asks("", &[Runs("CREATED", 60_000)])
        .initially(InitialState::JobRunning(Job::Identify)),
    member(GROUP, "throttled", "Aggregated an hour ago", "An aggregation is accepted and does not start.")
        .initially(InitialState::AggregatedAnHourAgo),
    member(GROUP, "taken", "Connected already", "A new member with these credentials is a 409.")
        .quirks(Quirks { already_connected: true, ..NO_QUIRKS }),
    member(GROUP, "stale_denied", "DENIED from before", "The first status after the start is an old DENIED; then it connects.")
        .before_first_job(DENIED)
        .quirks(STALE),
    member(GROUP, "stale_expired", "EXPIRED from before", "The first status after the start is an old EXPIRED; then it asks.")
        .asks("Chicago", &[Asks(&[CITY])])
        .before_first_job(EndState::of("EXPIRED"))
        .quirks(STALE),
    member(GROUP, "stale_and_denied", "DENIED before and after", "The first status is an old DENIED, and the job ends the same way.")
        .ends(DENIED)
        .before_first_job(DENIED)
        .quirks(STALE),
    member(GROUP, "approved_in_app", "Approved in the bank's app", "Asks for a code; after 25 seconds the person approves in the bank's app instead.")
        .asks("246810", &[AsksUntil(&[APPROVAL], 25_000, AnsweredElsewhere)]),
    member(GROUP, "answered_elsewhere", "Answered elsewhere, then asked", "After 25 seconds another client answers, and the bank asks again.")
        .asks("246810; then Chicago", &[AsksUntil(&[APPROVAL], 25_000, AnsweredElsewhere), Asks(&[CITY])]),
    member(GROUP, "expires_soon", "EXPIRED after 25 seconds", "Asks, and expires after 25 seconds.")
        .asks("Chicago", &[AsksUntil(&[CITY], 25_000, Expires)]),
    member(GROUP, "slim", "A minimal status", "The status has only connection_status and challenges.")
        .asks("Chicago", &[Asks(&[CITY])])
        .quirks(Quirks { status: StatusBody::Minimal, ..NO_QUIRKS }),
    member(GROUP, "nulls", "A status of nulls", "Everything that can be null in the status is null.")
        .asks("Chicago", &[Asks(&[CITY])])
        .quirks(Quirks { status: StatusBody::Nulls, ..NO_QUIRKS }),
    member(GROUP, "challenges_apart", "Challenges in a separate call", "The status has no challenges: a separate call returns them.")
        .asks("Chicago", &[Asks(&[CITY])])
        .quirks(Quirks { status: StatusBody::ChallengesSeparate, ..NO_QUIRKS }),
    Member {
        institution: SIMULATED_UNION,
        ..member(GROUP, "three_credentials", "Three credentials", "The bank asks for a member number, a branch (North or South) and an access code.")
    },
    member(GROUP, "no_challenges", "CHALLENGED without a challenge", "Is CHALLENGED, and there is no challenge.")
        .asks("nothing can be answered", &[Asks(&[CITY])])
        .quirks(Quirks { status: StatusBody::NoChallenges, ..NO_QUIRKS }),
];
