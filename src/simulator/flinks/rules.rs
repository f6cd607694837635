//! The rules that a customer's contract, or the age of a page, decides.

use serde::{Deserialize, Serialize};

use super::connect::ConnectRules;

/// Where pages disagree or say nothing, the strictest reading that lets a correct client through.
/// As JSON every member may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Rules {
    /// The only customer there is. By default the public sandbox's.
    pub customer_id: String,
    /// Minutes in which a token must be used: 15 on one page, 30 on two (A). Held between the two.
    pub token_minutes: u64,
    /// Whether a token dies of age while its session is still open. One page says "expires if
    /// unused", so it does not by default.
    pub token_expires_in_session: bool,
    /// Whether Authorize wants a token. Customers from before October 2024 may have none (A).
    pub tokens_required: bool,
    /// Whether this customer has AuthorizeAsync, which must be activated (A).
    pub authorize_async: bool,
    /// Whether plain Authorize answers a call with nothing but a RequestId. No page says so (D).
    pub ask_by_request_id: bool,
    /// Whether empty SecurityResponses end in SECURITYRESPONSES_INCOMPLETE (A) and not in the same
    /// 203 again (B).
    pub empty_answers_incomplete: bool,
    /// Whether a second live session beside an open one of the same person ends in
    /// CONCURRENT_SESSION (A). Off by default, because a page reloaded in the middle would be shut
    /// out for eight minutes; the person `one_session` has it on. Always counted.
    pub refuse_concurrent: bool,
    /// How Connect behaves.
    pub connect: ConnectRules,
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
            connect: ConnectRules::default(),
        }
    }
}

impl Rules {
    pub(super) fn token_life(&self) -> u64 {
        self.token_minutes.clamp(15, 30) * 60_000
    }
}
