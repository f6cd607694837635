//! connection_status: what each means here.
//!
//! The API sends the name, widget events send the number. It is an open set.

use crate::failure::ErrorCode;
use crate::json::Value;

/// What a connection_status means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// MX works.
    Working,
    /// The bank asks.
    Asks,
    /// Connected, once no job runs any more.
    Connected,
    /// The person has to sign in at the bank's own site.
    Redirect,
    /// The end, once no job runs any more.
    Ended(ErrorCode),
}

use Class::{Asks, Connected, Ended, Redirect, Working};
use ErrorCode::*;

#[rustfmt::skip]
const STATUSES: &[(&str, &str, Class)] = &[
    ("0",  "CREATED",      Working),
    ("8",  "RECONNECTED",  Working),
    ("15", "UPDATED",      Working),
    // Progress, also with `is_authenticated: false`.
    ("18", "RESUMED",      Working),
    ("3",  "CHALLENGED",   Asks),
    ("6",  "CONNECTED",    Connected),
    ("21", "PENDING",      Redirect),
    ("1",  "PREVENTED",    Ended(CredentialsRefused)),
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
    // The pages say to go on polling, MX's widget takes it for an end: both, as the job runs or not.
    ("13", "DELAYED",      Ended(Busy)),
    ("11", "DISCONTINUED", Ended(InstitutionClosed)),
    ("12", "CLOSED",       Ended(InstitutionClosed)),
    ("16", "DISABLED",     Ended(InstitutionClosed)),
];

/// The name and the meaning of a status, by name or number. Without one there are no credentials yet;
/// what is not in the table arrives as itself.
pub fn status(value: &Value) -> (&str, Class) {
    let text = match value {
        Value::Text(text) | Value::Number(text) => text.as_str(),
        _ => return ("", Ended(CredentialsRefused)),
    };
    let known = |(number, name, _): &&(&str, &str, Class)| *number == text || *name == text;
    match STATUSES.iter().find(known) {
        Some((_, name, class)) => (name, *class),
        None => (text, Ended(Refused)),
    }
}

/// `error.error_code`, as MX's own widget reads it. The field is an object, a string that holds JSON,
/// `{}` or null.
pub fn error_code(error: &Value) -> Option<String> {
    let parsed;
    let object = match error {
        Value::Text(text) => {
            parsed = Value::parse(text.as_bytes()).ok()?;
            &parsed
        }
        other => other,
    };
    match object.get("error_code") {
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

/// What an error code makes of a status that has ended. What the person has to do at the bank, and what
/// nobody can do anything about, stays that.
pub fn by_error(ended: ErrorCode, error: Option<&str>) -> ErrorCode {
    if matches!(ended, BankActionRequired | InstitutionClosed) {
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
            assert_eq!(status(&Value::from(*name)), (*name, *class));
            assert_eq!(
                status(&Value::Number((*number).to_owned())),
                (*name, *class)
            );
        }
    }

    #[test]
    fn an_unknown_status_arrives_as_itself() {
        assert_eq!(
            status(&"SOMETHING_NEW".into()),
            ("SOMETHING_NEW", Ended(Refused))
        );
    }

    #[test]
    fn an_error_is_read_in_all_its_shapes() {
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
        ] {
            assert_eq!(code(none), None, "{none}");
        }
    }
}
