//! How a call fails.

use super::codes::Refusal;
use super::fields::Invalid;
use super::replies;
use crate::simulator::counts::Rule;
use crate::simulator::http::Outgoing;

/// The rule that the client broke, if any, and the reply.
pub(super) type Rejection = (Option<Rule>, Outgoing);

pub(super) fn reject(rule: Rule, code: &'static str) -> Rejection {
    (Some(rule), replies::refused(&Refusal::of(code)))
}

pub(super) fn refused(refusal: Refusal) -> Rejection {
    (None, replies::refused(&refusal))
}

pub(super) fn invalid(invalid: Invalid) -> Rejection {
    (Some(Rule::Body), replies::invalid(invalid))
}

/// A wrong token. The page on troubleshooting has this message for Authorize, and another message for the secret
/// key.
pub(super) fn unauthorized(rule: Rule) -> Rejection {
    let refusal = Refusal::of("UNAUTHORIZED");
    (
        Some(rule),
        replies::refused_because(&refusal, "You must provide a valid authorize token"),
    )
}

/// An unknown LoginId. The message is that of AnswerMFAQuestions (A; for the other calls D).
pub(super) fn unknown_login(login_id: &str) -> Rejection {
    let message = format!("The login '{login_id}' is invalid.");
    let refusal = Refusal::of("INVALID_REQUEST");
    (
        Some(Rule::LoginUnknown),
        replies::refused_because(&refusal, &message),
    )
}
