//! Checks of [`crate::Projection`].

use bytes::Bytes;
use steploom_types::ExecutionId;

use super::Subject;
use super::fixture::{
    OTHER, SHARD, account, acquire, append, at, change, checkpoint, ended, id, ids, list, machine,
    name, running, write,
};
use crate::journal::{Epoch, Lsn};
use crate::projection::{Chunk, Filter, Loaded, Offer, Row, Sleep, Snapshot, SnapshotAt, Status};
use crate::{Error, Result, Store};

async fn facts(store: &Store, id: ExecutionId, from_fact: u64) -> Result<Vec<(u64, Bytes)>> {
    let chunks = store.projection.chunks(id, from_fact, usize::MAX).await?;
    let pair = |chunk: Chunk| (chunk.first_fact, chunk.facts);
    Ok(chunks.into_iter().map(pair).collect())
}

fn pairs(chunks: &[(u64, &'static str)]) -> Vec<(u64, Bytes)> {
    let pair = |(fact, facts): &(u64, &'static str)| (*fact, Bytes::from_static(facts.as_bytes()));
    chunks.iter().map(pair).collect()
}

/// Rows and lsn are there together, for this shard alone, also after a restart.
pub async fn a_checkpoint_comes_with_its_lsn(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    assert_eq!(store.projection.checkpointed(SHARD).await?, Lsn(0));
    let lease = acquire(&store, SHARD).await?;
    for lsn in 1..=9 {
        append(&store, lease, lsn, b"facts").await?;
    }
    let row = running(1, 0);
    write(&store, 5, std::slice::from_ref(&row)).await?;
    checkpoint(&store, 9, &[]).await?;
    drop(store);
    for _ in 0..2 {
        let store = subject.open().await?;
        assert_eq!(store.projection.checkpointed(SHARD).await?, Lsn(9));
        assert_eq!(store.projection.checkpointed(OTHER).await?, Lsn(0));
        let found = store.projection.find(account(1), row.id).await?;
        assert_eq!(found.as_ref(), Some(&row));
    }
    Ok(())
}

/// A former epoch's checkpoint writes nothing, and neither does one from before the last.
pub async fn refuses_a_stale_checkpoint(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let changes = [change(&running(1, 0), 0, "late")];
    let projection = &store.projection;
    projection.checkpoint(SHARD, Epoch(4), Lsn(7), &[]).await?;
    for (epoch, upto) in [(3, 9), (3, 7), (4, 6), (5, 6)] {
        let late = projection
            .checkpoint(SHARD, Epoch(epoch), Lsn(upto), &changes)
            .await;
        let fenced = matches!(late, Err(Error::Fenced { shard }) if shard == SHARD);
        assert!(fenced, "epoch {epoch}, lsn {upto}: {late:?}");
    }
    assert_eq!(projection.find(account(1), id(1, 0)).await?, None);
    assert_eq!(projection.chunks(id(1, 0), 0, 9).await?, []);
    assert_eq!(projection.checkpointed(SHARD).await?, Lsn(7));
    projection.checkpoint(OTHER, Epoch(1), Lsn(1), &[]).await?;
    projection.checkpoint(SHARD, Epoch(5), Lsn(7), &[]).await
}

/// A checkpoint may be written again when its answer was lost.
pub async fn a_repeated_checkpoint_changes_nothing(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let open = running(1, 0);
    let done = ended(running(2, 1), Status::Succeeded);
    let first = [change(&open, 0, "a"), change(&done, 0, "whole")];
    let second = [change(&ended(open.clone(), Status::Failed), 3, "b")];
    for (upto, changes) in [(1, &first[..]), (1, &first), (2, &second), (2, &second)] {
        checkpoint(&store, upto, changes).await?;
    }
    assert_eq!(
        facts(&store, open.id, 0).await?,
        pairs(&[(0, "a"), (3, "b")])
    );
    assert_eq!(facts(&store, done.id, 0).await?, pairs(&[(0, "whole")]));
    assert_eq!(list(&store, &Filter::default(), None, 9).await?.len(), 2);
    Ok(())
}

/// An execution that ended before its first checkpoint was never open to anybody.
pub async fn an_execution_that_ends_soon_is_one_row(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = ended(running(1, 0), Status::Succeeded);
    write(&store, 1, std::slice::from_ref(&row)).await?;
    assert_eq!(store.projection.open((0, u16::MAX), None, 9).await?, []);
    assert_eq!(facts(&store, row.id, 0).await?, pairs(&[(0, "facts")]));
    let found = store.projection.find(account(1), row.id).await?;
    assert_eq!(found, Some(row));
    Ok(())
}

/// All chunks come in order, or those from a fact on.
pub async fn keeps_every_chunk_in_order(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = running(1, 0);
    let done = ended(row.clone(), Status::Succeeded);
    checkpoint(&store, 1, &[change(&row, 0, "a")]).await?;
    checkpoint(&store, 2, &[change(&row, 4, "b")]).await?;
    checkpoint(&store, 3, &[change(&row, 300, "c")]).await?;
    checkpoint(&store, 4, &[change(&done, 70_000, "d")]).await?;
    let all = pairs(&[(0, "a"), (4, "b"), (300, "c"), (70_000, "d")]);
    for (from, skipped) in [(0, 0), (3, 0), (4, 1), (299, 1), (300, 2), (1 << 40, 3)] {
        let found = facts(&store, row.id, from).await?;
        assert_eq!(found, all[skipped..], "from fact {from}");
    }
    assert_eq!(facts(&store, id(1, 1), 0).await?, []);
    assert_eq!(store.projection.find(account(1), row.id).await?, Some(done));
    Ok(())
}

/// Facts that tell no event are not lost to those that follow; a chunk without facts is none.
pub async fn keeps_chunks_that_tell_no_event(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = running(1, 0);
    let done = ended(row.clone(), Status::Succeeded);
    let at_event = |row: &Row, first_fact, first_event, facts| {
        let mut change = change(row, first_fact, facts);
        change.chunk.first_event = first_event;
        change
    };
    checkpoint(&store, 1, &[at_event(&row, 0, 1, "a")]).await?;
    checkpoint(&store, 2, &[at_event(&row, 3, 5, "none")]).await?;
    checkpoint(&store, 3, &[at_event(&row, 4, 5, "")]).await?;
    checkpoint(&store, 4, &[at_event(&row, 4, 5, "b")]).await?;
    checkpoint(&store, 5, &[at_event(&done, 6, 9, "")]).await?;
    let all = pairs(&[(0, "a"), (3, "none"), (4, "b")]);
    assert_eq!(facts(&store, row.id, 0).await?, all);
    assert_eq!(facts(&store, row.id, 3).await?, all[1..]);
    let chunks = store.projection.chunks(row.id, 0, usize::MAX).await?;
    let events: Vec<_> = chunks.iter().map(|chunk| chunk.first_event).collect();
    assert_eq!(events, [1, 5, 5]);
    assert_eq!(store.projection.find(account(1), row.id).await?, Some(done));
    Ok(())
}

/// A page of chunks has as many as fit, and at least one.
pub async fn pages_through_chunks(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = running(1, 0);
    for n in 0..20 {
        let mut change = change(&row, n * 10, "");
        change.chunk.facts = vec![n as u8; 1_000].into();
        checkpoint(&store, n + 1, &[change]).await?;
    }
    let (mut next, mut seen, mut pages) = (0, Vec::new(), 0);
    while next < 200 {
        let page = store.projection.chunks(row.id, next, 3_500).await?;
        assert!((1..=4).contains(&page.len()), "{}", page.len());
        seen.extend(page.iter().map(|chunk| (chunk.first_fact, chunk.facts[0])));
        next = seen.last().map_or(0, |(first_fact, _)| first_fact + 10);
        pages += 1;
    }
    let all: Vec<_> = (0..20).map(|n| (n * 10, n as u8)).collect();
    assert_eq!(seen, all);
    assert!((5..=7).contains(&pages), "{pages}");
    let one = store.projection.chunks(row.id, 55, 0).await?;
    assert_eq!((one.len(), one[0].first_fact), (1, 50));
    Ok(())
}

/// Every snapshot is kept, while the execution is open and after its end.
pub async fn finds_snapshots_by_event(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = running(1, 0);
    let other = running(1, 1);
    write(&store, 1, std::slice::from_ref(&other)).await?;
    let snapshot = |facts, events| Snapshot {
        facts,
        events,
        body: vec![facts as u8; 100].into(),
    };
    let steps = [(10, 8), (20, 8), (30, 25), (40, 99)];
    for (upto, (facts, events)) in (2..).zip(steps) {
        let row = match facts {
            40 => ended(row.clone(), Status::Succeeded),
            _ => row.clone(),
        };
        let mut change = change(&row, facts - 10, "ten facts");
        change.snapshot = Some(snapshot(facts, events));
        checkpoint(&store, upto, &[change]).await?;
        let newest = store
            .projection
            .snapshot(row.id, SnapshotAt::Newest)
            .await?;
        assert_eq!(newest, Some(snapshot(facts, events)));
    }
    for (event, expected) in [
        (7, None),
        (8, Some((20, 8))),
        (98, Some((30, 25))),
        (1 << 40, Some((40, 99))),
    ] {
        let found = store
            .projection
            .snapshot(row.id, SnapshotAt::Event(event))
            .await?;
        assert_eq!(
            found,
            expected.map(|(f, e)| snapshot(f, e)),
            "at event {event}"
        );
    }
    assert_eq!(
        store
            .projection
            .snapshot(other.id, SnapshotAt::Newest)
            .await?,
        None
    );
    Ok(())
}

/// Their owner gets executions by their ids, whoever's they are, and the facts of those that are open
/// and short.
pub async fn loads_many_for_their_owner(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let rows: Vec<_> = (0..5).map(|n| running(1, n)).collect();
    write(&store, 1, &rows).await?;
    let over = ended(rows[4].clone(), Status::Failed);
    let mut long = change(&rows[3], 1, "more");
    long.snapshot = Some(Snapshot {
        facts: 2,
        events: 2,
        body: Bytes::from_static(b"state"),
    });
    checkpoint(
        &store,
        2,
        &[change(&rows[1], 1, "more"), long, change(&over, 1, "end")],
    )
    .await?;
    let absent = id(1, 99);
    let ids: Vec<_> = rows.iter().map(|row| row.id).chain([absent]).collect();
    let loaded = async |bytes_max| -> Result<Vec<_>> {
        let mut loaded = store.projection.load(&ids, bytes_max).await?;
        loaded.sort_by_key(|one| one.row.id);
        let facts = |one: Loaded| {
            let chunks = one.chunks.into_iter().flatten();
            let facts = chunks.map(|chunk| String::from_utf8_lossy(&chunk.facts).into_owned());
            (one.row, facts.collect::<Vec<_>>())
        };
        Ok(loaded.into_iter().map(facts).collect())
    };
    let expected = [
        (rows[0].clone(), vec!["facts".to_owned()]),
        (rows[1].clone(), vec!["facts".to_owned(), "more".to_owned()]),
        (rows[2].clone(), vec!["facts".to_owned()]),
        (rows[3].clone(), Vec::new()),
        (over, Vec::new()),
    ];
    assert_eq!(loaded(1_000_000).await?, expected);
    let none: Vec<_> = expected.map(|(row, _)| (row, Vec::new())).into();
    assert_eq!(loaded(0).await?, none, "there is no room for facts");
    Ok(())
}

/// A flipped bit of one execution's facts is reported, never returned, and the others are good.
pub async fn a_flipped_bit_concerns_one_execution(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let rows: Vec<_> = (0..3).map(|n| running(1, n)).collect();
    let lease = acquire(&store, SHARD).await?;
    append(&store, lease, 1, b"facts").await?;
    write(&store, 1, &rows).await?;
    drop(store);
    subject.flip_chunk(rows[1].id).await?;
    let store = subject.open().await?;
    let bad = facts(&store, rows[1].id, 0).await;
    assert!(matches!(bad, Err(Error::Corrupt(_))), "{bad:?}");
    for row in [&rows[0], &rows[2]] {
        assert_eq!(facts(&store, row.id, 0).await?, pairs(&[(0, "facts")]));
    }
    let open = store.projection.open((0, u16::MAX), None, 9).await?;
    assert_eq!(open.len(), 3);
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let loaded = store.projection.load(&ids, 1_000).await?;
    let whole = |id| {
        loaded
            .iter()
            .any(|one| one.row.id == id && one.chunks.is_some())
    };
    let are_whole: Vec<_> = ids.iter().map(|id| whole(*id)).collect();
    assert_eq!(are_whole, [true, false, true]);
    Ok(())
}

/// Whatever a row carries comes back as it was.
pub async fn keeps_every_byte_of_a_row(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let odd = Row {
        account: account(999_999_999_999),
        id: id(u16::MAX, 0),
        name: name("A.b_c-9"),
        machine: machine("function:resize"),
        machine_version: u32::MAX,
        input: Bytes::from(vec![b'x'; 300_000]),
        output: Some(Bytes::from_static(b"\x00\xff\"\\u0000\"")),
        error: Some(String::new()),
        cause: Some("a \u{0} in the middle, and \u{1f980}".into()),
        tags: [("a key", "=,\u{0}\u{1f980}"), ("", "")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        redrives: u32::MAX,
        redriven_at: Some(at(99)),
        part_of: Some((id(0, 0), u64::MAX)),
        priority: i8::MIN,
        ..ended(running(1, 0), Status::TimedOut)
    };
    let mut rows = vec![odd];
    for (n, status) in Status::ALL.into_iter().enumerate() {
        let row = running(1, n as i64);
        rows.push(if status.is_open() {
            Row { status, ..row }
        } else {
            ended(row, status)
        });
    }
    write(&store, 1, &rows).await?;
    for row in rows {
        let found = store.projection.find(row.account, row.id).await?;
        assert_eq!(found, Some(row));
    }
    Ok(())
}

/// An execution that goes on after its end keeps all its facts, and is open again.
pub async fn an_execution_may_open_again(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = running(1, 0);
    let failed = ended(row.clone(), Status::Failed);
    let done = ended(row.clone(), Status::Succeeded);
    checkpoint(&store, 1, &[change(&failed, 0, "a")]).await?;
    checkpoint(&store, 2, &[change(&row, 5, "b")]).await?;
    let open = store.projection.open((1, 1), None, 9).await?;
    assert_eq!(open, std::slice::from_ref(&row));
    let filter = |status| Filter {
        status: Some(status),
        ..Filter::default()
    };
    assert_eq!(list(&store, &filter(Status::Failed), None, 9).await?, []);
    assert_eq!(
        list(&store, &filter(Status::Running), None, 9).await?.len(),
        1
    );
    checkpoint(&store, 3, &[change(&done, 7, "c")]).await?;
    assert_eq!(store.projection.open((1, 1), None, 9).await?, []);
    let all = pairs(&[(0, "a"), (5, "b"), (7, "c")]);
    assert_eq!(facts(&store, row.id, 0).await?, all);
    assert_eq!(store.projection.find(account(1), row.id).await?, Some(done));
    Ok(())
}

/// Taking over a shard reads exactly the open executions of its slots.
pub async fn pages_through_open_executions(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let mut rows = Vec::new();
    for slot in [0, 9, 10, 11, 20, 21, u16::MAX] {
        rows.extend((0..3).map(|n| running(slot, n)));
    }
    write(&store, 1, &rows).await?;
    let done = [
        ended(running(10, 1), Status::Aborted),
        ended(running(15, 0), Status::Failed),
    ];
    write(&store, 2, &done).await?;
    let mut expected: Vec<_> = rows.iter().map(|row| row.id).collect();
    expected.retain(|id| (10..=20).contains(&id.slot().0) && *id != done[0].id);
    expected.sort();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = store.projection.open((10, 20), after, 3).await?;
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        after = Some(last.id);
        seen.extend(ids(&page));
    }
    assert_eq!(seen, expected);
    let last = store.projection.open((u16::MAX, u16::MAX), None, 9).await?;
    assert_eq!(last.len(), 3);
    assert_eq!(
        last[0],
        running(u16::MAX, last[0].started_at.as_millis() - at(0).as_millis())
    );
    Ok(())
}

/// Executions that sleep are found by when they must wake up, as their last change said.
pub async fn finds_what_is_due(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let wake = |slot, sleep: Sleep| {
        let mut change = change(&running(slot, 0), 0, "facts");
        change.sleep = sleep;
        change
    };
    let until = |ms| Sleep::Until(at(ms));
    let changes = [
        wake(1, until(30)),
        wake(2, until(20)),
        wake(3, Sleep::No),
        wake(4, until(40)),
        wake(5, Sleep::Called),
        wake(9, until(1)),
    ];
    checkpoint(&store, 1, &changes).await?;
    let due = async |ms, limit| store.projection.due((1, 8), None, at(ms), limit).await;
    assert_eq!(due(19, 9).await?, []);
    assert_eq!(due(20, 9).await?, [(at(20), id(2, 0))]);
    assert_eq!(due(35, 9).await?, [(at(20), id(2, 0)), (at(30), id(1, 0))]);
    assert_eq!(due(99, 1).await?, [(at(20), id(2, 0))]);
    let after = Some((at(20), id(2, 0)));
    let rest = store.projection.due((1, 8), after, at(99), 9).await?;
    assert_eq!(rest[0], (at(30), id(1, 0)), "after the first");
    let all = store.projection.due((0, u16::MAX), None, at(99), 2).await?;
    assert_eq!(all, [(at(1), id(9, 0)), (at(20), id(2, 0))]);
    let mut over = wake(4, until(5));
    over.row = ended(over.row, Status::Aborted);
    checkpoint(&store, 2, &[wake(2, until(50)), wake(1, Sleep::No), over]).await?;
    assert_eq!(due(99, 9).await?, [(at(50), id(2, 0))]);
    Ok(())
}

/// Whoever takes a shard over reads only what is awake, and finds the others when they are called.
pub async fn sleepers_are_not_awake(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let rows: Vec<_> = (0..6).map(|n| running(1, n)).collect();
    let sleeps = |sleep: [Sleep; 6]| {
        let changes = rows.iter().zip(sleep).map(|(row, sleep)| {
            let mut change = change(row, 0, "facts");
            change.sleep = sleep;
            change
        });
        changes.collect::<Vec<_>>()
    };
    let (no, until, called) = (Sleep::No, Sleep::Until(at(9)), Sleep::Called);
    let first = sleeps([no, until, called, no, until, called]);
    checkpoint(&store, 1, &first).await?;
    let open = ids(&store.projection.open((0, 9), None, 9).await?);
    assert_eq!(open, [rows[0].id, rows[3].id]);
    let second = sleeps([until, no, no, called, called, until]);
    checkpoint(&store, 2, &second).await?;
    let open = ids(&store.projection.open((0, 9), None, 9).await?);
    assert_eq!(open, [rows[1].id, rows[2].id]);
    for row in rows {
        let found = store.projection.find(account(1), row.id).await?;
        assert_eq!(found, Some(row));
    }
    Ok(())
}

/// What a sleeping execution offers is found by activity until it offers something else or ends.
pub async fn finds_offers_of_sleepers(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let offering = |slot, offers: &[(&str, u64)]| {
        let mut change = change(&running(slot, 0), 0, "facts");
        change.sleep = Sleep::Called;
        let offer = |(activity, action): &(&str, u64)| Offer {
            activity: name(activity),
            action: *action,
        };
        change.offers = offers.iter().map(offer).collect();
        change
    };
    let changes = [
        offering(1, &[("pack", 7), ("ship", 8), ("pack", 300)]),
        offering(2, &[("pack", 1)]),
        offering(9, &[("pack", 1)]),
    ];
    checkpoint(&store, 1, &changes).await?;
    let offers = async |of: &str, after, limit| {
        let activity = name(of);
        let found = store
            .projection
            .offers(account(1), &activity, (1, 8), after, limit);
        found.await
    };
    let (one, two) = (id(1, 0), id(2, 0));
    assert_eq!(
        offers("pack", None, 9).await?,
        [(one, 7), (one, 300), (two, 1)]
    );
    assert_eq!(offers("pack", None, 2).await?, [(one, 7), (one, 300)]);
    assert_eq!(
        offers("pack", Some((one, 7)), 9).await?,
        [(one, 300), (two, 1)]
    );
    assert_eq!(offers("ship", None, 9).await?, [(one, 8)]);
    assert_eq!(offers("absent", None, 9).await?, []);
    let pack = name("pack");
    let stranger = store.projection.offers(account(2), &pack, (0, 9), None, 9);
    assert_eq!(stranger.await?, []);
    let mut over = offering(2, &[("pack", 1)]);
    over.row = ended(over.row, Status::Aborted);
    checkpoint(&store, 2, &[offering(1, &[("pack", 300)]), over]).await?;
    assert_eq!(offers("pack", None, 9).await?, [(one, 300)]);
    assert_eq!(offers("ship", None, 9).await?, []);
    Ok(())
}

/// A name finds the execution that started last under it.
pub async fn finds_the_newest_of_a_name(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let named = |n, text: &str, of: &str| Row {
        name: name(text),
        machine: machine(of),
        ..running(1, n)
    };
    let rows = [
        named(2, "x", "m"),
        named(3, "x", "m"),
        named(1, "x", "m"),
        named(9, "x", "n"),
        named(8, "xx", "m"),
    ];
    write(&store, 1, &rows).await?;
    let find = async |of: &str, text: &str| {
        let (of, text) = (machine(of), name(text));
        let found = store.projection.find_by_name(account(1), &of, &text);
        Ok::<_, Error>(found.await?.map(|row| row.id))
    };
    assert_eq!(find("m", "x").await?, Some(rows[1].id));
    assert_eq!(find("n", "x").await?, Some(rows[3].id));
    assert_eq!(find("m", "X").await?, None);
    assert_eq!(find("o", "x").await?, None);
    let newer = ended(named(20, "x", "m"), Status::Succeeded);
    write(&store, 2, std::slice::from_ref(&newer)).await?;
    assert_eq!(find("m", "x").await?, Some(newer.id));
    Ok(())
}

/// An execution named after its id is found by that name; one that only borrows such a name too.
pub async fn finds_unnamed_executions_by_their_id(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let unnamed = running(1, 0);
    let borrowed = Row {
        name: name(&id(1, 50).to_string()),
        ..running(1, 7)
    };
    write(&store, 1, &[unnamed.clone(), borrowed.clone()]).await?;
    for row in [&unnamed, &borrowed] {
        let projection = &store.projection;
        let found = projection
            .find_by_name(account(1), &row.machine, &row.name)
            .await?;
        assert_eq!(found.as_ref(), Some(row));
        let elsewhere = projection
            .find_by_name(account(1), &machine("n"), &row.name)
            .await?;
        assert_eq!(elsewhere, None);
    }
    Ok(())
}

/// Another account finds nothing, by id, by name, or in lists.
pub async fn shows_an_account_only_its_own(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let ours = Row {
        name: name("x"),
        ..running(1, 0)
    };
    let unnamed = running(1, 1);
    write(&store, 1, &[ours.clone(), unnamed.clone()]).await?;
    let projection = &store.projection;
    for stranger in [account(0), account(2)] {
        assert_eq!(projection.find(stranger, ours.id).await?, None);
        for row in [&ours, &unnamed] {
            let found = projection
                .find_by_name(stranger, &row.machine, &row.name)
                .await?;
            assert_eq!(found, None);
        }
        let every = projection
            .list(stranger, &Filter::default(), None, 9)
            .await?;
        assert_eq!(every, []);
        let filter = Filter {
            machine: Some(machine("m")),
            status: Some(Status::Running),
            name_prefix: Some("x".into()),
            ..Filter::default()
        };
        assert_eq!(projection.list(stranger, &filter, None, 9).await?, []);
        assert_eq!(projection.counts(stranger, None).await?, []);
    }
    Ok(())
}

/// However many executions a checkpoint has, all are written, and their names told apart.
pub async fn checkpoints_of_many_executions_are_whole(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = |n: i64| Row {
        name: name(&format!("n{n}")),
        machine: machine(&format!("m{}", n % 7)),
        ..running((n % 500) as u16, n)
    };
    let rows: Vec<_> = (0..1_537).map(row).collect();
    write(&store, 1, &rows).await?;
    let second = rows.iter().enumerate().map(|(n, row)| {
        let row = if n % 2 == 0 {
            row.clone()
        } else {
            ended(row.clone(), Status::Succeeded)
        };
        change(&row, 2, "more")
    });
    let second: Vec<_> = second.collect();
    checkpoint(&store, 2, &second).await?;
    let open = store.projection.open((0, u16::MAX), None, 9_999).await?;
    assert_eq!(open.len(), 769);
    let all = list(&store, &Filter::default(), None, 9_999).await?;
    assert_eq!(all.len(), rows.len());
    for written in [&second[0], &second[1], &second[1_536]] {
        let row = &written.row;
        let found = store.projection.find(account(1), row.id).await?;
        assert_eq!(found.as_ref(), Some(row));
        assert_eq!(
            facts(&store, row.id, 0).await?,
            pairs(&[(0, "facts"), (2, "more")])
        );
    }
    Ok(())
}
