//! JSON: one generic [`Value`], and a [`Reader`] that knows the path of the value it reads.
//!
//! Vendors contradict their own documents, so no wire type is derived. A field is read when it is needed, and
//! an error names its path (`/Login/Id`), never its value. Objects keep their order and numbers keep their
//! digits, so that a vendor's value goes back byte for byte.
//!
//! No JSON library is used because of its size: `serde_json` costs 17 kB of brotli in the wasm, `miniserde` 16,
//! `jzon` 14, and this module about 4.

use crate::text_enum::TextEnum;

mod parse;
mod print;
mod reader;

pub use print::{decimal, quoted};
pub use reader::{Check, Reader, bool, one_of, text, uint};

/// The maximum nesting. The vendors' bodies stay below ten.
pub const MAX_DEPTH: usize = 64;

/// The maximum number of values in a text, those of every list and object included. The smallest value has two bytes,
/// and takes up to 60 in memory.
pub const MAX_VALUES: usize = 1 << 19;

/// Makes an object: `object! { "RequestId": id, "Save": true }`. It calls `set` for each entry, which makes a
/// smaller wasm than one list of entries.
macro_rules! object {
    ($($name:literal: $value:expr),* $(,)?) => {{
        let mut object = $crate::json::Value::object();
        $(object.set($name, $crate::json::Value::from($value));)*
        object
    }};
}

pub(crate) use object;

/// The first whole number that is not exact in JavaScript.
pub const MAX_SAFE: u64 = 1 << 53;

/// Any JSON value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// `null`, or a missing field.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, in its original digits.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object, in its original order.
    Object(Vec<(String, Value)>),
}

/// The bytes are not UTF-8, not JSON, nested deeper than [`MAX_DEPTH`], or more than [`MAX_VALUES`] values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl Value {
    /// An object without entries.
    pub fn object() -> Value {
        Value::Object(Vec::new())
    }

    /// A whole number.
    pub fn number(number: u64) -> Value {
        Value::Number(decimal(number))
    }

    /// Adds an entry to an object. Any other value stays as it is.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Value::Object(entries) = self {
            entries.push((name.to_owned(), value));
        }
    }

    /// Whether an object has an entry with this name, in any letter case.
    pub fn has(&self, name: &str) -> bool {
        self.entries()
            .iter()
            .any(|(key, _)| key.eq_ignore_ascii_case(name))
    }

    /// The entry of an object with this name, or else with this name in another letter case: Flinks documents
    /// `LoginId` on one page and `loginId` on another. If a name is repeated, the last entry counts.
    pub fn get(&self, name: &str) -> &Value {
        let Value::Object(entries) = self else {
            return &NULL;
        };
        let mut in_another_case = None;
        for (key, value) in entries.iter().rev() {
            if key == name {
                return value;
            }
            if in_another_case.is_none() && key.eq_ignore_ascii_case(name) {
                in_another_case = Some(value);
            }
        }
        in_another_case.unwrap_or(&NULL)
    }

    /// A copy without the entries with these names.
    pub fn without(&self, names: &[&str]) -> Value {
        let Value::Object(entries) = self else {
            return self.clone();
        };
        let mut rest = Value::object();
        for (name, value) in entries {
            if !names.contains(&name.as_str()) {
                rest.set(name, value.clone());
            }
        }
        rest
    }

    /// Removes and returns the last entry of an object if it has this name.
    pub fn take_last(&mut self, name: &str) -> Option<Value> {
        let Value::Object(entries) = self else {
            return None;
        };
        entries
            .pop_if(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// The string, if the value is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The strings of an array. Null is an empty array; anything else is `None`.
    pub fn strings(&self) -> Option<Vec<&str>> {
        match self {
            Value::Null => Some(Vec::new()),
            Value::List(items) => {
                let mut strings = Vec::new();
                for item in items {
                    strings.push(item.as_text()?);
                }
                Some(strings)
            }
            _ => None,
        }
    }

    /// The items of an array. Any other value has none.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of an object. Any other value has none.
    pub fn entries(&self) -> &[(String, Value)] {
        match self {
            Value::Object(entries) => entries,
            _ => &[],
        }
    }
}

static NULL: Value = Value::Null;

macro_rules! from {
    ($($type:ty: $value:expr),+ $(,)?) => {$(
        impl From<$type> for Value {
            // Each entry of each object calls this. Inlined, each call would add to the wasm.
            #[inline(never)]
            fn from(value: $type) -> Value {
                $value(value)
            }
        }
    )+};
}

from! {
    &str: |text: &str| Value::Text(text.to_owned()),
    String: Value::Text,
    bool: Value::Bool,
    u64: Value::number,
    u32: |number: u32| Value::number(number.into()),
    u16: |number: u16| Value::number(number.into()),
}

impl<T: TextEnum> From<T> for Value {
    fn from(variant: T) -> Value {
        variant.text().into()
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(option: Option<T>) -> Value {
        option.map_or(Value::Null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Value {
        // `collect` would reuse the memory of `items`, which costs 300 bytes of brotli.
        let mut list = Vec::new();
        for item in items {
            list.push(item.into());
        }
        Value::List(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_name_wins_over_another_casing() {
        let value = Value::parse(br#"{"loginid":"a","LoginId":"b","LOGINID":"c"}"#).unwrap();
        assert_eq!(value.get("LoginId").as_text(), Some("b"));
        assert_eq!(value.get("loginId").as_text(), Some("c"));
    }
}
