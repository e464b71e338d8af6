//! What an expression may read.

use serde_json::Value;

/// What an expression reads: a state's data, the context object, variables, and chance.
///
/// Implemented by the interpreter, for one evaluation at a time.
pub trait Env {
    /// What `$` stands for.
    fn data(&self) -> &Value;

    /// What `$$` stands for: the context object.
    fn context(&self) -> &Value;

    /// What `$name` stands for; `None` if no such variable was assigned.
    fn variable(&self, name: &str) -> Option<&Value>;

    /// The next number of a deterministic sequence, equally distributed over all of `u64`. Read by
    /// `States.UUID` and `States.MathRandom`: once, or twice, for each call.
    fn random(&self) -> u64;
}
