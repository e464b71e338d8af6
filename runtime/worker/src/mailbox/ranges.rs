//! What goes between a map run and its ranges. A range is found by its id, which follows from its
//! parent, so that everything here may be said again.

use std::sync::Arc;

use steploom_api::wire;
use steploom_machine::{Fact, MapRunChange, Started};
use steploom_types::{AccountId, Error, ExecutionId, Kind, Result};
use tokio::sync::oneshot;

use super::{COMING, RETRY};
use crate::payload;
use crate::peer::call::execution::Stop;
use crate::peer::call::{self, Encoded};
use crate::port::Port;
use crate::shard::{self, Command, Heard, Reply, Start};

/// What there is to hear of a range.
pub(crate) enum Watched {
    /// So many of its items have failed.
    Failed(u64),
    /// It has ended.
    Ended(Box<wire::Execution>),
}

/// Starts a range, or finds that it was started before, ended or not. Waits for as long as the other
/// side is busy or away.
///
/// # Errors
/// Its definition cannot be had.
pub(crate) async fn start(port: &Port, range: &Arc<Started>) -> Result<()> {
    loop {
        match try_start(port, range).await {
            Ok(()) => return Ok(()),
            // Its name is its id: whoever has that is the same range.
            Err(refused) if refused.kind == Kind::Conflict => return Ok(()),
            Err(refused) if is_passing(&refused) => tokio::time::sleep(RETRY).await,
            Err(refused) => return Err(refused),
        }
    }
}

async fn try_start(port: &Port, range: &Arc<Started>) -> Result<()> {
    let started = Encoded(Fact::Started(Arc::clone(range)));
    let id = range.id;
    port.ask(call::range::StartRange { id, started }).await
}

/// The same at the range's owner, which is here.
pub(crate) async fn start_here(port: &Port, range: &Started) -> Result<()> {
    let checked = port.shared().definitions.get(range.definition).await?;
    let artifacts = &port.shared().artifacts;
    let kept = payload::keep(artifacts, range.id, std::iter::once(&range.input)).await?;
    let (reply, answer) = oneshot::channel();
    let start = Start {
        account: range.account,
        id: range.id,
        name: Some(range.name.clone()),
        machine: range.machine.clone(),
        machine_version: range.machine_version,
        definition: range.definition,
        checked,
        seed: range.seed,
        input: range.input.clone(),
        kept,
        terms: None,
        role: None,
        is_express: false,
        range: Some(Box::new(range.clone())),
        reply: Reply::One(reply),
    };
    let shard = port.shards().of_slot(range.id.slot())?;
    shard.try_send(Command::Start(Box::new(start)))?;
    answer.await.map_err(|_| shard::moved())??;
    Ok(())
}

/// Waits until more than `seen` items of a range have failed, or it has ended.
///
/// # Errors
/// There is no such range.
pub(crate) async fn watch(
    port: &Port,
    account: AccountId,
    id: ExecutionId,
    seen: u64,
) -> Result<Watched> {
    loop {
        let watch = call::range::Watch { account, id, seen };
        match port.ask(watch).await {
            Ok(call::range::Watched::Failed(failed)) => return Ok(Watched::Failed(failed)),
            Ok(call::range::Watched::Ended(ended)) => return Ok(Watched::Ended(ended)),
            Ok(call::range::Watched::Absent) => {
                if let Some(ended) = ended(port, account, id).await? {
                    return Ok(Watched::Ended(ended));
                }
                tokio::time::sleep(COMING).await;
            }
            Ok(call::range::Watched::Nothing) => {}
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}

/// Tells a range what is different from now on; returns when that is durable, or the range has
/// ended.
///
/// # Errors
/// There is no such range.
pub(crate) async fn change(
    port: &Port,
    account: AccountId,
    id: ExecutionId,
    map_run: u64,
    change: MapRunChange,
) -> Result<()> {
    loop {
        let heard = port
            .ask(call::range::ChangeMapRun::new(account, id, map_run, change))
            .await;
        match heard {
            Ok(Heard::Absent) => {
                if ended(port, account, id).await?.is_some() {
                    return Ok(());
                }
                tokio::time::sleep(COMING).await;
            }
            Ok(Heard::Done | Heard::Over | Heard::Foreign | Heard::TooLarge { .. }) => {
                return Ok(());
            }
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}

/// Stops a range, and gives it once it has ended.
///
/// # Errors
/// There is no such range.
pub(crate) async fn stopped(
    port: &Port,
    account: AccountId,
    id: ExecutionId,
) -> Result<wire::Execution> {
    loop {
        let why = wire::StopExecution::default();
        match port.ask(Stop { account, id, why }).await {
            Ok(execution) if !is_running(&execution) => return Ok(execution),
            Err(error) if error.kind == Kind::NotFound => return Err(error),
            Ok(_) => tokio::time::sleep(COMING).await,
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}

/// A range that its owner does not have; none if it is on its way there.
async fn ended(
    port: &Port,
    account: AccountId,
    id: ExecutionId,
) -> Result<Option<Box<wire::Execution>>> {
    let found = port.shared().store.projection.find(account, id).await;
    let row = match found {
        Ok(Some(row)) => row,
        Ok(None) => {
            let message = format!("there is no execution {id} any more");
            return Err(Error::not_found("ExecutionNotFound", message));
        }
        // The caller asks again.
        Err(_) => return Ok(None),
    };
    let execution = payload::execution(&port.shared().artifacts, row).await?;
    Ok((!is_running(&execution)).then(|| Box::new(execution)))
}

fn is_running(execution: &wire::Execution) -> bool {
    execution.summary.status.is_open()
}

fn is_passing(error: &Error) -> bool {
    matches!(
        error.kind,
        Kind::Exhausted | Kind::Unavailable | Kind::Fenced
    )
}
