//! The agreement with the host: three exports, and `_initialize`.
//!
//! `steploom_alloc(len)` gives the host a place; `steploom_load(ptr, len)` takes the function's files from there,
//! `steploom_handle(ptr, len)` an event. Both answer `ptr << 32 | len` of a text, with bit 31 of the length set when
//! it is an error. An answer stays until the next call in the same memory, which most never see.

use std::cell::Cell;

use crate::failure::Failure;

/// Set in the length of an answer that is an error.
const ERROR_BIT: u64 = 1 << 31;

thread_local! {
    /// The event of the call before, and its answer.
    static BEFORE: Cell<Option<[Vec<u8>; 2]>> = const { Cell::new(None) };
}

unsafe extern "C" {
    /// What the C library does before everything else. Naming it here keeps the linker from calling it before every export.
    safe fn __wasm_call_ctors();
}

/// Called by the host once, before everything else.
#[unsafe(no_mangle)]
extern "C" fn _initialize() {
    __wasm_call_ctors();
}

/// Gives `len` bytes to write a text into.
#[unsafe(no_mangle)]
extern "C" fn steploom_alloc(len: u32) -> u32 {
    Vec::<u8>::with_capacity(len as usize).leak().as_mut_ptr() as u32
}

/// Loads the package of `len` bytes at `ptr`, once.
///
/// # Safety
/// `ptr` must come from `steploom_alloc(len)` with the same `len`, with a text written there, and is given up with this call.
#[unsafe(no_mangle)]
unsafe extern "C" fn steploom_load(ptr: u32, len: u32) -> u64 {
    // SAFETY: the host passes what `steploom_alloc` returned, once, with its length.
    let package = unsafe { Vec::from_raw_parts(ptr as *mut u8, len as usize, len as usize) };
    let (packed, text) = pack(crate::load::load(&package).map(|()| b"null".to_vec()));
    // A few bytes of each image.
    text.leak();
    packed
}

/// Answers the event of `len` bytes at `ptr`.
///
/// # Safety
/// As of [`steploom_load`].
#[unsafe(no_mangle)]
unsafe extern "C" fn steploom_handle(ptr: u32, len: u32) -> u64 {
    // SAFETY: the host passes what `steploom_alloc` returned, once, with its length.
    let event = unsafe { Vec::from_raw_parts(ptr as *mut u8, len as usize, len as usize) };
    drop(BEFORE.take());
    let (packed, text) = pack(crate::call::handle(&event));
    BEFORE.set(Some([event, text]));
    packed
}

/// Where an answer lies, as long as it is kept.
fn pack(result: Result<Vec<u8>, Failure>) -> (u64, Vec<u8>) {
    let (text, error_bit) = match result {
        Ok(text) => (text, 0),
        Err(failure) => (failure.into_json(), ERROR_BIT),
    };
    let packed = (text.as_ptr() as u64) << 32 | text.len() as u64 | error_bit;
    (packed, text)
}
