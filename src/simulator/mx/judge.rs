//! Judging the answers of a resume against the round they answer.

use super::challenge::{Challenge, RightAnswer, RoundChallenge};
use super::people::{EndState, mx_bank};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Judgement {
    Right,
    Wrong,
    /// The guid of no challenge of this round.
    Stale,
    /// A challenge without an answer, or with two.
    Incomplete,
    /// MX Bank's error words, as answers.
    Ends(EndState),
    /// MX Bank's word for one more challenge.
    AsksAlso(&'static [Challenge]),
}

/// A challenge's guid and the value that answers it.
pub(crate) type Answer = (String, String);

/// All challenges of a round are answered in one call.
pub(crate) fn judge(round: &[RoundChallenge], answers: &[Answer]) -> Judgement {
    let is_posed = |(guid, _): &Answer| round.iter().any(|challenge| challenge.guid == *guid);
    if !answers.iter().all(is_posed) {
        return Judgement::Stale;
    }
    let values = |challenge: &RoundChallenge| {
        let mine = answers.iter().filter(|(guid, _)| *guid == challenge.guid);
        mine.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    let mut judgement = Judgement::Right;
    for challenge in round {
        let [value] = values(challenge).try_into().unwrap_or_default();
        if value.is_empty() {
            return Judgement::Incomplete;
        }
        if let Judgement::Right = judgement {
            judgement = challenge.judge(&value);
        }
    }
    judgement
}

impl RoundChallenge {
    fn judge(&self, value: &str) -> Judgement {
        let right = match self.challenge.right {
            RightAnswer::Typed(right) => value.eq_ignore_ascii_case(right),
            RightAnswer::Pick(_) | RightAnswer::PickByGuid(_) => value == self.right_value(),
            RightAnswer::MxBank => return judge_at_mx_bank(value),
        };
        match right {
            true => Judgement::Right,
            false => Judgement::Wrong,
        }
    }
}

/// At MX Bank an answer selects a scenario, as a password does.
fn judge_at_mx_bank(answer: &str) -> Judgement {
    let error = mx_bank::ERRORS.iter().find(|(word, _)| *word == answer);
    match (answer, error) {
        (_, Some((_, end))) => Judgement::Ends(*end),
        ("correct", _) => Judgement::Right,
        ("challenge", _) => Judgement::AsksAlso(mx_bank::CITY),
        _ => Judgement::Wrong,
    }
}
