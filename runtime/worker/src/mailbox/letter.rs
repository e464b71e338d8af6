//! What owners of shards tell one another of limits on executions.
//!
//! A limit's key has a home: the shard of the slot that the key hashes to, which keeps who holds it
//! and who waits, in memory alone. The executions are on shards of their own. Letters of one owner
//! to another arrive in the order in which they were posted, and may arrive twice. What an owner
//! says of its executions is absolute ([`Letter::Census`]) or may be repeated, so a home that was
//! lost is made again from what all owners say, and an owner that was lost says again what it has.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use steploom_machine::{Claim, Started};
use steploom_store::journal::Epoch;
use steploom_types::{AccountId, ExecutionId, MachineName, Result, ShardId, Slot, Timestamp};
use tokio::sync::mpsc;

use super::deliver;
use crate::peer::call::limit::{Letters, TakeTickets, UseTickets};
use crate::port::Port;
use crate::shared::Shared;

/// Letters taken by the postman at once.
const BAG: usize = 1024;

/// What a limit counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) account: AccountId,
    pub(crate) machine: MachineName,
    /// `None`: all executions of the machine.
    #[expect(clippy::struct_field_names, reason = "it is what a start calls it")]
    pub(crate) key: Option<String>,
}

impl Key {
    /// What a claim of an execution counts towards.
    pub(crate) fn of(started: &Started, claim: &Claim) -> Self {
        Self {
            account: started.account,
            machine: started.machine.clone(),
            key: claim.key.clone(),
        }
    }

    /// The slot in whose shard the key has its home.
    pub(crate) fn home(&self) -> Slot {
        // No machine's name ends like this, so keys and names of executions do not share a hash.
        let machine = format!("{}\0limit", self.machine);
        Slot::of_name(self.account, &machine, self.key.as_deref().unwrap_or("\0"))
    }
}

/// An execution that waits for a key or holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Wish {
    pub(crate) key: Key,
    pub(crate) id: ExecutionId,
    /// How many may hold the key for this one to be among them.
    pub(crate) limit: u32,
    pub(crate) priority: i8,
    /// Its place among those that run in order; of others, the time at which it was accepted.
    pub(crate) order: u64,
    pub(crate) is_ordered: bool,
    pub(crate) is_held: bool,
}

/// The place of one that was accepted at this time among those with a ticket: milliseconds, and room
/// for a million tickets in each.
pub(crate) fn order_at(at: Timestamp) -> u64 {
    at.as_millis().unsigned_abs() << 20
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Letter {
    /// To a key's home: an execution waits for it.
    Want(Wish),
    /// To a key's home: an execution neither holds it nor waits for it any more.
    Release { key: Key, id: ExecutionId },
    /// To an execution's owner: it holds the key from now on.
    Grant { key: Key, id: ExecutionId },
    /// To every owner, from a new home: say what you have.
    Ask { slots: (u16, u16) },
    /// To a home: these and no others of my executions wait for or hold keys that have their home with
    /// you.
    Census(Vec<Wish>),
}

/// Letters from one owner to another.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Mail {
    pub(crate) from: ShardId,
    /// The sender's slots, both ends included.
    pub(crate) slots: (u16, u16),
    /// Under which the sender owned its shard when it wrote.
    pub(crate) epoch: Epoch,
    pub(crate) letters: Vec<Letter>,
}

/// Takes an owner's letters, and delivers them beside it. What is posted when the owner has gone is
/// still delivered: it was true.
pub(crate) struct Post(mpsc::UnboundedSender<(Slot, Letter)>);

impl Post {
    /// A post for the owner of a shard.
    pub(crate) fn open(
        shared: Arc<Shared>,
        from: ShardId,
        slots: (u16, u16),
        epoch: Epoch,
    ) -> Self {
        let (letters, bag) = mpsc::unbounded_channel();
        let head = Mail {
            from,
            slots,
            epoch,
            letters: Vec::new(),
        };
        tokio::spawn(carry(shared, head, bag));
        Self(letters)
    }

    /// Sends a letter to the owner of a slot. What waits here is bounded by what waits for limits.
    pub(crate) fn send(&self, to: Slot, letter: Letter) {
        // The postman goes when the process does.
        let _ = self.0.send((to, letter));
    }
}

async fn carry(shared: Arc<Shared>, head: Mail, mut bag: mpsc::UnboundedReceiver<(Slot, Letter)>) {
    let mut letters = Vec::new();
    while bag.recv_many(&mut letters, BAG).await > 0 {
        // Only neighbours share a mail: one owner has many slots, and reads in the order of posting.
        let mut mails: Vec<(Slot, Mail)> = Vec::new();
        for (to, letter) in letters.drain(..) {
            match mails.last_mut() {
                Some((slot, mail)) if *slot == to => mail.letters.push(letter),
                _ => {
                    let mut mail = head.clone();
                    mail.letters.push(letter);
                    mails.push((to, mail));
                }
            }
        }
        let port = Port::of(&shared).await;
        for (to, mail) in mails {
            // It fails when this node stops: whoever owns the sender next says it again.
            let letters = Letters { to: to.0, mail };
            if let Err(error) = deliver(&port, letters).await {
                tracing::debug!(%error, slot = to.0, "letters were not delivered");
            }
        }
    }
}

/// Places in the order of a key. Kept until the executions that have them were accepted or refused:
/// until then none of the key that came later begins.
pub(crate) struct Tickets {
    shared: Arc<Shared>,
    key: Key,
    first: u64,
    next: u64,
    /// Whether the home hears of them without being told.
    is_told: bool,
    accepted: Vec<u64>,
}

impl Tickets {
    /// So many places among the executions of a key, behind all that were given before.
    pub(crate) async fn take(shared: &Arc<Shared>, key: Key, count: u64) -> Result<Self> {
        let port = Port::of(shared).await;
        let take = TakeTickets {
            key: key.clone(),
            count,
            lot: shared.chance.draw(),
        };
        let first = port.ask(take).await?;
        Ok(Self {
            shared: shared.clone(),
            key,
            first,
            next: first,
            is_told: false,
            accepted: Vec::new(),
        })
    }

    /// The next place.
    pub(crate) fn next(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// The execution with this place was accepted.
    pub(crate) fn accept(&mut self, place: u64) {
        self.accepted.push(place);
    }

    /// The only one of them was accepted, or may have been: that it waits tells enough.
    pub(crate) fn leave(mut self) {
        self.is_told = true;
    }
}

impl Drop for Tickets {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if !self.is_told {
            let (shared, first) = (self.shared.clone(), self.first);
            let key = self.key.clone();
            let accepted = std::mem::take(&mut self.accepted);
            runtime.spawn(async move {
                let port = Port::of(&shared).await;
                // A home that has gone takes its places with it.
                let used = UseTickets {
                    key,
                    first,
                    accepted,
                };
                let _ = deliver(&port, used).await;
            });
        }
    }
}
