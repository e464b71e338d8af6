//! What an expression may read.

use serde_json::Value;
use steploom_types::Timestamp;
use steploom_types::limits::query;

/// What `$states` holds, but for the context object, which [`Env::context`] gives.
#[derive(Clone, Copy, Debug)]
pub struct States<'a> {
    /// `$states.input`: the state's input as it came.
    pub input: &'a Value,
    /// `$states.result`: what the task or the branches answered, where there is such an answer.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`: what was caught, within a catcher.
    pub error_output: Option<&'a Value>,
}

/// What one evaluation of a query may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryBudget {
    /// Milliseconds of wall time. To exceed them is the one outcome that the environment does not
    /// determine: see [`EvalError::Exceeded`](crate::EvalError::Exceeded).
    pub millis: u64,
    /// Expressions being evaluated within one another.
    pub depth: usize,
    /// Items of one sequence.
    pub items: usize,
    /// Bytes, about, of what is held at once.
    pub bytes: usize,
}

impl Default for QueryBudget {
    fn default() -> Self {
        Self {
            millis: query::MILLIS_DEFAULT,
            depth: query::DEPTH_MAX,
            items: query::ITEMS_MAX,
            bytes: query::BYTES_MAX,
        }
    }
}

/// What an expression reads: a state's data, the context object, variables, time and chance.
///
/// Implemented by the interpreter, for one evaluation at a time.
pub trait Env {
    /// What `$` stands for.
    fn data(&self) -> &Value;

    /// What `$$` stands for: the context object.
    fn context(&self) -> &Value;

    /// The same for a path that goes on with this field, and reads nothing but it.
    fn context_with(&self, field: &str) -> &Value {
        let _ = field;
        self.context()
    }

    /// What `$name` stands for; `None` if no such variable was assigned.
    fn variable(&self, name: &str) -> Option<&Value>;

    /// The next number of a deterministic sequence, equally distributed over all of `u64`. Read by
    /// `States.UUID` and `States.MathRandom`: once, or twice, for each call.
    fn random(&self) -> u64;

    /// What `$states` holds. Read by queries alone; without it, the data is the input.
    fn states(&self) -> States<'_> {
        States {
            input: self.data(),
            result: None,
            error_output: None,
        }
    }

    /// The instant of the fact that is being applied: what `$now()` and `$millis()` say.
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    /// Whether it is known already that the evaluation which is about to begin exceeds its time.
    ///
    /// Asked exactly once for each evaluation of a query, however simple, before it begins, so
    /// that evaluations can be counted. If so, it is not begun, and fails as it did then.
    fn exceeds(&self) -> bool {
        false
    }

    /// What each evaluation of a query may use.
    fn budget(&self) -> QueryBudget {
        QueryBudget::default()
    }
}
