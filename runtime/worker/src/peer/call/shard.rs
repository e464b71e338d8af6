//! Splitting shards.

use serde::{Deserialize, Serialize};
use steploom_types::{Result, ShardId, Slot};

use super::Call;
use crate::port::Port;

/// Splits a shard in two.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Split {
    pub(crate) shard: ShardId,
    /// Its first slot, and the one from which on the second half is.
    pub(crate) first: u16,
    pub(crate) at: u16,
}

impl Call for Split {
    const NAME: &'static str = "split";
    const WAIT_MS: u64 = 60_000;
    type Answer = (ShardId, ShardId);

    fn slot(&self) -> Slot {
        Slot(self.first)
    }

    /// There would be four.
    fn is_repeatable(&self) -> bool {
        false
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        port.split_here(self.shard, Slot(self.first), Slot(self.at))
            .await
    }
}
