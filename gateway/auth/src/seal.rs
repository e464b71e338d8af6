//! Secrets at rest: sealed under a master key that lies elsewhere than they do.
//!
//! A sealed secret is a byte that names the master key, a nonce, and ChaCha20-Poly1305's text and
//! tag. It is bound to its key's id and account: moved to another row, it does not open.

use std::collections::BTreeMap;
use std::fmt;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use steploom_types::key::KeyId;
use steploom_types::{AccountId, Error, Result};

/// Bytes of a master key.
const KEY_BYTES: usize = 32;

/// Master keys by their numbers: one that seals, and those of before, which only open.
pub struct MasterKeys {
    newest: u8,
    keys: BTreeMap<u8, LessSafeKey>,
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKeys")
            .field("newest", &self.newest)
            .finish_non_exhaustive()
    }
}

impl MasterKeys {
    /// Reads `KEY`, or several as `2:KEY,1:OLD_KEY` with commas or line ends between them. A key is 64
    /// hexadecimal digits; its number is 1 if it has none, and stays the same for ever. The first one
    /// seals.
    ///
    /// # Errors
    /// `InvalidMasterKey`, without a word of what was given.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::invalid(
                "InvalidMasterKey",
                format!(
                    "the master key is wrong: {why}; it is 64 hexadecimal digits, such as 'openssl rand -hex 32' gives, or several as NUMBER:DIGITS with commas between them, the newest first"
                ),
            )
        };
        let mut keys = BTreeMap::new();
        let mut newest = None;
        let parts = text.split([',', '\n']).map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            let (number, digits) = part.split_once(':').unwrap_or(("1", part));
            let number: u8 = number
                .parse()
                .map_err(|_| wrong("a number must be 0 to 255"))?;
            let mut bytes = [0; KEY_BYTES];
            hex::decode_to_slice(digits, &mut bytes)
                .map_err(|_| wrong("a key has other than 64 hexadecimal digits"))?;
            let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes)
                .map_err(|_| Error::internal("a key of 32 bytes is refused"))?;
            if keys.insert(number, LessSafeKey::new(key)).is_some() {
                return Err(wrong("two keys have the same number"));
            }
            newest.get_or_insert(number);
        }
        let newest = newest.ok_or_else(|| wrong("there is none"))?;
        Ok(Self { newest, keys })
    }

    /// The only key, number 1.
    pub fn of(key: [u8; KEY_BYTES]) -> Result<Self> {
        Self::parse(&hex::encode(key))
    }

    /// Seals the secret of a key.
    ///
    /// # Errors
    /// `Internal` when the system has no randomness.
    pub fn close(&self, id: &KeyId, account: AccountId, secret: &str) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new()
            .fill(&mut nonce)
            .map_err(|_| Error::internal("the system has no randomness"))?;
        let mut text = secret.as_bytes().to_vec();
        let key = self.keys.get(&self.newest);
        key.ok_or_else(|| Error::internal("the newest master key is gone"))?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place(id, account)),
                &mut text,
            )
            .map_err(|_| Error::internal("a secret cannot be sealed"))?;
        Ok([&[self.newest][..], &nonce, &text].concat())
    }

    /// Opens what [`MasterKeys::close`] made for the same key and account.
    ///
    /// # Errors
    /// `Internal`: the master key it was sealed under is not here, or it was tampered with. The
    /// operator has to look.
    pub fn open(&self, id: &KeyId, account: AccountId, sealed: &[u8]) -> Result<String> {
        let damaged = |why: &str| {
            Error::internal(format_args!(
                "the secret of the key {id} does not open: {why}"
            ))
        };
        let (number, rest) = sealed.split_first().ok_or_else(|| damaged("it is empty"))?;
        let (nonce, text) = rest
            .split_at_checked(NONCE_LEN)
            .ok_or_else(|| damaged("it is too short"))?;
        let key = self
            .keys
            .get(number)
            .ok_or_else(|| damaged(&format!("there is no master key {number} here")))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged("its nonce"))?;
        let mut text = text.to_vec();
        let opened = key
            .open_in_place(nonce, Aad::from(place(id, account)), &mut text)
            .map_err(|_| damaged("it was sealed under another master key, or changed"))?;
        String::from_utf8(opened.to_vec()).map_err(|_| damaged("it is no text"))
    }
}

fn place(id: &KeyId, account: AccountId) -> String {
    format!("key/{account}/{id}")
}

#[cfg(test)]
mod tests;
