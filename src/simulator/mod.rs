//! Simulated vendors: a bank that people can test against. Flinks today.
//!
//! Written from the vendors' documents and not from the client: nothing here is shared with the
//! rest of the crate, so that one mistake cannot hide in both. No clock, no randomness, no network:
//! [`Simulator::handle`] turns a request and the time into a reply, and the same seed and requests
//! give the same bytes.
//!
//! # What is enforced, and how sure it is
//!
//! A: an official page says it · B: code or a specification that Flinks appears to have written ·
//! C: integrators' code does it · D: a guess.
//!
//! | rule | otherwise | sure |
//! |---|---|---|
//! | the secret key mints tokens and nothing else does | 401 UNAUTHORIZED | A |
//! | a token opens one session, within 15 minutes ([`Rules::token_minutes`]) | 401 UNAUTHORIZED | A |
//! | a poll or an answer carries the token of its session | 401 UNAUTHORIZED | A |
//! | even a start that fails uses its token, a malformed request does not | | D |
//! | documented keys in their letter case, GUIDs, real booleans, `en` or `fr`, JSON content type | 400 INVALID_REQUEST | A, strictness ours |
//! | a LoginId or credentials, and credentials only live and with an institution | 400 INVALID_REQUEST | A |
//! | nothing that opens a session stands beside a RequestId | 400 INVALID_REQUEST | D |
//! | answers go by the newest RequestId; a poll may use the one before | 400 SESSION_NONEXISTENT | C, D |
//! | a RequestId lives 8 minutes from its last use, 30 once authorized | 401 SESSION_EXPIRED | A, status D |
//! | keys are the prompts byte for byte, all prompts of a round in one call | 401 UNKNOWN_CHALLENGE_KEY, SECURITYRESPONSES_INCOMPLETE | A |
//! | empty SecurityResponses are asked again ([`Rules::empty_answers_incomplete`]) | 203 | B |
//! | a wrong answer meets a fresh challenge with a new RequestId, the third ends | 401 INVALID_SECURITY_RESPONSE, …_NO_RETRY | B, C, number ours |
//! | nothing is answered after authorization | 401 ALREADY_AUTHORIZED | A |
//! | a RequestId alone asks how a session stands: AuthorizeAsync | | A |
//! | … plain Authorize ([`Rules::ask_by_request_id`]) | 400 INVALID_REQUEST | D |
//!
//! Data calls, stored answers and Connect are not simulated yet. Cross-origin headers are the
//! host's.

mod counts;
mod faults;
mod flinks;
mod http;
mod json;
mod pictures;
mod seed;
mod time;

pub use counts::{Counts, Rule};
pub use faults::{Fault, FaultKind, On};
pub use flinks::{Person, Rules};
pub use http::{Arrival, Incoming, Outgoing};

use std::collections::BTreeMap;

use faults::Faults;
use flinks::{Call, Flinks};

/// A vendor, its bank and the people who have an account there.
#[derive(Debug)]
pub struct Simulator {
    flinks: Flinks,
    faults: Faults,
    counts: Counts,
}

impl Simulator {
    /// With the [`Rules`] of a new customer.
    pub fn new(seed: u64) -> Self {
        Self::with_rules(seed, Rules::default())
    }

    /// With other rules.
    pub fn with_rules(seed: u64, rules: Rules) -> Self {
        let (faults, counts) = Default::default();
        Self {
            flinks: Flinks::new(seed, rules),
            faults,
            counts,
        }
    }

    /// Answers one request. `now` is in milliseconds since 1970 and never goes back; a virtual
    /// clock may begin at 0.
    pub fn handle(&mut self, now: u64, request: &Incoming<'_>) -> Outgoing {
        let call = Call::read(*request);
        call.count(&mut self.counts);
        let Self {
            flinks,
            faults,
            counts,
        } = self;
        faults.carry(call.on(), flinks::bare, || {
            flinks.handle(now, &call, counts)
        })
    }

    /// Everything that was seen so far.
    pub fn counts(&self) -> Counts {
        self.counts.clone()
    }

    /// Everybody, in an order fit for a list to choose from.
    pub fn people(&self) -> Vec<&'static Person> {
        flinks::everybody().collect()
    }

    /// The LoginId of a person: the same whatever the seed.
    pub fn login_id(&self, username: &str) -> Option<String> {
        flinks::find(username).map(Person::login_id)
    }

    /// The key that mints tokens; it comes from the seed.
    pub fn secret_key(&self) -> &str {
        &self.flinks.secret_key
    }

    /// The rules that hold.
    pub fn rules(&self) -> &Rules {
        &self.flinks.rules
    }

    /// Other rules from now on.
    pub fn set_rules(&mut self, rules: Rules) {
        self.flinks.rules = rules;
    }

    /// Queues a fault behind the others.
    pub fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The right SecurityResponses for the round that this RequestId stands at, in the language of
    /// its session; none where nothing is asked.
    pub fn right_answers(&self, request_id: &str) -> Option<BTreeMap<String, Vec<String>>> {
        self.flinks.right_responses(request_id)
    }

    /// The same as JSON text, for callers to whom `__proto__` is no ordinary key.
    pub fn right_answers_json(&self, request_id: &str) -> Option<String> {
        self.flinks.right_responses_json(request_id)
    }
}
