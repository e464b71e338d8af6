//! Many seeds, each run twice.
