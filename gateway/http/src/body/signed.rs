//! Bodies that have to be what was signed.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use steploom_auth::Proof;
use steploom_auth::sigv4::{ChunkDecoder, ChunkVerifier};
use steploom_types::limits;

use super::{Bound, collect, too_large};
use crate::app::App;
use crate::failure::Answer;

/// A body whose signature can be verified only once all of it is there.
const UNVERIFIED: Bound = Bound {
    bytes_max: limits::SIGNED_BODY_BYTES_MAX,
    what: "a signed body without x-amz-content-sha256",
};

/// What a request's body must be, in the request's extensions. Whoever reads the body takes it out:
/// [`read`](super::read) does; who takes a body in chunks apart as it comes takes
/// [`Signed::into_verifier`].
#[derive(Clone, Debug)]
pub(crate) struct Signed(Arc<Mutex<Option<Proof>>>);

impl Signed {
    fn new(proof: Proof) -> Self {
        Self(Arc::new(Mutex::new(Some(proof))))
    }

    fn take(&self) -> Option<Proof> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The content of a body that was read whole, if it is the one that was signed.
    pub(super) fn open(self, body: Bytes) -> Answer<Bytes> {
        match self.take() {
            Some(Proof::Chunks(decoder)) => Ok(decode(*decoder, body)?),
            Some(proof) => {
                proof.check(&body)?;
                Ok(body)
            }
            None => Ok(body),
        }
    }

    /// What verifies the chunks of a body, if they are signed.
    pub(crate) fn into_verifier(self) -> Option<ChunkVerifier> {
        match self.take() {
            Some(Proof::Chunks(decoder)) => decoder.into_verifier(),
            _ => None,
        }
    }
}

fn decode(mut decoder: ChunkDecoder, body: Bytes) -> steploom_types::Result<Bytes> {
    let mut content = BytesMut::with_capacity(body.len());
    for given in decoder.push(body)? {
        content.extend_from_slice(&given);
    }
    decoder.finish()?;
    Ok(content.freeze())
}

/// Sees to it that nothing is done before the signature is verified: a body that the signature
/// covers, but the head does not tell, is read here; what else is to be checked is put into the
/// request.
pub(crate) async fn prove(app: &App, request: &mut Request, proof: Proof) -> Answer<()> {
    use axum::body::HttpBody;
    match proof {
        Proof::Free => {}
        proof @ (Proof::Sha256(_) | Proof::Chunks(_)) => {
            request.extensions_mut().insert(Signed::new(proof));
        }
        proof @ Proof::Unverified(_) => {
            let hint = request.body().size_hint();
            if hint.lower() > UNVERIFIED.bytes_max as u64 {
                return Err(too_large(UNVERIFIED));
            }
            let weight = hint.upper().map_or(UNVERIFIED.bytes_max, |b| b as usize);
            let _held = app.bodies.hold(weight.min(UNVERIFIED.bytes_max))?;
            let mut body = std::mem::take(request.body_mut());
            let bytes = collect(&app.config.limits, &mut body, UNVERIFIED).await?;
            proof.check(&bytes)?;
            *request.body_mut() = Body::from(bytes);
        }
    }
    Ok(())
}
