//! Simulated vendors: banks that people can test against, behind Flinks and behind MX.
//!
//! Written from the vendors' documents and not from the client: nothing here is shared with the
//! rest of the crate, so that one mistake cannot hide in both. No clock, no randomness, no network:
//! [`Simulator::handle`] turns a request and the time into a reply, and the same seed and requests
//! give the same bytes.
//!
//! # What is enforced, and how sure it is
//!
//! A: an official page says it · B: code or a specification that Flinks appears to have written · S:
//! MX's specification · W: MX's own widget does it · C: integrators' code does it · D: a guess.
//!
//! Flinks:
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
//! | a data call carries the customer's `x-api-key` ([`Keys::api_key`]) | 401 UNAUTHORIZED | A |
//! | … and the RequestId of an authorized session | 401 UNAUTHORIZED, 400 SESSION_NONEXISTENT | A, statuses D |
//! | the documented options of each data call, and accounts that there are | 400 INVALID_REQUEST | A, strictness ours |
//! | an Async twin is asked by GET, after its call | 400 INVALID_REQUEST | A, the refusal D |
//! | ten seconds between polls | only counted | A; of AuthorizeAsync D |
//! | data is prepared once a session, within 30 minutes of the first data call | 401 SESSION_EXPIRED | A, once and since when D |
//! | no transactions: GetAccountsDetail alone refuses, and not without WithTransactions | 400 NO_TRANSACTION | D |
//! | a call about a card carries the `x-api-key` or the secret key | 401 UNAUTHORIZED | D |
//! | … and the LoginId of a card that there is | 400 INVALID_REQUEST | A of AnswerMFAQuestions, else D |
//! | GetNightlyRefreshStatus carries a key of its own ([`Keys::bearer`]) | 401 UNAUTHORIZED | A |
//! | … lists the scheduled cards that are stuck: AnsweringSecurityChallenge | | A |
//! | … and those that failed otherwise, as `Rejection` with their code | | D |
//! | GetMFAQuestions lists what has no stored answer; of other people nothing | | A, D |
//! | AnswerMFAQuestions knows the questions of its login, and keeps its answers unseen | 400 INVALID_REQUEST | D, A |
//! | a live refresh puts stored answers to the bank; wrong ones are erased | | A |
//! | … all right: nobody is asked | | A |
//! | … else the person is asked, and the right answer stored, or nobody is | 401 QUESTION_NOT_FOUND | A, D |
//! | a broken card: a live refresh fails until the person signs in with credentials | its FlinksCode | D |
//! | … cached mode gives the old data, with 200 | | D |
//! | … or repeats the failure, with a RequestId that opens the old data | 401 QUESTION_NOT_FOUND | A, the help page on cached mode |
//! | a card in a live session, or whose data is prepared, is not deleted | 400 CARD_IN_USE | A, status D |
//! | a deleted card is unknown, and so are its sessions | 400 INVALID_LOGIN, SESSION_NONEXISTENT | A, D |
//!
//! Connect, Flinks' frame ([`ConnectRules`]):
//!
//! | rule | otherwise | sure |
//! |---|---|---|
//! | `/v2/?…`, `/?…` and `/v2/Credential/{InstitutionId}?…` | 404 | A, C |
//! | a `requestId` opens the round that its session stands at | SESSION_NONEXISTENT, SESSION_EXPIRED, ALREADY_AUTHORIZED | A, codes D |
//! | an `authorizeToken` signs one frame in; opening the page does not spend it | TOKEN_INVALID | C, D |
//! | events go to the parent by `step`, errors by their FlinksCode; the payload of APP_RESIZE is ours | | A |
//! | REDIRECT names the LoginId in `url`, as on Flinks' page, and at the top level | | A, C |
//! | `redirectUrl` keeps its query, and gets `loginId`, `institution`, `accountId` | | A, C |
//! | the `tag` comes back with a cached Authorize that has none ([`ConnectRules::returns_tag`]) | | D |
//! | one institution, two accounts; no consent, no stored answers, no colours | | |
//!
//! MX:
//!
//! | rule | otherwise | sure |
//! |---|---|---|
//! | `Basic` of the client id and API key, a version of the API, a known user and member | 401, 406, 404 | A |
//! | `Accept-Version`, or until [`MxRules::accept_version_required`] the former `Accept` | 406 | A |
//! | the specification's keys for the version, and their types; a PUT says something | 400 | S, strictness ours |
//! | credentials by the institution's guids, all and no others; none with OAuth | 400 | S, A |
//! | the same credentials make one member | 409, naming it | A, the body D |
//! | one job at a time: the same again starts nothing, a different one conflicts | 202, 409 | A |
//! | three hours between standard aggregations that went through, but at MX Bank | 202, and nothing starts | A, D |
//! | answers go to a CHALLENGED member | 405 | A |
//! | … with the guids of its round, each once | 400 | A, D |
//! | nobody answers for five minutes ([`MxRules::challenge_minutes`]): EXPIRED | | A, time D |
//! | an answer to an EXPIRED member asks anew ([`MxRules::expired_asks_again`]) | | W |
//! | three seconds between reads of a status, and a look before an answer | only counted | A, W |
//! | an OAuth window opens once | 410 | A |
//! | the widget's address opens once, within ten minutes; here, for a member only | 410, 404 | S, A |
//! | its messages are objects, before version 4 JSON text ([`MxRules::widget_posts_text`]) | | A |
//!
//! Nobody refreshes at night. MX's webhooks are not simulated yet. Cross-origin headers, and who may frame
//! Connect or the widget, are the host's.

mod counts;
mod faults;
mod flinks;
mod http;
mod json;
mod mx;
mod page;
mod pictures;
mod seed;
mod time;

pub use counts::{Counts, Rule};
pub use faults::{Fault, FaultKind, On};
pub use flinks::{ConnectRules, Misbehaviour, Person, Rules};
pub use http::{Arrival, Incoming, Outgoing};
pub use mx::{Member, MxRules};

use std::collections::BTreeMap;

use faults::Faults;
use flinks::Flinks;
use mx::Mx;

/// The vendors, their banks and the people who have an account there.
#[derive(Debug)]
pub struct Simulator {
    flinks: Flinks,
    mx: Mx,
    faults: Faults,
    counts: Counts,
}

/// What Flinks gives a customer beside the secret key.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// `x-api-key` of the data calls.
    pub api_key: &'a str,
    /// `Authorization: Bearer …` of GetNightlyRefreshStatus.
    pub bearer: &'a str,
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
            mx: Mx::new(seed),
            faults,
            counts,
        }
    }

    /// Answers one request. `now` is in milliseconds since 1970 and never goes back; a virtual
    /// clock may begin at 0.
    pub fn handle(&mut self, now: u64, request: &Incoming<'_>) -> Outgoing {
        let Self {
            flinks,
            mx,
            faults,
            counts,
        } = self;
        if flinks::is_connect(request) {
            flinks.connect(now, request, counts)
        } else if mx::is_mx(request.path) {
            let call = mx::Call::read(*request);
            call.count(counts);
            faults.apply(call.on(), mx::minimal_error, || {
                mx.handle(now, &call, counts)
            })
        } else {
            let call = flinks::Call::read(*request);
            call.count(counts);
            faults.apply(call.on(), flinks::minimal_error, || {
                flinks.handle(now, &call, counts)
            })
        }
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

    /// The other keys of the customer; they come from the seed.
    pub fn keys(&self) -> Keys<'_> {
        Keys {
            api_key: &self.flinks.api_key,
            bearer: &self.flinks.bearer,
        }
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

    /// Everybody's members at MX, in an order fit for a list to choose from.
    pub fn members(&self) -> Vec<&'static Member> {
        mx::everybody().collect()
    }

    /// The guid of a member by its name: the same whatever the seed.
    pub fn member_guid(&self, name: &str) -> Option<String> {
        mx::find(name).map(Member::guid)
    }

    /// The one user at MX: the same whatever the seed.
    pub fn user_guid(&self) -> String {
        mx::user_guid()
    }

    /// The client id and API key of MX; they come from the seed.
    pub fn mx_key(&self) -> (&str, &str) {
        (&self.mx.client_id, &self.mx.api_key)
    }

    /// The rules of MX that hold.
    pub fn mx_rules(&self) -> &MxRules {
        &self.mx.rules
    }

    /// Other rules of MX from now on.
    pub fn set_mx_rules(&mut self, rules: MxRules) {
        self.mx.rules = rules;
    }

    /// The guid and the right value of each challenge that a member is asked; none where nothing is
    /// asked.
    pub fn right_values(&self, member_guid: &str) -> Option<Vec<(String, String)>> {
        self.mx.right_answers(member_guid)
    }

    /// The same as the body of a resume.
    pub fn right_values_json(&self, member_guid: &str) -> Option<String> {
        self.mx.right_answers_json(member_guid)
    }
}
