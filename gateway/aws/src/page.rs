//! Tokens of pages: opaque to callers, and refused if they are not ours.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Failure;

/// How a token begins, before it is encoded.
const MARK: &str = "page:";

/// The token after which a list goes on at `place`.
pub(crate) fn token(place: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{MARK}{place}"))
}

/// Where a list goes on.
///
/// # Errors
/// `InvalidToken`.
pub(crate) fn place(token: &str) -> Result<String, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let place = text.as_deref().and_then(|text| text.strip_prefix(MARK));
    place.map(ToOwned::to_owned).ok_or_else(invalid)
}

/// A token that is none of ours.
pub(crate) fn invalid() -> Failure {
    Failure::new("InvalidToken", "Invalid Token: 'Invalid token'")
}

/// Cuts a page of what is all there: from the place on that a token names.
///
/// # Errors
/// `InvalidToken`.
pub(crate) fn cut<T>(
    items: Vec<T>,
    size: usize,
    token_given: Option<&str>,
) -> Result<(Vec<T>, Option<String>), Failure> {
    let from = match token_given {
        None => 0,
        Some(token) => place(token)?.parse().map_err(|_| invalid())?,
    };
    let more = items.len() > from + size;
    let page = items.into_iter().skip(from).take(size).collect();
    Ok((page, more.then(|| token(&(from + size).to_string()))))
}
