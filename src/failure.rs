//! Every way in which a flow can fail and a call can be refused, in one table.
//!
//! Lower-case codes are *failures*: the flow is over, and [`NextAction`] says what to do. Upper-case codes
//! are *refusals*: the call was wrong, nothing was sent, and the flow is unchanged.

use core::ops::Deref;

use crate::text_enum::text_enum;

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident $text:literal $next:ident $(or $otherwise:ident)? $message:literal)+) => {
        text_enum! {
            /// A stable code. Later releases may add codes; the meaning of a code never changes.
            #[non_exhaustive]
            ErrorCode { $($(#[$doc])+ $name $text)+ }
        }

        impl ErrorCode {
            /// What to do next.
            pub const fn next(self) -> NextAction {
                match self { $(ErrorCode::$name => NextAction::$next),+ }
            }

            /// What to do if `next` does not help: the code has two causes.
            pub const fn otherwise(self) -> Option<NextAction> {
                match self {
                    $($(ErrorCode::$name => Some(NextAction::$otherwise),)?)+
                    _ => None,
                }
            }

            /// One sentence for a developer. It contains no text of the vendor and no value.
            pub const fn message(self) -> &'static str {
                match self { $(ErrorCode::$name => $message),+ }
            }
        }
    };
}

codes! {
    /// No reply came. All requests that were sent are safe to repeat.
    Unreachable "unreachable" RetryLater
        "the vendor could not be reached; in a web page, it may not allow cross-origin calls"
    /// A submission was sent, and its outcome cannot be determined.
    OutcomeUnknown "outcome-unknown" RetryLater
        "the outcome of the last submission is unknown; it was not sent again"
    /// A function of the host threw: a secret source, the store or the clock. Nothing was sent.
    HostError "host-error" RetryLater
        "a function of the host threw an error; see cause"
    /// This library failed. Nothing was sent that must not be repeated.
    InternalError "internal-error" RetryLater
        "an unexpected error in this library; see cause"
    /// The vendor worked longer than its documented time limit.
    TimedOut "timed-out" RetryLater
        "the vendor exceeded its documented time limit"
    /// Replies came, but none could be parsed.
    UnreadableReply "unreadable-reply" RetryLater
        "the vendor's replies could not be parsed"
    /// The vendor's session has expired, by its reply or by its documented time limit.
    SessionExpired "session-expired" StartOver
        "the vendor's session has expired"
    /// The caller cancelled the flow.
    Cancelled "cancelled" StartOver
        "the flow was cancelled"
    /// The username, password or LoginId was wrong.
    CredentialsRefused "credentials-refused" AskCredentials
        "the bank refused the credentials"
    /// The bank refused the credentials several times in a row. Another wrong try can lock the login.
    TooManyAttempts "too-many-attempts" AskCredentials
        "the bank refused the credentials several times in a row; another wrong try can lock the login"
    /// The answer was wrong, and the bank does not ask again in this session.
    AnswerRefused "answer-refused" StartOver
        "the bank refused the answer"
    /// The vendor says that the answers do not match its questions.
    AnswersMismatched "answers-mismatched" StartOver
        "the vendor could not match the answers to its questions"
    /// The bank asked a question that has no stored answer.
    QuestionUnanswered "question-unanswered" Reconnect
        "the bank asked a question that has no stored answer"
    /// The connection has another open session.
    ConcurrentSession "concurrent-session" RetryLater
        "another session of this connection is open"
    /// The bank or the vendor is busy, or a rate limit was exceeded.
    Busy "busy" RetryLater
        "the bank or the vendor is busy, or the rate limit is exceeded"
    /// The person must do something on the bank's site.
    BankActionRequired "bank-action-required" VisitBank
        "the bank requires the person to do something on its own site"
    /// The bank has disabled the login.
    LoginDisabled "login-disabled" VisitBank
        "the bank has disabled this login"
    /// The institution is closed, discontinued or permanently disabled.
    InstitutionClosed "institution-closed" GiveUp
        "the vendor no longer connects to this institution"
    /// The person must grant access again on the bank's site.
    ReauthorizationRequired "reauthorization-required" Reconnect
        "the bank requires the person to grant access again"
    /// The member to create exists already; see `memberGuid`.
    MemberExists "member-exists" FixIntegration
        "the member already exists; start with its memberGuid"
    /// The vendor has temporarily disabled the institution.
    InstitutionDisabled "institution-disabled" RetryLater
        "the vendor has temporarily disabled this institution"
    /// The vendor did not accept a key or token, or the order of the calls.
    Unauthorized "unauthorized" FixIntegration
        "the vendor did not accept the key or token"
    /// A live start was refused: a key or token is wrong, or the institution did not grant access. The
    /// vendor has one code for both.
    AccessRefused "access-refused" VisitBank or FixIntegration
        "the vendor did not accept the key or token, or the institution did not grant access"
    /// A running session was refused: its token has expired, or the institution did not grant access. The
    /// vendor has one code for both.
    SessionRefused "session-refused" StartOver or VisitBank
        "the session's token has expired, or the institution did not grant access"
    /// The vendor did not accept the request itself.
    RequestRefused "request-refused" FixIntegration
        "the vendor did not accept the request"
    /// The vendor replied with a redirect. It is not followed: the request could carry answers to another host.
    Redirected "redirected" FixIntegration
        "the vendor replied with a redirect, which is not followed"
    /// The host has no secret for a slot of the request, so the request was not sent.
    SecretMissing "secret-missing" FixIntegration
        "the host provided no valid secret for the request"
    /// The vendor authorized another LoginId than the requested one.
    LoginMismatch "login-mismatch" GiveUp
        "the vendor authorized another LoginId than the requested one"
    /// The vendor is still processing the connection.
    CardInUse "card-in-use" RetryLater
        "the vendor is still processing the connection"
    /// The vendor had an internal error.
    VendorError "vendor-error" RetryLater
        "the vendor had an internal error"
    /// The vendor refused with an undocumented code; see `vendorCode`.
    Refused "refused" GiveUp
        "the vendor refused with an undocumented code"
    /// The bank asks something that nobody can answer, such as a choice without options.
    ChallengeUnanswerable "challenge-unanswerable" RetryLater
        "nobody can answer what the bank asks"

    /// Refusal: an argument is missing, malformed or contradicts another.
    InvalidInput "INVALID_INPUT" FixIntegration
        "an argument is not valid"
    /// Refusal: the answers do not fit the round, which stays open.
    InvalidAnswer "INVALID_ANSWER" AnswerAgain
        "the answers do not fit the round"
    /// Refusal: the answers are for an earlier round.
    StaleRound "STALE_ROUND" AnswerAgain
        "the answers are for a round that is over"
    /// Refusal: the call does not fit the state of the flow, for example because the flow has left the step.
    OutOfTurn "OUT_OF_TURN" AnswerAgain
        "the flow does not expect this call now"
    /// Refusal: the snapshot is truncated, edited or not a snapshot.
    SnapshotUnreadable "SNAPSHOT_UNREADABLE" StartOver
        "the snapshot is damaged or not a snapshot"
    /// Refusal: this release cannot read the snapshot's version.
    SnapshotVersion "SNAPSHOT_VERSION" StartOver
        "this release cannot read the snapshot's version"
}

text_enum! {
    /// What to do after a failure or a refusal.
    NextAction {
        /// Start a new flow, not before `retryAt`.
        RetryLater "retry-later"
        /// Start a new flow when the person is present.
        StartOver "start-over"
        /// Ask the person for their credentials, and start a new flow with them.
        AskCredentials "ask-credentials"
        /// Start a live flow with the person present: they must answer the bank, or sign in there.
        Reconnect "reconnect"
        /// Send the person to the bank's site or telephone.
        VisitBank "visit-bank"
        /// Fix the integration: its code, keys or configuration are wrong.
        FixIntegration "fix-integration"
        /// Give up: nothing that this library knows of helps.
        GiveUp "give-up"
        /// Go on with the current step, such as the open round: the flow has not changed.
        AnswerAgain "answer-again"
    }
}

/// Why a flow failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct Failure {
    /// The stable code, such as `session-expired`.
    pub code: ErrorCode,
    /// What to do next.
    pub next: NextAction,
    /// What to do if `next` does not help. Set if the vendor has one code for two causes.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "NextAction | null"))]
    pub otherwise: Option<NextAction>,
    /// One sentence for a developer.
    pub message: &'static str,
    /// When to start a new flow, in ms since 1970. Set if `next` is `retry-later`.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number | null"))]
    pub retry_at: Option<u64>,
    /// The vendor's code, such as the FlinksCode `SESSION_EXPIRED` or MX's error code. For `cancelled`: the
    /// `vendorReason` of the window.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub vendor_code: Option<String>,
    /// The HTTP status of the vendor's reply.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number | null"))]
    pub status: Option<u16>,
    /// If `code` is `member-exists` and MX's reply names that member: its guid. An edge does not pass it to a page.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub member_guid: Option<String>,
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Failure {
        Failure {
            code,
            next: code.next(),
            otherwise: code.otherwise(),
            message: code.message(),
            retry_at: None,
            vendor_code: None,
            status: None,
            member_guid: None,
        }
    }
}

/// A [`Refused`] in a box: refusals are rare, and most functions can return one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Box<Refused>);

/// Why a call was refused. Nothing was sent, and the flow is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    target_arch = "wasm32",
    derive(tsify::Tsify),
    tsify(rename = "Refusal")
)]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct Refused {
    /// The stable code, such as `INVALID_INPUT`.
    pub code: ErrorCode,
    /// What to do next.
    pub next: NextAction,
    /// One sentence for a developer.
    pub message: &'static str,
    /// The path of the mistake, such as `/params/loginId`. The message never repeats its value.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub path: Option<String>,
    /// If `code` is `INVALID_ANSWER`: each wrong field.
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
    /// The argument at `path` is not valid. The message says what is wrong.
    pub fn input(path: String, message: &'static str) -> Refusal {
        let refused = Refused {
            message,
            path: Some(path),
            ..ErrorCode::InvalidInput.into()
        };
        refused.into()
    }

    /// The answers do not fit the round.
    pub fn answer(fields: Vec<FieldError>) -> Refusal {
        let refused = Refused {
            fields,
            ..ErrorCode::InvalidAnswer.into()
        };
        refused.into()
    }
}

/// Why the answer to one field is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FieldError {
    /// The field's name.
    pub name: String,
    /// Why the answer is refused.
    pub reason: FieldErrorReason,
}

text_enum! {
    /// Why an answer is refused before it is sent.
    FieldErrorReason {
        /// The answer is missing or empty.
        Missing "missing"
        /// The field takes one answer and got more, or an option was given twice.
        TooMany "too-many"
        /// The answer is not the id of one of the field's options.
        NotAnOption "not-an-option"
        /// The answer is longer than 4,096 bytes.
        TooLong "too-long"
        /// The round has no such field. The answers may be for another round.
        UnknownField "unknown-field"
        /// The same question was chosen in two challenges that need different ones.
        AlreadyChosen "already-chosen"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_lower_case_or_upper_case() {
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
    fn the_refusal_of_an_argument_says_where_it_is_and_what_is_wrong() {
        let refusal = Refusal::input("/params/loginId".to_owned(), "must be a text");
        assert_eq!(refusal.code, ErrorCode::InvalidInput);
        assert_eq!(refusal.path.as_deref(), Some("/params/loginId"));
        assert_eq!(refusal.message, "must be a text");
    }

    #[test]
    fn an_unknown_outcome_never_suggests_to_start_over_at_once() {
        assert_eq!(ErrorCode::OutcomeUnknown.next(), NextAction::RetryLater);
    }
}
