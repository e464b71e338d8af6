//! Secrets at rest: sealed under this platform's key, which is a file of the operator's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use steploom_types::{Error, Result};

/// Seals and opens texts. A text is bound to its place: sealed for one, it opens for no other.
pub(crate) struct Seal(LessSafeKey);

impl Seal {
    pub(crate) fn new(key: [u8; 32]) -> Result<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &key)
            .map_err(|_| Error::internal("a key of 32 bytes is refused"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    pub(crate) fn close(&self, place: &str, text: &str) -> Result<String> {
        // 96 random bits: the same twice is out of question for as few secrets as people type.
        #[expect(
            clippy::disallowed_methods,
            reason = "nobody sees its effect but who unseals"
        )]
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut bytes = text.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut bytes,
            )
            .map_err(|_| Error::internal("a secret cannot be sealed"))?;
        Ok(STANDARD.encode([&nonce[..], &bytes].concat()))
    }

    pub(crate) fn open(&self, place: &str, sealed: &str) -> Result<String> {
        let damaged = || Error::internal("a sealed secret does not open; its key may have changed");
        let mut bytes = STANDARD.decode(sealed).map_err(|_| damaged())?;
        if bytes.len() < NONCE_LEN {
            return Err(damaged());
        }
        let rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| damaged())?;
        let mut bytes = rest;
        let text = self
            .0
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut bytes)
            .map_err(|_| damaged())?;
        String::from_utf8(text.to_vec()).map_err(|_| damaged())
    }
}

#[cfg(test)]
mod tests;
