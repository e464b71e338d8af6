//! Tasks of activities between nodes: each node has a queue of the tasks that its executions offer;
//! who has workers that wait is told that there are some, and comes for them.

use serde::{Deserialize, Serialize};
use steploom_machine::ActionId;
use steploom_store::lease::NodeId;
use steploom_types::{AccountId, ExecutionId, Name, Result, Slot};
use tokio::sync::oneshot;

use super::{Call, NodeCall};
use crate::activities::ActivityTask;
use crate::port::Port;
use crate::shard::{Command, moved};

/// Gives the oldest task that a node has to a worker elsewhere; `None` if there is none just now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Take {
    pub(crate) account: AccountId,
    pub(crate) activity: Name,
    pub(crate) worker: Option<String>,
}

impl NodeCall for Take {
    const NAME: &'static str = "takeActivity";
    type Answer = Option<ActivityTask>;

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let of = (self.account, &self.activity);
        let activities = &port.shared().activities;
        Ok(activities.take_now(port, of, self.worker.as_deref()).await)
    }
}

/// Gives the task of an execution to a worker, if it is still to be had.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TakeTask {
    pub(crate) id: ExecutionId,
    pub(crate) action: u64,
    pub(crate) worker: Option<String>,
}

impl Call for TakeTask {
    const NAME: &'static str = "takeTask";
    type Answer = Option<ActivityTask>;

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    /// The first time it may have been given.
    fn is_repeatable(&self) -> bool {
        false
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let (reply, answer) = oneshot::channel();
        let take = Command::Take {
            id: self.id,
            action: ActionId(self.action),
            worker: self.worker.clone(),
            reply,
        };
        port.shards().of_slot(self.id.slot())?.send(take).await?;
        answer.await.map_err(|_| moved())
    }
}

/// A node has tasks of an activity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Offered {
    pub(crate) account: AccountId,
    pub(crate) activity: Name,
    pub(crate) at: String,
}

impl NodeCall for Offered {
    const NAME: &'static str = "offered";
    type Answer = ();

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let at = NodeId(self.at.clone());
        let activities = &port.shared().activities;
        activities.offered_at(self.account, &self.activity, at);
        Ok(())
    }
}
