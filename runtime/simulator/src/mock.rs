//! Scripted answers in the format of AWS Step Functions Local, its `MockConfigFile.json`.
//!
//! ```json
//! {
//!   "StateMachines": {"Order": {"TestCases": {"HappyPath": {"Charge": "Charged"}}}},
//!   "MockedResponses": {"Charged": {
//!     "0-1": {"Throw": {"Error": "Lambda.TooManyRequestsException", "Cause": "busy"}},
//!     "2": {"Return": {"paid": true}}
//!   }}
//! }
//! ```
//!
//! A key is the number of a call, counted from 0 over all visits and retries of the state in one
//! execution, or a range of them with both ends included. States that a test case does not name are
//! not mocked. A call beyond those scripted fails the execution: see [`TestCase::answer`].

mod parse;

use std::collections::BTreeMap;

use serde_json::Value;

pub use parse::Problem;

/// A whole file, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MockConfig {
    /// Test cases by name, by the machine's name.
    machines: BTreeMap<String, BTreeMap<String, TestCase>>,
}

/// One test case: answers by the name of the state that they are for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestCase {
    states: BTreeMap<String, Vec<Scripted>>,
}

/// Answers for a range of calls.
#[derive(Clone, Debug, PartialEq)]
struct Scripted {
    first: u32,
    last: u32,
    response: Response,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// `Return`: the task's result, as the service would give it.
    Return(Value),
    /// `Throw`: the task fails.
    Throw {
        /// What `Retry` and `Catch` match.
        error: String,
        /// Why.
        cause: Option<String>,
    },
}

impl MockConfig {
    /// Reads a file's text.
    ///
    /// # Errors
    /// [`Problem`]: the first thing that is wrong, and where.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        parse::file(text)
    }

    /// The names of the machines that have test cases.
    pub fn machines(&self) -> impl Iterator<Item = &str> {
        self.machines.keys().map(String::as_str)
    }

    /// The names of a machine's test cases.
    pub fn test_cases(&self, machine: &str) -> impl Iterator<Item = &str> {
        let cases = self.machines.get(machine).into_iter().flatten();
        cases.map(|(name, _)| name.as_str())
    }

    /// One test case of a machine.
    pub fn test_case(&self, machine: &str, name: &str) -> Option<&TestCase> {
        self.machines.get(machine)?.get(name)
    }
}

impl TestCase {
    /// One state's answer to every call.
    pub(crate) fn always(state: &str, response: Response) -> Self {
        let scripted = Scripted {
            first: 0,
            last: u32::MAX,
            response,
        };
        Self {
            states: BTreeMap::from([(state.to_owned(), vec![scripted])]),
        }
    }

    /// Whether a state is mocked.
    pub fn has(&self, state: &str) -> bool {
        self.states.contains_key(state)
    }

    /// The names of the mocked states.
    pub fn states(&self) -> impl Iterator<Item = &str> {
        self.states.keys().map(String::as_str)
    }

    /// The answer to a state's call by its number, counted from 0. None if the state is not mocked,
    /// or if nothing is scripted for the call, which [`TestCase::has`] tells apart.
    pub fn answer(&self, state: &str, call: u32) -> Option<&Response> {
        let scripted = self.states.get(state)?;
        let of_call = |scripted: &&Scripted| (scripted.first..=scripted.last).contains(&call);
        scripted.iter().find(of_call).map(|found| &found.response)
    }
}

#[cfg(test)]
mod tests;
