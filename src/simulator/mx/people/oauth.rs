//! MX Bank's OAuth institution: what follows when the person comes back from the bank's window.

use super::super::challenge::question;
use super::super::institution::MX_BANK_OAUTH;
use super::member::{EndState, InitialState, Member, NO_QUIRKS, Quirks, Step, member};

const fn at_window(name: &'static str, title: &'static str, story: &'static str) -> Member {
    let row = member("oauth", name, title, story)
        .before_first_job(EndState::of("PENDING"))
        .initially(InitialState::AtOauthWindow);
    Member { institution: MX_BANK_OAUTH, username: "", password: "", ..row }
}

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
];
