//! The credentials that an institution or a member needs, as MX lists them. They are asked in a round like challenges.

use crate::json::{Value, object};

use super::find_row;

/// How a person gives a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Types the name of the login.
    Login,
    /// Types the password.
    Password,
    /// Types a text that need not be hidden.
    Text,
    /// Picks an option.
    Options,
    /// Types a text, which is hidden because its type is not known.
    Unknown,
}

/// The type as a number and as a name. The specification's only example is TEXT; the others are in the list of
/// challenge types.
#[rustfmt::skip]
const TYPES: &[(&str, &str, Input)] = &[
    ("0", "TEXT",     Input::Text),
    ("1", "PASSWORD", Input::Password),
    ("2", "OPTIONS",  Input::Options),
    ("3", "LOGIN",    Input::Login),
];

/// What is kept of a credential. The specification shows no `options`, so they are a guess: as those of a challenge.
const KEPT: [&str; 6] = [
    "field_name",
    "field_type",
    "guid",
    "label",
    "options",
    "type",
];

/// The type of a credential. The specification has `field_type` and `type`, with the same example.
pub fn credential_type(credential: &Value) -> &Value {
    match credential.get("field_type") {
        Value::Null => credential.get("type"),
        field_type => field_type,
    }
}

/// How a person gives a credential. In the specification's example, a username has the `field_name` LOGIN and the type
/// TEXT.
pub fn input(credential: &Value) -> Input {
    let (Value::Text(name) | Value::Number(name)) = credential_type(credential) else {
        return Input::Unknown;
    };
    let is_login = credential.get("field_name").as_text() == Some("LOGIN");
    match find_row(TYPES, name) {
        Some((_, _, Input::Text)) if is_login => Input::Login,
        Some((_, _, input)) => *input,
        None => Input::Unknown,
    }
}

/// The payload of a round of credentials, in MX's display order, or `None` if the body lists none. The payload is empty
/// if a credential has no guid: a person could not give it, and MX would refuse the others without it.
pub fn credentials(body: &Value) -> Option<Value> {
    let Value::List(listed) = body.get("credentials") else {
        return None;
    };
    let mut all: Vec<(u32, Value)> = Vec::new();
    for credential in listed {
        if credential.get("guid").as_text().is_none_or(str::is_empty) {
            all.clear();
            break;
        }
        let order = match credential.get("display_order") {
            Value::Number(digits) => digits.parse().unwrap_or(u32::MAX),
            _ => u32::MAX,
        };
        let mut kept = Value::object();
        for name in KEPT {
            kept.set(name, credential.get(name).clone());
        }
        let (mut sorted, after): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(other, _)| *other <= order);
        sorted.push((order, kept));
        sorted.extend(after);
        all = sorted;
    }
    let all = all.into_iter().map(|(_, credential)| credential);
    Some(object! { "credentials": Value::List(all.collect()) })
}

/// Whether a payload is one of [`credentials`], and not a list of challenges.
pub fn are_credentials(payload: &Value) -> bool {
    matches!(payload, Value::Object(_))
}
