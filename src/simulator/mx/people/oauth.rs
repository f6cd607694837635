//! MX Bank's OAuth institution: what follows when the person comes back from the bank's window.

use super::super::challenge::question;
use super::super::institution::MX_BANK_OAUTH;
use super::member::{CONNECTED, DENIED, EndState, InitialState, Member, NO_QUIRKS, Quirks, Step, member};

const fn at_window(name: &'static str, title: &'static str, story: &'static str) -> Member {
    let row = member("oauth", name, title, story)
        .before_first_job(EndState::of("PENDING"))
        .initially(InitialState::AtOauthWindow);
    Member { institution: MX_BANK_OAUTH, username: "", password: "", ..row }
}

/// A member whose jobs end with this status until the person signs in again.
const fn ended(name: &'static str, title: &'static str, story: &'static str, end: EndState) -> Member {
    at_window(name, title, story).before_first_job(end).initially(InitialState::Idle).ends(end)
}

/// 2004: the bank wants the person to grant access again (W).
const REVOKED: EndState = EndState::with_code("DENIED", 2004);

pub(super) const MEMBERS: &[Member] = &[
    at_window("oauth", "OAuth", "Is PENDING until the person approves in the window, then connects."),
    at_window("oauth_challenged", "OAuth, then a question", "Asks a question after the window.")
        .asks("Chicago", &[Step::Asks(&[question("What city were you born in?", "Chicago")])]),
    at_window("oauth_escaped", "OAuth, amp;member_guid", "The redirect has the member in amp;member_guid.")
        .quirks(Quirks { escaped_redirect: true, ..NO_QUIRKS }),
    at_window("oauth_migrated", "OAuth, another member", "The window leads to a member with another guid.")
        .quirks(Quirks { changes_guid: true, ..NO_QUIRKS }),
    at_window("oauth_again", "OAuth again", "Was connected; a job ends in PENDING, and the window connects.")
        .before_first_job(EndState::of("CONNECTED"))
        .initially(InitialState::Idle)
        .ends(EndState::of("PENDING")),
    ended("oauth_revoked", "OAuth, access withdrawn", "The bank has withdrawn the access: a job ends in error 2004 until the person signs in again.", REVOKED)
        .before_first_job(CONNECTED),
    ended("oauth_connected", "OAuth, connected", "Is connected, and connects again after another sign-in.", CONNECTED),
    ended("oauth_denied", "OAuth, DENIED", "The bank refused the last sign-in.", DENIED),
    ended("oauth_impaired", "OAuth, IMPAIRED", "The access is no longer complete.", EndState::of("IMPAIRED")),
    ended("oauth_imported", "OAuth, IMPORTED", "Was imported and has never signed in.", EndState::of("IMPORTED")),
    ended("oauth_expired", "OAuth, EXPIRED", "Was asked and did not answer in time.", EndState::with_code("EXPIRED", 2003)),
    ended("oauth_prevented", "OAuth, PREVENTED", "Has failed three times.", EndState::of("PREVENTED")),
    ended("oauth_locked", "OAuth, LOCKED", "The bank has locked the account: a window does not help.", EndState::of("LOCKED")),
];
