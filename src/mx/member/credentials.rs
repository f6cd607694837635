//! A round of credentials: for a new member, or for one whose credentials the bank refused.

use super::{Member, failed};
use crate::failure::ErrorCode;
use crate::http::Response;
use crate::mx::credentials::credentials;
use crate::mx::reply::{is_success, refusal};
use crate::mx::requests::StartMode;
use crate::vendor::{Stage, Verdict};

impl Member {
    /// Whether the flow asks for credentials in a round if the bank refuses them.
    pub(super) fn may_ask_credentials(&self) -> bool {
        let is_oauth = self.sign_in.uses_oauth();
        self.may_ask_to_sign_in() && !is_oauth && !self.answers_in_widget()
    }

    /// Whether the open round asks for the credentials of a new member.
    pub(super) fn creates_by_credentials(&self) -> bool {
        self.asks_credentials && self.requests.creates() && self.requests.member_guid.is_none()
    }

    /// Interprets the list of credentials. A list that nobody can fill in ends the flow, for an existing member with
    /// what is known: the bank does not accept its credentials.
    pub(super) fn judge_credentials(&mut self, response: &Response) -> Verdict {
        let exists = self.requests.member_guid.is_some();
        let refused = || Verdict::failed(ErrorCode::CredentialsRefused, None, response.retry_after);
        match (refusal(response), credentials(&response.json())) {
            (Some(_), _) if response.status == 429 => {
                Verdict::Wait(Stage::Credentials, response.retry_after)
            }
            (Some((ErrorCode::RequestRefused, _)), _) if exists => refused(),
            (Some(reason), _) => failed(reason, response),
            (None, Some(payload)) if is_success(response.status) => {
                if exists && payload.get("credentials").items().is_empty() {
                    return refused();
                }
                Verdict::Asks {
                    challenges: payload,
                    refused: core::mem::take(&mut self.refused),
                }
            }
            _ => Verdict::Unclear,
        }
    }

    /// Interprets the reply to the submission of credentials.
    pub(super) fn judge_sign_in(&mut self, response: &Response) -> Verdict {
        let mode = match self.requests.member_guid {
            Some(_) => StartMode::Update,
            None => StartMode::Create,
        };
        let verdict = self.judge_start(response, mode);
        // If the reply is unclear, the flow ends: the credentials may have reached the bank.
        self.asks_credentials = matches!(verdict, Verdict::Unclear);
        verdict
    }
}
