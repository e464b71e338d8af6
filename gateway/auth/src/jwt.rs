//! Tokens that somebody trusted signed: JSON Web Tokens, by the public keys that they publish.
//!
//! RS256, ES256 and EdDSA, with an issuer, an audience and an end. The crate `jsonwebtoken` reads and
//! checks; its signatures are verified by *ring* ([`provider`]), which this program has anyway.

mod jwks;
mod provider;

use std::fmt;
use std::sync::Arc;

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};
use steploom_types::{AccountId, Error, Result};

use crate::scope::Scopes;
use crate::{Caller, failure};

pub use jwks::Source;

use jwks::Published;

/// What is taken. No algorithm is among them whose key is a secret.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// Bytes of a token.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// Characters of a subject that an audit record names.
const SUBJECT_LENGTH_MAX: usize = 128;

/// Whose tokens are taken, and what is read from them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the public keys are.
    pub source: Source,
    /// The `iss` that a token must have.
    pub issuer: String,
    /// An `aud` that a token must have.
    pub audience: String,
    /// The claim that holds the account: twelve digits.
    pub account_claim: String,
    /// The claim that holds scopes: a text with blanks between them, or a list. What is no scope of
    /// ours there is passed over.
    pub scope_claim: String,
}

/// Verifies tokens.
pub struct Jwt {
    settings: Settings,
    published: Published,
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Jwt {
    /// Reads the public keys.
    ///
    /// # Errors
    /// `InvalidJwks`: they are not there, or are none.
    pub async fn load(settings: Settings) -> Result<Arc<Self>> {
        provider::install();
        Ok(Arc::new(Self {
            published: Published::load(settings.source.clone()).await?,
            settings,
        }))
    }

    /// The caller that a token names.
    ///
    /// # Errors
    /// `InvalidToken`, `ExpiredToken`.
    pub(crate) async fn verify(&self, token: &str) -> Result<Caller> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(failure::unknown_token());
        }
        let header = decode_header(token).map_err(|_| failure::unknown_token())?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(failure::token(
                "it is signed otherwise than by RS256, ES256 or EdDSA",
            ));
        }
        let keys = self.published.find(header.kid.as_deref()).await;
        let mut refused =
            failure::token("nobody trusted has published a key that it was signed with");
        for key in keys {
            match self.claims(token, header.alg, &key) {
                Ok(claims) => return self.caller(&claims),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn claims(&self, token: &str, algorithm: Algorithm, key: &Jwk) -> Result<Map<String, Value>> {
        use jsonwebtoken::errors::ErrorKind;
        let key =
            DecodingKey::from_jwk(key).map_err(|_| failure::token("its key is of another kind"))?;
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.validate_nbf = true;
        let decoded = decode::<Map<String, Value>>(token, &key, &validation);
        decoded
            .map(|decoded| decoded.claims)
            .map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => failure::expired_key(),
                ErrorKind::ImmatureSignature => failure::token("it is not good yet"),
                ErrorKind::InvalidIssuer => failure::token("somebody else issued it"),
                ErrorKind::InvalidAudience => failure::token("it is for somebody else"),
                ErrorKind::MissingRequiredClaim(_) => {
                    failure::token("it lacks one of the claims exp, iss and aud")
                }
                _ => failure::token("it is not signed as it says, or is no token"),
            })
    }

    fn caller(&self, claims: &Map<String, Value>) -> Result<Caller> {
        let settings = &self.settings;
        let account: AccountId = claims
            .get(&settings.account_claim)
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| failure::token("it names no account"))?;
        let scopes: Vec<&str> = match claims.get(&settings.scope_claim) {
            Some(Value::String(text)) => text.split_whitespace().collect(),
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let ours: Vec<&str> = scopes
            .into_iter()
            .filter(|scope| Scopes::parse(&[scope]).is_ok())
            .collect();
        let scopes = Scopes::parse(&ours).unwrap_or_else(|_| Scopes::none());
        let subject = claims.get("sub").and_then(Value::as_str).unwrap_or("?");
        let subject: String = subject.escape_debug().take(SUBJECT_LENGTH_MAX).collect();
        Ok(Caller {
            account,
            who: format!("jwt:{subject}").into(),
            scopes: Arc::new(scopes),
            signed_for: None,
        })
    }
}

/// The public keys cannot be read.
fn invalid_jwks(place: &str, why: impl fmt::Display) -> Error {
    Error::invalid(
        "InvalidJwks",
        format!("cannot read the public keys (JWKS) at '{place}': {why}"),
    )
}

#[cfg(test)]
mod tests;
