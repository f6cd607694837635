//! A flow held in wasm.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use crate::VENDORS;
use crate::failure::{ErrorCode, Refusal};
use crate::flow::{AnswerInput, Event, Flow, Loss, Step};
use crate::json::{MAX_SAFE, Reader, Value};
use crate::text_enum::text_enum;

use super::input::parse;
use super::output::{refuse, to_js};
use super::reply;

text_enum! {
    /// What a driver reports with `advance`. A reply has an export of its own.
    CoreEvent {
        /// The flow starts.
        Started "started"
        /// The request with this serial got no reply. The text is a `Loss`.
        Lost "lost"
        /// The person answered the round with this number. The text is their answers by field name, as JSON.
        Answered "answered"
        /// The host submitted raw answers to the round with this number. The text is JSON in the vendor's format.
        AnsweredRaw "answeredRaw"
        /// The person needs a new session instead of the round with this number.
        NewSession "newSession"
        /// The waiting time of the step is over.
        Waited "waited"
        /// The person returned from the window or the vendor's page. The text is what that page claims, as JSON.
        Returned "returned"
        /// Somebody is about to open the window. If the step stays `redirect`, they may.
        WindowOpened "windowOpened"
        /// The vendor's page did not accept its token.
        TokenRefused "tokenRefused"
        /// The caller cancelled the flow.
        Cancelled "cancelled"
        /// The driver cannot go on. The text is an `ErrorCode`.
        Failed "failed"
        /// The flow was restored from a snapshot.
        Restored "restored"
        /// The flow was restored from a snapshot, and the person is still in the window with the address in the text.
        RestoredAtWindow "restoredAtWindow"
    }
}

/// A flow held in wasm. All calls are synchronous. A call returns the next step, or throws a `Refusal` and
/// changes nothing. `now` is the time in ms since 1970.
#[wasm_bindgen]
pub struct FlowHandle {
    flow: Flow,
    /// The credentials. `started` takes them.
    credentials: Value,
}

#[wasm_bindgen]
impl FlowHandle {
    /// Makes a flow of a vendor. The parameters and the configuration are JSON.
    #[wasm_bindgen(js_name = start)]
    pub fn start(vendor: &str, id: &str, params: &str, config: &str) -> Result<Self, JsValue> {
        let entry = VENDORS.iter().find(|entry| entry.name == vendor);
        let entry = entry.ok_or_else(|| refuse(Refusal::from(ErrorCode::InvalidInput)))?;
        let (params, config) = (parse("params", params)?, parse("host", config)?);
        let (vendor, credentials) =
            (entry.start)(Reader::new("params", &params), Reader::new("host", &config))
                .map_err(refuse)?;
        Ok(FlowHandle {
            flow: Flow::new(id, vendor),
            credentials,
        })
    }

    /// Restores a flow from a snapshot. The configuration is JSON.
    pub fn restore(snapshot: &str, config: &str) -> Result<Self, JsValue> {
        let flow = Flow::restore(snapshot, VENDORS, &parse("host", config)?).map_err(refuse)?;
        Ok(FlowHandle {
            flow,
            credentials: Value::Null,
        })
    }

    /// The flow's id.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> JsString {
        self.flow.id().into()
    }

    /// The flow as text, to be stored and restored unchanged.
    pub fn snapshot(&self) -> JsString {
        self.flow.snapshot().into()
    }

    /// Passes an event to the flow. `number` is the serial of a request or the number of a round, `text` what
    /// else belongs to the event.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn advance(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "CoreEvent")] event: &str,
        number: u32,
        text: &str,
        now: f64,
    ) -> Result<JsValue, JsValue> {
        use CoreEvent as Name;
        let name = CoreEvent::from_text(event).unwrap_or(Name::Failed);
        let json = match name {
            Name::Started => core::mem::take(&mut self.credentials),
            Name::Answered | Name::AnsweredRaw => parse("answers", text)?,
            Name::Returned => parse("claim", text)?,
            _ => Value::Null,
        };
        let event = match name {
            Name::Started => Event::Started(&json),
            Name::Lost => Event::Lost(number, Loss::from_text(text).unwrap_or(Loss::MaybeSent)),
            Name::Answered => Event::Answered(number, AnswerInput::Fields(&json)),
            Name::AnsweredRaw => Event::Answered(number, AnswerInput::Raw(&json)),
            Name::NewSession => Event::NewSession(number),
            Name::Waited => Event::Waited,
            Name::Returned => Event::Returned(&json),
            Name::WindowOpened => Event::WindowOpened,
            Name::TokenRefused => Event::TokenRefused,
            Name::Cancelled => Event::Cancelled,
            Name::Failed => {
                let code = ErrorCode::from_text(text).unwrap_or(ErrorCode::InternalError);
                Event::DriverFailed(code)
            }
            Name::Restored => Event::Restored,
            Name::RestoredAtWindow => Event::RestoredAtWindow(text),
        };
        self.pass(event, now)
    }

    /// The reply to the request with this serial: its status, its Retry-After header and its body.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn replied(
        &mut self,
        serial: u32,
        status: u16,
        retry_after: Option<String>,
        body: &[u8],
        now: f64,
    ) -> Result<JsValue, JsValue> {
        let response = reply::response(status, retry_after.as_deref(), body, now);
        self.pass(Event::Replied(serial, response), now)
    }

    /// The vendor's word for the state in the body of a reply, as it came: the FlinksCode, or the connection_status of
    /// MX's member.
    #[wasm_bindgen(js_name = vendorCode)]
    pub fn vendor_code(&self, body: &[u8]) -> Option<JsString> {
        reply::vendor_code(body).map(JsString::from)
    }

    fn pass(&mut self, event: Event, now: f64) -> Result<JsValue, JsValue> {
        let step: Result<Step, Refusal> = self
            .flow
            .advance(event, now.clamp(0.0, MAX_SAFE as f64) as u64);
        step.map(to_js).map_err(refuse)
    }
}
