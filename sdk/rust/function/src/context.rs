//! What a function learns of its call.

use std::env;

/// Under which circumstances a function is called. By default as outside of Steploom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    /// The invocation's id, under which its log is found.
    pub request_id: String,
    /// The function's name.
    pub function: String,
    /// Its version, from 1; 0 outside of Steploom.
    pub version: u32,
    /// Whose it is: twelve digits.
    pub account: String,
    /// When the call must end, in RFC 3339.
    pub deadline: String,
    /// The execution's name, in a step only.
    pub execution: Option<String>,
    /// The state's name, in a step only.
    pub state: Option<String>,
    /// The attempt's id, in a step only; the same when the attempt is made again after a crash.
    pub attempt: Option<String>,
    /// How often the step was retried before; 0 outside of a step.
    pub retry: u32,
}

impl Context {
    /// Reads that of this call from the environment.
    pub fn current() -> Self {
        Self::of(|name| env::var(name).ok())
    }

    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| variable(name).unwrap_or_default();
        let number = |name| {
            variable(name)
                .and_then(|text| text.parse().ok())
                .unwrap_or_default()
        };
        Self {
            request_id: text("STEPLOOM_REQUEST_ID"),
            function: text("STEPLOOM_FUNCTION"),
            version: number("STEPLOOM_VERSION"),
            account: text("STEPLOOM_ACCOUNT"),
            deadline: text("STEPLOOM_DEADLINE"),
            execution: variable("STEPLOOM_EXECUTION"),
            state: variable("STEPLOOM_STATE"),
            attempt: variable("STEPLOOM_ATTEMPT"),
            retry: number("STEPLOOM_RETRY"),
        }
    }
}

#[cfg(test)]
mod tests;
