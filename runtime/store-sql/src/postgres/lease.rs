//! Leases, on the database's clock. Each call is one statement, but for the split of a shard.

mod hint;
mod split;

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::PgConnection;
use steploom_store::Result;
use steploom_store::journal::{Epoch, Lsn};
use steploom_store::lease::{Lease, Node, NodeId, Shard};
use steploom_types::{ShardId, Slot, limits};

use super::link::{Links, on};
use crate::column::{count, shard, slot, stored};
use crate::error::failed;
use hint::Hints;

/// The leases, on the rows of the shards.
pub(super) struct Leases {
    links: Arc<Links>,
    hints: Hints,
}

impl Leases {
    pub(super) fn new(links: Arc<Links>) -> Self {
        let hints = Hints::new(links.options().clone());
        Self { links, hints }
    }
}

#[async_trait]
impl steploom_store::Leases for Leases {
    async fn shards(&self) -> Result<Vec<Shard>> {
        on!(self.links, |link| shards(link))
    }

    async fn acquire(&self, shard: ShardId, node: &NodeId) -> Result<Option<Lease>> {
        on!(self.links, |link| acquire(link, shard, node))
    }

    async fn renew(&self, node: &NodeId, held: &[(ShardId, Epoch)]) -> Result<Vec<ShardId>> {
        let renewed = on!(self.links, |link| renew(link, node, held))?;
        let lost = held.iter().filter(|(shard, _)| !renewed.contains(shard));
        Ok(lost.map(|(shard, _)| *shard).collect())
    }

    async fn release(&self, shard: ShardId, epoch: Epoch) -> Result<()> {
        on!(self.links, |link| release(link, shard, epoch))
    }

    async fn released(&self) -> Result<()> {
        self.hints.next().await
    }

    async fn announce(&self, node: &Node) -> Result<()> {
        on!(self.links, |link| announce(link, node))
    }

    async fn withdraw(&self, node: &NodeId) -> Result<()> {
        on!(self.links, |link| withdraw(link, node))
    }

    async fn nodes(&self) -> Result<Vec<Node>> {
        on!(self.links, |link| nodes(link))
    }

    async fn split(&self, shard: ShardId, epoch: Epoch, at: Slot) -> Result<(ShardId, ShardId)> {
        on!(self.links, |link| split::split(link, shard, epoch, at))
    }
}

async fn shards(from: &mut PgConnection) -> Result<Vec<Shard>> {
    let rows: Vec<(i64, i64, i64, i64, i64, Option<String>)> = sqlx::query_as(
        "SELECT id, slot_first, slot_last, epoch, last_lsn, owner FROM shard ORDER BY slot_first",
    )
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let checked = |(id, first, last, epoch, last_lsn, owner): (_, _, _, _, _, Option<String>)| {
        Ok(Shard {
            id: shard(id)?,
            slots: (slot(first)?, slot(last)?),
            epoch: Epoch(count(epoch)?),
            last_lsn: Lsn(count(last_lsn)?),
            owner: owner.map(NodeId),
        })
    };
    rows.into_iter().map(checked).collect()
}

/// Takes the shard, and fences the former owner in the projection as well: a checkpoint of its that
/// is under way is waited for, and there is none after it.
async fn acquire(to: &mut PgConnection, id: ShardId, node: &NodeId) -> Result<Option<Lease>> {
    let row: Option<(i64, i64)> = sqlx::query_as(
        "WITH taken AS (
             UPDATE shard SET epoch = epoch + 1, owner = $2,
                 lease_until = clock_timestamp() + make_interval(secs => $3)
             WHERE id = $1
                 AND (owner IS NULL OR owner = $2 OR lease_until <= clock_timestamp())
             RETURNING id, epoch, last_lsn
         ), fenced AS (
             INSERT INTO checkpoint AS c (shard, epoch, lsn) SELECT id, epoch, 0 FROM taken
             ON CONFLICT (shard) DO UPDATE SET epoch = greatest(c.epoch, excluded.epoch)
         )
         SELECT epoch, last_lsn FROM taken",
    )
    .bind(i64::from(id.0))
    .bind(&node.0)
    .bind(f64::from(limits::LEASE_SECONDS))
    .fetch_optional(to)
    .await
    .map_err(failed)?;
    let lease = |(epoch, last_lsn)| {
        Ok(Lease {
            shard: id,
            epoch: Epoch(count(epoch)?),
            last_lsn: Lsn(count(last_lsn)?),
        })
    };
    row.map(lease).transpose()
}

/// Renews what is still held, and names it. Rows are locked in the order of their ids, as those who
/// append do.
async fn renew(
    to: &mut PgConnection,
    node: &NodeId,
    held: &[(ShardId, Epoch)],
) -> Result<Vec<ShardId>> {
    let ids: Vec<i64> = held.iter().map(|(shard, _)| shard.0.into()).collect();
    let epochs: Vec<i64> = held.iter().map(|(_, epoch)| stored(epoch.0)).collect();
    let renewed: Vec<i64> = sqlx::query_scalar(
        "WITH held AS MATERIALIZED (
             SELECT s.id FROM shard s
             JOIN unnest($2::bigint[], $3::bigint[]) AS h (id, epoch) ON h.id = s.id
             WHERE s.epoch = h.epoch AND s.owner = $1
             ORDER BY s.id FOR NO KEY UPDATE OF s
         )
         UPDATE shard s SET lease_until = clock_timestamp() + make_interval(secs => $4)
         FROM held WHERE s.id = held.id
         RETURNING s.id",
    )
    .bind(&node.0)
    .bind(ids)
    .bind(epochs)
    .bind(f64::from(limits::LEASE_SECONDS))
    .fetch_all(to)
    .await
    .map_err(failed)?;
    renewed.into_iter().map(shard).collect()
}

/// [Whoever listens](hint) hears that there is a shard to be had. It is a hint: nobody relies on it.
async fn release(to: &mut PgConnection, shard: ShardId, epoch: Epoch) -> Result<()> {
    sqlx::query(
        "WITH released AS (
             UPDATE shard SET owner = NULL, lease_until = NULL WHERE id = $1 AND epoch = $2
             RETURNING id
         )
         SELECT pg_notify('steploom_released', id::text) FROM released",
    )
    .bind(i64::from(shard.0))
    .bind(stored(epoch.0))
    .fetch_all(to)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn announce(to: &mut PgConnection, node: &Node) -> Result<()> {
    sqlx::query(
        "INSERT INTO node (id, address, announced_at) VALUES ($1, $2, clock_timestamp())
         ON CONFLICT (id) DO UPDATE
         SET address = excluded.address, announced_at = excluded.announced_at",
    )
    .bind(&node.id.0)
    .bind(&node.address)
    .execute(to)
    .await
    .map_err(failed)?;
    Ok(())
}

async fn withdraw(to: &mut PgConnection, node: &NodeId) -> Result<()> {
    sqlx::query("DELETE FROM node WHERE id = $1")
        .bind(&node.0)
        .execute(to)
        .await
        .map_err(failed)?;
    Ok(())
}

async fn nodes(from: &mut PgConnection) -> Result<Vec<Node>> {
    let rows: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT id, address FROM node
         WHERE announced_at > clock_timestamp() - make_interval(secs => $1) ORDER BY id",
    )
    .bind(f64::from(limits::LEASE_SECONDS))
    .fetch_all(from)
    .await
    .map_err(failed)?;
    let node = |(id, address)| Node {
        id: NodeId(id),
        address,
    };
    Ok(rows.into_iter().map(node).collect())
}
