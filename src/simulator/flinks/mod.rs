//! Simulated Flinks: GenerateAuthorizeToken, Authorize and AuthorizeAsync, the data calls, the cards
//! and their stored answers, and Connect.

mod authorize;
mod call;
mod cards;
mod challenge;
mod codes;
mod connect;
mod data;
mod fields;
mod judge;
mod people;
mod rejection;
mod replies;
mod request;
mod rules;
mod session;
mod stored_answers;
mod token;

#[cfg(test)]
mod tests;

pub use connect::{ConnectRules, Misbehaviour};
pub use people::Person;
pub use rules::{Rules, SuccessCode};

pub(crate) use call::Call;
pub(crate) use connect::is_connect;
pub(crate) use people::{all_people, find};
pub(crate) use replies::minimal_error;

use call::Operation;
use cards::Card;
use connect::Connect;
use rejection::{Rejection, invalid, reject};
use session::Session;
use token::Tokens;

use super::counts::{Counts, Rule};
use super::http::Outgoing;
use super::seed::Seed;

#[derive(Debug, Clone)]
pub(crate) struct Flinks {
    pub(crate) rules: Rules,
    pub(crate) secret_key: String,
    /// For the data calls.
    pub(crate) api_key: String,
    /// For GetNightlyRefreshStatus.
    pub(crate) bearer: String,
    seed: Seed,
    tokens: Tokens,
    sessions: Vec<Session>,
    cards: Vec<Card>,
    connect: Connect,
    /// The time of the first request. Cached data is older.
    first_request_at: Option<u64>,
}

impl Flinks {
    pub(crate) fn new(seed: u64, rules: Rules) -> Self {
        let key = |of: &str| Seed::named(&format!("{seed} {of}")).guid();
        let (api_key, bearer) = (key("x-api-key"), key("bearer"));
        let mut seed = Seed::new(seed);
        let secret_key = seed.guid();
        let (tokens, sessions, connect, first_request_at) = Default::default();
        Self {
            rules,
            secret_key,
            api_key,
            bearer,
            seed,
            tokens,
            sessions,
            cards: all_people().map(Card::initial).collect(),
            connect,
            first_request_at,
        }
    }

    pub(crate) fn keep_only(&mut self, username: &str) {
        self.cards.retain(|card| card.person.username == username);
    }

    pub(crate) fn handle(&mut self, now: u64, call: &Call<'_>, counts: &mut Counts) -> Outgoing {
        self.advance_to(now);
        match self.dispatch(now, call, counts) {
            Ok(reply) => replies::with_success_code(self.rules.success_code, reply),
            Err((rule, reply)) => {
                rule.into_iter().for_each(|rule| counts.rule_broken(rule));
                reply
            }
        }
    }

    fn advance_to(&mut self, now: u64) {
        self.first_request_at.get_or_insert(now);
        for session in &mut self.sessions {
            session.advance_to(now);
        }
    }

    fn dispatch(
        &mut self,
        now: u64,
        call: &Call<'_>,
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        let Some((customer, operation)) = call.route else {
            return Err((Some(Rule::Path), replies::not_found()));
        };
        if call.request.method != operation.method() {
            return Err(reject(Rule::Method, "METHOD_NOT_AVAILABLE"));
        }
        if !customer.eq_ignore_ascii_case(&self.rules.customer_id) {
            return Err(reject(Rule::Customer, "ACCESS_DENIED"));
        }
        match operation {
            Operation::GenerateAuthorizeToken => self.generate(now, call, counts),
            Operation::AuthorizeAsync if !self.rules.authorize_async => {
                Err(reject(Rule::NotActivated, "ACCESS_DENIED"))
            }
            Operation::AuthorizeAsync => self.authorize(now, call, true, counts),
            Operation::Authorize => self.authorize(now, call, false, counts),
            Operation::MfaQuestions(login_id) => self.mfa_questions(call, login_id),
            Operation::AnswerMfaQuestions => self.answer_mfa_questions(call),
            Operation::DeleteCard(login_id) => self.delete_card(now, call, login_id),
            Operation::SetScheduledRefresh => self.set_scheduled_refresh(call),
            Operation::NightlyRefreshStatus => self.nightly_refresh_status(call),
            Operation::Data(kind) => self.data(now, call, kind),
            Operation::DataAsync(kind, id) => self.data_async(now, call, (kind, id), counts),
        }
    }

    fn generate(
        &mut self,
        now: u64,
        call: &Call<'_>,
        counts: &mut Counts,
    ) -> Result<Outgoing, Rejection> {
        if call.key("").token != Some(&self.secret_key) {
            return Err(reject(Rule::SecretKey, "UNAUTHORIZED"));
        }
        if !call.request.body.is_empty() {
            return Err(invalid((String::new(), "The body must be empty")));
        }
        let token = self.seed.guid();
        counts.tokens_minted += 1;
        let reply = replies::token(&token);
        self.tokens.mint(token, now);
        Ok(reply)
    }
}
