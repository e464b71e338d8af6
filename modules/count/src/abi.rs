//! The guest's side of the kind `reactor`: three lines of agreement with the host.
//!
//! `steploom_alloc(len)` gives the host a place for the event; `steploom_handle(ptr, len)` takes
//! it back and returns `ptr << 32 | len` of the result, with bit 31 of the length set when it is
//! an error. The result stays in place until the next call. WebAssembly has one thread here, and
//! the host makes one call at a time.

use std::sync::{Mutex, PoisonError};

/// Set in the length of a result that is an error.
const ERROR_BIT: u64 = 1 << 31;

static RESULT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Gives `len` bytes to write an event into; they belong to the host until [`steploom_handle`].
#[unsafe(no_mangle)]
extern "C" fn steploom_alloc(len: u32) -> u32 {
    let place = vec![0_u8; len as usize].into_boxed_slice();
    Box::into_raw(place).cast::<u8>() as u32
}

/// Answers the event of `len` bytes at `ptr`.
///
/// # Safety
/// `ptr` must come from `steploom_alloc(len)` with the same `len`, and is given up with this call.
#[unsafe(no_mangle)]
unsafe extern "C" fn steploom_handle(ptr: u32, len: u32) -> u64 {
    let place = std::ptr::slice_from_raw_parts_mut(ptr as *mut u8, len as usize);
    // SAFETY: the host passes what `steploom_alloc` returned, once, with its length.
    let event = unsafe { Box::from_raw(place) };
    let (result, error_bit) = match crate::handle(&event) {
        Ok(result) => (result, 0),
        Err(error) => (error, ERROR_BIT),
    };
    let mut kept = RESULT.lock().unwrap_or_else(PoisonError::into_inner);
    *kept = result;
    (kept.as_ptr() as u64) << 32 | kept.len() as u64 | error_bit
}
