//! The process itself: what it is, how it is, what it measures.

pub(crate) mod document;
pub(crate) mod health;
pub(crate) mod index;
pub(crate) mod metrics;
pub(crate) mod ready;
