//! One person for every `FlinksCode`, and for each HTTP status that pages give it.

use super::super::codes::Refusal;
use super::toolbox::ONE_QUESTION;
use super::{GRANTED, Person, Plan, SOMEBODY};

const REFUSED: Person = Person {
    group: "refusals",
    ..SOMEBODY
};

const fn refused(username: &'static str, title: &'static str, refusal: Refusal) -> Person {
    let live = Plan {
        steps: &[],
        refusal: Some(refusal),
    };
    Person {
        username,
        title,
        live,
        ..REFUSED
    }
}

/// The bank refuses: cached mode does not ask it, and goes well.
const fn bank(username: &'static str, status: u16, code: &'static str) -> Person {
    let story = "The bank refuses a live session; a cached one goes well.";
    Person {
        story,
        ..refused(username, code, Refusal::with_status(status, code))
    }
}

/// Flinks refuses, in both modes.
const fn flinks(username: &'static str, status: u16, code: &'static str) -> Person {
    both(username, code, Refusal::with_status(status, code))
}

const fn wait(username: &'static str, status: u16, retry_after: u16) -> Person {
    let code = "TOO_MANY_REQUESTS";
    both(
        username,
        code,
        Refusal {
            retry_after: Some(retry_after),
            ..Refusal::with_status(status, code)
        },
    )
}

const fn both(username: &'static str, code: &'static str, refusal: Refusal) -> Person {
    let story = "Flinks refuses this person, live and cached.";
    let cached = Plan {
        refusal: Some(refusal),
        ..GRANTED
    };
    Person {
        story,
        cached,
        ..refused(username, code, refusal)
    }
}

/// The refusal comes in reply to the right answer.
const fn answered(username: &'static str, status: u16, code: &'static str) -> Person {
    let refusal = Some(Refusal::with_status(status, code));
    Person {
        username,
        title: code,
        story: "One question, and the right answer meets this code.",
        answers: "Montreal",
        live: Plan {
            steps: ONE_QUESTION,
            refusal,
        },
        ..REFUSED
    }
}

#[rustfmt::skip]
pub(super) const PEOPLE: &[Person] = &[
    flinks("code_invalid_login_400",       400, "INVALID_LOGIN"),
    flinks("code_invalid_login_401",       401, "INVALID_LOGIN"),
    bank("code_invalid_username",          401, "INVALID_USERNAME"),
    bank("code_invalid_password",          401, "INVALID_PASSWORD"),
    bank("code_question_not_found",        401, "QUESTION_NOT_FOUND"),
    bank("code_concurrent_session",        401, "CONCURRENT_SESSION"),
    bank("code_retry_later",               401, "RETRY_LATER"),
    flinks("code_too_many_requests_401",   401, "TOO_MANY_REQUESTS"),
    flinks("code_too_many_requests_403",   403, "TOO_MANY_REQUESTS"),
    wait("code_too_many_requests_429",     429, 30),
    bank("code_new_account",               401, "NEW_ACCOUNT"),
    bank("code_disabled_login",            401, "DISABLED_LOGIN"),
    flinks("code_disabled_institution",    405, "DISABLED_INSTITUTION"),
    flinks("code_unauthorized",            401, "UNAUTHORIZED"),
    flinks("code_access_denied",           401, "ACCESS_DENIED"),
    flinks("code_access_denied_403",       403, "ACCESS_DENIED"),
    flinks("code_invalid_request_400",     400, "INVALID_REQUEST"),
    flinks("code_invalid_request_401",     401, "INVALID_REQUEST"),
    flinks("code_method_not_available",    405, "METHOD_NOT_AVAILABLE"),
    flinks("code_card_in_use",             400, "CARD_IN_USE"),
    flinks("code_aggregation_error",       500, "AGGREGATION_ERROR"),
    bank("code_no_transaction",            400, "NO_TRANSACTION"),
    flinks("code_session_nonexistent",     400, "SESSION_NONEXISTENT"),
    flinks("code_session_expired",         401, "SESSION_EXPIRED"),
    flinks("code_something_new",           418, "SOMETHING_NEW"),
    answered("code_invalid_security_response",          401, "INVALID_SECURITY_RESPONSE"),
    answered("code_invalid_security_response_no_retry", 401, "INVALID_SECURITY_RESPONSE_NO_RETRY"),
    answered("code_unknown_challenge_key",              401, "UNKNOWN_CHALLENGE_KEY"),
    answered("code_securityresponses_incomplete",       401, "SECURITYRESPONSES_INCOMPLETE"),
    answered("code_already_authorized",                 401, "ALREADY_AUTHORIZED"),
];
