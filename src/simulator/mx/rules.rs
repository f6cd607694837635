//! The rules on which pages are silent or disagree, or that change on a date.

use serde::{Deserialize, Serialize};

/// The rules of MX. In JSON every member is optional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct MxRules {
    /// Whether every call must have `Accept-Version`, as a page announces for 12 August 2026 (A).
    /// Otherwise `Accept: application/vnd.mx.api.v1+json` is enough.
    pub accept_version_required: bool,
    /// The status of the reply that creates a member: 202 starts a job, 200 starts none (A). A product that the
    /// institution does not have makes it 201 (A).
    pub created_status: u16,
    /// Milliseconds until a new member is found: a third party's copy of MX's page says some 500 (T).
    pub created_visible_after: u64,
    /// Minutes until an unanswered challenge expires. Not documented (D).
    pub challenge_minutes: u64,
    /// Whether an answer to an EXPIRED member makes it CHALLENGED again (W). Otherwise it is a 405.
    pub expired_asks_again: bool,
    /// Whether a wrong answer at MX Bank ends in DENIED (C) instead of REJECTED (A).
    pub mx_bank_denies: bool,
    /// Whether the widget's messages are always JSON text, as before version 4 (A).
    pub widget_posts_text: bool,
    /// The origin of the widget, without a slash at the end.
    pub widget_origin: String,
    /// The origin of OAuth windows, without a slash at the end.
    pub window_origin: String,
}

impl Default for MxRules {
    fn default() -> Self {
        Self {
            accept_version_required: false,
            created_status: 202,
            created_visible_after: 0,
            challenge_minutes: 5,
            expired_asks_again: true,
            mx_bank_denies: false,
            widget_posts_text: false,
            widget_origin: "https://int-widgets.moneydesktop.com".to_owned(),
            window_origin: "https://mxbank.mx.com".to_owned(),
        }
    }
}
