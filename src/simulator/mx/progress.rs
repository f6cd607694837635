//! How a member's job goes on: by itself as time passes, and as it is looked at.

use super::challenge::{Challenge, Posed};
use super::connection::{Connection, Phase, Then};
use super::job::Job;
use super::people::{CONNECTED, End, Step};
use super::rules::MxRules;

const SECOND: u64 = 1_000;
/// From the start of a job, or from an answer, to what comes of it.
const WORK: u64 = 4 * SECOND;
/// How long a status can be left over from before the job, at least.
const STALE: u64 = 2_500;
/// Between two reads of the status (A).
const POLL_INTERVAL: u64 = 3 * SECOND;
/// So old may the read be that an answer relies on (D).
const FRESH: u64 = 10 * SECOND;

impl Connection {
    /// What is due by now happens.
    pub(crate) fn settle(&mut self, now: u64, rules: &MxRules) {
        loop {
            match &self.phase {
                Phase::Unshown { since, seen: true } if now >= since.saturating_add(STALE) => {
                    self.run("RECONNECTED", now, Then::GoesOn);
                }
                Phase::Running { until, then } if now >= *until => {
                    let (until, then) = (*until, then.clone());
                    self.follow(then, until, rules);
                }
                Phase::Asking { round, until } if now >= *until => {
                    let round = round.clone();
                    // 2003 is an answer that did not come in time (W).
                    self.finish(End::with_code("EXPIRED", 2003), *until);
                    self.phase = Phase::Expired { round };
                }
                _ => return,
            }
        }
    }

    pub(super) fn run(&mut self, status: &'static str, now: u64, then: Then) {
        self.end = End::of(status);
        let until = now.saturating_add(WORK);
        self.phase = Phase::Running { until, then };
    }

    fn follow(&mut self, then: Then, now: u64, rules: &MxRules) {
        match then {
            Then::GoesOn => self.go_on(now, rules),
            Then::Asks(challenges) => self.ask(challenges, now, rules),
            Then::AsksAgain(challenges) => self.run("REJECTED", now, Then::Asks(challenges)),
            Then::Ends(end) => self.finish(end, now),
        }
    }

    /// To the next step, or the end.
    pub(super) fn go_on(&mut self, now: u64, rules: &MxRules) {
        let step = self.plan.steps.get(self.next_step);
        self.next_step += 1;
        match step {
            Some(Step::Runs(status, ms)) => {
                self.end = End::of(status);
                let (until, then) = (now.saturating_add(*ms), Then::GoesOn);
                self.phase = Phase::Running { until, then };
            }
            Some(Step::Asks(round)) => self.ask(round.iter().collect(), now, rules),
            None => self.finish(self.plan.end, now),
        }
    }

    /// Each round has new guids.
    pub(super) fn ask(&mut self, round: Vec<&'static Challenge>, now: u64, rules: &MxRules) {
        let pose = |challenge| Posed::new(challenge, &mut self.seed);
        let round = round.into_iter().map(pose).collect();
        self.end = End::of("CHALLENGED");
        self.looks.in_this_round = 0;
        let until = now.saturating_add(rules.challenge_minutes.saturating_mul(60 * SECOND));
        self.phase = Phase::Asking { round, until };
    }

    /// The status is read; whether that is too soon after the last time.
    pub(crate) fn looked_at(&mut self, now: u64) -> bool {
        if let Phase::Unshown { seen, .. } = &mut self.phase {
            *seen = true;
        }
        self.looks.in_this_round += 1;
        let last = self.looks.last.replace(now);
        last.is_some_and(|last| now.saturating_sub(last) < POLL_INTERVAL)
    }

    /// Whether the status was read once to ask the person, and once more before this answer.
    pub(super) fn looked_before(&self, now: u64) -> bool {
        let fresh = |last| now.saturating_sub(last) <= FRESH;
        self.looks.in_this_round >= 2 && self.looks.last.is_some_and(fresh)
    }

    pub(super) fn finish(&mut self, end: End, now: u64) {
        if end.status == CONNECTED.status {
            self.connected_at = Some(now);
            if self.job == Some(Job::Aggregate) {
                self.last_standard = Some(now);
            }
        }
        self.job = None;
        self.end = end;
        self.phase = match end.status {
            Some("PENDING") => Phase::AtWindow,
            _ => Phase::Idle,
        };
    }
}
