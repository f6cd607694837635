//! The challenges of a member as a form, and the answers to it as a resume.
//!
//! `type` is a number in MX's guide and a name in its specification. Labels are text, not unique, and
//! never sent: an answer goes by its challenge's guid.

use crate::challenge::{
    Answers, Challenge, ChallengeImage, ChallengeKind, FieldOption, FieldPart, FieldType,
};
use crate::failure::Refusal;
use crate::json::{Reader, Value, decimal, object};

/// The type by number and name, and what the person does.
#[rustfmt::skip]
const TYPES: &[(&str, &str, ChallengeKind)] = &[
    ("0",  "TEXT",          ChallengeKind::Question),
    ("2",  "OPTIONS",       ChallengeKind::Choice),
    ("12", "TOKEN",         ChallengeKind::Code),
    // An alias at most.
    ("12", "TOKEN_INPUT",   ChallengeKind::Code),
    ("13", "IMAGE_DATA",    ChallengeKind::ImageText),
    ("14", "IMAGE_OPTIONS", ChallengeKind::ImageChoice),
];

/// What a challenge without a type carries, and what the person does with it.
const CARRIED: &[(&str, ChallengeKind)] = &[
    ("image_options", ChallengeKind::ImageChoice),
    ("options", ChallengeKind::Choice),
    ("image_data", ChallengeKind::ImageText),
];

/// One entry of `challenges`.
struct Asked<'a> {
    json: &'a Value,
    kind: ChallengeKind,
}

impl<'a> Asked<'a> {
    /// Entries without a guid cannot be answered.
    fn all(asked: &'a Value) -> Vec<Asked<'a>> {
        let entries = asked
            .items()
            .iter()
            .filter(|json| json.get("guid").as_text().is_some());
        entries.map(Asked::read).collect()
    }

    fn read(json: &'a Value) -> Asked<'a> {
        let kind = match json.get("type") {
            Value::Text(name) | Value::Number(name) => TYPES
                .iter()
                .find(|(number, is, _)| number == name || is == name)
                .map_or(ChallengeKind::Unknown, |(_, _, kind)| *kind),
            Value::Null => CARRIED
                .iter()
                .find(|(field, _)| !is_blank(json.get(field)))
                .map_or(ChallengeKind::Question, |(_, kind)| *kind),
            _ => ChallengeKind::Unknown,
        };
        let asked = Asked { json, kind };
        // Without anything to choose from it is not guessed what to do.
        match asked.kind {
            ChallengeKind::Choice | ChallengeKind::ImageChoice if asked.options().is_empty() => {
                Asked {
                    kind: ChallengeKind::Unknown,
                    ..asked
                }
            }
            ChallengeKind::Choice if asked.is_account() => Asked {
                kind: ChallengeKind::Account,
                ..asked
            },
            _ => asked,
        }
    }

    /// As MX's own widget tells it, by a name that its internal API gives; where the public one has it is
    /// a guess.
    fn is_account(&self) -> bool {
        let is = |name| self.json.get(name).as_text() == Some("single_account_select");
        is("external_id") || is("field_name")
    }

    fn options(&self) -> &'a [Value] {
        let list = if self.kind == ChallengeKind::ImageChoice {
            "image_options"
        } else {
            "options"
        };
        self.json.get(list).items()
    }

    fn challenge(&self, round: u32, index: usize) -> Challenge {
        let prompt = self.json.get("label").as_text().unwrap_or_default();
        let vendor_type = self.json.get("type").clone();
        let mut new = Challenge::new(round, index, self.kind, vendor_type, prompt);
        let (control, options) = match self.kind {
            ChallengeKind::Choice | ChallengeKind::Account => (FieldType::Select, self.choices()),
            ChallengeKind::ImageChoice => (FieldType::ImageSelect, self.choices()),
            _ => (FieldType::Text, Vec::new()),
        };
        if self.kind == ChallengeKind::ImageText {
            new.image = self
                .json
                .get("image_data")
                .as_text()
                .and_then(ChallengeImage::of);
        }
        new.with(FieldPart::Answer, control, options)
    }

    fn choices(&self) -> Vec<FieldOption> {
        let choice = |(index, option): (usize, &Value)| {
            let label = option
                .get("label")
                .as_text()
                .or_else(|| option.get("value").as_text());
            FieldOption {
                image: option
                    .get("data_uri")
                    .as_text()
                    .and_then(ChallengeImage::of),
                ..FieldOption::new(index, label.unwrap_or_default())
            }
        };
        self.options().iter().enumerate().map(choice).collect()
    }

    /// What stands for an option on the wire: its value, else its guid, else its label. A live capture
    /// had no guids; MX's own widget sends the guid, to an API of its own. A host that knows better
    /// answers raw.
    fn wire(&self, place: usize) -> Value {
        let option = self.options().get(place).unwrap_or(&Value::Null);
        for name in ["value", "guid", "label"] {
            if *option.get(name) != Value::Null {
                return option.get(name).clone();
            }
        }
        Value::Null
    }
}

/// Missing, null, or a list of nothing.
fn is_blank(field: &Value) -> bool {
    field.items().is_empty() && field.as_text().is_none()
}

/// Whether there is anything to answer.
pub fn is_asked(asked: &Value) -> bool {
    !Asked::all(asked).is_empty()
}

/// Whether two rounds are the same one: the next round has new guids.
pub fn same(one: &Value, other: &Value) -> bool {
    let guids = |asked| {
        Asked::all(asked)
            .into_iter()
            .map(|asked| asked.json.get("guid"))
    };
    guids(one).eq(guids(other))
}

/// The challenges as a form.
pub fn challenges(asked: &Value, round: u32) -> Vec<Challenge> {
    let all = Asked::all(asked);
    all.iter()
        .enumerate()
        .map(|(index, asked)| asked.challenge(round, index))
        .collect()
}

/// The challenges of a resume: all of the round, each by its guid.
pub fn answered(asked: &Value, answers: &Answers) -> Value {
    let answer = |(index, asked): (usize, Asked)| {
        let value = match answers.text(index, FieldPart::Answer) {
            Some(text) => text.into(),
            None => answers
                .picks(index, FieldPart::Answer)
                .first()
                .map_or(Value::Null, |place| asked.wire(*place)),
        };
        object! { "guid": asked.json.get("guid").clone(), "value": value }
    };
    Asked::all(asked)
        .into_iter()
        .enumerate()
        .map(answer)
        .collect::<Vec<_>>()
        .into()
}

/// The challenges of a resume as a host wrote them: guids and values, not empty.
pub fn raw_answered(raw: &Value) -> Result<Value, Refusal> {
    let reader = Reader::new("answers", raw);
    if raw.entries().is_empty() {
        return Err(reader.invalid("must be an object of guids and values"));
    }
    let mut all = Vec::new();
    for (place, (guid, value)) in raw.entries().iter().enumerate() {
        // A value may stand alone or, as for every vendor, in a list.
        let value = if let [one] = value.items() {
            one
        } else {
            value
        };
        if !matches!(value, Value::Text(text) if !text.is_empty()) {
            return Err(reader
                .get(&decimal(place as u64))
                .invalid("must be a string that is not empty"));
        }
        all.push(object! { "guid": guid.as_str(), "value": value.clone() });
    }
    Ok(all.into())
}
