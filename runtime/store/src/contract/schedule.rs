//! What a store of schedules must do.

use steploom_types::audit::AuditRecord;
use steploom_types::{AccountId, Name, Slot};

use super::Subject;
use super::fixture::{account, at, name};
use crate::schedule::{Filter, Schedule};
use crate::{Result, Store};

fn schedule(group: &str, called: &str, slot: u16, due_ms: Option<i64>) -> Schedule {
    Schedule {
        account: account(1),
        group: name(group),
        name: name(called),
        slot: Slot(slot),
        revision: 1,
        due_at: due_ms.map(at),
        body: format!("{{\"of\":\"{called}\"}}"),
        state: "{}".into(),
        created_at: at(1),
        modified_at: at(2),
    }
}

async fn find(store: &Store, of: &Schedule) -> Result<Option<Schedule>> {
    let schedules = &store.schedules;
    schedules.find(of.account, &of.group, &of.name).await
}

/// A row is written by whoever knows its revision, and by nobody else.
pub async fn writes_over_the_revision_that_is_known(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let schedules = &store.schedules;
    let first = schedule("g", "a", 7, Some(10));
    assert!(!schedules.put(&first, Some(1)).await?, "there is none yet");
    assert!(schedules.put(&first, None).await?);
    assert!(!schedules.put(&first, None).await?, "there is one");
    let mut edited = first.clone();
    edited.revision = 2;
    edited.body = "{\"edited\":true}".into();
    edited.due_at = None;
    edited.modified_at = at(3);
    assert!(schedules.put(&edited, Some(1)).await?);
    let stale = Schedule {
        revision: 2,
        ..first.clone()
    };
    assert!(!schedules.put(&stale, Some(1)).await?, "another was faster");
    let rival = schedules.advance(std::slice::from_ref(&first)).await?;
    assert_eq!(rival, [false], "as well here");
    assert_eq!(find(&store, &first).await?, Some(edited.clone()));
    let advanced = Schedule {
        due_at: Some(at(20)),
        state: "{\"fired\":1}".into(),
        body: "not written".into(),
        ..edited.clone()
    };
    // One of several whose rows are not what they were is left out alone.
    let other = schedule("g", "b", 7, Some(10));
    assert!(schedules.put(&other, None).await?);
    let several = [first.clone(), advanced.clone(), other.clone()];
    assert_eq!(schedules.advance(&several).await?, [false, true, true]);
    assert!(schedules.advance(&[]).await?.is_empty());
    let expected = Schedule {
        revision: 3,
        body: edited.body,
        ..advanced
    };
    drop(store);
    let store = subject.open().await?;
    assert_eq!(find(&store, &first).await?, Some(expected));
    Ok(())
}

/// Two that race for one revision: one of them wins.
pub async fn one_of_two_writers_wins(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let row = schedule("g", "a", 7, Some(10));
    assert!(store.schedules.put(&row, None).await?);
    let racers = (0..8).map(|n| {
        let store = store.clone();
        let row = Schedule {
            state: format!("{{\"by\":{n}}}"),
            ..row.clone()
        };
        async move { Ok(store.schedules.advance(&[row]).await?[0]) }
    });
    let won = futures_all(racers).await?;
    assert_eq!(won, 1);
    let found = find(&store, &row).await?.expect("it is there");
    assert_eq!(found.revision, 2);
    Ok(())
}

async fn futures_all(
    racers: impl Iterator<Item = impl Future<Output = Result<bool>> + Send + 'static>,
) -> Result<usize> {
    let racing: Vec<_> = racers.map(tokio::spawn).collect();
    let mut won = 0;
    for racer in racing {
        won += usize::from(racer.await.expect("it does not panic")?);
    }
    Ok(won)
}

/// Lists go by group and name, and know prefixes.
pub async fn lists_by_group_and_name(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    for (group, called) in [
        ("g", "b"),
        ("g", "a_1"),
        ("g", "aX1"),
        ("h", "a"),
        ("G", "c"),
    ] {
        assert!(
            store
                .schedules
                .put(&schedule(group, called, 1, None), None)
                .await?
        );
    }
    let foreign = Schedule {
        account: account(2),
        ..schedule("g", "a", 1, None)
    };
    assert!(store.schedules.put(&foreign, None).await?);
    let list = async |group: Option<&str>, prefix: &str, after: Option<(&str, &str)>, limit| {
        let group = group.map(name);
        let after = after.map(|(group, called)| (name(group), name(called)));
        let filter = Filter {
            group: group.as_ref(),
            prefix,
        };
        let after = after.as_ref().map(|(group, called)| (group, called));
        let found = store
            .schedules
            .list(account(1), filter, after, limit)
            .await?;
        let text = |row: &Schedule| format!("{}/{}", row.group, row.name);
        Ok::<_, crate::Error>(found.iter().map(text).collect::<Vec<_>>())
    };
    assert_eq!(
        list(None, "", None, 9).await?,
        ["G/c", "g/aX1", "g/a_1", "g/b", "h/a"]
    );
    assert_eq!(
        list(None, "", Some(("g", "aX1")), 2).await?,
        ["g/a_1", "g/b"]
    );
    assert_eq!(list(None, "", Some(("g", "b")), 9).await?, ["h/a"]);
    assert_eq!(list(Some("g"), "a", None, 9).await?, ["g/aX1", "g/a_1"]);
    assert_eq!(list(Some("g"), "a_", None, 9).await?, ["g/a_1"]);
    assert_eq!(list(Some("g"), "", Some(("g", "a_1")), 9).await?, ["g/b"]);
    assert_eq!(list(None, "a", None, 9).await?, ["g/aX1", "g/a_1", "h/a"]);
    Ok(())
}

/// Deleting takes one, of a revision if that is said, or those of a group.
pub async fn deletes_one_or_a_group(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let schedules = &store.schedules;
    let (ours, group): (AccountId, Name) = (account(1), name("g"));
    for called in ["a", "b", "c", "d"] {
        assert!(
            schedules
                .put(&schedule("g", called, 1, Some(1)), None)
                .await?
        );
    }
    assert!(schedules.put(&schedule("h", "a", 1, None), None).await?);
    assert!(
        !schedules
            .delete(account(2), &group, &name("a"), None)
            .await?
    );
    assert!(!schedules.delete(ours, &group, &name("a"), Some(2)).await?);
    assert!(schedules.delete(ours, &group, &name("a"), Some(1)).await?);
    assert!(!schedules.delete(ours, &group, &name("a"), None).await?);
    assert!(schedules.delete(ours, &group, &name("b"), None).await?);
    assert_eq!(schedules.delete_group(account(2), &group, 9).await?, 0);
    assert_eq!(schedules.delete_group(ours, &group, 1).await?, 1);
    assert_eq!(schedules.delete_group(ours, &group, 9).await?, 1);
    assert_eq!(schedules.delete_group(ours, &group, 9).await?, 0);
    let left = schedules.list(ours, Filter::default(), None, 9).await?;
    assert_eq!(left, [schedule("h", "a", 1, None)]);
    changes_were_recorded(&store).await?;
    assert_eq!(schedules.due((0, u16::MAX), at(9), 9).await?, []);
    Ok(())
}

/// Each change that was made, and none that was refused.
async fn changes_were_recorded(store: &Store) -> Result<()> {
    let records = store.audit.audit_records(account(1), None, 0, 99).await?;
    let told = |record: &AuditRecord| (record.action.clone(), record.detail.clone());
    let deleted = |group: &str| ("schedule.delete".to_owned(), format!("group {group}"));
    let (puts, deletes): (Vec<_>, Vec<_>) = records
        .iter()
        .map(told)
        .partition(|(action, _)| action == "schedule.put");
    assert_eq!(puts.len(), 5);
    assert_eq!(puts[0].1, "group g, revision 1");
    assert_eq!(deletes, vec![deleted("g"); 4]);
    assert_eq!(store.audit.audit_head(account(2)).await?, None);
    Ok(())
}

/// What is due is found by slot and time, the earliest first.
pub async fn finds_what_its_owner_has_to_do(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let schedules = &store.schedules;
    let rows = [
        ("late", 5, Some(30)),
        ("early", 5, Some(10)),
        ("edge", 9, Some(20)),
        ("outside", 10, Some(5)),
        ("never", 5, None),
    ];
    for (called, slot, due) in rows {
        assert!(
            schedules
                .put(&schedule("g", called, slot, due), None)
                .await?
        );
    }
    let foreign = Schedule {
        account: account(2),
        ..schedule("g", "theirs", 5, Some(15))
    };
    assert!(schedules.put(&foreign, None).await?);
    let due = async |slots, until: i64, limit| {
        let found = schedules.due(slots, at(until), limit).await?;
        Ok::<_, crate::Error>(
            found
                .into_iter()
                .map(|row| row.name.to_string())
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(due((5, 9), 20, 9).await?, ["early", "theirs", "edge"]);
    assert_eq!(due((5, 9), 19, 9).await?, ["early", "theirs"]);
    assert_eq!(due((5, 9), 99, 2).await?, ["early", "theirs"]);
    assert_eq!(due((0, u16::MAX), 99, 9).await?.len(), 5);
    let done = Schedule {
        due_at: Some(at(50)),
        ..schedule("g", "early", 5, None)
    };
    assert_eq!(schedules.advance(&[done]).await?, [true]);
    assert_eq!(due((5, 9), 20, 9).await?, ["theirs", "edge"]);
    Ok(())
}
