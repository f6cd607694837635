//! Reads a JSON body strictly: only the documented keys in their letter case, and values of the
//! documented shape.

use crate::simulator::http::Incoming;
use crate::simulator::json::Json;
use crate::simulator::seed::is_guid;

/// A wrong key, and the reason.
pub(crate) type Invalid = (String, &'static str);

/// The keys of a call.
pub(crate) type Keys = [(&'static str, Shape)];

#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Guid,
    Guids,
    Bool,
    /// Any text.
    Text,
    /// Text that is not empty.
    NonEmptyText,
    /// `2026-01-31`.
    Date,
    OneOf(&'static [&'static str]),
    /// An object of arrays of strings, by prompt.
    Responses,
    /// A non-empty array of objects with exactly these keys.
    Objects(&'static Keys),
}

/// An object whose keys are known and unique, and whose values have their shape.
pub(crate) struct Fields(Vec<(String, Json)>);

impl Fields {
    pub(crate) fn read(request: &Incoming<'_>, keys: &Keys) -> Result<Self, Invalid> {
        let whole = |why| (String::new(), why);
        let media_type = request.header("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(whole("Content-Type must be application/json"));
        }
        let Some(Json::Object(members)) = Json::parse(request.body) else {
            return Err(whole("The body must be a JSON object"));
        };
        let fields = Self(members);
        fields.check(keys)?;
        Ok(fields)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_text)
    }

    /// The elements of an array; none if it is missing.
    pub(crate) fn array(&self, name: &str) -> &[Json] {
        match self.get(name) {
            Some(Json::Array(items)) => items,
            _ => &[],
        }
    }

    /// The first key of the body that is in `keys`.
    pub(crate) fn first_key_among(&self, keys: &[&str]) -> Option<&str> {
        let mut names = self.0.iter().map(|(key, _)| key.as_str());
        names.find(|key| keys.contains(key))
    }

    fn check(&self, keys: &Keys) -> Result<(), Invalid> {
        for (index, (key, value)) in self.0.iter().enumerate() {
            let wrong = |why| Err((key.clone(), why));
            let Some((_, shape)) = keys.iter().find(|row| row.0 == key) else {
                return wrong("is not a known key");
            };
            if self.0.iter().take(index).any(|(other, _)| other == key) {
                return wrong("is a duplicate");
            }
            if let Some(why) = shape.problem(value) {
                return wrong(why);
            }
        }
        Ok(())
    }
}

impl Shape {
    fn problem(self, value: &Json) -> Option<&'static str> {
        let (fits, why) = match (self, value) {
            (Shape::Guid, Json::Text(text)) => (is_guid(text), "must be a GUID"),
            (Shape::Guid, _) => (false, "must be a GUID"),
            (Shape::Guids, value) => (
                is_array_of(value, |item| Shape::Guid.problem(item).is_none()),
                "must be an array of GUIDs",
            ),
            (Shape::Bool, value) => (matches!(value, Json::Bool(_)), "must be true or false"),
            (Shape::Text, value) => (matches!(value, Json::Text(_)), "must be a string"),
            (Shape::NonEmptyText, Json::Text(text)) => (!text.is_empty(), "must not be empty"),
            (Shape::NonEmptyText, _) => (false, "must be a string"),
            (Shape::Date, Json::Text(text)) => (is_date(text), "must be a date"),
            (Shape::Date, _) => (false, "must be a date"),
            (Shape::OneOf(all), Json::Text(text)) => (all.contains(&text.as_str()), "is not known"),
            (Shape::OneOf(_), _) => (false, "must be a string"),
            (Shape::Responses, Json::Object(members)) => {
                let keys_differ = members.iter().enumerate().all(|(index, (key, _))| {
                    members.iter().take(index).all(|(other, _)| other != key)
                });
                let fits = keys_differ && members.iter().all(|(_, value)| are_texts(value));
                (fits, "must have an array of strings for each prompt")
            }
            (Shape::Responses, _) => (false, "must be an object"),
            (Shape::Objects(keys), value) => (
                is_array_of(value, |item| has_exactly(item, keys)),
                "must be an array of the documented objects",
            ),
        };
        (!fits).then_some(why)
    }
}

fn is_array_of(value: &Json, fits: impl Fn(&Json) -> bool) -> bool {
    matches!(value, Json::Array(items) if !items.is_empty() && items.iter().all(fits))
}

fn are_texts(value: &Json) -> bool {
    matches!(value, Json::Array(items) if items.iter().all(|item| item.as_text().is_some()))
}

fn has_exactly(item: &Json, keys: &Keys) -> bool {
    let Json::Object(members) = item else {
        return false;
    };
    let fields = Fields(members.clone());
    members.len() == keys.len() && fields.check(keys).is_ok()
}

fn is_date(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([4, 2, 2])
        && groups.concat().bytes().all(|byte| byte.is_ascii_digit())
}
