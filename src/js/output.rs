//! Values for JavaScript. Their TypeScript declarations are derived at the types.
//!
//! Each type becomes a [`Value`] and crosses as JSON text: deriving the conversions would cost 2.5 kB of
//! brotli, and `serde-wasm-bindgen` for a single type 1 kB. A missing field does not compile.

use js_sys::JSON;
use wasm_bindgen::JsValue;

use crate::challenge::{
    Challenge, ChallengeImage, Field, FieldOption, NewSession, Round, RoundExpiry,
};
use crate::failure::{Failure, FieldError, Refusal, Refused};
use crate::flow::Step;
use crate::http::{Header, Request};
use crate::json::{MAX_SAFE, Value, object};
use crate::vendor::Frame;

/// A plain JavaScript value. A printed [`Value`] is valid JSON, so the conversion cannot fail.
pub fn to_js(value: impl Into<Value>) -> JsValue {
    parse(&value.into())
}

#[inline(never)]
fn parse(value: &Value) -> JsValue {
    JSON::parse(&value.print()).unwrap_or(JsValue::NULL)
}

/// A refusal to throw. The npm package turns it into an `Error`.
pub fn refuse(refusal: Refusal) -> JsValue {
    to_js(Refused::from(refusal))
}

macro_rules! objects {
    ($($type:ident { $($name:literal: $field:ident),+ $(,)? })+) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Value {
                let $type { $($field),+ } = value;
                object! { $($name: $field),+ }
            }
        }
    )+};
}

objects! {
    Round {
        "number": number, "refused": refused, "challenges": challenges, "expires": expires,
        "newSession": new_session,
    }
    NewSession { "at": at, "documented": documented }
    RoundExpiry { "at": at, "documented": documented }
    Field {
        "name": name, "type": control, "part": part, "optional": optional, "secret": secret,
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
        "code": code, "next": next, "otherwise": otherwise, "message": message, "retryAt": retry_at,
        "vendorCode": vendor_code, "status": status, "memberGuid": member_guid,
    }
    Refused { "code": code, "next": next, "message": message, "path": path, "fields": fields }
    FieldError { "name": name, "reason": reason }
}

impl From<Challenge> for Value {
    fn from(challenge: Challenge) -> Value {
        let Challenge {
            id,
            kind,
            vendor_type,
            prompt,
            image,
            fields,
        } = challenge;
        object! {
            "id": id, "kind": kind, "vendorType": to_exact_numbers(vendor_type), "prompt": prompt, "image": image,
            "fields": fields,
        }
    }
}

/// Turns a number that JavaScript cannot hold exactly into a string of its digits. A vendor's type may be any
/// number.
fn to_exact_numbers(value: Value) -> Value {
    match value {
        Value::Number(digits) if !digits.parse().is_ok_and(|whole: u64| whole < MAX_SAFE) => {
            Value::Text(digits)
        }
        value => value,
    }
}

impl From<Header> for Value {
    fn from(header: Header) -> Value {
        match header {
            Header::Literal { name, value } => object! { "name": name, "value": value },
            Header::Secret { name, slot } => object! { "name": name, "slot": slot },
        }
    }
}

impl From<Step> for Value {
    fn from(step: Step) -> Value {
        match step {
            Step::Send {
                serial,
                stage,
                request,
            } => object! { "kind": "send", "serial": serial, "stage": stage, "request": request },
            Step::Sending { stage } => object! { "kind": "sending", "stage": stage },
            Step::Wait { until, stage } => {
                object! { "kind": "wait", "until": until, "stage": stage }
            }
            Step::Challenge {
                round,
                watch_at,
                ends_at,
            } => object! {
                "kind": "challenge", "round": round, "watchAt": watch_at, "endsAt": ends_at,
            },
            Step::Resubmit { round, until } => {
                object! { "kind": "resubmit", "round": round, "until": until }
            }
            Step::Redirect {
                number,
                purpose,
                url,
                opened,
                until,
                error,
            } => object! {
                "kind": "redirect", "number": number, "purpose": purpose, "url": url, "opened": opened,
                "until": until, "error": error,
            },
            Step::Connect { frame, until } => {
                object! { "kind": "connect", "frame": frame, "until": until }
            }
            Step::Done { result } => object! { "kind": "done", "result": result },
            Step::Failed { failure } => object! { "kind": "failed", "failure": failure },
        }
    }
}
