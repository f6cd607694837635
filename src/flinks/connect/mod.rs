//! Reconnect and first link: the flows that can send the person to Connect, Flinks' own page.

mod address;
pub mod params;
pub mod reconnect;
