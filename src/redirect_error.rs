//! Why a person has not signed in, in a window.

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
        /// There is no reason, or one that is not recognised; see `vendorReason`.
        Unknown "unknown"
    }
}

/// Why a person has not signed in, in the previous window. Either the page that they came back to says so, which nothing
/// confirms, or the vendor's status has become an error while the window was open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct RedirectError {
    /// The stable code.
    pub code: RedirectErrorCode,
    /// The reason on the landing page, such as `CANCELLED`: capital letters and underscores. Null if the page gave none,
    /// or if the error comes from a status.
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
