//! The ports: what the gateway asks of the rest. The worker implements them.
//!
//! Every method takes the account first; a foreign account's thing is `NotFound`, exactly as an
//! absent one. Errors are [`steploom_types::Error`] and go to the caller as they are.

mod activity;
mod bucket;
mod connection;
mod execution;
mod function;
mod function_profile;
mod key;
mod keyvalue;
mod log;
mod machine;
mod map_run;
mod node;
mod peer;
mod release;
mod schedule;
mod task;
mod test_state;

use std::sync::Arc;

pub use activity::Activities;
pub use bucket::{
    About, Buckets, Choose, Content, ListKeys, ListUploads, Listed, Object, Over, Part, PutObject,
    Upload, UploadPlace, Uploads, collect, whole,
};
pub use connection::Connections;
pub use execution::{EventStream, Executions};
pub use function::{
    Body, EventTerms, FunctionFailure, Functions, Invocation, Invoke, Outcome, PutFunction, Serve,
    Served, Serving,
};
pub use function_profile::FunctionProfiles;
pub use key::{Audit, Keys};
pub use keyvalue::{KeyValues, no_value};
pub use log::{LogStream, Logs, ReadLogs};
pub use machine::{Machines, PutMachine};
pub use map_run::MapRuns;
pub use node::Node;
pub use peer::{PEER_HEAD, PEER_PATH, PEER_SEAL, PeerAnswer, Peers};
pub use release::Releases;
pub use schedule::{PutSchedule, Schedules};
pub use task::Tasks;
pub use test_state::TestStates;

/// Everything that the gateway needs.
#[derive(Clone)]
pub struct Ports {
    /// Functions and their invocations.
    pub functions: Arc<dyn Functions>,
    /// What functions have besides their versions.
    pub function_profiles: Arc<dyn FunctionProfiles>,
    /// Machines.
    pub machines: Arc<dyn Machines>,
    /// What machines have besides their definitions.
    pub releases: Arc<dyn Releases>,
    /// Executions.
    pub executions: Arc<dyn Executions>,
    /// Map runs of executions.
    pub map_runs: Arc<dyn MapRuns>,
    /// Tasks that somebody outside ends.
    pub tasks: Arc<dyn Tasks>,
    /// Activities.
    pub activities: Arc<dyn Activities>,
    /// Buckets and objects.
    pub buckets: Arc<dyn Buckets>,
    /// Values by key.
    pub keyvalues: Arc<dyn KeyValues>,
    /// Connections.
    pub connections: Arc<dyn Connections>,
    /// States by themselves.
    pub test_states: Arc<dyn TestStates>,
    /// Keys of callers.
    pub keys: Arc<dyn Keys>,
    /// Who changed what.
    pub audit: Arc<dyn Audit>,
    /// Schedules.
    pub schedules: Arc<dyn Schedules>,
    /// Logs.
    pub logs: Arc<dyn Logs>,
    /// The process itself.
    pub node: Arc<dyn Node>,
}
