//! The meaning of each FlinksCode.
//!
//! Flinks' pages list different codes, and one code comes with different HTTP statuses. So the code decides, not
//! the status. For an unknown code the status decides, and the code is passed on unchanged.

use crate::failure::ErrorCode;
use crate::json::Value;

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
    // Flinks prints it once, with the space and without its meaning: a guess by its name. That the space may be a
    // misprint is a guess, too.
    ("BANK MAINTENANCE_RETRY_LATER",       Failed(Busy)),
    ("BANK_MAINTENANCE_RETRY_LATER",       Failed(Busy)),
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

/// Whether only this call was throttled. RETRY_LATER comes from the bank and ends the flow.
pub fn is_throttled(code: ErrorCode, flinks_code: Option<&str>) -> bool {
    code == Busy && !flinks_code.unwrap_or_default().ends_with("RETRY_LATER")
}

/// The FlinksCode of a body, if it says more than the HTTP status: OK and CREATED only repeat 200 and 201.
/// Texts without the form of a code are never copied into an error. A code can contain a space.
pub fn flinks_code(body: &Value) -> Option<&str> {
    let text = body.get("FlinksCode").as_text()?;
    let is_valid = |byte: u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_' | b' ');
    let is_code = text.len() <= 64
        && text.bytes().all(is_valid)
        && text.bytes().any(|byte| byte.is_ascii_uppercase())
        && !text.starts_with(' ')
        && !text.ends_with(' ');
    (is_code && !matches!(text, "OK" | "CREATED")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::object;

    #[test]
    fn each_code_is_listed_once() {
        for (code, meaning_of) in MEANINGS {
            assert_eq!(meaning(code), Some(*meaning_of), "{code}");
        }
    }

    #[cfg(feature = "simulator")]
    #[test]
    fn each_code_has_a_simulated_person() {
        let people = crate::simulator::Simulator::new(1).people();
        // Flinks prints it with a space only.
        let documented = |code: &&str| *code != "BANK_MAINTENANCE_RETRY_LATER";
        for code in MEANINGS.iter().map(|(code, _)| *code).filter(documented) {
            let has_code = people
                .iter()
                .any(|person| format!("{} {}", person.title, person.story).contains(code));
            assert!(has_code, "{code}");
        }
    }

    #[test]
    fn without_a_known_code_the_status_decides() {
        for (status, has_code, code) in [
            (302, false, None),
            (401, false, Some(Unauthorized)),
            (401, true, Some(Refused)),
            (404, false, Some(RequestRefused)),
            (408, true, None),
            (418, true, Some(Refused)),
            (429, false, Some(Busy)),
            (500, false, None),
            (500, true, Some(VendorError)),
        ] {
            assert_eq!(status_meaning(status, has_code), code, "{status}");
        }
    }

    #[test]
    fn a_code_can_contain_a_space_and_other_texts_are_ignored() {
        let is_code = |text: &str| {
            let body = object! { "FlinksCode": text };
            flinks_code(&body) == Some(text)
        };
        for code in ["INVALID_LOGIN", "2FA_LATER", "BANK MAINTENANCE_RETRY_LATER"] {
            assert!(is_code(code), "{code}");
        }
        let long = "A".repeat(65);
        for text in [
            "The login 'a@b.ca' is invalid.",
            "",
            " ",
            " A",
            "A ",
            "4111 1111",
            &long,
        ] {
            assert!(!is_code(text), "{text}");
        }
    }

    #[test]
    fn a_code_of_success_says_nothing_more_than_the_status() {
        for code in ["OK", "CREATED"] {
            assert_eq!(flinks_code(&object! { "FlinksCode": code }), None);
        }
    }
}
