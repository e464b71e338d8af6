//! Ranges of map runs: starting one, listening to it, and telling it what is different.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use steploom_api::wire;
use steploom_machine::{Fact, MapRunChange};
use steploom_types::{AccountId, Error, ExecutionId, Result, Slot, limits};
use tokio::time::timeout;

use super::{Call, Encoded};
use crate::mailbox::ranges;
use crate::port::Port;
use crate::shard::{Command, Heard};

/// Starts a range.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StartRange {
    pub(crate) id: ExecutionId,
    /// Its first fact, but for the time.
    pub(crate) started: Encoded,
}

impl Call for StartRange {
    const NAME: &'static str = "startRange";
    type Answer = ();

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        match &self.started.0 {
            Fact::Started(started) => ranges::start_here(port, started).await,
            _ => Err(Error::invalid(
                "BadPeerCall",
                "a range begins with 'Started'",
            )),
        }
    }
}

/// Waits for a while until more than `seen` items of a range have failed, or it has ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Watch {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
    pub(crate) seen: u64,
}

/// What there is to hear of a range.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Watched {
    /// So many of its items have failed.
    Failed(u64),
    /// It has ended.
    Ended(Box<wire::Execution>),
    /// Its owner does not have it.
    Absent,
    /// Nothing yet.
    Nothing,
}

impl Call for Watch {
    const NAME: &'static str = "watchRange";
    const WAIT_MS: u64 = limits::peer::WAIT_MS_MAX;
    const HANGS: bool = true;
    type Answer = Watched;

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let shard = port.shards().of_slot(self.id.slot())?;
        let watch = shard.ask(|reply| Command::Watch {
            account: self.account,
            id: self.id,
            seen: self.seen,
            reply,
        });
        Ok(
            match timeout(Duration::from_millis(Self::WAIT_MS), watch).await {
                Err(_) => Watched::Nothing,
                Ok(watched) => match watched? {
                    None => Watched::Absent,
                    Some(ranges::Watched::Failed(failed)) => Watched::Failed(failed),
                    Some(ranges::Watched::Ended(execution)) => Watched::Ended(execution),
                },
            },
        )
    }
}

/// Tells a map run what is different from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ChangeMapRun {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
    /// A `MapRunChanged`, whose time does not count.
    pub(crate) changed: Encoded,
}

impl ChangeMapRun {
    pub(crate) fn new(
        account: AccountId,
        id: ExecutionId,
        map_run: u64,
        change: MapRunChange,
    ) -> Self {
        let changed = Fact::MapRunChanged {
            at: steploom_types::Timestamp::default(),
            map_run,
            change,
        };
        Self {
            account,
            id,
            changed: Encoded(changed),
        }
    }
}

impl Call for ChangeMapRun {
    const NAME: &'static str = "changeMapRun";
    type Answer = Heard;

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let Fact::MapRunChanged {
            map_run, change, ..
        } = &self.changed.0
        else {
            return Err(Error::invalid("BadPeerCall", "a change is 'MapRunChanged'"));
        };
        let shard = port.shards().of_slot(self.id.slot())?;
        let heard = shard.ask(|reply| Command::ChangeMapRun {
            account: self.account,
            id: self.id,
            map_run: *map_run,
            change: *change,
            reply,
        });
        heard.await
    }
}
