//! A request and its route. The request is read once, for faults, counts and the bank.

use super::data::options::DataKind;
use super::fields::Invalid;
use super::request::{self, AuthorizeCall, StartTarget};
use super::token::AuthKey;
use crate::simulator::counts::Counts;
use crate::simulator::faults::Target;
use crate::simulator::http::Incoming;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation<'a> {
    GenerateAuthorizeToken,
    Authorize,
    AuthorizeAsync,
    Data(DataKind),
    /// With the RequestId from the path.
    DataAsync(DataKind, &'a str),
    /// With the LoginId from the path.
    MfaQuestions(&'a str),
    AnswerMfaQuestions,
    /// With the LoginId from the path.
    DeleteCard(&'a str),
    SetScheduledRefresh,
    NightlyRefreshStatus,
}

impl Operation<'_> {
    pub(crate) fn method(self) -> &'static str {
        match self {
            Operation::DataAsync(..) => "GET",
            Operation::MfaQuestions(_) | Operation::NightlyRefreshStatus => "GET",
            Operation::AnswerMfaQuestions | Operation::SetScheduledRefresh => "PATCH",
            Operation::DeleteCard(_) => "DELETE",
            _ => "POST",
        }
    }
}

pub(crate) struct Call<'a> {
    pub(crate) request: Incoming<'a>,
    pub(crate) route: Option<(&'a str, Operation<'a>)>,
    /// The body of Authorize or AuthorizeAsync.
    pub(crate) authorize: Result<AuthorizeCall, Invalid>,
}

impl<'a> Call<'a> {
    pub(crate) fn read(request: Incoming<'a>) -> Self {
        Self {
            route: route(request.path),
            authorize: request::read(&request),
            request,
        }
    }

    pub(crate) fn fault_target(&self) -> Target {
        let Some((_, operation)) = self.route else {
            return Target::Any;
        };
        match operation {
            Operation::GenerateAuthorizeToken => Target::Token,
            Operation::Authorize | Operation::AuthorizeAsync => match &self.authorize {
                Ok(AuthorizeCall::Start(_)) => Target::Start,
                Ok(AuthorizeCall::Poll { .. }) => Target::Poll,
                Ok(AuthorizeCall::Answer { .. }) => Target::Answer,
                Err(_) => Target::Any,
            },
            Operation::Data(_) => Target::Data,
            Operation::DataAsync(..) => Target::Poll,
            Operation::MfaQuestions(_) | Operation::AnswerMfaQuestions => Target::Questions,
            Operation::DeleteCard(_)
            | Operation::SetScheduledRefresh
            | Operation::NightlyRefreshStatus => Target::Cards,
        }
    }

    pub(crate) fn count(&self, counts: &mut Counts) {
        counts.requests += 1;
        match self.route {
            None | Some((_, Operation::Authorize | Operation::AuthorizeAsync)) => {
                self.count_authorize(counts);
            }
            Some((_, Operation::Data(_))) => counts.data_calls += 1,
            Some((_, Operation::DataAsync(..))) => counts.data_polls += 1,
            Some((_, Operation::MfaQuestions(_))) => counts.question_lists += 1,
            Some((_, Operation::AnswerMfaQuestions)) => {
                counts.stored(&String::from_utf8_lossy(self.request.body));
            }
            Some((_, Operation::GenerateAuthorizeToken)) => {}
            Some(_) => counts.card_calls += 1,
        }
    }

    fn count_authorize(&self, counts: &mut Counts) {
        match &self.authorize {
            Ok(AuthorizeCall::Start(start)) => {
                counts.cached_starts += u32::from(start.cached);
                counts.live_starts += u32::from(!start.cached);
                if let StartTarget::Credentials { username, password } = &start.target {
                    counts.submitted_credentials(username, password);
                }
            }
            Ok(AuthorizeCall::Poll { .. }) => counts.polls += 1,
            Ok(AuthorizeCall::Answer {
                request_id,
                responses,
            }) => {
                counts.answered(request_id, &format!("{responses:?}"));
            }
            Err(_) => {}
        }
    }

    pub(crate) fn key<'s>(&'s self, secret: &'s str) -> AuthKey<'s> {
        AuthKey {
            token: self.request.header("flinks-auth-key"),
            secret,
        }
    }
}

/// Reads a path: `/v3/{customerId}/BankingServices/{operation}`, and for some operations `/{id}`.
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
        ("GetMFAQuestions", Some(id)) => Operation::MfaQuestions(id),
        ("AnswerMFAQuestions", None) => Operation::AnswerMfaQuestions,
        ("DeleteCard", Some(id)) => Operation::DeleteCard(id),
        ("SetScheduledRefresh", None) => Operation::SetScheduledRefresh,
        ("GetNightlyRefreshStatus", None) => Operation::NightlyRefreshStatus,
        ("GetAccountsSummary", None) => Operation::Data(DataKind::Summary),
        ("GetAccountsDetail", None) => Operation::Data(DataKind::Detail),
        ("GetStatements", None) => Operation::Data(DataKind::Statements),
        ("GetAccountsSummaryAsync", Some(id)) => Operation::DataAsync(DataKind::Summary, id),
        ("GetAccountsDetailAsync", Some(id)) => Operation::DataAsync(DataKind::Detail, id),
        ("GetStatementsAsync", Some(id)) => Operation::DataAsync(DataKind::Statements, id),
        _ => return None,
    };
    Some((customer, operation))
}
