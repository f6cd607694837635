//! MX's Connect widget: an address that works once, the page under it, and the calls of that page,
//! which are nobody's business but its own, and ours here. It opens at a member's question, and
//! nothing else of it is simulated.

use super::call::{Call, Route};
use super::connection::{Connection, Phase};
use super::people::{CONNECTED, user_guid};
use super::rejection::{Rejection, invalid, reject, unknown_member};
use super::status::{Form, status_json};
use super::version::Version;
use super::{Mx, replies, request};
use crate::simulator::counts::{Counts, Rule};
use crate::simulator::http::Outgoing;
use crate::simulator::json::Json;
use crate::simulator::page::{HTML, SCRIPT, page, shared_asset};

const MINUTE_MS: u64 = 60_000;
/// An address expires after so long, or upon first use (S).
const URL_TTL_MS: u64 = 10 * MINUTE_MS;

const PAGE: &str = include_str!("assets/widget.html");
const WIDGET: &str = include_str!("assets/widget.js");

#[derive(Debug)]
pub(crate) struct Widget {
    token: String,
    member_guid: String,
    expires: u64,
    shown: bool,
    /// Before version 4 its messages are JSON text (A).
    speaks_text: bool,
}

impl Mx {
    /// A new address of the widget, for a member that there is.
    pub(super) fn widget_url(
        &mut self,
        now: u64,
        call: &Call<'_>,
        version: Version,
    ) -> Result<Outgoing, Rejection> {
        let asked = request::widget(&call.request, version).map_err(invalid)?;
        let known = asked
            .member_guid
            .filter(|guid| self.index_of(guid).is_some());
        let member_guid = known.ok_or_else(unknown_member)?;
        let token = self.seed.guid().replace('-', "");
        let url = format!("{}/md/connect/{token}", self.rules.widget_origin);
        self.widgets.push(Widget {
            token,
            member_guid,
            expires: now.saturating_add(URL_TTL_MS),
            shown: false,
            speaks_text: asked.message_version < 4 || self.rules.widget_posts_text,
        });
        let widget = Json::object([
            ("type", Json::text("connect_widget")),
            ("url", Json::Text(url)),
            ("user_id", Json::Null),
        ]);
        let body = Json::object([("widget_url", widget)]);
        Ok(replies::reply(version, 200, &body))
    }

    /// GET: the page, once.
    pub(super) fn show_widget(
        &mut self,
        now: u64,
        route: Route<'_>,
    ) -> Result<Outgoing, Rejection> {
        let widget = self
            .widget(route)
            .filter(|it| !it.shown && now < it.expires);
        widget.ok_or_else(gone)?.shown = true;
        Ok(page(HTML, PAGE, ""))
    }

    /// What the page is made of.
    pub(super) fn widget_part(route: Route<'_>) -> Result<Outgoing, Rejection> {
        let found = match route.part {
            "widget.js" => Some((SCRIPT, WIDGET)),
            name => shared_asset(name),
        };
        let (content_type, text) =
            found.ok_or_else(|| reject(Rule::Path, 404, "There is nothing here."))?;
        Ok(page(content_type, text, ""))
    }

    /// The page status_reads how its member stands.
    pub(super) fn look_in_widget(&mut self, route: Route<'_>) -> Result<Outgoing, Rejection> {
        let widget = self.widget(route).filter(|it| it.shown).ok_or_else(gone)?;
        let (guid, speaks_text) = (widget.member_guid.clone(), widget.speaks_text);
        let index = self.index_of(&guid);
        let connection = index.and_then(|index| self.connections.get(index));
        let connection = connection.ok_or_else(gone)?;
        let round = connection.round().iter();
        let challenges = round.map(|challenge| challenge.to_json(Form::Number));
        let view = Json::object([
            ("state", Json::text(state(connection))),
            ("status", status_json(connection.status(), Form::Number)),
            ("challenges", Json::Array(challenges.collect())),
            ("memberGuid", Json::Text(guid)),
            ("userGuid", Json::Text(user_guid())),
            ("sessionGuid", Json::text(route.part)),
            ("speaksText", Json::Bool(speaks_text)),
        ]);
        Ok(Outgoing::json(200, &view))
    }

    /// The page hands in what the person answered, as the body of a resume.
    pub(super) fn answer_in_widget(
        &mut self,
        now: u64,
        (call, route): (&Call<'_>, Route<'_>),
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        let widget = self.widget(route).filter(|it| it.shown).ok_or_else(gone)?;
        let guid = widget.member_guid.clone();
        let answers = request::resume(&call.request, Version::V20250224).map_err(invalid)?;
        let index = self.index_of(&guid).ok_or_else(gone)?;
        let connection = self.connections.get_mut(index).ok_or_else(gone)?;
        let answered = connection.answer(&answers, now, &self.rules, counts);
        answered.map_err(|rule| reject(rule, 400, "These answers do not fit."))?;
        self.look_in_widget(route)
    }

    fn widget(&mut self, route: Route<'_>) -> Option<&mut Widget> {
        let mut widgets = self.widgets.iter_mut();
        widgets.find(|widget| widget.token == route.part)
    }
}

fn state(connection: &Connection) -> &'static str {
    match connection.phase {
        Phase::Asking { .. } => "asks",
        Phase::NotYetVisible { .. } | Phase::Running { .. } => "works",
        _ if connection.status() == CONNECTED.status => "connected",
        _ => "ended",
    }
}

fn gone() -> Rejection {
    let reply = page(HTML, "<p>This address has expired.</p>", "");
    let status = 410;
    (Some(Rule::WindowUsed), Outgoing { status, ..reply })
}
