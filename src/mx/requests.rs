//! The requests of a member.

use crate::failure::Refusal;
use crate::http::{Request, add_query};
use crate::json::{Reader, Value, object};

use super::config::MxConfig;
use super::params::{WINDOW_PARAMS, check, check_combination};

/// How a flow starts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StartMode {
    /// With a job of an existing member.
    Job,
    /// With a new member.
    Create,
    /// With new credentials of an existing member.
    Update,
    /// With the window in which an existing member signs in at the bank.
    Window,
    /// With the status of an existing member.
    Status,
}

/// The job that gives a product. That each belongs to the other is a guess by their names; `job` overrides it.
#[rustfmt::skip]
const JOBS: &[(&str, &str)] = &[
    ("account_verification",  "verify"),
    ("identity_verification", "identify"),
    ("rewards",               "fetch_rewards"),
    ("statements",            "fetch_statements"),
    ("transaction_history",   "extend_history"),
];

/// Builds the requests of one member.
#[derive(Clone)]
pub struct MemberRequests {
    config: MxConfig,
    /// The parameters as the host gave them, without credentials, for a snapshot.
    pub params: Value,
    /// How the flow starts.
    pub start_mode: StartMode,
    /// The guid of the member. `None` until a new member is created.
    pub member_guid: Option<String>,
}

impl MemberRequests {
    /// Reads the parameters of a new flow. The credentials are returned separately and never stored.
    pub fn start(params: Reader, config: Reader) -> Result<(MemberRequests, Value), Refusal> {
        let credentials = params.get("credentials");
        let requests = MemberRequests::read(params, !credentials.is_null(), config)?;
        check_combination(params)?;
        Ok((requests, credentials.value().clone()))
    }

    /// Reads parameters. `signs_in` is whether the original parameters had credentials.
    pub fn read(params: Reader, signs_in: bool, config: Reader) -> Result<MemberRequests, Refusal> {
        check(params)?;
        let saved_params = params.value().without(&["credentials"]);
        let text = |name| saved_params.get(name).as_text();
        Ok(MemberRequests {
            config: MxConfig::read(config)?,
            start_mode: match (text("memberGuid"), text("job")) {
                (None, _) => StartMode::Create,
                (_, Some(_)) => StartMode::Job,
                _ if signs_in => StartMode::Update,
                _ if *saved_params.get("isOauth") == Value::Bool(true) => StartMode::Window,
                _ => StartMode::Status,
            },
            member_guid: text("memberGuid").map(str::to_owned),
            params: saved_params,
        })
    }

    /// A text parameter, or an empty text if it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.params.get(name).as_text().unwrap_or_default()
    }

    /// Whether the flow creates its member.
    pub fn creates(&self) -> bool {
        *self.params.get("memberGuid") == Value::Null
    }

    /// Whether a new member needs credentials, and the host gave none.
    pub fn asks_first(&self, credentials: &Value) -> bool {
        let is_oauth = *self.params.get("isOauth") == Value::Bool(true);
        self.creates() && !is_oauth && *credentials == Value::Null
    }

    /// The products that a new member is created with.
    pub fn products(&self) -> &[Value] {
        self.params.get("dataRequest").get("products").items()
    }

    /// The job to start: the host's, else that of all products, else `aggregate`.
    fn job(&self) -> &str {
        let job_of = |product: &Value| {
            let row = JOBS
                .iter()
                .find(|(name, _)| product.as_text() == Some(name));
            row.map_or("aggregate", |(_, job)| *job)
        };
        let mut jobs = self.products().iter().map(job_of);
        let first = jobs.next().unwrap_or("aggregate");
        match self.params.get("job").as_text() {
            Some(job) => job,
            None if jobs.all(|job| job == first) => first,
            None => "aggregate",
        }
    }

    /// The request that starts the flow.
    pub fn start_request(&self, credentials: &Value) -> Request {
        match self.start_mode {
            StartMode::Status => self.status(),
            StartMode::Window => self.window(),
            StartMode::Job => self.member("POST", &[self.job()], None),
            StartMode::Create | StartMode::Update => self.sign_in(credentials),
        }
    }

    /// The request that gives credentials to the member, or creates it with them.
    pub fn sign_in(&self, credentials: &Value) -> Request {
        let body = |member| object! { "member": member };
        let credentials = match credentials {
            Value::Null => Value::List(Vec::new()),
            credentials => credentials.clone(),
        };
        let request = if self.member_guid.is_some() {
            let member = object! { "credentials": credentials };
            self.member("PUT", &[], Some(body(member)))
        } else {
            let mut member = object! {
                "institution_code": self.text("institutionCode"),
                "credentials": credentials,
            };
            if *self.params.get("isOauth") == Value::Bool(true) {
                member.set("is_oauth", true.into());
            }
            let mut body = body(member);
            if self.params.get("dataRequest") != &Value::Null {
                body.set("data_request", self.params.get("dataRequest").clone());
            }
            for (name, mx_name) in WINDOW_PARAMS {
                // Creation takes all of them but this one (create-member).
                if *name != "skipAggregation" && *self.params.get(name) != Value::Null {
                    body.set(mx_name, self.params.get(name).clone());
                }
            }
            let path = ["users", self.text("userGuid"), "members"];
            self.config.request("POST", &path, Some(body))
        };
        Request {
            once: true,
            ..request
        }
    }

    /// The request for the credentials that the member needs, or that its institution needs if it is not created yet.
    pub fn credentials(&self) -> Request {
        match self.member_guid {
            Some(_) => self.member("GET", &["credentials"], None),
            None => {
                let path = ["institutions", self.text("institutionCode"), "credentials"];
                self.config.request("GET", &path, None)
            }
        }
    }

    /// The request for the status, which can include the challenges.
    pub fn status(&self) -> Request {
        self.member("GET", &["status"], None)
    }

    /// The request for the challenges alone.
    pub fn challenges(&self) -> Request {
        self.member("GET", &["challenges"], None)
    }

    /// The request for the OAuth window.
    pub fn window(&self) -> Request {
        let mut request = self.member("GET", &["oauth_window_uri"], None);
        for (name, mx_name) in WINDOW_PARAMS {
            let value = match self.params.get(name) {
                Value::Bool(true) => Some("true"),
                Value::Bool(false) => Some("false"),
                value => value.as_text(),
            };
            add_query(&mut request.url, mx_name, value);
        }
        request
    }

    /// The request for MX's widget, which opens at the challenges of a CHALLENGED member.
    pub fn widget(&self) -> Request {
        let mut widget = object! {
            "widget_type": "connect_widget",
            "current_member_guid": self.member_guid.as_deref(),
            "ui_message_version": Value::number(4),
        };
        if *self.params.get("isMobileWebview") == Value::Bool(true) {
            widget.set("is_mobile_webview", true.into());
            if let Some(scheme) = self.params.get("uiMessageWebviewUrlScheme").as_text() {
                widget.set("ui_message_webview_url_scheme", scheme.into());
            }
        }
        let body = object! { "widget_url": widget };
        let path = ["users", self.text("userGuid"), "widget_urls"];
        self.config.request("POST", &path, Some(body))
    }

    /// The request that answers all challenges of a round at once.
    pub fn resume(&self, challenges: Value) -> Request {
        let member = object! { "challenges": challenges };
        let body = object! { "member": member };
        Request {
            once: true,
            ..self.member("PUT", &["resume"], Some(body))
        }
    }

    fn member(&self, method: &'static str, rest: &[&str], body: Option<Value>) -> Request {
        let member_guid = self.member_guid.as_deref().unwrap_or_default();
        let mut path = vec!["users", self.text("userGuid"), "members", member_guid];
        path.extend(rest);
        self.config.request(method, &path, body)
    }
}
