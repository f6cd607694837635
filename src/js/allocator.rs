//! The allocator, which leaves nothing of an answer or a credential in freed memory.

#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

/// Overwrites memory with zeros before it is freed. All else is talc's.
struct Wiping(WasmDynamicTalc);

/// Up to this size a loop is faster than `memory.fill`, for which V8 leaves the wasm.
const LOOP_BYTES: usize = 64;

#[global_allocator]
static ALLOCATOR: Wiping = Wiping(new_wasm_dynamic_allocator());

// SAFETY: each call is passed on unchanged. The default `realloc` allocates, copies and then calls `dealloc`, so a text
// that grows leaves no copy behind.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's duties are the same.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller gives up the memory, which is as large as the layout says.
        unsafe {
            let size = layout.size();
            if size > LOOP_BYTES {
                memory.write_bytes(0, size);
            } else {
                for at in 0..size {
                    memory.add(at).write_volatile(0);
                }
            }
            self.0.dealloc(memory, layout);
        }
    }
}
