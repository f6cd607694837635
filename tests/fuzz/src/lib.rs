//! Fuzz targets: what a vendor, a page or a host can send to the core.
//!
//! An input of a flow is a text of lines, each an event, such as `> 203 - {"RequestId":…}`. So a corpus can be read, and
//! the wasm that ships can run it, too.

pub mod allocation;
pub mod flows;
pub mod mutator;
pub mod plant;
pub mod program;
pub mod targets;
pub mod texts;
