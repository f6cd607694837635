//! The requests of Authorize.

use super::Authorize;
use crate::flinks::config::{FlinksConfig, SYNCHRONOUS_TIMEOUT_MS};
use crate::flinks::guid::Guid;
use crate::http::Request;
use crate::json::{Value, object};

impl Authorize {
    /// The request that starts a session.
    pub fn start_request(&self, credentials: &Value) -> Request {
        let params = &self.params;
        let mut body = Value::object();
        let mut add = |name, value| {
            if value != Value::Null {
                body.set(name, value);
            }
        };
        add("LoginId", params.login_id.as_ref().into());
        add("MostRecentCached", params.cached.into());
        add("Username", credentials.get("Username").clone());
        add("Password", credentials.get("Password").clone());
        for name in ["Institution", "Language", "Save", "Tag"] {
            add(name, params.json.get(name).clone());
        }
        let request = self.config.post(service(params.is_async), &body);
        if params.cached {
            request
        } else {
            once(request)
        }
    }

    /// The request for a cached Authorize of the LoginId. It does not contact the bank.
    pub(in crate::flinks) fn cached_request(&self) -> Request {
        let body = object! {
            "LoginId": self.params.login_id.as_ref(),
            "MostRecentCached": true,
        };
        self.config.post("Authorize", &body)
    }
}

/// The request with only the RequestId. It is documented for AuthorizeAsync; for Authorize it is a guess.
pub fn poll_request(config: &FlinksConfig, request_id: &Guid) -> Request {
    let service = service(config.authorize_async);
    config.post(service, &object! { "RequestId": request_id })
}

/// The request that submits answers. It uses the service and the token of the start.
pub fn answer_request(
    config: &FlinksConfig,
    is_async: bool,
    request_id: &Guid,
    responses: Value,
) -> Request {
    let body = object! { "RequestId": request_id, "SecurityResponses": responses };
    once(config.post(service(is_async), &body))
}

const fn service(is_async: bool) -> &'static str {
    match is_async {
        true => "AuthorizeAsync",
        false => "Authorize",
    }
}

/// A request that may reach the bank at most once. Its timeout is long enough for a bank.
fn once(request: Request) -> Request {
    Request {
        once: true,
        timeout: SYNCHRONOUS_TIMEOUT_MS,
        ..request
    }
}
