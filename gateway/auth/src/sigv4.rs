//! AWS's Signature Version 4, as the side that verifies: header and presigned form, and bodies in
//! signed chunks.
//!
//! A signature is *found* in a request's head ([`find`]), which is untrusted text; its key is looked
//! up by [`Signature::key_id`]; and it is *verified* with that key's secret ([`Signature::verify`]).
//! What is left is a [`Proof`]: what the body, which has not arrived by then, must be.
//!
//! Nothing here reads a clock, and nothing waits.

mod body;
mod canonical;
mod chunk;
mod credential;
mod find;
mod signing;
mod time;

use http::Method;
use steploom_types::Result;

pub use body::{Proof, UnverifiedBody};
pub use chunk::{ChunkDecoder, ChunkVerifier};
pub use credential::Scope;
pub use find::find;
pub use signing::{SigningKey, SigningKeys};
pub use time::AmzTime;

use crate::{RequestHead, failure};
use canonical::Canonical;

/// How far the clock of who signs may be from ours, either way: as AWS has it.
pub const SKEW_SECONDS_MAX: i64 = 15 * 60;

/// Seconds for which a presigned request may be good: seven days, as AWS has it.
pub const PRESIGNED_SECONDS_MAX: u32 = 7 * 24 * 3600;

/// Where the signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// In the header `Authorization`.
    Header,
    /// In the query; good for so many seconds.
    Query { seconds: u32 },
}

/// What the request says of its body.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Payload {
    /// Nothing: the signature covers the SHA-256 of what arrives.
    Unsaid,
    /// Its SHA-256, as it was written: it stands so in the canonical request.
    Sha256([u8; 32], String),
    /// It is not signed.
    Unsigned,
    /// It comes in chunks.
    Chunks {
        /// The word that stands for it in the canonical request.
        word: &'static str,
        is_signed: bool,
        has_trailer: bool,
    },
}

/// A signature as it stands in a request, with the shape of one. None of it is verified.
#[derive(Clone, Debug)]
pub struct Signature {
    form: Form,
    scope: Scope,
    signed_headers: Vec<String>,
    mac: [u8; 32],
    at: AmzTime,
    payload: Payload,
}

impl Signature {
    /// The id of the key that it says it was made with.
    pub fn key_id(&self) -> &str {
        &self.scope.key_id
    }

    /// For which day, region and service it was made.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether it is good at `now`: within 15 minutes of when it was made, or, presigned, until it
    /// runs out.
    ///
    /// # Errors
    /// `SignatureExpired`, `SignatureNotYetCurrent`, `PresignedExpired`: the caller signs anew, or
    /// sets its clock.
    pub fn check_time(&self, now: AmzTime) -> Result<()> {
        let age_s = now.seconds() - self.at.seconds();
        if age_s < -SKEW_SECONDS_MAX {
            return Err(failure::not_yet_current(self.at, now));
        }
        match self.form {
            Form::Header if age_s > SKEW_SECONDS_MAX => Err(failure::expired(self.at, now)),
            Form::Query { seconds } if age_s > i64::from(seconds) => {
                Err(failure::presigned_expired())
            }
            Form::Header | Form::Query { .. } => Ok(()),
        }
    }

    /// Verifies it with the key that belongs to its [scope](Self::scope). A body whose digest is not
    /// in the head is verified later: see [`Proof`].
    ///
    /// # Errors
    /// `SignatureDoesNotMatch`; `HeadersNotSigned` and `ContentSha256NotAllowed` for what AWS refuses
    /// as well.
    pub fn verify(self, head: RequestHead<'_>, key: &SigningKey) -> Result<Proof> {
        self.check_headers(head)?;
        let payload = match &self.payload {
            Payload::Unsaid => None,
            Payload::Sha256(_, text) => Some(text.as_str()),
            Payload::Unsigned => Some(find::UNSIGNED),
            Payload::Chunks { word, .. } => Some(*word),
        };
        let canonical = Canonical {
            head,
            signed_headers: &self.signed_headers,
            is_s3: self.scope.is_s3(),
            is_presigned: matches!(self.form, Form::Query { .. }),
        };
        let unsealed = canonical.without_payload();
        let pending = UnverifiedBody::new(unsealed, &self.at, &self.scope, key, self.mac);
        let Some(payload) = payload else {
            // What has no body can be verified at once.
            if has_no_body(head) {
                pending.verify(body::EMPTY_SHA256)?;
                return Ok(Proof::Sha256(body::EMPTY));
            }
            return Ok(Proof::Unverified(Box::new(pending)));
        };
        pending.verify(payload)?;
        Ok(match self.payload {
            Payload::Sha256(digest, _) => Proof::Sha256(digest),
            Payload::Unsaid | Payload::Unsigned => Proof::Free,
            Payload::Chunks {
                is_signed,
                has_trailer,
                ..
            } => {
                let verifier =
                    is_signed.then(|| ChunkVerifier::new(key, &self.at, &self.scope, self.mac));
                Proof::Chunks(Box::new(ChunkDecoder::new(
                    verifier,
                    has_trailer,
                    decoded_length(head)?,
                )))
            }
        })
    }

    /// What an attacker could add or change is signed: the host, and all that steers AWS's services.
    fn check_headers(&self, head: RequestHead<'_>) -> Result<()> {
        let is_signed = |name: &str| self.signed_headers.iter().any(|signed| signed == name);
        if !is_signed("host") {
            return Err(failure::incomplete(
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
            ));
        }
        let unsigned = head
            .headers
            .keys()
            .map(http::HeaderName::as_str)
            .find(|name| name.starts_with("x-amz-") && !is_signed(name));
        unsigned.map_or(Ok(()), |name| Err(failure::headers_not_signed(name)))
    }
}

/// Whether a request says that nothing follows its head. Over HTTP/2 a body may come unannounced, so
/// there only methods that have none by custom count.
fn has_no_body(head: RequestHead<'_>) -> bool {
    use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
    match head.headers.get(CONTENT_LENGTH) {
        Some(length) => length == "0",
        None => {
            !head.headers.contains_key(TRANSFER_ENCODING)
                && matches!(*head.method, Method::GET | Method::HEAD | Method::DELETE)
        }
    }
}

/// Bytes of a chunked body's content, which the head must tell.
fn decoded_length(head: RequestHead<'_>) -> Result<Option<u64>> {
    const NAME: &str = "x-amz-decoded-content-length";
    head.headers
        .get(NAME)
        .map(|value| {
            let length = value.to_str().ok().and_then(|text| text.parse().ok());
            length.ok_or_else(|| failure::bad_header(NAME))
        })
        .transpose()
}

#[cfg(test)]
mod tests;
