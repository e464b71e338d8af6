//! Who calls, and what they may do: keys that sign requests, bearer tokens, and what a listener
//! without keys may answer.
//!
//! The HTTP front asks an [`Authenticator`] before it routes anything and takes account and scopes
//! from its answer, nowhere else. The one that exists is the [`Guard`]. As long as there are no keys,
//! everybody who reaches the listener is the local account, so it is bound to the loopback interface
//! ([`check_listen`]) and refuses what a web page could send there ([`Access`]: DNS rebinding). Once
//! there is a key, each request needs one.

mod access;
pub mod failure;
mod guard;
pub mod jwt;
mod keyring;
mod listen;
pub mod scope;
mod seal;
pub mod sigv4;
mod token;

use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderMap, Method, Uri};
use steploom_types::{AccountId, Error, Result, Timestamp};

pub use access::Access;
pub use guard::{Guard, system_clock};
pub use keyring::Keyring;
pub use listen::check_listen;
pub use scope::{Area, Need, Scopes, Verb};
pub use seal::MasterKeys;
pub use sigv4::Proof;
pub use token::is_credential;

/// What tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Who sent a request, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account that the request reads and writes.
    pub account: AccountId,
    /// Who it is in audit records: a key's id, `jwt:` and a subject, or `anonymous`.
    pub who: Arc<str>,
    /// What they may do.
    pub scopes: Arc<Scopes>,
    /// For which region and service the request was signed, if it was.
    pub signed_for: Option<(Arc<str>, Arc<str>)>,
}

impl Caller {
    /// Whoever reaches a listener without keys: the local account, with all rights.
    pub fn local() -> Self {
        Self {
            account: AccountId::LOCAL,
            who: "anonymous".into(),
            scopes: Arc::new(Scopes::admin()),
            signed_for: None,
        }
    }

    /// Somebody who may know what everybody may know.
    fn nobody() -> Self {
        Self {
            scopes: Arc::new(Scopes::none()),
            ..Self::local()
        }
    }

    /// Whether it runs the platform: it has all rights in the account `000000000000`, so it may make
    /// keys of other accounts, and see to nodes and shards.
    pub fn is_operator(&self) -> bool {
        self.account == AccountId::LOCAL && self.scopes.is_admin()
    }

    /// Refuses what the caller may not do with the thing of this name; with things of all names, if
    /// `None`. Nodes, shards and metrics are of all accounts, and so of the operator's alone.
    ///
    /// # Errors
    /// `AccessDenied`, which says what scope would do.
    pub fn require(&self, need: Need, name: Option<&str>) -> Result<()> {
        self.check_area(need)?;
        self.scopes.require(need, name)
    }

    /// Refuses what the caller may do with no thing at all, whatever its name is.
    ///
    /// # Errors
    /// As [`Caller::require`].
    pub fn require_some(&self, need: Need) -> Result<()> {
        self.check_area(need)?;
        if self.scopes.has_some(need) {
            Ok(())
        } else {
            Err(failure::denied_scope(need, None))
        }
    }

    fn check_area(&self, need: Need) -> Result<()> {
        if need.area == Area::Cluster && self.account != AccountId::LOCAL {
            return Err(failure::not_the_operator());
        }
        Ok(())
    }

    /// The account that a request about keys is for: the caller's, or another one that it names,
    /// which is the operator's to do.
    ///
    /// # Errors
    /// `AccessDenied`.
    pub fn account_or(&self, named: Option<AccountId>) -> Result<AccountId, Error> {
        match named {
            Some(other) if other != self.account && !self.is_operator() => {
                Err(failure::not_the_operator())
            }
            named => Ok(named.unwrap_or(self.account)),
        }
    }
}

/// What of a request tells who sent it. All of it is untrusted.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// The method.
    pub method: &'a Method,
    /// The target as it came; it carries the authority in HTTP/2 and in the absolute form of HTTP/1.1.
    pub uri: &'a Uri,
    /// The headers.
    pub headers: &'a HeaderMap,
}

/// A caller, and what is still to be checked of the request's body.
#[derive(Debug)]
pub struct Admitted {
    /// Who it is. With [`Proof::Unverified`] it is who they *say* they are.
    pub caller: Caller,
    /// What the body must be.
    pub proof: Proof,
}

/// Turns a request's head into its caller. Called once for every request, before routing.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The caller, and what the body must be. It may be dropped at any time.
    ///
    /// # Errors
    /// One of [`failure`]'s with what to do about it, or `Unavailable`; the request goes no further.
    async fn authenticate(&self, head: RequestHead<'_>) -> Result<Admitted>;
}
