//! The authenticator of a listener: by keys and tokens once there are any, and as the one local
//! account as long as there are none.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use steploom_types::key::{KeyId, KeyKind};
use steploom_types::{Result, Timestamp};

use crate::jwt::Jwt;
use crate::keyring::{Keyring, Known};
use crate::sigv4::{self, AmzTime, Proof, SigningKeys};
use crate::{Access, Admitted, Authenticator, Caller, Clock, RequestHead, failure, token};

/// How a bearer token is announced; compared without regard to case, as RFC 9110 has it.
const BEARER: &str = "bearer ";

/// Everything that tells who calls.
pub struct Guard {
    open: Access,
    keys: Arc<Keyring>,
    jwt: Option<Arc<Jwt>>,
    signing: SigningKeys,
    clock: Clock,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

impl Guard {
    /// Callers prove who they are by `keys`, or by tokens of somebody trusted (`jwt`). While there is
    /// neither, all are let in whom `open` lets in.
    pub fn new(open: Access, keys: Arc<Keyring>, jwt: Option<Arc<Jwt>>, clock: Clock) -> Self {
        Self {
            open,
            keys,
            jwt,
            signing: SigningKeys::default(),
            clock,
        }
    }

    /// The keys.
    pub fn keys(&self) -> &Arc<Keyring> {
        &self.keys
    }

    /// Whether callers have to prove who they are. Once they have, they always have: a key that was
    /// revoked or has run out opens no door.
    ///
    /// # Errors
    /// `Unavailable`: the database does not say.
    pub async fn needs_keys(&self) -> Result<bool> {
        Ok(self.jwt.is_some() || self.keys.are_there().await?)
    }

    /// Lets in somebody who asks for what everybody may know, such as whether the process is up. No
    /// database is asked.
    ///
    /// # Errors
    /// `Denied`, for a web page that reaches a listener without keys.
    pub fn admit_anybody(&self, head: RequestHead<'_>) -> Result<Admitted> {
        if self.jwt.is_none() && !self.keys.are_known() {
            self.open.check(head)?;
        }
        Ok(Admitted {
            caller: Caller::nobody(),
            proof: Proof::Free,
        })
    }

    async fn by_signature(
        &self,
        head: RequestHead<'_>,
        signature: sigv4::Signature,
    ) -> Result<Admitted> {
        let now = (self.clock)();
        signature.check_time(AmzTime::from_seconds(now.as_millis().div_euclid(1000)))?;
        // What has not the shape of our ids is no key of ours.
        let id: KeyId = signature
            .key_id()
            .parse()
            .map_err(|_| failure::unknown_key())?;
        let known = self.keys.find(&id, KeyKind::Access).await?;
        let known = known.ok_or_else(failure::unknown_key)?;
        let scope = signature.scope().clone();
        let signing = self.signing.get(&scope, || self.keys.secret(&known))?;
        let proof = signature.verify(head, &signing)?;
        self.keys.admit(&known)?;
        let caller = Caller {
            signed_for: Some((scope.region.into(), scope.service.into())),
            ..caller_of(&known)
        };
        Ok(Admitted { caller, proof })
    }

    async fn by_token(&self, bearer: &str) -> Result<Admitted> {
        let caller = if let Some((id, digest)) = token::parse(bearer) {
            let known = self.keys.find(&id, KeyKind::Api).await?;
            let known = known
                .filter(|known| token::is_same(&known.key.secret, &digest))
                .ok_or_else(failure::unknown_token)?;
            self.keys.admit(&known)?;
            caller_of(&known)
        } else if let Some(jwt) = &self.jwt {
            jwt.verify(bearer).await?
        } else {
            return Err(failure::unknown_token());
        };
        Ok(Admitted {
            caller,
            proof: Proof::Free,
        })
    }
}

#[async_trait]
impl Authenticator for Guard {
    async fn authenticate(&self, head: RequestHead<'_>) -> Result<Admitted> {
        if !self.needs_keys().await? {
            self.open.check(head)?;
            return Ok(Admitted {
                caller: Caller::local(),
                proof: Proof::Free,
            });
        }
        if let Some(token) = bearer(head.headers)? {
            return self.by_token(token).await;
        }
        match sigv4::find(head)? {
            Some(signature) => self.by_signature(head, signature).await,
            None if head.headers.contains_key(AUTHORIZATION) => {
                Err(failure::unknown_authorization())
            }
            None => Err(failure::missing()),
        }
    }
}

/// The bearer token of a request.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let is_bearer = text
        .get(..BEARER.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(BEARER));
    if !is_bearer {
        return Ok(None);
    }
    if values.next().is_some() {
        return Err(failure::unknown_authorization());
    }
    Ok(Some(text[BEARER.len()..].trim()))
}

fn caller_of(known: &Known) -> Caller {
    Caller {
        account: known.key.account,
        who: known.key.id.as_str().into(),
        scopes: known.scopes.clone(),
        signed_for: None,
    }
}

/// The computer's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::from_millis(now.map_or(0, |now| now.as_millis() as i64))
    })
}
