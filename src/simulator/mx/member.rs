//! The calls about a member: create, update, jobs, status, resume, OAuth window.

use super::call::Call;
use super::connection::{Connection, JobStart};
use super::institution::{Institution, failing, institution};
use super::job::Job;
use super::judge::Answer;
use super::people::{self, InitialState, Member};
use super::rejection::{Rejection, invalid, reject, unknown_institution};
use super::request::{self, Create};
use super::version::Version;
use super::window_options::WindowOptions;
use super::{Mx, replies};
use crate::simulator::counts::{Counts, Rule};
use crate::simulator::http::Outgoing;

impl Mx {
    pub(super) fn create(
        &mut self,
        now: u64,
        call: &Call<'_>,
        version: Version,
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        let create = request::create(&call.request, version).map_err(invalid)?;
        let bank = institution(&create.institution_code).ok_or_else(unknown_institution)?;
        if bank.is_oauth != create.is_oauth {
            return Err(invalid("is_oauth is wrong for this institution".to_owned()));
        }
        let guid = format!("MBR-{}", self.seed.guid());
        let mut created = Connection::new(bank, guid, &mut self.seed);
        created.id = create.id.clone();
        created.hidden_until = now.saturating_add(self.rules.created_visible_after);
        let failing = failing(&create.products);
        let status = match failing.is_empty() {
            true => self.rules.created_status,
            false => 201,
        };
        let uri = match bank.is_oauth {
            true => {
                // With OAuth the credentials go to the bank only (A).
                if !create.credentials.is_empty() {
                    return Err(invalid(
                        "credentials cannot be combined with is_oauth".to_owned(),
                    ));
                }
                created.wait_at_window(oauth_member(&create));
                Some(self.window_uri(&created.guid, create.redirect, create.skip_aggregation))
            }
            false => {
                let credentials = sign_in(bank, &create.credentials)?;
                self.check_new(bank, &credentials)?;
                let (username, password) = &credentials;
                created.use_scenario(people::sign_in(bank.code, username, password));
                created.credentials = Some(credentials);
                if !create.skip_aggregation && status != 200 {
                    counts.credentials_judged += 1;
                    created.begin(Job::Aggregate, "CREATED", now);
                }
                None
            }
        };
        let reply = replies::created(version, status, (&created, uri.as_deref()), &failing);
        self.connections.push(created);
        Ok(reply)
    }

    /// A second member with the same credentials is a 409 (A).
    fn check_new(&self, bank: &Institution, login: &(String, String)) -> Result<(), Rejection> {
        let (member, _) = people::sign_in(bank.code, &login.0, &login.1);
        let is_same = |other: &&Connection| {
            other.credentials.as_ref() == Some(login) && other.belongs_to(bank)
        };
        let earlier = self.connections.iter().find(is_same);
        let earlier = earlier.map(|connection| connection.guid.clone());
        match earlier.or_else(|| member.quirks.already_connected.then(|| member.guid())) {
            Some(guid) => Err((Some(Rule::MemberExists), replies::member_exists(&guid))),
            None => Ok(()),
        }
    }

    pub(super) fn update(
        &mut self,
        now: u64,
        call: &Call<'_>,
        (index, version): (usize, Version),
        counts: &mut Counts,
    ) -> Result<(), Rejection> {
        let update = request::update(&call.request, version).map_err(invalid)?;
        let Some(connection) = self.connections.get_mut(index) else {
            return Ok(());
        };
        if let (Some(credentials), Some(bank)) = (update.credentials, connection.institution) {
            let credentials = sign_in(bank, &credentials)?;
            connection.use_scenario(people::sign_in(bank.code, &credentials.0, &credentials.1));
            connection.credentials = Some(credentials);
            if !update.skip_aggregation {
                counts.credentials_judged += 1;
                connection.begin(Job::Aggregate, "UPDATED", now);
            }
        }
        connection.id = update.id.or(connection.id.take());
        Ok(())
    }

    pub(super) fn request_job(
        &mut self,
        now: u64,
        (index, job): (usize, Job),
        counts: &mut Counts,
    ) -> Result<(), Rejection> {
        let Some(connection) = self.connections.get_mut(index) else {
            return Ok(());
        };
        // A new member whose creation started no job.
        let is_first = connection.credentials.is_some() && connection.aggregated_at.is_none();
        match connection.request_job(job, now) {
            JobStart::Started => {
                counts.jobs_started += 1;
                counts.credentials_judged += u32::from(is_first);
            }
            JobStart::NotNeeded => {}
            JobStart::Conflict => {
                return Err(reject(Rule::JobConflict, 409, "Another job is running."));
            }
        }
        Ok(())
    }

    pub(super) fn resume(
        &mut self,
        now: u64,
        call: &Call<'_>,
        (index, version): (usize, Version),
        counts: &mut Counts,
    ) -> Result<(), Rejection> {
        let answers = request::resume(&call.request, version).map_err(invalid)?;
        let Some(connection) = self.connections.get_mut(index) else {
            return Ok(());
        };
        let resumed = connection.resume(&answers, now, &self.rules, counts);
        resumed.map_err(|rule| match rule {
            Rule::UnexpectedAnswer => reject(rule, 405, "The member is not CHALLENGED."),
            _ => reject(rule, 400, "The answers do not match the challenges."),
        })
    }

    pub(super) fn record_status_read(&mut self, now: u64, index: usize, counts: &mut Counts) {
        let connection = self.connections.get_mut(index);
        if connection.is_some_and(|connection| connection.record_status_read(now)) {
            counts.rule_broken(Rule::PolledTooSoon);
        }
    }

    pub(super) fn oauth_window(
        &mut self,
        call: &Call<'_>,
        (index, version): (usize, Version),
    ) -> Result<Outgoing, Rejection> {
        let refused = || {
            reject(
                Rule::Institution,
                405,
                "The institution does not use OAuth.",
            )
        };
        let oauth = |other: &&Connection| other.institution.is_some_and(|bank| bank.is_oauth);
        let connection = self.connections.get(index).filter(oauth);
        let guid = connection.map(|connection| connection.guid.clone());
        let guid = guid.ok_or_else(refused)?;
        let options = WindowOptions::read(&call.queries()).map_err(invalid)?;
        let uri = self.window_uri(&guid, options.redirect, options.skips_aggregation);
        let connection = self.connections.get(index).ok_or_else(refused)?;
        Ok(replies::oauth_window(version, connection, &uri))
    }
}

/// The member whose scenario an OAuth window plays. There is no sign-in in the window, so the `id` can name the
/// member (ours).
fn oauth_member(create: &Create) -> Option<&'static Member> {
    let at_window = |member: &&Member| member.initial_state == InitialState::AtOauthWindow;
    let chosen = create
        .id
        .as_deref()
        .and_then(people::find)
        .filter(at_window);
    chosen.or_else(|| people::find("oauth"))
}

/// Username and password, if exactly the institution's credentials were given.
fn sign_in(bank: &Institution, credentials: &[Answer]) -> Result<(String, String), Rejection> {
    let refused = || {
        reject(
            Rule::CredentialGuids,
            400,
            "The credentials do not match the institution.",
        )
    };
    bank.sign_in(credentials).ok_or_else(refused)
}
