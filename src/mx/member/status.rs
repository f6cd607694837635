//! The status of a member, or its challenges: what a poll, a pre-check, a watch and a reconciliation mean.

use super::{Member, failed};
use crate::failure::ErrorCode;
use crate::http::Response;
use crate::json::Value;
use crate::mx::challenge::is_same_round;
use crate::mx::reply::Reply;
use crate::vendor::{Context, Stage, Verdict};

/// How many polls in a row may say that no job runs, though one was requested: two minutes. A guess.
const MAX_IDLE_POLLS: u64 = 40;

impl Member {
    /// Interprets the status or the challenges. Some replies count only if a second poll in a row confirms them.
    pub(super) fn judge_status(
        &mut self,
        stage: Stage,
        response: &Response,
        context: Context,
    ) -> Verdict {
        let body = response.json();
        let (reply, purpose) = match stage {
            Stage::Challenges => (Reply::challenges(response, &body), self.challenges_for),
            Stage::Poll => (
                Reply::judge(response, &body, context.challenge_payload),
                stage,
            ),
            // Before answers are sent, and if it is unknown whether they were, the same round is still open.
            _ => (Reply::judge(response, &body, &Value::Null), stage),
        };
        let unconfirmed_polls = core::mem::take(&mut self.unconfirmed_polls);
        let is_confirmed = unconfirmed_polls > 0;
        if let Some(verdict) = self.judge_in_window(stage, &reply, body.get("member"), is_confirmed)
        {
            return verdict;
        }
        let is_same = |payload| is_same_round(payload, context.challenge_payload);
        match reply {
            Reply::Challenged { challenges, .. }
                if matches!(purpose, Stage::PreCheck | Stage::Watch) && is_same(&challenges) =>
            {
                Verdict::StillAsks
            }
            // MX has no call that ends a session, and starts no job while the member is CHALLENGED.
            Reply::Challenged { .. } | Reply::ChallengesMissing if stage == Stage::Expiry => {
                Verdict::Wait(stage, response.retry_after)
            }
            // The reply says nothing of the round.
            Reply::ChallengesMissing | Reply::Refused((ErrorCode::Busy, _))
                if stage == Stage::Watch =>
            {
                Verdict::Wait(stage, response.retry_after.or(Some(10_000)))
            }
            // The reply to the resume was lost. The first poll may be older than the answer.
            Reply::Challenged { challenges, .. }
                if purpose == Stage::Reconcile
                    && unconfirmed_polls == 0
                    && is_same(&challenges) =>
            {
                self.unconfirmed_polls = 1;
                Verdict::Wait(Stage::Reconcile, None)
            }
            Reply::Challenged {
                challenges,
                refused,
            } => {
                self.asks_credentials = false;
                Verdict::Asks {
                    challenges,
                    refused: core::mem::take(&mut self.refused) || refused,
                }
            }
            Reply::ChallengesMissing => {
                self.challenges_for = stage;
                self.unconfirmed_polls = unconfirmed_polls;
                Verdict::Go(Stage::Challenges)
            }
            Reply::Redirect => Verdict::Redirect,
            // A job that was accepted need not start: it ends the flow if it does not for some time.
            Reply::Idle if unconfirmed_polls >= MAX_IDLE_POLLS => {
                Verdict::failed(ErrorCode::Busy, None, response.retry_after)
            }
            Reply::Idle => {
                self.unconfirmed_polls = unconfirmed_polls + 1;
                Verdict::Wait(Stage::Poll, response.retry_after)
            }
            Reply::Working => Verdict::Wait(Stage::Poll, response.retry_after),
            Reply::Connected { certain: false, .. } | Reply::Ended { certain: false, .. }
                if unconfirmed_polls == 0 =>
            {
                self.unconfirmed_polls = 1;
                Verdict::Wait(stage, response.retry_after)
            }
            Reply::Ended {
                code: ErrorCode::SessionExpired,
                ..
            } if stage == Stage::Expiry => Verdict::Go(Stage::Start),
            // This may be the end of the session before.
            Reply::Ended {
                code: ErrorCode::SessionExpired,
                ..
            } if self.has_left_session && unconfirmed_polls == 0 => {
                self.unconfirmed_polls = 1;
                Verdict::Wait(stage, response.retry_after)
            }
            Reply::Connected { mut result, .. } => {
                result.set("failedProducts", self.failed_products.clone());
                Verdict::Done(result)
            }
            Reply::Ended {
                code: ErrorCode::CredentialsRefused,
                vendor_code,
                ..
            } if self.may_ask_credentials() => {
                // An imported member, or one without a status, never had credentials.
                self.refused = !matches!(vendor_code.as_deref(), None | Some("IMPORTED"));
                self.asks_credentials = true;
                Verdict::Go(Stage::Credentials)
            }
            Reply::Ended {
                code, vendor_code, ..
            } => Verdict::failed(code, vendor_code, response.retry_after),
            // Only the poll was throttled.
            Reply::Refused(_) if response.status == 429 => {
                Verdict::Wait(stage, response.retry_after)
            }
            Reply::Refused(_)
                if stage == Stage::Poll && self.is_not_visible_yet(response, unconfirmed_polls) =>
            {
                Verdict::Wait(stage, None)
            }
            Reply::Refused(refused) => failed(refused, response),
            Reply::Unclear => Verdict::Unclear,
        }
    }
}
