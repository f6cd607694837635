//! The meaning of each FlinksCode.
//!
//! Flinks' pages list different codes, and one code comes with different HTTP statuses. So the code decides, not
//! the status. For an unknown code the status decides, and the code is passed on unchanged.

use crate::failure::ErrorCode;

/// The meaning of a FlinksCode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The bank is still working.
    Working,
    /// The session is already authorized.
    Authorized,
    /// The call has failed.
    Failed(ErrorCode),
}

use ErrorCode::*;
use Meaning::{Authorized, Failed, Working};

#[rustfmt::skip]
const MEANINGS: &[(&str, Meaning)] = &[
    ("OPERATION_PENDING",                  Working),
    ("OPERATION_DISPATCHED",               Working),
    ("ALREADY_AUTHORIZED",                 Authorized),
    ("NO_TRANSACTION",                     Authorized),
    ("SESSION_NONEXISTENT",                Failed(SessionExpired)),
    ("SESSION_EXPIRED",                    Failed(SessionExpired)),
    ("INVALID_LOGIN",                      Failed(CredentialsRefused)),
    ("INVALID_USERNAME",                   Failed(CredentialsRefused)),
    ("INVALID_PASSWORD",                   Failed(CredentialsRefused)),
    ("INVALID_SECURITY_RESPONSE",          Failed(AnswerRefused)),
    ("INVALID_SECURITY_RESPONSE_NO_RETRY", Failed(AnswerRefused)),
    ("QUESTION_NOT_FOUND",                 Failed(QuestionUnanswered)),
    // Flinks advises to read the round again. But keys are sent back byte for byte, so the round was stale: its
    // answers cannot be used again.
    ("UNKNOWN_CHALLENGE_KEY",              Failed(AnswersMismatched)),
    ("SECURITYRESPONSES_INCOMPLETE",       Failed(AnswersMismatched)),
    ("CONCURRENT_SESSION",                 Failed(ConcurrentSession)),
    ("RETRY_LATER",                        Failed(Busy)),
    ("TOO_MANY_REQUESTS",                  Failed(Busy)),
    ("NEW_ACCOUNT",                        Failed(BankActionRequired)),
    ("DISABLED_LOGIN",                     Failed(LoginDisabled)),
    ("DISABLED_INSTITUTION",               Failed(InstitutionDisabled)),
    ("UNAUTHORIZED",                       Failed(Unauthorized)),
    ("ACCESS_DENIED",                      Failed(Unauthorized)),
    ("INVALID_REQUEST",                    Failed(RequestRefused)),
    ("METHOD_NOT_AVAILABLE",               Failed(RequestRefused)),
    ("CARD_IN_USE",                        Failed(CardInUse)),
    ("AGGREGATION_ERROR",                  Failed(VendorError)),
];

/// The meaning of a documented FlinksCode.
pub fn meaning(flinks_code: &str) -> Option<Meaning> {
    let row = MEANINGS.iter().find(|(code, _)| *code == flinks_code);
    row.map(|(_, meaning)| *meaning)
}

/// The meaning of an HTTP status without a documented FlinksCode. It is `None` if the bank may have received
/// the call.
pub fn status_meaning(status: u16, has_code: bool) -> Option<ErrorCode> {
    match status {
        429 => Some(Busy),
        408 => None,
        400..=499 if has_code => Some(Refused),
        401 | 403 => Some(Unauthorized),
        400..=499 => Some(RequestRefused),
        500..=599 if has_code => Some(VendorError),
        _ => None,
    }
}

/// The text, if it has the form of a FlinksCode. Other texts are never copied into an error.
pub fn flinks_code(text: &str) -> Option<&str> {
    let is_valid = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_code = (1..=64).contains(&text.len()) && text.bytes().all(is_valid);
    is_code.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_listed_once() {
        for (code, meaning_of) in MEANINGS {
            assert_eq!(meaning(code), Some(*meaning_of), "{code}");
        }
    }

    #[test]
    fn a_message_in_place_of_a_code_is_ignored() {
        assert_eq!(flinks_code("INVALID_LOGIN"), Some("INVALID_LOGIN"));
        assert_eq!(flinks_code("The login 'a@b.ca' is invalid."), None);
        assert_eq!(flinks_code(""), None);
    }
}
