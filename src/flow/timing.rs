//! When a flow polls, retries and times out.

use super::{Flow, State, snapshot};
use crate::failure::{ErrorCode, Failure, Refusal};
use crate::flow::Step;
use crate::vendor::Stage;

/// The maximum number of retries in a row, for a request that is safe to repeat. Then the flow fails.
pub const MAX_REPEATS: u32 = 4;

/// The maximum number of failed polls in a row. It exceeds [`MAX_REPEATS`] because the bank keeps working.
pub const MAX_LOST_POLLS: u32 = 12;

/// The time limit for the driver to resubmit the answers after the pre-check.
const RESUBMIT_WITHIN_MS: u64 = 10_000;

/// The pause before the first retry. It doubles with each retry.
const FIRST_RETRY_MS: u64 = 2000;

/// The longest Retry-After that a flow follows: one day.
pub const MAX_RETRY_AFTER_MS: u64 = 86_400_000;

/// The time until a new flow may start, if the vendor does not say. A guess.
pub const DEFAULT_RETRY_AFTER_MS: u64 = 60_000;

impl Flow {
    /// The waiting time of the step is over. If it is not over yet, the step stays the same.
    pub(super) fn waited(&mut self, now: u64) -> Result<Step, Refusal> {
        match self.state {
            State::Waiting { stage, until } if now >= until => return self.send(stage, now),
            State::Redirecting { until } if now >= until => return self.send(Stage::Poll, now),
            State::Resubmitting { until } if now >= until => {
                self.await_answers(self.watch_pause, now);
            }
            State::Connecting { until } if now >= until => {
                self.fail(ErrorCode::SessionExpired, now);
            }
            State::Asking { .. } if now >= self.expires_at => {
                self.fail(ErrorCode::SessionExpired, now);
            }
            State::Asking { watch_at } if watch_at.is_some_and(|at| now >= at) => {
                return self.send(Stage::Watch, now);
            }
            State::New | State::Sending(_) => return Err(ErrorCode::OutOfTurn.into()),
            _ => {}
        }
        Ok(self.step())
    }

    /// Sends a request now, or once the vendor's polling interval has passed since its last reply.
    pub(super) fn send_when_due(&mut self, stage: Stage, now: u64) -> Result<Step, Refusal> {
        let poll_every = self.vendor.limits().poll_every;
        let until = self.last_reply_at.saturating_add(poll_every);
        if now >= until {
            return self.send(stage, now);
        }
        self.state = State::Waiting { stage, until };
        Ok(self.step())
    }

    /// Waits for the next poll: for the polling interval, or longer if the vendor asks for it, plus some jitter.
    pub(super) fn wait_for_poll(&mut self, stage: Stage, retry_after: Option<u64>, now: u64) {
        let poll_every = self.vendor.limits().poll_every;
        let jitter = self.jitter(poll_every / 10);
        let pause = retry_after
            .unwrap_or(0)
            .max(poll_every)
            .saturating_add(jitter);
        self.wait_until(stage, now.saturating_add(pause), now);
    }

    /// Waits for a retry. Within a session, the pause is at least the polling interval.
    pub(super) fn wait_for_retry(&mut self, stage: Stage, now: u64) {
        let minimum = match self.vendor.opens_session(stage) {
            true => 0,
            false => self.vendor.limits().poll_every,
        };
        let pause = minimum.max(FIRST_RETRY_MS << (self.repeats - 1));
        self.wait_until(stage, now.saturating_add(pause), now);
    }

    fn wait_until(&mut self, stage: Stage, until: u64, now: u64) {
        let polling_end = self
            .working_since
            .saturating_add(self.vendor.limits().poll_for);
        if until > polling_end.min(self.end_of_life()) {
            let failure = Failure {
                retry_at: Some(until.max(self.idle_end(now).unwrap_or(0))),
                ..ErrorCode::TimedOut.into()
            };
            return self.end(failure, now);
        }
        self.state = State::Waiting { stage, until };
    }

    /// Waits until the driver resubmits the answers. The flow does not keep them.
    pub(super) fn await_resubmission(&mut self, now: u64) {
        let until = now.saturating_add(RESUBMIT_WITHIN_MS);
        self.state = State::Resubmitting { until };
    }

    /// Waits for the person in the vendor's page. No vendor documents a time limit for it, so the limit of
    /// polling applies.
    pub(super) fn connect(&mut self, now: u64) {
        self.session += u32::from(self.page_has_secret());
        let until = now.saturating_add(self.vendor.limits().poll_for);
        self.state = State::Connecting {
            until: until.min(self.end_of_life()),
        };
    }

    /// Whether a time is later than any flow plans, even if the clocks of two machines differ. Somebody has
    /// edited the snapshot, and the flow would wait for ever.
    pub(super) fn is_of_the_future(&self, now: u64) -> bool {
        let planned = match self.state {
            State::Waiting { until, .. }
            | State::Resubmitting { until }
            | State::Redirecting { until }
            | State::Connecting { until } => until,
            State::Asking { watch_at } => self.expires_at.max(watch_at.unwrap_or(0)),
            _ => 0,
        };
        let latest = planned
            .max(self.started_at)
            .max(self.working_since)
            .max(self.last_reply_at);
        latest > now.saturating_add(2 * self.vendor.limits().total)
    }

    /// The time from which the flow may no longer start or poll.
    pub(super) fn end_of_life(&self) -> u64 {
        self.started_at.saturating_add(self.vendor.limits().total)
    }

    /// How long the vendor waits for answers to the open round, if that is known, and whether its documents say so.
    pub(super) fn round_limit(&self) -> Option<(u64, bool)> {
        match self.vendor.asks_credentials() {
            true => None,
            false => self.vendor.limits().idle,
        }
    }

    /// When the vendor stops waiting for the person, if that is known.
    pub(super) fn idle_end(&self, now: u64) -> Option<u64> {
        let idle = self.vendor.limits().idle;
        idle.map(|(idle, _)| now.saturating_add(idle))
    }

    /// Spreads the polls of many flows. The same request of the same flow always gets the same jitter.
    pub(super) fn jitter(&self, span: u64) -> u64 {
        let seed = self.id.bytes().chain(self.serial.to_le_bytes());
        u64::from(snapshot::checksum(seed)) % (span + 1)
    }
}
