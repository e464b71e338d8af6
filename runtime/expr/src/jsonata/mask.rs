//! Which parts of a value an expression can reach, so that no more than these are converted.

use std::collections::BTreeMap;

/// The part of a value that may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mask {
    /// All of it.
    Whole,
    /// Only these fields: of the value if it is an object, of its items if it is an array.
    Fields(BTreeMap<String, Mask>),
}

impl Mask {
    /// Nothing yet.
    pub(super) fn none() -> Self {
        Self::Fields(BTreeMap::new())
    }

    /// Adds what is below these fields.
    pub(super) fn add(&mut self, fields: &[String]) {
        match (self, fields) {
            (Self::Whole, _) => {}
            (own, []) => *own = Self::Whole,
            (Self::Fields(known), [first, rest @ ..]) => known
                .entry(first.clone())
                .or_insert_with(Self::none)
                .add(rest),
        }
    }

    /// What may be read of a field; `None`: nothing.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Whole => Some(self),
            Self::Fields(known) => known.get(name),
        }
    }
}
