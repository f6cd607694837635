//! The rules of Connect. By default the page behaves well.

use serde::{Deserialize, Serialize};

/// A misbehaviour of the page, which Flinks' page would not show. Unless a variant says otherwise, the right
/// messages follow, so that a flow can still succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Misbehaviour {
    /// A nested frame of another origin sends a REDIRECT to the parent.
    WrongOrigin,
    /// A nested frame of the same origin sends a REDIRECT to the parent.
    OtherWindow,
    /// Messages that are not objects, have no `step`, or are REDIRECTs without the required keys.
    Malformed,
    /// A REDIRECT is the first message.
    Early,
    /// The REDIRECT is sent twice.
    Duplicate,
    /// Before the right REDIRECT, a REDIRECT with different LoginIds in `url` and at the top level.
    Contradiction,
    /// The REDIRECT has another person's LoginId, and no right REDIRECT follows.
    AnotherLogin,
    /// Every message is a JSON string. Integrators have seen this (C); it is not an error.
    JsonString,
    /// The next valid authorize token is refused. This happens once.
    TokenInvalid,
    /// Every page that is opened by RequestId refuses its token, or the lack of one.
    TokenInvalidMidSession,
}

/// The rules of Connect. In JSON every member is optional.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ConnectRules {
    /// The misbehaviour of the page.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Misbehaviour | null"))]
    pub misbehave: Option<Misbehaviour>,
    /// For [`Misbehaviour::WrongOrigin`]: another URL under which this simulator is served, up to
    /// `/connect/`. Without it the message comes from the opaque origin `null`.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub elsewhere: Option<String>,
    /// Whether a cached Authorize without a Tag returns the `tag` of the page that last authorized this
    /// LoginId. No page says so (D).
    pub returns_tag: bool,
    /// Whether a page that is opened by RequestId needs an authorize token of its own. The page on
    /// authentication says so, and the page on reconnect prints the address without one (A against A).
    pub mid_session_token: bool,
    /// Whether a REDIRECT has the ids of the chosen accounts. If not, only ACCOUNT_SELECTED has them, as
    /// integrators have seen (C).
    pub redirect_has_accounts: bool,
}

impl Default for ConnectRules {
    fn default() -> Self {
        Self {
            misbehave: None,
            elsewhere: None,
            returns_tag: true,
            mid_session_token: false,
            redirect_has_accounts: true,
        }
    }
}
