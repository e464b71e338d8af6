//! How much later than due a time fires: by lot, but the same whoever asks.

use steploom_types::{Digest, Timestamp};

/// Milliseconds from 0 to below `window_ms`, the same for a schedule's `key` and a due time for ever;
/// 0 if there is no window.
pub fn jitter_ms(key: &str, due: Timestamp, window_ms: u64) -> u64 {
    if window_ms == 0 {
        return 0;
    }
    let text = format!("jitter\0{key}\0{}", due.as_millis());
    let digest = Digest::of(text.as_bytes());
    let mut lot = [0; 8];
    lot.copy_from_slice(&digest.as_bytes()[..8]);
    u64::from_be_bytes(lot) % window_ms
}
