//! The host's side: what the exports that `#[handler]` makes stand on. Not for functions to call.

use crate::Answer;

/// In the length of an answer: it is an error.
const ERROR_BIT: u64 = 1 << 31;

/// Gives `len` bytes to write an event into; they belong to the host until [`handle`].
pub fn alloc(len: u32) -> u32 {
    let place = vec![0_u8; len as usize].into_boxed_slice();
    Box::into_raw(place).cast::<u8>() as u32
}

/// Answers the event of `len` bytes at `ptr`: the answer's place in the upper half, its length in the
/// lower. The answer stays in memory, which the host reads next and then throws away.
///
/// # Safety
/// `ptr` must come from [`alloc`] with the same `len`, and is given up with this call.
pub unsafe fn handle(ptr: u32, len: u32, answer: fn(&[u8]) -> Answer) -> u64 {
    let place = std::ptr::slice_from_raw_parts_mut(ptr as *mut u8, len as usize);
    // SAFETY: the caller passes what `alloc` gave, once, with its length.
    let event = unsafe { Box::from_raw(place) };
    let answer = answer(&event);
    let bit = if answer.failed { ERROR_BIT } else { 0 };
    let json = answer.json.leak();
    (json.as_ptr() as u64) << 32 | (json.len() as u64).min(ERROR_BIT - 1) | bit
}
