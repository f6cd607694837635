//! A new session of the same connection: the person got no code, or it is too late to type it.

use super::{Flow, State};
use crate::challenge::NewSession;
use crate::failure::{ErrorCode, Refusal};
use crate::flow::Step;
use crate::json::Value;
use crate::vendor::Stage;

/// The maximum number of new sessions in a flow. Our choice: banks limit how many codes they send.
const MAX_NEW_SESSIONS: u32 = 2;

impl Flow {
    /// Whether a new session can replace the open round, and when it begins.
    pub(super) fn new_session(&self) -> Option<NewSession> {
        let begins = self.vendor.new_session_stage()?;
        let (idle, end) = (self.vendor.limits().idle, self.end_of_life());
        let at = (begins == Stage::Start).then_some(self.expires_at);
        if self.new_sessions >= MAX_NEW_SESSIONS || at.is_some_and(|at| at >= end) {
            return None;
        }
        Some(NewSession {
            at,
            documented: idle.is_some_and(|(_, documented)| documented),
        })
    }

    /// Leaves the session of the open round. The new one begins when the vendor allows it.
    pub(super) fn start_new_session(&mut self, now: u64) -> Result<Step, Refusal> {
        let Some(NewSession { at, .. }) = self.new_session() else {
            return Err(ErrorCode::OutOfTurn.into());
        };
        self.new_sessions += 1;
        self.repeats = 0;
        self.challenge_payload = Value::Null;
        self.vendor.leave_session();
        let Some(until) = at else {
            self.working_since = now;
            if let State::Sending(Stage::Watch) = self.state {
                // The reply to the watch says whether the session has ended.
                self.state = State::Sending(Stage::Expiry);
                return Ok(self.step());
            }
            return self.send_when_due(Stage::Expiry, now);
        };
        self.working_since = until.max(now);
        self.state = State::Waiting {
            stage: Stage::Start,
            until,
        };
        self.waited(now)
    }
}
