//! A client of Steploom.
