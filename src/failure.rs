//! Every way a flow can end badly, and every way a call can be refused: one table.
//!
//! Lower-case codes are *endings*: the flow is over, and [`NextAction`] says what to do. Upper-case codes are
//! *refusals*: the call was wrong, nothing was sent, and the flow stands where it stood.

use core::ops::Deref;

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident $text:literal $next:ident $message:literal)+) => {
        /// A stable code. New ones may be added, the meaning of one never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])+ #[cfg_attr(target_arch = "wasm32", serde(rename = $text))] $name,)+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$name),+];

            /// The code as it is printed.
            pub const fn text(self) -> &'static str {
                match self { $(ErrorCode::$name => $text),+ }
            }

            /// What to do next.
            pub const fn next(self) -> NextAction {
                match self { $(ErrorCode::$name => NextAction::$next),+ }
            }

            /// One sentence for a developer; no vendor's text and no value is ever in it.
            pub const fn message(self) -> &'static str {
                match self { $(ErrorCode::$name => $message),+ }
            }
        }
    };
}

codes! {
    /// No reply could be had, and nothing that must not be repeated was sent.
    Unreachable "unreachable" RetryLater
        "the vendor could not be reached; in a page, it may not answer cross-origin calls"
    /// A submission was sent, and nobody can say what became of it.
    OutcomeUnknown "outcome-unknown" RetryLater
        "what became of the last submission is not known; it was not sent again"
    /// The vendor kept working for longer than it says it ever does.
    TimedOut "timed-out" RetryLater
        "the vendor did not come to an end in the time it documents"
    /// Replies came, and none of them could be read.
    UnreadableReply "unreadable-reply" RetryLater
        "the vendor's replies could not be read"
    /// The vendor's session is over, by its word or by its clock.
    SessionExpired "session-expired" StartOver
        "the vendor's session is over"
    /// The caller cancelled.
    Cancelled "cancelled" StartOver
        "the flow was cancelled"
    /// Username, password or LoginId were not accepted.
    CredentialsRefused "credentials-refused" AskCredentials
        "the bank did not accept the credentials"
    /// The answer was wrong, and the bank does not ask again in this session.
    AnswerRefused "answer-refused" StartOver
        "the bank did not accept the answer"
    /// The vendor says that the answers do not fit its questions.
    AnswersMismatched "answers-mismatched" StartOver
        "the vendor could not match the answers to its questions"
    /// The bank asked what no stored answer is known for.
    QuestionUnanswered "question-unanswered" Reconnect
        "the bank asked a question that has no stored answer"
    /// Another session of the same connection is open.
    ConcurrentSession "concurrent-session" RetryLater
        "another session of this connection is open"
    /// The bank or the vendor is busy, or the calls were too many.
    Busy "busy" RetryLater
        "the bank or the vendor is busy"
    /// Something awaits the person at the bank's own site.
    BankActionRequired "bank-action-required" VisitBank
        "the bank wants the person to do something on its own site"
    /// The bank has deactivated the login.
    LoginDisabled "login-disabled" VisitBank
        "the bank has disabled this login"
    /// The institution is closed, discontinued or disabled for good.
    InstitutionClosed "institution-closed" GiveUp
        "the vendor no longer connects to this institution"
    /// The person has to grant access anew at the bank's own site.
    ReauthorizationRequired "reauthorization-required" Reconnect
        "the bank wants access to be granted anew"
    /// The member exists already.
    MemberExists "member-exists" FixIntegration
        "a member with these credentials exists already; start with that one"
    /// The vendor has switched the institution off.
    InstitutionDisabled "institution-disabled" RetryLater
        "the vendor has switched this institution off"
    /// A key or token was not accepted, or the call came out of order.
    Unauthorized "unauthorized" FixIntegration
        "the vendor did not accept the key or token"
    /// The vendor did not accept the request itself.
    RequestRefused "request-refused" FixIntegration
        "the vendor did not accept the request"
    /// The vendor redirected the call. Redirects are never followed: they could carry answers away.
    Redirected "redirected" FixIntegration
        "the vendor redirected the call, and redirects are not followed"
    /// The host gave no secret for a slot of the request, so it was not sent.
    SecretMissing "secret-missing" FixIntegration
        "the host gave no usable secret for the request"
    /// The vendor authorized another LoginId than the one that was asked for.
    LoginMismatch "login-mismatch" GiveUp
        "the vendor authorized another login than the one asked for"
    /// The connection is still being processed.
    CardInUse "card-in-use" RetryLater
        "the connection is still being processed"
    /// The vendor failed.
    VendorError "vendor-error" RetryLater
        "the vendor failed"
    /// The vendor refused with a code that its documents do not name; see `vendorCode`.
    Refused "refused" GiveUp
        "the vendor refused with a code that it does not document"

    /// Refusal: an argument is missing, malformed or contradicts another.
    InvalidInput "INVALID_INPUT" FixIntegration
        "an argument is not valid"
    /// Refusal: the answers do not fit the round, which stays open.
    InvalidAnswer "INVALID_ANSWER" AnswerAgain
        "the answers do not fit the round"
    /// Refusal: the answers are for a round that is no longer asked.
    StaleRound "STALE_ROUND" AnswerAgain
        "the answers are for a round that is no longer asked"
    /// Refusal: the flow does not expect this now.
    OutOfTurn "OUT_OF_TURN" FixIntegration
        "the flow does not expect this now"
    /// Refusal: the snapshot is truncated, edited or none.
    SnapshotUnreadable "SNAPSHOT_UNREADABLE" StartOver
        "the snapshot is damaged or none"
    /// Refusal: the snapshot is whole, and of a version that this release does not read.
    SnapshotVersion "SNAPSHOT_VERSION" StartOver
        "the snapshot is of a version that this release does not read"
}

/// What to do about an ending or a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "kebab-case"))]
pub enum NextAction {
    /// Start a new flow later, not before `retryAt`.
    RetryLater,
    /// Start a new flow when the person is there.
    StartOver,
    /// Ask the person for username and password, and start a new flow with them.
    AskCredentials,
    /// A person must answer: run a live flow with the person present.
    Reconnect,
    /// The person has something to settle at the bank's own site or by telephone.
    VisitBank,
    /// The integrator's code, keys or configuration are wrong.
    FixIntegration,
    /// Nothing that this library knows of helps.
    GiveUp,
    /// The round is still open: answer it again, correctly.
    AnswerAgain,
}

impl NextAction {
    /// Every next action.
    pub const ALL: &[NextAction] = &[
        NextAction::RetryLater,
        NextAction::StartOver,
        NextAction::AskCredentials,
        NextAction::Reconnect,
        NextAction::VisitBank,
        NextAction::FixIntegration,
        NextAction::GiveUp,
        NextAction::AnswerAgain,
    ];

    /// The next action as it is printed.
    pub const fn text(self) -> &'static str {
        match self {
            NextAction::RetryLater => "retry-later",
            NextAction::StartOver => "start-over",
            NextAction::AskCredentials => "ask-credentials",
            NextAction::Reconnect => "reconnect",
            NextAction::VisitBank => "visit-bank",
            NextAction::FixIntegration => "fix-integration",
            NextAction::GiveUp => "give-up",
            NextAction::AnswerAgain => "answer-again",
        }
    }
}

/// How a flow ended badly.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct Failure {
    /// The stable code.
    pub code: ErrorCode,
    /// What to do next.
    pub next: NextAction,
    /// One sentence for a developer.
    pub message: &'static str,
    /// When to come back, in milliseconds since 1970; set where `next` is `retry-later`.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number | null"))]
    pub retry_at: Option<u64>,
    /// The vendor's own code, where it is one: a FlinksCode.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub vendor_code: Option<String>,
    /// The HTTP status that the verdict was made of.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number | null"))]
    pub status: Option<u16>,
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Failure {
        Failure {
            code,
            next: code.next(),
            message: code.message(),
            retry_at: None,
            vendor_code: None,
            status: None,
        }
    }
}

/// A call that was [`Refused`]. In a box: it is rare, and every call that can be refused returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Box<Refused>);

/// A call that was refused. Nothing was sent, and the flow stands where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    target_arch = "wasm32",
    derive(tsify::Tsify),
    tsify(rename = "Refusal")
)]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct Refused {
    /// The stable code.
    pub code: ErrorCode,
    /// What to do next.
    pub next: NextAction,
    /// One sentence for a developer.
    pub message: &'static str,
    /// Where the mistake is: `/params/loginId`. Its value is never repeated.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub path: Option<String>,
    /// Of answers that do not fit: each field and what is wrong with it.
    pub fields: Vec<FieldError>,
}

impl Deref for Refusal {
    type Target = Refused;

    fn deref(&self) -> &Refused {
        &self.0
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        *refusal.0
    }
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Refused {
        Refused {
            code,
            next: code.next(),
            message: code.message(),
            path: None,
            fields: Vec::new(),
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Refusal {
        Refusal(Box::new(refused))
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Refusal {
        Refused::from(code).into()
    }
}

impl Refusal {
    /// An argument that is not valid, and what is expected of it.
    pub fn input(path: String, expected: &'static str) -> Refusal {
        let refused = Refused {
            message: expected,
            path: Some(path),
            ..ErrorCode::InvalidInput.into()
        };
        refused.into()
    }

    /// Answers that do not fit their round.
    pub fn answer(fields: Vec<FieldError>) -> Refusal {
        let refused = Refused {
            fields,
            ..ErrorCode::InvalidAnswer.into()
        };
        refused.into()
    }
}

/// What is wrong with the answer to one field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FieldError {
    /// The field's name.
    pub name: String,
    /// What is wrong.
    pub reason: FieldErrorReason,
}

/// What can be wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "kebab-case"))]
pub enum FieldErrorReason {
    /// There is no answer to this field, or an empty one.
    Missing,
    /// More than one answer to a field that takes one, or one option twice.
    TooMany,
    /// Not the id of one of the field's options.
    NotAnOption,
    /// Longer than any bank's answer.
    TooLong,
    /// The round has no such field: the answers may be for another round.
    UnknownField,
    /// The same question is chosen in two challenges that need different ones.
    AlreadyChosen,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_lower_case_and_refusals_upper_case() {
        for code in ErrorCode::ALL {
            let text = code.text();
            assert!(
                text == text.to_lowercase() || text == text.to_uppercase(),
                "{text}"
            );
        }
    }

    #[test]
    fn codes_are_unique() {
        let mut texts: Vec<_> = ErrorCode::ALL.iter().map(|code| code.text()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), ErrorCode::ALL.len());
    }

    #[test]
    fn what_was_submitted_and_is_unknown_never_invites_to_start_at_once() {
        assert_eq!(ErrorCode::OutcomeUnknown.next(), NextAction::RetryLater);
    }
}
