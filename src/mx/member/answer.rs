//! The submission of a round, and the reply to a resume.

use super::{Member, failed};
use crate::failure::ErrorCode;
use crate::http::{Request, Response};
use crate::json::Value;
use crate::mx::reply::refusal;
use crate::vendor::{Stage, Verdict};

impl Member {
    pub(super) fn answers_in_widget(&self) -> bool {
        self.requests.text("presentation") == "widget"
    }

    /// The request that submits the answers of a round.
    pub(super) fn answer(&self, answers: Value) -> Request {
        match self.asks_credentials {
            true => self.requests.sign_in(&answers),
            false => self.requests.resume(answers),
        }
    }

    /// Interprets the reply to a resume. The next poll shows the outcome of the answers.
    pub(super) fn judge_resume(&mut self, response: &Response) -> Verdict {
        self.unconfirmed_polls = 0;
        let refusal = refusal(response);
        let later = matches!(refusal, Some((ErrorCode::Busy, _)));
        self.refused = response.status == 400 && !later;
        match (response.status, refusal) {
            (200..300 | 400 | 405 | 409, _) if !later => {
                Verdict::Wait(Stage::Poll, response.retry_after)
            }
            (_, Some(refused)) => failed(refused, response),
            (_, None) => Verdict::Unclear,
        }
    }
}
