//! Map runs.

use serde::Deserialize;
use serde_json::{Value, json};
use steploom_api::wire::{self, MapRunStatus};
use steploom_types::{ExecutionId, Kind, MachineName, arn, limits};

use super::{Call, execution, failure, page_size, paged, seconds};
use crate::{Answer, Failure, page};

/// A map run's number is part of its id. These are tried before it is looked for in the list of executions.
const NUMBERS_TRIED: u64 = 32;
/// Executions that are looked at for the one that a map run belongs to.
const LOOKED_AT_MAX: usize = 10_000;
/// An execution is listed under an instant that may be so much later than that of its id.
const ACCEPTED_WITHIN_MS: u64 = 60_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfMapRun {
    map_run_arn: String,
    max_concurrency: Option<u32>,
    tolerated_failure_count: Option<u64>,
    tolerated_failure_percentage: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    execution_arn: String,
    max_results: Option<u32>,
    next_token: Option<String>,
}

/// `DescribeMapRun`
pub(super) async fn describe(call: &Call<'_>) -> Answer {
    let input: OfMapRun = call.read()?;
    let (run, execution) = find(call, &input.map_run_arn).await?;
    let counts = &run.items;
    let counted = json!({
        "pending": counts.pending,
        "running": counts.running,
        "succeeded": counts.succeeded,
        "failed": counts.failed,
        "timedOut": counts.timed_out,
        "aborted": counts.aborted,
        "total": counts.total,
        "resultsWritten": counts.results_written,
        "failuresNotRedrivable": 0,
        "pendingRedrive": 0,
    });
    let mut shown = json!({
        "mapRunArn": run.arn,
        "executionArn": execution::arn_of(call, &execution),
        "status": run.status,
        "startDate": seconds(run.started_at),
        "maxConcurrency": run.max_concurrency,
        "toleratedFailurePercentage": run.tolerated_failure_percentage.unwrap_or_default(),
        "toleratedFailureCount": run.tolerated_failure_count.unwrap_or_default(),
        "itemCounts": counted,
        "executionCounts": counted,
        "redriveCount": run.redrive_count,
    });
    if let Some(at) = run.ended_at {
        shown["stopDate"] = seconds(at).into();
    }
    if let Some(at) = run.redriven_at {
        shown["redriveDate"] = seconds(at).into();
    }
    Ok(shown)
}

/// `ListMapRuns`
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let summary = execution::find(call, &input.execution_arn).await?.summary;
    let runs = call.ports.map_runs.list(call.account, summary.id).await;
    let runs = runs.map_err(|error| failure(error, &input.execution_arn))?;
    let size = page_size(input.max_results) as usize;
    let (items, next) = page::cut(runs.items, size, input.next_token.as_deref())?;
    let machine_arn = arn::machine(call.account, &summary.machine);
    let item = |run: &wire::MapRun| {
        let mut item = json!({
            "executionArn": input.execution_arn,
            "mapRunArn": run.arn,
            "stateMachineArn": machine_arn,
            "startDate": seconds(run.started_at),
        });
        if let Some(at) = run.ended_at {
            item["stopDate"] = seconds(at).into();
        }
        item
    };
    let items: Vec<Value> = items.iter().map(item).collect();
    Ok(paged("mapRuns", items, next))
}

/// `UpdateMapRun`
pub(super) async fn update(call: &Call<'_>) -> Answer {
    let input: OfMapRun = call.read()?;
    let (run, execution) = find(call, &input.map_run_arn).await?;
    if run.status != MapRunStatus::Running {
        let message = "Map Run is not running and cannot be updated";
        return Err(Failure::validation(message));
    }
    let update = wire::UpdateMapRun {
        max_concurrency: input.max_concurrency,
        tolerated_failure_count: input.tolerated_failure_count,
        tolerated_failure_percentage: input.tolerated_failure_percentage,
    };
    let map_runs = &call.ports.map_runs;
    let updated = map_runs.update(call.account, execution.id, run.number, update);
    updated
        .await
        .map_err(|error| failure(error, &input.map_run_arn))?;
    Ok(json!({}))
}

/// The map run of an ARN, and its execution.
///
/// # Errors
/// `InvalidArn`; `ResourceNotFound`.
pub(super) async fn find(
    call: &Call<'_>,
    map_run_arn: &str,
) -> Result<(wire::MapRun, wire::ExecutionSummary), Failure> {
    super::name::ensure(map_run_arn, "mapRun")?;
    let missing = || {
        let error = steploom_types::Error::not_found("MapRunNotFound", "");
        failure(error, map_run_arn)
    };
    let (machine, id) = arn::parse_map_run(map_run_arn).ok_or_else(missing)?;
    for number in 1..=NUMBERS_TRIED {
        let of = arn::map_run_id(id, number);
        if let Some(found) = run_of(call, of, map_run_arn).await? {
            return Ok(found);
        }
    }
    let mut next = None;
    let mut looked_at = 0;
    loop {
        let page = candidates(call, &machine, id, next).await?;
        looked_at += page.items.len();
        for summary in page.items {
            // Slot and time are the same.
            if summary.id.to_bytes()[..8] == id.to_bytes()[..8]
                && let Some(found) = run_of(call, summary.id, map_run_arn).await?
            {
                return Ok(found);
            }
        }
        next = page.next;
        if next.is_none() || looked_at >= LOOKED_AT_MAX {
            return Err(missing());
        }
    }
}

/// The map run of an ARN, if it is one of this execution's.
async fn run_of(
    call: &Call<'_>,
    execution: ExecutionId,
    map_run_arn: &str,
) -> Result<Option<(wire::MapRun, wire::ExecutionSummary)>, Failure> {
    let runs = match call.ports.map_runs.list(call.account, execution).await {
        Ok(runs) => runs.items,
        Err(error) if error.kind == Kind::NotFound => return Ok(None),
        Err(error) => return Err(failure(error, map_run_arn)),
    };
    let Some(run) = runs.into_iter().find(|run| run.arn == map_run_arn) else {
        return Ok(None);
    };
    let found = call.ports.executions.get(call.account, execution).await;
    let summary = found.map_err(|error| failure(error, map_run_arn))?.summary;
    Ok(Some((run, summary)))
}

/// Executions that were accepted at about the time of an id.
async fn candidates(
    call: &Call<'_>,
    machine: &MachineName,
    id: ExecutionId,
    next: Option<String>,
) -> Result<wire::ExecutionPage, Failure> {
    let list = wire::ListExecutions {
        machine: Some(machine.clone()),
        since: Some(id.created()),
        until: Some(id.created().plus_millis(ACCEPTED_WITHIN_MS)),
        limit: Some(limits::PAGE_SIZE_MAX),
        next,
        ..wire::ListExecutions::default()
    };
    let page = call.ports.executions.list(call.account, list).await;
    page.map_err(|error| failure(error, ""))
}
