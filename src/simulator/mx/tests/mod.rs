//! Tests of MX's rules: each test sends requests and checks the replies.
#![allow(clippy::unwrap_used)]

mod faults;
mod jobs;
mod members;
mod mx_bank;
mod oauth;
mod people;
mod requests;
mod rounds;
mod widget;

use crate::simulator::json::Json;
use crate::simulator::pictures::base64;
use crate::simulator::{Arrival, Incoming, MxRules, Rule, Simulator};

pub(super) const SECOND_MS: u64 = 1_000;
pub(super) const MINUTE_MS: u64 = 60 * SECOND_MS;

/// A simulator, the time, and the member and headers of the next call.
pub(super) struct Scenario {
    pub(super) simulator: Simulator,
    pub(super) now: u64,
    pub(super) member: String,
    pub(super) headers: Vec<(String, String)>,
}

/// A reply with its body parsed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Json,
    pub(super) headers: Vec<(String, String)>,
}

impl Reply {
    /// A value in the `member` of the body.
    pub(super) fn get(&self, name: &str) -> &Json {
        let member = self.body.member("member");
        member.and_then(|m| m.member(name)).unwrap_or(&Json::Null)
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).as_text().unwrap_or_default()
    }

    /// `connection_status`, and whether a job runs.
    pub(super) fn status_and_running(&self) -> (&str, bool) {
        let running = *self.get("is_being_aggregated") == Json::Bool(true);
        (self.text("connection_status"), running)
    }

    pub(super) fn challenges(&self) -> Vec<Json> {
        match self.get("challenges") {
            Json::Array(all) => all.clone(),
            _ => vec![],
        }
    }

    pub(super) fn header(&self, name: &str) -> &str {
        let named = self.headers.iter().find(|(key, _)| key == name);
        named.map_or("", |(_, value)| value)
    }
}

impl Scenario {
    /// Calls about this member, in the version of 2025.
    pub(super) fn for_member(name: &str) -> Self {
        let simulator = Simulator::new(1);
        let (id, key) = simulator.mx_key();
        let basic = format!("Basic {}", base64(format!("{id}:{key}").as_bytes()));
        let headers = [
            ("Authorization", basic.as_str()),
            ("Accept", "application/json"),
            ("Accept-Version", "v20250224"),
            ("Content-Type", "application/json"),
        ];
        let member = simulator.member_guid(name).unwrap_or_default();
        Self {
            headers: headers.map(|(a, b)| (a.into(), b.into())).into(),
            now: 1_790_000_000_000,
            member,
            simulator,
        }
    }

    pub(super) fn with_rules(mut self, rules: MxRules) -> Self {
        self.simulator.set_mx_rules(rules);
        self
    }

    /// Sets a header; removes it if the value is empty.
    pub(super) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        if !value.is_empty() {
            self.headers.push((name.into(), value.into()));
        }
        self
    }

    pub(super) fn later(&mut self, ms: u64) -> &mut Self {
        self.now += ms;
        self
    }

    pub(super) fn send(&mut self, method: &str, path: &str, body: &str) -> Reply {
        let request = Incoming {
            method,
            path,
            headers: &self.headers,
            body: body.as_bytes(),
        };
        let reply = self.simulator.handle(self.now, &request);
        assert_eq!(reply.arrival, Arrival::Arrives);
        Reply {
            status: reply.status,
            body: Json::parse(&reply.body).unwrap_or(Json::Null),
            headers: reply.headers,
        }
    }

    /// Sends a request to the member's path plus `tail`.
    pub(super) fn call(&mut self, method: &str, tail: &str, body: &str) -> Reply {
        let (user, member) = (self.simulator.user_guid(), self.member.clone());
        self.send(
            method,
            &format!("/users/{user}/members/{member}{tail}"),
            body,
        )
    }

    pub(super) fn start(&mut self, job: &str) -> Reply {
        self.call("POST", &format!("/{job}"), "")
    }

    /// Reads the status, three seconds later.
    pub(super) fn read_status(&mut self) -> Reply {
        self.later(3 * SECOND_MS).call("GET", "/status", "")
    }

    /// Aggregates until the job asks or ends.
    pub(super) fn aggregate(&mut self) -> Reply {
        assert_eq!(self.start("aggregate").status, 202);
        self.run_job()
    }

    /// Reads the status until the job asks or ends.
    pub(super) fn run_job(&mut self) -> Reply {
        for _ in 0..500 {
            let reply = self.read_status();
            let (status, running) = reply.status_and_running();
            if status == "CHALLENGED" || !running {
                return reply;
            }
        }
        panic!("the job does not come to an end");
    }

    /// Answers the challenges with these values, in order.
    pub(super) fn answer(&mut self, values: &[&str]) -> Reply {
        let guids = self
            .simulator
            .right_values(&self.member)
            .unwrap_or_default();
        let answers = guids
            .iter()
            .zip(values)
            .map(|((guid, _), value)| (guid.as_str(), *value));
        let body = resume(&answers.collect::<Vec<_>>());
        self.call("PUT", "/resume", &body)
    }

    pub(super) fn answer_right(&mut self) -> Reply {
        let body = self.simulator.right_values_json(&self.member).unwrap();
        self.call("PUT", "/resume", &body)
    }

    /// Credentials with the guids of the institution.
    pub(super) fn credentials(&mut self, code: &str, values: [&str; 2]) -> String {
        let reply = self.send("GET", &format!("/institutions/{code}/credentials"), "");
        let Some(Json::Array(all)) = reply.body.member("credentials") else {
            return String::new();
        };
        let pairs = all.iter().zip(values).map(|(one, value)| {
            let guid = one.member("guid").and_then(Json::as_text).unwrap();
            format!(r#"{{"guid":"{guid}","value":"{value}"}}"#)
        });
        pairs.collect::<Vec<_>>().join(",")
    }

    /// Creates a member. The following calls are about it.
    pub(super) fn create(&mut self, code: &str, values: [&str; 2]) -> Reply {
        let credentials = self.credentials(code, values);
        let reply = self.create_with(&format!(
            r#""institution_code":"{code}","credentials":[{credentials}]"#
        ));
        self.member = reply.text("guid").to_owned();
        reply
    }

    pub(super) fn create_with(&mut self, member: &str) -> Reply {
        let path = format!("/users/{}/members", self.simulator.user_guid());
        self.send("POST", &path, &format!(r#"{{"member":{{{member}}}}}"#))
    }

    pub(super) fn times_broken(&self, rule: Rule) -> u32 {
        self.simulator
            .counts()
            .broken
            .get(&rule)
            .copied()
            .unwrap_or_default()
    }
}

pub(super) fn resume(answers: &[(&str, &str)]) -> String {
    let pair = |(guid, value): &(&str, &str)| format!(r#"{{"guid":"{guid}","value":"{value}"}}"#);
    let all: Vec<_> = answers.iter().map(pair).collect();
    format!(r#"{{"member":{{"challenges":[{}]}}}}"#, all.join(","))
}
