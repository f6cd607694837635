//! The API version of a call.

use super::rules::MxRules;
use super::status::Form;
use crate::simulator::http::Incoming;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V20111101,
    V20250224,
    /// The release candidates of 2026, whose bodies have fewer keys.
    V2026,
}

const OLD_MEDIA_TYPE: &str = "application/vnd.mx.api.v1+json";

impl Version {
    /// The requested version. `None` is a 406 (A). rc20260430 is a preview (A); other names in `Accept-Version`
    /// are a guess (D).
    pub(crate) fn requested(request: &Incoming<'_>, rules: &MxRules) -> Option<Self> {
        match request.header("accept-version") {
            Some("v20111101") => Some(Self::V20111101),
            Some("v20250224") => Some(Self::V20250224),
            Some(newer) => {
                let is_known = newer.starts_with("v2026") || newer.starts_with("rc2026");
                is_known.then_some(Self::V2026)
            }
            None if rules.accept_version_required => None,
            None => {
                let accepted = request.header("accept").unwrap_or_default().split(',');
                let mut types = accepted.filter_map(|media_type| media_type.split(';').next());
                let is_old =
                    types.any(|media_type| media_type.trim().eq_ignore_ascii_case(OLD_MEDIA_TYPE));
                is_old.then_some(Self::V20111101)
            }
        }
    }

    /// Whether paths take the partner's own ids in place of guids (S).
    pub(crate) fn takes_ids(self) -> bool {
        self != Self::V20111101
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::V20111101 => OLD_MEDIA_TYPE,
            Self::V20250224 | Self::V2026 => "application/json",
        }
    }

    /// How a challenge's type is sent: as a number in the guide, as a name in the specifications.
    pub(crate) fn form(self, form: Form) -> Form {
        match (form, self) {
            (Form::ByVersion, Self::V20111101) => Form::Number,
            (Form::ByVersion, _) => Form::Name,
            (other, _) => other,
        }
    }
}
