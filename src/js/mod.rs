//! The exports to JavaScript: conversion and sending, no logic. No other module knows JavaScript.
//!
//! Input is JSON text, which the same [`Reader`](crate::json::Reader) reads as the vendors' replies. That is
//! smaller than deserialising JavaScript values, and an error names the path.

#[cfg(not(target_feature = "atomics"))]
mod allocator;
#[cfg(any(feature = "flinks", feature = "mx", feature = "calls"))]
pub mod flow;
#[cfg(any(feature = "flinks", feature = "mx", feature = "calls"))]
mod input;
#[cfg(any(feature = "flinks", feature = "mx", feature = "calls"))]
mod output;
#[cfg(feature = "calls")]
pub mod pairs;
#[cfg(any(feature = "flinks", feature = "mx", feature = "calls"))]
pub mod reply;
#[cfg(any(feature = "flinks", feature = "mx"))]
pub mod send;
#[cfg(feature = "simulator")]
pub mod simulator;
