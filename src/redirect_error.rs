//! Why a person came back from a window without having signed in.

use crate::json::{Value, object};
use crate::text_enum::text_enum;

text_enum! {
    /// A stable code. Later releases may add codes.
    #[non_exhaustive]
    RedirectErrorCode {
        /// The person cancelled, or left the bank's site.
        Cancelled "cancelled"
        /// The bank did not accept the person's sign-in.
        Denied "denied"
        /// The person must do something on the bank's own site.
        BankActionRequired "bank-action-required"
        /// The bank had an error.
        BankError "bank-error"
        /// The vendor had an error.
        VendorError "vendor-error"
        /// The session in the window has expired or was not valid.
        SessionExpired "session-expired"
        /// The vendor gave no reason, or one that is not known here; see `vendorReason`.
        Unknown "unknown"
    }
}

/// Why a person came back from a window without having signed in. The page that they came back to says so; nothing
/// confirms it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct RedirectError {
    /// The stable code.
    pub code: RedirectErrorCode,
    /// The vendor's reason, such as `CANCELLED`: capital letters and underscores.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub vendor_reason: Option<String>,
}

impl RedirectError {
    /// Whether a text is a vendor's reason: up to 64 capital letters and underscores. Anything else could be a text of
    /// somebody who made the address.
    pub fn is_reason(text: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
        (1..=64).contains(&text.len()) && text.bytes().all(is_plain)
    }
}

impl From<RedirectError> for Value {
    fn from(error: RedirectError) -> Value {
        object! { "code": error.code, "vendorReason": error.vendor_reason }
    }
}
