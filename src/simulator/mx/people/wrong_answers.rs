//! One member for each effect of a wrong answer.

use super::super::challenge::{CODE, Challenge, question};
use super::member::{Member, OnWrongAnswer, Step, member};
use Step::Asks;

const GROUP: &str = "wrong answers";

const PET: Challenge = question("What is the name of your first pet?", "Rex");

pub(super) const MEMBERS: &[Member] = &[
    member(GROUP, "wrong_ends", "REJECTED, and the job ends", "A wrong answer ends the job in REJECTED, with the code 2002.")
        .asks("Rex", &[Asks(&[PET])]),
    member(GROUP, "wrong_again", "REJECTED, and asked again", "After a wrong answer the job shows REJECTED, continues and asks again.")
        .asks("Rex", &[Asks(&[PET])])
        .on_wrong_answer(OnWrongAnswer::AsksAgain),
    member(GROUP, "wrong_at_once", "REJECTED, with new challenges", "After a wrong answer the status is REJECTED and has new challenges.")
        .asks("Rex", &[Asks(&[PET])])
        .on_wrong_answer(OnWrongAnswer::AsksAtOnce),
    member(GROUP, "wrong_denied", "DENIED after a wrong answer", "A wrong answer ends the job in DENIED, though the password was right.")
        .asks("Rex", &[Asks(&[PET])])
        .on_wrong_answer(OnWrongAnswer::Ends("DENIED")),
    member(GROUP, "wrong_code", "A wrong one-time code", "A wrong one-time code ends the job in REJECTED, with the code 2001.")
        .asks("246810", &[Asks(&[CODE])]),
    member(GROUP, "wrong_second_round", "The second of two rounds", "Asks twice, and a wrong answer to either ends the job.")
        .asks("Rex; then Lakeside", &[Asks(&[PET]), Asks(&[question("Which school did you go to?", "Lakeside")])]),
];
