//! The function that the benchmarks call: reads a small JSON event, adds a field, prints it.
//!
//! Kind `reactor`, as ordinary Rust makes it: the standard library, `serde_json` and an allocator,
//! and with them a few imports of WASI. Event: an object with a `text`. Result: the same object with
//! the number of its `words`. With `sleep_ms` it waits so many milliseconds first.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// Set in the length of a result that is an error.
const ERROR_BIT: u64 = 1 << 31;

static RESULT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Gives `len` bytes to write an event into; they belong to the host until [`steploom_handle`].
#[unsafe(no_mangle)]
extern "C" fn steploom_alloc(len: u32) -> u32 {
    let place = vec![0_u8; len as usize].into_boxed_slice();
    Box::into_raw(place).cast::<u8>() as u32
}

/// Answers the event of `len` bytes at `ptr`: `ptr << 32 | len` of the result, which stays in place
/// until the next call.
///
/// # Safety
/// `ptr` must come from `steploom_alloc(len)` with the same `len`, and is given up with this call.
#[unsafe(no_mangle)]
unsafe extern "C" fn steploom_handle(ptr: u32, len: u32) -> u64 {
    let place = std::ptr::slice_from_raw_parts_mut(ptr as *mut u8, len as usize);
    // SAFETY: the host passes what `steploom_alloc` returned, once, with its length.
    let event = unsafe { Box::from_raw(place) };
    let (result, error_bit) = match handle(&event) {
        Ok(result) => (result, 0),
        Err(error) => (error, ERROR_BIT),
    };
    let mut kept = RESULT.lock().unwrap_or_else(PoisonError::into_inner);
    *kept = result;
    (kept.as_ptr() as u64) << 32 | kept.len() as u64 | error_bit
}

fn handle(event: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let mut event: Value = serde_json::from_slice(event).map_err(|e| invalid(&e.to_string()))?;
    let words = event["text"]
        .as_str()
        .map(|text| text.split_whitespace().count());
    let words = words.ok_or_else(|| invalid("the event has no text"))?;
    if let Some(sleep_ms) = event["sleep_ms"].as_u64() {
        std::thread::sleep(std::time::Duration::from_millis(sleep_ms));
    }
    event["words"] = words.into();
    Ok(event.to_string().into_bytes())
}

fn invalid(why: &str) -> Vec<u8> {
    serde_json::json!({"errorType": "InvalidEvent", "errorMessage": why})
        .to_string()
        .into_bytes()
}
