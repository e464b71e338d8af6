//! Executions, their history and events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steploom_types::{ExecutionId, Json, MachineName, Name, Timestamp};
use utoipa::{IntoParams, ToSchema};

use super::ReleaseNumber;

/// How an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExecutionStatus {
    /// Not ended.
    Running,
    /// Ended with an output.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Its own time ran out.
    TimedOut,
    /// Somebody stopped it.
    Aborted,
    /// Accepted, and waits for a limit or for its key.
    Pending,
    /// Goes on when somebody resumes it.
    Paused,
    /// Set aside, since it cannot be loaded or keeps crashing its owner.
    Quarantined,
    /// Ended before it began: its start's deadline passed while it waited.
    Expired,
}

impl ExecutionStatus {
    /// The same in AWS's words, which are fewer.
    pub fn in_aws(self) -> &'static str {
        match self {
            Self::Running | Self::Pending | Self::Paused | Self::Quarantined => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted | Self::Expired => "ABORTED",
        }
    }

    /// Whether something may still happen to the execution without a redrive.
    pub fn is_open(self) -> bool {
        match self {
            Self::Running | Self::Pending | Self::Paused | Self::Quarantined => true,
            Self::Succeeded | Self::Failed | Self::TimedOut | Self::Aborted | Self::Expired => {
                false
            }
        }
    }
}

/// Starts an execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartExecution {
    /// The machine.
    #[schema(value_type = String, example = "word-count")]
    pub machine: Name,
    /// One of its versions; the newest if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// A release's number or an alias, in place of a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "prod")]
    pub qualifier: Option<Name>,
    /// A name that makes the start idempotent: while the execution runs, the same name and input
    /// give the same answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub name: Option<Name>,
    /// The input; `{}` if left out.
    #[serde(default = "Json::empty_object")]
    #[schema(value_type = serde_json::Value)]
    pub input: Json,
    /// Labels for searches: at most 50, keys of up to 128 characters, values of up to 256.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// -100 to 100: its tasks, and its turn where it waits for a limit, go before those of lower
    /// priority of the same machine. 0 if left out.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub priority: i8,
    /// It is dropped, with the status EXPIRED, if it has not begun by then: an instant, or seconds
    /// from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_before: Option<StartBefore>,
    /// Of the machine's executions with the same key only so many run at once; the others wait as
    /// PENDING. 1 to 128 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "customer-7")]
    pub concurrency_key: Option<String>,
    /// How many of the key run at once: 1 to 100,000; 1 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency_limit: Option<u32>,
    /// Those of the key run one at a time, in the order in which they were accepted.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub ordered: bool,
    /// It runs in memory as executions of EXPRESS machines do: of its history only the start and the end are
    /// kept, and it is run again from its start if its node is lost meanwhile.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub express: bool,
    /// By which the caller finds it in traces of its own; kept with the execution and shown. At most 256
    /// characters, all of them ASCII.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_header: Option<String>,
}

impl StartExecution {
    /// A start of a machine's newest version with the input `{}`, and nothing else.
    pub fn new(machine: Name) -> Self {
        Self {
            machine,
            version: None,
            qualifier: None,
            name: None,
            input: Json::empty_object(),
            tags: BTreeMap::new(),
            priority: 0,
            start_before: None,
            concurrency_key: None,
            concurrency_limit: None,
            ordered: false,
            express: false,
            trace_header: None,
        }
    }
}

/// When an execution has to begin at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum StartBefore {
    /// At this instant.
    #[schema(value_type = String, format = DateTime)]
    At(Timestamp),
    /// So many seconds after it was asked for.
    Seconds(u64),
}

/// What became of a batch of starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartBatch {
    /// An answer for each start, in their order.
    pub items: Vec<StartAnswer>,
}

/// What became of one start of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum StartAnswer {
    /// It was accepted; it survives a crash.
    Accepted {
        /// The execution, without its input.
        execution: ExecutionSummary,
        /// Whether it was started now; else it was there already, by the same name and input.
        #[schema(rename = "isNew")]
        is_new: bool,
    },
    /// It was refused; the others are not concerned.
    Refused {
        /// Why.
        error: StartError,
    },
}

/// Why one start of a batch was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartError {
    /// The HTTP status that a request of its own would have had: 429 and 503 may be tried again.
    #[schema(example = 409)]
    pub status: u16,
    /// A stable name that programs may match.
    #[schema(example = "ExecutionAlreadyExists")]
    pub code: String,
    /// What is wrong and what to do, for a person.
    pub message: String,
}

/// Stops an execution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct StopExecution {
    /// An error's name to be kept with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// Lets an execution that did not end well go on from where it ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RedriveExecution {
    /// The version of the machine that it follows from then on; the same as before, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// What the state that failed is given in place of its input.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub input: Option<Json>,
    /// The output of the state that failed, which then counts as having ended well.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub skip: Option<Json>,
    /// Makes the redrive idempotent: for 15 minutes the same token again changes nothing, and is answered
    /// with how the execution stands. 1 to 64 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_token: Option<String>,
}

/// A field that is there has a value, also where that is `null`.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

/// An execution as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionSummary {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub id: ExecutionId,
    /// Its name; the id, if the caller gave none.
    #[schema(value_type = String)]
    pub name: Name,
    /// What it runs: a machine, or `function:NAME` for an asynchronous invocation.
    #[schema(value_type = String)]
    pub machine: MachineName,
    /// Which version of it.
    pub machine_version: u32,
    /// The release that it was started by, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>)]
    pub release: Option<ReleaseNumber>,
    /// The alias that it was started by, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub alias: Option<Name>,
    /// How it stands.
    pub status: ExecutionStatus,
    /// When it was accepted.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// Its labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Its priority, -100 to 100.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub priority: i8,
    /// How often it was redriven.
    #[serde(default, skip_serializing_if = "super::is_default")]
    pub redrive_count: u32,
    /// When it was redriven last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub redriven_at: Option<Timestamp>,
}

/// An execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// Id, name, status, times.
    #[serde(flatten)]
    pub summary: ExecutionSummary,
    /// The input.
    #[schema(value_type = serde_json::Value)]
    pub input: Json,
    /// The output, once it has succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub output: Option<Json>,
    /// The error's name, if it failed or was stopped with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// And its cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The trace header that it was started with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_header: Option<String>,
}

/// An execution that was run while its caller waited. It is kept nowhere: this answer is all there is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SyncExecution {
    /// Id, name, times; the status is that of its end.
    #[serde(flatten)]
    pub summary: ExecutionSummary,
    /// Its ARN, as the context object has it.
    #[schema(example = "arn:aws:states:us-east-1:000000000000:express:word-count:monday:6d1f…")]
    pub arn: String,
    /// The input.
    #[schema(value_type = serde_json::Value)]
    pub input: Json,
    /// The output, if it has succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub output: Option<Json>,
    /// The error's name, if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// And its cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The trace header that it was started with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_header: Option<String>,
    /// What AWS would bill.
    pub billing: Billing,
}

impl SyncExecution {
    /// The same without what only such executions have.
    pub fn into_execution(self) -> Execution {
        Execution {
            summary: self.summary,
            input: self.input,
            output: self.output,
            error: self.error,
            cause: self.cause,
            trace_header: self.trace_header,
        }
    }
}

/// What AWS would bill for an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Billing {
    /// Milliseconds, in whole hundreds.
    #[schema(example = 100)]
    pub duration_ms: u64,
    /// Megabytes, in multiples of 64.
    #[schema(example = 64)]
    pub memory_mb: u64,
}

/// Which executions to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ListExecutions {
    /// Only those of this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub machine: Option<MachineName>,
    /// Only those that stand like this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ExecutionStatus>,
    /// Only those whose name starts with this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_prefix: Option<String>,
    /// Only those that were accepted then or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Only those that were accepted before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Only those with this tag, as `key=value`; the key ends at the first `=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Only those that were started by this release's number or alias of the machine, which must be named; in place of a
    /// tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub qualifier: Option<Name>,
    /// Only those that ended with the error of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How many: 1 to 1,000; 100 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// From the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A page of executions, newest first. May lag by under a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionPage {
    /// The executions.
    pub items: Vec<ExecutionSummary>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which executions to count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct CountExecutions {
    /// Only those of this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub machine: Option<MachineName>,
}

/// How many executions there are, by machine and status. May lag by under a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionCounts {
    /// The counts; those of nothing are left out.
    pub items: Vec<ExecutionCount>,
}

/// How many executions of a machine stand like this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionCount {
    /// The machine, or `function:NAME` for asynchronous invocations.
    #[schema(value_type = String)]
    pub machine: MachineName,
    /// How they stand.
    pub status: ExecutionStatus,
    /// How many, those in the archive included.
    pub count: u64,
}

/// Which part of a history to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PageHistory {
    /// How many events: 1 to 1,000; 100 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Newest first.
    pub reverse: bool,
    /// From the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A page of an execution's history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// The events.
    pub items: Vec<Event>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Something that happened in an execution, in AWS's vocabulary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Counts up from 1 within the execution.
    pub id: u64,
    /// The event that led to this one; 0 for none.
    pub previous_event_id: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// Such as `TaskStateEntered`.
    #[serde(rename = "type")]
    #[schema(example = "TaskStateEntered")]
    pub kind: String,
    /// What belongs to this type: `name`, `input`, `output`, `error`, ...
    #[schema(value_type = Object)]
    pub details: serde_json::Map<String, serde_json::Value>,
}
