//! The execution that an attempt at `states:startExecution` starts: which it is follows from the
//! attempt alone, so a repeat finds it and does not start another.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use steploom_api::wire;
use steploom_asl::model::{Api, Integration, Pattern, Resource};
use steploom_machine::service::Ended;
use steploom_machine::{Failure, Invoke, StartRange, Started};
use steploom_types::{AccountId, Digest, ExecutionId, Json, MachineName, Name, arn};

use crate::port::Port;
use crate::service::Words;

/// A child of an execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Child {
    pub(crate) machine: Name,
    /// A release or an alias; the newest version if `None`.
    pub(crate) qualifier: Option<Name>,
    pub(crate) name: Name,
    pub(crate) input: Json,
    /// The last 64 bits of its id, by which it is told from another of the same name.
    pub(crate) mark: u64,
}

impl Child {
    /// The child of an attempt whose end the attempt waits for; none for other attempts.
    pub(crate) fn awaited(started: &Started, invoke: &Invoke) -> Option<Self> {
        match &invoke.resource {
            Resource::Service(Integration {
                api: Api::StartExecution,
                pattern: Pattern::Sync | Pattern::Sync2,
            }) => Self::of(started, invoke).ok(),
            _ => None,
        }
    }

    /// A range, for it to be stopped: it is named by its id.
    pub(crate) fn of_range(started: &Started, range: &StartRange) -> Self {
        let (MachineName::Named(machine) | MachineName::OfFunction(machine)) = &started.machine;
        let name = range.id.to_string().parse();
        let mut mark = [0; 8];
        mark.copy_from_slice(&range.id.to_bytes()[8..]);
        Self {
            machine: machine.clone(),
            qualifier: None,
            name: name.unwrap_or_else(|_| unreachable!("an id's text is a name")),
            input: range.input.clone(),
            mark: u64::from_be_bytes(mark),
        }
    }

    /// The child that an attempt asks for.
    ///
    /// # Errors
    /// What the attempt fails with when its arguments are wrong.
    pub(crate) fn of(started: &Started, invoke: &Invoke) -> Result<Self, Failure> {
        let words = Words::of(started, invoke, &Api::StartExecution);
        let arguments = invoke.input.value();
        let Some(machine) = arguments.get("StateMachineArn").and_then(Value::as_str) else {
            return Err(Failure::new(
                "States.Runtime",
                "The field 'StateMachineArn' is required but was missing",
            ));
        };
        let (machine, qualifier) = arn::parse_machine(machine)
            .ok_or_else(|| words.invalid_arn(machine, "stateMachine"))?;
        let seal = seal(started, invoke);
        let name = match arguments.get("Name") {
            None | Some(Value::Null) => name_of(&seal),
            Some(name) => {
                let name = name.as_str().unwrap_or_default();
                name.parse()
                    .map_err(|_| words.refuse("InvalidName", &format!("Invalid Name: '{name}'")))?
            }
        };
        let input = match arguments.get("Input") {
            None | Some(Value::Null) => Json::empty_object(),
            Some(Value::String(text)) => Json::parse(text).map_err(|why| {
                let message = format!("Invalid State Machine Execution Input: '{}'", why.message);
                words.refuse("InvalidExecutionInput", &message)
            })?,
            Some(input) => Json::from(input.clone()),
        };
        Ok(Self {
            machine,
            qualifier,
            name,
            input,
            mark: number(&seal, 16),
        })
    }

    pub(crate) fn machine_name(&self) -> MachineName {
        MachineName::Named(self.machine.clone())
    }

    /// Whether this execution was started by the same attempt.
    pub(crate) fn is(&self, id: ExecutionId) -> bool {
        id.to_bytes()[8..] == self.mark.to_be_bytes()
    }
}

/// A name that only this attempt gives to what it starts.
pub(crate) fn name_by(started: &Started, invoke: &Invoke) -> Name {
    name_of(&seal(started, invoke))
}

/// Bytes that only this attempt has.
fn seal(started: &Started, invoke: &Invoke) -> [u8; 32] {
    let mut text = b"child\0".to_vec();
    text.extend(started.id.to_bytes());
    text.extend(invoke.action.0.to_be_bytes());
    *Digest::of(&text).as_bytes()
}

fn number(seal: &[u8; 32], from: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&seal[from..from + 8]);
    u64::from_be_bytes(bytes)
}

/// A name for a child that was given none, in the form of a UUID, as AWS names executions.
fn name_of(seal: &[u8; 32]) -> Name {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&seal[..16]);
    ExecutionId::from_bytes(bytes)
        .to_string()
        .parse()
        .unwrap_or_else(|_| unreachable!("an id has only hexadecimal digits and dashes"))
}

/// The plain answer to a start, see [`steploom_machine::service`].
pub(crate) async fn started(port: &Port, account: AccountId, execution: &wire::Execution) -> Json {
    serde_json::json!({
        "executionArn": arn_of(port, account, &execution.summary).await,
        "startDate": execution.summary.started_at.as_millis(),
    })
    .into()
}

/// The ARN of an execution that was started: those of EXPRESS machines have their own.
pub(crate) async fn arn_of(
    port: &Port,
    account: AccountId,
    summary: &wire::ExecutionSummary,
) -> String {
    let wire::ExecutionSummary {
        id, name, machine, ..
    } = summary;
    if port.is_express(account, machine).await {
        return arn::express(account, machine, name, *id);
    }
    arn::execution(account, machine, name)
}

/// The plain answer to an end.
pub(crate) fn ended(account: AccountId, execution: &wire::Execution) -> Json {
    let summary = &execution.summary;
    let ended = Ended {
        execution_arn: arn::execution(account, &summary.machine, &summary.name),
        name: summary.name.to_string(),
        state_machine_arn: arn::machine(account, &summary.machine),
        status: summary.status.in_aws().to_owned(),
        start_date: summary.started_at.as_millis(),
        stop_date: summary.ended_at.unwrap_or(summary.started_at).as_millis(),
        input: execution.input.text().to_owned(),
        output: execution
            .output
            .as_ref()
            .map(|output| output.text().to_owned()),
        error: execution.error.clone(),
        cause: execution.cause.clone(),
    };
    serde_json::to_value(ended).unwrap_or_default().into()
}
