//! The rules of the vendor, each pinned by what it answers.
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

/// A simulator, the time, and the member and version that the next call is about.
pub(super) struct Scenario {
    pub(super) bank: Simulator,
    pub(super) now: u64,
    pub(super) member: String,
    pub(super) headers: Vec<(String, String)>,
}

/// What came back, with its body read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Got {
    pub(super) status: u16,
    pub(super) body: Json,
    pub(super) headers: Vec<(String, String)>,
}

impl Got {
    /// A member of the rooted object.
    pub(super) fn get(&self, name: &str) -> &Json {
        let member = self.body.member("member");
        member.and_then(|it| it.member(name)).unwrap_or(&Json::Null)
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.get(name).as_text().unwrap_or_default()
    }

    /// `connection_status`, and whether a job runs.
    pub(super) fn stands(&self) -> (&str, bool) {
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
    /// About this member, in the version of 2025.
    pub(super) fn of(name: &str) -> Self {
        let bank = Simulator::new(1);
        let (id, key) = bank.mx_key();
        let basic = format!("Basic {}", base64(format!("{id}:{key}").as_bytes()));
        let headers = [
            ("Authorization", basic.as_str()),
            ("Accept", "application/json"),
            ("Accept-Version", "v20250224"),
            ("Content-Type", "application/json"),
        ];
        let member = bank.member_guid(name).unwrap_or_default();
        Self {
            headers: headers.map(|(a, b)| (a.into(), b.into())).into(),
            now: 1_790_000_000_000,
            member,
            bank,
        }
    }

    pub(super) fn under(mut self, rules: MxRules) -> Self {
        self.bank.set_mx_rules(rules);
        self
    }

    /// With another header, or without it.
    pub(super) fn saying(mut self, name: &str, value: &str) -> Self {
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

    pub(super) fn send(&mut self, method: &str, path: &str, body: &str) -> Got {
        let request = Incoming {
            method,
            path,
            headers: &self.headers,
            body: body.as_bytes(),
        };
        let reply = self.bank.handle(self.now, &request);
        assert_eq!(reply.arrival, Arrival::Arrives);
        Got {
            status: reply.status,
            body: Json::parse(&reply.body).unwrap_or(Json::Null),
            headers: reply.headers,
        }
    }

    /// To the member's own path and what follows it.
    pub(super) fn call(&mut self, method: &str, tail: &str, body: &str) -> Got {
        let (user, member) = (self.bank.user_guid(), self.member.clone());
        self.send(
            method,
            &format!("/users/{user}/members/{member}{tail}"),
            body,
        )
    }

    pub(super) fn start(&mut self, job: &str) -> Got {
        self.call("POST", &format!("/{job}"), "")
    }

    /// Three seconds after whatever was before.
    pub(super) fn look(&mut self) -> Got {
        self.later(3 * SECOND_MS).call("GET", "/status", "")
    }

    /// Aggregates, until the job asks or is over.
    pub(super) fn aggregate(&mut self) -> Got {
        assert_eq!(self.start("aggregate").status, 202);
        self.settle()
    }

    /// Looks until the job asks or is over.
    pub(super) fn settle(&mut self) -> Got {
        for _ in 0..500 {
            let got = self.look();
            let (status, running) = got.stands();
            if status == "CHALLENGED" || !running {
                return got;
            }
        }
        panic!("the job does not come to an end");
    }

    /// These values, for the challenges in their order.
    pub(super) fn answer(&mut self, values: &[&str]) -> Got {
        let guids = self.bank.right_values(&self.member).unwrap_or_default();
        let answers = guids
            .iter()
            .zip(values)
            .map(|((guid, _), value)| (guid.as_str(), *value));
        let body = resume(&answers.collect::<Vec<_>>());
        self.call("PUT", "/resume", &body)
    }

    pub(super) fn answer_right(&mut self) -> Got {
        let body = self.bank.right_values_json(&self.member).unwrap();
        self.call("PUT", "/resume", &body)
    }

    /// By the guids that the institution names.
    pub(super) fn credentials(&mut self, code: &str, values: [&str; 2]) -> String {
        let got = self.send("GET", &format!("/institutions/{code}/credentials"), "");
        let Some(Json::Array(all)) = got.body.member("credentials") else {
            return String::new();
        };
        let pairs = all.iter().zip(values).map(|(one, value)| {
            let guid = one.member("guid").and_then(Json::as_text).unwrap();
            format!(r#"{{"guid":"{guid}","value":"{value}"}}"#)
        });
        pairs.collect::<Vec<_>>().join(",")
    }

    /// Signs in for a new member, who is the one that the next call is about.
    pub(super) fn create(&mut self, code: &str, values: [&str; 2]) -> Got {
        let credentials = self.credentials(code, values);
        let got = self.create_with(&format!(
            r#""institution_code":"{code}","credentials":[{credentials}]"#
        ));
        self.member = got.text("guid").to_owned();
        got
    }

    pub(super) fn create_with(&mut self, member: &str) -> Got {
        let path = format!("/users/{}/members", self.bank.user_guid());
        self.send("POST", &path, &format!(r#"{{"member":{{{member}}}}}"#))
    }

    pub(super) fn broken(&self, rule: Rule) -> u32 {
        self.bank
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
