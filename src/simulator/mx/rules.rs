//! The rules that no page states, that pages state in two ways, or that a date decides.

use serde::{Deserialize, Serialize};

/// The MX part's rules. As JSON every member may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct MxRules {
    /// Whether every call must say `Accept-Version`, as a page announces for 12 August 2026 (A).
    /// Off, `Accept: application/vnd.mx.api.v1+json` alone will do.
    pub accept_version_required: bool,
    /// The status of a member that was created: 200 or 202 (S), or 201 (A).
    pub created_status: u16,
    /// Minutes until a challenge that nobody answers has expired. Documented nowhere (D).
    pub challenge_minutes: u64,
    /// Whether an answer to an EXPIRED member makes it CHALLENGED again (W), and is not a 405.
    pub expired_asks_again: bool,
    /// Whether MX Bank's word for a wrong answer is DENIED (C) and not REJECTED (A).
    pub mx_bank_denies: bool,
    /// Whether the widget's messages are JSON text, as before version 4 (A), whatever was asked for.
    pub widget_posts_text: bool,
    /// Where the widget is, with no slash at the end.
    pub widget_origin: String,
    /// Where OAuth windows are, with no slash at the end.
    pub window_origin: String,
}

impl Default for MxRules {
    fn default() -> Self {
        Self {
            accept_version_required: false,
            created_status: 202,
            challenge_minutes: 5,
            expired_asks_again: true,
            mx_bank_denies: false,
            widget_posts_text: false,
            widget_origin: "https://int-widgets.moneydesktop.com".to_owned(),
            window_origin: "https://mxbank.mx.com".to_owned(),
        }
    }
}
