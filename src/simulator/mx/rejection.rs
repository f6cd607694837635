//! How a call fails.

use super::replies;
use crate::simulator::counts::Rule;
use crate::simulator::http::Outgoing;

/// The rule that the client broke, if any, and the reply.
pub(super) type Rejection = (Option<Rule>, Outgoing);

pub(super) fn reject(rule: Rule, status: u16, message: &str) -> Rejection {
    (Some(rule), replies::error(status, message))
}

pub(super) fn unknown_institution() -> Rejection {
    reject(Rule::Institution, 404, "Institution not found.")
}

pub(super) fn invalid(why: String) -> Rejection {
    reject(Rule::Body, 400, &why)
}

pub(super) fn unknown_member() -> Rejection {
    reject(Rule::Member, 404, "Member not found.")
}
