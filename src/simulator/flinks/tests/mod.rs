//! Tests of Flinks' rules: each test sends requests and checks the replies.
#![allow(clippy::unwrap_used)]

mod cards;
mod data;
mod people;
mod request;
mod rounds;
mod stored_answers;
mod tokens;

use crate::simulator::json::Json;
use crate::simulator::{Arrival, Incoming, Outgoing, Rules, Simulator};

pub(super) const MINUTE_MS: u64 = 60_000;
pub(super) const CITY: &str = "What city were you born in?";
pub(super) const COUNTRY: &str = "What is the best country on earth?";

/// A simulator, the time, and the token and RequestId of the next call.
pub(super) struct Scenario {
    pub(super) simulator: Simulator,
    pub(super) now: u64,
    pub(super) token: String,
    pub(super) request_id: String,
    operation: &'static str,
}

/// A reply with its body parsed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Json,
    pub(super) headers: Vec<(String, String)>,
}

impl Reply {
    pub(super) fn text(&self, name: &str) -> &str {
        match self.body.member(name) {
            Some(Json::Text(text)) => text,
            _ => "",
        }
    }

    pub(super) fn code(&self) -> (u16, &str) {
        (self.status, self.text("FlinksCode"))
    }

    pub(super) fn prompts(&self) -> Vec<String> {
        let Some(Json::Array(all)) = self.body.member("SecurityChallenges") else {
            return vec![];
        };
        let prompt = |challenge: &Json| match challenge.member("Prompt") {
            Some(Json::Text(text)) => text.clone(),
            _ => String::new(),
        };
        all.iter().map(prompt).collect()
    }

    pub(super) fn last_refresh(&self) -> String {
        match self
            .body
            .member("Login")
            .and_then(|login| login.member("LastRefresh"))
        {
            Some(Json::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }
}

impl Scenario {
    pub(super) fn new() -> Self {
        Self::with(Rules::default())
    }

    pub(super) fn with(rules: Rules) -> Self {
        let simulator = Simulator::with_rules(1, rules);
        let (token, request_id) = Default::default();
        let now = 1_769_028_467_145;
        let mut scenario = Self {
            simulator,
            now,
            token,
            request_id,
            operation: "Authorize",
        };
        scenario.mint();
        scenario
    }

    /// The following calls go to AuthorizeAsync.
    pub(super) fn with_authorize_async(mut self) -> Self {
        self.operation = "AuthorizeAsync";
        self
    }

    pub(super) fn later(&mut self, ms: u64) -> &mut Self {
        self.now += ms;
        self
    }

    pub(super) fn mint(&mut self) -> String {
        let key = self.simulator.secret_key().to_owned();
        let token = self.send("POST", "GenerateAuthorizeToken", Some(&key), "");
        self.token = token.text("Token").to_owned();
        self.token.clone()
    }

    pub(super) fn send(
        &mut self,
        method: &str,
        operation: &str,
        key: Option<&str>,
        body: &str,
    ) -> Reply {
        self.send_to(method, &self.path(operation), key, body)
    }

    pub(super) fn path(&self, operation: &str) -> String {
        let customer = &self.simulator.rules().customer_id;
        format!("/v3/{customer}/BankingServices/{operation}")
    }

    pub(super) fn with_api_key(&mut self, method: &str, operation: &str, body: &str) -> Reply {
        let key = self.simulator.keys().api_key.to_owned();
        let path = self.path(operation);
        self.send_with(method, &path, Some(("x-api-key", &key)), body)
    }

    pub(super) fn send_to(
        &mut self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: &str,
    ) -> Reply {
        let key = key.map(|key| ("Flinks-Auth-Key", key));
        self.send_with(method, path, key, body)
    }

    /// Sends a request with this key in a header.
    pub(super) fn send_with(
        &mut self,
        method: &str,
        path: &str,
        key: Option<(&str, &str)>,
        body: &str,
    ) -> Reply {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut headers = vec![owned(("Content-Type", "application/json"))];
        headers.extend(key.map(owned));
        let body = body.as_bytes();
        let reply = self.simulator.handle(
            self.now,
            &Incoming {
                method,
                path,
                headers: &headers,
                body,
            },
        );
        let Outgoing {
            status,
            body,
            headers,
            arrival,
        } = reply;
        assert_eq!(arrival, Arrival::Arrives);
        Reply {
            status,
            body: Json::parse(&body).unwrap(),
            headers,
        }
    }

    /// Sends the current token, and keeps the RequestId of the reply.
    pub(super) fn post(&mut self, body: &str) -> Reply {
        let (operation, token) = (self.operation, self.token.clone());
        let reply = self.send("POST", operation, Some(&token), body);
        if !reply.text("RequestId").is_empty() {
            self.request_id = reply.text("RequestId").to_owned();
        }
        reply
    }

    pub(super) fn start(&mut self, username: &str, cached: bool) -> Reply {
        let login_id = self.simulator.login_id(username).unwrap();
        self.post(&format!(
            r#"{{"LoginId":"{login_id}","MostRecentCached":{cached}}}"#
        ))
    }

    pub(super) fn live(&mut self, username: &str) -> Reply {
        self.start(username, false)
    }

    /// A cached start with a new token. The current token and RequestId stay as they are.
    pub(super) fn cached(&mut self, username: &str) -> Reply {
        let (token, request_id) = (self.token.clone(), self.request_id.clone());
        self.mint();
        let reply = self.start(username, true);
        (self.token, self.request_id) = (token, request_id);
        reply
    }

    pub(super) fn poll(&mut self) -> Reply {
        let body = format!(r#"{{"RequestId":"{}"}}"#, self.request_id);
        self.post(&body)
    }

    pub(super) fn answer(&mut self, prompt: &str, answer: &str) -> Reply {
        let responses = Json::Object(vec![(prompt.to_owned(), Json::texts([answer.to_owned()]))]);
        self.answer_with(&responses.to_text())
    }

    pub(super) fn answer_with(&mut self, responses: &str) -> Reply {
        let id = &self.request_id;
        let body = format!(r#"{{"RequestId":"{id}","SecurityResponses":{responses}}}"#);
        self.post(&body)
    }

    pub(super) fn answer_right(&mut self) -> Reply {
        let responses = self.simulator.right_answers_json(&self.request_id).unwrap();
        self.answer_with(&responses)
    }

    pub(super) fn broken_rules(&self) -> Vec<String> {
        let name = |rule| serde_json::to_string(rule).unwrap().replace('"', "");
        self.simulator.counts().broken.keys().map(name).collect()
    }
}
