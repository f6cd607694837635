//! The replies of MX as specified, and the quirks of some members.

use super::connection::Connection;
use super::people::{StatusBody, user_guid};
use super::status::{error_json, status_json};
use super::version::Version;
use crate::simulator::http::Outgoing;
use crate::simulator::json::Json;
use crate::simulator::time::iso_utc;

type Members = Vec<(String, Json)>;

fn members<const N: usize>(all: [(&str, Json); N]) -> Members {
    all.map(|(key, value)| (key.to_owned(), value)).into()
}

pub(crate) fn reply(version: Version, status: u16, body: &Json) -> Outgoing {
    let media_type = format!("{}; charset=utf-8", version.media_type());
    Outgoing::new(status, &media_type, body.to_text())
}

fn member_reply(version: Version, status: u16, member: Members) -> Outgoing {
    let body = Json::Object(vec![("member".to_owned(), Json::Object(member))]);
    reply(version, status, &body)
}

fn time(ms: Option<u64>) -> Json {
    ms.map_or(Json::Null, |ms| Json::Text(iso_utc(ms)))
}

/// A member: the reply to read, update, the jobs and resume.
pub(crate) fn member(version: Version, status: u16, connection: &Connection) -> Outgoing {
    created(version, status, (connection, None), &[])
}

/// A member: the reply to create. Its error names the products that failed; its form is a guess (D).
pub(crate) fn created(
    version: Version,
    status: u16,
    (connection, window): (&Connection, Option<&str>),
    failing: &[&str],
) -> Outgoing {
    let text = |text: Option<&str>| text.map_or(Json::Null, Json::text);
    let institution = connection.institution;
    let institution_guid = institution.map(|institution| institution.guid());
    let mut body = members([
        ("aggregated_at", time(connection.aggregated_at)),
        ("background_aggregation_is_disabled", Json::Bool(false)),
        (
            "connection_status",
            status_json(connection.status(), connection.member.quirks.statuses),
        ),
        (
            "connection_status_message",
            Json::text("The simulated bank says so."),
        ),
        ("guid", Json::text(&connection.guid)),
        ("id", text(connection.id.as_deref())),
        (
            "institution_code",
            text(institution.map(|institution| institution.code)),
        ),
        (
            "institution_guid",
            Json::Text(institution_guid.unwrap_or_default()),
        ),
        (
            "is_being_aggregated",
            Json::Bool(connection.is_being_aggregated()),
        ),
        ("is_managed_by_user", Json::Bool(true)),
        ("is_manual", Json::Bool(false)),
        (
            "is_oauth",
            Json::Bool(institution.is_some_and(|bank| bank.is_oauth)),
        ),
        ("metadata", Json::Null),
        // A string in one specification and a boolean in the other.
        ("most_recent_job_guid", Json::Null),
        (
            "name",
            text(institution.map(|institution| institution.name)),
        ),
        ("oauth_window_uri", text(window)),
        ("successfully_aggregated_at", time(connection.connected_at)),
        ("user_guid", Json::Text(user_guid())),
        ("user_id", Json::Null),
    ]);
    if version == Version::V2026 {
        let kept = [
            "guid",
            "connection_status",
            "is_being_aggregated",
            "oauth_window_uri",
        ];
        body.retain(|(key, _)| kept.contains(&key.as_str()));
    }
    if !failing.is_empty() {
        let products = failing.iter().map(|product| Json::text(*product)).collect();
        let error = Json::object([
            ("message", Json::text("A product failed.")),
            ("products", Json::Array(products)),
        ]);
        body.push(("error".to_owned(), error));
    }
    member_reply(version, status, body)
}

pub(crate) fn status(version: Version, connection: &Connection) -> Outgoing {
    let quirks = &connection.member.quirks;
    let challenges = match quirks.status {
        StatusBody::ChallengesSeparate | StatusBody::NoChallenges => Vec::new(),
        _ => challenges_json(version, connection),
    };
    let asks = !challenges.is_empty();
    let mut body = members([
        ("aggregated_at", time(connection.aggregated_at)),
        ("challenges", Json::Array(challenges)),
        (
            "connection_status",
            status_json(connection.status(), quirks.statuses),
        ),
        ("guid", Json::text(&connection.guid)),
        ("has_processed_account_numbers", Json::Bool(false)),
        (
            "has_processed_accounts",
            Json::Bool(connection.is_authenticated()),
        ),
        (
            "has_processed_transactions",
            Json::Bool(connection.is_authenticated()),
        ),
        (
            "is_authenticated",
            Json::Bool(connection.is_authenticated()),
        ),
        (
            "is_being_aggregated",
            Json::Bool(connection.is_being_aggregated()),
        ),
        ("successfully_aggregated_at", time(connection.connected_at)),
    ]);
    let error = error_json(connection.end.code, quirks.errors);
    body.extend(error.map(|error| ("error".to_owned(), error)));
    let kept: &[&str] = match (quirks.status, version) {
        (StatusBody::Minimal, _) => &["connection_status"],
        (_, Version::V2026) => &["connection_status", "is_being_aggregated", "error", "guid"],
        _ => return member_reply(version, 200, with_nulls(quirks.status, body)),
    };
    body.retain(|(key, _)| kept.contains(&key.as_str()) || asks && key == "challenges");
    member_reply(version, 200, body)
}

/// With [`StatusBody::Nulls`], every key that a client can do without is null.
fn with_nulls(status: StatusBody, body: Members) -> Members {
    let needed = ["challenges", "connection_status", "is_being_aggregated"];
    let nulls = status == StatusBody::Nulls;
    let all = body.into_iter().map(|(key, value)| {
        let keeps = !nulls || needed.contains(&key.as_str());
        (key, if keeps { value } else { Json::Null })
    });
    all.collect()
}

/// The challenges, or a 204 if the member is not CHALLENGED. The specifications say so only in prose.
pub(crate) fn challenges(version: Version, connection: &Connection) -> Outgoing {
    if connection.round().is_empty() {
        return Outgoing::empty(204);
    }
    let all = match connection.member.quirks.status {
        StatusBody::NoChallenges => Vec::new(),
        _ => challenges_json(version, connection),
    };
    reply(
        version,
        200,
        &Json::object([("challenges", Json::Array(all))]),
    )
}

fn challenges_json(version: Version, connection: &Connection) -> Vec<Json> {
    let form = version.form(connection.member.quirks.types);
    let round = connection.round().iter();
    round.map(|challenge| challenge.to_json(form)).collect()
}

pub(crate) fn oauth_window(version: Version, connection: &Connection, uri: &str) -> Outgoing {
    let body = [
        ("guid", Json::text(&connection.guid)),
        ("oauth_window_uri", Json::text(uri)),
    ];
    member_reply(version, 200, members(body))
}

/// A 409 with the guid of the existing member. No page says in which key (D).
pub(crate) fn member_exists(guid: &str) -> Outgoing {
    let error = Json::object([
        ("guid", Json::text(guid)),
        (
            "message",
            Json::text("A member with these credentials exists already."),
        ),
        ("status", Json::text("conflict")),
    ]);
    Outgoing::json(409, &Json::object([("error", error)]))
}

/// There is no error schema (S): each status has a different shape, and integrators saw all of these shapes.
pub(crate) fn error(status: u16, message: &str) -> Outgoing {
    let text = Json::text(message);
    let body = match status {
        404 => Json::object([("error", text)]),
        405 => Json::object([("message", text)]),
        406 => return Outgoing::empty(406),
        403 => return Outgoing::new(403, "text/html", "<html><body>Forbidden</body></html>"),
        _ => Json::object([("error", Json::object([("message", text)]))]),
    };
    Outgoing::json(status, &body)
}

/// An error with a status, and with a `type` in the envelope of newer pages (T).
pub(crate) fn minimal_error(status: u16, kind: Option<&str>) -> Outgoing {
    let message = "Something went wrong";
    let Some(kind) = kind else {
        return error(status, message);
    };
    let error = Json::object([
        ("message", Json::text(message)),
        ("status", Json::number(status)),
        ("type", Json::text(kind)),
    ]);
    Outgoing::json(status, &Json::object([("error", error)]))
}
