//! OAuth: the bank's window, which opens once, and its redirect.

use super::Mx;
use super::call::{Call, parameter};
use super::connection::Connection;
use super::people::UNKNOWN_MEMBER;
use super::rejection::Rejection;
use super::request::Redirect;
use crate::simulator::counts::Rule;
use crate::simulator::http::Outgoing;

#[derive(Debug, Clone)]
pub(crate) struct Window {
    state: String,
    member_guid: String,
    redirect: Redirect,
    skips_aggregation: bool,
    shown: bool,
    left: bool,
}

/// The decisions that end in an error, and the reason on the landing page (A).
const ERRORS: [(&str, &str); 4] = [
    ("deny", "DENIED"),
    ("cancel", "CANCELLED"),
    ("impede", "IMPEDED"),
    ("fail", "PROVIDER_ERROR"),
];

impl Mx {
    /// Creates the URL of a member's window.
    pub(super) fn window_uri(
        &mut self,
        member_guid: &str,
        redirect: Redirect,
        skips_aggregation: bool,
    ) -> String {
        let state = self.seed.guid().replace('-', "");
        let origin = &self.rules.window_origin;
        let query = format!("client_id=simulated&response_type=code&scope=openid&state={state}");
        let uri = format!("{origin}/oauth/authorize?{query}");
        self.windows.push(Window {
            state,
            member_guid: member_guid.to_owned(),
            redirect,
            skips_aggregation,
            shown: false,
            left: false,
        });
        uri
    }

    /// GET: the bank asks the person. A second visit is a 410 (A).
    pub(super) fn show_window(&mut self, call: &Call<'_>) -> Result<Outgoing, Rejection> {
        let window = self
            .window(call)
            .filter(|window| !window.shown && !window.left);
        let window = window.ok_or_else(expired)?;
        window.shown = true;
        Ok(page(200, BANK))
    }

    /// POST `decision=approve`, or one of [`ERRORS`]: redirects to MX, or to the URL that the app requested.
    pub(super) fn leave_window(
        &mut self,
        now: u64,
        call: &Call<'_>,
    ) -> Result<Outgoing, Rejection> {
        let window = self
            .window(call)
            .filter(|window| !window.left)
            .ok_or_else(expired)?;
        let body = String::from_utf8_lossy(call.request.body);
        let decision = parameter(&body, "decision");
        let decided = |word: &str| decision.as_deref() == Some(word);
        let error = ERRORS.iter().find(|(word, _)| decided(word));
        let status = match error {
            Some((_, reason)) => format!("error&error_reason={reason}"),
            None if decided("approve") => "success".to_owned(),
            None => {
                return Err((
                    Some(Rule::Body),
                    page(400, "<p>Approve, deny or cancel.</p>"),
                ));
            }
        };
        window.left = true;
        let (guid, redirect) = (window.member_guid.clone(), window.redirect.clone());
        let skips = window.skips_aggregation;
        let Some(index) = self.index_of(&guid) else {
            return Err(expired());
        };
        let guid = match decision.as_deref() {
            Some("approve") => self.approve(now, index, skips),
            Some("deny") => {
                let connection = self.connections.get_mut(index);
                connection
                    .into_iter()
                    .for_each(|member| member.oauth_denied(now));
                guid
            }
            _ => guid,
        };
        let quirks = self
            .connections
            .get(index)
            .map_or(UNKNOWN_MEMBER.quirks, |connection| connection.member.quirks);
        let key = if quirks.escaped_redirect {
            "amp;member_guid"
        } else {
            "member_guid"
        };
        let to = redirect.0.unwrap_or_else(|| "/oauth/complete".to_owned());
        let separator = if to.contains('?') { '&' } else { '?' };
        let location = format!("{to}{separator}status={status}&{key}={guid}");
        Ok(page(302, "").with_header("location", &location))
    }

    /// Starts the job, and returns the guid of the member, which is a new guid after a migration.
    fn approve(&mut self, now: u64, index: usize, skips: bool) -> String {
        let Some(connection) = self.connections.get_mut(index) else {
            return String::new();
        };
        if !connection.member.quirks.changes_guid {
            connection.oauth_approved(now, skips);
            return connection.guid.clone();
        }
        let (member, guid) = (connection.member, format!("MBR-{}", self.seed.guid()));
        let (rules, seed) = (&self.rules, &mut self.seed);
        let mut migrated = Connection::existing(member, guid.clone(), now, rules, seed);
        migrated.oauth_approved(now, skips);
        self.connections.push(migrated);
        guid
    }

    fn window(&mut self, call: &Call<'_>) -> Option<&mut Window> {
        let state = call.query("state")?;
        self.windows.iter_mut().find(|window| window.state == state)
    }
}

fn expired() -> Rejection {
    (
        Some(Rule::WindowUsed),
        page(
            410,
            "<p>This window was opened before, or does not exist.</p>",
        ),
    )
}

/// MX's last page, which posts a message to its opener (A).
pub(super) fn complete(call: &Call<'_>) -> Outgoing {
    let guid = call
        .query("member_guid")
        .or_else(|| call.query("amp;member_guid"));
    let plain = |text: &String| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let guid = guid.filter(plain).unwrap_or_default();
    let kind = match call.query("status").as_deref() {
        Some("success") => "success",
        _ => "error",
    };
    let reason = call.query("error_reason").filter(plain).unwrap_or_default();
    page(
        200,
        &format!(
            "<p>You can close this window.</p><script>opener?.postMessage({{mx: true, \
             type: 'oauthComplete/{kind}', metadata: {{member_guid: '{guid}', \
             error_reason: '{reason}'}}}}, '*')</script>"
        ),
    )
}

fn page(status: u16, body: &str) -> Outgoing {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <title>MX Bank</title></head><body>{body}</body></html>\n"
    );
    Outgoing::new(status, "text/html; charset=utf-8", html)
}

/// The form is sent to the URL of its page.
const BANK: &str = "<h1>MX Bank</h1><p>May the app read your accounts?</p><form method=\"post\">\
    <button name=\"decision\" value=\"approve\">Approve</button> \
    <button name=\"decision\" value=\"deny\">Deny</button> \
    <button name=\"decision\" value=\"cancel\">Cancel</button></form>";
