//! Tells the page how to misbehave, and with which LoginIds.

use super::visit::{View, text};
use crate::simulator::flinks::Flinks;
use crate::simulator::flinks::people::{Person, find};
use crate::simulator::json::Json;

impl Flinks {
    /// The kind of forged message, the LoginId of the person if known, and that of another person.
    pub(super) fn forgery(&self, view: &View, body: &Json) -> Option<Json> {
        let kind = serde_json::to_string(&self.rules.connect.misbehave?).ok()?;
        let opened = view.iter().find(|(key, _)| key == "visit");
        let id = opened.map_or_else(|| text(body, "visit"), |(_, id)| id.as_text());
        let visit = self
            .connect
            .visits
            .iter()
            .find(|visit| Some(visit.id.as_str()) == id);
        let session = visit.and_then(|visit| self.sessions.get(visit.session?));
        let person = session.map(|session| session.person);
        let is_person = |name| person.is_some_and(|person| person.username == name);
        let another = find(if is_person("Greatday") {
            "greatday_nomfa"
        } else {
            "Greatday"
        });
        let login_id =
            |person: Option<&Person>| Json::Text(person.map(Person::login_id).unwrap_or_default());
        let elsewhere = self.rules.connect.elsewhere.as_ref();
        Some(Json::object([
            ("kind", Json::parse(kind.as_bytes())?),
            ("own", login_id(person.or(another))),
            ("another", login_id(another)),
            ("elsewhere", elsewhere.map_or(Json::Null, Json::text)),
        ]))
    }
}
