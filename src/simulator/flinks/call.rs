//! A request, read once.

use super::fields::Invalid;
use super::request::{self, Asked, Who};
use super::token::Key;
use crate::simulator::counts::Counts;
use crate::simulator::faults::On;
use crate::simulator::http::Incoming;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    GenerateAuthorizeToken,
    Authorize,
    AuthorizeAsync,
}

/// Faults, counts and the bank all look at the same reading.
pub(crate) struct Call<'a> {
    pub(crate) request: Incoming<'a>,
    pub(crate) route: Option<(&'a str, Operation)>,
    pub(crate) asked: Result<Asked, Invalid>,
}

impl<'a> Call<'a> {
    pub(crate) fn read(request: Incoming<'a>) -> Self {
        Self {
            route: route(request.path),
            asked: request::read(&request),
            request,
        }
    }

    pub(crate) fn on(&self) -> On {
        match (self.route, &self.asked) {
            (Some((_, Operation::GenerateAuthorizeToken)), _) => On::Token,
            (Some(_), Ok(Asked::Start(_))) => On::Start,
            (Some(_), Ok(Asked::Poll { .. })) => On::Poll,
            (Some(_), Ok(Asked::Answer { .. })) => On::Answer,
            _ => On::Any,
        }
    }

    pub(crate) fn count(&self, counts: &mut Counts) {
        counts.requests += 1;
        if self.on() == On::Token {
            return;
        }
        match &self.asked {
            Ok(Asked::Start(start)) => {
                counts.cached_starts += u32::from(start.cached);
                counts.live_starts += u32::from(!start.cached);
                if let Who::Credentials { username, password } = &start.who {
                    counts.submitted_credentials(username, password);
                }
            }
            Ok(Asked::Poll { .. }) => counts.polls += 1,
            Ok(Asked::Answer {
                request_id,
                responses,
            }) => {
                counts.answered(request_id, &format!("{responses:?}"));
            }
            Err(_) => {}
        }
    }

    pub(crate) fn key<'s>(&'s self, secret: &'s str) -> Key<'s> {
        Key {
            given: self.request.header("flinks-auth-key"),
            secret,
        }
    }
}

/// `/v3/{customerId}/BankingServices/{operation}`.
fn route(path: &str) -> Option<(&str, Operation)> {
    let path = path.split('?').next()?;
    let (customer, operation) = path.strip_prefix("/v3/")?.split_once("/BankingServices/")?;
    match operation {
        "GenerateAuthorizeToken" => Some((customer, Operation::GenerateAuthorizeToken)),
        "Authorize" => Some((customer, Operation::Authorize)),
        "AuthorizeAsync" => Some((customer, Operation::AuthorizeAsync)),
        _ => None,
    }
}
