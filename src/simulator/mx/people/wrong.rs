//! What wrong answers lead to.

use super::super::challenge::{Challenge, TOKEN};
use super::asked::question;
use super::{Member, SOMEBODY, Step, Wrong, then_connects};

const MEMBER: Member = Member {
    group: "wrong answers",
    ..SOMEBODY
};

const PET: &[Step] = &[Step::Asks(&[question(
    "What is the name of your first pet?",
    "Rex",
)])];

pub(super) const MEMBERS: &[Member] = &[
    Member {
        name: "wrong_ends",
        username: "wrong_ends",
        title: "REJECTED, and over",
        story: "A wrong answer ends the job in REJECTED, with the code 2002.",
        answers: "Rex",
        plan: then_connects(PET),
        ..MEMBER
    },
    Member {
        name: "wrong_again",
        username: "wrong_again",
        title: "REJECTED, and asked anew",
        story: "After a wrong answer the job shows REJECTED, runs on and asks anew.",
        answers: "Rex",
        plan: then_connects(PET),
        wrong: Wrong::AsksAgain,
        ..MEMBER
    },
    Member {
        name: "wrong_denied",
        username: "wrong_denied",
        title: "DENIED after a wrong answer",
        story: "A wrong answer ends the job in DENIED, though the password was right.",
        answers: "Rex",
        plan: then_connects(PET),
        wrong: Wrong::Ends("DENIED"),
        ..MEMBER
    },
    Member {
        name: "wrong_code",
        username: "wrong_code",
        title: "A wrong one-time code",
        story: "A wrong one-time code ends the job in REJECTED, with the code 2001.",
        answers: "246810",
        plan: then_connects(&[Step::Asks(&[Challenge {
            kind: TOKEN,
            ..question("Enter the code we sent you", "246810")
        }])]),
        ..MEMBER
    },
    Member {
        name: "wrong_second_round",
        username: "wrong_second_round",
        title: "The second of two rounds",
        story: "Asks twice, and a wrong answer to either ends the job.",
        answers: "Rex; then Lakeside",
        plan: then_connects(&[
            Step::Asks(&[question("What is the name of your first pet?", "Rex")]),
            Step::Asks(&[question("Which school did you go to?", "Lakeside")]),
        ]),
        ..MEMBER
    },
];
