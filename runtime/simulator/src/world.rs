//! All that a simulated machine can reach.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use steploom_asl::Machine;
use steploom_machine::Failure;
use steploom_types::{AccountId, Json, Timestamp};

use crate::Behaviour;
use crate::mock::TestCase;

/// The instant at which a simulation begins unless it is told another: 2026-01-01T00:00:00Z.
const BEGIN_MS: i64 = 1_767_225_600_000;

/// Calls a function by its name with an event; `None` if there is no such function.
pub type CallFunction = dyn Fn(&str, &Value) -> Option<Result<Json, Failure>> + Send + Sync;

/// Functions beyond the simulated world. How long they take is not part of the simulation's time.
#[derive(Clone)]
pub struct Callee(pub Arc<CallFunction>);

impl fmt::Debug for Callee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callee")
    }
}

/// What there is besides the machine that is run.
#[derive(Clone, Debug)]
pub struct World {
    /// Whose all of it is; part of ARNs.
    pub account: AccountId,
    /// When the simulation begins.
    pub begins_at: Timestamp,
    /// From which all that looks like chance is derived.
    pub seed: u64,
    /// Functions by name.
    pub functions: BTreeMap<String, Behaviour>,
    /// What functions without a behaviour of their own do; none means that there are none.
    pub function_default: Option<Behaviour>,
    /// Who is asked for functions that are neither.
    pub callee: Option<Callee>,
    /// Other machines by name, for nested executions.
    pub machines: BTreeMap<String, Arc<Machine>>,
    /// Activities by name.
    pub activities: BTreeSet<String>,
    /// Objects by key, by bucket.
    pub buckets: BTreeMap<String, BTreeMap<String, String>>,
    /// Answers in place of the world's own, by the machine's name: the test case to run it with.
    pub mocks: BTreeMap<String, TestCase>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            account: AccountId::LOCAL,
            begins_at: Timestamp::from_millis(BEGIN_MS),
            seed: 42,
            functions: BTreeMap::new(),
            function_default: None,
            callee: None,
            machines: BTreeMap::new(),
            activities: BTreeSet::new(),
            buckets: BTreeMap::new(),
            mocks: BTreeMap::new(),
        }
    }
}
