//! Keys derived from secrets, and a bounded memory of them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use ring::hmac::{self, HMAC_SHA256};

use super::Scope;

/// Derived keys that are remembered. A key is used for a day and a service; each takes some 200
/// bytes.
const KEYS_MAX: usize = 10_000;

/// What signatures of one key, day, region and service are made with.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

impl SigningKey {
    /// Derives it from a secret.
    pub fn derive(secret: &str, scope: &Scope) -> Self {
        let start = format!("AWS4{secret}");
        let parts = [
            scope.date.as_str(),
            &scope.region,
            &scope.service,
            "aws4_request",
        ];
        let key = parts.iter().fold(
            hmac::Key::new(HMAC_SHA256, start.as_bytes()),
            |key, part| hmac::Key::new(HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref()),
        );
        Self(key)
    }

    /// Whether `signature` is that of `text`, in a time that does not tell where they differ.
    pub(super) fn is_of(&self, text: &str, signature: &[u8; 32]) -> bool {
        hmac::verify(&self.0, text.as_bytes(), signature).is_ok()
    }

    /// The signature of `text`: for tests, and for nothing that verifies.
    #[cfg(test)]
    pub(super) fn sign(&self, text: &str) -> String {
        hex::encode(hmac::sign(&self.0, text.as_bytes()))
    }
}

/// Keys that were derived before. Whoever asks has looked the key up, so that a key that was revoked
/// never gets here.
#[derive(Debug, Default)]
pub struct SigningKeys(Mutex<HashMap<Scope, SigningKey>>);

impl SigningKeys {
    /// The key of a scope, derived from what `secret` gives if it is not known.
    ///
    /// # Errors
    /// Those of `secret`.
    pub fn get<E>(
        &self,
        scope: &Scope,
        secret: impl FnOnce() -> Result<String, E>,
    ) -> Result<SigningKey, E> {
        if let Some(key) = self.lock().get(scope) {
            return Ok(key.clone());
        }
        let key = SigningKey::derive(&secret()?, scope);
        let mut keys = self.lock();
        // Days pass, so what is full is mostly of yesterday; it is quickly derived again.
        if keys.len() >= KEYS_MAX {
            keys.clear();
        }
        keys.insert(scope.clone(), key.clone());
        Ok(key)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Scope, SigningKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
