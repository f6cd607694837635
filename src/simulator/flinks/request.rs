//! The body of Authorize and AuthorizeAsync.

use super::fields::{Fields, Invalid, Keys, Shape};
use crate::simulator::http::Incoming;
use crate::simulator::json::Json;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AuthorizeCall {
    Start(Start),
    Poll {
        request_id: String,
    },
    Answer {
        request_id: String,
        responses: Responses,
    },
}

/// The answers by key: a prompt, or the option that replaces it.
pub(crate) type Responses = Vec<(String, Vec<String>)>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Start {
    pub(crate) target: StartTarget,
    pub(crate) cached: bool,
    pub(crate) french: bool,
    pub(crate) tag: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StartTarget {
    LoginId(String),
    Credentials { username: String, password: String },
}

pub(crate) const INSTITUTION: &str = "FlinksCapital";

const KEYS: &Keys = &[
    ("LoginId", Shape::Guid),
    ("MostRecentCached", Shape::Bool),
    ("Username", Shape::NonEmptyText),
    ("Password", Shape::NonEmptyText),
    ("Institution", Shape::OneOf(&[INSTITUTION])),
    ("WithMFAQuestions", Shape::Bool),
    ("Language", Shape::OneOf(&["en", "fr"])),
    ("Save", Shape::Bool),
    ("Tag", Shape::Text),
    ("RequestId", Shape::Guid),
    ("SecurityResponses", Shape::Responses),
];

/// Keys that cannot be combined with a RequestId. An answer needs only RequestId and SecurityResponses
/// (A). Refusing these keys is ours, to catch a client that sends credentials twice.
const START_KEYS: &[&str] = &[
    "LoginId",
    "MostRecentCached",
    "Username",
    "Password",
    "Institution",
    "WithMFAQuestions",
];

pub(crate) fn read(request: &Incoming<'_>) -> Result<AuthorizeCall, Invalid> {
    let fields = Fields::read(request, KEYS)?;
    let Some(request_id) = fields.text("RequestId").map(str::to_ascii_lowercase) else {
        return fields.start().map(AuthorizeCall::Start);
    };
    if let Some(key) = fields.first_key_among(START_KEYS) {
        return Err((key.to_owned(), "cannot be combined with RequestId"));
    }
    Ok(match fields.get("SecurityResponses") {
        Some(responses) => AuthorizeCall::Answer {
            request_id,
            responses: texts(responses),
        },
        None => AuthorizeCall::Poll { request_id },
    })
}

impl Fields {
    fn start(&self) -> Result<Start, Invalid> {
        let wrong = |key: &str, why| Err((key.to_owned(), why));
        if self.get("SecurityResponses").is_some() {
            return wrong("RequestId", "is required with SecurityResponses");
        }
        let cached = self.get("MostRecentCached") != Some(&Json::Bool(false));
        let text = |name| self.text(name).map(str::to_owned);
        let target = match (text("LoginId"), text("Username"), text("Password")) {
            (Some(login_id), None, None) => StartTarget::LoginId(login_id.to_ascii_lowercase()),
            (Some(_), _, _) => return wrong("LoginId", "cannot be combined with credentials"),
            (None, Some(username), Some(password)) => {
                StartTarget::Credentials { username, password }
            }
            (None, None, None) => return wrong("LoginId", "or credentials are required"),
            (None, None, Some(_)) => return wrong("Username", "is required with Password"),
            (None, Some(_), None) => return wrong("Password", "is required with Username"),
        };
        if let StartTarget::Credentials { .. } = target {
            if cached {
                return wrong("MostRecentCached", "must be false with credentials");
            }
            if self.get("Institution").is_none() {
                return wrong("Institution", "is required with credentials");
            }
        }
        let french = self.text("Language") == Some("fr");
        Ok(Start {
            target,
            cached,
            french,
            tag: text("Tag"),
        })
    }
}

fn texts(responses: &Json) -> Responses {
    let Json::Object(members) = responses else {
        return Vec::new();
    };
    let text = |item: &Json| match item {
        Json::Text(text) => Some(text.clone()),
        _ => None,
    };
    let of = |value: &Json| match value {
        Json::Array(items) => items.iter().filter_map(text).collect(),
        _ => Vec::new(),
    };
    members
        .iter()
        .map(|(key, value)| (key.clone(), of(value)))
        .collect()
}
