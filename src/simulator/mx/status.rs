//! `connection_status` and `error`, in all the forms they take on the wire.

use crate::simulator::json::Json;

/// By number. The API sends the name, widget events send the number (A).
pub(crate) const STATUSES: [&str; 22] = [
    "CREATED",
    "PREVENTED",
    "DENIED",
    "CHALLENGED",
    "REJECTED",
    "LOCKED",
    "CONNECTED",
    "IMPEDED",
    "RECONNECTED",
    "DEGRADED",
    "DISCONNECTED",
    "DISCONTINUED",
    "CLOSED",
    "DELAYED",
    "FAILED",
    "UPDATED",
    "DISABLED",
    "IMPORTED",
    "RESUMED",
    "EXPIRED",
    "IMPAIRED",
    "PENDING",
];

/// A status by name, or null.
pub(crate) type Status = Option<&'static str>;

/// How something that has a number and a name is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Name,
    Number,
    Null,
    /// As the pages of the asked version have it: a number in the guide, a name since.
    ByVersion,
}

pub(crate) fn status_json(status: Status, form: Form) -> Json {
    let Some(name) = status else {
        return Json::Null;
    };
    let number = STATUSES.iter().position(|known| *known == name);
    match (form, number.and_then(|number| u16::try_from(number).ok())) {
        (Form::Number, Some(number)) => Json::number(number),
        (Form::Null, _) => Json::Null,
        _ => Json::text(name),
    }
}

/// How a member's `error` is sent (S, A, W).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorForm {
    /// A string that holds JSON; left out where there is no error.
    Text,
    /// An object; null where there is no error.
    Object,
    /// `{}`, whatever happened.
    Empty,
    /// Null, whatever happened.
    Null,
    /// Never there.
    Absent,
}

/// The value of `error`, if the member is there at all. Of its members only `error_code` is known.
pub(crate) fn error_json(code: Option<u16>, form: ErrorForm) -> Option<Json> {
    let error = code.map(|code| {
        Json::object([
            ("error_code", Json::number(code)),
            ("error_message", Json::text("The bank could not go on.")),
            ("locale", Json::text("en")),
        ])
    });
    match form {
        ErrorForm::Text => error.map(|error| Json::Text(error.to_text())),
        ErrorForm::Object => Some(error.unwrap_or(Json::Null)),
        ErrorForm::Empty => Some(Json::Object(Vec::new())),
        ErrorForm::Null => Some(Json::Null),
        ErrorForm::Absent => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_the_number_of_its_place() {
        let number = |name| status_json(Some(name), Form::Number).to_text();
        assert_eq!(number("CHALLENGED"), "3");
        assert_eq!(number("CONNECTED"), "6");
        assert_eq!(number("EXPIRED"), "19");
        assert_eq!(number("PENDING"), "21");
        assert_eq!(number("SOMETHING_NEW"), r#""SOMETHING_NEW""#);
        assert_eq!(status_json(None, Form::Number), Json::Null);
    }

    #[test]
    fn an_error_is_a_string_of_json_an_object_empty_null_or_absent() {
        let sent = |form, code| error_json(code, form).map(|error| error.to_text());
        let text = sent(ErrorForm::Text, Some(2002));
        assert!(text.is_some_and(|text| text.starts_with(r#""{\"error_code\":2002,"#)));
        assert_eq!(sent(ErrorForm::Text, None), None);
        let object = sent(ErrorForm::Object, Some(2002));
        assert!(object.is_some_and(|text| text.starts_with(r#"{"error_code":2002,"#)));
        assert_eq!(sent(ErrorForm::Object, None).as_deref(), Some("null"));
        assert_eq!(sent(ErrorForm::Empty, Some(2002)).as_deref(), Some("{}"));
        assert_eq!(sent(ErrorForm::Null, Some(2002)).as_deref(), Some("null"));
        assert_eq!(sent(ErrorForm::Absent, Some(2002)), None);
    }
}
