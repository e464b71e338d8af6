//! What goes over the wire under `/v1`. Field names are camelCase; instants are RFC 3339 texts.

mod activity;
mod audit;
mod bucket;
mod connection;
mod execution;
mod function;
mod function_events;
mod function_profile;
mod function_url;
mod key;
mod keyvalue;
mod log;
mod machine;
mod map_run;
mod node;
mod page;
mod problem;
mod profile;
mod schedule;
mod task;

pub use activity::{Activity, ActivityPage, ActivityTask, PollActivity};
pub use audit::{AuditEntry, AuditHead, AuditPage, ListAudit};
pub use bucket::{Bucket, BucketObject, BucketPage, ListObjects, ObjectPage};
pub use connection::{
    Connection, ConnectionAuth, ConnectionPage, ConnectionParameter, PutConnection,
};
pub use execution::{
    Billing, CountExecutions, Event, Execution, ExecutionCount, ExecutionCounts, ExecutionPage,
    ExecutionStatus, ExecutionSummary, History, ListExecutions, PageHistory, RedriveExecution,
    StartAnswer, StartBatch, StartBefore, StartError, StartExecution, StopExecution, SyncExecution,
};
pub use function::{
    AllowedHost, Function, FunctionKind, FunctionPage, FunctionSettings, FunctionVersion,
    FunctionVersions, Reuse, VolumeMount,
};
pub use function_events::{
    Destinations, EventSettings, FunctionEvents, OfQualifier, PutEventSettings, SetEvents,
};
pub use function_profile::{
    FunctionAlias, FunctionAliases, FunctionProfile, FunctionRelease, FunctionReleases,
    FunctionRoute, PublishFunction, PutFunctionAlias, SetFunctionAlias,
};
pub use function_url::{
    FoundUrl, FunctionAddress, FunctionAddresses, FunctionUrl, OfAlias, PutFunctionUrl, SetUrl,
    UrlAuth, UrlCors,
};
pub use key::{CreateKey, CreatedKey, Key, KeyPage, KeyStatus, ListKeys, OfAccount};
pub use keyvalue::{IncrementValue, Incremented, ListStoreKeys, StoreKeys};
pub use log::{LogLevel, LogLine, LogPage, LogSource, Logging};
pub use machine::{
    Diagnostic, Machine, MachinePage, MachineSummary, MachineVersion, MachineVersions, Retention,
    Severity, Share, Validation,
};
pub use map_run::{ItemCounts, MapRun, MapRunNumber, MapRunStatus, MapRuns, UpdateMapRun};
pub use node::{ClusterNode, ClusterNodes, Index, Shard, ShardSplit, Shards, SplitShard};
pub use page::{FollowEvents, InvokeFunction, InvokeFunctionAsync, Page, QueryLogs, StreamEnd};
pub use problem::{Problem, ProblemItem};
pub use profile::{
    Alias, AliasRoute, Aliases, ChangeTags, Definition, MachineLogging, MachineProfile,
    MachineSettings, MachineType, OfType, PublishMachine, PutAlias, Release, ReleaseNumber,
    Releases, Tags, VersionNumber,
};
pub use schedule::{
    AfterCompletion, Backfill, ClockGap, DeadLetter, Firing, FiringFailure, Firings, InGroup,
    LastFiring, ListSchedules, OverlapPolicy, PutScheduleGroup, QueryFirings, Schedule,
    ScheduleDefinition, ScheduleGroup, ScheduleGroupPage, ScheduleGroupState, SchedulePage,
    ScheduleProgress, ScheduleRetry, ScheduleState, ScheduleTarget,
};
pub use task::{FailTask, SucceedTask};

/// The default of [`FunctionSettings`] and of paging, where a query leaves them out.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
