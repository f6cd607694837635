//! Counts of what the simulator received, for tests that prove what was *not* sent.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// A request counts as sent even if a fault loses the request on its way to the bank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// All requests.
    pub requests: u32,
    /// Cached starts.
    pub cached_starts: u32,
    /// Live starts, by LoginId or by credentials.
    pub live_starts: u32,
    /// Flinks: Authorize calls with nothing but a RequestId. MX: reads of a member's status.
    pub polls: u32,
    /// MX: requests for a job.
    pub jobs: u32,
    /// MX: jobs that started.
    pub jobs_started: u32,
    /// Submissions of answers.
    pub answers: u32,
    /// Submissions whose RequestId (or challenge guids) *and* answers had been sent together before.
    pub answers_repeated: u32,
    /// Submissions that the bank judged as right or wrong.
    pub answers_judged: u32,
    /// Flinks: submissions of answers by RequestId. More than one is legitimate if a bank keeps the
    /// RequestId from round to round.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub answers_by_request_id: BTreeMap<String, u32>,
    /// Submissions of a username and password, or of an MX member's credentials.
    pub credentials: u32,
    /// Credentials that had been sent before.
    pub credentials_repeated: u32,
    /// Credentials that the bank judged as right or wrong.
    pub credentials_judged: u32,
    /// Flinks: Connect pages that were opened. The calls of an opened page are not counted.
    pub connects: u32,
    /// Authorize tokens minted.
    pub tokens_minted: u32,
    /// Authorize tokens used to open a session.
    pub tokens_used: u32,
    /// Flinks: GetAccountsSummary, GetAccountsDetail and GetStatements.
    pub data_calls: u32,
    /// Flinks: calls of their Async variants.
    pub data_polls: u32,
    /// Flinks: GetMFAQuestions.
    pub question_lists: u32,
    /// Flinks: AnswerMFAQuestions.
    pub stored_answers: u32,
    /// Stored answers that had been sent before.
    pub stored_answers_repeated: u32,
    /// Flinks: DeleteCard, SetScheduledRefresh and GetNightlyRefreshStatus.
    pub card_calls: u32,
    /// How often each [`Rule`] was broken.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Partial<Record<Rule, number>>"))]
    pub broken: BTreeMap<Rule, u32>,
    #[serde(skip)]
    seen: BTreeSet<String>,
}

/// A rule of the vendor that a request broke. Most such requests are refused, some are only counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Unknown path.
    Path,
    /// Wrong method for the path.
    Method,
    /// Another customer's path.
    Customer,
    /// A body that does not have the documented form.
    Body,
    /// No token, and one is required.
    TokenMissing,
    /// A token that was never minted.
    TokenUnknown,
    /// The secret key instead of a token.
    SecretKeyAsToken,
    /// A token that has opened a session already.
    TokenUsed,
    /// An expired token.
    TokenExpired,
    /// An answer or poll with the token of another session.
    TokenOfAnotherSession,
    /// GenerateAuthorizeToken without the secret key.
    SecretKey,
    /// AuthorizeAsync, or Authorize with a RequestId alone, and the rules do not allow it.
    NotActivated,
    /// An answer with an older RequestId than the newest.
    StaleRequestId,
    /// An expired RequestId.
    SessionExpired,
    /// An unknown RequestId.
    SessionUnknown,
    /// A key that is not the prompt of a challenge in the round.
    ChallengeKey,
    /// A challenge without an answer.
    AnswersIncomplete,
    /// An answer without a challenge; at MX, a 405.
    UnexpectedAnswer,
    /// A second live session of a person while the first is open. Refused only with
    /// [`Rules::refuse_concurrent`](super::Rules).
    Concurrent,
    /// Flinks: a data call without the customer's x-api-key.
    DataKey,
    /// Flinks: a call about a card with neither the x-api-key nor the secret key.
    CardKey,
    /// Flinks: GetNightlyRefreshStatus without its bearer key.
    BearerKey,
    /// Flinks: a call about an unknown card.
    LoginUnknown,
    /// Flinks: a data call before its session is authorized.
    DataUnauthorized,
    /// Flinks: the Async variant of a data call before that call.
    AsyncBeforeCall,
    /// Flinks: a poll within ten seconds of a poll that was pending. MX: a read of the status within three
    /// seconds of the last read for the same member. Never refused.
    PolledTooSoon,
    /// MX: a wrong client id or API key.
    ApiKey,
    /// MX: no API version, or an unknown one.
    Version,
    /// MX: an unknown user.
    User,
    /// MX: an unknown member.
    Member,
    /// MX: an unknown institution.
    Institution,
    /// MX: the guids of the credentials are not those of the institution.
    CredentialGuids,
    /// MX: a second member with the same credentials.
    MemberExists,
    /// MX: a job while a different one runs.
    JobConflict,
    /// MX: an answer to a challenge of another round.
    StaleChallenge,
    /// MX: an answer to an expired challenge. Never refused.
    AnswerExpired,
    /// MX: an answer after fewer than two reads of the status since the challenge, or without a read in the last
    /// ten seconds. Never refused. This rule is ours, not MX's.
    AnswerWithoutRecentStatus,
    /// MX: the URL of an OAuth window or of the widget is unknown, expired or used.
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

    /// Counts the answers of an MX resume call. Their guids identify the round.
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
