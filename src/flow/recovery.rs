//! Recovery after a lost or unclear reply, restore, cancel and failure.

use super::timing::{DEFAULT_RETRY_AFTER_MS, MAX_LOST_POLLS, MAX_REPEATS};
use super::{Flow, State};
use crate::failure::{ErrorCode, Failure, NextAction, Refusal};
use crate::flow::{Loss, Step};
use crate::vendor::{Recovery, Stage};

impl Flow {
    /// The flow was restored from a snapshot. A request that was under way may or may not have been sent.
    pub(super) fn restored(&mut self, now: u64) -> Result<Step, Refusal> {
        if self.is_of_the_future(now) {
            return Err(ErrorCode::SnapshotUnreadable.into());
        }
        match self.state {
            State::New => return Err(ErrorCode::OutOfTurn.into()),
            // The answers were not sent, and the driver that kept them is gone. The pre-check may be recent.
            State::Resubmitting { .. }
            | State::Sending(Stage::PreCheck)
            | State::Waiting {
                stage: Stage::PreCheck,
                ..
            } => {
                self.last_reply_at = now;
                self.await_answers(self.watch_pause, now);
            }
            State::Redirecting { .. } => return self.send(Stage::Window, now),
            State::Sending(Stage::Watch) => self.watch_lost(now),
            State::Sending(stage) => return self.recover(stage, ErrorCode::Unreachable, now),
            _ => {}
        }
        Ok(self.step())
    }

    /// No reply came.
    pub(super) fn lost(&mut self, stage: Stage, loss: Loss, now: u64) -> Result<Step, Refusal> {
        let error = match loss {
            Loss::HostError => ErrorCode::HostError,
            _ => ErrorCode::Unreachable,
        };
        match (loss, stage) {
            (_, Stage::Watch) => self.watch_lost(now),
            (Loss::MaybeSent, _) => return self.recover(stage, error, now),
            // The host has no second token, so the flow fails with the code of a lost start.
            (Loss::NoSecret, Stage::Start) if self.repeats > 0 => {
                self.fail(ErrorCode::Unreachable, now)
            }
            (Loss::NoSecret, Stage::Start | Stage::Answer) => {
                self.fail(ErrorCode::SecretMissing, now)
            }
            (Loss::NoSecret, _) => {
                let code = self.vendor.recovery(stage).code(ErrorCode::SecretMissing);
                self.fail(code, now);
            }
            // The vendor did not get the answers: a new round asks for them. It expires at the same time as the
            // old round.
            (_, Stage::Answer | Stage::PreCheck) if self.repeats < MAX_REPEATS => {
                self.repeats += 1;
                self.ask(false, now);
            }
            (_, Stage::Start | Stage::Answer) => self.fail(error, now),
            // An earlier submission may still be under way.
            _ => return self.recover(stage, error, now),
        }
        Ok(self.step())
    }

    /// No reply came, or an unclear one: the flow retries, reconciles or fails, as `Vendor::recovery` says.
    pub(super) fn recover(
        &mut self,
        stage: Stage,
        error: ErrorCode,
        now: u64,
    ) -> Result<Step, Refusal> {
        let is_poll = !matches!(stage, Stage::Start | Stage::Answer | Stage::Verify);
        let max_repeats = if is_poll { MAX_LOST_POLLS } else { MAX_REPEATS };
        match self.vendor.recovery(stage) {
            Recovery::Repeat(_) if self.repeats < max_repeats => {
                self.repeats += 1;
                if is_poll {
                    // The vendor may have received it: no other poll follows within the polling interval.
                    self.last_reply_at = now;
                    self.wait_for_poll(stage, None, now);
                } else {
                    self.wait_for_retry(stage, now);
                }
                self.return_to_window();
            }
            Recovery::Reconcile(stage) => return self.send_when_due(stage, now),
            recovery => self.fail(recovery.code(error), now),
        }
        Ok(self.step())
    }

    /// The vendor's page did not accept its token: the page is opened with a new token, as often as the vendor
    /// allows.
    pub(super) fn token_refused(&mut self, now: u64) {
        if !self.vendor.may_renew_page_token() {
            self.fail(ErrorCode::SessionExpired, now);
        } else if self.repeats < MAX_REPEATS {
            self.repeats += 1;
            self.connect(now);
        } else {
            self.fail(ErrorCode::Unauthorized, now);
        }
    }

    /// Cancels the flow. If the previous window ended in an error, the failure has its reason. If a submission may be
    /// under way, the host must not start over at once.
    pub(super) fn cancelled(&mut self, now: u64) {
        let mut failure = Failure::from(ErrorCode::Cancelled);
        if let Some(error) = &self.redirect_error {
            failure.vendor_code.clone_from(&error.vendor_reason);
        }
        if self.code_after(ErrorCode::Cancelled) != ErrorCode::Cancelled {
            failure.next = NextAction::RetryLater;
        }
        self.end(failure, now);
    }

    /// If a submission may be under way, its outcome is unknown.
    pub(super) fn driver_failed(&mut self, code: ErrorCode, now: u64) {
        self.fail(self.code_after(code), now);
    }

    /// The code of an ending now, after this error.
    fn code_after(&self, error: ErrorCode) -> ErrorCode {
        match self.state {
            State::Sending(stage) => self.vendor.recovery(stage).code(error),
            State::Waiting { stage, .. } => match self.vendor.recovery(stage) {
                // The start of a new session, which was not sent yet.
                Recovery::Unknown => error,
                recovery => recovery.code(error),
            },
            _ => error,
        }
    }

    pub(super) fn fail(&mut self, code: ErrorCode, now: u64) {
        self.end(code.into(), now);
    }

    /// Fails the flow, and sets when to start a new one. If the vendor's session may still be open, that is
    /// after the session has expired.
    pub(super) fn end(&mut self, mut failure: Failure, now: u64) {
        let earliest = match failure.code {
            ErrorCode::OutcomeUnknown
            | ErrorCode::ConcurrentSession
            | ErrorCode::Cancelled
            | ErrorCode::ChallengeUnanswerable
            | ErrorCode::InternalError => self.idle_end(now).unwrap_or(now),
            _ => now,
        };
        failure.retry_at = match (failure.next, failure.retry_at) {
            (NextAction::RetryLater, Some(time)) if time > now => Some(time.max(earliest)),
            (NextAction::RetryLater, _) => {
                Some(earliest.max(now.saturating_add(DEFAULT_RETRY_AFTER_MS)))
            }
            _ => None,
        };
        self.state = State::Failed(failure);
    }
}
