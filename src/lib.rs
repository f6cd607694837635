//! `bank-mfa` runs the multi-factor-authentication flows of bank-data aggregators to their end, in a
//! web page or in an edge worker, from one core that is compiled to WebAssembly.
//!
//! In scope: building each request and judging each reply, the flow between them, the challenges as
//! forms, what to do after a failure, putting a flow away and taking it up.
//!
//! Out of scope: keys, storage, drawing, and what the accounts hold.
//!
//! ```text
//!   host ── event, now ──► flow ── stage, submission ──► vendor     flow      Flow, Event, Step
//!     ▲                     │ ▲                            │        vendor    what a vendor says
//!     └──────── step ───────┘ └── request, verdict ────────┘        flinks    one vendor
//! ```
//!
//! Rooms, from the bottom: [`json`], [`failure`], [`http`], [`challenge`], [`vendor`], [`flow`], then
//! the vendors. Imports go down only: a vendor knows the model, the model knows no vendor.
//!
//! ```
//! use bank_mfa::flow::{Event, Flow, Step};
//! use bank_mfa::json::{Reader, Value};
//!
//! let params = Value::parse(br#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#).unwrap();
//! let config = Value::parse(
//!     br#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb"}"#,
//! )
//! .unwrap();
//! let start = bank_mfa::flinks::ENTRY.start;
//! let (vendor, credentials) =
//!     start(Reader::new("params", &params), Reader::new("config", &config)).unwrap();
//!
//! let mut flow = Flow::new("flow-1", vendor);
//! let step = flow.advance(Event::Started(&credentials), 1_750_000_000_000).unwrap();
//! let Step::Send { request, .. } = step else { panic!() };
//! assert!(request.url.ends_with("/BankingServices/Authorize"));
//! ```

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

pub mod challenge;
pub mod failure;
pub mod flinks;
pub mod flow;
pub mod http;
pub mod json;
pub mod mx;
mod text_enum;
pub mod vendor;

#[cfg(feature = "simulator")]
pub mod simulator;

#[cfg(target_arch = "wasm32")]
pub mod js;

/// The vendors, each a folder of its own.
pub const VENDORS: &[vendor::Entry] = &[
    #[cfg(feature = "client")]
    flinks::ENTRY,
    #[cfg(feature = "client")]
    flinks::RECONNECT,
    #[cfg(feature = "client")]
    flinks::CONNECT,
    #[cfg(feature = "client")]
    mx::ENTRY,
    #[cfg(feature = "calls")]
    flinks::CALL,
];
