//! Checks of [`crate::Keys`] and [`crate::Audit`].

use std::sync::Arc;

use steploom_actor::{Actor, within};
use steploom_types::audit::AuditRecord;
use steploom_types::key::{Key, KeyKind};
use steploom_types::{AccountId, Digest};

use super::Subject;
use super::fixture::{account, at, name};
use crate::catalog::{Entry, EntryKind, NewFunctionVersion, Put};
use crate::{Error, Result, Store};

fn key(letter: char, of: AccountId) -> Key {
    Key {
        id: letter.to_string().repeat(20).parse().expect("a good id"),
        account: of,
        kind: KeyKind::Access,
        name: "for \u{fc}".into(),
        scopes: vec!["functions:invoke:a-*".into(), "executions:read".into()],
        secret: vec![0, 255, 7],
        created_at: at(1),
        expires_at: Some(at(9)),
        last_used_at: None,
        revoked_at: None,
    }
}

/// Keys are kept as they were written, and listed by account.
pub async fn keeps_keys(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    assert!(!store.keys.has_keys().await?);
    let (a, b, c) = (
        key('A', account(1)),
        key('B', account(2)),
        key('C', account(1)),
    );
    assert_eq!(store.keys.find_key(&a.id).await?, None);
    for key in [&c, &a, &b] {
        store.keys.add_key(key).await?;
    }
    let again = store.keys.add_key(&key('A', account(2))).await;
    assert!(matches!(again, Err(Error::Exists { .. })), "{again:?}");
    assert!(store.keys.has_keys().await?);
    store.keys.note_key_use(&a.id, at(5)).await?;
    let used = Key {
        last_used_at: Some(at(5)),
        ..a.clone()
    };
    drop(store);
    let store = subject.open().await?;
    assert_eq!(store.keys.find_key(&a.id).await?, Some(used.clone()));
    let list = store.keys.list_keys(account(1), None, 9).await?;
    assert_eq!(list, [used, c.clone()]);
    let rest = store.keys.list_keys(account(1), Some(&a.id), 1).await?;
    assert_eq!(rest, [c]);
    assert_eq!(store.keys.list_keys(account(3), None, 9).await?, []);
    Ok(())
}

/// Only the account's own, once, and it stays there to be seen.
pub async fn revokes_a_key_for_ever(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let key = key('A', account(1));
    store.keys.add_key(&key).await?;
    let foreign = store.keys.revoke_key(account(2), &key.id, at(2)).await?;
    assert_eq!(foreign, None);
    assert_eq!(store.keys.find_key(&key.id).await?, Some(key.clone()));
    for again in [3, 4] {
        let revoked = store
            .keys
            .revoke_key(account(1), &key.id, at(again))
            .await?;
        let revoked_at = revoked.and_then(|key| key.revoked_at);
        assert_eq!(revoked_at, Some(at(3)), "the first time counts");
    }
    assert!(store.keys.has_keys().await?, "there was one");
    let actions = actions(&store, account(1)).await?;
    assert_eq!(actions, ["key.create", "key.revoke"]);
    Ok(())
}

/// All records of an account, checked to be a chain that ends where its head is.
async fn chain(store: &Store, account: AccountId) -> Result<Vec<AuditRecord>> {
    let records = store.audit.audit_records(account, None, 0, 1_000).await?;
    let mut head = (0, Digest::from_bytes([0; 32]));
    for record in &records {
        assert!(record.follows(head.0, head.1), "{record:?}");
        assert_eq!(record.account, account);
        head = (record.n, record.digest);
    }
    let kept = store.audit.audit_head(account).await?;
    assert_eq!(kept.unwrap_or((0, Digest::from_bytes([0; 32]))), head);
    Ok(records)
}

async fn actions(store: &Store, account: AccountId) -> Result<Vec<String>> {
    let records = chain(store, account).await?;
    Ok(records.into_iter().map(|record| record.action).collect())
}

fn version() -> NewFunctionVersion {
    NewFunctionVersion {
        module: Digest::of(b"m"),
        module_bytes: 1,
        source: None,
        kind: "reactor".into(),
        settings: "{\"env\": \"secret\"}".into(),
        created_at: at(1),
    }
}

fn entry(text: &str) -> Entry {
    Entry {
        name: name(text),
        body: "{\"n\": 1}".into(),
        created_at: at(1),
    }
}

/// Who, what and by which request: in order, kept over a restart.
pub async fn every_change_leaves_a_record(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (ours, catalog) = (account(1), store.catalog.clone());
    let changes = async {
        let (f, m, e) = (name("f"), name("m"), entry("e"));
        catalog
            .put_function(ours, &f, &version(), Put::Upsert)
            .await?;
        catalog.delete_function(ours, &f).await?;
        catalog
            .put_machine(ours, &m, "{}", at(1), Put::Upsert)
            .await?;
        catalog.delete_machine(ours, &m).await?;
        for kind in [
            EntryKind::Activity,
            EntryKind::Bucket,
            EntryKind::Connection,
            EntryKind::Retention,
            EntryKind::Share,
            EntryKind::Recovery,
        ] {
            catalog.put_entry(ours, kind, &e, Put::Upsert).await?;
            catalog.delete_entry(ours, kind, &e.name).await?;
        }
        let profile = EntryKind::Profile;
        catalog.put_entry(ours, profile, &e, Put::Upsert).await?;
        let missed = catalog.replace_entry(ours, profile, "{}", &e).await?;
        let replaced = catalog.replace_entry(ours, profile, &e.body, &e).await?;
        assert!(replaced && !missed);
        Ok::<_, Error>(())
    };
    let actor = Actor {
        who: Arc::from("STPLSTPLSTPLSTPLSTPL"),
        request_id: Arc::from("request"),
    };
    within(actor, changes).await?;
    store.keys.add_key(&key('K', ours)).await?;
    drop((store, catalog));
    let store = subject.open().await?;
    let records = chain(&store, ours).await?;
    let told: Vec<_> = records
        .iter()
        .map(|r| (r.action.as_str(), r.name.as_str()))
        .collect();
    let key_id = "K".repeat(20);
    assert_eq!(
        told,
        [
            ("function.put", "f"),
            ("function.delete", "f"),
            ("machine.put", "m"),
            ("machine.delete", "m"),
            ("activity.put", "e"),
            ("activity.delete", "e"),
            ("bucket.put", "e"),
            ("bucket.delete", "e"),
            ("connection.put", "e"),
            ("connection.delete", "e"),
            ("retention.put", "e"),
            ("retention.delete", "e"),
            ("share.put", "e"),
            ("share.delete", "e"),
            ("profile.put", "e"),
            ("profile.put", "e"),
            ("key.create", key_id.as_str()),
        ]
    );
    let first = &records[0];
    assert_eq!(first.actor, "STPLSTPLSTPLSTPLSTPL");
    assert_eq!(first.request_id, "request");
    assert!(first.detail.starts_with("version 1, module "));
    assert_eq!(records[10].detail, "{\"n\": 1}", "a setting is told");
    assert_eq!(records[8].detail, "", "what may be secret is not");
    let last = records.last().expect("there are some");
    assert_eq!(
        (last.actor.as_str(), last.request_id.as_str()),
        ("steploom", "")
    );
    let about = store.audit.audit_records(ours, Some("m"), 3, 9).await?;
    assert_eq!(about, records[3..4]);
    let page = store.audit.audit_records(ours, None, 2, 2).await?;
    assert_eq!(page, records[2..4]);
    Ok(())
}

/// What changed nothing is no change.
pub async fn a_refused_change_leaves_none(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (ours, catalog) = (account(1), &store.catalog);
    let (f, m, e) = (name("f"), name("m"), entry("e"));
    catalog
        .put_function(ours, &f, &version(), Put::Create)
        .await?;
    catalog
        .put_machine(ours, &m, "{}", at(1), Put::Create)
        .await?;
    catalog
        .put_entry(ours, EntryKind::Bucket, &e, Put::Create)
        .await?;
    let before = chain(&store, ours).await?;
    assert_eq!(before.len(), 3);
    let refused = catalog
        .put_function(ours, &f, &version(), Put::Create)
        .await;
    assert!(refused.is_err());
    let refused = catalog
        .put_machine(ours, &m, "{ }", at(1), Put::Create)
        .await;
    assert!(refused.is_err());
    catalog
        .put_machine(ours, &m, "{}", at(2), Put::Upsert)
        .await?;
    catalog
        .put_entry(ours, EntryKind::Bucket, &e, Put::Create)
        .await?;
    let absent = name("absent");
    assert!(!catalog.delete_function(ours, &absent).await?);
    assert!(!catalog.delete_machine(ours, &absent).await?);
    let bucket = EntryKind::Bucket;
    assert!(!catalog.delete_entry(ours, bucket, &absent).await?);
    assert_eq!(chain(&store, ours).await?, before);
    Ok(())
}

/// Those that write at the same time come one after the other.
pub async fn records_are_a_chain_when_racing(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let mut writers = Vec::new();
    for n in 0..8 {
        let store = store.clone();
        writers.push(tokio::spawn(async move {
            let (ours, catalog) = (account(1), &store.catalog);
            let f = name("f");
            catalog
                .put_function(ours, &f, &version(), Put::Upsert)
                .await?;
            let e = entry(&format!("e{n}"));
            catalog
                .put_entry(ours, EntryKind::Activity, &e, Put::Upsert)
                .await?;
            catalog
                .delete_entry(ours, EntryKind::Activity, &e.name)
                .await
        }));
    }
    for writer in writers {
        assert!(writer.await.expect("it does not panic")?);
    }
    assert_eq!(chain(&store, account(1)).await?.len(), 24);
    Ok(())
}

/// A chain tells nothing of another account.
pub async fn each_account_has_its_own_chain(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    store.keys.add_key(&key('A', account(1))).await?;
    store.keys.add_key(&key('B', account(2))).await?;
    store.keys.add_key(&key('C', account(1))).await?;
    assert_eq!(chain(&store, account(1)).await?.len(), 2);
    assert_eq!(chain(&store, account(2)).await?.len(), 1);
    assert_eq!(chain(&store, account(3)).await?, []);
    assert_eq!(store.audit.audit_head(account(3)).await?, None);
    Ok(())
}
