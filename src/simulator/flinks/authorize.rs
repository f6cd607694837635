//! Authorize and AuthorizeAsync: finds or opens the session of a call, and replies with its state.

use std::collections::BTreeMap;

use super::call::Call;
use super::challenge::right_responses;
use super::codes::Refusal;
use super::judge::Judgement;
use super::people::{self, Person};
use super::rejection::{Rejection, invalid, refused, reject, unauthorized};
use super::request::{AuthorizeCall, Responses, Start, StartTarget};
use super::session::{Session, State};
use super::{Flinks, replies};
use crate::simulator::counts::{Counts, Rule};
use crate::simulator::http::Outgoing;
use crate::simulator::json::Json;
use crate::simulator::seed::Seed;
use crate::simulator::time::timestamp;

const DAY_MS: i64 = 86_400_000;
/// The shortest time between two polls (A for the data calls; no page gives a time for AuthorizeAsync).
const POLL_INTERVAL_MS: u64 = 10_000;

impl Flinks {
    /// In the background (AuthorizeAsync) the reply to a start or an answer is a 202, and only a poll returns
    /// the outcome.
    pub(super) fn authorize(
        &mut self,
        now: u64,
        call: &Call<'_>,
        background: bool,
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        self.tokens
            .minted_token(&call.key(&self.secret_key), &self.rules)
            .map_err(unauthorized)?;
        let session = match call.authorize.clone().map_err(invalid)? {
            AuthorizeCall::Start(start) => self.start(now, call, start, counts)?,
            AuthorizeCall::Answer {
                request_id,
                responses,
            } => {
                let session = self.find_session(now, call, &request_id, true)?;
                self.answer(now, session, &responses, counts)?;
                session
            }
            AuthorizeCall::Poll { .. } if !background && !self.rules.ask_by_request_id => {
                let (_, reply) =
                    invalid(("SecurityResponses".to_owned(), "is required with RequestId"));
                return Err((Some(Rule::NotActivated), reply));
            }
            AuthorizeCall::Poll { request_id } => {
                let session = self.find_session(now, call, &request_id, false)?;
                self.record_poll(now, session, counts);
                return Ok(self.reply_for(session));
            }
        };
        match self.sessions.get(session) {
            Some(session) if background => Ok(replies::working("OPERATION_PENDING", session)),
            _ => Ok(self.reply_for(session)),
        }
    }

    fn start(
        &mut self,
        now: u64,
        call: &Call<'_>,
        start: Start,
        counts: &mut Counts,
    ) -> Result<usize, Rejection> {
        let key = call.key(&self.secret_key);
        self.tokens
            .use_up(&key, now, &self.rules)
            .map_err(unauthorized)?;
        counts.tokens_used += u32::from(key.token.is_some());
        counts.credentials_judged +=
            u32::from(matches!(start.target, StartTarget::Credentials { .. }));
        let token = call.request.header("flinks-auth-key");
        self.open_session(now, start, token, counts)
            .map_err(refused)
    }

    /// Opens a session. The caller has already used up `token`.
    pub(super) fn open_session(
        &mut self,
        now: u64,
        mut start: Start,
        token: Option<&str>,
        counts: &mut Counts,
    ) -> Result<usize, Refusal> {
        let person = match &start.target {
            StartTarget::LoginId(login_id) => self
                .person_by_login_id(login_id)
                .ok_or_else(|| Refusal::of("INVALID_LOGIN"))?,
            StartTarget::Credentials { username, password } => people::find(username)
                .filter(|person| person.password == password)
                .ok_or_else(|| Refusal::with_status(401, "INVALID_LOGIN"))?,
        };
        if !start.cached
            && self
                .sessions
                .iter()
                .any(|other| other.is_of(person) && other.is_open(now))
        {
            counts.rule_broken(Rule::Concurrent);
            if self.rules.refuse_concurrent || person.quirks.one_session {
                return Err(Refusal::of("CONCURRENT_SESSION"));
            }
        }
        if start.cached && start.tag.is_none() && self.rules.connect.returns_tag {
            start.tag = self.connect.tag(person.username);
        }
        let plan = self.plan(person, &start);
        let mut session = Session::open(person, start, plan, token, now, &mut self.seed);
        let is_first = !self
            .sessions
            .iter()
            .any(|other| other.live && other.is_of(person));
        session.is_code_lost = person.quirks.first_code_lost && session.live && is_first;
        self.sessions.push(session);
        Ok(self.sessions.len() - 1)
    }

    /// The index of the session of a RequestId, if the token is that of the session.
    fn find_session(
        &mut self,
        now: u64,
        call: &Call<'_>,
        request_id: &str,
        newest_id_only: bool,
    ) -> Result<usize, Rejection> {
        let found = self
            .sessions
            .iter_mut()
            .enumerate()
            .find_map(|(index, session)| {
                let is_previous = session.is_previous(request_id);
                (is_previous || session.request_id == request_id).then_some((
                    index,
                    is_previous,
                    session,
                ))
            });
        let Some((index, is_previous, session)) = found else {
            return Err(reject(Rule::SessionUnknown, "SESSION_NONEXISTENT"));
        };
        let key = call.key(&self.secret_key);
        self.tokens
            .check(&key, session.token.as_deref(), now, &self.rules)
            .map_err(unauthorized)?;
        if is_previous && newest_id_only {
            return Err(reject(Rule::StaleRequestId, "SESSION_NONEXISTENT"));
        }
        if session.has_expired(now) {
            return Err(reject(Rule::SessionExpired, "SESSION_EXPIRED"));
        }
        session.touch(now);
        Ok(index)
    }

    fn answer(
        &mut self,
        now: u64,
        index: usize,
        responses: &Responses,
        counts: &mut Counts,
    ) -> Result<(), Rejection> {
        let Some(session) = self.sessions.get_mut(index) else {
            return Ok(());
        };
        match session.state {
            State::Authorized => return Err(reject(Rule::UnexpectedAnswer, "ALREADY_AUTHORIZED")),
            State::Refused(_) => return Err(reject(Rule::UnexpectedAnswer, "SESSION_NONEXISTENT")),
            State::Working { .. } => return Err(reject(Rule::UnexpectedAnswer, "INVALID_REQUEST")),
            State::Asking { .. } => {}
        }
        if responses.is_empty() && !self.rules.empty_answers_incomplete {
            counts.rule_broken(Rule::AnswersIncomplete);
            session.ask_again();
            return Ok(());
        }
        match session.answer(responses, now, &mut self.seed) {
            Some(Judgement::UnknownKey) => Err(reject(Rule::ChallengeKey, "UNKNOWN_CHALLENGE_KEY")),
            Some(Judgement::Incomplete) => Err(reject(
                Rule::AnswersIncomplete,
                "SECURITYRESPONSES_INCOMPLETE",
            )),
            Some(Judgement::Invalid(why)) => Err(invalid(("SecurityResponses".to_owned(), why))),
            Some(judgement @ (Judgement::Right | Judgement::Wrong)) => {
                counts.answers_judged += 1;
                let person = session.person;
                if judgement == Judgement::Right
                    && let Some(card) = self.card_mut(person)
                {
                    card.stored.store_all(responses);
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn record_poll(&mut self, now: u64, index: usize, counts: &mut Counts) {
        let Some(session) = self.sessions.get_mut(index) else {
            return;
        };
        if session
            .last_pending_at
            .is_some_and(|last| now.saturating_sub(last) < POLL_INTERVAL_MS)
        {
            counts.rule_broken(Rule::PolledTooSoon);
        }
        session.last_pending_at = matches!(session.state, State::Working { .. }).then_some(now);
    }

    /// The reply for the session's state.
    fn reply_for(&self, index: usize) -> Outgoing {
        let Some(session) = self.sessions.get(index) else {
            return replies::not_found();
        };
        match &session.state {
            State::Working { code, .. } => replies::working(code, session),
            State::Asking { refused, .. } => replies::asking(*refused, session),
            State::Refused(refusal) => replies::ended(refusal, session),
            State::Authorized => replies::authorized(self.login(session.person), session),
        }
    }

    /// When the newest live session was authorized, or else some days before the first request, as the
    /// person's card says.
    pub(super) fn refreshed_at(&self, person: &Person) -> i64 {
        let of = |session: &&Session| session.live && session.is_of(person);
        let newest = self
            .sessions
            .iter()
            .filter(of)
            .filter_map(|session| session.authorized_at)
            .max();
        let ms = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
        newest.map_or_else(
            || {
                ms(self.first_request_at.unwrap_or_default())
                    - person.card.days_since_refresh * DAY_MS
            },
            ms,
        )
    }

    pub(super) fn login(&self, person: &Person) -> Json {
        let scheduled = self.card(person).is_some_and(|card| card.scheduled);
        replies::login(self.last_refresh(person), scheduled, person)
    }

    /// `LastRefresh`, in Flinks' format.
    pub(super) fn last_refresh(&self, person: &Person) -> String {
        let at = self.refreshed_at(person);
        timestamp(at, Seed::named(person.username).next())
    }

    /// The right SecurityResponses for the current round of a session.
    pub(crate) fn right_responses(
        &self,
        request_id: &str,
    ) -> Option<BTreeMap<String, Vec<String>>> {
        let session = self
            .sessions
            .iter()
            .find(|session| session.request_id == request_id)?;
        Some(
            right_responses(session.round()?, session.french)
                .into_iter()
                .collect(),
        )
    }

    /// The right SecurityResponses as JSON text.
    pub(crate) fn right_responses_json(&self, request_id: &str) -> Option<String> {
        let all = self.right_responses(request_id)?.into_iter();
        Some(
            Json::Object(
                all.map(|(key, answers)| (key, Json::texts(answers)))
                    .collect(),
            )
            .to_text(),
        )
    }
}
