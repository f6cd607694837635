//! GetAccountsSummary, GetAccountsDetail, GetStatements and their Async twins: whose data a call
//! may see, and whether it is ready.

mod accounts;
mod options;

use super::call::Call;
use super::codes::Refusal;
use super::people::Data;
use super::session::{Session, State};
use super::{Failed, Flinks, broken, invalid, refused, replies};
use crate::simulator::counts::{Counts, Rule};
use crate::simulator::http::Outgoing;
use options::Options;

/// Between two polls of an Async twin (A).
const POLL_INTERVAL: u64 = 10_000;
/// A RequestId while data is prepared (A).
const PREPARED_WITHIN: u64 = 30 * 60_000;

/// Which of the three calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Summary,
    Detail,
    Statements,
}

/// What a session knows of its data.
#[derive(Debug, Default)]
pub(crate) struct Preparation {
    since: Option<u64>,
    told_to_wait: Option<u64>,
    /// What each call asked for last: its Async twin answers that.
    asked: Vec<(Wanted, Options)>,
}

impl Flinks {
    /// The call itself, which says what is wanted.
    pub(super) fn data(
        &mut self,
        now: u64,
        call: &Call<'_>,
        wanted: Wanted,
    ) -> Result<Outgoing, Failed> {
        self.check_api_key(call)?;
        let (request_id, options) = options::read(&call.request, wanted).map_err(invalid)?;
        let place = self.data_session(now, &request_id)?;
        let Some(session) = self.sessions.get_mut(place) else {
            return Ok(replies::not_found());
        };
        accounts::check(session.person, &options).map_err(invalid)?;
        session.data.asked.retain(|(other, _)| *other != wanted);
        session.data.asked.push((wanted, options.clone()));
        if let Some(code) = session.prepare(now) {
            return Ok(replies::working(code, session));
        }
        self.found(place, wanted, &options)
    }

    /// Its Async twin, which bears a RequestId and nothing else.
    pub(super) fn data_async(
        &mut self,
        now: u64,
        call: &Call<'_>,
        (wanted, request_id): (Wanted, &str),
        counts: &mut Counts,
    ) -> Result<Outgoing, Failed> {
        self.check_api_key(call)?;
        let place = self.data_session(now, &request_id.to_ascii_lowercase())?;
        let Some(session) = self.sessions.get_mut(place) else {
            return Ok(replies::not_found());
        };
        let asked = &session.data.asked;
        let Some((_, options)) = asked.iter().find(|(other, _)| *other == wanted).cloned() else {
            return Err(broken(Rule::DataUnasked, "INVALID_REQUEST"));
        };
        let waiting = session.prepare(now);
        let told = std::mem::replace(&mut session.data.told_to_wait, waiting.map(|_| now));
        if told.is_some_and(|told| now.saturating_sub(told) < POLL_INTERVAL) {
            counts.broke(Rule::HurriedPoll);
        }
        if let Some(code) = waiting {
            return Ok(replies::working(code, session));
        }
        self.found(place, wanted, &options)
    }

    fn check_api_key(&self, call: &Call<'_>) -> Result<(), Failed> {
        match call.request.header("x-api-key") == Some(&self.api_key) {
            true => Ok(()),
            false => Err(broken(Rule::DataKey, "UNAUTHORIZED")),
        }
    }

    /// The place of the session whose data a RequestId opens.
    fn data_session(&mut self, now: u64, request_id: &str) -> Result<usize, Failed> {
        let mut sessions = self.sessions.iter_mut().enumerate();
        let Some((place, session)) = sessions.find(|(_, one)| one.request_id == request_id) else {
            return Err(broken(Rule::SessionUnknown, "SESSION_NONEXISTENT"));
        };
        if session.has_expired(now) || session.is_never_ready(now) {
            return Err(broken(Rule::SessionExpired, "SESSION_EXPIRED"));
        }
        match session.state {
            State::Authorized => {}
            State::Refused(_) if session.repeats() => {}
            State::Refused(_) => return Err(broken(Rule::SessionUnknown, "SESSION_NONEXISTENT")),
            State::Working { .. } | State::Asking { .. } => {
                return Err(broken(Rule::DataUnauthorized, "UNAUTHORIZED"));
            }
        }
        session.touch(now);
        Ok(place)
    }

    fn found(&self, place: usize, wanted: Wanted, options: &Options) -> Result<Outgoing, Failed> {
        let Some(session) = self.sessions.get(place) else {
            return Ok(replies::not_found());
        };
        let nothing = matches!(session.person.data, Data::NoTransactions);
        if nothing && wanted == Wanted::Detail && options.transactions {
            return Err(refused(Refusal::of("NO_TRANSACTION")));
        }
        let as_of = self.refreshed_at(session.person);
        let body = match wanted {
            Wanted::Statements => accounts::statements(session.person, options, as_of),
            _ => accounts::accounts(session.person, (wanted, options), as_of),
        };
        Ok(replies::data(body, self.login(session.person), session))
    }
}

impl Session {
    /// The code to wait with, for as long as the data is not ready. The first call of a session has
    /// it prepared.
    fn prepare(&mut self, now: u64) -> Option<&'static str> {
        let Data::Prepared(code, ms) = self.person.data else {
            return None;
        };
        let since = *self.data.since.get_or_insert(now);
        (now.saturating_sub(since) < ms).then_some(code)
    }

    /// Whether data is being prepared.
    pub(crate) fn is_preparing(&self, now: u64) -> bool {
        let (Data::Prepared(_, ms), Some(since)) = (self.person.data, self.data.since) else {
            return false;
        };
        now.saturating_sub(since) < ms
    }

    /// Polls do not keep a RequestId alive for whose data nobody should wait any longer.
    fn is_never_ready(&self, now: u64) -> bool {
        let waited = self.data.since.map(|since| now.saturating_sub(since));
        self.is_preparing(now) && waited.is_some_and(|waited| waited >= PREPARED_WITHIN)
    }
}
