//! How a member's job progresses, with time and with reads of the status.

use super::challenge::{Challenge, RoundChallenge};
use super::connection::{AfterRun, Connection, Phase};
use super::job::Job;
use super::people::{CONNECTED, DENIED, EndState, Step, Unanswered};
use super::rules::MxRules;

const SECOND_MS: u64 = 1_000;
/// The time from the start of a job, or from an answer, to the next step.
const WORK_MS: u64 = 4 * SECOND_MS;
/// The minimum time for which the status from before the job is shown.
const STALE_MS: u64 = 2_500;
/// The shortest time between two reads of the status (A).
const POLL_INTERVAL_MS: u64 = 3 * SECOND_MS;
/// How many refused sign-ins in a row lead to PREVENTED (A).
const MAX_REFUSED_SIGN_INS: u8 = 3;
/// The longest time between a read of the status and an answer (D).
const MAX_STATUS_AGE_MS: u64 = 10 * SECOND_MS;

impl Connection {
    /// Takes all steps that are due by now.
    pub(crate) fn advance_to(&mut self, now: u64, rules: &MxRules) {
        loop {
            match &self.phase {
                Phase::NotYetVisible { since, seen: true }
                    if now >= since.saturating_add(STALE_MS) =>
                {
                    self.run("RECONNECTED", now, AfterRun::NextStep);
                }
                Phase::Running { until, then } if now >= *until => {
                    let (until, then) = (*until, then.clone());
                    self.continue_with(then, until, rules);
                }
                Phase::Asking { round, until, then } if now >= *until => {
                    let (round, until) = (round.clone(), *until);
                    match then {
                        Unanswered::Expires => {
                            // 2003: the answer did not come in time (W).
                            self.finish(EndState::with_code("EXPIRED", 2003), until);
                            self.phase = Phase::Expired { round };
                        }
                        Unanswered::AnsweredElsewhere => {
                            self.run("RESUMED", until, AfterRun::NextStep);
                        }
                    }
                }
                _ => return,
            }
        }
    }

    pub(super) fn run(&mut self, status: &'static str, now: u64, then: AfterRun) {
        self.end = EndState::of(status);
        let until = now.saturating_add(WORK_MS);
        self.phase = Phase::Running { until, then };
    }

    fn continue_with(&mut self, then: AfterRun, now: u64, rules: &MxRules) {
        match then {
            AfterRun::NextStep => self.next_step(now, rules),
            AfterRun::Asks(challenges) => self.ask(challenges, now, rules),
            AfterRun::AsksAgain(challenges) => {
                self.run("REJECTED", now, AfterRun::Asks(challenges))
            }
            AfterRun::AsksAtOnce(challenges) => {
                self.ask(challenges, now, rules);
                self.end = EndState::with_code("REJECTED", 2002);
            }
            AfterRun::Ends(end) => self.finish(end, now),
        }
    }

    /// Goes to the next step, or to the end.
    pub(super) fn next_step(&mut self, now: u64, rules: &MxRules) {
        let step = self.plan.steps.get(self.step_index);
        self.step_index += 1;
        match step {
            Some(Step::Runs(status, ms)) => {
                self.end = EndState::of(status);
                let (until, then) = (now.saturating_add(*ms), AfterRun::NextStep);
                self.phase = Phase::Running { until, then };
            }
            Some(Step::Asks(round)) => self.ask(round.iter().collect(), now, rules),
            Some(Step::AsksUntil(round, ms, then)) => {
                self.ask(round.iter().collect(), now, rules);
                if let Phase::Asking { round, .. } = &self.phase {
                    let (round, until, then) = (round.clone(), now.saturating_add(*ms), *then);
                    self.phase = Phase::Asking { round, until, then };
                }
            }
            None => self.finish(self.plan.end, now),
        }
    }

    /// Each round has new guids.
    pub(super) fn ask(&mut self, round: Vec<&'static Challenge>, now: u64, rules: &MxRules) {
        let with_guid = |challenge| RoundChallenge::new(challenge, &mut self.seed);
        let round = round.into_iter().map(with_guid).collect();
        self.end = EndState::of("CHALLENGED");
        self.status_reads.in_this_round = 0;
        let until = now.saturating_add(rules.challenge_minutes.saturating_mul(60 * SECOND_MS));
        let then = Unanswered::Expires;
        self.phase = Phase::Asking { round, until, then };
    }

    /// Records a read of the status, and returns whether it was too soon after the last read.
    pub(crate) fn record_status_read(&mut self, now: u64) -> bool {
        if let Phase::NotYetVisible { seen, .. } = &mut self.phase {
            *seen = true;
        }
        self.status_reads.in_this_round += 1;
        let last = self.status_reads.last.replace(now);
        last.is_some_and(|last| now.saturating_sub(last) < POLL_INTERVAL_MS)
    }

    /// Whether the status was read once to learn of the challenge, and once more just before this answer.
    pub(super) fn was_status_read(&self, now: u64) -> bool {
        let is_recent = |last| now.saturating_sub(last) <= MAX_STATUS_AGE_MS;
        self.status_reads.in_this_round >= 2 && self.status_reads.last.is_some_and(is_recent)
    }

    pub(super) fn finish(&mut self, end: EndState, now: u64) {
        self.refused_sign_ins = match end.code == DENIED.code {
            true => self.refused_sign_ins.saturating_add(1),
            false => 0,
        };
        let end = match self.refused_sign_ins {
            MAX_REFUSED_SIGN_INS.. => EndState::of("PREVENTED"),
            _ => end,
        };
        if end.status == CONNECTED.status {
            self.connected_at = Some(now);
            if self.job == Some(Job::Aggregate) {
                self.last_standard = Some(now);
            }
        }
        self.job = None;
        self.end = end;
        self.phase = match end.status {
            Some("PENDING") => Phase::AtOauthWindow,
            _ => Phase::Idle,
        };
    }
}
