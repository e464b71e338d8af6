//! A run as bytes, so that a new owner need not fold all of an execution's facts again.
//!
//! A snapshot is a cache: the facts are the truth. It begins with a number for its form, one for the
//! meaning of facts, and a check of what follows; whatever does not fit gives `None`, and the facts
//! are folded instead. So the form may change with every release.
//!
//! What several places share is written once, and shared again when it is read. What the definition
//! says is not written at all. Both ways cost time in proportion to the state.
//!
//! `form.rs` has the trait and its macros, `plain.rs` the types that are not ours, `value.rs` JSON,
//! `run.rs` the whole. Each other type's fields are listed where the type is.

mod form;
mod plain;
mod run;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

use steploom_asl::Machine;
use steploom_types::{Digest, Json};

use crate::{Run, SEMANTICS};

pub(crate) use form::{Reader, Snap, Writer, fields, variants};

/// The form that this release writes, and the only one that it reads.
const FORM: u8 = 5;

/// Bytes of the check.
const CHECK_BYTES: usize = 8;

impl Run {
    /// The run as bytes, for [`Run::restore`]. The same state gives the same bytes.
    ///
    /// `None` where there is nothing yet that could be kept, or for now: before the first fact, and
    /// while something is under way that only facts to come make lasting (an evaluation that took
    /// too long, the reading of the ids of a `Map`'s items). Ask again after the next facts.
    pub fn snapshot(&self) -> Option<Vec<u8>> {
        Some(self.written(Writer::default())?.0)
    }

    /// The same, in which what is large is only named, by the digest of its text; with that. Most of it
    /// is the same in the next snapshot.
    pub fn snapshot_in_parts(&self) -> Option<(Vec<u8>, Vec<Json>)> {
        self.written(Writer::in_parts())
    }

    fn written(&self, mut body: Writer) -> Option<(Vec<u8>, Vec<Json>)> {
        self.put(&mut body);
        let (body, parts) = body.into_bytes()?;
        let mut bytes = Vec::with_capacity(body.len() + 2 + CHECK_BYTES);
        bytes.push(FORM);
        bytes.push(u8::try_from(SEMANTICS).ok()?);
        bytes.extend(check(&body));
        bytes.extend(body);
        Some((bytes, parts))
    }

    /// The run that a snapshot is of; all that follows is as if its facts had been folded.
    ///
    /// `machine` is the definition that [`Run::snapshot_definition`] names. Never panics, whatever
    /// the bytes are, and takes memory in proportion to them.
    ///
    /// `None` if the snapshot is of another release's form, or damaged: fold the facts.
    pub fn restore(machine: Arc<Machine>, bytes: &[u8]) -> Option<Self> {
        Self::restore_of_parts(machine, bytes, &BTreeMap::new())
    }

    /// The same for a snapshot that names what is large: these, each the very text of its digest. `None`
    /// also if one of them is missing.
    pub fn restore_of_parts(
        machine: Arc<Machine>,
        bytes: &[u8],
        parts: &BTreeMap<Digest, Json>,
    ) -> Option<Self> {
        let of = Arc::clone(&machine);
        let mut body = Reader::new(&of, body(bytes)?, parts);
        let run = Self::take_with(&mut body, machine)?;
        body.is_over().then_some(run)
    }

    /// The definition that a snapshot's run follows. `None` as with [`Run::restore`].
    pub fn snapshot_definition(bytes: &[u8]) -> Option<Digest> {
        let digest = body(bytes)?.first_chunk::<32>()?;
        Some(Digest::from_bytes(*digest))
    }
}

fn check(body: &[u8]) -> [u8; CHECK_BYTES] {
    let digest = Digest::of(body);
    std::array::from_fn(|place| digest.as_bytes()[place])
}

fn body(bytes: &[u8]) -> Option<&[u8]> {
    let (head, rest) = bytes.split_first_chunk::<2>()?;
    let (found, body) = rest.split_first_chunk::<CHECK_BYTES>()?;
    let fits = *head == [FORM, u8::try_from(SEMANTICS).ok()?] && *found == check(body);
    fits.then_some(body)
}
