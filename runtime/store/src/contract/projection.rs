//! Checks of [`crate::Projection`].

use bytes::Bytes;
use steploom_types::ExecutionId;

use super::Subject;
use super::fixture::{
    OTHER, SHARD, account, acquire, append, at, change, checkpoint, ended, id, ids, machine, name,
    running, write,
};
use crate::journal::{Epoch, Lsn};
use crate::projection::{Chunk, Cursor, Filter, Row, Status};
use crate::{Error, Result, Store};

async fn facts(store: &Store, id: ExecutionId, from_event: u64) -> Result<Vec<(u64, Bytes)>> {
    let chunks = store.projection.chunks(id, from_event).await?;
    let pair = |chunk: Chunk| (chunk.first_event, chunk.facts);
    Ok(chunks.into_iter().map(pair).collect())
}

fn pairs(chunks: &[(u64, &'static str)]) -> Vec<(u64, Bytes)> {
    let pair =
        |(event, facts): &(u64, &'static str)| (*event, Bytes::from_static(facts.as_bytes()));
    chunks.iter().map(pair).collect()
}

async fn list(
    store: &Store,
    filter: &Filter,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Row>> {
    let projection = &store.projection;
    projection.list(account(1), filter, after, limit).await
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
    let changes = [change(&running(1, 0), 1, "late")];
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
    assert_eq!(projection.chunks(id(1, 0), 0).await?, []);
    assert_eq!(projection.checkpointed(SHARD).await?, Lsn(7));
    projection.checkpoint(OTHER, Epoch(1), Lsn(1), &[]).await?;
    projection.checkpoint(SHARD, Epoch(5), Lsn(7), &[]).await
}

/// A checkpoint may be written again when its answer was lost.
pub async fn a_repeated_checkpoint_changes_nothing(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let open = running(1, 0);
    let done = ended(running(2, 1), Status::Succeeded);
    let first = [change(&open, 1, "a"), change(&done, 1, "whole")];
    let second = [change(&ended(open.clone(), Status::Failed), 3, "b")];
    for (upto, changes) in [(1, &first[..]), (1, &first), (2, &second), (2, &second)] {
        checkpoint(&store, upto, changes).await?;
    }
    assert_eq!(
        facts(&store, open.id, 0).await?,
        pairs(&[(1, "a"), (3, "b")])
    );
    assert_eq!(facts(&store, done.id, 0).await?, pairs(&[(1, "whole")]));
    assert_eq!(list(&store, &Filter::default(), None, 9).await?.len(), 2);
    Ok(())
}

/// An execution that ended before its first checkpoint was never open to anybody.
pub async fn an_execution_that_ends_soon_is_one_row(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = ended(running(1, 0), Status::Succeeded);
    write(&store, 1, std::slice::from_ref(&row)).await?;
    assert_eq!(store.projection.open((0, u16::MAX), None, 9).await?, []);
    assert_eq!(facts(&store, row.id, 0).await?, pairs(&[(1, "facts")]));
    let found = store.projection.find(account(1), row.id).await?;
    assert_eq!(found, Some(row));
    Ok(())
}

/// All chunks come in order, or those from an event on.
pub async fn keeps_every_chunk_in_order(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = running(1, 0);
    let done = ended(row.clone(), Status::Succeeded);
    checkpoint(&store, 1, &[change(&row, 1, "a")]).await?;
    checkpoint(&store, 2, &[change(&row, 4, "b")]).await?;
    checkpoint(&store, 3, &[change(&row, 300, "c")]).await?;
    checkpoint(&store, 4, &[change(&done, 70_000, "d")]).await?;
    let all = pairs(&[(1, "a"), (4, "b"), (300, "c"), (70_000, "d")]);
    for (from, skipped) in [
        (0, 0),
        (1, 0),
        (3, 0),
        (4, 1),
        (299, 1),
        (300, 2),
        (1 << 40, 3),
    ] {
        let found = facts(&store, row.id, from).await?;
        assert_eq!(found, all[skipped..], "from event {from}");
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
    checkpoint(&store, 1, &[change(&row, 1, "a")]).await?;
    checkpoint(&store, 2, &[change(&row, 5, "none")]).await?;
    checkpoint(&store, 3, &[change(&row, 5, "")]).await?;
    checkpoint(&store, 4, &[change(&row, 5, "b")]).await?;
    checkpoint(&store, 5, &[change(&done, 9, "")]).await?;
    let all = pairs(&[(1, "a"), (5, "none"), (5, "b")]);
    assert_eq!(facts(&store, row.id, 0).await?, all);
    assert_eq!(facts(&store, row.id, 5).await?, all[1..]);
    assert_eq!(store.projection.find(account(1), row.id).await?, Some(done));
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
        ..ended(running(1, 0), Status::TimedOut)
    };
    let mut rows = vec![odd];
    for (n, status) in Status::ALL.into_iter().enumerate() {
        rows.push(ended(running(1, n as i64), status));
    }
    rows[1] = running(1, 0);
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
    checkpoint(&store, 1, &[change(&failed, 1, "a")]).await?;
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
    let all = pairs(&[(1, "a"), (5, "b"), (7, "c")]);
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
    let wake = |slot, ms: Option<i64>| {
        let mut change = change(&running(slot, 0), 1, "facts");
        change.wake_at = ms.map(at);
        change
    };
    let changes = [
        wake(1, Some(30)),
        wake(2, Some(20)),
        wake(3, None),
        wake(4, Some(40)),
        wake(9, Some(1)),
    ];
    checkpoint(&store, 1, &changes).await?;
    let due = async |until, limit| store.projection.due((1, 8), at(until), limit).await;
    assert_eq!(due(19, 9).await?, []);
    assert_eq!(due(20, 9).await?, [(at(20), id(2, 0))]);
    assert_eq!(due(35, 9).await?, [(at(20), id(2, 0)), (at(30), id(1, 0))]);
    assert_eq!(due(99, 1).await?, [(at(20), id(2, 0))]);
    let mut over = wake(4, Some(5));
    over.row = ended(over.row, Status::Aborted);
    checkpoint(&store, 2, &[wake(2, Some(50)), wake(1, None), over]).await?;
    assert_eq!(due(99, 9).await?, [(at(50), id(2, 0))]);
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
        };
        assert_eq!(projection.list(stranger, &filter, None, 9).await?, []);
    }
    Ok(())
}

/// Lists show what passes the filter, newest first, over machines and states.
pub async fn lists_newest_first_by_filter(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let machines = ["m", "n", "function:f"];
    let mut rows = Vec::new();
    for n in 0..30_i64 {
        let row = Row {
            machine: machine(machines[n as usize % 3]),
            started_at: at(n / 2),
            ..running((n * 7919 % 65536) as u16, n)
        };
        let status = Status::ALL[n as usize % 5];
        rows.push(if status == Status::Running {
            row
        } else {
            ended(row, status)
        });
    }
    write(&store, 1, &rows).await?;
    rows.sort_by_key(|row| std::cmp::Reverse((row.started_at, row.id)));
    let some_machines = [None, Some("m"), Some("function:f"), Some("absent")];
    for of in some_machines.map(|of| of.map(machine)) {
        for status in [None, Some(Status::Running), Some(Status::TimedOut)] {
            let passes = |row: &&Row| {
                of.as_ref().is_none_or(|of| *of == row.machine)
                    && status.is_none_or(|status| status == row.status)
            };
            let expected: Vec<_> = rows.iter().filter(passes).map(|row| row.id).collect();
            let filter = Filter {
                machine: of.clone(),
                status,
                name_prefix: None,
            };
            assert_eq!(ids(&list(&store, &filter, None, 99).await?), expected);
            let two = ids(&list(&store, &filter, None, 2).await?);
            assert_eq!(two, expected[..expected.len().min(2)], "{filter:?}");
        }
    }
    Ok(())
}

/// A prefix is taken letter by letter, in names that were given and in ids.
pub async fn lists_by_prefix_of_the_name(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let named = |n, text: &str| Row {
        name: name(text),
        ..running(0xab12, n)
    };
    let rows = [
        named(0, "ab"),
        named(1, "abc"),
        named(2, "aB"),
        named(3, "ab_"),
        named(4, "b"),
        running(0xab12, 5),
        running(0xab22, 6),
        running(0xfff0, 7),
    ];
    write(&store, 1, &rows).await?;
    let full = rows[5].name.as_str();
    for prefix in [
        "",
        "a",
        "ab",
        "abc",
        "abcd",
        "ab_",
        "ab%",
        "a_",
        "ab1",
        "ab12",
        "AB1",
        "f",
        "fff",
        "x",
        "ab12000",
        &full[..8],
        &full[..9],
        &full[..20],
        full,
    ] {
        let mut expected: Vec<_> = rows
            .iter()
            .filter(|row| row.name.as_str().starts_with(prefix))
            .collect();
        expected.sort_by_key(|row| std::cmp::Reverse(row.started_at));
        for of in [None, Some(machine("m"))] {
            let filter = Filter {
                machine: of,
                status: None,
                name_prefix: Some(prefix.into()),
            };
            let found = list(&store, &filter, None, 99).await?;
            let seen: Vec<_> = found.iter().map(|row| &row.name).collect();
            let wanted: Vec<_> = expected.iter().map(|row| &row.name).collect();
            assert_eq!(seen, wanted, "'{prefix}'");
        }
    }
    Ok(())
}

/// A page of a list does not grow with what executions carry.
pub async fn lists_without_payloads(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = ended(running(1, 0), Status::Succeeded);
    write(&store, 1, std::slice::from_ref(&row)).await?;
    let listed = list(&store, &Filter::default(), None, 9).await?;
    let bare = Row {
        input: Bytes::new(),
        output: None,
        ..row
    };
    assert_eq!(listed, [bare]);
    Ok(())
}

/// Paging shows each execution once, whatever starts or ends meanwhile.
pub async fn pages_stay_put_under_inserts(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let mut rows: Vec<_> = (0..10).map(|n| running(n, 0)).collect();
    rows.extend((10..20).map(|n| running(n, i64::from(n))));
    write(&store, 1, &rows).await?;
    let (mut seen, mut after) = (Vec::new(), None);
    for upto in 2.. {
        let page = list(&store, &Filter::default(), after, 3).await?;
        let Some(last) = page.last() else { break };
        after = Some(Cursor {
            started_at: last.started_at,
            id: last.id,
        });
        seen.extend(ids(&page));
        let newer = running(100, 100 + i64::from(upto));
        let over = ended(rows[upto as usize].clone(), Status::Succeeded);
        write(&store, u64::from(upto as u32), &[newer, over]).await?;
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.started_at, row.id)));
    assert_eq!(seen, ids(&rows));
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
        let status = Status::ALL[n % 2];
        let row = if status == Status::Running {
            row.clone()
        } else {
            ended(row.clone(), status)
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
            pairs(&[(1, "facts"), (2, "more")])
        );
    }
    Ok(())
}
