//! Reads a body strictly: only the specification's keys in their letter case, and values of their
//! types.

use super::judge::Answer;
use super::version::Version;
use crate::simulator::http::Incoming;
use crate::simulator::json::Json;

/// The error in a body.
pub(crate) type Invalid = String;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Create {
    pub(crate) institution_code: String,
    pub(crate) credentials: Vec<Answer>,
    pub(crate) id: Option<String>,
    pub(crate) is_oauth: bool,
    pub(crate) skip_aggregation: bool,
    /// `data_request.products`.
    pub(crate) products: Vec<String>,
    pub(crate) redirect: Redirect,
}

/// The URL to which OAuth redirects. Only an app can choose it (S).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Redirect(pub(crate) Option<String>);

impl Redirect {
    pub(crate) fn new(referral_source: Option<&str>, client_redirect_url: Option<&str>) -> Self {
        let from_app = referral_source == Some("APP");
        Self(client_redirect_url.filter(|_| from_app).map(str::to_owned))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Update {
    pub(crate) credentials: Option<Vec<Answer>>,
    pub(crate) id: Option<String>,
    pub(crate) skip_aggregation: bool,
}

/// The options of the widget that concern a member.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WidgetRequest {
    pub(crate) member_guid: Option<String>,
    pub(crate) message_version: u64,
    /// The scheme of the messages in a mobile WebView. `mx` is the default (A).
    pub(crate) webview_scheme: Option<String>,
}

#[derive(Clone, Copy)]
enum Shape {
    Bool,
    Integer,
    Text,
    Texts,
    /// An array of `{guid, value}`.
    Pairs,
    Object,
}

/// Key, shape, and the versions that have it.
type Keys = &'static [(&'static str, Shape, Versions)];

#[derive(Clone, Copy, PartialEq)]
enum Versions {
    All,
    /// Only v20111101.
    OldOnly,
    /// All but v20111101.
    NewOnly,
}

const CREATE: Keys = &[
    ("member", Shape::Object, Versions::All),
    ("client_redirect_url", Shape::Text, Versions::All),
    ("data_request", Shape::Object, Versions::NewOnly),
    ("enable_app2app", Shape::Bool, Versions::All),
    ("referral_source", Shape::Text, Versions::All),
    ("ui_message_webview_url_scheme", Shape::Text, Versions::All),
];
const DATA_REQUEST: Keys = &[("products", Shape::Texts, Versions::NewOnly)];
const CREATE_MEMBER: Keys = &[
    (
        "background_aggregation_is_disabled",
        Shape::Bool,
        Versions::All,
    ),
    ("credentials", Shape::Pairs, Versions::All),
    ("id", Shape::Text, Versions::All),
    ("institution_code", Shape::Text, Versions::All),
    ("is_oauth", Shape::Bool, Versions::All),
    ("metadata", Shape::Text, Versions::All),
    ("skip_aggregation", Shape::Bool, Versions::OldOnly),
    ("use_cases", Shape::Texts, Versions::All),
];
const UPDATE: Keys = &[("member", Shape::Object, Versions::All)];
const UPDATE_MEMBER: Keys = &[
    (
        "background_aggregation_is_disabled",
        Shape::Bool,
        Versions::All,
    ),
    ("credentials", Shape::Pairs, Versions::All),
    ("id", Shape::Text, Versions::All),
    ("metadata", Shape::Text, Versions::All),
    ("skip_aggregation", Shape::Bool, Versions::OldOnly),
    ("use_cases", Shape::Texts, Versions::All),
];
const RESUME_MEMBER: Keys = &[("challenges", Shape::Pairs, Versions::All)];

const WIDGET: Keys = &[("widget_url", Shape::Object, Versions::All)];
#[rustfmt::skip]
const WIDGET_URL: Keys = &[
    ("client_redirect_url",           Shape::Text,    Versions::All),
    ("color_scheme",                  Shape::Text,    Versions::All),
    ("connections_use_case_filter",   Shape::Bool,    Versions::OldOnly),
    ("current_institution_code",      Shape::Text,    Versions::All),
    ("current_institution_guid",      Shape::Text,    Versions::All),
    ("current_member_guid",           Shape::Text,    Versions::All),
    ("current_microdeposit_guid",     Shape::Text,    Versions::NewOnly),
    ("data_request",                  Shape::Object,  Versions::NewOnly),
    ("deep_link_params",              Shape::Object,  Versions::NewOnly),
    ("disable_background_agg",        Shape::Bool,    Versions::All),
    ("disable_institution_search",    Shape::Bool,    Versions::All),
    ("enable_app2app",                Shape::Bool,    Versions::All),
    ("include_identity",              Shape::Bool,    Versions::All),
    ("include_transactions",          Shape::Bool,    Versions::All),
    ("insight_guid",                  Shape::Text,    Versions::All),
    ("is_mobile_webview",             Shape::Bool,    Versions::All),
    ("iso_country_code",              Shape::Texts,   Versions::All),
    ("locale",                        Shape::Text,    Versions::NewOnly),
    ("microwidget_instance_id",       Shape::Text,    Versions::All),
    ("mode",                          Shape::Text,    Versions::All),
    ("oauth_referral_source",         Shape::Text,    Versions::All),
    ("style",                         Shape::Object,  Versions::NewOnly),
    ("ui_message_version",            Shape::Integer, Versions::All),
    ("ui_message_webview_url_scheme", Shape::Text,    Versions::All),
    ("update_credentials",            Shape::Bool,    Versions::All),
    ("use_cases",                     Shape::Texts,   Versions::All),
    ("widget_type",                   Shape::Text,    Versions::All),
];

pub(crate) fn create(request: &Incoming<'_>, version: Version) -> Result<Create, Invalid> {
    let root = Fields::root(request, CREATE, version)?;
    let member = root.object("member", CREATE_MEMBER, version)?;
    let institution_code = member.text("institution_code");
    let products = match root.get("data_request") {
        Some(_) => root
            .object("data_request", DATA_REQUEST, version)?
            .texts("products"),
        None => Vec::new(),
    };
    let redirect = Redirect::new(
        root.text("referral_source"),
        root.text("client_redirect_url"),
    );
    Ok(Create {
        institution_code: institution_code
            .ok_or("institution_code is missing")?
            .to_owned(),
        credentials: member.pairs("credentials").unwrap_or_default(),
        id: member.text("id").map(str::to_owned),
        is_oauth: member.is_true("is_oauth"),
        skip_aggregation: member.is_true("skip_aggregation"),
        products,
        redirect,
    })
}

pub(crate) fn update(request: &Incoming<'_>, version: Version) -> Result<Update, Invalid> {
    let member =
        Fields::root(request, UPDATE, version)?.object("member", UPDATE_MEMBER, version)?;
    if member.0.is_empty() {
        return Err("The member must not be empty".to_owned());
    }
    Ok(Update {
        credentials: member.pairs("credentials"),
        id: member.text("id").map(str::to_owned),
        skip_aggregation: member.is_true("skip_aggregation"),
    })
}

pub(crate) fn resume(request: &Incoming<'_>, version: Version) -> Result<Vec<Answer>, Invalid> {
    let member =
        Fields::root(request, UPDATE, version)?.object("member", RESUME_MEMBER, version)?;
    let challenges = member.pairs("challenges");
    Ok(challenges.ok_or("challenges is missing")?)
}

pub(crate) fn widget(request: &Incoming<'_>, version: Version) -> Result<WidgetRequest, Invalid> {
    let widget =
        Fields::root(request, WIDGET, version)?.object("widget_url", WIDGET_URL, version)?;
    // The other types (S) do not concern connections.
    if widget.text("widget_type") != Some("connect_widget") {
        return Err("widget_type must be connect_widget".to_owned());
    }
    let message_version = widget.get("ui_message_version").and_then(integer);
    Ok(WidgetRequest {
        member_guid: widget.text("current_member_guid").map(str::to_owned),
        message_version: message_version.unwrap_or(4),
        webview_scheme: matches!(widget.get("is_mobile_webview"), Some(Json::Bool(true))).then(
            || {
                let scheme = widget.text("ui_message_webview_url_scheme");
                scheme.unwrap_or("mx").to_owned()
            },
        ),
    })
}

struct Fields(Vec<(String, Json)>);

impl Fields {
    fn root(request: &Incoming<'_>, keys: Keys, version: Version) -> Result<Self, Invalid> {
        let media_type = request.header("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err("Content-Type must be application/json".to_owned());
        }
        let body = Json::parse(request.body).ok_or("The body must be JSON")?;
        Self::read(&body, keys, version)
    }

    fn object(&self, name: &str, keys: Keys, version: Version) -> Result<Self, Invalid> {
        let member = self.get(name).ok_or_else(|| format!("{name} is missing"))?;
        Self::read(member, keys, version)
    }

    fn read(value: &Json, keys: Keys, version: Version) -> Result<Self, Invalid> {
        let Json::Object(members) = value else {
            return Err("The body must be an object".to_owned());
        };
        let excluded = match version {
            Version::V20111101 => Versions::NewOnly,
            _ => Versions::OldOnly,
        };
        for (index, (key, value)) in members.iter().enumerate() {
            let known = keys.iter().find(|row| row.0 == key && row.2 != excluded);
            let (_, shape, _) = known.ok_or_else(|| format!("{key} is not a known key"))?;
            if members.iter().take(index).any(|(other, _)| other == key) {
                return Err(format!("{key} is a duplicate"));
            }
            if !shape.fits(value) {
                return Err(format!("{key} has the wrong type"));
            }
        }
        Ok(Self(members.clone()))
    }

    fn get(&self, name: &str) -> Option<&Json> {
        let mut named = self.0.iter().filter(|(key, _)| key == name);
        named.next().map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_text)
    }

    fn texts(&self, name: &str) -> Vec<String> {
        let Some(Json::Array(items)) = self.get(name) else {
            return Vec::new();
        };
        let texts = items.iter().filter_map(Json::as_text);
        texts.map(str::to_owned).collect()
    }

    fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some(&Json::Bool(true))
    }

    fn pairs(&self, name: &str) -> Option<Vec<Answer>> {
        match self.get(name) {
            Some(Json::Array(items)) => items.iter().map(pair).collect(),
            _ => None,
        }
    }
}

impl Shape {
    fn fits(self, value: &Json) -> bool {
        match (self, value) {
            (Shape::Bool, Json::Bool(_))
            | (Shape::Text, Json::Text(_))
            | (Shape::Object, Json::Object(_)) => true,
            (Shape::Integer, number) => integer(number).is_some(),
            (Shape::Texts, Json::Array(items)) => items.iter().all(|item| item.as_text().is_some()),
            (Shape::Pairs, Json::Array(items)) => items.iter().all(|item| pair(item).is_some()),
            _ => false,
        }
    }
}

fn integer(value: &Json) -> Option<u64> {
    match value {
        Json::Number(number) => number.as_u64(),
        _ => None,
    }
}

/// Reads `{guid, value}`; no other key is allowed.
fn pair(item: &Json) -> Option<Answer> {
    let text = |name| item.member(name).and_then(Json::as_text).map(str::to_owned);
    let Json::Object(members) = item else {
        return None;
    };
    (members.len() == 2).then_some((text("guid")?, text("value")?))
}
