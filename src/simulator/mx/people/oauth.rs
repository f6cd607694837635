//! MX Bank's OAuth twin: what follows when the person comes back from the bank's window.

use super::super::institution::MX_BANK_OAUTH;
use super::asked::question;
use super::{Begins, End, Member, PLAIN, Quirks, SOMEBODY, Step, ends, then_connects};

const fn at_window(name: &'static str, title: &'static str, story: &'static str) -> Member {
    Member {
        name,
        institution: MX_BANK_OAUTH,
        password: "",
        group: "oauth",
        title,
        story,
        rest: End::of("PENDING"),
        begins: Begins::AtWindow,
        ..SOMEBODY
    }
}

#[rustfmt::skip]
pub(super) const MEMBERS: &[Member] = &[
    at_window("oauth", "OAuth", "Is PENDING until the window is through, and connects."),
    Member {
        answers: "Chicago",
        plan: then_connects(&[Step::Asks(&[question("What city were you born in?", "Chicago")])]),
        ..at_window("oauth_challenged", "OAuth, then a question", "Asks a question when the window is through.")
    },
    Member {
        quirks: Quirks { escaped_redirect: true, ..PLAIN },
        ..at_window("oauth_escaped", "OAuth, amp;member_guid", "The redirect names the member under amp;member_guid.")
    },
    Member {
        quirks: Quirks { migrates: true, ..PLAIN },
        ..at_window("oauth_migrated", "OAuth, another member", "The window leads to a member with another guid.")
    },
    Member {
        rest: End::of("CONNECTED"),
        begins: Begins::AtRest,
        plan: ends(End::of("PENDING")),
        ..at_window("oauth_again", "OAuth once more", "Was connected; a job ends in PENDING, and the window connects.")
    },
];
