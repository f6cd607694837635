//! The only room that knows JavaScript: conversion, exports, sending. No logic.
//!
//! Input comes as JSON text and is read by the same [`Reader`](crate::json::Reader) as the vendors'
//! bodies, which is smaller than deserialising JavaScript values and names the path of a mistake.

#[cfg(feature = "calls")]
pub mod calls;
#[cfg(any(feature = "client", feature = "calls"))]
pub mod flow;
#[cfg(any(feature = "client", feature = "calls"))]
mod input;
#[cfg(feature = "calls")]
pub mod mx;
#[cfg(any(feature = "client", feature = "calls"))]
mod output;
#[cfg(feature = "calls")]
pub mod pair;
#[cfg(any(feature = "client", feature = "calls"))]
pub mod reply;
#[cfg(feature = "client")]
pub mod send;
#[cfg(feature = "simulator")]
pub mod simulator;

#[cfg(not(target_feature = "atomics"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
