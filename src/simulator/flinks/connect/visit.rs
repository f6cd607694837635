//! A visit: a Connect page that was opened with a RequestId, to answer the current round, or with an
//! authorize token, to sign in.

use super::rules::Misbehaviour;
use crate::simulator::counts::{Counts, Rule};
use crate::simulator::flinks::codes::Refusal;
use crate::simulator::flinks::people::Person;
use crate::simulator::flinks::request::{INSTITUTION, Responses, Start, StartTarget};
use crate::simulator::flinks::session::{Session, State};
use crate::simulator::flinks::token::AuthKey;
use crate::simulator::flinks::{Flinks, judge::Judgement};
use crate::simulator::json::Json;
use crate::simulator::seed::Seed;

#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) id: String,
    opened_with: OpenedWith,
    french: bool,
    tag: Option<String>,
    /// The index of the session.
    pub(super) session: Option<usize>,
}

#[derive(Debug, Clone)]
enum OpenedWith {
    /// The RequestId in the URL of the page. The session may have a newer RequestId when the page is reloaded.
    RequestId(String),
    /// The first sign-in uses the token, because it opens a session (D).
    Token { token: Option<String>, used: bool },
}

/// Why the page shows an error: the broken rule, if any, and the name of the event.
pub(super) struct VisitError {
    pub(super) rule: Option<Rule>,
    code: &'static str,
}

/// The reply to the page: the members of an object.
pub(super) type View = Vec<(String, Json)>;

type VisitResult = Result<View, VisitError>;

impl VisitError {
    fn rule_broken(rule: Rule, code: &'static str) -> Self {
        let rule = Some(rule);
        Self { rule, code }
    }

    /// The page does not learn which rule a token broke.
    fn token(rule: Rule) -> Self {
        Self::rule_broken(rule, "TOKEN_INVALID")
    }

    /// The page refuses a token, and no rule was broken.
    fn token_refused() -> Self {
        let (rule, code) = (None, "TOKEN_INVALID");
        Self { rule, code }
    }

    pub(super) fn view(&self) -> View {
        view("refused", [("code", Json::text(self.code))])
    }
}

impl Flinks {
    /// Opens a visit with the query of the page's URL.
    pub(super) fn open(&mut self, now: u64, body: &Json, counts: &mut Counts) -> VisitResult {
        counts.connects += 1;
        let text = |name| text(body, name).map(str::to_owned);
        let opened_with = match text("requestId") {
            Some(request_id) => OpenedWith::RequestId(request_id.to_ascii_lowercase()),
            None => {
                let (token, used) = (text("authorizeToken"), false);
                OpenedWith::Token { token, used }
            }
        };
        let session = match &opened_with {
            OpenedWith::RequestId(request_id) => {
                let index = self.session_to_answer(now, request_id)?;
                self.check_mid_session_token(now, text("authorizeToken").as_deref())?;
                Some(index)
            }
            OpenedWith::Token { token, .. } => {
                let misbehave = &mut self.rules.connect.misbehave;
                if *misbehave == Some(Misbehaviour::TokenInvalid) {
                    *misbehave = None;
                    return Err(VisitError::token_refused());
                }
                let key = self.key(token.as_deref());
                let usable = self.tokens.usable_token(&key, now, &self.rules);
                usable.map_err(VisitError::token)?;
                None
            }
        };
        let tag = text("tag");
        if let Some(session) = session.and_then(|index| self.sessions.get_mut(index)) {
            session.touch(now);
            session.tag = tag.clone().or(session.tag.take());
        }
        let id = self.seed.guid();
        let opened = ("visit".to_owned(), Json::text(&id));
        let french = text("language").as_deref() == Some("fr");
        let visit = Visit {
            id,
            opened_with,
            french,
            tag,
            session,
        };
        let first_view = self.view_of(&visit);
        self.connect.visits.push(visit);
        let mut view = first_view?;
        view.push(opened);
        Ok(view)
    }

    /// Checks the token in the middle of a session, if there must or may be one. No page says whether the visit
    /// uses it up: here it does not, so that the page can be reloaded (D).
    fn check_mid_session_token(&self, now: u64, token: Option<&str>) -> Result<(), VisitError> {
        let rules = &self.rules;
        if rules.connect.misbehave == Some(Misbehaviour::TokenInvalidMidSession) {
            return Err(VisitError::token_refused());
        }
        if token.is_some() || rules.connect.mid_session_token {
            let usable = self.tokens.usable_token(&self.key(token), now, rules);
            usable.map_err(VisitError::token)?;
        }
        Ok(())
    }

    /// The index of the session of a RequestId. The RequestId may be old if the page was opened with it before.
    fn session_to_answer(&self, now: u64, request_id: &str) -> Result<usize, VisitError> {
        let same_url = |visit: &&Visit| matches!(&visit.opened_with, OpenedWith::RequestId(id) if id == request_id);
        let has_request_id =
            |session: &Session| session.request_id == request_id || session.is_previous(request_id);
        let earlier = self.connect.visits.iter().find(same_url);
        let index = earlier
            .and_then(|visit| visit.session)
            .or_else(|| self.sessions.iter().position(has_request_id))
            .ok_or(VisitError::rule_broken(
                Rule::SessionUnknown,
                "SESSION_NONEXISTENT",
            ))?;
        match self.sessions.get(index) {
            Some(session) if session.has_expired(now) => Err(VisitError::rule_broken(
                Rule::SessionExpired,
                "SESSION_EXPIRED",
            )),
            Some(session) if matches!(session.state, State::Authorized) => Err(
                VisitError::rule_broken(Rule::UnexpectedAnswer, "ALREADY_AUTHORIZED"),
            ),
            _ => Ok(index),
        }
    }

    /// Opens a new session with a username and password. The person may try again.
    pub(super) fn sign_in(&mut self, now: u64, body: &Json, counts: &mut Counts) -> VisitResult {
        let index = self.find_visit(body)?;
        let Some(visit) = self.connect.visits.get_mut(index) else {
            return Err(visit_not_found());
        };
        let OpenedWith::Token { token, used } = &mut visit.opened_with else {
            return Err(visit_not_found());
        };
        let token = token.clone();
        if !std::mem::replace(used, true) {
            let key = AuthKey {
                token: token.as_deref(),
                secret: &self.secret_key,
            };
            let used_up = self.tokens.use_up(&key, now, &self.rules);
            used_up.map_err(VisitError::token)?;
            counts.tokens_used += u32::from(token.is_some());
        }
        let owned = |name| text(body, name).unwrap_or_default().to_owned();
        let (username, password) = (owned("username"), owned("password"));
        let start = Start {
            target: StartTarget::Credentials { username, password },
            cached: false,
            french: visit.french,
            tag: visit.tag.clone(),
        };
        let refused = |refusal: Refusal| VisitError {
            rule: None,
            code: refusal.code,
        };
        let session = self.open_session(now, start, token.as_deref(), counts);
        let session = session.map_err(refused)?;
        if let Some(visit) = self.connect.visits.get_mut(index) {
            visit.session = Some(session);
        }
        self.refresh(now, body)
    }

    /// Judges pairs of a key and its answers, like SecurityResponses of the API.
    pub(super) fn answer_visit(&mut self, now: u64, body: &Json) -> VisitResult {
        let index = self.find_visit(body)?;
        let session = self
            .connect
            .visits
            .get(index)
            .and_then(|visit| visit.session);
        let session = session.and_then(|index| self.sessions.get_mut(index));
        let session = session.ok_or_else(visit_not_found)?;
        if session.has_expired(now) {
            return Err(VisitError::rule_broken(
                Rule::SessionExpired,
                "SESSION_EXPIRED",
            ));
        }
        let responses = body.member("responses").and_then(pairs).unwrap_or_default();
        session.touch(now);
        let misfit = match session.answer(&responses, now, &mut self.seed) {
            Some(Judgement::Right | Judgement::Wrong) | None => false,
            Some(_) => true,
        };
        let mut view = self.refresh(now, body)?;
        view.push(("misfit".to_owned(), Json::Bool(misfit)));
        Ok(view)
    }

    /// The current state of the visit's session.
    pub(super) fn refresh(&mut self, now: u64, body: &Json) -> VisitResult {
        let index = self.find_visit(body)?;
        let visit = self.connect.visits.get(index).ok_or_else(visit_not_found)?;
        let session = visit.session.and_then(|index| self.sessions.get_mut(index));
        if let Some(session) = session {
            session.touch(now);
            let username = session.person.username;
            match (&session.state, &visit.tag) {
                (State::Authorized, Some(tag)) => {
                    self.connect.tags.insert(username, tag.clone());
                }
                (State::Authorized, None) => {
                    self.connect.tags.remove(username);
                }
                _ => {}
            }
        }
        let visit = self.connect.visits.get(index).ok_or_else(visit_not_found)?;
        self.view_of(visit)
    }

    /// The person closed the page. The session stays open until it expires.
    pub(super) fn leave(&mut self, body: &Json) -> VisitResult {
        let index = self.find_visit(body)?;
        self.connect.visits.remove(index);
        Ok(Vec::new())
    }

    fn find_visit(&self, body: &Json) -> Result<usize, VisitError> {
        let id = text(body, "visit").unwrap_or_default();
        let index = self.connect.visits.iter().position(|visit| visit.id == id);
        index.ok_or_else(visit_not_found)
    }

    fn view_of(&self, visit: &Visit) -> VisitResult {
        let Some(session) = visit.session.and_then(|index| self.sessions.get(index)) else {
            return Ok(view("credentials", []));
        };
        match session.state {
            State::Working { .. } => Ok(view("works", [])),
            State::Asking { refused, .. } => {
                let round = session.round().unwrap_or_default().iter();
                let challenges = round.map(|challenge| challenge.to_json(session.french));
                let challenges = Json::Array(challenges.collect());
                let refused = Json::Bool(refused);
                Ok(view(
                    "asks",
                    [("refused", refused), ("challenges", challenges)],
                ))
            }
            State::Refused(Refusal { code, .. }) => Err(VisitError { rule: None, code }),
            State::Authorized => {
                let person = session.person;
                let facts = [
                    ("institution", Json::text(INSTITUTION)),
                    ("loginId", Json::Text(person.login_id())),
                    ("requestId", Json::text(&session.request_id)),
                    ("accountIds", Json::texts(account_ids(person))),
                    (
                        "redirectHasAccounts",
                        Json::Bool(self.rules.connect.redirect_has_accounts),
                    ),
                ];
                Ok(view("done", facts))
            }
        }
    }

    fn key<'a>(&'a self, token: Option<&'a str>) -> AuthKey<'a> {
        let secret = &self.secret_key;
        AuthKey { token, secret }
    }
}

/// The visit is unknown.
fn visit_not_found() -> VisitError {
    VisitError::rule_broken(Rule::SessionUnknown, "SESSION_NONEXISTENT")
}

pub(super) fn text<'a>(body: &'a Json, name: &str) -> Option<&'a str> {
    body.member(name).and_then(Json::as_text)
}

fn view<const N: usize>(state: &str, more: [(&str, Json); N]) -> View {
    let more = more.map(|(key, value)| (key.to_owned(), value));
    std::iter::once(("state".to_owned(), Json::text(state)))
        .chain(more)
        .collect()
}

/// An array of pairs instead of an object, because JavaScript objects lose keys like `__proto__`.
fn pairs(responses: &Json) -> Option<Responses> {
    let Json::Array(pairs) = responses else {
        return None;
    };
    let pair = |pair: &Json| {
        let Json::Array(pair) = pair else { return None };
        let [Json::Text(key), Json::Array(answers)] = pair.as_slice() else {
            return None;
        };
        let texts = answers.iter().filter_map(Json::as_text);
        Some((key.clone(), texts.map(str::to_owned).collect()))
    };
    pairs.iter().map(pair).collect()
}

/// Every person has two accounts.
fn account_ids(person: &Person) -> [String; 2] {
    ["chequing", "savings"].map(|kind| Seed::named(&format!("{} {kind}", person.username)).guid())
}
