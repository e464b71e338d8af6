//! What goes from one execution to another: start, ended, stop, and the answers that bear a token.
//!
//! Everything here may be said twice: a start is idempotent by its name, a stop of what has ended
//! changes nothing, an end is asked for and not announced. So whoever says it says it again after a
//! crash, and no message has to be kept. Whether the other's owner is this node or another makes no
//! difference here: see [`crate::peer`].

mod letter;
pub(crate) mod ranges;

use std::time::Duration;

use steploom_api::wire;
use steploom_machine::PartialFailure;
use steploom_types::{AccountId, Error, ExecutionId, Kind, MachineName, Name, Result, Slot};

use crate::child::Child;
use crate::dispatcher::Asking;
use crate::effect::is_passing;
use crate::peer::call::Call;
use crate::peer::call::ends::End;
use crate::peer::call::execution::StopChild;
use crate::port::Port;
use crate::shard::{Command, Found, moved};
use crate::shards::Place;

pub(crate) use letter::{Granted, Key, Letter, Mail, Post, Tickets, Wish, order_at};

/// Between two tries where the other side does not answer.
const RETRY: Duration = Duration::from_millis(100);

/// Between two looks at a start that is being committed.
const COMING: Duration = Duration::from_millis(5);

/// Starts a child, or finds it as it was started by the same attempt before, ended or not. Waits
/// for as long as the other side is busy or away.
///
/// Whoever ends this does not end what is asked by then, which the other side may hear later than a stop of the same
/// child: `asking` is held until it is answered.
///
/// # Errors
/// The caller's: no such machine, or the name is another execution's.
pub(crate) async fn start(
    port: &Port,
    account: AccountId,
    child: &Child,
    asking: &Asking,
) -> Result<wire::Execution> {
    loop {
        let asked = asking.clone().lock_owned().await;
        let whole = (port.clone(), child.clone());
        let answer = tokio::spawn(async move {
            let answer = try_start(&whole.0, account, &whole.1).await;
            drop(asked);
            answer
        });
        let refused = match answer.await.unwrap_or_else(|_| Err(moved())) {
            Ok(execution) => return Ok(execution),
            Err(refused) => refused,
        };
        match refused.kind {
            Kind::Exhausted | Kind::Unavailable | Kind::Fenced => tokio::time::sleep(RETRY).await,
            // The name is taken, or the machine is gone: by then the child may have been started.
            Kind::Conflict | Kind::NotFound => {
                return ours(port, account, child).await.ok_or(refused);
            }
            _ => return Err(refused),
        }
    }
}

async fn try_start(port: &Port, account: AccountId, child: &Child) -> Result<wire::Execution> {
    let start = wire::StartExecution {
        qualifier: child.qualifier.clone(),
        name: Some(child.name.clone()),
        input: child.input.clone(),
        ..wire::StartExecution::new(child.machine.clone())
    };
    let (new, _) = port.resolve(account, start).await?;
    let started = port.start_execution(account, new, Some(child.mark)).await?;
    Ok(started.0)
}

/// The execution that this attempt has started before.
async fn ours(port: &Port, account: AccountId, child: &Child) -> Option<wire::Execution> {
    let found = find(port, account, &child.machine_name(), &child.name).await;
    found.filter(|execution| child.is(execution.summary.id))
}

/// An execution by its name, however long its owner is away; `None` if there is none.
pub(crate) async fn find(
    port: &Port,
    account: AccountId,
    machine: &MachineName,
    name: &Name,
) -> Option<wire::Execution> {
    use steploom_api::port::Executions;
    loop {
        match port.get_by_name(account, machine, name).await {
            Ok(execution) => return Some(execution),
            Err(error) if error.kind == Kind::NotFound => return None,
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}

/// Waits until an execution has ended, and gives it.
pub(crate) async fn ended(
    port: &Port,
    account: AccountId,
    id: ExecutionId,
) -> Result<wire::Execution> {
    loop {
        let end = match port.shards().place(id.slot()) {
            Place::Here(_) => port.ended_here(account, id).await.map(End::of),
            Place::Nobody => Ok(End::Elsewhere),
            Place::There(node) => {
                let (peers, ends) = (&port.shared().peers, &port.shared().ends);
                tokio::select! {
                    biased;
                    end = ends.ended(peers, &node, (account, id)) => end,
                    () = port.shards().moved_from(id.slot(), &node.id) => Ok(End::Elsewhere),
                }
            }
        };
        match end {
            Ok(End::Ended(execution)) => return Ok(*execution),
            Ok(End::Absent) => {
                let message = format!("there is no execution {id} any more");
                return Err(Error::not_found("ExecutionNotFound", message));
            }
            // The owner has changed meanwhile: ask the new one.
            Ok(End::Elsewhere) | Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}

/// Says something to the owner of a slot until it is heard, however long it is away. What is said
/// must bear being said twice; what was not heard when this node ends is said again by whoever
/// owns the sender next.
///
/// # Errors
/// What the owner answers; `Unavailable` when this node is stopping.
pub(crate) async fn deliver<C: Call + Clone>(port: &Port, call: C) -> Result<C::Answer> {
    loop {
        match port.ask(call.clone()).await {
            Err(error) if is_passing(&error) && !port.shards().stopping() => {
                tokio::time::sleep(RETRY).await;
            }
            answer => return answer,
        }
    }
}

/// Stops the execution that an attempt has started, if it did and if it runs. Returns when that is
/// durable, or when this node is stopping.
pub(crate) async fn stop(port: &Port, account: AccountId, child: &Child) {
    loop {
        let child = child.clone();
        match deliver(port, StopChild { account, child }).await {
            Ok(true) => return,
            Ok(false) => tokio::time::sleep(COMING).await,
            Err(error) if port.shards().stopping() => {
                tracing::info!(%error, "a child is stopped when this node is back");
                return;
            }
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}

/// The same at the child's owner. Whether it is done.
pub(crate) async fn stop_here(port: &Port, account: AccountId, child: &Child) -> Result<bool> {
    let (machine, name) = (child.machine_name(), child.name.clone());
    let slot = Slot::of(account, &machine.to_string(), name.as_str());
    let shard = port.shards().of_slot(slot)?;
    let asked = (machine.clone(), name.clone());
    let found = shard
        .ask(|reply| Command::ReadByName {
            account,
            machine: asked.0,
            name: asked.1,
            reply,
        })
        .await?;
    let id = match found {
        Found::Here(execution) if child.is(execution.summary.id) => execution.summary.id,
        Found::Coming => return Ok(false),
        Found::Here(_) => return Ok(true),
        Found::Absent => {
            let projection = &port.shared().store.projection;
            let row = projection.find_by_name(account, &machine, &name).await?;
            match row.filter(|row| row.status.is_open() && child.is(row.id)) {
                Some(row) => row.id,
                // It has ended, or never began.
                None => return Ok(true),
            }
        }
    };
    let failure = PartialFailure::default();
    shard
        .ask(|reply| Command::Stop {
            account,
            id,
            failure,
            reply,
        })
        .await?;
    Ok(true)
}
