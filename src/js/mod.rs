//! The only room that knows JavaScript: conversion, exports, sending. No logic.
//!
//! Input comes as JSON text and is read by the same [`Reader`](crate::json::Reader) as the vendors'
//! bodies, which is smaller than deserialising JavaScript values and names the path of a mistake.

#[cfg(feature = "client")]
pub mod flow;
#[cfg(feature = "client")]
pub mod pair;
#[cfg(feature = "client")]
pub mod send;
#[cfg(feature = "simulator")]
pub mod simulator;

#[cfg(not(target_feature = "atomics"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// A plain JavaScript value. What is converted here has no map with keys other than strings, so that
/// the conversion cannot fail.
#[cfg(feature = "client")]
fn to_js(value: &impl serde::Serialize) -> wasm_bindgen::JsValue {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .unwrap_or(wasm_bindgen::JsValue::NULL)
}
