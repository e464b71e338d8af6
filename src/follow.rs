//! Follows one execution to its end: its events go to a board, the board to the terminal.

use futures::StreamExt as _;
use serde_json::Value;
use steploom_api::wire::{Execution, ExecutionStatus};
use steploom_sdk::Client;
use steploom_types::MachineName;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::Board;
use crate::view::live::{FRAME, Live};

/// Shows the states live until the execution has ended; gives the board as it was then.
pub(crate) async fn to_end(client: &Client, execution: &Execution) -> Result<Board, Failure> {
    let definition = definition(client, &execution.summary.machine).await;
    let title = title(execution);
    let mut board = Board::new(title, definition.as_ref());
    let mut live = Live::new();
    let result = draw(client, execution, &mut board, &mut live).await;
    live.finish(&board);
    result.map(|()| board)
}

/// `MACHINE/NAME`, or the machine and the id of an execution without a name.
pub(crate) fn title(execution: &Execution) -> String {
    format!("{}/{}", execution.summary.machine, execution.summary.name)
}

async fn draw(
    client: &Client,
    execution: &Execution,
    board: &mut Board,
    live: &mut Live,
) -> Result<(), Failure> {
    let mut events = Box::pin(client.events(execution.summary.id, 0));
    let mut frames = tokio::time::interval(FRAME);
    frames.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    while !board.has_ended() {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => board.apply(&event?),
                None => return Ok(()),
            },
            _ = frames.tick() => live.show(board),
        }
    }
    Ok(())
}

/// The machine's newest definition. Without one (it was deleted, or it is a function's own
/// machine), states appear as they are reached.
async fn definition(client: &Client, machine: &MachineName) -> Option<Value> {
    match machine {
        MachineName::Named(name) => {
            let machine = client.get_machine(name).await.ok()?;
            Some(machine.definition.into_value())
        }
        MachineName::OfFunction(_) => None,
    }
}

/// Nothing if the execution has succeeded, else why not.
pub(crate) fn verdict(execution: &Execution) -> Result<(), Failure> {
    let id = execution.summary.id;
    let advice = format!("'steploom history {id}' shows every event");
    verdict_of_end(execution).map_err(|failure| failure.advise(advice))
}

/// The same of one that has no history.
pub(crate) fn verdict_of_end(execution: &Execution) -> Result<(), Failure> {
    let title = title(execution);
    let how = match execution.summary.status {
        ExecutionStatus::Succeeded
        | ExecutionStatus::Running
        | ExecutionStatus::Pending
        | ExecutionStatus::Paused => return Ok(()),
        ExecutionStatus::Failed => "has failed",
        ExecutionStatus::TimedOut => "took longer than it may",
        ExecutionStatus::Aborted => "was stopped",
        ExecutionStatus::Quarantined => "was set aside",
        ExecutionStatus::Expired => "waited until its deadline had passed",
    };
    let mut failure = Failure::new(Exit::Failed, "ExecutionFailed", format!("{title} {how}"));
    failure.problem.error.clone_from(&execution.error);
    failure.problem.cause.clone_from(&execution.cause);
    Err(failure)
}
