//! A [`Value`] with its path.

use super::{MAX_SAFE, Value};
use crate::failure::Refusal;

/// A check of an optional field: [`text()`], [`bool()`] or [`uint()`].
pub type Check = fn(&Reader) -> Result<(), Refusal>;

/// A non-empty string.
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

/// A string that is one of `texts`.
pub fn one_of(field: &Reader, texts: &[&str], expected: &'static str) -> Result<(), Refusal> {
    match field.value.as_text() {
        Some(text) if texts.contains(&text) => Ok(()),
        _ => Err(field.invalid(expected)),
    }
}

/// A [`Value`] with its path, for error messages.
#[derive(Clone, Copy)]
pub struct Reader<'v, 'p> {
    value: &'v Value,
    parent: Option<&'p Reader<'v, 'p>>,
    name: &'p str,
}

impl<'v> Reader<'v, '_> {
    /// A root value. The path begins with its name: `params`, `host` or `snapshot`.
    pub fn new<'q>(name: &'q str, value: &'v Value) -> Reader<'v, 'q> {
        Reader {
            value,
            parent: None,
            name,
        }
    }

    /// The entry with this name.
    pub fn get<'q>(&'q self, name: &'q str) -> Reader<'v, 'q> {
        Reader {
            value: self.value.get(name),
            parent: Some(self),
            name,
        }
    }

    /// An item of a list. The index, such as `0`, is its part of the path.
    pub fn item<'q>(&'q self, index: &'q str, value: &'v Value) -> Reader<'v, 'q> {
        Reader {
            value,
            parent: Some(self),
            name: index,
        }
    }

    /// The value.
    pub fn value(&self) -> &'v Value {
        self.value
    }

    /// Whether the value is missing or null.
    pub fn is_null(&self) -> bool {
        *self.value == Value::Null
    }

    /// `None` if the value is missing or null, or else the result of `read`.
    pub fn optional<T>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        if self.is_null() {
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// A non-empty string, or `None` if it is missing.
    #[inline(never)]
    pub fn optional_text(&self) -> Result<Option<String>, Refusal> {
        self.optional(|field| field.text().map(str::to_owned))
    }

    /// `true` or `false`, or `None` if it is missing.
    #[inline(never)]
    pub fn optional_bool(&self) -> Result<Option<bool>, Refusal> {
        self.optional(Reader::bool)
    }

    /// A non-empty string.
    #[inline(never)]
    pub fn text(&self) -> Result<&'v str, Refusal> {
        match self.value {
            Value::Text(text) if !text.is_empty() => Ok(text),
            _ => Err(self.invalid("must be a non-empty string")),
        }
    }

    /// `true` or `false`. A string such as `"true"` is refused.
    #[inline(never)]
    pub fn bool(&self) -> Result<bool, Refusal> {
        match self.value {
            Value::Bool(bool) => Ok(*bool),
            _ => Err(self.invalid("must be true or false")),
        }
    }

    /// A whole number from 0 to 2^53 - 1, the range that is exact in JavaScript.
    #[inline(never)]
    pub fn uint(&self) -> Result<u64, Refusal> {
        let number = match self.value {
            Value::Number(digits) => digits.parse().ok().filter(|number| *number < MAX_SAFE),
            _ => None,
        };
        number.ok_or_else(|| self.invalid("must be a whole number"))
    }

    /// Checks that an object has no entry except these, so that a misspelt option is refused.
    pub fn only(&self, names: &[&str]) -> Result<(), Refusal> {
        let Value::Object(entries) = self.value else {
            return Err(self.invalid("must be an object"));
        };
        match entries
            .iter()
            .find(|(name, _)| !names.contains(&name.as_str()))
        {
            Some((name, _)) => Err(self.get(name).invalid("is not a recognised option")),
            None => Ok(()),
        }
    }

    /// Checks that an object has no entry except these, and checks each entry.
    pub fn each(&self, checks: &[(&str, Check)]) -> Result<(), Refusal> {
        let Value::Object(entries) = self.value else {
            return Err(self.invalid("must be an object"));
        };
        for (name, _) in entries {
            let field = self.get(name);
            match checks.iter().find(|(known, _)| known == name) {
                Some(_) if field.is_null() => {}
                Some((_, check)) => check(&field)?,
                None => return Err(field.invalid("is not a recognised option")),
            }
        }
        Ok(())
    }

    /// A refusal with this path. The message says what is wrong.
    pub fn invalid(&self, message: &'static str) -> Refusal {
        Refusal::input(self.path(), message)
    }

    /// The path, such as `/params/loginId`.
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
    fn a_refusal_has_the_path_and_not_the_value() {
        let value = Value::parse(br#"{"Login":{"Id":"hunter2"}}"#).unwrap();
        let reader = Reader::new("body", &value);
        let refusal = reader.get("Login").get("Id").bool().unwrap_err();
        assert_eq!(refusal.path.as_deref(), Some("/body/Login/Id"));
        assert!(!format!("{refusal:?}").contains("hunter2"));
    }

    #[test]
    fn a_whole_number_is_one_that_javascript_has_exactly() {
        let uint = |text: &str| {
            let value = Value::parse(text.as_bytes()).unwrap();
            Reader::new("number", &value).uint().ok()
        };
        assert_eq!(uint("9007199254740991"), Some(9_007_199_254_740_991));
        for text in ["9007199254740992", "-1", "1.5", "\"1\""] {
            assert_eq!(uint(text), None, "{text}");
        }
    }

    #[test]
    fn an_entry_that_is_null_is_not_checked() {
        let path = |text: &str| {
            let value = Value::parse(text.as_bytes()).unwrap();
            let refusal = Reader::new("params", &value).each(&[("webview", bool)]);
            refusal.err().and_then(|refusal| refusal.path.clone())
        };
        for text in ["{}", r#"{"webview":null}"#, r#"{"webview":true}"#] {
            assert_eq!(path(text), None, "{text}");
        }
        let refused = path(r#"{"webview":1}"#);
        assert_eq!(refused.as_deref(), Some("/params/webview"));
        let unknown = path(r#"{"webwiev":null}"#);
        assert_eq!(unknown.as_deref(), Some("/params/webwiev"));
    }

    #[test]
    fn a_refusal_of_an_unknown_entry_has_its_path() {
        let value = Value::parse(br#"{"loginId":"a","mostRecentCache":true}"#).unwrap();
        let reader = Reader::new("params", &value);
        let refusal = reader.only(&["loginId"]).unwrap_err();
        assert_eq!(refusal.path.as_deref(), Some("/params/mostRecentCache"));
    }
}
