//! The rules that depend on a customer's contract, or on which of Flinks' pages is right.

use serde::{Deserialize, Serialize};

use super::connect::rules::ConnectRules;

/// If pages disagree or say nothing, the default is the strictest reading that a correct client passes.
/// In JSON every member is optional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Rules {
    /// The only customer. By default that of the public sandbox.
    pub customer_id: String,
    /// How long an unused token is valid, in minutes: 15 on one page, 30 on two (A). Values outside 15 to 30
    /// are clamped.
    pub token_minutes: u64,
    /// Whether a token expires while its session is still open. One page says "expires if unused", so
    /// the default is no.
    pub token_expires_in_session: bool,
    /// Whether Authorize requires a token. Customers from before October 2024 may have none (A).
    pub tokens_required: bool,
    /// Whether this customer has AuthorizeAsync, which must be activated (A).
    pub authorize_async: bool,
    /// Whether plain Authorize with a RequestId alone returns the state of the session. No page says so
    /// (D).
    pub ask_by_request_id: bool,
    /// Whether empty SecurityResponses are refused as SECURITYRESPONSES_INCOMPLETE (A). Otherwise the reply
    /// is the same 203 again (B).
    pub empty_answers_incomplete: bool,
    /// Whether a second live session of the same person is refused as CONCURRENT_SESSION (A) while one
    /// is open. Off by default, because a page that was reloaded would have to wait eight minutes. The
    /// person `one_session` always has it on. Counted in any case.
    pub refuse_concurrent: bool,
    /// Whether the replies that say 200 have a FlinksCode, and which. The table of codes prints OK with 200
    /// and CREATED with 201 (A), and no page shows a reply with one.
    pub success_code: SuccessCode,
    /// The rules of Connect.
    pub connect: ConnectRules,
}

/// The FlinksCode of a success.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum SuccessCode {
    /// 200 without a code.
    #[default]
    None,
    /// 200 with OK.
    Ok,
    /// 201 with CREATED.
    Created,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            customer_id: "43387ca6-0391-4c82-857d-70d95f087ecb".to_owned(),
            token_minutes: 15,
            token_expires_in_session: false,
            tokens_required: true,
            authorize_async: true,
            ask_by_request_id: true,
            empty_answers_incomplete: false,
            refuse_concurrent: false,
            success_code: SuccessCode::None,
            connect: ConnectRules::default(),
        }
    }
}

impl Rules {
    pub(super) fn token_ttl_ms(&self) -> u64 {
        self.token_minutes.clamp(15, 30) * 60_000
    }
}
