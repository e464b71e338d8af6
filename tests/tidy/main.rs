//! What the repository promises about itself: who may depend on whom, what every source file
//! looks like, and that documents link to what exists.
//!
//! A failure lists every place at once, so that one run shows all there is to mend.

mod dependencies;
mod documents;
mod files;
mod scan;
mod sources;

/// Fails with all `problems`, a line each, when there are any.
fn report(promise: &str, problems: &[String]) {
    assert!(
        problems.is_empty(),
        "{promise}:\n  {}",
        problems.join("\n  ")
    );
}
