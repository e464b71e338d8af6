//! Rows as they are selected, from whichever database, and what they become.

pub(crate) mod audit;
pub(crate) mod entry;
pub(crate) mod execution;
pub(crate) mod function;
pub(crate) mod key;
pub(crate) mod machine;
pub(crate) mod object;
pub(crate) mod pack;
pub(crate) mod schedule;
pub(crate) mod upload;
