//! What the simulator has seen, for tests that prove what was *not* sent.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// Counted as sent: also when a fault then loses the request before the bank hears of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Every request, whatever it was.
    pub requests: u32,
    /// Cached starts.
    pub cached_starts: u32,
    /// Live starts, by LoginId or by credentials.
    pub live_starts: u32,
    /// Calls with a RequestId and nothing to say; reads of an MX member's status.
    pub polls: u32,
    /// Requests for a job of an MX member.
    pub jobs: u32,
    /// … of which this many started one.
    pub jobs_started: u32,
    /// Submissions of answers.
    pub answers: u32,
    /// … of which this many bore a RequestId, or challenge guids, *and* answers that had been sent
    /// together before.
    pub answers_repeated: u32,
    /// … of which this many were put before the bank, as right or wrong.
    pub answers_judged: u32,
    /// Flinks: submissions of answers by RequestId. More than one is legitimate where a bank keeps the
    /// RequestId from round to round.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub answers_by_request_id: BTreeMap<String, u32>,
    /// Submissions of a username and password, or of an MX member's credentials.
    pub credentials: u32,
    /// … of which this many had been sent before.
    pub credentials_repeated: u32,
    /// … of which this many were put before the bank, as right or wrong.
    pub credentials_judged: u32,
    /// Flinks: frames of Connect that were opened. What a person does within one is not counted:
    /// it is no call of a client.
    pub connects: u32,
    /// Authorize tokens handed out.
    pub tokens_minted: u32,
    /// Authorize tokens spent on a session.
    pub tokens_used: u32,
    /// Flinks: GetAccountsSummary, GetAccountsDetail and GetStatements.
    pub data_calls: u32,
    /// Flinks: reads of their Async twins.
    pub data_polls: u32,
    /// Flinks: reads of the questions that have no stored answer.
    pub question_lists: u32,
    /// Flinks: submissions of answers to be stored.
    pub stored_answers: u32,
    /// … of which this many had been sent before.
    pub stored_answers_repeated: u32,
    /// Flinks: DeleteCard, SetScheduledRefresh and GetNightlyRefreshStatus.
    pub card_calls: u32,
    /// How often each rule of the vendor was broken, by the rule's name: see [`Rule`].
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Partial<Record<Rule, number>>"))]
    pub broken: BTreeMap<Rule, u32>,
    #[serde(skip)]
    seen: BTreeSet<String>,
}

/// A rule of the vendor that a request broke. Some are refused, some only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// No such path.
    Path,
    /// Not the method of this path.
    Method,
    /// Another customer's path.
    Customer,
    /// A body that is not as documented.
    Body,
    /// No token where one is needed.
    TokenMissing,
    /// A token that was never handed out.
    TokenUnknown,
    /// The secret key where a token belongs.
    SecretKeyAsToken,
    /// A token that has had its session.
    TokenUsed,
    /// A token past its life.
    TokenExpired,
    /// An answer or poll with a token other than its session's.
    TokenOfAnotherSession,
    /// Not the secret key.
    SecretKey,
    /// AuthorizeAsync, or a question by RequestId, that this customer does not have.
    NotActivated,
    /// An answer with a RequestId that a newer one has replaced.
    StaleRequestId,
    /// A RequestId after its time.
    SessionExpired,
    /// A RequestId that never was.
    SessionUnknown,
    /// A key that belongs to no challenge of the round.
    ChallengeKey,
    /// A challenge without an answer.
    AnswersIncomplete,
    /// An answer while none was asked; of MX, a 405.
    UnexpectedAnswer,
    /// A second live session beside an open one of the same person. Refused only where
    /// [`Rules::refuse_concurrent`](super::Rules) says so.
    Concurrent,
    /// Flinks: a data call without the customer's x-api-key.
    DataKey,
    /// Flinks: a call about a card with neither the x-api-key nor the secret key.
    CardKey,
    /// Flinks: GetNightlyRefreshStatus without its own key.
    BearerKey,
    /// Flinks: a call about a card that there is not.
    LoginUnknown,
    /// Flinks: a data call before its session is authorized.
    DataUnauthorized,
    /// Flinks: an Async twin of a data call that was not made.
    AsyncBeforeCall,
    /// Flinks: a poll within ten seconds of another that said "not yet". MX: a status within three
    /// seconds of another of the same member. Never refused.
    PolledTooSoon,
    /// MX: not this client's id and key.
    ApiKey,
    /// MX: no API version, or one that there is not.
    Version,
    /// MX: no such user.
    User,
    /// MX: no such member.
    Member,
    /// MX: no such institution.
    Institution,
    /// MX: credentials whose guids are not the institution's.
    CredentialGuids,
    /// MX: the same credentials a second time.
    MemberExists,
    /// MX: a job while a different one runs.
    JobConflict,
    /// MX: an answer to a challenge of another round.
    StaleChallenge,
    /// MX: an answer after the time for it. Never refused.
    AnswerExpired,
    /// MX: an answer without a look before it: fewer than two reads of the status since it asks, or
    /// none in the last ten seconds. Never refused, and ours, not the vendor's.
    AnswerWithoutRecentStatus,
    /// MX: an OAuth window or a widget's address that was never handed out, is too old, or was used before.
    WindowUsed,
}

impl Counts {
    pub(crate) fn rule_broken(&mut self, rule: Rule) {
        *self.broken.entry(rule).or_default() += 1;
    }

    pub(crate) fn answered(&mut self, request_id: &str, responses: &str) {
        self.answers += 1;
        *self
            .answers_by_request_id
            .entry(request_id.to_owned())
            .or_default() += 1;
        self.answers_repeated += u32::from(!self.seen.insert(format!("{request_id} {responses}")));
    }

    /// Of MX: the guids tell one round from another.
    pub(crate) fn resumed(&mut self, answers: &str) {
        self.answers += 1;
        self.answers_repeated += u32::from(!self.seen.insert(answers.to_owned()));
    }

    pub(crate) fn stored(&mut self, answers: &str) {
        self.stored_answers += 1;
        self.stored_answers_repeated += u32::from(!self.seen.insert(format!("stored {answers}")));
    }

    pub(crate) fn submitted_credentials(&mut self, username: &str, password: &str) {
        self.submitted(&format!("{username:?} {password:?}"));
    }

    pub(crate) fn submitted(&mut self, credentials: &str) {
        self.credentials += 1;
        self.credentials_repeated += u32::from(!self.seen.insert(credentials.to_owned()));
    }
}
