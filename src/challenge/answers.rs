//! Answers, and the check that they fit their round before anything is sent.

use super::{Challenge, Field, FieldPart, FieldType};
use crate::failure::{FieldError, FieldErrorReason, Refusal};
use crate::json::{Reader, Value, decimal};

/// The maximum length of an answer, in bytes. A guess: no vendor documents a limit.
pub const MAX_ANSWER_BYTES: usize = 4096;

/// The checked answer to one field.
enum FieldAnswer<'a> {
    Text(&'a str),
    Picks(Vec<usize>),
}

/// Answers that fit their round: one for each field of each challenge.
pub struct Answers<'a>(Vec<Vec<(FieldPart, FieldAnswer<'a>)>>);

impl<'a> Answers<'a> {
    /// Checks an object of field names and answers against a round. An answer is a string or a list of
    /// strings. A refusal names every wrong field.
    pub fn check(challenges: &[Challenge], answers: &'a Value) -> Result<Answers<'a>, Refusal> {
        let reader = Reader::new("answers", answers);
        if !matches!(answers, Value::Object(_)) {
            return Err(reader.invalid("must be an object of field names and answers"));
        }
        let mut errors = Vec::new();
        for (name, _) in answers.entries() {
            if !has_field(challenges, name) {
                errors.push(error(name, FieldErrorReason::UnknownField));
            }
        }
        let mut all = Vec::new();
        for challenge in challenges {
            let mut parts = Vec::new();
            for field in &challenge.fields {
                match field.check(&strings(reader.get(&field.name))?) {
                    Ok(answer) => parts.push((field.part, answer)),
                    Err(reason) => errors.push(error(&field.name, reason)),
                }
            }
            all.push(parts);
        }
        if errors.is_empty() {
            Ok(Answers(all))
        } else {
            Err(Refusal::answer(errors))
        }
    }

    fn find(&self, challenge: usize, part: FieldPart) -> Option<&FieldAnswer<'a>> {
        let answers = self.0.get(challenge)?;
        answers
            .iter()
            .find(|(answered, _)| *answered == part)
            .map(|(_, answer)| answer)
    }

    /// The text answer to a part of a challenge.
    pub fn text(&self, challenge: usize, part: FieldPart) -> Option<&'a str> {
        match self.find(challenge, part)? {
            FieldAnswer::Text(text) => Some(text),
            FieldAnswer::Picks(_) => None,
        }
    }

    /// The indexes of the options that the person picked in a part of a challenge.
    pub fn option_indexes(&self, challenge: usize, part: FieldPart) -> &[usize] {
        match self.find(challenge, part) {
            Some(FieldAnswer::Picks(indexes)) => indexes,
            _ => &[],
        }
    }
}

impl Field {
    fn check<'a>(&self, answers: &[&'a str]) -> Result<FieldAnswer<'a>, FieldErrorReason> {
        let is_blank = answers.is_empty() || answers.iter().any(|answer| answer.trim().is_empty());
        if is_blank && !self.optional {
            return Err(FieldErrorReason::Missing);
        }
        match (self.control, answers) {
            // Only an optional field. That the vendor expects an empty text is a guess: the host can submit raw answers instead.
            (FieldType::Text, []) => Ok(FieldAnswer::Text("")),
            (FieldType::Text, [text]) if text.len() > MAX_ANSWER_BYTES => {
                Err(FieldErrorReason::TooLong)
            }
            (FieldType::Text, [text]) => Ok(FieldAnswer::Text(text)),
            (FieldType::Select | FieldType::ImageSelect, [_]) | (FieldType::MultiSelect, _) => {
                self.option_indexes(answers).map(FieldAnswer::Picks)
            }
            _ => Err(FieldErrorReason::TooMany),
        }
    }

    /// The indexes of the options with these ids, in ascending order.
    fn option_indexes(&self, ids: &[&str]) -> Result<Vec<usize>, FieldErrorReason> {
        let mut indexes = Vec::new();
        for (index, option) in self.options.iter().enumerate() {
            if ids.contains(&option.id.as_str()) {
                indexes.push(index);
            }
        }
        let is_known = |id: &&str| self.options.iter().any(|option| option.id == **id);
        match indexes.len() {
            count if count == ids.len() => Ok(indexes),
            _ if ids.iter().all(is_known) => Err(FieldErrorReason::TooMany),
            _ => Err(FieldErrorReason::NotAnOption),
        }
    }
}

/// Checks answers in the vendor's own form: a non-empty object of keys of this round, with valid values. Each key
/// says whether its answer may be empty. An error names the place of a key, because a key may be a prompt of the
/// bank.
pub fn check_raw(
    raw: &Value,
    expected: &'static str,
    is_value: fn(&Value, optional: bool) -> bool,
    keys: &[(&str, bool)],
) -> Result<(), Refusal> {
    let reader = Reader::new("answers", raw);
    if raw.entries().is_empty() {
        return Err(reader.invalid("must be a non-empty object of the vendor's keys and answers"));
    }
    let mut errors = Vec::new();
    for (index, (key, value)) in raw.entries().iter().enumerate() {
        let place = decimal(index as u64);
        // Two challenges can share a key: an answer that one of them needs is not optional.
        let is_needed = |(known, optional): &(&str, bool)| known == key && !optional;
        let is_known = keys.iter().any(|(known, _)| known == key);
        if !is_value(value, is_known && !keys.iter().any(is_needed)) {
            return Err(reader.get(&place).invalid(expected));
        }
        if !is_known {
            errors.push(error(&place, FieldErrorReason::UnknownField));
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(Refusal::answer(errors)),
    }
}

fn has_field(challenges: &[Challenge], name: &str) -> bool {
    for challenge in challenges {
        for field in &challenge.fields {
            if field.name == name {
                return true;
            }
        }
    }
    false
}

/// An error of one field.
pub fn error(name: &str, reason: FieldErrorReason) -> FieldError {
    FieldError {
        name: name.to_owned(),
        reason,
    }
}

fn strings<'v>(reader: Reader<'v, '_>) -> Result<Vec<&'v str>, Refusal> {
    let strings = match reader.value() {
        Value::Text(text) => Some(vec![text.as_str()]),
        list => list.strings(),
    };
    strings.ok_or_else(|| reader.invalid("must be a string or a list of strings"))
}
