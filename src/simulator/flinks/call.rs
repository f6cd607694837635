//! A request, read once.

use super::data::Wanted;
use super::fields::Invalid;
use super::request::{self, Asked, Who};
use super::token::Key;
use crate::simulator::counts::Counts;
use crate::simulator::faults::On;
use crate::simulator::http::Incoming;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation<'a> {
    GenerateAuthorizeToken,
    Authorize,
    AuthorizeAsync,
    Data(Wanted),
    /// With the RequestId of its path.
    DataAsync(Wanted, &'a str),
}

impl Operation<'_> {
    pub(crate) fn method(self) -> &'static str {
        match self {
            Operation::DataAsync(..) => "GET",
            _ => "POST",
        }
    }
}

/// Faults, counts and the bank all look at the same reading.
pub(crate) struct Call<'a> {
    pub(crate) request: Incoming<'a>,
    pub(crate) route: Option<(&'a str, Operation<'a>)>,
    /// Of Authorize and AuthorizeAsync.
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
            (Some((_, Operation::Data(_))), _) => On::Data,
            (Some((_, Operation::DataAsync(..))), _) => On::Poll,
            (Some(_), Ok(Asked::Start(_))) => On::Start,
            (Some(_), Ok(Asked::Poll { .. })) => On::Poll,
            (Some(_), Ok(Asked::Answer { .. })) => On::Answer,
            _ => On::Any,
        }
    }

    pub(crate) fn count(&self, counts: &mut Counts) {
        counts.requests += 1;
        match self.route {
            Some((_, Operation::GenerateAuthorizeToken)) => return,
            Some((_, Operation::Data(_))) => return counts.data_calls += 1,
            Some((_, Operation::DataAsync(..))) => return counts.data_polls += 1,
            _ => {}
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

/// `/v3/{customerId}/BankingServices/{operation}`, of some with an id behind it.
fn route(path: &str) -> Option<(&str, Operation<'_>)> {
    let path = path.split('?').next()?;
    let (customer, operation) = path.strip_prefix("/v3/")?.split_once("/BankingServices/")?;
    let (name, id) = match operation.split_once('/') {
        Some((name, id)) => (name, Some(id)),
        None => (operation, None),
    };
    let operation = match (name, id) {
        ("GenerateAuthorizeToken", None) => Operation::GenerateAuthorizeToken,
        ("Authorize", None) => Operation::Authorize,
        ("AuthorizeAsync", None) => Operation::AuthorizeAsync,
        ("GetAccountsSummary", None) => Operation::Data(Wanted::Summary),
        ("GetAccountsDetail", None) => Operation::Data(Wanted::Detail),
        ("GetStatements", None) => Operation::Data(Wanted::Statements),
        ("GetAccountsSummaryAsync", Some(id)) => Operation::DataAsync(Wanted::Summary, id),
        ("GetAccountsDetailAsync", Some(id)) => Operation::DataAsync(Wanted::Detail, id),
        ("GetStatementsAsync", Some(id)) => Operation::DataAsync(Wanted::Statements, id),
        _ => return None,
    };
    Some((customer, operation))
}
