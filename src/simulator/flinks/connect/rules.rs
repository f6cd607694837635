//! How Connect behaves: well, by default.

use serde::{Deserialize, Serialize};

/// What the frame does that Flinks' own would not, or does in another way. Unless it says otherwise
/// the right messages come as well, so that a flow can still end right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Misbehaviour {
    /// A frame of another origin within it sends a REDIRECT to the parent.
    WrongOrigin,
    /// … of the same origin: another window than the one that the parent knows.
    OtherWindow,
    /// No objects, no steps, and REDIRECTs without what they must bear.
    Malformed,
    /// A REDIRECT before anything else.
    Early,
    /// The REDIRECT comes twice.
    Duplicate,
    /// Before the REDIRECT, one whose address and top level name two LoginIds.
    Contradiction,
    /// The REDIRECT names somebody else's LoginId, and no right one follows.
    AnotherLogin,
    /// Every message is a JSON string: a variant (C), not a fault.
    JsonString,
    /// The next authorize token is refused though it is good. The rule is then spent.
    TokenInvalid,
}

/// The rules of Connect. As JSON every member may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ConnectRules {
    /// What the frame does wrong.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Misbehaviour | null"))]
    pub misbehave: Option<Misbehaviour>,
    /// Another address under which this simulator is served, for [`Misbehaviour::WrongOrigin`]: what
    /// stands before `/connect/`. Without it the message comes from the opaque origin `null`.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub elsewhere: Option<String>,
    /// Whether a cached Authorize that bears no Tag brings back the `tag` of the frame that last
    /// authorized this LoginId. No page says so (D).
    pub returns_tag: bool,
}

impl Default for ConnectRules {
    fn default() -> Self {
        Self {
            misbehave: None,
            elsewhere: None,
            returns_tag: true,
        }
    }
}
