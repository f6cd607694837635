//! Flinks, as its API reference documents it (docs.flinks.com, `/Authorize`).
//!
//! Names are read in any casing, because the pages differ, and written as the reference prints them. The HTTP
//! status decides; `HttpStatusCode` in a body is ignored, because it can be a number or a name.

use crate::vendor::Entry;

pub mod authorize;
pub mod calls;
pub mod challenge;
mod codes;
pub mod config;
pub mod connect;
mod credentials;
mod guid;
pub mod pair;
pub mod params;
mod redirect;
pub mod reply;
mod time;

pub use config::{API_KEY, AUTHORIZE_TOKEN, BEARER, SECRET_KEY};
pub use guid::Guid;

/// Authorize.
pub const ENTRY: Entry = Entry {
    name: authorize::NAME,
    start: authorize::start,
    restore: authorize::restore,
};

/// The reconnect of a LoginId.
pub const RECONNECT: Entry = Entry {
    name: connect::NAME,
    start: connect::start_reconnect,
    restore: connect::restore,
};

/// A session that waits for MFA. [`RECONNECT`] restores its snapshots.
pub const RESUME: Entry = Entry {
    name: "flinks-resume",
    start: connect::start_resume,
    restore: connect::restore,
};

/// The first link of a person. [`RECONNECT`] restores its snapshots.
pub const CONNECT: Entry = Entry {
    name: "flinks-connect",
    start: connect::start_first_link,
    restore: connect::restore,
};

/// The calls without MFA: data, stored answers, cards and tokens.
pub const CALL: Entry = Entry {
    name: calls::NAME,
    start: calls::start,
    restore: calls::restore,
};
