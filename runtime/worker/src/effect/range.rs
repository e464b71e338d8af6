//! A range of a map run: started on the shard that its id names, told what its parent wants of it,
//! and listened to until it ends.

use std::sync::Arc;
use std::time::Duration;

use steploom_api::wire;
use steploom_machine::{Fact, Failure, MapRunChange, StartRange, Started};
use steploom_types::Result;
use tokio::sync::watch;

use super::Answers;
use crate::mailbox::ranges::{self, Watched};
use crate::port::Port;
use crate::shared::Shared;

/// Between two reports of failed items: the parent is not to be flooded.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// What the parent wants of a range by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// Iterations in flight at the most.
    pub(crate) window: u32,
    /// The window's version; 0 is that of the range's start.
    pub(crate) version: u64,
    /// Whether it is to end.
    pub(crate) is_stopped: bool,
}

/// Runs a range to its end, and answers with what came of it.
pub(crate) async fn run(
    shared: Arc<Shared>,
    started: Arc<Started>,
    ask: StartRange,
    orders: watch::Receiver<Order>,
    answers: Answers,
) {
    shared.metrics.tasks.inc("range");
    let port = Port::of(&shared).await;
    let action = ask.action;
    let ended = to_its_end(&port, &started, &ask, orders, &answers).await;
    let at = shared.clock.now();
    let report = ended.map(|ended| ended.and_then(|execution| execution.output));
    let fact = match report {
        Ok(Some(output)) => Fact::TaskSucceeded {
            at,
            action,
            output,
            version: None,
        },
        Ok(None) => {
            return failed(
                &answers,
                &shared,
                action,
                "the range gave no report".to_owned(),
            )
            .await;
        }
        Err(error) => return failed(&answers, &shared, action, error.message).await,
    };
    answers.send(fact).await;
}

async fn failed(
    answers: &Answers,
    shared: &Shared,
    action: steploom_machine::ActionId,
    why: String,
) {
    let fact = Fact::TaskFailed {
        at: shared.clock.now(),
        action,
        failure: Failure::new("States.TaskFailed", why),
        version: None,
    };
    answers.send(fact).await;
}

/// The range once it has ended; none if nobody wants to know any more.
async fn to_its_end(
    port: &Port,
    started: &Started,
    ask: &StartRange,
    mut orders: watch::Receiver<Order>,
    answers: &Answers,
) -> Result<Option<wire::Execution>> {
    let (account, id) = (started.account, ask.id);
    let range = Arc::new(ask.started(started, port.shared().clock.now()));
    ranges::start(port, &range).await?;
    let mut version = 0;
    // What it said last of failed items, and whether that may be said again already.
    let (mut failed, mut is_due) = (0, true);
    loop {
        let order = *orders.borrow_and_update();
        if order.is_stopped {
            return ranges::stopped(port, account, id).await.map(Some);
        }
        if order.version > version {
            version = order.version;
            let change = MapRunChange {
                version,
                window: Some(order.window),
                ..MapRunChange::default()
            };
            ranges::change(port, account, id, ask.range.map_run, change).await?;
        }
        let watch = ranges::watch(port, account, id, if is_due { failed } else { u64::MAX });
        let pause = tokio::time::sleep(REPORT_INTERVAL);
        tokio::select! {
            biased;
            watched = watch => match watched? {
                Watched::Ended(execution) => return Ok(Some(*execution)),
                Watched::Failed(now) => {
                    (failed, is_due) = (now, false);
                    let at = port.shared().clock.now();
                    let action = ask.action;
                    answers.send(Fact::RangeReported { at, action, failed }).await;
                }
            },
            changed = orders.changed() => {
                if changed.is_err() {
                    return Ok(None);
                }
            }
            () = pause, if !is_due => is_due = true,
        }
    }
}
