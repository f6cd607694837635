//! The replies of Flinks as documented, and the quirks of some people.

use super::codes::Refusal;
use super::fields::Invalid;
use super::people::{Casing, Person, Quirks};
use super::request::INSTITUTION;
use super::rules::SuccessCode;
use super::session::Session;
use crate::simulator::http::Outgoing;
use crate::simulator::json::Json;

const INSTITUTION_ID: u16 = 14;

pub(crate) fn token(token: &str) -> Outgoing {
    let body = [
        ("HttpStatusCode", Json::number(200)),
        ("Token", Json::text(token)),
    ];
    Outgoing::json(200, &Json::object(body))
}

/// A 200 with the code of the rules. A reply that is no object, such as that of SetScheduledRefresh, has no
/// place for a code.
pub(crate) fn with_success_code(rule: SuccessCode, reply: Outgoing) -> Outgoing {
    let (status, code) = match rule {
        SuccessCode::Ok => (200, "OK"),
        SuccessCode::Created => (201, "CREATED"),
        SuccessCode::None => return reply,
    };
    if reply.status != 200 {
        return reply;
    }
    let body = match Json::parse(&reply.body) {
        Some(Json::Object(mut members)) => {
            for (key, value) in &mut members {
                if key.eq_ignore_ascii_case("HttpStatusCode") {
                    *value = Json::number(status);
                }
            }
            members.push(("FlinksCode".to_owned(), Json::text(code)));
            Json::Object(members).to_text().into_bytes()
        }
        _ => reply.body,
    };
    Outgoing {
        status,
        body,
        ..reply
    }
}

pub(crate) fn not_found() -> Outgoing {
    let body = [
        ("HttpStatusCode", Json::number(404)),
        ("Message", Json::text("Not found")),
    ];
    Outgoing::json(404, &Json::object(body))
}

/// An error with a status alone, or with a status and a FlinksCode.
pub(crate) fn minimal_error(status: u16, code: Option<&str>) -> Outgoing {
    let mut body = members([
        ("HttpStatusCode", Json::number(status)),
        ("Message", Json::text("Something went wrong")),
    ]);
    body.extend(code.map(|code| ("FlinksCode".to_owned(), Json::text(code))));
    Outgoing::json(status, &Json::Object(body))
}

/// The error body `{HttpStatusCode, Message, FlinksCode}`.
pub(crate) fn refused(refusal: &Refusal) -> Outgoing {
    refused_because(refusal, refusal.message())
}

pub(crate) fn refused_because(refusal: &Refusal, message: &str) -> Outgoing {
    with_retry_after(
        refusal,
        Outgoing::json(refusal.status, &Json::Object(error(refusal, message))),
    )
}

/// 400 INVALID_REQUEST with `ValidationDetails`.
pub(crate) fn invalid((key, why): Invalid) -> Outgoing {
    let refusal = Refusal::of("INVALID_REQUEST");
    let mut body = error(&refusal, refusal.message());
    let details = Json::Object(vec![(key, Json::texts([why.to_owned()]))]);
    body.push(("ValidationDetails".to_owned(), details));
    Outgoing::json(refusal.status, &Json::Object(body))
}

/// The refusal that ended a session, with the quirks of its person.
pub(crate) fn ended(refusal: &Refusal, session: &Session) -> Outgoing {
    let mut body = error(refusal, refusal.message());
    if session.repeats_failure() {
        body.push(("RequestId".to_owned(), Json::text(&session.request_id)));
    }
    let body = Json::Object(body);
    with_retry_after(
        refusal,
        with_quirks(refusal.status, body, &session.person.quirks),
    )
}

pub(crate) fn working(code: &'static str, session: &Session) -> Outgoing {
    let mut body = error(
        &Refusal::with_status(202, code),
        Refusal::of(code).message(),
    );
    body.push(("RequestId".to_owned(), Json::text(&session.request_id)));
    with_tag(202, body, session)
}

/// A 203, or after a wrong answer the same with 401, `Message` and `FlinksCode` (B, C).
pub(crate) fn asking(refused: bool, session: &Session) -> Outgoing {
    let round = session.round().unwrap_or_default().iter();
    let challenges = round.map(|challenge| match session.person.quirks.challenge_maps {
        true => challenge.to_map(session.french),
        false => challenge.to_json(session.french),
    });
    let status = if refused { 401 } else { 203 };
    let mut body = members([
        (
            "Links",
            Json::Array(vec![link("Authorization", "/Authorize")]),
        ),
        ("HttpStatusCode", Json::number(status)),
        ("SecurityChallenges", Json::Array(challenges.collect())),
        ("Institution", Json::text(INSTITUTION)),
        ("RequestId", Json::text(&session.request_id)),
    ]);
    if refused {
        let refusal = Refusal::of("INVALID_SECURITY_RESPONSE");
        body.push(("Message".to_owned(), Json::text(refusal.message())));
        body.push(("FlinksCode".to_owned(), Json::text(refusal.code)));
    }
    with_tag(status, body, session)
}

pub(crate) fn authorized(login: Json, session: &Session) -> Outgoing {
    let links = [
        link("AccountsDetail", "/GetAccountsDetail"),
        link("AccountsSummary", "/GetAccountsSummary"),
        link("Statements", "/GetStatements"),
    ];
    let body = members([
        ("HttpStatusCode", Json::number(200)),
        ("Links", Json::Array(links.into())),
        ("InstitutionName", Json::text(INSTITUTION)),
        ("Login", login),
        ("InstitutionId", Json::number(INSTITUTION_ID)),
        ("Institution", Json::text(INSTITUTION)),
        ("RequestId", Json::text(&session.request_id)),
    ]);
    with_tag(200, body, session)
}

pub(crate) fn login(last_refresh: String, scheduled: bool, person: &Person) -> Json {
    Json::object([
        ("Username", Json::text(person.username)),
        ("IsScheduledRefresh", Json::Bool(scheduled)),
        ("LastRefresh", Json::Text(last_refresh)),
        ("Type", Json::text("Personal")),
        ("Id", Json::Text(person.login_id())),
    ])
}

/// The result of a data call.
pub(crate) fn data(result: Members, login: Json, session: &Session) -> Outgoing {
    let mut body = members([("HttpStatusCode", Json::number(200))]);
    body.extend(result);
    body.extend(members([
        ("InstitutionName", Json::text(INSTITUTION)),
        ("Login", login),
        ("InstitutionId", Json::number(INSTITUTION_ID)),
        ("Institution", Json::text(INSTITUTION)),
        ("RequestId", Json::text(&session.request_id)),
    ]));
    with_tag(200, body, session)
}

/// The reply to GetMFAQuestions.
pub(crate) fn questions(questions: Vec<String>) -> Outgoing {
    let question = |text| Json::object([("Question", Json::Text(text))]);
    let questions = questions.into_iter().map(question).collect();
    let body = [
        ("Message", Json::text("SUCCESS")),
        ("Questions", Json::Array(questions)),
    ];
    Outgoing::json(200, &Json::object(body))
}

/// The reply to AnswerMFAQuestions.
pub(crate) fn answers_updated() -> Outgoing {
    let body = [("Message", Json::text("Answers updated"))];
    Outgoing::json(200, &Json::object(body))
}

/// The reply to DeleteCard: no page shows it (D).
pub(crate) fn deleted(login_id: &str) -> Outgoing {
    let body = [
        ("HttpStatusCode", Json::number(200)),
        (
            "Message",
            Json::Text(format!("LoginId {login_id} has been deleted")),
        ),
    ];
    Outgoing::json(200, &Json::object(body))
}

/// The reply to SetScheduledRefresh: a string. "deactivated" is a guess (D).
pub(crate) fn scheduled(login_id: &str, active: bool) -> Outgoing {
    let now = if active { "activated" } else { "deactivated" };
    let text = format!("LoginId {login_id} has now been {now} for automatic refresh");
    Outgoing::json(200, &Json::Text(text))
}

/// The reply to GetNightlyRefreshStatus.
pub(crate) fn nightly(cards: Vec<Json>) -> Outgoing {
    let body = [
        ("HttpStatusCode", Json::number(200)),
        ("IneligibleCards", Json::Array(cards)),
    ];
    Outgoing::json(200, &Json::object(body))
}

pub(crate) fn ineligible(
    person: &Person,
    last_refresh: String,
    state: &str,
    code: Option<&str>,
) -> Json {
    Json::object([
        ("LoginId", Json::Text(person.login_id())),
        ("LastRefreshDate", Json::Text(last_refresh)),
        ("LastRefreshState", Json::text(state)),
        ("LastRefreshErrorCode", code.map_or(Json::Null, Json::text)),
    ])
}

type Members = Vec<(String, Json)>;

fn members<const N: usize>(all: [(&str, Json); N]) -> Members {
    all.map(|(key, value)| (key.to_owned(), value)).into()
}

fn error(refusal: &Refusal, message: &str) -> Members {
    members([
        ("HttpStatusCode", Json::number(refusal.status)),
        ("Message", Json::text(message)),
        ("FlinksCode", Json::text(refusal.code)),
    ])
}

fn link(rel: &str, href: &str) -> Json {
    Json::object([
        ("rel", Json::text(rel)),
        ("href", Json::text(href)),
        ("example", Json::Null),
    ])
}

fn with_retry_after(refusal: &Refusal, reply: Outgoing) -> Outgoing {
    match refusal.retry_after {
        Some(seconds) => reply.with_header("retry-after", &seconds.to_string()),
        None => reply,
    }
}

fn with_tag(status: u16, mut body: Members, session: &Session) -> Outgoing {
    body.extend(
        session
            .tag
            .iter()
            .map(|tag| ("Tag".to_owned(), Json::text(tag))),
    );
    with_quirks(status, Json::Object(body), &session.person.quirks)
}

fn with_quirks(status: u16, body: Json, quirks: &Quirks) -> Outgoing {
    Outgoing::json(status, &quirks.apply(body))
}

impl Quirks {
    fn apply(&self, value: Json) -> Json {
        match value {
            Json::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(key, value)| self.apply_to_member(key, value))
                    .collect(),
            ),
            Json::Array(items) => {
                Json::Array(items.into_iter().map(|item| self.apply(item)).collect())
            }
            other => other,
        }
    }

    fn apply_to_member(&self, key: String, value: Json) -> (String, Json) {
        let value = match (&value, key.as_str()) {
            (Json::Number(status), "HttpStatusCode") if self.status_names => {
                Json::text(status_name(status.as_u64().unwrap_or_default()))
            }
            _ => self.apply(value),
        };
        let key = match self.casing {
            Casing::Pascal => key,
            Casing::Camel => {
                let mut letters = key.chars();
                let first = letters.next().map(|letter| letter.to_ascii_lowercase());
                first.into_iter().chain(letters).collect()
            }
            Casing::Lower => key.to_ascii_lowercase(),
        };
        (key, value)
    }
}

/// The names in .NET's `HttpStatusCode`.
fn status_name(status: u64) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        203 => "NonAuthoritativeInformation",
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        405 => "MethodNotAllowed",
        429 => "TooManyRequests",
        _ => "InternalServerError",
    }
}
