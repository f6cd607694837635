//! Judging the answers of a resume against the round they answer.

use super::challenge::{Challenge, Posed, Right};
use super::people::{End, mx_bank};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Judgement {
    Right,
    Wrong,
    /// The guid of no challenge of this round.
    Stale,
    /// A challenge without an answer, or with two.
    Incomplete,
    /// MX Bank's error words, as answers.
    Ends(End),
    /// MX Bank's word for one more challenge.
    AsksAlso(&'static [Challenge]),
}

/// A challenge's guid and the value that answers it.
pub(crate) type Answer = (String, String);

/// All challenges of a round are answered in one call.
pub(crate) fn judge(round: &[Posed], answers: &[Answer]) -> Judgement {
    let is_posed = |(guid, _): &Answer| round.iter().any(|posed| posed.guid == *guid);
    if !answers.iter().all(is_posed) {
        return Judgement::Stale;
    }
    let values = |posed: &Posed| {
        let mine = answers.iter().filter(|(guid, _)| *guid == posed.guid);
        mine.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    let mut judgement = Judgement::Right;
    for posed in round {
        let [value] = values(posed).try_into().unwrap_or_default();
        if value.is_empty() {
            return Judgement::Incomplete;
        }
        if let Judgement::Right = judgement {
            judgement = posed.judge(&value);
        }
    }
    judgement
}

impl Posed {
    fn judge(&self, value: &str) -> Judgement {
        let right = match self.challenge.right {
            Right::Typed(right) => value.eq_ignore_ascii_case(right),
            Right::Pick(_) | Right::PickByGuid(_) => value == self.right_value(),
            Right::MxBank => return mx_bank::judge(value),
        };
        match right {
            true => Judgement::Right,
            false => Judgement::Wrong,
        }
    }
}
