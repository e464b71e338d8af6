//! Ids, secrets and tokens, made from the system's randomness.
//!
//! An API key's token is `steploom_ID_SECRET` with eight digits of a checksum at its end, so that a
//! mistyped one is told apart without asking anybody, and one that leaked is found by what searches
//! for secrets.

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use steploom_types::key::{KeyId, KeyKind};
use steploom_types::{Error, Result};

/// How every token begins.
const START: &str = "steploom_";

/// How the id of every access key begins.
const ACCESS_START: &str = "STPL";

/// Characters of a secret.
const SECRET_LENGTH: usize = 40;

/// Hexadecimal digits of the checksum.
const CHECKSUM_LENGTH: usize = 8;

/// 32 letters and digits that are hard to take for one another, as in AWS's ids.
const ID_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What needs no quotes, in a shell or elsewhere.
const SECRET_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A new id: four letters that say what it is, and sixteen of chance.
pub(crate) fn new_id(kind: KeyKind) -> Result<KeyId> {
    let start = match kind {
        KeyKind::Access => ACCESS_START,
        KeyKind::Api => "STPA",
    };
    format!("{start}{}", chance(ID_ALPHABET, 16)?).parse()
}

/// A new secret: 238 bits.
pub(crate) fn new_secret() -> Result<String> {
    chance(SECRET_ALPHABET, SECRET_LENGTH)
}

/// The token of an API key.
pub(crate) fn token(id: &KeyId, secret: &str) -> String {
    let stem = format!("{START}{id}_{secret}");
    let checksum = checksum(&stem);
    format!("{stem}{checksum}")
}

/// Id and digest of a token; `None` if it cannot be one.
pub(crate) fn parse(token: &str) -> Option<(KeyId, [u8; 32])> {
    let (stem, said) = token.split_at_checked(token.len().checked_sub(CHECKSUM_LENGTH)?)?;
    let (id, secret) = stem.strip_prefix(START)?.split_once('_')?;
    if secret.len() != SECRET_LENGTH || said != checksum(stem) {
        return None;
    }
    Some((id.parse().ok()?, hash(token)))
}

/// Whether the value of the header `Authorization` carries a key of this platform, by its looks: somebody else's
/// program should not see it.
pub fn is_credential(authorization: &str) -> bool {
    let (scheme, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
    if scheme.eq_ignore_ascii_case("bearer") {
        return rest.trim().starts_with(START);
    }
    let credential = rest.split("Credential=").nth(1);
    credential.is_some_and(|credential| credential.starts_with(ACCESS_START))
}

/// What is kept of a token. It has 238 bits of chance, so a plain digest tells nothing.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    bytes
}

/// Whether two digests are the same, in a time that does not tell where they differ.
pub(crate) fn is_same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .fold(0, |differs, (left, right)| differs | (left ^ right))
            == 0
}

fn checksum(stem: &str) -> String {
    format!("{:08x}", crc32fast::hash(stem.as_bytes()))
}

/// Letters of an alphabet, each as likely as any other.
fn chance(alphabet: &[u8], length: usize) -> Result<String> {
    let random = SystemRandom::new();
    // Bytes above the last whole round of the alphabet would favour its beginning.
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bytes = [0; 64];
        random
            .fill(&mut bytes)
            .map_err(|_| Error::internal("the system has no randomness"))?;
        let letters = bytes
            .iter()
            .map(|byte| usize::from(*byte))
            .filter(|byte| *byte < fair)
            .map(|byte| char::from(alphabet[byte % alphabet.len()]));
        text.extend(letters.take(length - text.len()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
