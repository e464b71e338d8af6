//! The id of a request: the caller's, where it is a sane one, else a new one.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header, in requests and answers.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters in an id that a caller may bring: a UUID, a ULID or a trace id with room to spare.
const LENGTH_MAX: usize = 128;

/// The request's id, fit for headers, logs and JSON.
pub(crate) fn of(headers: &HeaderMap) -> HeaderValue {
    headers
        .get(&X_REQUEST_ID)
        .filter(|id| is_sane(id.as_bytes()))
        .cloned()
        .unwrap_or_else(make)
}

/// The text of an id that [`of`] gave: always ASCII.
pub(crate) fn text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or_default()
}

fn is_sane(id: &[u8]) -> bool {
    let sane = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    (1..=LENGTH_MAX).contains(&id.len()) && id.iter().all(sane)
}

/// 128 random bits in hexadecimal, as trace ids are.
fn make() -> HeaderValue {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut random: u128 = rand::random();
    let mut text = [0; 32];
    for digit in &mut text {
        *digit = DIGITS[(random & 0xf) as usize];
        random >>= 4;
    }
    HeaderValue::from_bytes(&text).unwrap_or_else(|_| HeaderValue::from_static("none"))
}

#[cfg(test)]
mod tests;
