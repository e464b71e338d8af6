//! What owners of shards tell one another of limits on executions.
//!
//! A limit's key has a home: the shard of the slot that the key hashes to, which keeps who holds it
//! and who waits, in memory alone. The executions are on shards of their own. Letters of one owner
//! to another arrive in the order in which they were posted, and may arrive twice. What an owner
//! says of its executions is absolute ([`Letter::Census`]) or may be repeated, so a home that was
//! lost is made again from what all owners say, and an owner that was lost says again what it has.

use std::collections::{BTreeMap, VecDeque};
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
    /// Under which its owner says so.
    pub(crate) owner: Epoch,
}

/// A key that was given to an execution. It is an answer to a wish, so it means nothing to an owner that has followed
/// the one that wished: that one's wishes are void as soon as the home hears of the new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Granted {
    pub(crate) key: Key,
    pub(crate) id: ExecutionId,
    /// Who wished.
    pub(crate) owner: Epoch,
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
    Grant(Granted),
    /// To every owner, from a new home: say what you have.
    Ask { slots: (u16, u16) },
    /// To a home: these and no others of my executions wait for or hold keys that have their home with
    /// you.
    Census(Vec<Wish>),
}

impl Letter {
    /// The slot whose owner it is for; none if it is for an owner, whatever it owns.
    pub(crate) fn slot(&self) -> Option<Slot> {
        match self {
            Self::Want(wish) => Some(wish.key.home()),
            Self::Release { key, .. } => Some(key.home()),
            Self::Grant(granted) => Some(granted.id.slot()),
            Self::Ask { .. } | Self::Census(_) => None,
        }
    }
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
        let port = Port::of(&shared).await;
        let shard_of = |slot| port.shards().shard_of(slot);
        let mut mails = VecDeque::from(sorted(&head, letters.drain(..), shard_of));
        while let Some((to, mail)) = mails.pop_front() {
            let letters = Letters { to: to.0, mail };
            match deliver(&port, letters).await {
                Ok(elsewhere) => {
                    let to = elsewhere.into_iter();
                    let to = to.filter_map(|letter| Some((letter.slot()?, letter)));
                    let again = sorted(&head, to, shard_of);
                    again
                        .into_iter()
                        .rev()
                        .for_each(|mail| mails.push_front(mail));
                }
                // It fails when this node stops: whoever owns the sender next says it again.
                Err(error) => {
                    tracing::debug!(%error, slot = to.0, "letters were not delivered");
                }
            }
        }
    }
}

/// Letters by the owners that they are for, each of whom reads in the order of posting: a bag takes as many
/// mails as there are owners, however many slots these have.
fn sorted(
    head: &Mail,
    letters: impl Iterator<Item = (Slot, Letter)>,
    shard_of: impl Fn(Slot) -> Option<ShardId> + Copy,
) -> Vec<(Slot, Mail)> {
    let mut mails: Vec<(Slot, Mail)> = Vec::new();
    // The last mail for each shard.
    let mut last: BTreeMap<ShardId, usize> = BTreeMap::new();
    for (to, letter) in letters {
        let shard = shard_of(to);
        let mail = shard.and_then(|shard| last.get(&shard));
        // What is for whoever owns this very slot goes in a mail that is addressed to it.
        if let Some(at) = mail.filter(|_| letter.slot().is_some()) {
            mails[*at].1.letters.push(letter);
            continue;
        }
        last.extend(shard.map(|shard| (shard, mails.len())));
        let mut mail = head.clone();
        mail.letters.push(letter);
        mails.push((to, mail));
    }
    mails
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

#[cfg(test)]
mod tests {
    use steploom_types::Timestamp;

    use super::*;

    fn id(slot: u16, n: u64) -> ExecutionId {
        ExecutionId::new(Slot(slot), Timestamp::from_millis(1), n)
    }

    fn grant(slot: u16, n: u64) -> (Slot, Letter) {
        let key = Key {
            account: AccountId::LOCAL,
            machine: "m".parse().unwrap(),
            key: None,
        };
        let (id, owner) = (id(slot, n), Epoch(1));
        (Slot(slot), Letter::Grant(Granted { key, id, owner }))
    }

    #[test]
    fn letters_to_many_slots_of_an_owner_share_a_mail_in_their_order() {
        let head = Mail {
            from: ShardId(0),
            slots: (0, 0),
            epoch: Epoch(1),
            letters: Vec::new(),
        };
        let census = |slot| (Slot(slot), Letter::Census(Vec::new()));
        let mut letters: Vec<_> = (0..1_000).map(|n| grant(n % 200, n.into())).collect();
        letters.insert(500, census(0));
        // Two shards of a hundred slots each.
        let shard_of = |slot: Slot| Some(ShardId(slot.0 / 100));
        let mails = sorted(&head, letters.into_iter(), shard_of);
        let shape: Vec<(u16, usize)> = mails
            .iter()
            .map(|(to, mail)| (to.0, mail.letters.len()))
            .collect();
        assert_eq!(shape, [(0, 300), (100, 500), (0, 201)]);
        assert!(matches!(mails[2].1.letters[0], Letter::Census(_)));
        for shard in 0..2 {
            let of = mails.iter().filter(|(to, _)| to.0 / 100 == shard);
            let numbers: Vec<String> = of
                .flat_map(|(_, mail)| &mail.letters)
                .filter_map(|letter| match letter {
                    Letter::Grant(granted) => Some(granted.id.to_string()),
                    _ => None,
                })
                .collect();
            let expected: Vec<String> = (0..1_000)
                .filter(|n| n % 200 / 100 == shard)
                .map(|n| id(n % 200, n.into()).to_string())
                .collect();
            assert_eq!(numbers, expected);
        }
    }
}
