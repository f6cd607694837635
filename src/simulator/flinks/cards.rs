//! The cards: what Flinks stores about a person between sessions, and the calls that change it.

use super::call::Call;
use super::codes::Refusal;
use super::fields::{Fields, Keys, Shape};
use super::people::{self, AUTHORIZES, Person, Plan};
use super::rejection::{Rejection, invalid, refused, reject, unknown_login};
use super::request::{Start, StartTarget};
use super::session::{Session, State};
use super::stored_answers::StoredAnswers;
use super::{Flinks, replies};
use crate::simulator::counts::Rule;
use crate::simulator::http::Outgoing;
use crate::simulator::json::Json;

/// The current page has these keys in lower camel case, older pages in Pascal case.
const SCHEDULE: &Keys = &[
    ("LoginId", Shape::Guid),
    ("loginId", Shape::Guid),
    ("IsActivated", Shape::Bool),
    ("isActivated", Shape::Bool),
];

#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) person: &'static Person,
    pub(crate) stored: StoredAnswers,
    pub(crate) scheduled: bool,
    deleted: bool,
}

impl Card {
    /// The card before the first request.
    pub(crate) fn initial(person: &'static Person) -> Self {
        Self {
            person,
            stored: StoredAnswers::initial(person),
            scheduled: person.card.scheduled,
            deleted: false,
        }
    }
}

impl Flinks {
    pub(super) fn card(&self, person: &Person) -> Option<&Card> {
        let mut cards = self.cards.iter();
        cards.find(|card| card.person.username == person.username)
    }

    pub(super) fn card_mut(&mut self, person: &Person) -> Option<&mut Card> {
        let mut cards = self.cards.iter_mut();
        cards.find(|card| card.person.username == person.username)
    }

    /// The person with this LoginId, unless the card was deleted.
    pub(super) fn person_by_login_id(&self, login_id: &str) -> Option<&'static Person> {
        let person = people::find_by_login_id(login_id)?;
        let deleted = self.card(person).is_some_and(|card| card.deleted);
        (!deleted || self.has_signed_in(person)).then_some(person)
    }

    /// A sign-in repairs a broken card, and restores a deleted card under its old LoginId. That the LoginId
    /// stays the same is ours: here it is derived from the username.
    fn has_signed_in(&self, person: &Person) -> bool {
        let mut sessions = self.sessions.iter().filter(|session| session.is_of(person));
        sessions.any(|session| session.signed_in && session.authorized_at.is_some())
    }

    /// The reply to a live refresh of this person, if the card is broken.
    fn refresh_refusal(&self, person: &Person) -> Option<Refusal> {
        let broken = person.card.broken?;
        (!self.has_signed_in(person)).then_some(broken)
    }

    /// The plan of a new session. The bank checks the stored answers here.
    pub(super) fn plan(&mut self, person: &'static Person, start: &Start) -> Plan {
        let own_plan = if start.cached {
            person.cached
        } else {
            person.live
        };
        if let StartTarget::Credentials { .. } = start.target {
            return own_plan;
        }
        let ends = |refusal| Plan {
            steps: &[],
            refusal: Some(refusal),
        };
        let fails = !start.cached || person.card.cached_repeats_failure;
        if let Some(refusal) = self.refresh_refusal(person).filter(|_| fails) {
            return ends(refusal);
        }
        match self.card_mut(person) {
            Some(card) if !start.cached && !person.card.stored_answers.is_empty() => {
                match card.stored.check_and_erase_wrong() {
                    true => AUTHORIZES,
                    false if own_plan.steps.is_empty() => ends(Refusal::of("QUESTION_NOT_FOUND")),
                    false => own_plan,
                }
            }
            _ => own_plan,
        }
    }

    /// No page says which key these calls take: here either of the customer's keys (D).
    pub(super) fn check_card_key(&self, call: &Call<'_>) -> Result<(), Rejection> {
        let has_key = |name, key: &str| call.request.header(name) == Some(key);
        match has_key("x-api-key", &self.api_key) || has_key("flinks-auth-key", &self.secret_key) {
            true => Ok(()),
            false => Err(reject(Rule::CardKey, "UNAUTHORIZED")),
        }
    }

    pub(super) fn delete_card(
        &mut self,
        now: u64,
        call: &Call<'_>,
        login_id: &str,
    ) -> Result<Outgoing, Rejection> {
        self.check_card_key(call)?;
        if !call.request.body.is_empty() {
            return Err(invalid((String::new(), "The body must be empty")));
        }
        let login_id = login_id.to_ascii_lowercase();
        let person = self
            .person_by_login_id(&login_id)
            .ok_or_else(|| unknown_login(&login_id))?;
        let busy = |session: &Session| session.is_open(now) || session.is_preparing(now);
        let mut sessions = self.sessions.iter().filter(|session| session.is_of(person));
        if sessions.any(busy) {
            return Err(refused(Refusal::of("CARD_IN_USE")));
        }
        self.sessions.retain(|session| !session.is_of(person));
        if let Some(card) = self.card_mut(person) {
            card.deleted = true;
            card.scheduled = false;
            card.stored.clear();
        }
        Ok(replies::deleted(&login_id))
    }

    pub(super) fn set_scheduled_refresh(&mut self, call: &Call<'_>) -> Result<Outgoing, Rejection> {
        self.check_card_key(call)?;
        let fields = Fields::read(&call.request, SCHEDULE).map_err(invalid)?;
        let one_of = |names: [&str; 2]| match (fields.get(names[0]), fields.get(names[1])) {
            (Some(value), None) | (None, Some(value)) => Ok(value),
            _ => Err(invalid((names[0].to_owned(), "is required exactly once"))),
        };
        let login_id = one_of(["LoginId", "loginId"])?.as_text();
        let login_id = login_id.unwrap_or_default().to_ascii_lowercase();
        let active = *one_of(["IsActivated", "isActivated"])? == Json::Bool(true);
        let person = self
            .person_by_login_id(&login_id)
            .ok_or_else(|| unknown_login(&login_id))?;
        if let Some(card) = self.card_mut(person) {
            card.scheduled = active;
        }
        Ok(replies::scheduled(&login_id, active))
    }

    /// Nightly refreshes are not simulated: this lists the cards whose refresh would fail.
    pub(super) fn nightly_refresh_status(&self, call: &Call<'_>) -> Result<Outgoing, Rejection> {
        let bearer = format!("Bearer {}", self.bearer);
        if call.request.header("authorization") != Some(&bearer) {
            return Err(reject(Rule::BearerKey, "UNAUTHORIZED"));
        }
        let scheduled = self.cards.iter().filter(|card| card.scheduled);
        let ineligible = scheduled.filter_map(|card| {
            let (state, code) = self.refresh_failure(card)?;
            let last_refresh = self.last_refresh(card.person);
            Some(replies::ineligible(card.person, last_refresh, state, code))
        });
        Ok(replies::nightly(ineligible.collect()))
    }

    /// The `LastRefreshState` and `LastRefreshErrorCode` of a card whose refresh would fail. Only
    /// "AnsweringSecurityChallenge", without a code, is documented (A); the rest is ours.
    fn refresh_failure(&self, card: &Card) -> Option<(&'static str, Option<&'static str>)> {
        const CHALLENGED: (&str, Option<&str>) = ("AnsweringSecurityChallenge", None);
        let ended = |refusal: Refusal| match refusal.code {
            "QUESTION_NOT_FOUND" => CHALLENGED,
            code => ("Failed", Some(code)),
        };
        if let Some(refusal) = self.refresh_refusal(card.person) {
            return Some(ended(refusal));
        }
        if !card.stored.unanswered().is_empty() {
            return Some(CHALLENGED);
        }
        let mut newest = self.sessions.iter().rev();
        match newest
            .find(|session| session.live && session.is_of(card.person))?
            .state
        {
            State::Asking { .. } => Some(CHALLENGED),
            State::Refused(refusal) => Some(ended(refusal)),
            State::Working { .. } | State::Authorized => None,
        }
    }
}
