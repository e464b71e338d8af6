//! What a start asks for besides to run: the machine itself reads only whether it has to wait.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steploom_types::Timestamp;

/// The terms of a start. Most executions have none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Labels for searches.
    pub tags: BTreeMap<String, String>,
    /// Before others of its machine if higher: -100 to 100.
    pub priority: i8,
    /// It may not begin at this instant or later.
    pub start_before: Option<Timestamp>,
    /// Limits under which it runs, in the order in which it takes them.
    pub claims: Vec<Claim>,
}

/// A limit on how many executions run at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Among those of the machine with this key; `None`: among all of the machine.
    pub key: Option<String>,
    /// How many may run.
    pub limit: u32,
    /// Its place among those of the key that run in the order in which they were accepted.
    pub order: Option<u64>,
}

impl Terms {
    /// Whether an execution on these terms begins with a fact of its own, `Begun`, and not at once.
    pub fn waits(&self) -> bool {
        self.start_before.is_some() || !self.claims.is_empty()
    }
}
