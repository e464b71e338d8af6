//! The host's side: what the exports that `#[handler]` makes stand on, and what the host offers. Not for functions to call.

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

// A function that makes no calls back has none of these among its imports: the linker leaves them out.
#[link(wasm_import_module = "steploom")]
unsafe extern "C" {
    /// Does what the request asks for, and gives the answer's length.
    #[link_name = "call"]
    fn steploom_call(request: *const u8, len: usize) -> usize;
    /// Writes the answer there.
    #[link_name = "take"]
    fn steploom_take(to: *mut u8);
    #[link_name = "fuel"]
    safe fn steploom_fuel() -> i64;
}

/// The answer to a request.
pub(crate) fn ask(request: &[u8]) -> Vec<u8> {
    // SAFETY: the request is alive, and the answer's place is as long as the host says.
    unsafe {
        let len = steploom_call(request.as_ptr(), request.len());
        let mut answer = Vec::with_capacity(len);
        steploom_take(answer.as_mut_ptr());
        answer.set_len(len);
        answer
    }
}

/// How much fuel is left.
pub(crate) fn fuel_left() -> u64 {
    steploom_fuel().cast_unsigned()
}
