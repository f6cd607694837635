//! Judges the answers of a resume against their round.

use super::challenge::{Challenge, RightAnswer, RoundChallenge};
use super::people::{EndState, mx_bank};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Judgement {
    Right,
    Wrong,
    /// A guid that is not in this round.
    Stale,
    /// A challenge with no answer or with two.
    Incomplete,
    /// The answer is one of MX Bank's error words.
    Ends(EndState),
    /// The answer is MX Bank's word for one more challenge.
    AsksAlso(&'static [Challenge]),
}

/// A challenge's guid and the value of its answer.
pub(crate) type Answer = (String, String);

/// One call answers all challenges of a round.
pub(crate) fn judge(round: &[RoundChallenge], answers: &[Answer]) -> Judgement {
    let is_in_round = |(guid, _): &Answer| round.iter().any(|challenge| challenge.guid == *guid);
    if !answers.iter().all(is_in_round) {
        return Judgement::Stale;
    }
    let values = |challenge: &RoundChallenge| {
        let matching = answers.iter().filter(|(guid, _)| *guid == challenge.guid);
        matching.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    let mut judgement = Judgement::Right;
    for challenge in round {
        let [value] = values(challenge).try_into().unwrap_or_default();
        if value.is_empty() && !challenge.right_value().is_empty() {
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
        let right = match self.definition.right {
            RightAnswer::Typed(right) => right.is_empty() || value.eq_ignore_ascii_case(right),
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
