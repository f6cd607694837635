//! A flow held in wasm.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use crate::VENDORS;
use crate::failure::{ErrorCode, Refusal};
use crate::flow::{AnswerInput, Event, Flow, Loss, Step};
use crate::json::{MAX_SAFE, Reader, Value};

use super::input::parse;
use super::output::{refuse, to_js};
use super::reply;

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

    /// Starts the flow.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn started(&mut self, now: f64) -> Result<JsValue, JsValue> {
        let credentials = core::mem::take(&mut self.credentials);
        self.advance(Event::Started(&credentials), now)
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
        self.advance(Event::Replied(serial, response), now)
    }

    /// The vendor's word for the state in the body of a reply, as it came: the FlinksCode, or the connection_status of
    /// MX's member.
    #[wasm_bindgen(js_name = vendorCode)]
    pub fn vendor_code(&self, body: &[u8]) -> Option<JsString> {
        reply::vendor_code(body).map(JsString::from)
    }

    /// The request with this serial got no reply.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn lost(
        &mut self,
        serial: u32,
        #[wasm_bindgen(unchecked_param_type = "Loss")] loss: &str,
        now: f64,
    ) -> Result<JsValue, JsValue> {
        let loss = Loss::from_text(loss).unwrap_or(Loss::MaybeSent);
        self.advance(Event::Lost(serial, loss), now)
    }

    /// The person answered the round with this number. The answers by field name are JSON.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn answered(&mut self, round: u32, answers: &str, now: f64) -> Result<JsValue, JsValue> {
        let answers = parse("answers", answers)?;
        self.advance(Event::Answered(round, AnswerInput::Fields(&answers)), now)
    }

    /// The host submitted raw answers to the round with this number. They are JSON in the format of the vendor.
    #[wasm_bindgen(js_name = answeredRaw, unchecked_return_type = "Step")]
    pub fn answered_raw(&mut self, round: u32, raw: &str, now: f64) -> Result<JsValue, JsValue> {
        let raw = parse("answers", raw)?;
        self.advance(Event::Answered(round, AnswerInput::Raw(&raw)), now)
    }

    /// The person needs a new session instead of the round with this number.
    #[wasm_bindgen(js_name = newSession, unchecked_return_type = "Step")]
    pub fn new_session(&mut self, round: u32, now: f64) -> Result<JsValue, JsValue> {
        self.advance(Event::NewSession(round), now)
    }

    /// The waiting time of the step is over.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn waited(&mut self, now: f64) -> Result<JsValue, JsValue> {
        self.advance(Event::Waited, now)
    }

    /// The person returned from the window or the vendor's page. What that page claims is JSON.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn returned(&mut self, claim: &str, now: f64) -> Result<JsValue, JsValue> {
        let claim = parse("claim", claim)?;
        self.advance(Event::Returned(&claim), now)
    }

    /// Somebody is about to open the window. If the step stays `redirect`, they may.
    #[wasm_bindgen(js_name = windowOpened, unchecked_return_type = "Step")]
    pub fn window_opened(&mut self, now: f64) -> Result<JsValue, JsValue> {
        self.advance(Event::WindowOpened, now)
    }

    /// The vendor's page did not accept its token.
    #[wasm_bindgen(js_name = tokenRefused, unchecked_return_type = "Step")]
    pub fn token_refused(&mut self, now: f64) -> Result<JsValue, JsValue> {
        self.advance(Event::TokenRefused, now)
    }

    /// The caller cancelled the flow.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn cancelled(&mut self, now: f64) -> Result<JsValue, JsValue> {
        self.advance(Event::Cancelled, now)
    }

    /// The driver cannot go on: `host-error` or `internal-error`.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn failed(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "ErrorCode")] code: &str,
        now: f64,
    ) -> Result<JsValue, JsValue> {
        let code = ErrorCode::from_text(code).unwrap_or(ErrorCode::InternalError);
        self.advance(Event::DriverFailed(code), now)
    }

    /// The flow was restored from a snapshot.
    #[wasm_bindgen(unchecked_return_type = "Step")]
    pub fn restored(&mut self, now: f64) -> Result<JsValue, JsValue> {
        self.advance(Event::Restored, now)
    }

    /// The flow was restored from a snapshot, and the person is still in the window with this address.
    #[wasm_bindgen(js_name = restoredAtWindow, unchecked_return_type = "Step")]
    pub fn restored_at_window(&mut self, window: &str, now: f64) -> Result<JsValue, JsValue> {
        self.advance(Event::RestoredAtWindow(window), now)
    }

    fn advance(&mut self, event: Event, now: f64) -> Result<JsValue, JsValue> {
        let step: Result<Step, Refusal> = self
            .flow
            .advance(event, now.clamp(0.0, MAX_SAFE as f64) as u64);
        step.map(to_js).map_err(refuse)
    }
}
