//! The simulator. Values with prompts as keys are JSON text in JavaScript, because a prompt may be `__proto__`.
//! So is input, because a key may be `undefined`. Requests and responses are those of `fetch`.

use gloo_net::http::{Headers, Request, Response};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::simulator::{Arrival, Incoming, Outgoing, Simulator};

/// A simulated vendor.
#[wasm_bindgen]
pub struct SimulatorHandle {
    simulator: Simulator,
}

/// A request that was read to its end.
#[wasm_bindgen]
pub struct SimulatedRequest {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

#[wasm_bindgen]
impl SimulatedRequest {
    /// Reads a request. `path` is its path and query, as the vendor would get them.
    pub async fn read(
        #[wasm_bindgen(unchecked_param_type = "globalThis.Request")] request: web_sys::Request,
        path: String,
    ) -> Result<Self, JsError> {
        let request = Request::from(request);
        Ok(SimulatedRequest {
            method: request.method().to_string(),
            path,
            headers: request.headers().entries().collect(),
            body: request.binary().await?,
        })
    }
}

/// A reply of the simulated vendor.
#[wasm_bindgen]
pub struct SimulatedReply {
    outgoing: Outgoing,
}

#[wasm_bindgen]
impl SimulatorHandle {
    /// A simulator with rules as JSON. The same seed always gives the same replies.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: u32, rules: &str) -> Result<SimulatorHandle, JsError> {
        Ok(SimulatorHandle {
            simulator: Simulator::with_rules(seed.into(), serde_json::from_str(rules)?),
        })
    }

    /// Handles one request at the time `now`, in ms since 1970.
    pub fn handle(&mut self, now: f64, request: SimulatedRequest) -> SimulatedReply {
        let SimulatedRequest {
            method,
            path,
            headers,
            body,
        } = &request;
        let incoming = Incoming {
            method,
            path,
            headers,
            body,
        };
        SimulatedReply {
            outgoing: self.simulator.handle(now as u64, &incoming),
        }
    }

    /// The counters of the requests.
    #[wasm_bindgen(unchecked_return_type = "Counts")]
    pub fn counts(&self) -> Result<JsValue, JsValue> {
        let counts = self.simulator.counts();
        Ok(counts.serialize(&Serializer::json_compatible())?)
    }

    /// The simulated people, as JSON.
    pub fn people(&self) -> Result<String, JsError> {
        Ok(serde_json::to_string(&self.simulator.people())?)
    }

    /// The customer's secret key at Flinks.
    #[wasm_bindgen(js_name = secretKey)]
    pub fn secret_key(&self) -> String {
        self.simulator.secret_key().to_owned()
    }

    /// Flinks' key for the data calls.
    #[wasm_bindgen(js_name = apiKey)]
    pub fn api_key(&self) -> String {
        self.simulator.keys().api_key.to_owned()
    }

    /// Flinks' bearer token for GetNightlyRefreshStatus.
    pub fn bearer(&self) -> String {
        self.simulator.keys().bearer.to_owned()
    }

    /// Queues a fault, as JSON.
    pub fn fault(&mut self, fault: &str) -> Result<(), JsError> {
        self.simulator.fault(serde_json::from_str(fault)?);
        Ok(())
    }

    /// Changes the rules of Flinks, as JSON.
    #[wasm_bindgen(js_name = setRules)]
    pub fn set_rules(&mut self, rules: &str) -> Result<(), JsError> {
        self.simulator.set_rules(serde_json::from_str(rules)?);
        Ok(())
    }

    /// All members at MX, as JSON.
    pub fn members(&self) -> Result<String, JsError> {
        Ok(serde_json::to_string(&self.simulator.members())?)
    }

    /// MX's client id and API key, separated by a colon.
    #[wasm_bindgen(js_name = mxKey)]
    pub fn mx_key(&self) -> String {
        let (client_id, api_key) = self.simulator.mx_key();
        [client_id, api_key].join(":")
    }

    /// Changes the rules of MX, as JSON.
    #[wasm_bindgen(js_name = setMxRules)]
    pub fn set_mx_rules(&mut self, rules: &str) -> Result<(), JsError> {
        self.simulator.set_mx_rules(serde_json::from_str(rules)?);
        Ok(())
    }

    /// The body of a resume call with the right answers for the open round of an MX member.
    #[wasm_bindgen(js_name = rightValues)]
    pub fn right_values(&self, member_guid: &str) -> Option<String> {
        self.simulator.right_values_json(member_guid)
    }

    /// The right SecurityResponses for the open round of a Flinks session, as JSON.
    #[wasm_bindgen(js_name = rightAnswers)]
    pub fn right_answers(&self, request_id: &str) -> Option<String> {
        self.simulator.right_answers_json(request_id)
    }
}

#[wasm_bindgen]
impl SimulatedReply {
    /// The reply as `fetch` returns it.
    pub fn response(self) -> Result<web_sys::Response, JsError> {
        let Outgoing {
            status,
            headers: pairs,
            mut body,
            ..
        } = self.outgoing;
        let headers = Headers::new();
        for (name, value) in pairs {
            headers.append(&name, &value);
        }
        // A response with this status must not have a body.
        let body = (status != 204).then_some(body.as_mut_slice());
        let response = Response::builder().status(status).headers(headers);
        Ok(response.body(body)?.into())
    }

    /// Whether the reply arrives, is lost or never comes.
    #[wasm_bindgen(getter, unchecked_return_type = "'arrives' | 'lost' | 'hangs'")]
    pub fn arrival(&self) -> String {
        match self.outgoing.arrival {
            Arrival::Arrives => "arrives",
            Arrival::Lost => "lost",
            Arrival::Hangs => "hangs",
        }
        .to_owned()
    }
}
