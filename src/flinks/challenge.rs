//! SecurityChallenges as a form, and its answers as SecurityResponses.
//!
//! Keys and options are sent back byte for byte: a key that differs in one space is an
//! `UNKNOWN_CHALLENGE_KEY`. Only `QuestionAndAnswer` is fully documented. The other types come from
//! integrators' code and Flinks' samples. An unknown type becomes a text field and keeps its name.

use crate::challenge::{
    Answers, Challenge, ChallengeImage, ChallengeKind, FieldOption, FieldPart, FieldType,
    check_raw, error, fits_a_person,
};
use crate::failure::{FieldErrorReason, Refusal};
use crate::json::{Value, decimal};

/// The channels of a `TextOrCall`, as they are sent.
const CHANNELS: [&str; 2] = ["Text", "Call"];

/// `Type`, whether it has `Iterables`, and its kind. A type without them is before the same type with them.
#[rustfmt::skip]
const TYPES: &[(&str, bool, ChallengeKind)] = &[
    ("QuestionAndAnswer",             false, ChallengeKind::Question),
    ("QuestionAndAnswer",             true,  ChallengeKind::NewQuestion),
    ("MultipleChoice",                true,  ChallengeKind::Choice),
    ("MultipleChoiceMultipleAnswers", true,  ChallengeKind::MultiChoice),
    ("ImageSelection",                true,  ChallengeKind::ImageChoice),
    ("TextOrCall",                    true,  ChallengeKind::Delivery),
    // Documented only in an alpha specification. That the person types a code is a guess from the name.
    ("OneTimeVerification",           false, ChallengeKind::Code),
];

/// One entry of SecurityChallenges.
struct SecurityChallenge<'a> {
    vendor_type: &'a Value,
    kind: ChallengeKind,
    prompt: &'a str,
    options: Vec<&'a str>,
}

impl<'a> SecurityChallenge<'a> {
    /// Reads both forms: every real sample is `{Type, Prompt, Iterables?}`, but the OpenAPI document describes
    /// a map of prompts to arrays of strings.
    fn all(payload: &'a Value) -> Vec<SecurityChallenge<'a>> {
        let items = match payload {
            Value::List(items) => items.as_slice(),
            one => core::slice::from_ref(one),
        };
        let mut all = Vec::new();
        for item in items {
            match item {
                Value::Object(map) if !item.has("Prompt") && !item.has("Type") => {
                    for entry in map {
                        all.push(SecurityChallenge::of_map(entry));
                    }
                }
                Value::Null => {}
                _ => all.push(SecurityChallenge::of_sample(item)),
            }
        }
        all
    }

    fn of_sample(item: &'a Value) -> SecurityChallenge<'a> {
        let vendor_type = item.get("Type");
        let options = item.get("Iterables").strings();
        // A type that needs options keeps its kind without them, and nobody can answer it.
        let has = options.as_ref().is_none_or(|options| !options.is_empty());
        let name = vendor_type.as_text().unwrap_or_default();
        let kind = TYPES.iter().find(|(text, has_options, _)| {
            text.eq_ignore_ascii_case(name) && (*has_options || !has)
        });
        SecurityChallenge {
            vendor_type,
            kind: kind.map_or(ChallengeKind::Unknown, |(_, _, kind)| *kind),
            prompt: text_or_number(item)
                .or_else(|| text_or_number(item.get("Prompt")))
                .unwrap_or_default(),
            options: options.unwrap_or_default(),
        }
    }

    /// A guess: a question if there are no options, otherwise a choice.
    fn of_map((prompt, options): &'a (String, Value)) -> SecurityChallenge<'a> {
        let options = options.strings();
        let kind = match &options {
            Some(options) if options.is_empty() => ChallengeKind::Question,
            Some(_) => ChallengeKind::Choice,
            None => ChallengeKind::Unknown,
        };
        SecurityChallenge {
            vendor_type: &Value::Null,
            kind,
            prompt,
            options: options.unwrap_or_default(),
        }
    }

    fn form(&self, round: u32, index: usize) -> Challenge {
        let challenge = Challenge::new(
            round,
            index,
            self.kind,
            self.vendor_type.clone(),
            self.prompt,
        );
        let labels = |labels: &[&str]| {
            let mut all = Vec::new();
            for (index, label) in labels.iter().enumerate() {
                all.push(FieldOption::new(index, label));
            }
            all
        };
        let (part, options) = (FieldPart::Answer, &self.options);
        match self.kind {
            ChallengeKind::Choice => challenge.with(part, FieldType::Select, labels(options)),
            ChallengeKind::MultiChoice => {
                challenge.with(part, FieldType::MultiSelect, labels(options))
            }
            ChallengeKind::ImageChoice => {
                challenge.with(part, FieldType::ImageSelect, self.images())
            }
            ChallengeKind::Delivery => challenge
                .with(FieldPart::Phone, FieldType::Select, labels(options))
                .with(FieldPart::Channel, FieldType::Select, labels(&CHANNELS)),
            ChallengeKind::NewQuestion => challenge
                .with(FieldPart::Question, FieldType::Select, labels(options))
                .with(part, FieldType::Text, Vec::new()),
            _ => challenge.with(part, FieldType::Text, Vec::new()),
        }
    }

    /// The options of an `ImageSelection`: base64 without a `data:` prefix or media type.
    fn images(&self) -> Vec<FieldOption> {
        let mut all = Vec::new();
        for (index, base64) in self.options.iter().enumerate() {
            let mut label = String::from("#");
            label.push_str(&decimal(index as u64 + 1));
            all.push(FieldOption {
                image: ChallengeImage::of_base64(base64),
                ..FieldOption::new(index, &label)
            });
        }
        all
    }
}

/// Whether SecurityChallenges have an entry.
pub fn has_challenges(payload: &Value) -> bool {
    !SecurityChallenge::all(payload).is_empty()
}

/// SecurityChallenges as a form. It is empty if there are too many.
pub fn challenges(payload: &Value, round: u32) -> Vec<Challenge> {
    let challenges = SecurityChallenge::all(payload);
    let mut all = Vec::new();
    if fits_a_person(&mut challenges.iter().map(|challenge| challenge.options.len())) {
        for (index, challenge) in challenges.iter().enumerate() {
            all.push(challenge.form(round, index));
        }
    }
    all
}

/// Whether two SecurityChallenges have the same prompts. Images can differ, because Flinks may draw them again.
pub fn is_same_round(one: &Value, other: &Value) -> bool {
    let (one, other) = (SecurityChallenge::all(one), SecurityChallenge::all(other));
    let mut pairs = one.iter().zip(&other);
    one.len() == other.len() && pairs.all(|(one, other)| one.prompt == other.prompt)
}

/// Whether the answers to SecurityChallenges make the bank send a code to a phone.
pub fn sends_code(payload: &Value) -> bool {
    SecurityChallenge::all(payload)
        .iter()
        .any(|challenge| challenge.kind == ChallengeKind::Delivery)
}

/// The SecurityResponses of answers that fit the round. Two challenges can have the same prompt, which is
/// their only key: both answers go into one array, in order (a guess).
pub fn security_responses<'a>(
    payload: &'a Value,
    round: u32,
    answers: &Answers,
) -> Result<Value, Refusal> {
    let mut responses: Vec<(String, Value)> = Vec::new();
    let mut chosen = Vec::new();
    for (index, challenge) in SecurityChallenge::all(payload).iter().enumerate() {
        let picked = |part, options: &[&'a str]| {
            let mut picked = Vec::new();
            for option in answers.option_indexes(index, part) {
                if let Some(option) = options.get(*option) {
                    picked.push(*option);
                }
            }
            picked
        };
        let options = &challenge.options;
        let text = answers.text(index, FieldPart::Answer);
        let prompt = challenge.prompt;
        match challenge.kind {
            ChallengeKind::Choice | ChallengeKind::MultiChoice | ChallengeKind::ImageChoice => {
                append(&mut responses, prompt, &picked(FieldPart::Answer, options));
            }
            // The key is the phone, not the prompt.
            ChallengeKind::Delivery => {
                let phone = picked(FieldPart::Phone, options);
                let phone = phone.first().copied().unwrap_or_default();
                append(
                    &mut responses,
                    phone,
                    &picked(FieldPart::Channel, &CHANNELS),
                );
            }
            // The key is the chosen question, and each challenge needs a different one.
            ChallengeKind::NewQuestion => {
                let question = picked(FieldPart::Question, options);
                let question = question.first().copied().unwrap_or_default();
                if chosen.contains(&question) {
                    let challenge = challenge.form(round, index);
                    let name = challenge.fields.first().map_or("", |field| &field.name);
                    return Err(Refusal::answer(vec![error(
                        name,
                        FieldErrorReason::AlreadyChosen,
                    )]));
                }
                chosen.push(question);
                append(&mut responses, question, text.as_slice());
            }
            _ => append(&mut responses, prompt, text.as_slice()),
        }
    }
    Ok(Value::Object(responses))
}

fn append(responses: &mut Vec<(String, Value)>, key: &str, answers: &[&str]) {
    let mut list = Vec::new();
    for answer in answers {
        list.push(Value::from(*answer));
    }
    for (known, value) in responses.iter_mut() {
        if let Value::List(known_list) = value
            && known == key
        {
            known_list.append(&mut list);
            return;
        }
    }
    responses.push((key.to_owned(), Value::List(list)));
}

/// Checks SecurityResponses that a host wrote: arrays of strings, by prompts of this round. For some types the
/// key is an option, so an option is accepted, too. Only the array of an unknown type may be empty.
pub fn raw_security_responses(payload: &Value, raw: &Value) -> Result<Value, Refusal> {
    let mut keys = Vec::new();
    for challenge in SecurityChallenge::all(payload) {
        let optional = challenge.kind == ChallengeKind::Unknown;
        keys.push((challenge.prompt, optional));
        for option in challenge.options {
            keys.push((option, optional));
        }
    }
    let is_value = |value: &Value, optional| {
        let answers = value.strings();
        *value != Value::Null && answers.is_some_and(|answers| optional || !answers.is_empty())
    };
    check_raw(raw, "must be a non-empty array of strings", is_value, &keys)?;
    Ok(raw.clone())
}

/// A text, or the digits of a number. No sample has a number as a prompt, but the form would show one.
fn text_or_number(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(json: &str) -> Vec<ChallengeKind> {
        let payload = Value::parse(json.as_bytes()).unwrap();
        challenges(&payload, 1)
            .iter()
            .map(|challenge| challenge.kind)
            .collect()
    }

    fn sent(json: &str, answers: &str) -> Result<String, Refusal> {
        let payload = Value::parse(json.as_bytes()).unwrap();
        let answers = Value::parse(answers.as_bytes()).unwrap();
        let challenges = challenges(&payload, 1);
        let checked = Answers::check(&challenges, &answers)?;
        security_responses(&payload, 1, &checked).map(|responses| responses.print())
    }

    #[test]
    fn the_map_of_the_openapi_document_is_read_too() {
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
    fn a_challenge_of_another_shape_is_unknown() {
        for payload in [
            r#"[{"Type":null,"Prompt":null,"Iterables":["a"]}]"#,
            r#"["City?"]"#,
            "[7]",
        ] {
            assert_eq!(kinds(payload), [ChallengeKind::Unknown], "{payload}");
        }
        assert_eq!(kinds("[null]"), []);
    }

    #[test]
    fn a_choice_without_options_keeps_its_kind_and_cannot_be_answered() {
        for (name, kind) in [
            ("MultipleChoice", ChallengeKind::Choice),
            ("MultipleChoiceMultipleAnswers", ChallengeKind::MultiChoice),
            ("ImageSelection", ChallengeKind::ImageChoice),
            ("TextOrCall", ChallengeKind::Delivery),
        ] {
            for options in ["null", "[]", "[1,2]"] {
                let payload =
                    format!(r#"[{{"Type":"{name}","Prompt":"?","Iterables":{options}}}]"#);
                let payload = Value::parse(payload.as_bytes()).unwrap();
                let challenges = challenges(&payload, 1);
                assert_eq!(challenges[0].kind, kind, "{name}");
                assert!(!challenges[0].is_answerable(), "{name} {options}");
            }
        }
    }

    #[test]
    fn a_type_that_takes_no_options_is_unknown_with_options() {
        let payload = r#"[{"Type":"OneTimeVerification","Prompt":"?","Iterables":["1"]}]"#;
        assert_eq!(kinds(payload), [ChallengeKind::Unknown]);
        assert_eq!(
            kinds(r#"[{"Type":"SomethingNew","Prompt":"?"}]"#),
            [ChallengeKind::Unknown]
        );
    }

    #[test]
    fn an_unknown_type_keeps_its_name_and_gets_a_text_field() {
        let payload = Value::parse(br#"[{"Type":7,"Prompt":"?"}]"#).unwrap();
        let challenges = challenges(&payload, 1);
        assert_eq!(challenges[0].vendor_type, Value::number(7));
        assert_eq!(challenges[0].fields[0].control, FieldType::Text);
    }

    #[test]
    fn keys_and_values_are_sent_back_byte_for_byte() {
        let payload =
            r#"[{"Type":"MultipleChoice","Prompt":" Né\u00a0?\t","Iterables":["e\u0301 ","é"]}]"#;
        let wire = "{\" Né\u{a0}?\\t\":[\"e\u{301} \"]}";
        assert_eq!(sent(payload, r#"{"1.1.answer":"0"}"#).as_deref(), Ok(wire));
    }

    #[test]
    fn the_key_of_a_text_or_call_is_the_phone() {
        let payload = r#"[{"Type":"TextOrCall","Prompt":"Where?","Iterables":["•••1","•••2"]}]"#;
        let answers = r#"{"1.1.phone":"1","1.1.channel":"0"}"#;
        assert_eq!(
            sent(payload, answers).as_deref(),
            Ok(r#"{"•••2":["Text"]}"#)
        );
    }

    #[test]
    fn equal_prompts_share_one_array_in_order() {
        let payload = r#"[{"Type":"QuestionAndAnswer","Prompt":"?"},{"Type":"QuestionAndAnswer","Prompt":"?"}]"#;
        let answers = r#"{"1.2.answer":"b","1.1.answer":"a"}"#;
        assert_eq!(sent(payload, answers).as_deref(), Ok(r#"{"?":["a","b"]}"#));
    }

    #[test]
    fn a_raw_answer_may_be_empty_only_if_all_challenges_of_its_prompt_are_unknown() {
        let empty = Value::parse(br#"{"?":[]}"#).unwrap();
        for (types, accepted) in [
            (["New", "Newer"], true),
            (["New", "QuestionAndAnswer"], false),
            (["QuestionAndAnswer", "New"], false),
        ] {
            let [one, two] = types;
            let payload =
                format!(r#"[{{"Type":"{one}","Prompt":"?"}},{{"Type":"{two}","Prompt":"?"}}]"#);
            let payload = Value::parse(payload.as_bytes()).unwrap();
            let checked = raw_security_responses(&payload, &empty);
            assert_eq!(checked.is_ok(), accepted, "{types:?}");
        }
    }

    #[test]
    fn only_base64_of_a_known_image_type_is_shown() {
        let payload = Value::parse(
            br#"[{"Type":"ImageSelection","Prompt":"?",
            "Iterables":["iVBORw0KGgo=","/9j/4AAQ","PHN2Zz4=","iVBORw0KGgo\"onerror"]}]"#,
        )
        .unwrap();
        let challenges = challenges(&payload, 1);
        let shown = challenges[0].fields[0]
            .options
            .iter()
            .map(|option| option.image.is_some());
        assert!(shown.eq([true, true, false, false]));
    }
}
