//! Simulated MX: members, their jobs and challenges, OAuth, and the Connect widget.

mod answer;
mod call;
mod challenge;
mod connection;
mod institution;
mod job;
mod judge;
mod member;
mod people;
mod progress;
mod rejection;
mod replies;
mod request;
mod rules;
mod status;
mod version;
mod widget;
mod window;
mod window_options;

#[cfg(test)]
mod tests;

pub use people::Member;
pub use rules::MxRules;

pub(crate) use call::{Call, is_mx};
pub(crate) use people::{all_members, find, user_guid};
pub(crate) use replies::minimal_error;

use call::{Operation, Route};
use connection::Connection;
use institution::institution;
use people::USER_ID;
use rejection::{Rejection, reject, unknown_institution, unknown_member};
use version::Version;
use widget::Widget;
use window::Window;

use super::counts::{Counts, Rule};
use super::http::Outgoing;
use super::json::Json;
use super::pictures::base64;
use super::seed::Seed;

#[derive(Debug, Clone)]
pub(crate) struct Mx {
    pub(crate) rules: MxRules,
    pub(crate) client_id: String,
    pub(crate) api_key: String,
    seed: Seed,
    /// The members of the tables, until the first request.
    members: Vec<&'static Member>,
    /// These members from the first request on, and those that were created later.
    connections: Vec<Connection>,
    windows: Vec<Window>,
    widgets: Vec<Widget>,
}

impl Mx {
    /// The seed is inverted, so that the keys differ from those of Flinks.
    pub(crate) fn new(seed: u64) -> Self {
        let mut seed = Seed::new(!seed);
        let (client_id, api_key) = (seed.guid(), seed.guid());
        let (rules, connections, windows, widgets) = Default::default();
        Self {
            rules,
            client_id,
            api_key,
            seed,
            members: all_members().collect(),
            connections,
            windows,
            widgets,
        }
    }

    pub(crate) fn keep_only(&mut self, name: &str) {
        self.members.retain(|member| member.name == name);
    }

    pub(crate) fn handle(&mut self, now: u64, call: &Call<'_>, counts: &mut Counts) -> Outgoing {
        for member in std::mem::take(&mut self.members) {
            let (rules, seed) = (&self.rules, &mut self.seed);
            let found = Connection::existing(member, member.guid(), now, rules, seed);
            self.connections.push(found);
        }
        for connection in &mut self.connections {
            connection.advance_to(now, &self.rules);
        }
        self.dispatch(now, call, counts)
            .unwrap_or_else(|(rule, reply)| {
                rule.into_iter().for_each(|rule| counts.rule_broken(rule));
                reply
            })
    }

    fn dispatch(
        &mut self,
        now: u64,
        call: &Call<'_>,
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        let route = call.route.map_err(|rule| match rule {
            Rule::Method => reject(rule, 405, "Method not allowed."),
            _ => reject(rule, 404, "Not found."),
        })?;
        match route.operation {
            Operation::ShowWindow => return self.show_window(call),
            Operation::LeaveWindow => return self.leave_window(now, call),
            Operation::OauthComplete => return Ok(window::complete(call)),
            Operation::ShowWidget => return self.show_widget(now, route),
            Operation::WidgetAsset => return Self::widget_asset(route),
            Operation::WidgetState => return self.widget_state(route),
            Operation::WidgetAnswer => {
                return self.widget_answer(now, (call, route), counts);
            }
            Operation::WidgetSignIn => {
                return self.widget_sign_in(now, (call, route), counts);
            }
            Operation::WidgetRetry => return self.widget_retry(now, route, counts),
            _ => {}
        }
        let pair = format!("{}:{}", self.client_id, self.api_key);
        let basic = format!("Basic {}", base64(pair.as_bytes()));
        if call.request.header("authorization") != Some(&basic) {
            return Err(reject(Rule::ApiKey, 401, "Wrong client id or API key."));
        }
        let version = Version::requested(&call.request, &self.rules)
            .ok_or_else(|| reject(Rule::Version, 406, "Unknown API version."))?;
        if route.operation == Operation::InstitutionCredentials {
            let known = institution(route.institution).ok_or_else(unknown_institution)?;
            return Ok(replies::reply(version, 200, &known.credentials_json()));
        }
        let is_user = |name: &str| name == user_guid() || version.takes_ids() && name == USER_ID;
        if !is_user(route.user) {
            return Err(reject(Rule::User, 404, "User not found."));
        }
        match route.operation {
            Operation::CreateMember => self.create(now, call, version, counts),
            Operation::WidgetUrl => self.widget_url(now, call, version),
            _ => self.handle_member(now, call, (route, version), counts),
        }
    }

    fn handle_member(
        &mut self,
        now: u64,
        call: &Call<'_>,
        (route, version): (Route<'_>, Version),
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        let named = |connection: &&Connection| {
            let is_id = version.takes_ids() && connection.is_named(route.member);
            (connection.guid == route.member || is_id) && connection.hidden_until <= now
        };
        let mut connections = self.connections.iter();
        let index = connections.position(|connection| named(&connection));
        let index = index.ok_or_else(unknown_member)?;
        match route.operation {
            Operation::UpdateMember => self.update(now, call, (index, version), counts)?,
            Operation::Job(job, _) => self.request_job(now, (index, job), counts)?,
            Operation::Resume => self.resume(now, call, (index, version), counts)?,
            Operation::Status => self.record_status_read(now, index, counts),
            Operation::OauthWindow => return self.oauth_window(call, (index, version)),
            _ => {}
        }
        let Some(connection) = self.connections.get(index) else {
            return Err(unknown_member());
        };
        Ok(match route.operation {
            Operation::Status => replies::status(version, connection),
            Operation::Challenges => replies::challenges(version, connection),
            Operation::MemberCredentials => {
                let institution = connection.institution.ok_or_else(unknown_institution)?;
                replies::reply(version, 200, &institution.credentials_json())
            }
            Operation::Job(_, status) => replies::member(version, status, connection),
            Operation::Resume => replies::member(version, 202, connection),
            _ => replies::member(version, 200, connection),
        })
    }

    fn index_of(&self, guid: &str) -> Option<usize> {
        let mut guids = self.connections.iter().map(|connection| &connection.guid);
        guids.position(|known| known == guid)
    }

    /// The guids and right values of a member's current round.
    pub(crate) fn right_answers(&self, guid: &str) -> Option<Vec<(String, String)>> {
        let round = self.connections.get(self.index_of(guid)?)?.round();
        let answer = |challenge: &challenge::RoundChallenge| {
            (challenge.guid.clone(), challenge.right_value())
        };
        (!round.is_empty()).then(|| round.iter().map(answer).collect())
    }

    /// The right values as the body of a resume.
    pub(crate) fn right_answers_json(&self, guid: &str) -> Option<String> {
        let answers = self.right_answers(guid)?.into_iter().map(|(guid, value)| {
            Json::object([("guid", Json::Text(guid)), ("value", Json::Text(value))])
        });
        let member = Json::object([("challenges", Json::Array(answers.collect()))]);
        Some(Json::object([("member", member)]).to_text())
    }
}
