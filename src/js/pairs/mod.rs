//! Requests and the meaning of replies, without a flow, for a host with its own loop.

pub mod authorize;
pub mod calls;
pub mod mx;

use crate::challenge::Challenge;
use crate::failure::{ErrorCode, Failure};
use crate::http::Response;

/// A reply. A host with its own loop handles Retry-After itself.
fn reply(status: u16, body: &[u8]) -> Response<'_> {
    Response {
        status,
        retry_after: None,
        body,
    }
}

/// Whether there are challenges, and a person can answer all of them.
fn is_answerable(challenges: &[Challenge]) -> bool {
    !challenges.is_empty() && challenges.iter().all(Challenge::is_answerable)
}

/// The failure in a reply. Its `retryAt` is null, since only a flow knows the time.
fn failure(code: ErrorCode, vendor_code: Option<String>, status: u16) -> Failure {
    Failure {
        vendor_code,
        status: Some(status),
        ..code.into()
    }
}
