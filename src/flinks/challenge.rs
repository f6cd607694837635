//! SecurityChallenges as a form, and the answers to it as SecurityResponses.
//!
//! Keys and options go back byte for byte as they came: a key that differs in one space is an
//! `UNKNOWN_CHALLENGE_KEY`. Only `QuestionAndAnswer` is documented in full; the other types are as
//! integrators' code and Flinks' own samples have them, and a type that is not in the table is shown as
//! free text under its own name.

use crate::challenge::{
    Answers, Challenge, ChallengeImage, ChallengeKind, FieldOption, FieldPart, FieldType, error,
};
use crate::failure::{FieldErrorReason, Refusal};
use crate::json::{Reader, Value};

/// The channels of a `TextOrCall`, as they stand on the wire.
const CHANNELS: [&str; 2] = ["Text", "Call"];

/// `Type`, whether there are `Iterables`, and what the person does.
#[rustfmt::skip]
const TYPES: &[(&str, bool, ChallengeKind)] = &[
    ("QuestionAndAnswer",             false, ChallengeKind::Question),
    ("QuestionAndAnswer",             true,  ChallengeKind::NewQuestion),
    ("MultipleChoice",                true,  ChallengeKind::Choice),
    ("MultipleChoiceMultipleAnswers", true,  ChallengeKind::MultiChoice),
    ("ImageSelection",                true,  ChallengeKind::ImageChoice),
    ("TextOrCall",                    true,  ChallengeKind::Delivery),
    // An alpha specification only; that a code is typed is a guess by its name.
    ("OneTimeVerification",           false, ChallengeKind::Code),
];

/// One entry of SecurityChallenges.
struct Asked<'a> {
    vendor_type: &'a Value,
    kind: ChallengeKind,
    prompt: &'a str,
    options: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    /// Every real sample is `{Type, Prompt, Iterables?}`; the OpenAPI document describes a map of
    /// prompts to arrays of strings. Both are read.
    fn all(asked: &'a Value) -> Vec<Asked<'a>> {
        let items = match asked {
            Value::List(items) => items.as_slice(),
            one => core::slice::from_ref(one),
        };
        let mut all = Vec::new();
        for item in items {
            match item {
                Value::Object(map) if !item.has("Prompt") && !item.has("Type") => {
                    all.extend(map.iter().map(Asked::of_map));
                }
                Value::Null => {}
                _ => all.push(Asked::of_sample(item)),
            }
        }
        all
    }

    fn of_sample(item: &'a Value) -> Asked<'a> {
        let vendor_type = item.get("Type");
        let options = strings(item.get("Iterables"));
        let kind = match (vendor_type.as_text(), &options) {
            (Some(name), Some(options)) => TYPES.iter().find(|(is, has_options, _)| {
                is.eq_ignore_ascii_case(name) && *has_options != options.is_empty()
            }),
            _ => None,
        };
        Asked {
            vendor_type,
            kind: kind.map_or(ChallengeKind::Unknown, |(_, _, kind)| *kind),
            prompt: words(item)
                .or_else(|| words(item.get("Prompt")))
                .unwrap_or_default(),
            options: options.unwrap_or_default(),
        }
    }

    /// A guess: without options a question, with options a choice.
    fn of_map((prompt, options): &'a (String, Value)) -> Asked<'a> {
        let options = strings(options);
        let kind = match &options {
            Some(options) if options.is_empty() => ChallengeKind::Question,
            Some(_) => ChallengeKind::Choice,
            None => ChallengeKind::Unknown,
        };
        Asked {
            vendor_type: &Value::Null,
            kind,
            prompt,
            options: options.unwrap_or_default(),
        }
    }

    fn challenge(&self, round: u32, index: usize) -> Challenge {
        let new = Challenge::new(
            round,
            index,
            self.kind,
            self.vendor_type.clone(),
            self.prompt,
        );
        let labels = |labels: &[&str]| {
            let choice = |(index, label): (usize, &&str)| FieldOption::new(index, label);
            labels.iter().enumerate().map(choice).collect()
        };
        match self.kind {
            ChallengeKind::Choice => {
                new.with(FieldPart::Answer, FieldType::Select, labels(&self.options))
            }
            ChallengeKind::MultiChoice => new.with(
                FieldPart::Answer,
                FieldType::MultiSelect,
                labels(&self.options),
            ),
            ChallengeKind::ImageChoice => {
                new.with(FieldPart::Answer, FieldType::ImageSelect, self.images())
            }
            ChallengeKind::Delivery => new
                .with(FieldPart::Phone, FieldType::Select, labels(&self.options))
                .with(FieldPart::Channel, FieldType::Select, labels(&CHANNELS)),
            ChallengeKind::NewQuestion => new
                .with(
                    FieldPart::Question,
                    FieldType::Select,
                    labels(&self.options),
                )
                .with(FieldPart::Answer, FieldType::Text, Vec::new()),
            _ => new.with(FieldPart::Answer, FieldType::Text, Vec::new()),
        }
    }

    /// The options of an `ImageSelection`: base64 without a prefix and without a media type.
    fn images(&self) -> Vec<FieldOption> {
        let choice = |(index, base64): (usize, &&str)| {
            let mut label = String::from("#");
            label.push_str(&crate::json::decimal(index as u64 + 1));
            FieldOption {
                image: ChallengeImage::of_base64(base64),
                ..FieldOption::new(index, &label)
            }
        };
        self.options.iter().enumerate().map(choice).collect()
    }
}

/// Whether there is anything to answer.
pub fn is_asked(asked: &Value) -> bool {
    !Asked::all(asked).is_empty()
}

/// The challenges of SecurityChallenges.
pub fn challenges(asked: &Value, round: u32) -> Vec<Challenge> {
    let all = Asked::all(asked);
    all.iter()
        .enumerate()
        .map(|(index, asked)| asked.challenge(round, index))
        .collect()
}

/// Whether a code is on its way to the person's phone once these are answered.
pub fn sends_code(asked: &Value) -> bool {
    Asked::all(asked)
        .iter()
        .any(|asked| asked.kind == ChallengeKind::Delivery)
}

/// SecurityResponses for answers that fit their round. Two challenges can bear the same prompt, and
/// the wire cannot tell them apart: both answers go into that prompt's array, in order (a guess).
pub fn responses(asked: &Value, round: u32, answers: &Answers) -> Result<Value, Refusal> {
    let mut responses: Vec<(String, Value)> = Vec::new();
    let mut chosen = Vec::new();
    for (index, asked) in Asked::all(asked).iter().enumerate() {
        let picks = |part| answers.picks(index, part).iter();
        let picked = |part| {
            picks(part)
                .filter_map(|place| asked.options.get(*place))
                .copied()
        };
        let text = answers.text(index, FieldPart::Answer);
        match asked.kind {
            ChallengeKind::Choice | ChallengeKind::MultiChoice | ChallengeKind::ImageChoice => {
                append(&mut responses, asked.prompt, picked(FieldPart::Answer));
            }
            // The phone is the key, not the prompt.
            ChallengeKind::Delivery => {
                let phone = picked(FieldPart::Phone).next().unwrap_or_default();
                let channel = picks(FieldPart::Channel).filter_map(|place| CHANNELS.get(*place));
                append(&mut responses, phone, channel.copied());
            }
            // The chosen question is the key, and each challenge needs a different one.
            ChallengeKind::NewQuestion => {
                let question = picked(FieldPart::Question).next().unwrap_or_default();
                if chosen.contains(&question) {
                    let challenge = asked.challenge(round, index);
                    let name = challenge.fields.first().map_or("", |field| &field.name);
                    return Err(Refusal::answer(vec![error(
                        name,
                        FieldErrorReason::AlreadyChosen,
                    )]));
                }
                chosen.push(question);
                append(&mut responses, question, text.into_iter());
            }
            _ => append(&mut responses, asked.prompt, text.into_iter()),
        }
    }
    Ok(Value::Object(responses))
}

fn append<'a>(
    responses: &mut Vec<(String, Value)>,
    key: &str,
    answers: impl Iterator<Item = &'a str>,
) {
    let answers = answers.map(Value::from);
    match responses.iter_mut().find(|(is, _)| is == key) {
        Some((_, Value::List(list))) => list.extend(answers),
        _ => responses.push((key.to_owned(), Value::List(answers.collect()))),
    }
}

/// SecurityResponses as a host wrote them: keys and arrays of strings, not empty.
pub fn raw_responses(raw: &Value) -> Result<Value, Refusal> {
    let reader = Reader::new("answers", raw);
    let full = |value: &Value| strings(value).is_some_and(|answers| !answers.is_empty());
    if raw.entries().is_empty() {
        return Err(reader.invalid("must be an object of prompts and arrays of answers"));
    }
    match raw.entries().iter().position(|(_, answers)| !full(answers)) {
        // The key may be a bank's prompt: its place is named instead.
        Some(place) => {
            let place = crate::json::decimal(place as u64);
            Err(reader
                .get(&place)
                .invalid("must be an array of strings that is not empty"))
        }
        None => Ok(raw.clone()),
    }
}

/// Text, or a number as it came: no sample has one in place of a prompt, and it is shown all the same.
fn words(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text),
        _ => None,
    }
}

/// The strings of a list, none of null, and `None` of anything else.
fn strings(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::List(items) => items.iter().map(Value::as_text).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(json: &str) -> Vec<ChallengeKind> {
        let asked = Value::parse(json.as_bytes()).unwrap();
        challenges(&asked, 1)
            .iter()
            .map(|challenge| challenge.kind)
            .collect()
    }

    fn answered(json: &str, given: &str) -> Result<String, Refusal> {
        let asked = Value::parse(json.as_bytes()).unwrap();
        let given = Value::parse(given.as_bytes()).unwrap();
        let challenges = challenges(&asked, 1);
        let answers = Answers::check(&challenges, &given)?;
        responses(&asked, 1, &answers).map(|responses| responses.print())
    }

    #[test]
    fn the_map_of_the_openapi_document_is_read_as_well_as_the_samples() {
        assert_eq!(
            kinds(r#"[{"City?":[]},{"Colour?":["Red","Blue"]}]"#),
            [ChallengeKind::Question, ChallengeKind::Choice]
        );
        assert_eq!(
            kinds(r#"{"City?":[],"Colour?":["Red"]}"#),
            [ChallengeKind::Question, ChallengeKind::Choice]
        );
    }

    #[test]
    fn what_has_another_shape_is_shown_as_it_is() {
        for asked in [
            r#"[{"Type":null,"Prompt":null,"Iterables":["a"]}]"#,
            r#"["City?"]"#,
            "[7]",
        ] {
            assert_eq!(kinds(asked), [ChallengeKind::Unknown], "{asked}");
        }
        assert_eq!(kinds("[null]"), []);
    }

    #[test]
    fn a_type_without_the_options_it_needs_is_not_guessed() {
        for name in [
            "MultipleChoice",
            "ImageSelection",
            "TextOrCall",
            "SomethingNew",
        ] {
            let asked = format!(r#"[{{"Type":"{name}","Prompt":"?"}}]"#);
            assert_eq!(kinds(&asked), [ChallengeKind::Unknown], "{name}");
        }
        assert_eq!(
            kinds(r#"[{"Type":"MultipleChoice","Prompt":"?","Iterables":[1,2]}]"#),
            [ChallengeKind::Unknown]
        );
    }

    #[test]
    fn an_unknown_type_shows_itself() {
        let asked = Value::parse(br#"[{"Type":7,"Prompt":"?"}]"#).unwrap();
        let challenges = challenges(&asked, 1);
        assert_eq!(challenges[0].vendor_type, Value::number(7));
        assert_eq!(challenges[0].fields[0].control, FieldType::Text);
    }

    #[test]
    fn keys_and_values_go_back_byte_for_byte() {
        let asked =
            r#"[{"Type":"MultipleChoice","Prompt":" Né\u00a0?\t","Iterables":["e\u0301 ","é"]}]"#;
        let wire = "{\" Né\u{a0}?\\t\":[\"e\u{301} \"]}";
        assert_eq!(
            answered(asked, r#"{"1.1.answer":"0"}"#).as_deref(),
            Ok(wire)
        );
    }

    #[test]
    fn the_phone_is_the_key_of_a_text_or_call_and_not_the_prompt() {
        let asked = r#"[{"Type":"TextOrCall","Prompt":"Where?","Iterables":["•••1","•••2"]}]"#;
        let given = r#"{"1.1.phone":"1","1.1.channel":"0"}"#;
        assert_eq!(
            answered(asked, given).as_deref(),
            Ok(r#"{"•••2":["Text"]}"#)
        );
    }

    #[test]
    fn equal_prompts_share_their_array_in_order() {
        let asked = r#"[{"Type":"QuestionAndAnswer","Prompt":"?"},{"Type":"QuestionAndAnswer","Prompt":"?"}]"#;
        let given = r#"{"1.2.answer":"b","1.1.answer":"a"}"#;
        assert_eq!(answered(asked, given).as_deref(), Ok(r#"{"?":["a","b"]}"#));
    }

    #[test]
    fn only_pictures_that_can_be_told_are_shown() {
        let asked = Value::parse(
            br#"[{"Type":"ImageSelection","Prompt":"?",
            "Iterables":["iVBORw0KGgo=","/9j/4AAQ","PHN2Zz4=","iVBORw0KGgo\"onerror"]}]"#,
        )
        .unwrap();
        let challenges = challenges(&asked, 1);
        let shown = challenges[0].fields[0]
            .options
            .iter()
            .map(|option| option.image.is_some());
        assert!(shown.eq([true, true, false, false]));
    }
}
