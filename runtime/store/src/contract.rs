//! What every store must do, as tests that take one.
