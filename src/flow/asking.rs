//! A round: its answers, and its watches. While the person is asked, the flow asks the vendor whether the round is still
//! open. The round can expire, or the person answers it elsewhere, such as in the bank's app.

use super::{AnswerInput, Flow, State, Window};
use crate::challenge::{Answers, Challenge};
use crate::failure::{ErrorCode, Refusal};
use crate::flow::Step;
use crate::json::Value;
use crate::vendor::{Stage, Submission, Verdict};

/// The longest pause between two watches. The first pause is the polling interval, and each one is longer by that
/// interval. Our choice.
const MAX_WATCH_PAUSE_MS: u64 = 10_000;

/// The longest pause after a lost watch. Each loss doubles the pause.
const MAX_LOST_WATCH_PAUSE_MS: u64 = 60_000;

/// The time limit of a watch: an answer that comes meanwhile waits for its end.
pub const WATCH_TIMEOUT_MS: u32 = 15_000;

impl Flow {
    /// Opens a round with new challenges, or fails if nobody can answer them.
    pub(super) fn take_challenges(&mut self, challenges: Value, refused: bool, now: u64) {
        self.challenge_payload = challenges;
        self.window = Window::None;
        self.redirect_error = None;
        if !self.is_answerable() {
            // It may be large, and nobody needs it.
            self.challenge_payload = Value::Null;
            return self.fail(ErrorCode::ChallengeUnanswerable, now);
        }
        self.expires_at = match self.round_limit() {
            Some((idle, _)) => now.saturating_add(idle).min(self.end_of_life()),
            None => self.end_of_life(),
        };
        self.ask(refused, now);
    }

    /// Opens a round with the challenges in `challenge_payload`.
    pub(super) fn ask(&mut self, refused: bool, now: u64) {
        self.round += 1;
        self.refused = refused;
        self.watch_pause = self.vendor.limits().poll_every;
        self.seen_open_at = 0;
        self.await_answers(self.watch_pause, now);
    }

    /// Waits for the person, and for the next watch after a pause, plus some jitter.
    pub(super) fn await_answers(&mut self, pause: u64, now: u64) {
        let mut watch_at = None;
        if self.vendor.needs_pre_check() {
            let pause = pause.saturating_add(self.jitter(pause / 10));
            watch_at = Some(now.saturating_add(pause).min(self.expires_at));
        }
        self.state = State::Asking { watch_at };
    }

    /// Submits answers. If the vendor needs a pre-check, this only validates them and sends the pre-check.
    pub(super) fn answered(&mut self, submitted: &AnswerInput, now: u64) -> Result<Step, Refusal> {
        let answers;
        let submission = match submitted {
            AnswerInput::Raw(raw) => Submission::Raw(raw),
            AnswerInput::Fields(fields) => {
                let challenges = self.vendor.challenges(&self.challenge_payload, self.round);
                answers = Answers::check(&challenges, fields)?;
                Submission::Answers(&answers)
            }
        };
        let pre_checked = match self.state {
            State::Asking { .. } => self.was_just_watched(now),
            State::Resubmitting { .. } => true,
            _ => false,
        };
        if self.vendor.needs_pre_check() && !pre_checked {
            self.vendor
                .request(Stage::Answer, &submission, self.context())?;
            self.working_since = now;
            if let State::Sending(Stage::Watch) = self.state {
                // The reply to the watch says what the pre-check would ask.
                self.state = State::Sending(Stage::PreCheck);
                return Ok(self.step());
            }
            return self.send_when_due(Stage::PreCheck, now);
        }
        let step = self.submit(Stage::Answer, &submission)?;
        self.working_since = now;
        Ok(step)
    }

    /// Whether there are challenges, not too many, and a person can answer all of them.
    pub(super) fn is_answerable(&self) -> bool {
        let challenges = self.vendor.challenges(&self.challenge_payload, self.round);
        !challenges.is_empty() && challenges.iter().all(Challenge::is_answerable)
    }

    /// Takes the meaning of the reply to a watch. An unclear reply never ends the flow.
    pub(super) fn watched(
        &mut self,
        verdict: Verdict,
        status: u16,
        now: u64,
    ) -> Result<Step, Refusal> {
        let poll_every = self.vendor.limits().poll_every;
        match verdict {
            Verdict::StillAsks => {
                self.seen_open_at = now;
                self.watch_pause = MAX_WATCH_PAUSE_MS.min(self.watch_pause + poll_every);
                self.await_answers(self.watch_pause, now);
            }
            Verdict::Wait(Stage::Watch, retry_after) => {
                self.await_answers(poll_every.max(retry_after.unwrap_or(0)), now);
            }
            Verdict::Unclear => self.watch_lost(now),
            verdict => {
                self.repeats = 0;
                // The time of the person does not count as the vendor's working time.
                self.working_since = now;
                return self.follow(verdict, Some(status), now);
            }
        }
        Ok(self.step())
    }

    /// No reply to a watch came, or an unclear one.
    pub(super) fn watch_lost(&mut self, now: u64) {
        // The vendor may have received it, so the pre-check of an answer waits for the polling interval.
        self.last_reply_at = now;
        self.watch_pause = MAX_LOST_WATCH_PAUSE_MS.min(self.watch_pause.saturating_mul(2));
        self.await_answers(self.watch_pause, now);
    }

    /// Whether a watch found the round open within the polling interval, so that no pre-check is needed.
    pub(super) fn was_just_watched(&self, now: u64) -> bool {
        let until = self.seen_open_at + self.vendor.limits().poll_every;
        (self.seen_open_at..until).contains(&now)
    }
}
