//! What of WASI is read afresh in each call: environment, clocks, randomness, and the streams of the log.
//!
//! The C library keeps the environment after its first use, and the memory is kept after loading; so these functions ask
//! the host itself.

use std::time::Duration;

/// The environment of this call, as names and values.
pub(crate) fn environment() -> Vec<(String, String)> {
    // SAFETY: the places have the sizes that the host said.
    let (places, bytes) = unsafe {
        let Ok((count, size)) = wasi::environ_sizes_get() else {
            return Vec::new();
        };
        let mut places = vec![std::ptr::null_mut::<u8>(); count];
        let mut bytes = vec![0_u8; size];
        if wasi::environ_get(places.as_mut_ptr(), bytes.as_mut_ptr()).is_err() {
            return Vec::new();
        }
        (places, bytes)
    };
    let start = bytes.as_ptr() as usize;
    places
        .into_iter()
        .filter_map(|place| {
            let text = bytes.get((place as usize).checked_sub(start)?..)?;
            let text = text.split(|byte| *byte == 0).next()?;
            let text = String::from_utf8_lossy(text);
            let (name, value) = text.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Milliseconds of a clock that never goes back; from when, nobody knows.
pub(crate) fn monotonic_ms() -> f64 {
    // SAFETY: there are no pointers.
    let now = unsafe { wasi::clock_time_get(wasi::CLOCKID_MONOTONIC, 1) };
    now.unwrap_or(0) as f64 / 1e6
}

/// Waits.
pub(crate) fn sleep_ms(ms: f64) {
    if ms > 0.0 {
        std::thread::sleep(Duration::from_secs_f64(ms.min(1e12) / 1e3));
    }
}

/// Fills the place with randomness that nobody can foretell; false if the host has none.
pub(crate) fn fill_random(place: &mut [u8]) -> bool {
    // SAFETY: the place is as long as it says.
    unsafe { wasi::random_get(place.as_mut_ptr(), place.len()) }.is_ok()
}

/// Writes to standard output (1) or standard error (2). What cannot be written is lost; the call goes on.
pub(crate) fn write(stream: u32, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let piece = wasi::Ciovec {
            buf: bytes.as_ptr(),
            buf_len: bytes.len(),
        };
        // SAFETY: the piece is alive.
        match unsafe { wasi::fd_write(stream, &[piece]) } {
            Ok(written) if written > 0 => bytes = &bytes[written.min(bytes.len())..],
            _ => return,
        }
    }
}
