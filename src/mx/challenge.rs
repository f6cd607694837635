//! The challenges of a member, or the credentials that it needs, as a form, and the answers as MX expects them.
//!
//! `type` is a number in MX's guide and a name in its specification. Labels are text, not unique, and
//! never sent: an answer names the guid of its challenge or credential.

use crate::challenge::{
    Answers, Challenge, ChallengeImage, ChallengeKind, FieldOption, FieldPart, FieldType,
    check_raw, fits_a_person,
};
use crate::failure::Refusal;
use crate::json::{Value, object};

use super::credentials::{Input, are_credentials, credential_type, input};
use super::find_row;

/// The type as a number and as a name, and its kind.
#[rustfmt::skip]
const TYPES: &[(&str, &str, ChallengeKind)] = &[
    ("0",  "TEXT",          ChallengeKind::Question),
    ("2",  "OPTIONS",       ChallengeKind::Choice),
    ("12", "TOKEN",         ChallengeKind::Code),
    // An alias of TOKEN, if MX sends this name at all.
    ("12", "TOKEN_INPUT",   ChallengeKind::Code),
    ("13", "IMAGE_DATA",    ChallengeKind::ImageText),
    ("14", "IMAGE_OPTIONS", ChallengeKind::ImageChoice),
];

/// A field of a challenge without a type, and the kind that it implies.
const KIND_BY_FIELD: &[(&str, ChallengeKind)] = &[
    ("image_options", ChallengeKind::ImageChoice),
    ("options", ChallengeKind::Choice),
    ("image_data", ChallengeKind::ImageText),
];

/// One entry of `challenges` or `credentials`.
struct MemberChallenge<'a> {
    json: &'a Value,
    kind: ChallengeKind,
}

/// The entries of a payload. Credentials are in an object, so that nothing mistakes one for the other.
fn entries(payload: &Value) -> &[Value] {
    match are_credentials(payload) {
        true => payload.get("credentials").items(),
        false => payload.items(),
    }
}

impl<'a> MemberChallenge<'a> {
    /// Reads the entries with a guid. The others cannot be answered.
    fn all(payload: &'a Value) -> Vec<MemberChallenge<'a>> {
        let mut all = Vec::new();
        for json in entries(payload) {
            if json.get("guid").as_text().is_some() {
                all.push(match are_credentials(payload) {
                    true => MemberChallenge {
                        json,
                        kind: ChallengeKind::Credentials,
                    },
                    false => MemberChallenge::read(json),
                });
            }
        }
        all
    }

    fn read(json: &'a Value) -> MemberChallenge<'a> {
        let kind = match json.get("type") {
            Value::Text(name) | Value::Number(name) => {
                find_row(TYPES, name).map_or(ChallengeKind::Unknown, |(_, _, kind)| *kind)
            }
            Value::Null => {
                let has = |field| {
                    let value = json.get(field);
                    !value.items().is_empty() || value.as_text().is_some()
                };
                KIND_BY_FIELD
                    .iter()
                    .find(|(field, _)| has(field))
                    .map_or(ChallengeKind::Question, |(_, kind)| *kind)
            }
            _ => ChallengeKind::Unknown,
        };
        let mut challenge = MemberChallenge { json, kind };
        if kind == ChallengeKind::Choice && challenge.is_account() {
            challenge.kind = ChallengeKind::Account;
        }
        challenge
    }

    /// Whether the person selects an account. MX's widget looks for this name in its internal API; that the
    /// public API has the name in these fields is a guess.
    fn is_account(&self) -> bool {
        let is_select = |name| self.json.get(name).as_text() == Some("single_account_select");
        is_select("external_id") || is_select("field_name")
    }

    fn options(&self) -> &'a [Value] {
        let field = match self.kind {
            ChallengeKind::ImageChoice => "image_options",
            _ => "options",
        };
        self.json.get(field).items()
    }

    fn form(&self, round: u32, index: usize) -> Challenge {
        let label = self.json.get("label").as_text();
        let label = label.or_else(|| self.json.get("field_name").as_text());
        let prompt = label.unwrap_or_default();
        let vendor_type = match self.kind {
            ChallengeKind::Credentials => credential_type(self.json),
            _ => self.json.get("type"),
        };
        let mut challenge = Challenge::new(round, index, self.kind, vendor_type.clone(), prompt);
        let (control, options) = match self.kind {
            ChallengeKind::Credentials if input(self.json) == Input::Options => {
                (FieldType::Select, self.field_options())
            }
            ChallengeKind::Choice | ChallengeKind::Account => {
                (FieldType::Select, self.field_options())
            }
            ChallengeKind::ImageChoice => (FieldType::ImageSelect, self.field_options()),
            _ => (FieldType::Text, Vec::new()),
        };
        if self.kind == ChallengeKind::ImageText {
            let data = self.json.get("image_data").as_text();
            challenge.image = data.and_then(ChallengeImage::of);
        }
        challenge = challenge.with(FieldPart::Answer, control, options);
        if self.kind == ChallengeKind::Credentials {
            match input(self.json) {
                Input::Login => challenge.expect(false, Some("username")),
                Input::Password => challenge.expect(true, Some("current-password")),
                Input::Text => challenge.expect(false, None),
                Input::Options | Input::Unknown => {}
            }
        }
        challenge
    }

    fn field_options(&self) -> Vec<FieldOption> {
        let mut all = Vec::new();
        for (index, option) in self.options().iter().enumerate() {
            let label = option.get("label").as_text();
            let label = label.or_else(|| option.get("value").as_text());
            let data = option.get("data_uri").as_text();
            all.push(FieldOption {
                image: data.and_then(ChallengeImage::of),
                ..FieldOption::new(index, label.unwrap_or_default())
            });
        }
        all
    }

    /// The value to send for an option: its value, else its guid, else its label. A live capture had no guids;
    /// MX's widget sends the guid, to its internal API. A host that knows better can submit raw answers.
    fn option_value(&self, index: usize) -> Value {
        let option = self.options().get(index).unwrap_or(&Value::Null);
        for name in ["value", "guid", "label"] {
            if *option.get(name) != Value::Null {
                return option.get(name).clone();
            }
        }
        Value::Null
    }
}

/// Whether there is a challenge that can be answered.
pub fn has_challenges(payload: &Value) -> bool {
    !MemberChallenge::all(payload).is_empty()
}

/// Whether two rounds have the same guids. Each round has new ones.
pub fn is_same_round(one: &Value, other: &Value) -> bool {
    let (one, other) = (MemberChallenge::all(one), MemberChallenge::all(other));
    let mut pairs = one.iter().zip(&other);
    one.len() == other.len()
        && pairs.all(|(one, other)| one.json.get("guid") == other.json.get("guid"))
}

/// The challenges as a form. It is empty if there are too many.
pub fn challenges(payload: &Value, round: u32) -> Vec<Challenge> {
    let challenges = MemberChallenge::all(payload);
    let mut all = Vec::new();
    if fits_a_person(&mut challenges.iter().map(|challenge| challenge.options().len())) {
        for (index, challenge) in challenges.iter().enumerate() {
            all.push(challenge.form(round, index));
        }
    }
    all
}

/// The `challenges` of a resume request, or the `credentials` of a member: an answer to each one of the round.
pub fn resume_challenges(payload: &Value, answers: &Answers) -> Value {
    let mut all = Vec::new();
    for (index, challenge) in MemberChallenge::all(payload).iter().enumerate() {
        let value = match answers.text(index, FieldPart::Answer) {
            Some(text) => text.into(),
            None => answers
                .option_indexes(index, FieldPart::Answer)
                .first()
                .map_or(Value::Null, |option| challenge.option_value(*option)),
        };
        all.push(object! { "guid": challenge.json.get("guid").clone(), "value": value });
    }
    Value::List(all)
}

/// The same from guids and values that a host wrote.
pub fn raw_resume_challenges(payload: &Value, raw: &Value) -> Result<Value, Refusal> {
    const NOTHING: &Value = &Value::Text(String::new());
    // A value can be in a list of one, as for every vendor.
    fn unlist(value: &Value) -> &Value {
        match (value, value.items()) {
            (Value::List(_), []) => NOTHING,
            (_, [one]) => one,
            _ => value,
        }
    }
    fn is_value(value: &Value, optional: bool) -> bool {
        let text = unlist(value).as_text();
        text.is_some_and(|text| optional || !text.is_empty())
    }
    let mut guids = Vec::new();
    for challenge in MemberChallenge::all(payload) {
        if let Some(guid) = challenge.json.get("guid").as_text() {
            guids.push((guid, challenge.kind == ChallengeKind::Unknown));
        }
    }
    check_raw(raw, "must be a non-empty string", is_value, &guids)?;
    let mut all = Vec::new();
    for (guid, value) in raw.entries() {
        all.push(object! { "guid": guid.as_str(), "value": unlist(value).clone() });
    }
    Ok(Value::List(all))
}
