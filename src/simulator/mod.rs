//! Simulated Flinks and MX, with banks and people to test against.
//!
//! The simulator is written from the vendors' documents. It shares no code with the rest of the crate, so that
//! one mistake cannot hide in both. It has no clock, randomness or network: [`Simulator::handle`] takes a
//! request and the time and returns a reply. The same seed and requests give the same bytes.
//!
//! # Rules, and their sources
//!
//! A: an official page · B: code or a specification that Flinks appears to have written · S: MX's
//! specification · W: MX's widget · C: integrators' code · D: a guess · ours: the simulator's own
//! choice.
//!
//! Flinks:
//!
//! | rule | reply if broken | source |
//! |---|---|---|
//! | only the secret key mints tokens | 401 UNAUTHORIZED | A |
//! | a token opens one session, within 15 minutes ([`Rules::token_minutes`]) | 401 UNAUTHORIZED | A |
//! | a poll or an answer has the token of its session | 401 UNAUTHORIZED | A |
//! | a start that fails uses its token, a malformed request does not | | D |
//! | documented keys in their letter case, GUIDs, real booleans, `en` or `fr`, JSON content type | 400 INVALID_REQUEST | A, strictness ours |
//! | a LoginId or credentials; credentials only live and with an institution | 400 INVALID_REQUEST | A |
//! | a RequestId cannot be combined with keys that open a session | 400 INVALID_REQUEST | D |
//! | an answer has the newest RequestId; a poll may have the one before | 400 SESSION_NONEXISTENT | C, D |
//! | a RequestId expires 8 minutes after its last use, 30 once authorized | 401 SESSION_EXPIRED | A, status D |
//! | keys are the prompts byte for byte; one call answers all prompts of a round | 401 UNKNOWN_CHALLENGE_KEY, SECURITYRESPONSES_INCOMPLETE | A |
//! | empty SecurityResponses repeat the challenge ([`Rules::empty_answers_incomplete`]) | 203 | B |
//! | a wrong answer brings a new challenge with a new RequestId; the third one ends the session | 401 INVALID_SECURITY_RESPONSE, …_NO_RETRY | B, C, number ours |
//! | no answer after authorization | 401 ALREADY_AUTHORIZED | A |
//! | AuthorizeAsync with a RequestId alone returns the state of the session | | A |
//! | … and so does plain Authorize ([`Rules::ask_by_request_id`]) | 400 INVALID_REQUEST | D |
//! | a data call has the customer's `x-api-key` ([`Keys::api_key`]) | 401 UNAUTHORIZED | A |
//! | … and the RequestId of an authorized session | 401 UNAUTHORIZED, 400 SESSION_NONEXISTENT | A, statuses D |
//! | the documented options of each data call, and existing accounts | 400 INVALID_REQUEST | A, strictness ours |
//! | the Async variant of a data call is a GET, after that call | 400 INVALID_REQUEST | A, the refusal D |
//! | ten seconds between polls | only counted | A; of AuthorizeAsync D |
//! | data is prepared once a session, within 30 minutes of the first data call | 401 SESSION_EXPIRED | A, once and since when D |
//! | no transactions: only GetAccountsDetail refuses, and only with WithTransactions | 400 NO_TRANSACTION | D |
//! | a call about a card has the `x-api-key` or the secret key | 401 UNAUTHORIZED | D |
//! | … and the LoginId of an existing card | 400 INVALID_REQUEST | A of AnswerMFAQuestions, else D |
//! | GetNightlyRefreshStatus has a separate key ([`Keys::bearer`]) | 401 UNAUTHORIZED | A |
//! | … lists the scheduled cards that wait for an answer: AnsweringSecurityChallenge | | A |
//! | … and those that failed otherwise, as `Failed` with their code | | D |
//! | GetMFAQuestions lists the questions without a stored answer; for people without stored answers, nothing | | A, D |
//! | AnswerMFAQuestions accepts only questions of its login, and stores the answers unchecked | 400 INVALID_REQUEST | D, A |
//! | a live refresh sends stored answers to the bank; wrong ones are erased | | A |
//! | … if all are right, there is no question | | A |
//! | … else the question goes to the person and the right answer is stored, or the refresh fails | 401 QUESTION_NOT_FOUND | A, D |
//! | a live refresh of a broken card fails until the person signs in with credentials | its FlinksCode | D |
//! | … cached mode returns the old data, with 200 | | D |
//! | … or repeats the failure, with a RequestId that opens the old data | 401 QUESTION_NOT_FOUND | A, the help page on cached mode |
//! | a card with an open live session, or whose data is being prepared, cannot be deleted | 400 CARD_IN_USE | A, status D |
//! | a deleted card and its sessions are unknown | 400 INVALID_LOGIN, SESSION_NONEXISTENT | A, D |
//!
//! Connect, Flinks' iframe ([`ConnectRules`]):
//!
//! | rule | reply if broken | source |
//! |---|---|---|
//! | `/v2/?…`, `/?…` and `/v2/Credential/{InstitutionId}?…` | 404 | A, C |
//! | a `requestId` opens the current round of its session | SESSION_NONEXISTENT, SESSION_EXPIRED, ALREADY_AUTHORIZED | A, codes D |
//! | an `authorizeToken` is good for one page; the first sign-in uses it, opening the page does not | TOKEN_INVALID | C, D |
//! | events go to the parent by `step`, errors by their FlinksCode; the payload of APP_RESIZE is ours | | A |
//! | REDIRECT has the LoginId in `url`, as on Flinks' page, and at the top level | | A, C |
//! | `redirectUrl` keeps its query, and gets `loginId`, `institution`, `accountId` | | A, C |
//! | … or `error` and `error_description`, if the person refuses at the bank | | A, the values OAuth 2's |
//! | REDIRECT and the landing have the chosen accounts ([`ConnectRules::redirect_has_accounts`]) | | C |
//! | with `webview=true`, events go to `ReactNativeWebView` or the handler `flinksEvent`, and to no parent | | A |
//! | a cached Authorize without a Tag returns the `tag` ([`ConnectRules::returns_tag`]) | | D |
//! | one institution, two accounts; no consent, no stored answers, no colours | | |
//!
//! MX:
//!
//! | rule | reply if broken | source |
//! |---|---|---|
//! | `Basic` of the client id and API key, a version of the API, an existing user and member | 401, 406, 404 | A |
//! | `Accept-Version`, or the older `Accept` unless [`MxRules::accept_version_required`] | 406 | A |
//! | the specification's keys for the version, and their types; a PUT is not empty | 400 | S, strictness ours |
//! | exactly the institution's credentials, by guid; none with OAuth | 400 | S, A |
//! | the same credentials create one member | 409, with its guid | A, the body D |
//! | one job at a time: the same job again starts nothing, a different one conflicts | 202, 409 | A |
//! | three hours between standard aggregations that succeeded, except at MX Bank | 202, and nothing starts | A, D |
//! | only a CHALLENGED member takes answers | 405 | A |
//! | … one for each guid of its round | 400 | A, D |
//! | a challenge expires after five minutes ([`MxRules::challenge_minutes`]): EXPIRED | | A, time D |
//! | an answer to an EXPIRED member asks again ([`MxRules::expired_asks_again`]) | | W |
//! | three seconds between reads of a status; a read before each answer | only counted | A, W |
//! | an OAuth window opens once | 410 | A |
//! | the widget's URL opens once, within ten minutes; here only for an existing member | 410, 404 | S, A |
//! | its messages are objects, before version 4 JSON text ([`MxRules::widget_posts_text`]) | | A |
//! | … with `is_mobile_webview`, addresses of the app's scheme, or of `mx` | | A, the form C |
//!
//! Not simulated: nightly refreshes and MX's webhooks. The host adds CORS headers and decides who may
//! frame Connect or the widget.

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
pub use faults::{Fault, FaultKind, Target};
pub use flinks::{ConnectRules, Misbehaviour, Person, Rules, SuccessCode};
pub use http::{Arrival, Incoming, Outgoing};
pub use mx::{Member, MxRules};

use std::collections::BTreeMap;

use faults::Faults;
use flinks::Flinks;
use mx::Mx;

/// Both vendors, their banks and the people with an account there.
#[derive(Debug, Clone)]
pub struct Simulator {
    flinks: Flinks,
    mx: Mx,
    faults: Faults,
    counts: Counts,
}

/// The customer's Flinks keys, except for the secret key.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    /// The `x-api-key` of the data calls.
    pub api_key: &'a str,
    /// The bearer token of GetNightlyRefreshStatus.
    pub bearer: &'a str,
}

impl Simulator {
    /// A simulator with the [`Rules`] of a new customer.
    pub fn new(seed: u64) -> Self {
        Self::with_rules(seed, Rules::default())
    }

    /// A simulator with these rules.
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
    /// clock may start at 0.
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
            faults.apply(call.fault_target(), mx::minimal_error, || {
                mx.handle(now, &call, counts)
            })
        } else {
            let call = flinks::Call::read(*request);
            call.count(counts);
            faults.apply(call.fault_target(), flinks::minimal_error, || {
                flinks.handle(now, &call, counts)
            })
        }
    }

    /// Removes all people but this one, and all members but the one of this name. A search that copies the simulator for
    /// each state needs a small one.
    pub fn keep_only(&mut self, name: &str) {
        self.flinks.keep_only(name);
        self.mx.keep_only(name);
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        self.counts.clone()
    }

    /// All people at Flinks, in the order in which a list should show them.
    pub fn people(&self) -> Vec<&'static Person> {
        flinks::all_people().collect()
    }

    /// The LoginId of a person. It does not depend on the seed.
    pub fn login_id(&self, username: &str) -> Option<String> {
        flinks::find(username).map(Person::login_id)
    }

    /// The key that mints tokens, derived from the seed.
    pub fn secret_key(&self) -> &str {
        &self.flinks.secret_key
    }

    /// The other keys of the customer, derived from the seed.
    pub fn keys(&self) -> Keys<'_> {
        Keys {
            api_key: &self.flinks.api_key,
            bearer: &self.flinks.bearer,
        }
    }

    /// The current rules.
    pub fn rules(&self) -> &Rules {
        &self.flinks.rules
    }

    /// Changes the rules.
    pub fn set_rules(&mut self, rules: Rules) {
        self.flinks.rules = rules;
    }

    /// Adds a fault at the end of the queue.
    pub fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The right SecurityResponses for the current round of a session, in its language; `None` if the
    /// session asks nothing.
    pub fn right_answers(&self, request_id: &str) -> Option<BTreeMap<String, Vec<String>>> {
        self.flinks.right_responses(request_id)
    }

    /// The right SecurityResponses as JSON text, for callers in JavaScript, where `__proto__` is a special key.
    pub fn right_answers_json(&self, request_id: &str) -> Option<String> {
        self.flinks.right_responses_json(request_id)
    }

    /// All members at MX, in the order in which a list should show them.
    pub fn members(&self) -> Vec<&'static Member> {
        mx::all_members().collect()
    }

    /// The guid of a member, by name. It does not depend on the seed.
    pub fn member_guid(&self, name: &str) -> Option<String> {
        mx::find(name).map(Member::guid)
    }

    /// The only user at MX. The guid does not depend on the seed.
    pub fn user_guid(&self) -> String {
        mx::user_guid()
    }

    /// The MX client id and API key, derived from the seed.
    pub fn mx_key(&self) -> (&str, &str) {
        (&self.mx.client_id, &self.mx.api_key)
    }

    /// The current MX rules.
    pub fn mx_rules(&self) -> &MxRules {
        &self.mx.rules
    }

    /// Changes the MX rules.
    pub fn set_mx_rules(&mut self, rules: MxRules) {
        self.mx.rules = rules;
    }

    /// The guid and right value of each challenge in a member's current round; `None` if the member
    /// is not CHALLENGED.
    pub fn right_values(&self, member_guid: &str) -> Option<Vec<(String, String)>> {
        self.mx.right_answers(member_guid)
    }

    /// The right values as the body of a resume.
    pub fn right_values_json(&self, member_guid: &str) -> Option<String> {
        self.mx.right_answers_json(member_guid)
    }
}
