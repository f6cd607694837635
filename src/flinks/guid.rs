//! GUIDs: customerId, LoginId, RequestId and tokens.

use crate::failure::Refusal;
use crate::json::{Reader, Value};

/// A GUID, in the casing it came in.
#[derive(Clone, Debug)]
pub struct Guid(String);

impl Guid {
    /// Parses a GUID with its four hyphens.
    pub fn parse(text: &str) -> Option<Guid> {
        let is_valid = |(index, byte): (usize, u8)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        };
        let is_guid = text.len() == 36 && text.bytes().enumerate().all(is_valid);
        is_guid.then(|| Guid(text.to_owned()))
    }

    /// Reads a required GUID.
    pub fn read(reader: Reader) -> Result<Guid, Refusal> {
        let guid = reader.value().as_text().and_then(Guid::parse);
        guid.ok_or_else(|| reader.invalid("must be a GUID"))
    }

    /// The text of the GUID.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// The casing of a GUID does not matter.
impl PartialEq for Guid {
    fn eq(&self, other: &Guid) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl From<&Guid> for Value {
    fn from(guid: &Guid) -> Value {
        guid.text().into()
    }
}
