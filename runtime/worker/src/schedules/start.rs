//! Starting what a due time asks for, under a name that follows from schedule and due time.

use steploom_api::port::{EventTerms, Executions, Functions, Invoke};
use steploom_api::wire;
use steploom_store::schedule::Schedule;
use steploom_types::{Digest, Error, Json, Kind, MachineName, Name, Result, Timestamp, arn};

use super::Defined;
use crate::port::Port;

/// Characters of a schedule's name in the names of its executions: with the rest, a name's length.
const NAME_CHARS: usize = 40;

/// The name of the execution of a due time. A schedule that was deleted and made again has others.
pub(super) fn name(row: &Schedule, due_at: Timestamp) -> Name {
    let text = format!(
        "schedule\0{}\0{}\0{}\0{}\0{}",
        row.account,
        row.group,
        row.name,
        row.created_at.as_millis(),
        due_at.as_millis()
    );
    let mark = Digest::of(text.as_bytes());
    let mark = mark.as_bytes()[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"));
    let schedule: String = row.name.as_str().chars().take(NAME_CHARS).collect();
    // As in 20260314T015900Z.
    let due: String = due_at
        .to_string()
        .chars()
        .take(19)
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();
    let name = format!("{schedule}-{due}Z-{}", mark.collect::<String>());
    let name = name.parse();
    name.unwrap_or_else(|_| {
        unreachable!("it begins as a name, and goes on with letters and digits")
    })
}

/// Starts the execution of a due time durably, or finds it as it was started before; whether it was
/// started now.
///
/// # Errors
/// What refused it.
pub(super) async fn start(
    port: &Port,
    (row, defined): (&Schedule, &Defined),
    due_at: Timestamp,
    attempt: u32,
) -> Result<(wire::LastFiring, bool)> {
    let target = &defined.definition.target;
    let name = name(row, due_at);
    let input = input(row, target, (due_at, &name), attempt)?;
    let started = match (&target.machine, &target.function) {
        (Some(machine), _) => {
            let qualifier = target.qualifier.as_deref().map(str::parse).transpose()?;
            let start = wire::StartExecution {
                qualifier,
                name: Some(name.clone()),
                input,
                ..wire::StartExecution::new(machine.clone())
            };
            Executions::start(port, row.account, start).await
        }
        (None, Some(function)) => {
            let invoke = Invoke {
                name: function.clone(),
                qualifier: target.qualifier.clone(),
                event: input,
                traceparent: None,
            };
            let terms = EventTerms {
                name: Some(name.clone()),
                retries: 0,
            };
            let invoked = port.invoke_async(row.account, invoke, terms);
            invoked.await.map(|execution| (execution, true))
        }
        (None, None) => return Err(Error::internal("a schedule without a target")),
    };
    let (execution, is_new) = match started {
        Err(error) if error.code == "ExecutionAlreadyExists" => {
            let machine = machine(target)?;
            (port.get_by_name(row.account, &machine, &name).await?, false)
        }
        started => started?,
    };
    let fired = wire::LastFiring {
        due_at,
        at: port.shared().clock.now(),
        execution: execution.summary.id,
        name,
    };
    Ok((fired, is_new))
}

fn machine(target: &wire::ScheduleTarget) -> Result<MachineName> {
    let machine = target.machine.clone().map(MachineName::Named);
    let function = target.function.clone().map(MachineName::OfFunction);
    let name = machine.or(function);
    name.ok_or_else(|| Error::internal("a schedule without a target"))
}

/// The input of a due time: what the definition says, with what AWS's context attributes stand for.
fn input(
    row: &Schedule,
    target: &wire::ScheduleTarget,
    (due_at, name): (Timestamp, &Name),
    attempt: u32,
) -> Result<Json> {
    let text = target.input.text();
    if !text.contains("<aws.scheduler.") {
        return Ok(target.input.clone());
    }
    let due: String = due_at.to_string().chars().take(19).chain(['Z']).collect();
    let text = text
        .replace(
            "<aws.scheduler.schedule-arn>",
            &arn::schedule(row.account, &row.group, &row.name),
        )
        .replace("<aws.scheduler.scheduled-time>", &due)
        .replace("<aws.scheduler.execution-id>", name.as_str())
        .replace("<aws.scheduler.attempt-number>", &attempt.to_string());
    Json::parse(&text)
}

/// Whether nobody has refused it: its shard is between two owners, or the store does not answer.
pub(super) fn is_away(error: &Error) -> bool {
    matches!(error.kind, Kind::Unavailable | Kind::Fenced)
}

/// Whether the same may be accepted a little later.
pub(super) fn may_repeat(error: &Error) -> bool {
    matches!(
        error.kind,
        Kind::Exhausted | Kind::Unavailable | Kind::Fenced | Kind::Internal
    )
}
