//! The functions that the host calls, and where answers lie in memory.
//!
//! An answer is `ptr << 32 | len`; bit 31 of the length says that it is an error. Nothing that a call made is freed:
//! the instance is gone when it has answered.

use crate::engine::{self, Answer};

const ERROR_BIT: u64 = 1 << 31;

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
    let place = std::ptr::slice_from_raw_parts_mut(ptr as *mut u8, len as usize);
    // SAFETY: as above; the text is not used again, so it is freed with the box.
    let package = unsafe { Box::from_raw(place) };
    pack(engine::load(&package))
}

/// Answers an event.
///
/// # Safety
/// `ptr` is what `steploom_alloc(len)` gave, filled.
#[unsafe(no_mangle)]
unsafe extern "C" fn steploom_handle(ptr: u32, len: u32) -> u64 {
    // SAFETY: as above; nobody writes there again.
    let event = unsafe { std::slice::from_raw_parts(ptr as *const u8, len as usize) };
    pack(engine::call(event))
}

fn pack(answer: Answer) -> u64 {
    let bit = if answer.failed { ERROR_BIT } else { 0 };
    let text = answer.json.leak();
    (text.as_ptr() as u64) << 32 | text.len() as u64 | bit
}
