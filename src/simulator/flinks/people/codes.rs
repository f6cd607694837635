//! One person for each `FlinksCode`, and for each HTTP status that Flinks' pages give it.

use super::super::codes::Refusal;
use super::person::{Person, person};
use super::toolbox::ONE_QUESTION;

const GROUP: &str = "refusals";

/// The bank refuses: cached mode does not ask the bank, and succeeds.
const fn bank(username: &'static str, status: u16, code: &'static str) -> Person {
    let story = "The bank refuses a live session; a cached one succeeds.";
    person(GROUP, username, code, story).ends(Refusal::with_status(status, code))
}

/// Flinks refuses, in both modes.
const fn flinks(username: &'static str, refusal: Refusal) -> Person {
    let story = "Flinks refuses this person, live and cached.";
    person(GROUP, username, refusal.code, story)
        .ends(refusal)
        .cached_ends(refusal)
}

/// The refusal follows the right answer.
const fn answered(username: &'static str, status: u16, code: &'static str) -> Person {
    let story = "One question; the right answer ends in this code.";
    person(GROUP, username, code, story)
        .asks("Montreal", ONE_QUESTION)
        .ends(Refusal::with_status(status, code))
}

const fn code(status: u16, code: &'static str) -> Refusal {
    Refusal::with_status(status, code)
}

pub(super) const PEOPLE: &[Person] = &[
    flinks("code_invalid_login_400",       code(400, "INVALID_LOGIN")),
    flinks("code_invalid_login_401",       code(401, "INVALID_LOGIN")),
    bank("code_invalid_username",          401, "INVALID_USERNAME"),
    bank("code_invalid_password",          401, "INVALID_PASSWORD"),
    bank("code_question_not_found",        401, "QUESTION_NOT_FOUND"),
    bank("code_concurrent_session",        401, "CONCURRENT_SESSION"),
    bank("code_retry_later",               401, "RETRY_LATER"),
    bank("code_bank_maintenance",          401, "BANK MAINTENANCE_RETRY_LATER"),
    flinks("code_too_many_requests_401",   code(401, "TOO_MANY_REQUESTS")),
    flinks("code_too_many_requests_403",   code(403, "TOO_MANY_REQUESTS")),
    flinks("code_too_many_requests_429",   Refusal { retry_after: Some(30), ..code(429, "TOO_MANY_REQUESTS") }),
    bank("code_new_account",               401, "NEW_ACCOUNT"),
    bank("code_disabled_login",            401, "DISABLED_LOGIN"),
    flinks("code_disabled_institution",    code(405, "DISABLED_INSTITUTION")),
    flinks("code_unauthorized",            code(401, "UNAUTHORIZED")),
    bank("code_access_not_granted",        401, "UNAUTHORIZED"),
    flinks("code_access_denied",           code(401, "ACCESS_DENIED")),
    flinks("code_access_denied_403",       code(403, "ACCESS_DENIED")),
    flinks("code_invalid_request_400",     code(400, "INVALID_REQUEST")),
    flinks("code_invalid_request_401",     code(401, "INVALID_REQUEST")),
    flinks("code_method_not_available",    code(405, "METHOD_NOT_AVAILABLE")),
    flinks("code_card_in_use",             code(400, "CARD_IN_USE")),
    flinks("code_aggregation_error",       code(500, "AGGREGATION_ERROR")),
    bank("code_no_transaction",            400, "NO_TRANSACTION"),
    flinks("code_session_nonexistent",     code(400, "SESSION_NONEXISTENT")),
    flinks("code_session_expired",         code(401, "SESSION_EXPIRED")),
    flinks("code_something_new",           code(418, "SOMETHING_NEW")),
    answered("code_invalid_security_response",          401, "INVALID_SECURITY_RESPONSE"),
    answered("code_invalid_security_response_no_retry", 401, "INVALID_SECURITY_RESPONSE_NO_RETRY"),
    answered("code_unknown_challenge_key",              401, "UNKNOWN_CHALLENGE_KEY"),
    answered("code_securityresponses_incomplete",       401, "SECURITYRESPONSES_INCOMPLETE"),
    answered("code_bank_maintenance_after_answer",      401, "BANK MAINTENANCE_RETRY_LATER"),
    answered("code_access_not_granted_after_answer",    401, "UNAUTHORIZED"),
    answered("code_already_authorized",                 401, "ALREADY_AUTHORIZED"),
];
