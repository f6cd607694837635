//! Judges SecurityResponses against their round.

use super::challenge::{Challenge, RightAnswer};
use super::request::Responses;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    Right,
    Wrong,
    /// A key that belongs to no challenge of the round.
    UnknownKey,
    /// A challenge without an answer.
    Incomplete,
    /// Too many answers, or an option that was not offered.
    Invalid(&'static str),
}

/// Each challenge takes its answers out of the responses. No answer may be missing or left over.
pub(crate) fn judge(round: &[Challenge], french: bool, responses: &Responses) -> Judgement {
    let belongs = |key: &String| {
        round
            .iter()
            .any(|challenge| challenge.accepts_key(key, french))
    };
    if !responses.iter().all(|(key, _)| belongs(key)) {
        return Judgement::UnknownKey;
    }
    let mut left = responses.clone();
    let mut right = true;
    for challenge in round {
        match challenge.take(&mut left, french) {
            Ok(agrees) => right &= agrees,
            Err(judgement) => return judgement,
        }
    }
    if left.iter().any(|(_, answers)| !answers.is_empty()) {
        return Judgement::Invalid("contains too many answers");
    }
    if right {
        Judgement::Right
    } else {
        Judgement::Wrong
    }
}

impl Challenge {
    fn keyed_by_choice(&self) -> bool {
        matches!(self.right, RightAnswer::Phone | RightAnswer::NewQuestion)
    }

    fn accepts_key(&self, key: &String, french: bool) -> bool {
        match self.keyed_by_choice() {
            true => self.iterables(french).contains(key),
            false => *key == self.prompt.get(french),
        }
    }

    /// Takes the answers to this challenge out of `left`, and returns whether they are right.
    fn take(&self, left: &mut Responses, french: bool) -> Result<bool, Judgement> {
        if let RightAnswer::Approval = self.right {
            let own = left
                .iter_mut()
                .find(|(key, _)| self.accepts_key(key, french));
            let (_, answers) = own.ok_or(Judgement::Incomplete)?;
            answers.truncate(answers.len().saturating_sub(1));
            return Ok(true);
        }
        let index = left.iter().position(|(key, answers)| {
            self.accepts_key(key, french) && answers.iter().any(|answer| !answer.is_empty())
        });
        let Some((_, answers)) = index.and_then(|index| left.get_mut(index)) else {
            return Err(Judgement::Incomplete);
        };
        // A challenge with several answers takes all answers under its key, so its prompt must be unique.
        if let RightAnswer::Picks(picks) = self.right {
            return self.judge_choices(picks, &std::mem::take(answers), french);
        }
        let answer = answers.remove(0);
        if answer.is_empty() {
            return Err(Judgement::Incomplete);
        }
        if self.keyed_by_choice() && !answers.is_empty() {
            return Err(Judgement::Invalid("contains two answers to one choice"));
        }
        match self.right {
            RightAnswer::Pick(pick) => self.judge_choices(&[pick], &[answer], french),
            RightAnswer::Typed(right) => Ok(answer.eq_ignore_ascii_case(right)),
            RightAnswer::Phone if !["Text", "Call"].contains(&answer.as_str()) => {
                Err(Judgement::Invalid("must be Text or Call"))
            }
            _ => Ok(true),
        }
    }

    fn judge_choices(
        &self,
        right: &[usize],
        answers: &[String],
        french: bool,
    ) -> Result<bool, Judgement> {
        let iterables = self.iterables(french);
        if !answers.iter().all(|answer| iterables.contains(answer)) {
            return Err(Judgement::Invalid(
                "contains an option that was not offered",
            ));
        }
        if answers
            .iter()
            .enumerate()
            .any(|(index, one)| answers.iter().take(index).any(|other| other == one))
        {
            return Err(Judgement::Invalid("contains an option twice"));
        }
        let mut expected = right.iter().filter_map(|pick| iterables.get(*pick));
        Ok(answers.len() == right.len() && expected.all(|option| answers.contains(option)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::people::find;
    use super::*;

    fn judged(username: &str, responses: &[(&str, &[&str])]) -> Judgement {
        let round = find(username).unwrap().first_round().unwrap();
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        judge(
            round,
            false,
            &responses
                .iter()
                .map(|(key, all)| ((*key).to_owned(), owned(all)))
                .collect(),
        )
    }

    #[test]
    fn letter_case_does_not_matter_in_an_answer() {
        const CITY: &str = "What city were you born in?";
        assert_eq!(
            judged("Greatday", &[(CITY, &["Montreal"])]),
            Judgement::Right
        );
        assert_eq!(
            judged("Greatday", &[(CITY, &["montreal"])]),
            Judgement::Right
        );
        assert_eq!(judged("Greatday", &[(CITY, &["Paris"])]), Judgement::Wrong);
        assert_eq!(judged("Greatday", &[(CITY, &[])]), Judgement::Incomplete);
        assert_eq!(judged("Greatday", &[(CITY, &[""])]), Judgement::Incomplete);
        let twice = judged("Greatday", &[(CITY, &["Montreal", "Montreal"])]);
        assert!(matches!(twice, Judgement::Invalid(_)));
    }

    #[test]
    fn a_key_equals_the_prompt_byte_for_byte() {
        for key in [
            "What city were you born in",
            "what city were you born in?",
            " What city were you born in?",
        ] {
            assert_eq!(
                judged("Greatday", &[(key, &["Montreal"])]),
                Judgement::UnknownKey
            );
        }
    }

    #[test]
    fn one_call_answers_all_challenges() {
        let [city, pet] = [
            "What city were you born in?",
            "What is the name of your first pet?",
        ];
        let some = judged("three_questions", &[(city, &["Montreal"]), (pet, &["Rex"])]);
        assert_eq!(some, Judgement::Incomplete);
    }

    #[test]
    fn equal_prompts_share_an_array_in_order() {
        let prompt = "Enter a digit of your PIN";
        assert_eq!(
            judged("equal_prompts", &[(prompt, &["4", "7"])]),
            Judgement::Right
        );
        assert_eq!(
            judged("equal_prompts", &[(prompt, &["7", "4"])]),
            Judgement::Wrong
        );
        assert_eq!(
            judged("equal_prompts", &[(prompt, &["4"])]),
            Judgement::Incomplete
        );
        let three = judged("equal_prompts", &[(prompt, &["4", "7", "1"])]);
        assert!(matches!(three, Judgement::Invalid(_)));
    }

    #[test]
    fn a_phone_answer_has_the_phone_as_key_and_the_channel_as_value() {
        let (phone, prompt) = ("(•••) •••-4821", "Where should we send your code?");
        assert_eq!(
            judged("text_or_call", &[(phone, &["Text"])]),
            Judgement::Right
        );
        assert_eq!(
            judged("text_or_call", &[(phone, &["Call"])]),
            Judgement::Right
        );
        assert!(matches!(
            judged("text_or_call", &[(phone, &["text"])]),
            Judgement::Invalid(_)
        ));
        assert!(matches!(
            judged("text_or_call", &[(phone, &["Text", "Call"])]),
            Judgement::Invalid(_)
        ));
        assert_eq!(
            judged("text_or_call", &[(prompt, &["Text"])]),
            Judgement::UnknownKey
        );
        let both = judged(
            "text_or_call",
            &[(phone, &["Text"]), ("(•••) •••-0907", &["Text"])],
        );
        assert!(matches!(both, Judgement::Invalid(_)));
    }

    #[test]
    fn an_approval_needs_its_key_and_no_text() {
        let prompt = "Approve the sign-in on your phone";
        for answers in [&[][..], &[""], &["ok"]] {
            assert_eq!(
                judged("device_push", &[(prompt, answers)]),
                Judgement::Right
            );
        }
        let two = judged("device_push", &[(prompt, &["", "ok"])]);
        assert!(matches!(two, Judgement::Invalid(_)));
    }

    #[test]
    fn new_questions_must_differ() {
        let [book, hero] = [
            "What is your favourite book?",
            "Who was your childhood hero?",
        ];
        assert_eq!(
            judged("new_questions", &[(book, &["a"]), (hero, &["b"])]),
            Judgement::Right
        );
        assert_eq!(
            judged("new_questions", &[(book, &["a"])]),
            Judgement::Incomplete
        );
        assert!(matches!(
            judged("new_questions", &[(book, &["a", "b"])]),
            Judgement::Invalid(_)
        ));
        assert_eq!(
            judged("new_questions", &[("Choose a question", &["a"])]),
            Judgement::UnknownKey
        );
    }

    #[test]
    fn only_offered_options_are_accepted() {
        let which = "Which accounts do you hold with us?";
        assert_eq!(
            judged("multiple_answers", &[(which, &["Savings", "Chequing"])]),
            Judgement::Right
        );
        assert_eq!(
            judged("multiple_answers", &[(which, &["Savings"])]),
            Judgement::Wrong
        );
        for answers in [&["savings", "Chequing"][..], &["Savings", "Savings"]] {
            assert!(matches!(
                judged("multiple_answers", &[(which, answers)]),
                Judgement::Invalid(_)
            ));
        }
        let branch = "Which branch opened your account?";
        assert_eq!(
            judged("multiple_choice", &[(branch, &["Plateau"])]),
            Judgement::Right
        );
        assert_eq!(
            judged("multiple_choice", &[(branch, &["Old Port"])]),
            Judgement::Wrong
        );
        let two = judged("multiple_choice", &[(branch, &["Plateau", "Old Port"])]);
        assert!(matches!(two, Judgement::Invalid(_)));
    }
}
