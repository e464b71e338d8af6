//! The pure interpreter: facts in, actions and events out.
