//! Checks of the partitions of [`crate::Projection`].

use steploom_types::ExecutionId;

use super::Subject;
use super::fixture::{
    SHARD, account, acquire, append, change, checkpoint, ended, id, ids, list, running, write,
};
use crate::projection::{Filter, Partition, Row, Status};
use crate::{Error, Result, Store};

/// So many closed executions fill this many partitions.
const PARTITIONS: u64 = 4;

/// Closed executions enough for some partitions, each a checkpoint of its own.
async fn fill(subject: &dyn Subject, store: &Store) -> Result<Vec<Row>> {
    let count = subject.partition_rows() * PARTITIONS;
    let mut rows = Vec::new();
    for n in 0..count {
        let row = running((n * 7_919 % 65_536) as u16, n as i64 * 10);
        rows.push(ended(row, Status::Succeeded));
        write(store, n + 1, &rows[n as usize..]).await?;
    }
    Ok(rows)
}

async fn read(store: &Store, partition: &Partition) -> Result<Vec<ExecutionId>> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store
            .projection
            .read_partition(partition.id, after, 3)
            .await?;
        let Some(last) = page.last() else {
            return Ok(seen);
        };
        assert!(page.len() <= 3);
        after = Some(last.row.id);
        for closed in page {
            let whole = closed.whole.expect("it was written at once");
            assert_eq!(whole.facts, "facts");
            let found = store.projection.find(account(1), closed.row.id).await?;
            assert_eq!(found.as_ref(), Some(&closed.row));
            seen.push(closed.row.id);
        }
    }
}

/// Every closed execution is in the one partition of its time, and open ones are in none.
pub async fn closed_executions_are_in_partitions_by_time(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    assert_eq!(store.projection.partitions().await?, []);
    let lease = acquire(&store, SHARD).await?;
    let rows = fill(subject, &store).await?;
    for lsn in 1..=rows.len() as u64 + 1 {
        append(&store, lease, lsn, b"facts").await?;
    }
    write(&store, rows.len() as u64 + 1, &[running(7, 5)]).await?;
    drop(store);
    let store = subject.open().await?;
    let partitions = store.projection.partitions().await?;
    assert!(partitions.len() as u64 >= PARTITIONS, "{partitions:?}");
    let mut seen = Vec::new();
    for (n, partition) in partitions.iter().enumerate() {
        let ids = read(&store, partition).await?;
        assert_eq!(ids.len() as u64, partition.rows);
        for id in &ids {
            assert!(partition.from.is_none_or(|from| from <= id.created()));
            assert!(partition.to.is_none_or(|to| id.created() < to));
        }
        assert!(partition.to.is_some() || n + 1 == partitions.len());
        let next = partitions.get(n + 1);
        assert!(next.is_none_or(|next| partition.to <= next.from));
        seen.extend(ids);
    }
    seen.sort();
    let mut expected = ids(&rows);
    expected.sort();
    assert_eq!(seen, expected);
    assert_eq!(
        store.projection.read_partition(u64::MAX, None, 9).await?,
        []
    );
    Ok(())
}

/// Rows, facts and counts of what was closed go; what is open stays, whenever it began.
pub async fn a_dropped_partition_takes_only_what_is_closed(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let rows = fill(subject, &store).await?;
    let upto = rows.len() as u64;
    let (open, redriven) = (
        running(9, 1),
        Row {
            redrives: 1,
            status: Status::Running,
            ended_at: None,
            output: None,
            ..rows[1].clone()
        },
    );
    write(&store, upto + 1, std::slice::from_ref(&open)).await?;
    checkpoint(&store, upto + 2, &[change(&redriven, 3, "more")]).await?;
    let partitions = store.projection.partitions().await?;
    let first = partitions[0];
    let gone = read(&store, &first).await?;
    assert!(!gone.is_empty() && !gone.contains(&redriven.id));
    store
        .projection
        .drop_partition(first.id, first.version)
        .await?;
    store
        .projection
        .drop_partition(first.id, first.version)
        .await?;
    let left = store.projection.partitions().await?;
    assert!(left.iter().all(|partition| partition.id != first.id));
    for id in &gone {
        assert_eq!(store.projection.find(account(1), *id).await?, None);
        assert_eq!(store.projection.chunks(*id, 0, 9).await?, []);
    }
    for (row, chunks) in [(&open, 1), (&redriven, 2)] {
        assert_eq!(
            store.projection.find(account(1), row.id).await?.as_ref(),
            Some(row)
        );
        assert_eq!(store.projection.chunks(row.id, 0, 999).await?.len(), chunks);
    }
    let listed = list(&store, &Filter::default(), None, 999).await?;
    assert_eq!(listed.len(), rows.len() + 1 - gone.len());
    let counts = store.projection.counts(account(1), None).await?;
    let counted: u64 = counts.iter().map(|(_, _, count)| count).sum();
    assert_eq!(counted as usize, listed.len());
    let done = ended(redriven.clone(), Status::Succeeded);
    checkpoint(&store, upto + 3, &[change(&done, 8, "last")]).await?;
    assert_eq!(
        store.projection.find(account(1), done.id).await?,
        Some(done.clone())
    );
    let chunks = store.projection.chunks(done.id, 0, 999).await?;
    let facts: Vec<_> = chunks.into_iter().map(|chunk| chunk.facts).collect();
    assert_eq!(facts, ["facts", "more", "last"]);
    Ok(())
}

/// Whoever read a partition before something in it changed may not drop it.
pub async fn a_partition_that_changed_stays(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let rows = fill(subject, &store).await?;
    let upto = rows.len() as u64;
    let first = store.projection.partitions().await?[0];
    let late = ended(running(9, 1), Status::Failed);
    write(&store, upto + 1, std::slice::from_ref(&late)).await?;
    let dropped = store
        .projection
        .drop_partition(first.id, first.version)
        .await;
    assert!(matches!(dropped, Err(Error::Changed { .. })), "{dropped:?}");
    let second = store.projection.partitions().await?[0];
    assert_eq!((second.id, second.rows), (first.id, first.rows + 1));
    let redriven = Row {
        redrives: 1,
        status: Status::Running,
        ended_at: None,
        error: None,
        cause: None,
        ..late.clone()
    };
    checkpoint(&store, upto + 2, &[change(&redriven, 3, "more")]).await?;
    let dropped = store
        .projection
        .drop_partition(second.id, second.version)
        .await;
    assert!(matches!(dropped, Err(Error::Changed { .. })), "{dropped:?}");
    let third = store.projection.partitions().await?[0];
    assert_eq!((third.id, third.rows), (first.id, first.rows));
    store
        .projection
        .drop_partition(third.id, third.version)
        .await
}

/// An execution that ends after the partition of its time is gone is found all the same.
pub async fn a_late_end_comes_into_its_time(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let rows = fill(subject, &store).await?;
    let upto = rows.len() as u64;
    let open = running(9, 1);
    write(&store, upto + 1, std::slice::from_ref(&open)).await?;
    let mut partitions = store.projection.partitions().await?;
    let newest = partitions.pop().expect("there are some");
    for partition in &partitions {
        store
            .projection
            .drop_partition(partition.id, partition.version)
            .await?;
    }
    let done = ended(open.clone(), Status::Succeeded);
    checkpoint(&store, upto + 2, &[change(&done, 4, "late")]).await?;
    let left = store.projection.partitions().await?;
    assert_eq!(left.iter().map(|p| p.rows).sum::<u64>(), newest.rows + 1);
    assert!(left.is_sorted_by_key(|partition| partition.from));
    assert_eq!(
        store.projection.find(account(1), id(9, 1)).await?,
        Some(done)
    );
    assert_eq!(store.projection.chunks(open.id, 0, 999).await?.len(), 2);
    let listed = list(&store, &Filter::default(), None, 999).await?;
    assert_eq!(listed.last().map(|row| row.id), Some(open.id));
    Ok(())
}
