//! What the owners of executions and the homes of limits tell one another.

use serde::{Deserialize, Serialize};
use steploom_types::{Result, Slot};

use super::Call;
use crate::mailbox::{Key, Letter, Mail};
use crate::port::Port;
use crate::shard::Command;

/// Letters to the owner of a slot, which bear being read twice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Letters {
    /// The slot.
    pub(crate) to: u16,
    pub(crate) mail: Mail,
}

impl Call for Letters {
    const NAME: &'static str = "letters";
    /// Those for another owner, as the shard has split since they were sorted.
    type Answer = Vec<Letter>;

    fn slot(&self) -> Slot {
        Slot(self.to)
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let owner = port.shards().of_slot(self.slot())?;
        let here = port.shards().shard_of(self.slot());
        let mut mail = self.mail.clone();
        let is_elsewhere = |letter: &mut Letter| {
            let slot = letter.slot();
            slot.is_some_and(|slot| port.shards().shard_of(slot) != here)
        };
        let elsewhere = mail.letters.extract_if(.., is_elsewhere).collect();
        owner.send(Command::Letters(mail)).await?;
        Ok(elsewhere)
    }
}

/// Places in the order of a key: the first of so many.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TakeTickets {
    pub(crate) key: Key,
    pub(crate) count: u64,
    /// By chance: who asks again gets the same places.
    #[serde(default)]
    pub(crate) lot: u64,
}

impl Call for TakeTickets {
    const NAME: &'static str = "takeTickets";
    type Answer = u64;

    fn slot(&self) -> Slot {
        self.key.home()
    }

    async fn run(&self, port: &Port) -> Result<u64> {
        let home = port.shards().of_slot(self.slot())?;
        let (key, count, lot) = (self.key.clone(), self.count, self.lot);
        home.ask(|reply| Command::Tickets {
            key,
            count,
            lot,
            reply,
        })
        .await
    }
}

/// Which executions with places from this one on come, or have come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct UseTickets {
    pub(crate) key: Key,
    pub(crate) first: u64,
    /// The places of those that were accepted.
    pub(crate) accepted: Vec<u64>,
}

impl Call for UseTickets {
    const NAME: &'static str = "useTickets";
    type Answer = ();

    fn slot(&self) -> Slot {
        self.key.home()
    }

    async fn run(&self, port: &Port) -> Result<()> {
        let home = port.shards().of_slot(self.slot())?;
        let (key, first) = (self.key.clone(), self.first);
        let accepted = self.accepted.clone();
        home.send(Command::TicketsUsed {
            key,
            first,
            accepted,
        })
        .await
    }
}
