//! Checks of [`crate::Projection::list`] and [`crate::Projection::counts`].

use bytes::Bytes;

use super::Subject;
use super::fixture::{
    SHARD, account, acquire, append, at, change, checkpoint, ended, ids, list, machine, name,
    running, write,
};
use crate::projection::{Cursor, Filter, Row, Status};
use crate::{Result, Store};

/// Lists show what passes the filter, newest first, over machines and states.
pub async fn lists_newest_first_by_filter(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let machines = ["m", "n", "function:f"];
    let mut rows = Vec::new();
    for n in 0..50_i64 {
        let row = Row {
            machine: machine(machines[n as usize % 3]),
            started_at: at(n * 2 + n % 2 * 3),
            ..running((n * 7919 % 65536) as u16, n * 2)
        };
        let status = Status::ALL[n as usize % Status::ALL.len()];
        rows.push(if status.is_open() {
            Row { status, ..row }
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
                ..Filter::default()
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
                name_prefix: Some(prefix.into()),
                ..Filter::default()
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

/// Paging shows each execution once, whatever starts or ends meanwhile, also those that started in
/// the same millisecond.
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
        seen.extend(page.iter().map(|row| (row.started_at, row.id)));
        let newer = running(100, 100 + i64::from(upto));
        let over = ended(rows[upto as usize].clone(), Status::Succeeded);
        write(&store, u64::from(upto as u32), &[newer, over]).await?;
    }
    assert!(seen.is_sorted_by_key(|(started_at, _)| std::cmp::Reverse(*started_at)));
    let mut expected: Vec<_> = rows.iter().map(|row| (row.started_at, row.id)).collect();
    expected.sort();
    seen.sort();
    assert_eq!(seen, expected);
    Ok(())
}

/// Conditions on time, tags and errors hold together with the others, for open and closed ones.
#[expect(
    clippy::too_many_lines,
    reason = "one set of rows, and what finds them"
)]
pub async fn lists_by_time_tag_and_error(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let mut rows = Vec::new();
    for n in 0..60_i64 {
        let mut row = Row {
            machine: machine(["m", "n"][n as usize % 2]),
            name: name(&format!("{}-{n}", ["a", "b"][n as usize / 2 % 2])),
            ..running((n * 7919 % 65536) as u16, n * 10)
        };
        if n % 3 == 0 {
            let tag = |key: &str, value: i64| (key.to_owned(), value.to_string());
            row.tags = [tag("odd", n % 2), tag("part", n / 20)].into();
        }
        rows.push(match n % 4 {
            0 => row,
            1 => ended(row, Status::Succeeded),
            _ => Row {
                error: Some(["E.a", "E.b"][n as usize / 4 % 2].into()),
                ..ended(row, Status::Failed)
            },
        });
    }
    write(&store, 1, &rows).await?;
    rows.reverse();
    let tag = |key: &str, value: &str| Some((key.to_owned(), value.to_owned()));
    let all = Filter::default();
    let from = |ms| Some(at(ms));
    for filter in [
        Filter {
            started_from: from(100),
            ..all.clone()
        },
        Filter {
            started_to: from(100),
            ..all.clone()
        },
        Filter {
            started_from: from(100),
            started_to: from(201),
            machine: Some(machine("n")),
            ..all.clone()
        },
        Filter {
            started_from: from(200),
            started_to: from(100),
            ..all.clone()
        },
        Filter {
            tag: tag("odd", "1"),
            ..all.clone()
        },
        Filter {
            tag: tag("part", "2"),
            machine: Some(machine("m")),
            ..all.clone()
        },
        Filter {
            tag: tag("part", "2"),
            status: Some(Status::Failed),
            ..all.clone()
        },
        Filter {
            tag: tag("part", ""),
            ..all.clone()
        },
        Filter {
            tag: tag("absent", "1"),
            ..all.clone()
        },
        Filter {
            error: Some("E.a".into()),
            ..all.clone()
        },
        Filter {
            error: Some("E.b".into()),
            machine: Some(machine("m")),
            started_from: from(300),
            ..all.clone()
        },
        Filter {
            error: Some("E".into()),
            ..all.clone()
        },
        Filter {
            error: Some("E.b".into()),
            tag: tag("odd", "0"),
            name_prefix: Some("b".into()),
            ..all.clone()
        },
    ] {
        let expected: Vec<_> = rows
            .iter()
            .filter(|row| filter.passes(row))
            .map(|row| row.id)
            .collect();
        assert_eq!(
            ids(&list(&store, &filter, None, 99).await?),
            expected,
            "{filter:?}"
        );
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = list(&store, &filter, after, 2).await?;
            let Some(last) = page.last() else { break };
            after = Some(Cursor {
                started_at: last.started_at,
                id: last.id,
            });
            seen.extend(ids(&page));
        }
        assert_eq!(seen, expected, "by twos, {filter:?}");
    }
    Ok(())
}

/// The ranges of a map run are seen by whoever asks for them.
pub async fn ranges_of_map_runs_are_listed_apart(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let parent = running(1, 0);
    let mut rows = vec![parent.clone()];
    for n in 1..9 {
        let range = Row {
            part_of: Some((parent.id, n as u64 % 2)),
            ..running(n as u16, n)
        };
        rows.push(if n < 5 {
            range
        } else {
            ended(range, Status::Succeeded)
        });
    }
    write(&store, 1, &rows).await?;
    assert_eq!(
        ids(&list(&store, &Filter::default(), None, 99).await?),
        [parent.id]
    );
    assert_eq!(store.projection.counts(account(1), None).await?.len(), 1);
    rows.reverse();
    for (part_of, status) in [(0, None), (1, None), (1, Some(Status::Running)), (2, None)] {
        let filter = Filter {
            part_of: Some((parent.id, part_of)),
            status,
            ..Filter::default()
        };
        let expected: Vec<_> = rows
            .iter()
            .filter(|row| filter.passes(row))
            .map(|row| row.id)
            .collect();
        assert_eq!(
            ids(&list(&store, &filter, None, 99).await?),
            expected,
            "{filter:?}"
        );
    }
    let found = store.projection.find(account(1), rows[0].id).await?;
    assert_eq!(found.as_ref(), Some(&rows[0]));
    Ok(())
}

/// What [`crate::Projection::counts`] says is what there is.
async fn counts(store: &Store, expected: &[(&str, Status, u64)]) -> Result<()> {
    let expected: Vec<_> = expected
        .iter()
        .map(|(of, status, n)| (machine(of), *status, *n))
        .collect();
    let counts = store.projection.counts(account(1), None).await?;
    assert_eq!(counts, expected);
    for of in ["function:f", "m", "absent"].map(machine) {
        let of_one: Vec<_> = expected
            .iter()
            .filter(|count| count.0 == of)
            .cloned()
            .collect();
        assert_eq!(
            store.projection.counts(account(1), Some(&of)).await?,
            of_one
        );
    }
    Ok(())
}

/// Counts follow every change of a status.
pub async fn counts_by_machine_and_status(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let of = |text: &str, n| Row {
        machine: machine(text),
        ..running(n as u16, n)
    };
    let mut rows: Vec<_> = (0..5).map(|n| of("m", n)).collect();
    rows.extend((5..8).map(|n| of("function:f", n)));
    rows.push(Row {
        account: account(2),
        ..of("m", 9)
    });
    counts(&store, &[]).await?;
    write(&store, 1, &rows).await?;
    counts(
        &store,
        &[
            ("function:f", Status::Running, 3),
            ("m", Status::Running, 5),
        ],
    )
    .await?;
    let changed = [
        ended(rows[0].clone(), Status::Failed),
        ended(rows[1].clone(), Status::Succeeded),
        Row {
            status: Status::Paused,
            ..rows[2].clone()
        },
        ended(rows[5].clone(), Status::Succeeded),
        ended(rows[6].clone(), Status::Succeeded),
        ended(rows[7].clone(), Status::Succeeded),
        ended(of("m", 20), Status::Expired),
        ended(of("m", 21), Status::Succeeded),
    ];
    write(&store, 2, &changed).await?;
    let expected = [
        ("function:f", Status::Succeeded, 3),
        ("m", Status::Running, 2),
        ("m", Status::Succeeded, 2),
        ("m", Status::Failed, 1),
        ("m", Status::Paused, 1),
        ("m", Status::Expired, 1),
    ];
    counts(&store, &expected).await
}

/// Counts are right whatever is written twice, goes on after its end, or is read again.
pub async fn counts_survive_repeats_redrives_and_restarts(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let lease = acquire(&store, SHARD).await?;
    for lsn in 1..=9 {
        append(&store, lease, lsn, b"facts").await?;
    }
    let rows: Vec<_> = (0..4).map(|n| running(n as u16, n)).collect();
    let failed = |n: usize| ended(rows[n].clone(), Status::Failed);
    let first = [rows[0].clone(), failed(1), failed(2), failed(3)];
    for _ in 0..2 {
        write(&store, 1, &first).await?;
        counts(
            &store,
            &[("m", Status::Running, 1), ("m", Status::Failed, 3)],
        )
        .await?;
    }
    let redriven = change(
        &Row {
            redrives: 1,
            ..rows[1].clone()
        },
        5,
        "redriven",
    );
    let and_over = Row {
        redrives: 1,
        ..ended(rows[2].clone(), Status::Succeeded)
    };
    let and_over = change(&and_over, 5, "redriven and over");
    for _ in 0..2 {
        checkpoint(&store, 2, &[redriven.clone(), and_over.clone()]).await?;
        let expected = [
            ("m", Status::Running, 2),
            ("m", Status::Succeeded, 1),
            ("m", Status::Failed, 1),
        ];
        counts(&store, &expected).await?;
    }
    drop(store);
    let store = subject.open().await?;
    let expected = [
        ("m", Status::Running, 2),
        ("m", Status::Succeeded, 1),
        ("m", Status::Failed, 1),
    ];
    counts(&store, &expected).await?;
    let over = ended(redriven.row.clone(), Status::TimedOut);
    checkpoint(&store, 3, &[change(&over, 9, "over")]).await?;
    let expected = [
        ("m", Status::Running, 1),
        ("m", Status::Succeeded, 1),
        ("m", Status::Failed, 1),
        ("m", Status::TimedOut, 1),
    ];
    counts(&store, &expected).await
}
