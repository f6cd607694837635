//! MX Bank: the password selects the scenario, and so does an answer (A).

use super::super::challenge::{Attachment, Challenge, IMAGE_DATA, OPTIONS, RightAnswer, TEXT, Type, choice};
use super::super::institution::MX_BANK;
use super::member::{DENIED, EndState, Member, Step, member};

const fn ask(kind: Type, label: &'static str, attachment: Attachment) -> Challenge {
    Challenge { kind, label, field_name: None, attachment, right: RightAnswer::MxBank }
}

pub(crate) const CITY: &[Challenge] = &[ask(TEXT, "What city were you born in?", Attachment::None)];
/// No page lists the options (D).
const PICK: &[Challenge] = &[ask(OPTIONS, "Pick one of the following", Attachment::Options(&[
    choice("Correct", "correct"),
    choice("Incorrect", "incorrect"),
    choice("Another challenge", "challenge"),
    choice("Locked", "LOCKED"),
]))];
const FACE: &[Challenge] = &[ask(IMAGE_DATA, "Who is this guy?", Attachment::BareImage)];

/// 3002: the institution is unavailable (W). That these words cause it is our choice.
const FAILED: EndState = EndState::with_code("FAILED", 3002);

/// The error words, which are case-sensitive, and how the job ends.
pub(crate) const ERRORS: [(&str, EndState); 7] = [
    ("UNAUTHORIZED", DENIED),
    ("INVALID", DENIED),
    ("DISABLED", DENIED),
    ("LOCKED", EndState::of("LOCKED")),
    ("BAD_REQUEST", FAILED),
    ("SERVER_ERROR", FAILED),
    ("UNAVAILABLE", FAILED),
];

/// Any username but `mxuser` is DENIED (D).
pub(super) fn sign_in(username: &str, password: &str) -> Option<&'static Member> {
    let known = || MEMBERS.iter().filter(|_| username == USERNAME);
    let scenario = known().find(|member| member.password == password);
    scenario.or_else(|| known().next())
}

const USERNAME: &str = "mxuser";

const fn scenario(name: &'static str, password: &'static str, title: &'static str, story: &'static str) -> Member {
    let row = member("mx bank", name, title, story);
    Member { institution: MX_BANK, username: USERNAME, password, ..row }
}

const ANSWERS: &str = "correct; or challenge for one more, or an error word";

/// The first row is for every password that has no row.
pub(super) const MEMBERS: &[Member] = &[
    scenario("mx_bank", "anything else", "MX Bank: no questions", "Connects, as with every password that is not in the table."),
    scenario("mx_bank_challenge", "challenge", "MX Bank: challenge", "Asks one TEXT question.")
        .asks(ANSWERS, &[Step::Asks(CITY)]),
    scenario("mx_bank_options", "options", "MX Bank: options", "Asks to pick one of some OPTIONS.")
        .asks(ANSWERS, &[Step::Asks(PICK)]),
    scenario("mx_bank_image", "image", "MX Bank: image", "Asks what an image shows.")
        .asks(ANSWERS, &[Step::Asks(FACE)]),
    scenario("mx_bank_unauthorized", "UNAUTHORIZED", "MX Bank: UNAUTHORIZED", "Ends in DENIED.").ends(DENIED),
    scenario("mx_bank_invalid",      "INVALID",      "MX Bank: INVALID",      "Ends in DENIED.").ends(DENIED),
    scenario("mx_bank_disabled",     "DISABLED",     "MX Bank: DISABLED",     "Ends in DENIED.").ends(DENIED),
    scenario("mx_bank_locked",       "LOCKED",       "MX Bank: LOCKED",       "Ends in LOCKED.").ends(EndState::of("LOCKED")),
    scenario("mx_bank_bad_request",  "BAD_REQUEST",  "MX Bank: BAD_REQUEST",  "Ends in FAILED.").ends(FAILED),
    scenario("mx_bank_server_error", "SERVER_ERROR", "MX Bank: SERVER_ERROR", "Ends in FAILED.").ends(FAILED),
    scenario("mx_bank_unavailable",  "UNAVAILABLE",  "MX Bank: UNAVAILABLE",  "Ends in FAILED.").ends(FAILED),
];
