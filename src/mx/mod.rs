//! MX, as its Platform API is documented (docs.mx.com; its specifications are public).
//!
//! Bodies have a root (`{"member": {…}}`), and every field of a reply is optional and nullable.

use crate::vendor::Entry;

pub mod challenge;
pub mod config;
mod credentials;
mod member;
pub mod params;
pub mod reply;
pub mod requests;
mod status;

pub use config::BASIC;

/// The flow of a member.
pub const ENTRY: Entry = Entry {
    name: member::NAME,
    start: member::start,
    restore: member::restore,
};

/// Finds the row with this number or name. For a type or a status, MX sends either.
fn find_row<'t, T>(
    table: &'t [(&'static str, &'static str, T)],
    text: &str,
) -> Option<&'t (&'static str, &'static str, T)> {
    table
        .iter()
        .find(|(number, name, _)| *number == text || *name == text)
}
