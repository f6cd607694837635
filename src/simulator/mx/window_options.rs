//! The options of a window, read strictly: only the parameters of the page, once, and values of their types.

use super::request::{Invalid, Redirect};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WindowOptions {
    pub(crate) redirect: Redirect,
    pub(crate) skips_aggregation: bool,
}

const BOOL: &[&str] = &["true", "false"];

/// The name and the allowed values (A, S). An empty list allows any text.
const OPTIONS: [(&str, &[&str]); 5] = [
    ("client_redirect_url", &[]),
    ("enable_app2app", BOOL),
    ("referral_source", &["APP", "BROWSER"]),
    ("skip_aggregation", BOOL),
    ("ui_message_webview_url_scheme", &[]),
];

impl WindowOptions {
    pub(crate) fn read(query: &[(String, String)]) -> Result<Self, Invalid> {
        for (index, (name, value)) in query.iter().enumerate() {
            let known = OPTIONS.iter().find(|(option, _)| option == name);
            let (_, values) = known.ok_or_else(|| format!("{name} is not a known option"))?;
            if query.iter().take(index).any(|(other, _)| other == name) {
                return Err(format!("{name} is a duplicate"));
            }
            if value.is_empty() || !(values.is_empty() || values.contains(&value.as_str())) {
                return Err(format!("{name} has a wrong value"));
            }
        }
        let named = |name| query.iter().find(|(option, _)| option == name);
        let text = |name| named(name).map(|(_, value)| value.as_str());
        Ok(Self {
            redirect: Redirect::new(text("referral_source"), text("client_redirect_url")),
            skips_aggregation: text("skip_aggregation") == Some("true"),
        })
    }
}
