//! JSON as the vendors write it: one generic [`Value`], and a [`Reader`] over it that knows its path.
//!
//! Vendors contradict their own documents, so no wire type is derived: a field is looked up when it is
//! needed, and what is wrong is named by its path (`/Login/Id`), never by its value. Objects keep their
//! order and numbers keep their digits, so that a vendor's value goes back byte for byte.
//!
//! Written here and not taken from a library: `serde_json` costs 17 kB of brotli in the wasm,
//! `miniserde` 16, `jzon` 14; this costs about 4.

use crate::failure::Refusal;

mod parse;
mod print;

pub use print::{decimal, quoted};

/// The deepest nesting that is read. The vendors' own bodies stay below ten.
pub const MAX_DEPTH: usize = 64;

/// An object, entry by entry: `object! { "RequestId": id, "Save": true }`. Each entry is a call, which is
/// smaller than building them all in one place.
macro_rules! object {
    ($($name:literal: $value:expr),* $(,)?) => {{
        let mut object = $crate::json::Value::object();
        $(object.set($name, $crate::json::Value::from($value));)*
        object
    }};
}

pub(crate) use object;

/// Whole numbers from here on are not exact in JavaScript.
pub const MAX_SAFE: u64 = 1 << 53;

/// Any JSON value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// `null`, and what a missing field reads as.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, in the digits it came in.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object, in the order it came in.
    Object(Vec<(String, Value)>),
}

/// The bytes are not UTF-8, not JSON, or nested deeper than [`MAX_DEPTH`].
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

    /// Adds an entry to an object; the other values have none to add to.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Value::Object(entries) = self {
            entries.push((name.to_owned(), value));
        }
    }

    /// Whether an object has an entry `name`, in any casing.
    pub fn has(&self, name: &str) -> bool {
        self.entries()
            .iter()
            .any(|(key, _)| key.eq_ignore_ascii_case(name))
    }

    /// The entry `name` of an object: the exact name first, then any casing of it, since Flinks prints
    /// `LoginId` on one page and `loginId` on another. Of repeated names the last one counts.
    pub fn get(&self, name: &str) -> &Value {
        let Value::Object(entries) = self else {
            return &NULL;
        };
        let by = |same: fn(&str, &str) -> bool| {
            let found = entries.iter().rev().find(|(key, _)| same(key, name));
            found.map(|(_, value)| value)
        };
        by(|key, name| key == name)
            .or_else(|| by(str::eq_ignore_ascii_case))
            .unwrap_or(&NULL)
    }

    /// A copy without the entries of these names.
    pub fn without(&self, names: &[&str]) -> Value {
        let mut rest = self.clone();
        if let Value::Object(entries) = &mut rest {
            entries.retain(|(name, _)| !names.contains(&name.as_str()));
        }
        rest
    }

    /// Takes the last entry out of an object, if it has this name.
    pub fn take_last(&mut self, name: &str) -> Option<Value> {
        let Value::Object(entries) = self else {
            return None;
        };
        entries
            .pop_if(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    /// The string, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of an array; nothing for any other value.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of an object; nothing for any other value.
    pub fn entries(&self) -> &[(String, Value)] {
        match self {
            Value::Object(entries) => entries,
            _ => &[],
        }
    }
}

static NULL: Value = Value::Null;

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Value {
        Value::Bool(bool)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(option: Option<T>) -> Value {
        option.map_or(Value::Null, Into::into)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::List(items)
    }
}

/// What must be true of a field that is there: [`text`], [`bool`] …
pub type Check = fn(&Reader) -> Result<(), Refusal>;

/// A string that is not empty.
pub fn text(field: &Reader) -> Result<(), Refusal> {
    field.text().map(drop)
}

/// `true` or `false`.
pub fn bool(field: &Reader) -> Result<(), Refusal> {
    field.bool().map(drop)
}

/// A whole number.
pub fn uint(field: &Reader) -> Result<(), Refusal> {
    field.uint().map(drop)
}

/// A cursor over a [`Value`] that can say where it stands.
#[derive(Clone, Copy)]
pub struct Reader<'v, 'p> {
    value: &'v Value,
    parent: Option<&'p Reader<'v, 'p>>,
    name: &'p str,
}

impl<'v> Reader<'v, '_> {
    /// A cursor at the root. The name is what the path begins with: `params`, `config`, `snapshot`.
    pub fn new<'q>(name: &'q str, value: &'v Value) -> Reader<'v, 'q> {
        Reader {
            value,
            parent: None,
            name,
        }
    }

    /// Down to the entry `name`.
    pub fn get<'q>(&'q self, name: &'q str) -> Reader<'v, 'q> {
        Reader {
            value: self.value.get(name),
            parent: Some(self),
            name,
        }
    }

    /// Down to an item of a list, by its place.
    pub fn item<'q>(&'q self, place: &'q str, value: &'v Value) -> Reader<'v, 'q> {
        Reader {
            value,
            parent: Some(self),
            name: place,
        }
    }

    /// The value under the cursor.
    pub fn value(&self) -> &'v Value {
        self.value
    }

    /// Missing and null are the same.
    pub fn is_null(&self) -> bool {
        *self.value == Value::Null
    }

    /// `None` where nothing stands, otherwise what `read` makes of it.
    pub fn optional<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        if self.is_null() {
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// A string that is not empty, or nothing.
    #[inline(never)]
    pub fn optional_text(&self) -> Result<Option<String>, Refusal> {
        self.optional(|field| field.text().map(str::to_owned))
    }

    /// `true`, `false`, or nothing.
    #[inline(never)]
    pub fn optional_bool(&self) -> Result<Option<bool>, Refusal> {
        self.optional(Reader::bool)
    }

    /// A string that is not empty.
    #[inline(never)]
    pub fn text(&self) -> Result<&'v str, Refusal> {
        match self.value {
            Value::Text(text) if !text.is_empty() => Ok(text),
            _ => Err(self.invalid("must be a string that is not empty")),
        }
    }

    /// `true` or `false`, and no string that looks like one.
    #[inline(never)]
    pub fn bool(&self) -> Result<bool, Refusal> {
        match self.value {
            Value::Bool(bool) => Ok(*bool),
            _ => Err(self.invalid("must be true or false")),
        }
    }

    /// A whole number that is not negative, and small enough for JavaScript.
    #[inline(never)]
    pub fn uint(&self) -> Result<u64, Refusal> {
        let number = match self.value {
            Value::Number(digits) => digits.parse().ok().filter(|number| *number < MAX_SAFE),
            _ => None,
        };
        number.ok_or_else(|| self.invalid("must be a whole number"))
    }

    /// An object with no entry beside `names`: a misspelt option must not be overlooked.
    pub fn only(&self, names: &[&str]) -> Result<(), Refusal> {
        let Value::Object(entries) = self.value else {
            return Err(self.invalid("must be an object"));
        };
        match entries
            .iter()
            .find(|(name, _)| !names.contains(&name.as_str()))
        {
            Some((name, _)) => Err(self.get(name).invalid("is not known here")),
            None => Ok(()),
        }
    }

    /// An object with no entry beside these, and what stands there is as it must be.
    pub fn each(&self, checks: &[(&str, Check)]) -> Result<(), Refusal> {
        let Value::Object(entries) = self.value else {
            return Err(self.invalid("must be an object"));
        };
        for (name, _) in entries {
            let field = self.get(name);
            match checks.iter().find(|(known, _)| known == name) {
                Some(_) if field.is_null() => {}
                Some((_, check)) => check(&field)?,
                None => return Err(field.invalid("is not known here")),
            }
        }
        Ok(())
    }

    /// The refusal that names this path.
    pub fn invalid(&self, expected: &'static str) -> Refusal {
        Refusal::input(self.path(), expected)
    }

    /// Where the cursor stands: `/params/loginId`.
    pub fn path(&self) -> String {
        let mut path = self.parent.map(Reader::path).unwrap_or_default();
        path.push('/');
        path.push_str(self.name);
        path
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

    #[test]
    fn a_refusal_names_the_path_and_not_the_value() {
        let value = Value::parse(br#"{"Login":{"Id":"hunter2"}}"#).unwrap();
        let reader = Reader::new("body", &value);
        let refusal = reader.get("Login").get("Id").bool().unwrap_err();
        assert_eq!(refusal.path.as_deref(), Some("/body/Login/Id"));
        assert!(!format!("{refusal:?}").contains("hunter2"));
    }

    #[test]
    fn an_unknown_entry_is_named() {
        let value = Value::parse(br#"{"loginId":"a","mostRecentCache":true}"#).unwrap();
        let reader = Reader::new("params", &value);
        let refusal = reader.only(&["loginId"]).unwrap_err();
        assert_eq!(refusal.path.as_deref(), Some("/params/mostRecentCache"));
    }
}
