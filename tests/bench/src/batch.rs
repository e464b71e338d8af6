//! Many executions, started by few requests.

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Value, json};
use steploom_sdk::ExecutionId;
use steploom_sdk::wire::{self, StartAnswer};

use crate::load::Load;
use crate::server::Server;

/// Executions of a request.
const REQUEST_EXECUTIONS: u64 = 2_000;

/// Starts `count` executions of a machine with the same input.
pub(crate) async fn start(server: &Server, machine: &str, input: &Value, count: u64) -> Result<()> {
    let one = json!({"machine": machine, "input": input}).to_string();
    let mut left = count;
    while left > 0 {
        let batch = left.min(REQUEST_EXECUTIONS);
        let answer = request(server, &one, batch).once().await?;
        ensure_started(&answer, batch)?;
        left -= batch;
    }
    Ok(())
}

/// A request that starts the same execution `count` times.
pub(crate) fn request(server: &Server, one: &str, count: u64) -> Load {
    let all = vec![one; count as usize].join(",");
    Load {
        address: server.address(),
        path: "/v1/executions/batch",
        target: None,
        body: Bytes::from(format!("[{all}]")),
        status: StatusCode::OK,
    }
}

/// The first execution of a batch, all of which was started.
pub(crate) fn ensure_started(answer: &[u8], count: u64) -> Result<ExecutionId> {
    let answer: wire::StartBatch = serde_json::from_slice(answer)?;
    let mut ids = answer.items.iter().map(|item| match item {
        StartAnswer::Accepted { execution, .. } => Ok(execution.id),
        StartAnswer::Refused { error } => bail!("a start of a batch was refused: {error:?}"),
    });
    let first = ids.next().context("an empty batch")??;
    let mut started = 1;
    for id in ids {
        id?;
        started += 1;
    }
    ensure!(
        started == count,
        "{started} of {count} starts were answered"
    );
    Ok(first)
}
