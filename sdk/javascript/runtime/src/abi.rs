//! The functions that the host calls, and where answers lie in memory.
//!
//! An answer is `ptr << 32 | len`; bit 31 of the length says that it is an error. What a call made is freed when
//! another begins in the same instance, which most never see.

use std::cell::Cell;

use crate::engine::{self, Answer};

const ERROR_BIT: u64 = 1 << 31;

thread_local! {
    /// The event of the call before, and its answer.
    static BEFORE: Cell<Option<(Box<[u8]>, String)>> = const { Cell::new(None) };
}

/// Makes room for a package or an event of `len` bytes.
#[unsafe(no_mangle)]
extern "C" fn steploom_alloc(len: u32) -> u32 {
    Box::into_raw(vec![0_u8; len as usize].into_boxed_slice()).cast::<u8>() as u32
}

/// Loads a package, before the memory is kept.
///
/// # Safety
/// `ptr` is what `steploom_alloc(len)` gave, filled.
#[unsafe(no_mangle)]
unsafe extern "C" fn steploom_load(ptr: u32, len: u32) -> u64 {
    // SAFETY: as above.
    let package = unsafe { taken(ptr, len) };
    let (packed, answer) = pack(engine::load(&package));
    // A few bytes of each image.
    answer.leak();
    packed
}

/// Answers an event.
///
/// # Safety
/// `ptr` is what `steploom_alloc(len)` gave, filled.
#[unsafe(no_mangle)]
unsafe extern "C" fn steploom_handle(ptr: u32, len: u32) -> u64 {
    BEFORE.take();
    // SAFETY: as above.
    let event = unsafe { taken(ptr, len) };
    let (packed, answer) = pack(engine::call(&event));
    BEFORE.set(Some((event, answer)));
    packed
}

/// What the host wrote into a place.
///
/// # Safety
/// `ptr` is what `steploom_alloc(len)` gave, filled, and is not used again.
unsafe fn taken(ptr: u32, len: u32) -> Box<[u8]> {
    let place = std::ptr::slice_from_raw_parts_mut(ptr as *mut u8, len as usize);
    // SAFETY: as above.
    unsafe { Box::from_raw(place) }
}

/// Where an answer lies, as long as it is kept.
fn pack(answer: Answer) -> (u64, String) {
    let bit = if answer.failed { ERROR_BIT } else { 0 };
    let text = answer.json;
    let packed = (text.as_ptr() as u64) << 32 | text.len() as u64 | bit;
    (packed, text)
}
