//! `connection_status` and `error`, in all the forms in which they are sent.

use crate::simulator::json::Json;

/// Indexed by number. The API sends the name, events of the widget send the number (A).
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

/// The name of a status, or null.
pub(crate) type Status = Option<&'static str>;

/// How a value with a number and a name is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Name,
    Number,
    Null,
    /// By the version of the call: a number in the old one, a name in the newer ones.
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
    /// JSON in a string; absent if there is no error.
    Text,
    /// An object; null if there is no error.
    Object,
    /// Always `{}`.
    Empty,
    /// Always null.
    Null,
    /// Always absent.
    Absent,
}

/// The value of `error`, or `None` if the key is absent. Only its `error_code` is documented.
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
    fn the_number_of_a_status_is_its_index() {
        let number = |name| status_json(Some(name), Form::Number).to_text();
        assert_eq!(number("CHALLENGED"), "3");
        assert_eq!(number("CONNECTED"), "6");
        assert_eq!(number("EXPIRED"), "19");
        assert_eq!(number("PENDING"), "21");
        assert_eq!(number("SOMETHING_NEW"), r#""SOMETHING_NEW""#);
        assert_eq!(status_json(None, Form::Number), Json::Null);
    }

    #[test]
    fn each_form_of_an_error_is_sent() {
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
