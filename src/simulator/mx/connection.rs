//! A member as MX stores it: its job, its round and its status.

use super::challenge::{Challenge, RoundChallenge};
use super::institution::{Institution, institution};
use super::job::Job;
use super::people::{CONNECTED, EndState, InitialState, Member, Plan, UNKNOWN_MEMBER, Unanswered};
use super::rules::MxRules;
use super::status::Status;
use crate::simulator::seed::Seed;

const HOUR_MS: u64 = 3_600_000;
/// The shortest time between two standard aggregations (A).
const THROTTLE_MS: u64 = 3 * HOUR_MS;

#[derive(Debug, Clone)]
pub(crate) struct Connection {
    pub(crate) guid: String,
    pub(crate) member: &'static Member,
    pub(crate) institution: Option<&'static Institution>,
    /// The username and password, if the member was created through the API.
    pub(crate) credentials: Option<(String, String)>,
    pub(crate) id: Option<String>,
    /// Until when it is not found.
    pub(crate) hidden_until: u64,
    pub(crate) phase: Phase,
    pub(crate) end: EndState,
    pub(crate) aggregated_at: Option<u64>,
    pub(crate) connected_at: Option<u64>,
    pub(super) job: Option<Job>,
    /// The number of jobs that have begun.
    pub(super) job_count: u32,
    pub(super) plan: Plan,
    pub(super) step_index: usize,
    /// The last standard aggregation that succeeded.
    pub(super) last_standard: Option<u64>,
    /// How many sign-ins in a row the bank has refused.
    pub(super) refused_sign_ins: u8,
    pub(super) status_reads: StatusReads,
    pub(super) seed: Seed,
}

#[derive(Debug, Clone)]
pub(crate) enum Phase {
    /// No job runs.
    Idle,
    /// A job was accepted, but the status does not show the job yet.
    NotYetVisible {
        since: u64,
        seen: bool,
    },
    Running {
        until: u64,
        then: AfterRun,
    },
    Asking {
        round: Vec<RoundChallenge>,
        until: u64,
        then: Unanswered,
    },
    Expired {
        round: Vec<RoundChallenge>,
    },
    /// OAuth is not finished.
    AtOauthWindow,
}

/// The next phase after a job has run for some time.
#[derive(Debug, Clone)]
pub(crate) enum AfterRun {
    NextStep,
    Asks(Vec<&'static Challenge>),
    /// Shows REJECTED for some time, and then asks.
    AsksAgain(Vec<&'static Challenge>),
    /// Shows REJECTED, and asks at once.
    AsksAtOnce(Vec<&'static Challenge>),
    Ends(EndState),
}

/// Reads of the status.
#[derive(Debug, Clone, Default)]
pub(super) struct StatusReads {
    pub(super) last: Option<u64>,
    pub(super) in_this_round: u32,
}

/// The outcome of a request for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobStart {
    Started,
    /// Accepted, but nothing starts: the job runs already, or ran too recently.
    NotNeeded,
    /// A different job runs.
    Conflict,
}

impl Connection {
    /// A member of the tables, in its state at the first request.
    pub(crate) fn existing(
        member: &'static Member,
        guid: String,
        now: u64,
        rules: &MxRules,
        seed: &mut Seed,
    ) -> Self {
        let day_before = Some(now.saturating_sub(48 * HOUR_MS));
        let (credentials, id, hidden_until, job, status_reads) = Default::default();
        let mut existing = Self {
            guid,
            member,
            institution: institution(member.institution),
            credentials,
            id,
            hidden_until,
            phase: Phase::Idle,
            end: member.before_first_job,
            aggregated_at: day_before,
            connected_at: day_before,
            job,
            job_count: 0,
            plan: member.plan,
            step_index: 0,
            last_standard: None,
            refused_sign_ins: 0,
            status_reads,
            seed: Seed::new(seed.next()),
        };
        match member.initial_state {
            InitialState::Idle => {}
            InitialState::AggregatedAnHourAgo => {
                let an_hour_ago = Some(now.saturating_sub(HOUR_MS));
                existing.last_standard = an_hour_ago;
                existing.aggregated_at = an_hour_ago;
                existing.connected_at = an_hour_ago;
            }
            InitialState::JobRunning(job) => {
                existing.begin(job, "CREATED", now);
                existing.next_step(now, rules);
            }
            InitialState::AtOauthWindow => {
                existing.phase = Phase::AtOauthWindow;
                existing.aggregated_at = None;
                existing.connected_at = None;
            }
        }
        existing
    }

    /// A new member, before its first job.
    pub(crate) fn new(institution: &'static Institution, guid: String, seed: &mut Seed) -> Self {
        let mut created = Self::existing(&UNKNOWN_MEMBER, guid, 0, &MxRules::default(), seed);
        created.institution = Some(institution);
        created.end = EndState::of("CREATED");
        created.aggregated_at = None;
        created.connected_at = None;
        created
    }

    pub(crate) fn status(&self) -> Status {
        self.end.status
    }

    pub(crate) fn is_being_aggregated(&self) -> bool {
        matches!(self.phase, Phase::Running { .. } | Phase::Asking { .. })
    }

    /// False while a job runs: RESUMED with `is_authenticated: false` is progress (A).
    pub(crate) fn is_authenticated(&self) -> bool {
        matches!(self.phase, Phase::Idle) && self.status() == CONNECTED.status
    }

    /// Whether this is the partner's own id of the member: the one that it was created with, or its name in the
    /// tables (ours).
    pub(crate) fn is_named(&self, id: &str) -> bool {
        self.id.as_deref().unwrap_or(self.member.name) == id && !id.is_empty()
    }

    pub(crate) fn belongs_to(&self, institution: &Institution) -> bool {
        self.institution
            .is_some_and(|bank| bank.code == institution.code)
    }

    pub(crate) fn round(&self) -> &[RoundChallenge] {
        match &self.phase {
            Phase::Asking { round, .. } => round,
            _ => &[],
        }
    }

    pub(crate) fn request_job(&mut self, job: Job, now: u64) -> JobStart {
        let throttled = self.institution.is_some_and(|bank| bank.is_throttled)
            && job == Job::Aggregate
            && self
                .last_standard
                .is_some_and(|last| now.saturating_sub(last) < THROTTLE_MS);
        match self.job {
            Some(running) if running == job => JobStart::NotNeeded,
            Some(_) => JobStart::Conflict,
            // Throttled, or there are no credentials yet (D).
            None if throttled || self.status().is_none() || self.is_at_window() => {
                JobStart::NotNeeded
            }
            None => {
                let status = if self.is_authenticated() {
                    "CONNECTED"
                } else {
                    "RECONNECTED"
                };
                self.begin(job, status, now);
                if self.member.quirks.stale_first_status {
                    self.phase = Phase::NotYetVisible {
                        since: now,
                        seen: false,
                    };
                    self.end.status = self.member.before_first_job.status;
                }
                JobStart::Started
            }
        }
    }

    fn is_at_window(&self) -> bool {
        matches!(self.phase, Phase::AtOauthWindow)
    }

    /// Takes the scenario of the member whose credentials were given.
    pub(crate) fn use_scenario(&mut self, (member, plan): (&'static Member, Plan)) {
        self.member = member;
        self.plan = plan;
    }

    /// Waits until the person comes back from the bank's window.
    pub(crate) fn wait_at_window(&mut self, member: Option<&'static Member>) {
        if let Some(member) = member {
            self.use_scenario((member, member.plan));
        }
        self.end = EndState::of("PENDING");
        self.phase = Phase::AtOauthWindow;
    }

    /// The person approved in the bank's window: whatever was wrong, jobs connect from now on. MX aggregates, unless
    /// the window was asked for with `skip_aggregation` (A); that the member is then CONNECTED is a guess (D).
    pub(crate) fn oauth_approved(&mut self, now: u64, skips_aggregation: bool) {
        self.plan.end = CONNECTED;
        match skips_aggregation {
            true => self.finish(CONNECTED, now),
            false => self.begin(Job::Aggregate, "CREATED", now),
        }
    }

    /// The person denied in the bank's window.
    pub(crate) fn oauth_denied(&mut self, now: u64) {
        self.finish(EndState::of("DENIED"), now);
    }

    pub(crate) fn begin(&mut self, job: Job, status: &'static str, now: u64) {
        self.job = Some(job);
        self.job_count += 1;
        self.step_index = 0;
        self.aggregated_at = Some(now);
        self.run(status, now, AfterRun::NextStep);
    }
}
