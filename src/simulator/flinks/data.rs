//! GetAccountsSummary, GetAccountsDetail, GetStatements and their Async variants: finds the session of a
//! call, and replies with its data once it is ready.

mod accounts;
pub(super) mod options;

use super::call::Call;
use super::codes::Refusal;
use super::people::DataPlan;
use super::rejection::{Rejection, invalid, refused, reject};
use super::session::{Session, State};
use super::{Flinks, replies};
use crate::simulator::counts::{Counts, Rule};
use crate::simulator::http::Outgoing;
use options::{DataKind, Options};

/// The shortest time between two polls of an Async variant (A).
const POLL_INTERVAL_MS: u64 = 10_000;
/// How long data may take to prepare (A).
const DATA_TIMEOUT_MS: u64 = 30 * 60_000;

impl Flinks {
    /// A data call.
    pub(super) fn data(
        &mut self,
        now: u64,
        call: &Call<'_>,
        kind: DataKind,
    ) -> Result<Outgoing, Rejection> {
        self.check_api_key(call)?;
        let (request_id, options) = options::read(&call.request, kind).map_err(invalid)?;
        let index = self.data_session(now, &request_id)?;
        let Some(session) = self.sessions.get_mut(index) else {
            return Ok(replies::not_found());
        };
        accounts::check(session.person, &options).map_err(invalid)?;
        session.data.requested.retain(|(other, _)| *other != kind);
        session.data.requested.push((kind, options.clone()));
        if let Some(code) = session.prepare(now) {
            return Ok(replies::working(code, session));
        }
        self.result(index, kind, &options)
    }

    /// The Async variant of a data call, which has a RequestId and no options.
    pub(super) fn data_async(
        &mut self,
        now: u64,
        call: &Call<'_>,
        (kind, request_id): (DataKind, &str),
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        self.check_api_key(call)?;
        let index = self.data_session(now, &request_id.to_ascii_lowercase())?;
        let Some(session) = self.sessions.get_mut(index) else {
            return Ok(replies::not_found());
        };
        let requested = &session.data.requested;
        let Some((_, options)) = requested.iter().find(|(other, _)| *other == kind).cloned() else {
            return Err(reject(Rule::AsyncBeforeCall, "INVALID_REQUEST"));
        };
        let waiting = session.prepare(now);
        let last_pending_at =
            std::mem::replace(&mut session.data.last_pending_at, waiting.map(|_| now));
        if last_pending_at.is_some_and(|last| now.saturating_sub(last) < POLL_INTERVAL_MS) {
            counts.rule_broken(Rule::PolledTooSoon);
        }
        if let Some(code) = waiting {
            return Ok(replies::working(code, session));
        }
        self.result(index, kind, &options)
    }

    fn check_api_key(&self, call: &Call<'_>) -> Result<(), Rejection> {
        match call.request.header("x-api-key") == Some(&self.api_key) {
            true => Ok(()),
            false => Err(reject(Rule::DataKey, "UNAUTHORIZED")),
        }
    }

    /// The index of the session of a RequestId, if its data is available.
    fn data_session(&mut self, now: u64, request_id: &str) -> Result<usize, Rejection> {
        let mut sessions = self.sessions.iter_mut().enumerate();
        let Some((index, session)) = sessions.find(|(_, one)| one.request_id == request_id) else {
            return Err(reject(Rule::SessionUnknown, "SESSION_NONEXISTENT"));
        };
        if session.has_expired(now) || session.has_waited_too_long(now) {
            return Err(reject(Rule::SessionExpired, "SESSION_EXPIRED"));
        }
        match session.state {
            State::Authorized => {}
            State::Refused(_) if session.repeats_failure() => {}
            State::Refused(_) => return Err(reject(Rule::SessionUnknown, "SESSION_NONEXISTENT")),
            State::Working { .. } | State::Asking { .. } => {
                return Err(reject(Rule::DataUnauthorized, "UNAUTHORIZED"));
            }
        }
        session.touch(now);
        Ok(index)
    }

    fn result(
        &self,
        index: usize,
        kind: DataKind,
        options: &Options,
    ) -> Result<Outgoing, Rejection> {
        let Some(session) = self.sessions.get(index) else {
            return Ok(replies::not_found());
        };
        let no_transactions = matches!(session.person.data, DataPlan::NoTransactions);
        if no_transactions && kind == DataKind::Detail && options.transactions {
            return Err(refused(Refusal::of("NO_TRANSACTION")));
        }
        let as_of = self.refreshed_at(session.person);
        let body = match kind {
            DataKind::Statements => accounts::statements(session.person, options, as_of),
            _ => accounts::accounts(session.person, (kind, options), as_of),
        };
        Ok(replies::data(body, self.login(session.person), session))
    }
}

impl Session {
    /// The code of the 202 while the data is not ready. The first call of a session starts preparing it.
    fn prepare(&mut self, now: u64) -> Option<&'static str> {
        let DataPlan::PendingFor(code, ms) = self.person.data else {
            return None;
        };
        let started_at = *self.data.started_at.get_or_insert(now);
        (now.saturating_sub(started_at) < ms).then_some(code)
    }

    /// Whether the data is being prepared.
    pub(crate) fn is_preparing(&self, now: u64) -> bool {
        let (DataPlan::PendingFor(_, ms), Some(started_at)) =
            (self.person.data, self.data.started_at)
        else {
            return false;
        };
        now.saturating_sub(started_at) < ms
    }

    /// Polls do not keep a RequestId alive beyond this time.
    fn has_waited_too_long(&self, now: u64) -> bool {
        let waited = self
            .data
            .started_at
            .map(|started_at| now.saturating_sub(started_at));
        self.is_preparing(now) && waited.is_some_and(|waited| waited >= DATA_TIMEOUT_MS)
    }
}
