//! Schedules, and their groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steploom_types::{ExecutionId, Json, Name, Timestamp};
use utoipa::{IntoParams, ToSchema};

use super::is_default;

/// Whether a schedule fires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScheduleState {
    /// It does.
    #[default]
    Enabled,
    /// Its due times pass.
    Disabled,
}

/// What happens at a due time while an execution of the same schedule still runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OverlapPolicy {
    /// The new one starts beside it.
    #[default]
    AllowAll,
    /// The due time passes.
    Skip,
    /// One due time waits for its end; those after it pass.
    BufferOne,
    /// Due times wait for its end, one after the other, up to 1,000.
    BufferAll,
    /// It is stopped, with the error `Schedule.Cancelled`; the new one starts once it has ended.
    CancelOther,
    /// It is stopped, with the error `Schedule.Terminated`; the new one starts once it has ended.
    TerminateOther,
}

/// What becomes of a local time that does not exist, because clocks go forward over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClockGap {
    /// It is due at the first instant after the gap; several of them are due then once.
    #[default]
    Fire,
    /// It is not due, as on AWS.
    Skip,
}

/// What becomes of a schedule that has fired for the last time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AfterCompletion {
    /// It stays.
    #[default]
    None,
    /// It is deleted.
    Delete,
}

/// What a schedule starts: a machine's execution or a function's invocation, one of the two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleTarget {
    /// The machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "nightly-report")]
    pub machine: Option<Name>,
    /// The function, invoked asynchronously.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub function: Option<Name>,
    /// A machine's release or alias, or a function's version; the newest when it fires, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// The input; `{}` if left out. In its texts `<aws.scheduler.scheduled-time>`,
    /// `<aws.scheduler.schedule-arn>`, `<aws.scheduler.execution-id>` and
    /// `<aws.scheduler.attempt-number>` stand for what they say.
    #[serde(default = "Json::empty_object")]
    #[schema(value_type = serde_json::Value)]
    pub input: Json,
}

impl Default for ScheduleTarget {
    fn default() -> Self {
        Self {
            machine: None,
            function: None,
            qualifier: None,
            input: Json::empty_object(),
        }
    }
}

/// How often a start that is refused is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ScheduleRetry {
    /// Tries after the first: 0 to 185.
    #[schema(minimum = 0, maximum = 185)]
    pub attempts_max: u32,
    /// Seconds after the due time in which it is tried: 60 to 86,400.
    #[schema(minimum = 60, maximum = 86_400)]
    pub age_seconds_max: u32,
}

impl Default for ScheduleRetry {
    fn default() -> Self {
        Self {
            attempts_max: 185,
            age_seconds_max: 86_400,
        }
    }
}

/// Where what could not be started is told: one of the three.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeadLetter {
    /// A bucket, in which an object is put for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub bucket: Option<Name>,
    /// How the keys of those objects begin; nothing if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// A machine, of which an execution is started for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub machine: Option<Name>,
    /// The ARN of one of the two; that of anything else, such as a queue of SQS, is kept, and nothing
    /// is sent there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
}

/// What a schedule is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleDefinition {
    /// `at(2026-03-14T01:59:00)`, `rate(5 minutes)`, AWS's `cron(0 9 ? * MON-FRI *)`, the five fields
    /// of Unix's cron, or `@daily` and the like.
    #[schema(example = "0 9 * * 1-5")]
    pub expression: String,
    /// The IANA name of the zone in which local times are meant; UTC if left out.
    #[serde(default = "utc", skip_serializing_if = "is_utc")]
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// For people; up to 512 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it starts.
    pub target: ScheduleTarget,
    /// Not due before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub start_at: Option<Timestamp>,
    /// Not due after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub end_at: Option<Timestamp>,
    /// Whether it fires.
    #[serde(default)]
    pub state: ScheduleState,
    /// Seconds over which firings are spread, each by a lot that follows from schedule and due time: 0
    /// to 86,400.
    #[serde(default, skip_serializing_if = "is_default")]
    #[schema(maximum = 86_400)]
    pub jitter_seconds: u32,
    /// What becomes of local times that do not exist.
    #[serde(default, skip_serializing_if = "is_default")]
    pub clock_gap: ClockGap,
    /// What happens while an earlier execution still runs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overlap: OverlapPolicy,
    /// Seconds by which a due time may fire late after nobody was there to fire it; beyond, it is
    /// missed. 0 to 31,536,000; 86,400 if left out.
    #[serde(default = "a_day", skip_serializing_if = "is_a_day")]
    #[schema(maximum = 31_536_000)]
    pub catch_up_seconds: u64,
    /// After so many firings it is completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub firings_max: Option<u64>,
    /// How often a start that is refused is tried again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub retry: ScheduleRetry,
    /// Where what could not be started is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter: Option<DeadLetter>,
    /// What becomes of it after its last firing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub after_completion: AfterCompletion,
    /// What AWS's API was given that means nothing here, kept to be given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    pub aws: Option<Json>,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn is_utc(zone: &str) -> bool {
    zone == "UTC"
}

/// Seconds for which a due time may be late, if nobody says it.
const A_DAY: u64 = 86_400;

fn a_day() -> u64 {
    A_DAY
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
fn is_a_day(seconds: &u64) -> bool {
    *seconds == A_DAY
}

impl ScheduleDefinition {
    /// An expression in UTC and what it starts; the rest as if left out.
    pub fn new(expression: impl Into<String>, target: ScheduleTarget) -> Self {
        Self {
            expression: expression.into(),
            time_zone: utc(),
            description: None,
            target,
            start_at: None,
            end_at: None,
            state: ScheduleState::Enabled,
            jitter_seconds: 0,
            clock_gap: ClockGap::Fire,
            overlap: OverlapPolicy::AllowAll,
            catch_up_seconds: A_DAY,
            firings_max: None,
            retry: ScheduleRetry::default(),
            dead_letter: None,
            after_completion: AfterCompletion::None,
            aws: None,
        }
    }
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Its name.
    #[schema(value_type = String, example = "nightly")]
    pub name: Name,
    /// Its group.
    #[schema(value_type = String, example = "default")]
    pub group: Name,
    /// What AWS's APIs call it.
    #[schema(example = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly")]
    pub arn: String,
    /// What it is.
    pub definition: ScheduleDefinition,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    pub modified_at: Timestamp,
    /// How far it has come.
    pub progress: ScheduleProgress,
}

/// How far a schedule has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ScheduleProgress {
    /// When it fires next; never, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// Due times that were accepted.
    pub fired: u64,
    /// Due times that nobody was there for, within the catch-up window.
    pub missed: u64,
    /// Due times that passed because of the overlap policy.
    pub skipped: u64,
    /// Due times that could not be started, however often it was tried.
    pub failed: u64,
    /// The last that was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<LastFiring>,
    /// The last that could not be started, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<FiringFailure>,
    /// Executions of it that ran when it was looked last; not followed under `ALLOW_ALL`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub running: Vec<ExecutionId>,
    /// Due times that wait for the end of what runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub buffered: Vec<Timestamp>,
    /// Due times whose start is tried again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub retrying: Vec<Timestamp>,
    /// Ranges that are being filled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backfills: Vec<Backfill>,
    /// When it was found that nothing will be due any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub completed_at: Option<Timestamp>,
}

/// A due time that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastFiring {
    /// When it was due.
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    /// When it was accepted.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The execution.
    #[schema(value_type = String)]
    pub execution: ExecutionId,
    /// The execution's name, which follows from schedule and due time.
    #[schema(value_type = String)]
    pub name: Name,
}

/// A due time that could not be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FiringFailure {
    /// When it was due.
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    /// When it was tried last.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The code of what refused it.
    pub code: String,
    /// Why.
    pub message: String,
}

/// Asks for the due times of a range in the past that were not accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Backfill {
    /// From this on.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Up to this, which lies in the past.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// What happens while an earlier execution still runs; as the schedule has it, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<OverlapPolicy>,
}

/// A time at which a schedule will fire, or would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Firing {
    /// When it is due.
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    /// When it fires: that, and its jitter.
    #[schema(value_type = String, format = DateTime)]
    pub fires_at: Timestamp,
}

/// Times at which a schedule fires next, if nothing changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Firings {
    /// In order.
    pub items: Vec<Firing>,
}

/// A page of schedules, by group and name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchedulePage {
    /// The schedules.
    pub items: Vec<Schedule>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which schedules to list. A page may have fewer than its limit, and be followed by another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ListSchedules {
    /// Only those of this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub group: Option<Name>,
    /// Only those whose names begin so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_prefix: Option<String>,
    /// Only those that stand so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub state: Option<ScheduleState>,
    /// How many: 1 to 1,000; 100 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// From the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// In which group a schedule is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct InGroup {
    /// The group; `default` if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub group: Option<Name>,
}

/// Which firings to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct QueryFirings {
    /// The group; `default` if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub group: Option<Name>,
    /// How many: 1 to 100; 10 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// Those that are due after this; after what is decided already, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>, format = DateTime)]
    pub after: Option<Timestamp>,
}

/// How a group stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScheduleGroupState {
    /// It takes schedules.
    #[default]
    Active,
    /// Its schedules are being deleted, and it goes after them.
    Deleting,
}

/// What a group of schedules is made with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PutScheduleGroup {
    /// Labels: at most 50, keys of up to 128 characters, values of up to 256.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// A group of schedules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleGroup {
    /// Its name.
    #[schema(value_type = String, example = "reports")]
    pub name: Name,
    /// What AWS's APIs call it.
    pub arn: String,
    /// How it stands.
    pub state: ScheduleGroupState,
    /// Its labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    pub modified_at: Timestamp,
}

/// A page of groups, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleGroupPage {
    /// The groups.
    pub items: Vec<ScheduleGroup>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
