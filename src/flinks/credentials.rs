//! A round that asks for username and password. Flinks has no call for it: the fields are those of Authorize.

use crate::challenge::{Answers, Challenge, ChallengeKind, FieldPart, FieldType, check_raw, error};
use crate::failure::{FieldErrorReason, Refusal};
use crate::json::{Value, object};

/// The fields as Authorize names them, whether to hide what is typed, and the `autocomplete` attribute.
const FIELDS: [(&str, bool, &str); 2] = [
    ("Username", false, "username"),
    ("Password", true, "current-password"),
];

/// The payload of a round of credentials. SecurityChallenges are never like this.
pub fn payload() -> Value {
    object! { "credentials": true }
}

/// The form.
pub fn challenges(payload_of_round: &Value, round: u32) -> Vec<Challenge> {
    let mut all = Vec::new();
    if *payload_of_round != payload() {
        return all;
    }
    for (index, (name, secret, autocomplete)) in FIELDS.into_iter().enumerate() {
        let kind = ChallengeKind::Credentials;
        let mut challenge = Challenge::new(round, index, kind, name.into(), name).with(
            FieldPart::Answer,
            FieldType::Text,
            Vec::new(),
        );
        challenge.expect(secret, Some(autocomplete));
        all.push(challenge);
    }
    all
}

/// The credentials of answers that fit the round.
pub fn credentials(answers: &Answers) -> Value {
    let mut all = Value::object();
    for (index, (name, ..)) in FIELDS.into_iter().enumerate() {
        all.set(name, answers.text(index, FieldPart::Answer).into());
    }
    all
}

/// The credentials that a host wrote by Flinks' names: both, each one a text or a list of one text.
pub fn raw_credentials(raw: &Value) -> Result<Value, Refusal> {
    fn text(value: &Value) -> Option<&str> {
        let text = match value.items() {
            [one] => one.as_text(),
            _ => value.as_text(),
        };
        text.filter(|text| !text.is_empty())
    }
    let names = FIELDS.map(|(name, ..)| name);
    let is_value = |value: &Value, _| text(value).is_some();
    let keys = names.map(|name| (name, false));
    check_raw(raw, "must be a non-empty string", is_value, &keys)?;
    let mut all = Value::object();
    for name in names {
        match text(raw.get(name)) {
            Some(text) => all.set(name, text.into()),
            None => {
                let missing = error(name, FieldErrorReason::Missing);
                return Err(Refusal::answer(vec![missing]));
            }
        }
    }
    Ok(all)
}
