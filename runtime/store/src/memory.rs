//! The store in memory: for tests and simulation. Nothing survives the process.
