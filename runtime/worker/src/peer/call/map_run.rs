//! How far map runs are, and their ranges.

use serde::{Deserialize, Serialize};
use steploom_machine::{Counts, MapRunView};
use steploom_types::{AccountId, ExecutionId, Result, Slot};

use super::Call;
use crate::port::Port;
use crate::shard::Command;

/// The map runs of an execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct List {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
}

impl Call for List {
    const NAME: &'static str = "listMapRuns";
    type Answer = Vec<MapRunView>;

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let (account, id) = (self.account, self.id);
        let shard = port.shards().of_slot(id.slot())?;
        let here = shard.ask(|reply| Command::MapRuns { account, id, reply });
        match here.await? {
            Some(views) => Ok(views),
            None => port.past_map_runs(account, id).await,
        }
    }
}

/// What became of a range's items so far, and those in iterations that run; none of one that has
/// ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CountRange {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
}

impl Call for CountRange {
    const NAME: &'static str = "countRange";
    const WAIT_MS: u64 = 2_000;
    type Answer = Option<(Counts, u64)>;

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let (account, id) = (self.account, self.id);
        let shard = port.shards().of_slot(id.slot())?;
        let counted = shard.ask(|reply| Command::RangeCounts { account, id, reply });
        counted.await
    }
}
