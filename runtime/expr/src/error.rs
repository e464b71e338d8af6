//! How compiling and evaluating fail.

/// Why a text is not an expression. The author of the definition has to change it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at position {position}")]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes from the text's start.
    pub position: usize,
}

impl SyntaxError {
    pub(crate) fn new(position: usize, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            position,
        }
    }

    /// The same, for a text that starts `by` bytes into a larger one.
    pub(crate) fn shifted(mut self, by: usize) -> Self {
        self.position += by;
        self
    }
}

/// Why an expression has no value. `Display` is the cause as AWS words it; the error's name, which
/// `Retry` and `Catch` see, is [`EvalError::error_name`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A path leads nowhere, outside of a template.
    #[error("Invalid path '{path}' : {why}")]
    Path {
        /// The path.
        path: String,
        /// What is missing, such as `No results for path: $['X']`.
        why: String,
    },
    /// A path in a template leads nowhere.
    #[error(
        "The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{input}'"
    )]
    Template {
        /// The path.
        path: String,
        /// The template's field, with its `.$`.
        field: String,
        /// What `$` was (or `$$`, for a path into the context object).
        input: String,
    },
    /// A path that is an argument of an intrinsic function leads nowhere.
    #[error(
        "The function '{call}' had the following error: The JsonPath argument for the field '{path}' could not be found in the input '{input}'"
    )]
    Argument {
        /// The call.
        call: String,
        /// The path.
        path: String,
        /// What `$` was (or `$$`).
        input: String,
    },
    /// A variable that nothing was assigned to.
    #[error("The variable '${name}' is not defined")]
    Variable {
        /// Its name, without the `$`.
        name: String,
    },
    /// A result cannot be put where a reference path says.
    #[error("Unable to apply ReferencePath {path} to input {input}")]
    Reference {
        /// The reference path.
        path: String,
        /// What it was to be put into.
        input: String,
    },
    /// An intrinsic function cannot work with what it was given.
    #[error("The function '{call}' had the following error: {why}")]
    Intrinsic {
        /// The call.
        call: String,
        /// What is wrong with its arguments.
        why: String,
    },
    /// The evaluation would make more than
    /// [`EVALUATED_BYTES_MAX`](steploom_types::limits::expression::EVALUATED_BYTES_MAX).
    #[error("The result has a size exceeding the maximum number of bytes service limit.")]
    TooLarge,
    /// A query has no value that can be used.
    #[error("{cause}")]
    Query {
        /// The query's field, such as `Output/result`.
        location: String,
        /// What is wrong, in whole sentences.
        cause: String,
    },
    /// A query took longer than its [`QueryBudget`](crate::QueryBudget) allows, now or, as
    /// [`Env::exceeds`](crate::Env::exceeds) says, before. This is no failure of the state until the
    /// interpreter has it recorded as a fact.
    #[error("{cause}")]
    Exceeded {
        /// The query's field, such as `Output/result`.
        location: String,
        /// What is wrong, in whole sentences.
        cause: String,
    },
}

impl EvalError {
    /// The error's name: `States.Runtime`, `States.IntrinsicFailure`,
    /// `States.ResultPathMatchFailure`, `States.DataLimitExceeded` or `States.QueryEvaluationError`.
    pub fn error_name(&self) -> &'static str {
        match self {
            Self::Path { .. }
            | Self::Template { .. }
            | Self::Argument { .. }
            | Self::Variable { .. } => "States.Runtime",
            Self::Reference { .. } => "States.ResultPathMatchFailure",
            Self::Intrinsic { .. } => "States.IntrinsicFailure",
            Self::TooLarge => "States.DataLimitExceeded",
            Self::Query { .. } | Self::Exceeded { .. } => "States.QueryEvaluationError",
        }
    }
}
