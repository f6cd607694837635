//! The meaning of each connection_status.
//!
//! The API sends the name, widget events send the number. New statuses can appear.

use crate::failure::ErrorCode;
use crate::json::Value;

use super::find_row;

/// The meaning of a connection_status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A job is running.
    Working,
    /// The bank asks questions.
    Challenged,
    /// Connected, unless a job is still running.
    Connected,
    /// The person has to sign in on the bank's site.
    Redirect,
    /// Failed, unless a job is still running.
    Ended(ErrorCode),
}

use Class::{Challenged, Connected, Ended, Redirect, Working};
use ErrorCode::*;

#[rustfmt::skip]
const STATUSES: &[(&str, &str, Class)] = &[
    ("0",  "CREATED",      Working),
    ("8",  "RECONNECTED",  Working),
    ("15", "UPDATED",      Working),
    // Progress, also with `is_authenticated: false`.
    ("18", "RESUMED",      Working),
    ("3",  "CHALLENGED",   Challenged),
    ("6",  "CONNECTED",    Connected),
    ("21", "PENDING",      Redirect),
    ("1",  "PREVENTED",    Ended(TooManyAttempts)),
    ("2",  "DENIED",       Ended(CredentialsRefused)),
    ("17", "IMPORTED",     Ended(CredentialsRefused)),
    ("20", "IMPAIRED",     Ended(CredentialsRefused)),
    ("4",  "REJECTED",     Ended(AnswerRefused)),
    ("19", "EXPIRED",      Ended(SessionExpired)),
    ("5",  "LOCKED",       Ended(BankActionRequired)),
    ("7",  "IMPEDED",      Ended(BankActionRequired)),
    ("9",  "DEGRADED",     Ended(Busy)),
    ("10", "DISCONNECTED", Ended(Busy)),
    ("14", "FAILED",       Ended(VendorError)),
    // The pages say to keep polling, MX's widget treats it as an end. Here it ends unless a job is running.
    ("13", "DELAYED",      Ended(Busy)),
    ("11", "DISCONTINUED", Ended(InstitutionClosed)),
    ("12", "CLOSED",       Ended(InstitutionClosed)),
    ("16", "DISABLED",     Ended(InstitutionClosed)),
];

/// The name and the meaning of a status that is a name or a number. Without a status the member has no
/// credentials yet. An unknown status keeps its name.
pub fn classify(value: &Value) -> (&str, Class) {
    let text = match value {
        Value::Text(text) | Value::Number(text) => text.as_str(),
        _ => return ("", Ended(CredentialsRefused)),
    };
    match find_row(STATUSES, text) {
        Some((_, name, class)) => (name, *class),
        None => (text, Ended(Refused)),
    }
}

/// `error` as an object: it is one, a string that holds JSON, `{}` or null.
pub fn error_object(error: &Value) -> Value {
    match error {
        Value::Text(text) => Value::parse(text.as_bytes()).unwrap_or_default(),
        other => other.clone(),
    }
}

/// `error.error_code`, as MX's own widget reads it.
pub fn error_code(error: &Value) -> Option<String> {
    match error_object(error).get("error_code") {
        Value::Number(code) | Value::Text(code)
            if code.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            Some(code.clone())
        }
        _ => None,
    }
}

#[rustfmt::skip]
const ERRORS: &[(&str, ErrorCode)] = &[
    ("2001", AnswerRefused),
    ("2002", AnswerRefused),
    ("2003", SessionExpired),
    ("2004", ReauthorizationRequired),
    ("2005", CredentialsRefused),
    ("3000", Busy),
    ("3001", Busy),
    ("3002", Busy),
];

/// The meaning of an ended status with an error code. The error code does not change what the person must do at
/// the bank, that another try can lock the login, or that the institution is closed.
pub fn ended_code(ended: ErrorCode, error: Option<&str>) -> ErrorCode {
    if matches!(
        ended,
        BankActionRequired | InstitutionClosed | TooManyAttempts
    ) {
        return ended;
    }
    let row = ERRORS.iter().find(|(code, _)| Some(*code) == error);
    row.map_or(ended, |(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_by_name_and_by_number() {
        for (number, name, class) in STATUSES {
            assert_eq!(classify(&Value::from(*name)), (*name, *class));
            assert_eq!(
                classify(&Value::Number((*number).to_owned())),
                (*name, *class)
            );
        }
    }

    #[test]
    fn an_unknown_status_keeps_its_name() {
        assert_eq!(
            classify(&"SOMETHING_NEW".into()),
            ("SOMETHING_NEW", Ended(Refused))
        );
    }

    #[test]
    fn an_error_code_is_read_in_every_documented_form() {
        let code = |json: &str| error_code(&Value::parse(json.as_bytes()).unwrap());
        assert_eq!(code(r#"{"error_code":2002}"#).as_deref(), Some("2002"));
        assert_eq!(code(r#""{\"error_code\":2002}""#).as_deref(), Some("2002"));
        for none in [
            "null",
            "{}",
            r#""""#,
            r#""boom""#,
            "[]",
            r#"{"error_code":null}"#,
            r#"{"error_code":"The city is wrong"}"#,
        ] {
            assert_eq!(code(none), None, "{none}");
        }
    }
}
