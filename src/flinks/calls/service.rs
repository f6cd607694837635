//! A Flinks service: its request, and the meaning of its reply.

use crate::failure::{ErrorCode, Refusal};
use crate::flinks::codes::{Meaning, flinks_code, meaning, status_meaning};
use crate::flinks::config::{FlinksConfig, SYNCHRONOUS_TIMEOUT_MS};
use crate::flinks::guid::Guid;
use crate::http::{Request, Response};
use crate::json::{Reader, Value};

/// A service of Flinks.
pub struct Service {
    /// The name in Flinks' API reference.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The header that carries the key, and the slot of the key.
    pub key: (&'static str, &'static str),
    /// How to handle the calls.
    pub kind: CallKind,
    /// Reads the parameters of a call.
    pub read: fn(&Reader) -> Result<ServiceRequest, Refusal>,
    /// Reads the result from a successful reply.
    pub result: fn(&Response, &Value) -> Reply,
}

/// How to handle the calls of a service.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// The call is safe to repeat.
    Repeatable,
    /// The call is never repeated: it carries answers, or a repetition would be refused.
    Once,
    /// The reply can be a 202. Then the Async variant is polled.
    Data,
}

/// The parameters of a call.
#[derive(Default, Clone)]
pub struct ServiceRequest {
    /// The RequestId or LoginId.
    pub id: Option<Guid>,
    /// The body. Without a body the id is part of the path.
    pub body: Option<Value>,
}

/// The meaning of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The call has succeeded with this result.
    Done(Value),
    /// 202: poll the Async variant.
    Pending,
    /// The call has failed, with the FlinksCode if there is one.
    Failed(ErrorCode, Option<String>),
    /// Neither success nor failure: HTML, an empty body, or a body without the fields of its status.
    Unclear,
}

impl Reply {
    /// The items of a list in a body. That `null` can stand for an empty list is a guess.
    pub fn list(body: &Value, name: &str, read: fn(&Value) -> Option<Value>) -> Reply {
        let list = body.get(name);
        if !body.has(name) || !matches!(list, Value::List(_) | Value::Null) {
            return Reply::Unclear;
        }
        match list.items().iter().map(read).collect() {
            Some(items) => Reply::Done(Value::List(items)),
            None => Reply::Unclear,
        }
    }
}

impl Service {
    /// The request that starts a call.
    pub fn start_request(
        &self,
        id: Option<&Guid>,
        body: Option<&Value>,
        config: &FlinksConfig,
    ) -> Request {
        let mut path = self.name.to_owned();
        if let (Some(id), None) = (id, body) {
            path.push('/');
            path.push_str(id.text());
        }
        let mut request = config.request(self.method, &path, self.key, body);
        request.once = self.kind == CallKind::Once;
        if self.kind == CallKind::Data {
            request.timeout = SYNCHRONOUS_TIMEOUT_MS;
        }
        request
    }

    /// The request that polls the Async variant.
    pub fn poll_request(&self, request_id: &Guid, config: &FlinksConfig) -> Request {
        let path = String::from_iter([self.name, "Async/", request_id.text()]);
        config.request("GET", &path, self.key, None)
    }

    /// Interprets a reply. A host can keep the body of a successful data call and pass `{}` instead.
    pub fn judge(&self, response: &Response) -> Reply {
        let status = response.status;
        if status == 0 || (300..400).contains(&status) {
            return Reply::Failed(ErrorCode::Redirected, None);
        }
        let body = response.json();
        let code = flinks_code(&body);
        let is_data = self.kind == CallKind::Data;
        match (code.and_then(meaning), status) {
            (Some(Meaning::Failed(failed)), _) => Reply::Failed(failed, code.map(str::to_owned)),
            (Some(Meaning::Working), _) | (None, 202) if is_data => Reply::Pending,
            (Some(_), _) if is_data && code == Some("NO_TRANSACTION") => Reply::Done(Value::Null),
            (None, 200 | 201 | 204) if code.is_none() => (self.result)(response, &body),
            (None, _) => match status_meaning(status, code.is_some()) {
                Some(failed) => Reply::Failed(failed, code.map(str::to_owned)),
                None => Reply::Unclear,
            },
            _ => Reply::Unclear,
        }
    }
}
