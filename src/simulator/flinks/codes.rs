//! The `FlinksCode`s, with the HTTP status from Flinks' current error page. Older pages, and some
//! people in the tables, have others.

/// An error reply of Flinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    /// The `Retry-After` header, in seconds.
    pub(crate) retry_after: Option<u16>,
}

impl Refusal {
    /// This code with its status from the table.
    pub(crate) fn of(code: &'static str) -> Self {
        let status = CODES
            .iter()
            .find(|row| row.0 == code)
            .map_or(401, |row| row.1);
        Self::with_status(status, code)
    }

    pub(crate) const fn with_status(status: u16, code: &'static str) -> Self {
        Self {
            status,
            code,
            retry_after: None,
        }
    }

    pub(crate) fn message(&self) -> &'static str {
        let row = CODES.iter().find(|row| row.0 == self.code);
        row.map_or("This code is not documented", |row| row.2)
    }
}

/// Code, status, message. The messages of INVALID_LOGIN, QUESTION_NOT_FOUND and DISABLED_LOGIN come from
/// the OpenAPI document, that of UNAUTHORIZED from the page of GenerateAuthorizeToken. The others are
/// ours.
#[rustfmt::skip]
pub(crate) const CODES: &[(&str, u16, &str)] = &[
    ("OPERATION_PENDING",                 202, "Your operation is still processing"),
    ("OPERATION_DISPATCHED",              202, "Your operation goes on in the background"),
    ("SESSION_NONEXISTENT",               400, "No session was found for this RequestId"),
    ("SESSION_EXPIRED",                   401, "The session of this RequestId has expired"),
    ("INVALID_LOGIN",                     400, "The LoginId provided is either invalid or does not belong to the CustomerId."),
    ("INVALID_USERNAME",                  401, "The username is not what the institution expected"),
    ("INVALID_PASSWORD",                  401, "The password is not what the institution expected"),
    ("INVALID_SECURITY_RESPONSE",         401, "The security response is not what the institution expected"),
    ("INVALID_SECURITY_RESPONSE_NO_RETRY",401, "The security response was refused and cannot be given again"),
    ("QUESTION_NOT_FOUND",                401, "Question not found"),
    ("UNKNOWN_CHALLENGE_KEY",             401, "A security response belongs to no challenge"),
    ("SECURITYRESPONSES_INCOMPLETE",      401, "A challenge has no security response"),
    ("ALREADY_AUTHORIZED",                401, "This session is authorized already"),
    ("CONCURRENT_SESSION",                401, "Another session is open for this LoginId"),
    ("RETRY_LATER",                       401, "No connection to the institution could be opened"),
    ("BANK MAINTENANCE_RETRY_LATER",      401, "The institution is under maintenance"),
    ("TOO_MANY_REQUESTS",                 401, "Too many requests in too short a time"),
    ("NEW_ACCOUNT",                       401, "The institution asks for something on its own site"),
    ("DISABLED_LOGIN",                    401, "Login has been disabled"),
    ("DISABLED_INSTITUTION",              405, "The institution is not available"),
    ("UNAUTHORIZED",                      401, "You must provide a valid auth key"),
    ("ACCESS_DENIED",                     401, "Access is denied"),
    ("INVALID_REQUEST",                   400, "The request is not valid"),
    ("METHOD_NOT_AVAILABLE",              405, "This method is not available"),
    ("CARD_IN_USE",                       400, "The card is still being processed"),
    ("AGGREGATION_ERROR",                 500, "An unexpected error happened"),
    ("NO_TRANSACTION",                    400, "There are no transactions"),
];
