//! What the host offers beside WASI: calls back, and how much fuel is left.

#[link(wasm_import_module = "steploom")]
unsafe extern "C" {
    /// Does what the request asks for, and gives the answer's length.
    #[link_name = "call"]
    fn host_call(request: *const u8, len: usize) -> usize;
    /// Writes the answer there.
    #[link_name = "take"]
    fn host_take(to: *mut u8);
    #[link_name = "fuel"]
    safe fn host_fuel() -> i64;
}

/// The answer to a request: each is a line of JSON, then bytes as they are.
pub(crate) fn ask(request: &[u8]) -> Vec<u8> {
    // SAFETY: the request is alive, and the answer's place is as long as the host says.
    unsafe {
        let len = host_call(request.as_ptr(), request.len());
        let mut answer = Vec::with_capacity(len);
        host_take(answer.as_mut_ptr());
        answer.set_len(len);
        answer
    }
}

/// How much fuel is left.
pub(crate) fn fuel() -> i64 {
    host_fuel()
}
