//! The strict reading of what a client sends: the documented keys in their documented letter case,
//! and values of their documented shape.

use crate::simulator::http::Incoming;
use crate::simulator::json::Json;
use crate::simulator::seed::is_guid;

/// What `POST …/Authorize` or `…/AuthorizeAsync` asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asked {
    Start(Start),
    Poll {
        request_id: String,
    },
    Answer {
        request_id: String,
        responses: Responses,
    },
}

/// Prompts, or what stands for them, with their answers, as sent.
pub(crate) type Responses = Vec<(String, Vec<String>)>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Start {
    pub(crate) who: Who,
    pub(crate) cached: bool,
    pub(crate) french: bool,
    pub(crate) tag: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Who {
    LoginId(String),
    Credentials { username: String, password: String },
}

/// The key that is wrong, and what is wrong with it.
pub(crate) type Invalid = (String, &'static str);

pub(crate) const INSTITUTION: &str = "FlinksCapital";

#[derive(Clone, Copy)]
enum Shape {
    Guid,
    Bool,
    /// Any text.
    Text,
    /// Text with something in it.
    Filled,
    OneOf(&'static [&'static str]),
    Responses,
}

/// Key, shape, whether it may stand beside a RequestId. The answer call needs only RequestId and
/// SecurityResponses (A); that what opens a session is refused there is ours, to catch a client that
/// sends credentials twice.
const KEYS: &[(&str, Shape, bool)] = &[
    ("LoginId", Shape::Guid, false),
    ("MostRecentCached", Shape::Bool, false),
    ("Username", Shape::Filled, false),
    ("Password", Shape::Filled, false),
    ("Institution", Shape::OneOf(&[INSTITUTION]), false),
    ("WithMFAQuestions", Shape::Bool, false),
    ("Language", Shape::OneOf(&["en", "fr"]), true),
    ("Save", Shape::Bool, true),
    ("Tag", Shape::Text, true),
    ("RequestId", Shape::Guid, true),
    ("SecurityResponses", Shape::Responses, true),
];

pub(crate) fn read(request: &Incoming<'_>) -> Result<Asked, Invalid> {
    let whole = |why| (String::new(), why);
    let media_type = request.header("content-type").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(whole("Content-Type must be application/json"));
    }
    let Some(Json::Object(members)) = Json::parse(request.body) else {
        return Err(whole("The body must be a JSON object"));
    };
    let fields = Fields(members);
    fields.check()?;
    match fields.text("RequestId").map(str::to_ascii_lowercase) {
        Some(request_id) => match fields.get("SecurityResponses") {
            Some(responses) => Ok(Asked::Answer {
                request_id,
                responses: texts(responses),
            }),
            None => Ok(Asked::Poll { request_id }),
        },
        None => fields.start().map(Asked::Start),
    }
}

struct Fields(Vec<(String, Json)>);

impl Fields {
    fn get(&self, name: &str) -> Option<&Json> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Json::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn check(&self) -> Result<(), Invalid> {
        let goes_on = self.get("RequestId").is_some();
        for (place, (key, value)) in self.0.iter().enumerate() {
            let wrong = |why| Err((key.clone(), why));
            let Some((_, shape, beside_request_id)) = KEYS.iter().find(|row| row.0 == key) else {
                return wrong("is not a known key");
            };
            if self.0.iter().take(place).any(|(other, _)| other == key) {
                return wrong("stands twice");
            }
            if let Some(why) = shape.complaint(value) {
                return wrong(why);
            }
            if goes_on && !beside_request_id {
                return wrong("belongs to the call that opens a session");
            }
        }
        Ok(())
    }

    fn start(&self) -> Result<Start, Invalid> {
        let wrong = |key: &str, why| Err((key.to_owned(), why));
        if self.get("SecurityResponses").is_some() {
            return wrong("RequestId", "is needed with SecurityResponses");
        }
        let cached = self.get("MostRecentCached") != Some(&Json::Bool(false));
        let text = |name| self.text(name).map(str::to_owned);
        let who = match (text("LoginId"), text("Username"), text("Password")) {
            (Some(login_id), None, None) => Who::LoginId(login_id.to_ascii_lowercase()),
            (Some(_), _, _) => return wrong("LoginId", "cannot stand beside credentials"),
            (None, Some(username), Some(password)) => Who::Credentials { username, password },
            (None, None, None) => return wrong("LoginId", "or credentials are needed"),
            (None, None, Some(_)) => return wrong("Username", "is needed with Password"),
            (None, Some(_), None) => return wrong("Password", "is needed with Username"),
        };
        if let Who::Credentials { .. } = who {
            if cached {
                return wrong("MostRecentCached", "must be false with credentials");
            }
            if self.get("Institution").is_none() {
                return wrong("Institution", "is needed with credentials");
            }
        }
        let french = self.text("Language") == Some("fr");
        Ok(Start {
            who,
            cached,
            french,
            tag: text("Tag"),
        })
    }
}

impl Shape {
    fn complaint(self, value: &Json) -> Option<&'static str> {
        let (fits, why) = match (self, value) {
            (Shape::Guid, Json::Text(text)) => (is_guid(text), "must be a GUID"),
            (Shape::Guid, _) => (false, "must be a GUID"),
            (Shape::Bool, value) => (matches!(value, Json::Bool(_)), "must be true or false"),
            (Shape::Text, value) => (matches!(value, Json::Text(_)), "must be a string"),
            (Shape::Filled, Json::Text(text)) => (!text.is_empty(), "must not be empty"),
            (Shape::Filled, _) => (false, "must be a string"),
            (Shape::OneOf(all), Json::Text(text)) => (all.contains(&text.as_str()), "is not known"),
            (Shape::OneOf(_), _) => (false, "must be a string"),
            (Shape::Responses, Json::Object(members)) => {
                let keys_differ = members.iter().enumerate().all(|(place, (key, _))| {
                    members.iter().take(place).all(|(other, _)| other != key)
                });
                let fits = keys_differ && members.iter().all(|(_, value)| are_texts(value));
                (fits, "must hold an array of strings under each prompt")
            }
            (Shape::Responses, _) => (false, "must be an object"),
        };
        (!fits).then_some(why)
    }
}

fn are_texts(value: &Json) -> bool {
    let Json::Array(items) = value else {
        return false;
    };
    items.iter().all(|item| matches!(item, Json::Text(_)))
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
