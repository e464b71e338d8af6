//! The head of a request between nodes: which release speaks, what is asked, by whom, of whom, when,
//! and for how long the answer is waited for, sealed together with a digest of the body under the
//! secret that the nodes share.
//!
//! A head that was recorded is good for half a minute, for the same request at the same node. Every
//! call bears being said twice, but for the start of an execution without a name, whose id is part
//! of it. What travels is not hidden: the network between the nodes is theirs alone, or they talk
//! through a proxy that ends TLS.

use ring::digest::{SHA256, digest};
use ring::hmac;
use steploom_store::lease::NodeId;
use steploom_types::limits::peer::{AGE_MS_MAX, HEAD_BYTES_MAX, SECRET_BYTES_MIN};
use steploom_types::{Error, Kind, Result, Timestamp};

/// The form of heads and bodies. One that differs is refused: nodes of two releases that do not
/// understand one another say so.
const VERSION: &str = "1";

/// What the nodes of a cluster share.
#[derive(Clone)]
pub(crate) struct Secret(hmac::Key);

/// What a request says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) call: String,
    pub(crate) from: NodeId,
    pub(crate) to: NodeId,
    pub(crate) sent_at: Timestamp,
    /// How long the answer is waited for.
    pub(crate) wait_ms: u64,
    /// Of the body, in hexadecimal digits.
    digest: String,
    seal: String,
}

impl Secret {
    /// # Errors
    /// When it is too short to be one.
    pub(crate) fn new(secret: &[u8]) -> Result<Self> {
        if secret.len() < SECRET_BYTES_MIN {
            let message = format!(
                "the nodes' secret has {} bytes; it must have {SECRET_BYTES_MIN} at the least, best drawn by chance: openssl rand -hex 32",
                secret.len()
            );
            return Err(Error::invalid("WeakSecret", message));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    fn seal(&self, parts: &[&str]) -> String {
        hex::encode(hmac::sign(&self.0, &joined(parts)))
    }

    /// In constant time.
    fn is_seal(&self, seal: &str, parts: &[&str]) -> bool {
        let seal = hex::decode(seal).unwrap_or_default();
        hmac::verify(&self.0, &joined(parts), &seal).is_ok()
    }

    /// The seal of an answer to the request with this head.
    pub(crate) fn seal_answer(&self, head: &Head, body: &[u8]) -> String {
        self.seal(&["answer", &head.seal, &digest_of(body)])
    }

    /// Whether a node of this cluster answered that.
    pub(crate) fn is_answer(&self, seal: &str, head: &Head, body: &[u8]) -> bool {
        self.is_seal(seal, &["answer", &head.seal, &digest_of(body)])
    }
}

impl Head {
    /// The head of a request, sealed.
    pub(crate) fn new(
        secret: &Secret,
        call: &str,
        (from, to): (&NodeId, &NodeId),
        sent_at: Timestamp,
        wait_ms: u64,
        body: &[u8],
    ) -> Self {
        let mut head = Self {
            call: call.to_owned(),
            from: from.clone(),
            to: to.clone(),
            sent_at,
            wait_ms,
            digest: digest_of(body),
            seal: String::new(),
        };
        head.seal = head.sealed(|parts| secret.seal(parts));
        head
    }

    /// As it travels: words with a space between them. Ids of nodes are in hexadecimal digits, since
    /// they may be any text.
    pub(crate) fn text(&self) -> String {
        format!(
            "{VERSION} {} {} {} {} {} {} {}",
            self.call,
            hex::encode(&self.from.0),
            hex::encode(&self.to.0),
            self.sent_at.as_millis(),
            self.wait_ms,
            self.digest,
            self.seal
        )
    }

    /// Reads what came from outside, and checks who sealed it, for whom, and when.
    ///
    /// # Errors
    /// `Denied` / `NotANode`, or `Invalid` / `PeerVersion`.
    pub(crate) fn open(text: &str, secret: &Secret, me: &NodeId, now: Timestamp) -> Result<Self> {
        let denied = |why: &str| {
            Error::new(
                Kind::Denied,
                "NotANode",
                "only nodes of this cluster may call here; all of them need the same --node-secret",
            )
            .with_detail(why)
        };
        if text.len() > HEAD_BYTES_MAX {
            return Err(denied("its head is too long"));
        }
        let (version, rest) = text.split_once(' ').unwrap_or((text, ""));
        if version != VERSION {
            return Err(Error::invalid(
                "PeerVersion",
                format!(
                    "this node speaks version {VERSION} of the language between nodes, not '{}'; run the same release on all nodes",
                    version.escape_debug()
                ),
            ));
        }
        let head = Self::parse(rest).ok_or_else(|| denied("its head is none"))?;
        let mut sealed = false;
        head.sealed(|parts| {
            sealed = secret.is_seal(&head.seal, parts);
            String::new()
        });
        if !sealed {
            return Err(denied("its seal is another's"));
        }
        if head.to != *me {
            return Err(denied(
                "it was for another node, which had this address before",
            ));
        }
        let age = now.as_millis() - head.sent_at.as_millis();
        if age.abs() > AGE_MS_MAX {
            return Err(denied(&format!(
                "it was sealed {age} ms ago by its sender's clock; set the clocks of both nodes"
            )));
        }
        Ok(head)
    }

    /// Whether this body came with it.
    pub(crate) fn is_of(&self, body: &[u8]) -> bool {
        self.digest == digest_of(body)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut word = || words.next();
        let node = |word: &str| {
            let bytes = hex::decode(word).ok()?;
            String::from_utf8(bytes).ok().map(NodeId)
        };
        let head = Self {
            call: word()?.to_owned(),
            from: node(word()?)?,
            to: node(word()?)?,
            sent_at: Timestamp::from_millis(word()?.parse().ok()?),
            wait_ms: word()?.parse().ok()?,
            digest: word()?.to_owned(),
            seal: word()?.to_owned(),
        };
        words.next().is_none().then_some(head)
    }

    fn sealed(&self, seal: impl FnOnce(&[&str]) -> String) -> String {
        seal(&[
            "request",
            VERSION,
            &self.call,
            &self.from.0,
            &self.to.0,
            &self.sent_at.as_millis().to_string(),
            &self.wait_ms.to_string(),
            &self.digest,
        ])
    }
}

/// The length of each part goes before it, so that no two lists of parts look alike.
fn joined(parts: &[&str]) -> Vec<u8> {
    let mut joined = Vec::new();
    for part in parts {
        joined.extend((part.len() as u64).to_be_bytes());
        joined.extend(part.as_bytes());
    }
    joined
}

/// A key that all nodes with the same secret have, for what one of them seals and another opens.
pub fn shared_key(secret: &[u8]) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, &joined(&["connections"]));
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

fn digest_of(body: &[u8]) -> String {
    hex::encode(digest(&SHA256, body))
}

#[cfg(test)]
mod tests;
