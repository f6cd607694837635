//! One frame that was opened: with a RequestId for the round that stands open, or with an authorize
//! token for somebody who signs in.

use super::Misbehaviour;
use crate::simulator::counts::{Counts, Rule};
use crate::simulator::flinks::codes::Refusal;
use crate::simulator::flinks::people::Person;
use crate::simulator::flinks::request::{INSTITUTION, Responses, Start, Who};
use crate::simulator::flinks::session::{Session, State};
use crate::simulator::flinks::token::Key;
use crate::simulator::flinks::{Flinks, judge::Judgement};
use crate::simulator::json::Json;
use crate::simulator::seed::Seed;

#[derive(Debug)]
pub(super) struct Visit {
    pub(super) id: String,
    with: With,
    french: bool,
    tag: Option<String>,
    /// Its place among the sessions.
    pub(super) session: Option<usize>,
}

#[derive(Debug)]
enum With {
    /// As the address has it: after a reload a newer one may have replaced it.
    RequestId(String),
    /// `spent` from the first sign-in on, which is what opens a session (D).
    Token { token: Option<String>, spent: bool },
}

/// Why a frame shows an error: the rule that its page broke, if any, and the name of the event.
pub(super) struct Ended {
    pub(super) rule: Option<Rule>,
    code: &'static str,
}

/// What the page gets: the members of an object.
pub(super) type View = Vec<(String, Json)>;

type Seen = Result<View, Ended>;

impl Ended {
    fn broke(rule: Rule, code: &'static str) -> Self {
        let rule = Some(rule);
        Self { rule, code }
    }

    /// Which rule a token broke makes no difference to the page.
    fn token(rule: Rule) -> Self {
        Self::broke(rule, "TOKEN_INVALID")
    }

    pub(super) fn view(&self) -> View {
        view("refused", [("code", Json::text(self.code))])
    }
}

impl Flinks {
    /// What the query of the frame's address says.
    pub(super) fn open(&mut self, now: u64, asked: &Json, counts: &mut Counts) -> Seen {
        counts.connects += 1;
        let text = |name| text(asked, name).map(str::to_owned);
        let with = match text("requestId") {
            Some(request_id) => With::RequestId(request_id.to_ascii_lowercase()),
            None => {
                let (token, spent) = (text("authorizeToken"), false);
                With::Token { token, spent }
            }
        };
        let session = match &with {
            With::RequestId(request_id) => Some(self.challenged(now, request_id)?),
            With::Token { token, .. } => {
                let misbehave = &mut self.rules.connect.misbehave;
                if *misbehave == Some(Misbehaviour::TokenInvalid) {
                    *misbehave = None;
                    let (rule, code) = (None, "TOKEN_INVALID");
                    return Err(Ended { rule, code });
                }
                let key = self.key(token.as_deref());
                let usable = self.tokens.usable(&key, now, &self.rules);
                usable.map_err(Ended::token)?;
                None
            }
        };
        let tag = text("tag");
        if let Some(session) = session.and_then(|place| self.sessions.get_mut(place)) {
            session.touch(now);
            session.tag = tag.clone().or(session.tag.take());
        }
        let id = self.seed.guid();
        let opened = ("visit".to_owned(), Json::text(&id));
        let french = text("language").as_deref() == Some("fr");
        let visit = Visit {
            id,
            with,
            french,
            tag,
            session,
        };
        let standing = self.standing(&visit);
        self.connect.visits.push(visit);
        let mut view = standing?;
        view.push(opened);
        Ok(view)
    }

    /// The session of a RequestId, also where this very address was opened before.
    fn challenged(&self, now: u64, request_id: &str) -> Result<usize, Ended> {
        let same = |visit: &&Visit| matches!(&visit.with, With::RequestId(id) if id == request_id);
        let named =
            |session: &Session| session.request_id == request_id || session.is_former(request_id);
        let before = self.connect.visits.iter().find(same);
        let place = before
            .and_then(|visit| visit.session)
            .or_else(|| self.sessions.iter().position(named))
            .ok_or(Ended::broke(Rule::SessionUnknown, "SESSION_NONEXISTENT"))?;
        match self.sessions.get(place) {
            Some(session) if session.has_expired(now) => {
                Err(Ended::broke(Rule::SessionExpired, "SESSION_EXPIRED"))
            }
            Some(session) if matches!(session.state, State::Authorized) => {
                Err(Ended::broke(Rule::AnswerUnasked, "ALREADY_AUTHORIZED"))
            }
            _ => Ok(place),
        }
    }

    /// A new session of somebody who gives username and password, as often as it takes.
    pub(super) fn sign_in(&mut self, now: u64, asked: &Json, counts: &mut Counts) -> Seen {
        let place = self.visit(asked)?;
        let Some(visit) = self.connect.visits.get_mut(place) else {
            return Err(gone());
        };
        let With::Token { token, spent } = &mut visit.with else {
            return Err(gone());
        };
        let token = token.clone();
        if !std::mem::replace(spent, true) {
            let key = Key {
                given: token.as_deref(),
                secret: &self.secret_key,
            };
            let taken = self.tokens.take(&key, now, &self.rules);
            taken.map_err(Ended::token)?;
            counts.tokens_used += u32::from(token.is_some());
        }
        let owned = |name| text(asked, name).unwrap_or_default().to_owned();
        let (username, password) = (owned("username"), owned("password"));
        let start = Start {
            who: Who::Credentials { username, password },
            cached: false,
            french: visit.french,
            tag: visit.tag.clone(),
        };
        let refused = |refusal: Refusal| Ended {
            rule: None,
            code: refusal.code,
        };
        let session = self.enter(now, start, token.as_deref(), counts);
        let session = session.map_err(refused)?;
        if let Some(visit) = self.connect.visits.get_mut(place) {
            visit.session = Some(session);
        }
        self.look(now, asked)
    }

    /// Pairs of a key and its answers, judged as the API's SecurityResponses are.
    pub(super) fn answer_visit(&mut self, now: u64, asked: &Json) -> Seen {
        let place = self.visit(asked)?;
        let session = self
            .connect
            .visits
            .get(place)
            .and_then(|visit| visit.session);
        let session = session.and_then(|place| self.sessions.get_mut(place));
        let session = session.ok_or_else(gone)?;
        if session.has_expired(now) {
            return Err(Ended::broke(Rule::SessionExpired, "SESSION_EXPIRED"));
        }
        let responses = asked
            .member("responses")
            .and_then(pairs)
            .unwrap_or_default();
        session.touch(now);
        let misfit = match session.answer(&responses, now, &mut self.seed) {
            Some(Judgement::Right | Judgement::Wrong) | None => false,
            Some(_) => true,
        };
        let mut view = self.look(now, asked)?;
        view.push(("misfit".to_owned(), Json::Bool(misfit)));
        Ok(view)
    }

    /// How a frame's session stands by now.
    pub(super) fn look(&mut self, now: u64, asked: &Json) -> Seen {
        let place = self.visit(asked)?;
        let visit = self.connect.visits.get(place).ok_or_else(gone)?;
        let session = visit.session.and_then(|place| self.sessions.get_mut(place));
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
        let visit = self.connect.visits.get(place).ok_or_else(gone)?;
        self.standing(visit)
    }

    /// The person turned away. The bank goes on waiting, until the session dies of age.
    pub(super) fn leave(&mut self, asked: &Json) -> Seen {
        let place = self.visit(asked)?;
        self.connect.visits.remove(place);
        Ok(Vec::new())
    }

    fn visit(&self, asked: &Json) -> Result<usize, Ended> {
        let id = text(asked, "visit").unwrap_or_default();
        let place = self.connect.visits.iter().position(|visit| visit.id == id);
        place.ok_or_else(gone)
    }

    fn standing(&self, visit: &Visit) -> Seen {
        let Some(session) = visit.session.and_then(|place| self.sessions.get(place)) else {
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
            State::Refused(Refusal { code, .. }) => Err(Ended { rule: None, code }),
            State::Authorized => {
                let person = session.person;
                let facts = [
                    ("institution", Json::text(INSTITUTION)),
                    ("loginId", Json::Text(person.login_id())),
                    ("requestId", Json::text(&session.request_id)),
                    ("accountIds", Json::texts(account_ids(person))),
                ];
                Ok(view("done", facts))
            }
        }
    }

    fn key<'a>(&'a self, given: Option<&'a str>) -> Key<'a> {
        let secret = &self.secret_key;
        Key { given, secret }
    }
}

/// What a page asks of a visit that there is not.
fn gone() -> Ended {
    Ended::broke(Rule::SessionUnknown, "SESSION_NONEXISTENT")
}

pub(super) fn text<'a>(asked: &'a Json, name: &str) -> Option<&'a str> {
    asked.member(name).and_then(Json::as_text)
}

fn view<const N: usize>(state: &str, more: [(&str, Json); N]) -> View {
    let more = more.map(|(key, value)| (key.to_owned(), value));
    std::iter::once(("state".to_owned(), Json::text(state)))
        .chain(more)
        .collect()
}

/// An array of pairs, and not an object, because the page's language loses keys like `__proto__`.
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

/// Everybody has two accounts.
fn account_ids(person: &Person) -> [String; 2] {
    ["chequing", "savings"].map(|kind| Seed::named(&format!("{} {kind}", person.username)).guid())
}
