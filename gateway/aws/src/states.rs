//! Step Functions: JSON 1.0, an operation a function, operations on the same thing in one file.

mod activity;
mod alias;
mod encryption;
mod event;
mod execution;
mod express;
mod history;
mod machine;
mod map_run;
mod name;
mod tag;
mod task;
mod test_state;
mod validate;
mod version;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use steploom_api::Ports;
use steploom_types::{AccountId, Error, Timestamp, limits};

use crate::model::STATES;
use crate::{Answer, Failure, Input, check, page};

/// A request: who asks, and what for.
pub(crate) struct Call<'a> {
    ports: &'a Ports,
    account: AccountId,
    input: Value,
}

/// Carries out an operation, and gives the text of its output's JSON.
pub(crate) async fn answer(
    ports: &Ports,
    account: AccountId,
    operation: &str,
    input: Result<Input, Failure>,
) -> Result<String, Failure> {
    let Some(known) = STATES.operations.get(operation) else {
        return Err(unknown(operation));
    };
    let input = match &known.input {
        Some(shape) => check::input(&STATES, shape, input?)?,
        None => input?,
    };
    let call = Call {
        ports,
        account,
        input: Value::Object(input),
    };
    if operation == "StartSyncExecution" {
        return express::start_sync(&call).await;
    }
    written(&call.carry_out(operation).await?)
}

/// The text of a JSON.
fn written(output: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(output).map_err(|error| Error::internal(error).into())
}

impl Call<'_> {
    async fn carry_out(&self, operation: &str) -> Answer {
        match operation {
            "CreateStateMachine" => machine::create(self).await,
            "UpdateStateMachine" => machine::update(self).await,
            "DescribeStateMachine" => machine::describe(self).await,
            "DescribeStateMachineForExecution" => machine::describe_for_execution(self).await,
            "ListStateMachines" => machine::list(self).await,
            "DeleteStateMachine" => machine::delete(self).await,
            "ValidateStateMachineDefinition" => validate::validate(self).await,
            "TestState" => test_state::test(self).await,
            "PublishStateMachineVersion" => version::publish(self).await,
            "ListStateMachineVersions" => version::list(self).await,
            "DeleteStateMachineVersion" => version::delete(self).await,
            "CreateStateMachineAlias" => alias::create(self).await,
            "UpdateStateMachineAlias" => alias::update(self).await,
            "DescribeStateMachineAlias" => alias::describe(self).await,
            "ListStateMachineAliases" => alias::list(self).await,
            "DeleteStateMachineAlias" => alias::delete(self).await,
            "StartExecution" => execution::start(self).await,
            "DescribeExecution" => execution::describe(self).await,
            "ListExecutions" => execution::list(self).await,
            "StopExecution" => execution::stop(self).await,
            "RedriveExecution" => execution::redrive(self).await,
            "GetExecutionHistory" => history::page(self).await,
            "CreateActivity" => activity::create(self).await,
            "DescribeActivity" => activity::describe(self).await,
            "ListActivities" => activity::list(self).await,
            "DeleteActivity" => activity::delete(self).await,
            "GetActivityTask" => activity::take(self).await,
            "SendTaskSuccess" => task::succeed(self).await,
            "SendTaskFailure" => task::fail(self).await,
            "SendTaskHeartbeat" => task::heartbeat(self).await,
            "DescribeMapRun" => map_run::describe(self).await,
            "ListMapRuns" => map_run::list(self).await,
            "UpdateMapRun" => map_run::update(self).await,
            "TagResource" => tag::tag(self).await,
            "UntagResource" => tag::untag(self).await,
            "ListTagsForResource" => tag::list(self).await,
            _ => Err(unknown(operation)),
        }
    }

    /// The input's fields, which are checked by now.
    fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        T::deserialize(&self.input)
            .map_err(|error| Failure::new("SerializationException", error.to_string()))
    }
}

fn unknown(operation: &str) -> Failure {
    let message = format!("The operation '{operation}' is not known");
    Failure::new("UnknownOperationException", message)
}

/// An instant, as JSON 1.0 has it: seconds.
fn seconds(at: Timestamp) -> f64 {
    at.as_millis() as f64 / 1_000.0
}

/// How many results a page has; 0 is as many as usual.
fn page_size(asked: Option<u32>) -> u32 {
    asked
        .filter(|size| *size > 0)
        .unwrap_or(limits::PAGE_SIZE_DEFAULT)
}

/// An answer of a page of things, with the token of the next page if there is one.
fn paged(name: &str, items: Vec<Value>, next: Option<String>) -> Value {
    let mut fields = Map::new();
    fields.insert(name.to_owned(), items.into());
    if let Some(next) = next {
        fields.insert("nextToken".to_owned(), next.into());
    }
    Value::Object(fields)
}

/// What a page of ours gave as `next`, as a token; and the other way round.
fn token_of(next: Option<String>) -> Option<String> {
    next.map(|next| page::token(&next))
}

fn next_of(token: Option<&str>) -> Result<Option<String>, Failure> {
    token.map(page::place).transpose()
}

/// The words of AWS for an error about the thing of an ARN.
fn failure(error: Error, arn: &str) -> Failure {
    let (code, message) = match error.code {
        "MachineNotFound" | "ReleaseNotFound" => (
            "StateMachineDoesNotExist",
            format!("State Machine Does Not Exist: '{arn}'"),
        ),
        "AliasNotFound" | "MapRunNotFound" => (
            "ResourceNotFound",
            "Request references a resource that does not exist.".to_owned(),
        ),
        "ExecutionNotFound" => (
            "ExecutionDoesNotExist",
            format!("Execution Does Not Exist: '{arn}'"),
        ),
        "ActivityNotFound" => (
            "ActivityDoesNotExist",
            format!("Activity Does Not Exist: '{arn}'"),
        ),
        "ExecutionAlreadyExists" => (
            "ExecutionAlreadyExists",
            format!("Execution Already Exists: '{arn}'"),
        ),
        "MachineExists" => (
            "StateMachineAlreadyExists",
            format!("State Machine Already Exists: '{arn}'"),
        ),
        "MachineTypeFixed" | "MachineNotExpress" => return execution::unsupported(),
        "InputTooLarge" | "InvalidJson" => (
            "InvalidExecutionInput",
            format!("Invalid State Machine Execution Input: '{}'", error.message),
        ),
        "ExecutionNotRedrivable" => ("ExecutionNotRedrivable", error.message.clone()),
        "TooManyTags" => ("TooManyTags", error.message.clone()),
        "InvalidTags" => ("ValidationException", error.message.clone()),
        "TooManyReleases" | "TooManyAliases" => {
            ("ServiceQuotaExceededException", error.message.clone())
        }
        "TooManyPollers" => ("ActivityWorkerLimitExceeded", error.message.clone()),
        "ReleaseInUse" | "RevisionChanged" | "AliasExists" => {
            ("ConflictException", error.message.clone())
        }
        "InvalidNext" => return page::invalid(),
        _ => return error.into(),
    };
    Failure {
        error: Some(Box::new(error)),
        ..Failure::new(code, message)
    }
}
