//! What leaves for JavaScript, field by field. The TypeScript declarations stand at the types.
//!
//! Everything becomes a [`Value`] first, and goes over as JSON text: deriving each conversion costs 2.5 kB
//! of brotli more, and `serde-wasm-bindgen` for the one type 1 kB. A field or a variant that is missing here does not compile.

use js_sys::JSON;
use wasm_bindgen::JsValue;

use crate::challenge::{
    Challenge, ChallengeImage, ChallengeKind, Field, FieldOption, FieldPart, FieldType, Round,
    RoundExpiry,
};
use crate::failure::{
    ErrorCode, Failure, FieldError, FieldErrorReason, NextAction, Refusal, Refused,
};
use crate::flow::Step;
use crate::http::{Header, Request};
use crate::json::{MAX_SAFE, Value};
use crate::vendor::{ConnectPurpose, Frame, Stage};

/// A plain JavaScript value. A [`Value`] has no keys other than strings, so that the conversion cannot
/// fail.
pub fn to_js(value: impl Output) -> JsValue {
    plain(&value.output())
}

#[inline(never)]
fn plain(value: &Value) -> JsValue {
    JSON::parse(&value.print()).unwrap_or(JsValue::NULL)
}

/// What is thrown; the driver makes a real `Error` of it.
pub fn refuse(refusal: Refusal) -> JsValue {
    to_js(refusal)
}

/// What becomes a [`Value`] on its way to JavaScript.
pub trait Output {
    /// The value.
    fn output(self) -> Value;
}

macro_rules! object {
    ($($name:literal: $value:expr),+ $(,)?) => {{
        let mut object = $crate::json::Value::object();
        $(object.set($name, $crate::js::output::Output::output($value));)+
        object
    }};
}

#[cfg(feature = "calls")]
pub(super) use object;

macro_rules! objects {
    ($($type:ident { $($name:literal: $field:ident),+ $(,)? })+) => {$(
        impl Output for $type {
            fn output(self) -> Value {
                let $type { $($field),+ } = self;
                object! { $($name: $field),+ }
            }
        }
    )+};
}

objects! {
    Round { "number": number, "refused": refused, "challenges": challenges, "expires": expires }
    RoundExpiry { "at": at, "documented": documented }
    Challenge {
        "id": id, "kind": kind, "vendorType": vendor_type, "prompt": prompt, "image": image,
        "fields": fields,
    }
    Field {
        "name": name, "type": control, "part": part, "secret": secret,
        "autocomplete": autocomplete, "options": options,
    }
    FieldOption { "id": id, "label": label, "image": image }
    ChallengeImage { "src": src }
    Request {
        "method": method, "url": url, "headers": headers, "body": body, "session": session,
        "timeout": timeout, "once": once,
    }
    Frame { "purpose": purpose, "url": url, "query": query, "session": session }
    Failure {
        "code": code, "next": next, "message": message, "retryAt": retry_at,
        "vendorCode": vendor_code, "status": status,
    }
    Refused { "code": code, "next": next, "message": message, "path": path, "fields": fields }
    FieldError { "name": name, "reason": reason }
}

macro_rules! names {
    ($($type:ident { $($variant:ident $name:literal),+ $(,)? })+) => {$(
        impl Output for $type {
            fn output(self) -> Value {
                match self { $($type::$variant => $name),+ }.into()
            }
        }
    )+};
}

names! {
    ChallengeKind {
        Question "question", Code "code", Choice "choice", MultiChoice "multi-choice",
        ImageText "image-text", ImageChoice "image-choice", Delivery "delivery",
        NewQuestion "new-question", Account "account", Unknown "unknown",
    }
    FieldType {
        Text "text", Select "select", MultiSelect "multi-select", ImageSelect "image-select",
    }
    ConnectPurpose { Mfa "mfa", Credentials "credentials" }
    FieldPart { Answer "answer", Question "question", Phone "phone", Channel "channel" }
    FieldErrorReason {
        Missing "missing", TooMany "too-many", NotAnOption "not-an-option", TooLong "too-long",
        UnknownField "unknown-field", AlreadyChosen "already-chosen",
    }
}

impl Output for ErrorCode {
    fn output(self) -> Value {
        self.text().into()
    }
}

impl Output for Stage {
    fn output(self) -> Value {
        self.text().into()
    }
}

impl Output for NextAction {
    fn output(self) -> Value {
        self.text().into()
    }
}

impl Output for Header {
    fn output(self) -> Value {
        match self {
            Header::Literal { name, value } => object! { "name": name, "value": value },
            Header::Secret { name, slot } => object! { "name": name, "slot": slot },
        }
    }
}

impl Output for Refusal {
    fn output(self) -> Value {
        Refused::from(self).output()
    }
}

impl Output for Step {
    fn output(self) -> Value {
        match self {
            Step::Send {
                serial,
                stage,
                request,
            } => object! { "kind": "send", "serial": serial, "stage": stage, "request": request },
            Step::Sending { stage } => object! { "kind": "sending", "stage": stage },
            Step::Wait { until, stage } => {
                object! { "kind": "wait", "until": until, "stage": stage }
            }
            Step::Challenge { round } => object! { "kind": "challenge", "round": round },
            Step::Resubmit { round, until } => {
                object! { "kind": "resubmit", "round": round, "until": until }
            }
            Step::Redirect { url, until } => {
                object! { "kind": "redirect", "url": url, "until": until }
            }
            Step::Connect { frame, until } => {
                object! { "kind": "connect", "frame": frame, "until": until }
            }
            Step::Done { result } => object! { "kind": "done", "result": result },
            Step::Failed { failure } => object! { "kind": "failed", "failure": failure },
        }
    }
}

impl<T: Output> Output for Option<T> {
    fn output(self) -> Value {
        self.map_or(Value::Null, T::output)
    }
}

impl<T: Output> Output for Vec<T> {
    fn output(self) -> Value {
        Value::List(self.into_iter().map(T::output).collect())
    }
}

/// What JavaScript cannot hold exactly stays what it was, digit for digit: a vendor's own type may be any
/// number.
fn exact(value: Value) -> Value {
    match value {
        Value::Number(digits) if digits.parse().is_ok_and(|whole: u64| whole < MAX_SAFE) => {
            Value::Number(digits)
        }
        Value::Number(digits) => Value::Text(digits),
        value => value,
    }
}

macro_rules! values {
    ($($type:ty: $value:expr),+ $(,)?) => {$(
        impl Output for $type {
            fn output(self) -> Value {
                $value(self)
            }
        }
    )+};
}

values! {
    Value: exact,
    bool: Value::from,
    &str: Value::from,
    String: Value::Text,
    u64: Value::number,
    u32: |number: u32| Value::number(number.into()),
    u16: |number: u16| Value::number(number.into()),
}
