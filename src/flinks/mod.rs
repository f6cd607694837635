//! Flinks, as its API reference prints it (docs.flinks.com, `/Authorize`).
//!
//! Names are read in any casing, since the pages differ, and written as the reference prints them. The
//! status line is believed; the `HttpStatusCode` in a body is not, it has been a number and a name.

use crate::failure::Refusal;
use crate::http::{Header, Request, base, landing};
use crate::json::{Reader, Value};
use crate::vendor::Entry;

pub mod accounts;
pub mod authorize;
pub mod call;
pub mod cards;
pub mod challenge;
mod codes;
pub mod connect;
pub mod pair;
pub mod params;
pub mod questions;
pub mod reply;
mod time;

/// Flinks in the list of vendors.
pub const ENTRY: Entry = Entry {
    name: NAME,
    start: authorize::start,
    restore: authorize::restore,
};

/// The reconnect of a LoginId in the list of vendors.
pub const RECONNECT: Entry = Entry {
    name: connect::NAME,
    start: connect::reconnect,
    restore: connect::restore,
};

/// The first link of a person in the list of vendors. Its snapshots are those of a reconnect.
pub const CONNECT: Entry = Entry {
    name: "flinks-connect",
    start: connect::connect,
    restore: connect::restore,
};

/// The calls that ask nobody anything, in the list of vendors.
pub const CALL: Entry = Entry {
    name: call::NAME,
    start: call::start,
    restore: call::restore,
};

const NAME: &str = "flinks";

/// The slot of the authorize token: one token a session, minted by GenerateAuthorizeToken, never the
/// secret key. A customer from before October 2024 may have none; the header is left out then.
pub const AUTHORIZE_TOKEN: &str = "FlinksAuthorizeToken";

/// A synchronous call can run for 210 seconds before it becomes a 202.
const SYNCHRONOUS: u32 = 240_000;
const SHORT: u32 = 30_000;

/// Where and as whom to call Flinks.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct FlinksConfig {
    /// The instance: the first label of the host name, `toolbox` for the public sandbox.
    pub instance: String,
    /// The customerId, a GUID.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
    pub customer_id: Guid,
    /// Calls go here instead of `https://{instance}-api.private.fin.ag`: a proxy of the host's, or the
    /// simulator. `https:`, or `http:` on the loopback.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub base_url: Option<String>,
    /// AuthorizeAsync is activated for this customer (default false). It can then be asked what became
    /// of a submission; plain Authorize documents no such question.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "boolean"))]
    pub authorize_async: bool,
    /// Connect is loaded from here instead of `https://{instance}-iframe.private.fin.ag`. `https:`, or
    /// `http:` on the loopback.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub connect_url: Option<String>,
    /// The whole-page way: where Connect sends the person back to.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string"))]
    pub redirect_url: Option<String>,
}

impl FlinksConfig {
    /// Reads and checks a configuration.
    pub fn read(reader: Reader) -> Result<FlinksConfig, Refusal> {
        reader.only(&[
            "instance",
            "customerId",
            "baseUrl",
            "authorizeAsync",
            "connectUrl",
            "redirectUrl",
        ])?;
        Ok(FlinksConfig {
            instance: label(reader.get("instance"))?,
            customer_id: Guid::read(reader.get("customerId"))?,
            base_url: reader.get("baseUrl").optional(|url| base(*url))?,
            authorize_async: reader
                .get("authorizeAsync")
                .optional_bool()?
                .unwrap_or(false),
            connect_url: reader.get("connectUrl").optional(|url| base(*url))?,
            redirect_url: reader.get("redirectUrl").optional(landing)?,
        })
    }

    /// A POST to one of the BankingServices, under the session's authorize token.
    fn post(&self, service: &str, body: &Value) -> Request {
        self.request(
            "POST",
            service,
            ("flinks-auth-key", AUTHORIZE_TOKEN),
            Some(body),
        )
    }

    /// A call of one of the BankingServices, with the header of a key and the key's slot.
    fn request(
        &self,
        method: &'static str,
        service: &str,
        (name, slot): (&'static str, &'static str),
        body: Option<&Value>,
    ) -> Request {
        let mut url = match &self.base_url {
            Some(base) => base.clone(),
            None => ["https://", &self.instance, "-api.private.fin.ag"].concat(),
        };
        for part in [
            "/v3/",
            self.customer_id.text(),
            "/BankingServices/",
            service,
        ] {
            url.push_str(part);
        }
        let mut headers = Vec::new();
        if body.is_some() {
            headers.push(json("content-type"));
        }
        headers.push(json("accept"));
        headers.push(Header::Secret { name, slot });
        Request {
            method,
            url,
            headers,
            body: body.map(Value::print),
            session: 1,
            timeout: SHORT,
            once: false,
        }
    }
}

fn json(name: &'static str) -> Header {
    Header::Literal {
        name,
        value: "application/json",
    }
}

/// A GUID, in the casing it came in.
#[derive(Clone, Debug)]
pub struct Guid(String);

impl Guid {
    /// The text, if it is a GUID.
    pub fn parse(text: &str) -> Option<Guid> {
        let dash = |at| matches!(at, 8 | 13 | 18 | 23);
        let fits = |(at, byte): (usize, u8)| match dash(at) {
            true => byte == b'-',
            false => byte.is_ascii_hexdigit(),
        };
        let is_guid = text.len() == 36 && text.bytes().enumerate().all(fits);
        is_guid.then(|| Guid(text.to_owned()))
    }

    /// A GUID that must be there.
    pub fn read(reader: Reader) -> Result<Guid, Refusal> {
        let guid = reader.value().as_text().and_then(Guid::parse);
        guid.ok_or_else(|| reader.invalid("must be a GUID"))
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// GUIDs are the same in any casing.
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

/// A DNS label. Anything else could send a token to another host.
fn label(reader: Reader) -> Result<String, Refusal> {
    let text = reader.text()?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.len() > 50 || !text.bytes().all(fits) || text.starts_with('-') || text.ends_with('-') {
        return Err(reader.invalid("must be the first label of Flinks' host name, such as toolbox"));
    }
    Ok(text.to_owned())
}
