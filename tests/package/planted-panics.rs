//! Functions that can panic, one in each way, for `panics.test.mjs`.

use std::cell::RefCell;
use std::hint::black_box;
use wasm_bindgen::prelude::*;

#[no_mangle]
pub extern "C" fn index(at: usize) -> u8 {
    b"abc"[at]
}

#[no_mangle]
pub extern "C" fn unwrap(code: u32) -> u32 {
    char::from_u32(code).map(u32::from).unwrap()
}

#[no_mangle]
pub extern "C" fn expect(number: u32) -> u32 {
    black_box(u8::try_from(number)).expect("a byte").into()
}

#[no_mangle]
pub extern "C" fn text(at: usize) -> usize {
    black_box("abc")[at..].len()
}

#[no_mangle]
pub extern "C" fn division(by: u32) -> u32 {
    7 / by
}

#[no_mangle]
pub extern "C" fn cell(number: u32) -> u32 {
    let cell = black_box(RefCell::new(number));
    let (one, other) = (cell.borrow_mut(), cell.borrow_mut());
    *one + *other
}

#[no_mangle]
pub extern "C" fn remove(at: usize) -> u8 {
    black_box(vec![1, 2]).remove(at)
}

#[no_mangle]
pub extern "C" fn abort(number: u32) {
    if number > 3 {
        std::process::abort()
    }
}

#[inline(never)]
fn in_table(at: usize) -> u8 {
    black_box(b"abc")[at]
}

#[no_mangle]
pub extern "C" fn indirect(at: usize) -> u8 {
    let functions: [fn(usize) -> u8; 2] = black_box([in_table, |_| 0]);
    functions.get(at).map_or(0, |function| function(at))
}

#[no_mangle]
pub extern "C" fn no_panic(at: usize) -> usize {
    let byte = black_box([7_u8]).get(at).copied().unwrap_or_default();
    black_box("abc").get(at..).map_or(0, str::len) + usize::from(byte)
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = decodeURI)]
    fn decode(number: f64) -> f64;
}

#[no_mangle]
pub extern "C" fn import(number: f64) -> f64 {
    decode(number)
}

#[no_mangle]
pub extern "C" fn throw() {
    wasm_bindgen::throw_str("thrown")
}

#[no_mangle]
pub extern "C" fn link() {
    wasm_bindgen::__rt::link_mem_intrinsics()
}
