//! MX's Connect widget: a URL that opens once, its page, and the calls of the page. The calls are not
//! documented: here they are ours. As `current_member_guid` asks for (A), the widget opens at the challenges of a
//! member, at its credentials, or at its error.

use super::call::{Call, Route};
use super::connection::{Connection, Phase};
use super::job::Job;
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
/// A URL expires after this time, or when it is opened (S).
const URL_TTL_MS: u64 = 10 * MINUTE_MS;

const PAGE: &str = include_str!("assets/widget.html");
const WIDGET: &str = include_str!("assets/widget.js");

#[derive(Debug, Clone)]
pub(crate) struct Widget {
    token: String,
    member_guid: String,
    expires: u64,
    shown: bool,
    /// Before version 4 the messages are JSON text (A).
    posts_text: bool,
    /// In a WebView, the page sends its messages as addresses of this scheme (A).
    webview_scheme: Option<String>,
}

impl Mx {
    /// Creates a URL of the widget, for an existing member.
    pub(super) fn widget_url(
        &mut self,
        now: u64,
        call: &Call<'_>,
        version: Version,
    ) -> Result<Outgoing, Rejection> {
        let requested = request::widget(&call.request, version).map_err(invalid)?;
        let known = requested
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
            posts_text: requested.message_version < 4 || self.rules.widget_posts_text,
            webview_scheme: requested.webview_scheme,
        });
        let widget = Json::object([
            ("type", Json::text("connect_widget")),
            ("url", Json::Text(url)),
            ("user_id", Json::Null),
        ]);
        let body = Json::object([("widget_url", widget)]);
        Ok(replies::reply(version, 200, &body))
    }

    /// GET: returns the page, once.
    pub(super) fn show_widget(
        &mut self,
        now: u64,
        route: Route<'_>,
    ) -> Result<Outgoing, Rejection> {
        let widget = self
            .widget(route)
            .filter(|widget| !widget.shown && now < widget.expires);
        widget.ok_or_else(expired)?.shown = true;
        Ok(page(HTML, PAGE, ""))
    }

    pub(super) fn widget_asset(route: Route<'_>) -> Result<Outgoing, Rejection> {
        let found = match route.part {
            "widget.js" => Some((SCRIPT, WIDGET)),
            name => shared_asset(name),
        };
        let (content_type, text) = found.ok_or_else(|| reject(Rule::Path, 404, "Not found."))?;
        Ok(page(content_type, text, ""))
    }

    /// Returns the state of the member to the page.
    pub(super) fn widget_state(&mut self, route: Route<'_>) -> Result<Outgoing, Rejection> {
        let widget = self
            .widget(route)
            .filter(|widget| widget.shown)
            .ok_or_else(expired)?;
        let (guid, posts_text) = (widget.member_guid.clone(), widget.posts_text);
        let scheme = widget.webview_scheme.clone();
        let index = self.index_of(&guid);
        let connection = index.and_then(|index| self.connections.get(index));
        let connection = connection.ok_or_else(expired)?;
        let round = connection.round().iter();
        let challenges = round.map(|challenge| challenge.to_json(Form::Number));
        let view = Json::object([
            ("state", Json::text(state(connection))),
            ("status", status_json(connection.status(), Form::Number)),
            ("challenges", Json::Array(challenges.collect())),
            ("credentials", credentials(connection)),
            ("institutionCode", Json::text(connection.member.institution)),
            ("memberGuid", Json::Text(guid)),
            ("userGuid", Json::Text(user_guid())),
            ("sessionGuid", Json::text(route.part)),
            ("postsText", Json::Bool(posts_text)),
            ("webviewScheme", scheme.map_or(Json::Null, Json::Text)),
        ]);
        Ok(Outgoing::json(200, &view))
    }

    /// Takes the answers from the page, as the body of a resume.
    pub(super) fn widget_answer(
        &mut self,
        now: u64,
        (call, route): (&Call<'_>, Route<'_>),
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        let answers = request::resume(&call.request, Version::V20250224).map_err(invalid)?;
        let index = self.shown_member(route)?;
        let connection = self.connections.get_mut(index).ok_or_else(expired)?;
        let answered = connection.answer(&answers, now, &self.rules, counts);
        answered.map_err(|rule| reject(rule, 400, "The answers do not match the challenges."))?;
        self.widget_state(route)
    }

    /// Takes the credentials from the page, as the body of an update.
    pub(super) fn widget_sign_in(
        &mut self,
        now: u64,
        (call, route): (&Call<'_>, Route<'_>),
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        let index = self.shown_member(route)?;
        self.update(now, call, (index, Version::V20250224), counts)?;
        self.widget_state(route)
    }

    /// Starts another job.
    pub(super) fn widget_retry(
        &mut self,
        now: u64,
        route: Route<'_>,
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        let index = self.shown_member(route)?;
        self.request_job(now, (index, Job::Aggregate), counts)?;
        self.widget_state(route)
    }

    /// The index of the member of an opened widget.
    fn shown_member(&mut self, route: Route<'_>) -> Result<usize, Rejection> {
        let widget = self.widget(route).filter(|widget| widget.shown);
        let guid = widget.ok_or_else(expired)?.member_guid.clone();
        self.index_of(&guid).ok_or_else(expired)
    }

    fn widget(&mut self, route: Route<'_>) -> Option<&mut Widget> {
        let mut widgets = self.widgets.iter_mut();
        widgets.find(|widget| widget.token == route.part)
    }
}

/// Statuses that ask for new credentials (A).
const NEEDS_CREDENTIALS: [&str; 4] = ["DENIED", "IMPAIRED", "IMPORTED", "PREVENTED"];

fn state(connection: &Connection) -> &'static str {
    let status = connection.status();
    match connection.phase {
        Phase::Asking { .. } => "asks",
        Phase::NotYetVisible { .. } | Phase::Running { .. } => "works",
        _ if status == CONNECTED.status => "connected",
        Phase::AtOauthWindow => "error",
        _ if status.is_none_or(|name| NEEDS_CREDENTIALS.contains(&name)) => "credentials",
        _ => "error",
    }
}

fn credentials(connection: &Connection) -> Json {
    let all = connection
        .institution
        .map(|bank| bank.credentials_json())
        .filter(|_| state(connection) == "credentials");
    let listed = all.as_ref().and_then(|all| all.member("credentials"));
    listed.cloned().unwrap_or(Json::Array(Vec::new()))
}

fn expired() -> Rejection {
    let reply = page(HTML, "<p>This address has expired.</p>", "");
    let status = 410;
    (Some(Rule::WindowUsed), Outgoing { status, ..reply })
}
