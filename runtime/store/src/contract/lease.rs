//! Checks of [`crate::Leases`].

use steploom_types::{ShardId, Slot, limits};

use super::Subject;
use super::fixture::{OTHER, SHARD, acquire, append, node, record};
use crate::journal::{Appended, Epoch, Lsn};
use crate::lease::Node;
use crate::{Error, Result};

/// A new database has its shards, in order, over every slot once, owned by nobody.
pub async fn a_new_database_has_shards_over_all_slots(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let shards = store.leases.shards().await?;
    assert_eq!(shards.len(), usize::from(limits::SHARDS));
    assert_eq!(shards[0].slots.0, Slot(0));
    assert_eq!(shards[shards.len() - 1].slots.1, Slot(u16::MAX));
    for pair in shards.windows(2) {
        assert_eq!(pair[0].slots.1.0 + 1, pair[1].slots.0.0);
    }
    for shard in shards {
        assert_eq!((shard.last_lsn, shard.owner), (Lsn(0), None));
    }
    Ok(())
}

/// Every acquisition has a greater epoch, also the same node's.
pub async fn epochs_grow_with_every_acquisition(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let first = acquire(&store, SHARD).await?;
    append(&store, first, 1, b"x").await?;
    let second = acquire(&store, SHARD).await?;
    assert!(second.epoch > first.epoch, "{second:?} after {first:?}");
    assert_eq!((first.last_lsn, second.last_lsn), (Lsn(0), Lsn(1)));
    let shards = store.leases.shards().await?;
    let shard = shards.iter().find(|s| s.id == SHARD).expect("it is there");
    assert_eq!((shard.epoch, shard.last_lsn), (second.epoch, Lsn(1)));
    assert_eq!(shard.owner, Some(node("a")));
    Ok(())
}

/// While a lease is good, nobody else gets the shard, nor one that does not exist.
pub async fn a_good_lease_holds_off_others(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    acquire(&store, SHARD).await?;
    assert_eq!(store.leases.acquire(SHARD, &node("b")).await?, None);
    assert!(store.leases.acquire(OTHER, &node("b")).await?.is_some());
    let absent = store.leases.acquire(ShardId(u16::MAX), &node("b")).await?;
    assert_eq!(absent, None);
    Ok(())
}

/// A lease that ran out is anybody's, and a renewed one has not run out.
pub async fn a_lease_that_ran_out_may_be_taken(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (taken, kept) = (acquire(&store, SHARD).await?, acquire(&store, OTHER).await?);
    subject.let_leases_run_out(&store).await?;
    let held = [(kept.shard, kept.epoch)];
    assert_eq!(store.leases.renew(&node("a"), &held).await?, []);
    let lease = store.leases.acquire(SHARD, &node("b")).await?;
    assert!(lease.expect("it ran out").epoch > taken.epoch);
    assert_eq!(store.leases.acquire(OTHER, &node("b")).await?, None);
    Ok(())
}

/// A released shard is anybody's at once.
pub async fn a_released_shard_may_be_taken(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let lease = acquire(&store, SHARD).await?;
    store.leases.release(SHARD, lease.epoch).await?;
    let shards = store.leases.shards().await?;
    assert!(shards.iter().all(|shard| shard.owner.is_none()));
    let next = store.leases.acquire(SHARD, &node("b")).await?;
    assert!(next.expect("it is free").epoch > lease.epoch);
    Ok(())
}

/// Giving back a shard that somebody else has by now leaves it with them.
pub async fn a_late_release_changes_nothing(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let former = acquire(&store, SHARD).await?;
    subject.let_leases_run_out(&store).await?;
    let lease = store.leases.acquire(SHARD, &node("b")).await?;
    store.leases.release(SHARD, former.epoch).await?;
    let held = [(SHARD, lease.expect("it ran out").epoch)];
    assert_eq!(store.leases.renew(&node("b"), &held).await?, []);
    assert_eq!(store.leases.acquire(SHARD, &node("a")).await?, None);
    Ok(())
}

/// Renewing names the shards that others have, that have a newer epoch, or that were released; the
/// others are renewed, also when they had run out.
pub async fn renewing_names_what_was_lost(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let mut held = Vec::new();
    for shard in 0..4 {
        let lease = acquire(&store, ShardId(shard)).await?;
        held.push((lease.shard, lease.epoch));
    }
    assert_eq!(store.leases.renew(&node("a"), &held).await?, []);
    subject.let_leases_run_out(&store).await?;
    let taken = store.leases.acquire(ShardId(0), &node("b")).await?;
    assert!(taken.is_some());
    acquire(&store, ShardId(1)).await?;
    store.leases.release(ShardId(2), held[2].1).await?;
    let lost = store.leases.renew(&node("a"), &held).await?;
    assert_eq!(lost, [ShardId(0), ShardId(1), ShardId(2)]);
    assert_eq!(store.leases.acquire(ShardId(3), &node("b")).await?, None);
    Ok(())
}

/// After a restart a node takes its own shards back at once, under a greater epoch.
pub async fn epochs_outlive_a_restart(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let before = acquire(&store, SHARD).await?;
    drop(store);
    let store = subject.open().await?;
    let after = acquire(&store, SHARD).await?;
    assert!(after.epoch > before.epoch, "{after:?} after {before:?}");
    Ok(())
}

/// A node is there until its announcement runs out or it says that it goes; the newest address
/// counts.
pub async fn nodes_are_there_for_as_long_as_they_say_so(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let at = |name: &str, address: Option<&str>| Node {
        id: node(name),
        address: address.map(str::to_owned),
    };
    assert_eq!(store.leases.nodes().await?, []);
    store.leases.announce(&at("b", None)).await?;
    store.leases.announce(&at("a", Some("http://old"))).await?;
    subject.let_leases_run_out(&store).await?;
    assert_eq!(store.leases.nodes().await?, []);
    store.leases.announce(&at("b", None)).await?;
    store.leases.announce(&at("a", Some("http://old"))).await?;
    store.leases.announce(&at("a", Some("http://new"))).await?;
    let there = [at("a", Some("http://new")), at("b", None)];
    assert_eq!(store.leases.nodes().await?, there);
    store.leases.withdraw(&node("a")).await?;
    store.leases.withdraw(&node("never there")).await?;
    assert_eq!(store.leases.nodes().await?, [at("b", None)]);
    Ok(())
}

/// Two new shards have the slots of the one that was split, and go on with empty logs.
pub async fn a_shard_splits(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let lease = acquire(&store, SHARD).await?;
    append(&store, lease, 1, b"projected").await?;
    let projection = &store.projection;
    projection
        .checkpoint(SHARD, lease.epoch, Lsn(1), &[])
        .await?;
    store.journal.trim(SHARD, Lsn(1)).await?;
    let before = store.leases.shards().await?;
    let old = before
        .iter()
        .find(|shard| shard.id == SHARD)
        .expect("it is there");
    let middle = Slot(old.slots.0.0 + 100);
    let (low, high) = store.leases.split(SHARD, lease.epoch, middle).await?;
    drop(store);
    let store = subject.open().await?;
    let after = store.leases.shards().await?;
    assert_eq!(after.len(), before.len() + 1);
    for pair in after.windows(2) {
        assert_eq!(pair[0].slots.1.0 + 1, pair[1].slots.0.0);
    }
    for (id, slots) in [
        (low, (old.slots.0, Slot(middle.0 - 1))),
        (high, (middle, old.slots.1)),
    ] {
        assert!(
            before.iter().all(|shard| shard.id != id),
            "{id} is a new one"
        );
        let child = after
            .iter()
            .find(|shard| shard.id == id)
            .expect("it is there");
        assert_eq!(
            (child.slots, child.last_lsn, &child.owner),
            (slots, Lsn(0), &None)
        );
        assert!(child.epoch > lease.epoch);
        let lease = acquire(&store, id).await?;
        append(&store, lease, 1, b"a new log").await?;
        assert_eq!(store.projection.checkpointed(id).await?, Lsn(0));
    }
    assert_eq!(store.leases.acquire(SHARD, &node("a")).await?, None);
    let late = store.journal.append(&[record(lease, 2, "late")]).await?;
    assert_eq!(late, [Appended::Fenced]);
    let again = store.leases.split(low, Epoch(1 << 40), Slot(1)).await;
    assert!(matches!(again, Err(Error::Fenced { .. })), "{again:?}");
    Ok(())
}

/// A shard with records that are not projected, or of another owner, stays whole.
pub async fn only_a_projected_shard_splits(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let lease = acquire(&store, SHARD).await?;
    append(&store, lease, 1, b"a fact").await?;
    let shards = store.leases.shards().await?;
    let old = shards
        .iter()
        .find(|shard| shard.id == SHARD)
        .expect("it is there");
    let middle = Slot(old.slots.0.0 + 1);
    let early = store.leases.split(SHARD, lease.epoch, middle).await;
    assert!(matches!(early, Err(Error::Changed { .. })), "{early:?}");
    store.journal.trim(SHARD, Lsn(1)).await?;
    let foreign = store
        .leases
        .split(SHARD, Epoch(lease.epoch.0 - 1), middle)
        .await;
    assert!(matches!(foreign, Err(Error::Fenced { .. })), "{foreign:?}");
    for outside in [old.slots.0, Slot(old.slots.1.0 + 1)] {
        let nowhere = store.leases.split(SHARD, lease.epoch, outside).await;
        assert!(matches!(nowhere, Err(Error::Changed { .. })), "{nowhere:?}");
    }
    assert_eq!(store.leases.shards().await?.len(), shards.len());
    append(&store, lease, 2, b"another").await
}
