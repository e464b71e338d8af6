//! Records of changes, each of which holds the digest of the one before: whoever changes, drops or
//! adds one in between has to change all that follow.

use crate::{AccountId, Digest, Timestamp};

/// What begins the text that a digest is of: another form of it gets another one.
const FORM: &[u8] = b"steploom audit 1\n";

/// One change of what an account has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Whose thing was changed.
    pub account: AccountId,
    /// Its number in the account, from 1, without gaps.
    pub n: u64,
    /// When.
    pub at: Timestamp,
    /// Who: a key's id, `jwt:` and a subject, `anonymous`, or `steploom`.
    pub actor: String,
    /// What was done, such as `function.put`.
    pub action: String,
    /// To what: its name or id.
    pub name: String,
    /// What else there is to know, such as the version that came of it.
    pub detail: String,
    /// The request; empty where there was none.
    pub request_id: String,
    /// The digest of the record before; zeros for the first.
    pub previous: Digest,
    /// The digest of this one.
    pub digest: Digest,
}

impl AuditRecord {
    /// What the first record of an account names as the one before.
    pub const FIRST: (u64, [u8; 32]) = (0, [0; 32]);

    /// What the digest has to be.
    pub fn compute(&self) -> Digest {
        let mut text = FORM.to_vec();
        text.extend_from_slice(self.previous.as_bytes());
        for number in [
            self.account.as_u64(),
            self.n,
            self.at.as_millis().cast_unsigned(),
        ] {
            text.extend_from_slice(&number.to_le_bytes());
        }
        for part in [
            &self.actor,
            &self.action,
            &self.name,
            &self.detail,
            &self.request_id,
        ] {
            text.extend_from_slice(&(part.len() as u64).to_le_bytes());
            text.extend_from_slice(part.as_bytes());
        }
        Digest::of(&text)
    }

    /// Whether it follows the record with this number and digest, and is what its digest says.
    pub fn follows(&self, number: u64, digest: Digest) -> bool {
        self.n == number + 1 && self.previous == digest && self.digest == self.compute()
    }
}

#[cfg(test)]
mod tests;
