//! MX Bank: the password is the scenario, and as an answer it is one too (A).

use super::super::challenge::{
    Carries, Challenge, Choice, IMAGE_DATA, OPTIONS, Right, TEXT, Type, choice,
};
use super::super::institution::MX_BANK;
use super::super::judge::Judgement;
use super::{CONNECTS, DENIED, End, Member, Plan, SOMEBODY, Step};

const fn asks(kind: Type, label: &'static str, carries: Carries) -> Challenge {
    Challenge {
        kind,
        label,
        field_name: None,
        carries,
        right: Right::MxBank,
    }
}

/// Which options there are no page says (D).
const CHOICES: &[Choice] = &[
    choice("Correct", "correct"),
    choice("Incorrect", "incorrect"),
    choice("Another challenge", "challenge"),
    choice("Locked", "LOCKED"),
];

const CITY: &[Challenge] = &[asks(TEXT, "What city were you born in?", Carries::Nothing)];
const PICK: &[Challenge] = &[asks(
    OPTIONS,
    "Pick one of the following",
    Carries::Choices(CHOICES),
)];
const FACE: &[Challenge] = &[asks(IMAGE_DATA, "Who is this guy?", Carries::Bare)];

/// The code is ours: 3002 is an institution that is unavailable (W).
const FAILED: End = End::with_code("FAILED", 3002);

/// The words in their letter case, and where they end.
const ERRORS: [(&str, End); 7] = [
    ("UNAUTHORIZED", DENIED),
    ("INVALID", DENIED),
    ("DISABLED", DENIED),
    ("LOCKED", End::of("LOCKED")),
    ("BAD_REQUEST", FAILED),
    ("SERVER_ERROR", FAILED),
    ("UNAVAILABLE", FAILED),
];

/// An answer by itself.
pub(crate) fn judge(answer: &str) -> Judgement {
    let error = ERRORS.iter().find(|(word, _)| *word == answer);
    match (answer, error) {
        (_, Some((_, end))) => Judgement::Ends(*end),
        ("correct", _) => Judgement::Right,
        ("challenge", _) => Judgement::AsksAlso(CITY),
        _ => Judgement::Wrong,
    }
}

/// Another username than `mxuser` is DENIED (D).
pub(super) fn sign_in(username: &str, password: &str) -> Option<&'static Member> {
    let mine = || MEMBERS.iter().filter(|_| username == USERNAME);
    let scenario = mine().find(|member| member.password == password);
    scenario.or_else(|| mine().next())
}

const USERNAME: &str = "mxuser";

const MEMBER: Member = Member {
    institution: MX_BANK,
    username: USERNAME,
    group: "mx bank",
    ..SOMEBODY
};

const ANSWERS: &str = "correct; or challenge for one more, or an error word";

const fn asking(
    name: &'static str,
    password: &'static str,
    title: &'static str,
    story: &'static str,
    steps: &'static [Step],
) -> Member {
    Member {
        name,
        password,
        title,
        story,
        answers: ANSWERS,
        plan: Plan { steps, ..CONNECTS },
        ..MEMBER
    }
}

const fn failing(
    name: &'static str,
    password: &'static str,
    title: &'static str,
    story: &'static str,
    end: End,
) -> Member {
    Member {
        name,
        password,
        title,
        story,
        plan: Plan { steps: &[], end },
        ..MEMBER
    }
}

/// The first one is for every password that has no row.
pub(super) const MEMBERS: &[Member] = &[
    Member {
        name: "mx_bank",
        password: "anything else",
        title: "MX Bank: no questions",
        story: "Connects, as with every password that is not in the table.",
        ..MEMBER
    },
    asking(
        "mx_bank_challenge",
        "challenge",
        "MX Bank: challenge",
        "Asks one TEXT question.",
        &[Step::Asks(CITY)],
    ),
    asking(
        "mx_bank_options",
        "options",
        "MX Bank: options",
        "Asks to pick one of some OPTIONS.",
        &[Step::Asks(PICK)],
    ),
    asking(
        "mx_bank_image",
        "image",
        "MX Bank: image",
        "Asks what an image shows.",
        &[Step::Asks(FACE)],
    ),
    failing(
        "mx_bank_unauthorized",
        "UNAUTHORIZED",
        "MX Bank: UNAUTHORIZED",
        "Ends in DENIED.",
        DENIED,
    ),
    failing(
        "mx_bank_invalid",
        "INVALID",
        "MX Bank: INVALID",
        "Ends in DENIED.",
        DENIED,
    ),
    failing(
        "mx_bank_disabled",
        "DISABLED",
        "MX Bank: DISABLED",
        "Ends in DENIED.",
        DENIED,
    ),
    failing(
        "mx_bank_locked",
        "LOCKED",
        "MX Bank: LOCKED",
        "Ends in LOCKED.",
        End::of("LOCKED"),
    ),
    failing(
        "mx_bank_bad_request",
        "BAD_REQUEST",
        "MX Bank: BAD_REQUEST",
        "Ends in FAILED.",
        FAILED,
    ),
    failing(
        "mx_bank_server_error",
        "SERVER_ERROR",
        "MX Bank: SERVER_ERROR",
        "Ends in FAILED.",
        FAILED,
    ),
    failing(
        "mx_bank_unavailable",
        "UNAVAILABLE",
        "MX Bank: UNAVAILABLE",
        "Ends in FAILED.",
        FAILED,
    ),
];
