//! What a request's body has to be, once its head is verified.

use std::fmt;

use ring::digest::{SHA256, digest};
use steploom_types::Result;

use super::{AmzTime, ChunkDecoder, Scope, SigningKey};
use crate::failure;

/// The SHA-256 of nothing.
pub(super) const EMPTY: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];
pub(super) const EMPTY_SHA256: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What is to be checked of a body before anything is done with it.
#[derive(Debug)]
pub enum Proof {
    /// Nothing: the caller proved itself in another way, or signed the head alone.
    Free,
    /// It has this SHA-256, or is refused.
    Sha256([u8; 32]),
    /// The signature covers the SHA-256 of a body that the head does not tell: *nobody is known to
    /// have sent this* until [`Proof::check`] has seen the body.
    Unverified(Box<UnverifiedBody>),
    /// It comes in chunks, and is what the decoder makes of it.
    Chunks(Box<ChunkDecoder>),
}

impl Proof {
    /// The SHA-256 that the body must have, if the head tells.
    pub fn expected_sha256(&self) -> Option<&[u8; 32]> {
        match self {
            Self::Sha256(digest) => Some(digest),
            Self::Free | Self::Unverified(_) | Self::Chunks(_) => None,
        }
    }

    /// Checks a body that was read whole. A body in chunks has been checked by its decoder.
    ///
    /// # Errors
    /// `ContentSha256Mismatch` or `SignatureDoesNotMatch`: it is not what was signed.
    pub fn check(&self, body: &[u8]) -> Result<()> {
        match self {
            Self::Free | Self::Chunks(_) => Ok(()),
            Self::Sha256(expected) => {
                // What is secret is the key, not the digest: time tells nothing here.
                if digest(&SHA256, body).as_ref() == expected {
                    Ok(())
                } else {
                    Err(failure::sha256_mismatch())
                }
            }
            Self::Unverified(pending) => pending.verify(&hex::encode(digest(&SHA256, body))),
        }
    }
}

/// A signature that waits for the digest of the body.
pub struct UnverifiedBody {
    /// The canonical request up to the digest.
    canonical: String,
    /// The string to sign up to the canonical request's digest.
    head: String,
    key: SigningKey,
    signature: [u8; 32],
}

impl fmt::Debug for UnverifiedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnverifiedBody")
    }
}

impl UnverifiedBody {
    pub(super) fn new(
        canonical: String,
        at: &AmzTime,
        scope: &Scope,
        key: &SigningKey,
        signature: [u8; 32],
    ) -> Self {
        Self {
            canonical,
            head: format!("AWS4-HMAC-SHA256\n{at}\n{}\n", scope.text()),
            key: key.clone(),
            signature,
        }
    }

    /// Verifies the signature with what stands for the payload.
    pub(super) fn verify(&self, payload: &str) -> Result<()> {
        let request = format!("{}{payload}", self.canonical);
        let digest = hex::encode(digest(&SHA256, request.as_bytes()));
        if self
            .key
            .is_of(&format!("{}{digest}", self.head), &self.signature)
        {
            return Ok(());
        }
        Err(failure::mismatch())
    }
}
