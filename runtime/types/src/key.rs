//! Keys by which callers prove who they are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{AccountId, Error, Timestamp};

/// Characters of a key's id, as AWS's have.
const ID_LENGTH: usize = 20;

/// A key's id: 20 upper-case letters and digits. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if text.len() == ID_LENGTH && text.bytes().all(is_plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(Error::invalid(
            "InvalidKeyId",
            format!("a key's id is {ID_LENGTH} upper-case letters and digits"),
        ))
    }
}

impl TryFrom<String> for KeyId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

/// What a key is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyKind {
    /// An access key: its secret signs requests, as AWS's do.
    Access,
    /// An API key: its token is sent as a bearer token.
    Api,
}

impl KeyKind {
    /// As it stands in a row and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Api => "api",
        }
    }
}

impl FromStr for KeyKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "access" => Ok(Self::Access),
            "api" => Ok(Self::Api),
            _ => Err(Error::invalid(
                "InvalidKeyKind",
                "a key is 'access' (it signs requests, as AWS's keys do) or 'api' (a bearer token)",
            )),
        }
    }
}

/// A key as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id, unique over all accounts.
    pub id: KeyId,
    /// Whose things it reaches.
    pub account: AccountId,
    /// What it is used as.
    pub kind: KeyKind,
    /// What people call it; may be empty.
    pub name: String,
    /// What it may do, in the grammar of scopes.
    pub scopes: Vec<String>,
    /// Of an access key its secret, sealed; of an API key the SHA-256 of its token.
    pub secret: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is good for nothing; never if `None`.
    pub expires_at: Option<Timestamp>,
    /// About when it was used last; may lag by an hour.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// Without the secret, sealed as it may be.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("kind", &self.kind)
            .field("name", &self.name)
            .field("scopes", &self.scopes)
            .field("expires_at", &self.expires_at)
            .field("revoked_at", &self.revoked_at)
            .finish_non_exhaustive()
    }
}
