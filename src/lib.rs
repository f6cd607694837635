//! `bank-mfa` runs the multi-factor authentication (MFA) flows of the bank-data aggregators Flinks and MX, in
//! a web page or in an edge worker. It is compiled to WebAssembly for the npm package of the same name.
//!
//! In scope: the requests, the meaning of the replies, the flow between them, the challenges as forms, what to
//! do after a failure, and snapshots.
//!
//! Out of scope: sending requests, keys and tokens, storage, drawing forms, and the data of the accounts.
//!
//! # Modules
//!
//! ```text
//!   host ── event, now ──► flow ── stage, submission ──► vendor
//!     ▲                     │ ▲                            │
//!     └──────── step ───────┘ └── request, verdict ────────┘
//! ```
//!
//! From the bottom: [`json`], [`failure`], [`http`], [`challenge`], [`vendor`] (the trait), [`flow`] (the state
//! machine), and the vendors [`flinks`] and [`mx`]. A module imports only what is before it in this list: the
//! vendors know the state machine's types, and the state machine knows no vendor. `js` holds the exports, and
//! `simulator` (a feature) simulated vendors for tests.
//!
//! # States
//!
//! A [`Flow`](flow::Flow) takes an [`Event`](flow::Event) and the time, and returns the next
//! [`Step`](flow::Step). Each state has one step:
//!
//! - *New*: nothing was sent. `Started` starts the flow.
//! - *Sending*: a request is under way. The next event is its reply or its loss.
//! - *Waiting*: the vendor is still working, or a request is repeated. The flow sends again when the time has
//!   come.
//! - *Asking*: the bank asks, and the flow waits for the person's answers until the round expires.
//! - *Resubmitting*: the vendor still asks the same after a pre-check. The driver submits the same answers
//!   again, because the flow does not keep them.
//! - *Redirecting*: the person signs in in a window. The flow polls from time to time.
//! - *Connecting*: the person is in the vendor's page. The flow waits for what the page claims, and then
//!   asks the vendor.
//! - *Done* and *Failed*: the flow is over. Each further event returns the same step.
//!
//! A snapshot can be taken in each state. A restored flow never sends a submission again: it asks the vendor for
//! the outcome, or fails with `outcome-unknown`.
//!
//! # Example
//!
//! A live Authorize at Flinks, from the start through a challenge to the end:
//!
//! ```
//! use bank_mfa::failure::Refusal;
//! use bank_mfa::flow::{AnswerInput, Event, Flow, Step};
//! use bank_mfa::http::Response;
//! use bank_mfa::json::{Reader, Value};
//!
//! # fn main() -> Result<(), Refusal> {
//! let json = |text: &str| Value::parse(text.as_bytes()).unwrap();
//! let params = json(r#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","mostRecentCached":false}"#);
//! let config = json(r#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb"}"#);
//! let start = bank_mfa::flinks::ENTRY.start;
//! let (vendor, credentials) =
//!     start(Reader::new("params", &params), Reader::new("host", &config))?;
//!
//! // The start. The host sends the request, and fills in its slots.
//! let mut now = 1_790_000_000_000;
//! let mut flow = Flow::new("flow-1", vendor);
//! let Step::Send { serial, request, .. } = flow.advance(Event::Started(&credentials), now)? else {
//!     panic!("a live flow starts with a request");
//! };
//! assert!(request.url.ends_with("/BankingServices/Authorize"));
//!
//! // Flinks replies with a challenge.
//! let body = br#"{
//!     "RequestId": "9022abc2-8a2e-4b06-a06e-c3e5449c4d10",
//!     "SecurityChallenges": [{"Type": "QuestionAndAnswer", "Prompt": "City?"}]
//! }"#;
//! let reply = Response { status: 203, retry_after: None, body };
//! now += 2_000;
//! let Step::Challenge { round, .. } = flow.advance(Event::Replied(serial, reply), now)? else {
//!     panic!("a 203 is a challenge");
//! };
//! assert_eq!(round.challenges[0].prompt, "City?");
//!
//! // The person answers the only field.
//! let answers = json(r#"{"1.1.answer":"Montreal"}"#);
//! let event = Event::Answered(round.number, AnswerInput::Fields(&answers));
//! now += 20_000;
//! let Step::Send { serial, request, .. } = flow.advance(event, now)? else {
//!     panic!("answers are sent at once");
//! };
//! assert!(request.once, "the host must never send these answers again");
//! assert!(request.body.unwrap().ends_with(r#""SecurityResponses":{"City?":["Montreal"]}}"#));
//!
//! // Flinks accepts the answer.
//! let body = br#"{"RequestId": "9022abc2-8a2e-4b06-a06e-c3e5449c4d10", "Institution": "FlinksCapital"}"#;
//! let reply = Response { status: 200, retry_after: None, body };
//! now += 2_000;
//! let Step::Done { result } = flow.advance(Event::Replied(serial, reply), now)? else {
//!     panic!("the session is authorized");
//! };
//! assert_eq!(result.get("institution").as_text(), Some("FlinksCapital"));
//! # Ok(())
//! # }
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
pub mod redirect_error;
mod text_enum;
pub mod vendor;

#[cfg(feature = "simulator")]
pub mod simulator;

#[cfg(target_arch = "wasm32")]
pub mod js;

/// The list of vendors. Each vendor is a folder.
pub const VENDORS: &[vendor::Entry] = &[
    #[cfg(feature = "flinks")]
    flinks::ENTRY,
    #[cfg(feature = "flinks")]
    flinks::RECONNECT,
    #[cfg(feature = "flinks")]
    flinks::RESUME,
    #[cfg(feature = "flinks")]
    flinks::CONNECT,
    #[cfg(feature = "mx")]
    mx::ENTRY,
    #[cfg(feature = "calls")]
    flinks::CALL,
];
