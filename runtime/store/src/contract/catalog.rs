//! Checks of [`crate::Catalog`].

use steploom_types::Digest;

use super::Subject;
use super::fixture::{account, at, name};
use crate::catalog::{
    Entry, EntryKind, Finish, Function, NewFunctionVersion, Object, Over, Part, Put, Upload,
};
use crate::{Error, Result, Store};

fn version(module: &str) -> NewFunctionVersion {
    NewFunctionVersion {
        module: Digest::of(module.as_bytes()),
        module_bytes: 5_000_000_000,
        source: (module.len() > 1).then(|| Digest::of(b"source")),
        kind: "reactor".into(),
        settings: "{\"memory\": \"\u{2713}\"}".into(),
        created_at: at(module.len() as i64),
    }
}

async fn put(store: &Store, function: &str, module: &str) -> Result<Function> {
    let (name, version) = (name(function), version(module));
    let catalog = &store.catalog;
    catalog
        .put_function(account(1), &name, &version, Put::Upsert)
        .await
}

async fn put_machine(store: &Store, machine: &str, definition: &str, put: Put) -> Result<u32> {
    let (catalog, name) = (&store.catalog, name(machine));
    let at = at(definition.len() as i64);
    let machine = catalog
        .put_machine(account(1), &name, definition, at, put)
        .await?;
    assert_eq!(machine.name, name);
    assert_eq!(machine.latest.definition, Digest::of(definition.as_bytes()));
    Ok(machine.latest.version)
}

/// Versions count from 1, and each is kept as it was written.
pub async fn numbers_versions_without_gaps(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    for (number, module) in [(1, "a"), (2, "bb"), (3, "ccc")] {
        let function = put(&store, "f", module).await?;
        assert_eq!(function.latest.version, number);
        assert_eq!(function.created_at, at(1), "as the first version");
        assert_eq!(function.latest.created_at, at(number.into()));
    }
    assert_eq!(put(&store, "g", "a").await?.latest.version, 1);
    let (catalog, f) = (&store.catalog, name("f"));
    let versions = catalog.function_versions(account(1), &f, 2).await?;
    let numbers: Vec<_> = versions.iter().map(|v| v.version).collect();
    assert_eq!(numbers, [3, 2], "the newest first");
    let second = catalog.find_function_version(account(1), &f, 2).await?;
    assert_eq!(second.as_ref(), versions.get(1));
    let second = second.expect("it is there");
    let written = version("bb");
    assert_eq!(second.module, written.module);
    assert_eq!(second.module_bytes, written.module_bytes);
    assert!(second.source.is_some());
    assert_eq!(second.source, written.source);
    assert_eq!(
        (second.kind, second.settings),
        (written.kind, written.settings)
    );
    for absent in [0, 4] {
        let found = catalog
            .find_function_version(account(1), &f, absent)
            .await?;
        assert_eq!(found, None);
    }
    Ok(())
}

/// Two that write at the same time get two numbers.
pub async fn numbers_versions_without_gaps_when_racing(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let mut writers = Vec::new();
    for n in 0..8 {
        let store = store.clone();
        writers.push(tokio::spawn(async move {
            let function = put(&store, "f", &format!("{n}")).await?.latest.version;
            let machine = put_machine(&store, "m", &format!("{n}"), Put::Upsert).await?;
            Ok::<_, Error>((function, machine))
        }));
    }
    let (mut functions, mut machines) = (Vec::new(), Vec::new());
    for writer in writers {
        let (function, machine) = writer.await.expect("it does not panic")?;
        functions.push(function);
        machines.push(machine);
    }
    functions.sort_unstable();
    machines.sort_unstable();
    assert_eq!(functions, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(machines, functions);
    Ok(())
}

/// `Create` refuses what is there; a machine with the same definition is no conflict.
pub async fn creates_only_what_is_not_there(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (catalog, f) = (&store.catalog, name("f"));
    for expected in [true, false] {
        let made = catalog
            .put_function(account(1), &f, &version("a"), Put::Create)
            .await;
        assert_eq!(made.is_ok(), expected);
        assert!(
            expected || matches!(made, Err(Error::Exists { .. })),
            "{made:?}"
        );
    }
    let versions = catalog.function_versions(account(1), &f, 10).await?;
    assert_eq!(versions.len(), 1, "the refused one left nothing");
    assert_eq!(put_machine(&store, "m", "{}", Put::Create).await?, 1);
    assert_eq!(put_machine(&store, "m", "{}", Put::Create).await?, 1);
    let other = put_machine(&store, "m", "{ }", Put::Create).await;
    assert!(matches!(other, Err(Error::Exists { .. })), "{other:?}");
    assert_eq!(catalog.definition(Digest::of(b"{ }")).await?, None);
    Ok(())
}

/// A machine gets a version for a definition other than its newest, and for no other.
pub async fn the_same_definition_makes_no_version(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    for (definition, number) in [("a", 1), ("a", 1), ("bb", 2), ("a", 3), ("a", 3)] {
        let version = put_machine(&store, "m", definition, Put::Upsert).await?;
        assert_eq!(version, number, "{definition}");
    }
    let (catalog, m) = (&store.catalog, name("m"));
    let versions = catalog.machine_versions(account(1), &m, 10).await?;
    let seen: Vec<_> = versions.iter().map(|v| (v.version, v.definition)).collect();
    let (a, b) = (Digest::of(b"a"), Digest::of(b"bb"));
    assert_eq!(seen, [(3, a), (2, b), (1, a)]);
    let machine = catalog.find_machine(account(1), &m).await?;
    let machine = machine.expect("it is there");
    assert_eq!((machine.created_at, &machine.latest), (at(1), &versions[0]));
    Ok(())
}

/// Nothing is left of what was deleted, and what comes after begins anew.
pub async fn deletes_with_versions(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (catalog, f, m) = (&store.catalog, name("f"), name("m"));
    put(&store, "f", "a").await?;
    put(&store, "f", "b").await?;
    put_machine(&store, "m", "{}", Put::Create).await?;
    assert!(catalog.delete_function(account(1), &f).await?);
    assert!(catalog.delete_machine(account(1), &m).await?);
    assert!(!catalog.delete_function(account(1), &f).await?);
    assert!(!catalog.delete_machine(account(1), &m).await?);
    assert_eq!(catalog.find_function(account(1), &f).await?, None);
    assert_eq!(
        catalog.find_function_version(account(1), &f, 1).await?,
        None
    );
    assert_eq!(catalog.function_versions(account(1), &f, 9).await?, []);
    assert_eq!(catalog.list_functions(account(1), None, 9).await?, []);
    assert_eq!(catalog.find_machine(account(1), &m).await?, None);
    assert_eq!(catalog.machine_versions(account(1), &m, 9).await?, []);
    assert_eq!(catalog.list_machines(account(1), None, 9).await?, []);
    assert_eq!(put(&store, "f", "ccc").await?.latest.version, 1);
    assert_eq!(put_machine(&store, "m", "{}", Put::Create).await?, 1);
    Ok(())
}

/// A definition stays when its machine goes, and without any machine.
pub async fn definitions_outlive_machines(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let catalog = &store.catalog;
    put_machine(&store, "m", "{}", Put::Create).await?;
    catalog.delete_machine(account(1), &name("m")).await?;
    let kept = catalog.definition(Digest::of(b"{}")).await?;
    assert_eq!(kept.as_deref(), Some("{}"));
    let text = "{\"Comment\": \"\u{1f980}\"}";
    let digest = catalog.put_definition(text).await?;
    assert_eq!(digest, Digest::of(text.as_bytes()));
    assert_eq!(catalog.put_definition(text).await?, digest);
    assert_eq!(catalog.definition(digest).await?.as_deref(), Some(text));
    assert_eq!(catalog.definition(Digest::of(b"other")).await?, None);
    Ok(())
}

/// Lists go by name, byte by byte, and continue after a name, there or not.
pub async fn pages_by_name(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let catalog = &store.catalog;
    for each in ["b", "B", "a", "a_", "a-", "c", "10", "9"] {
        put(&store, each, each).await?;
        put_machine(&store, each, each, Put::Create).await?;
    }
    let sorted = ["10", "9", "B", "a", "a-", "a_", "b", "c"];
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = catalog
            .list_functions(account(1), after.as_ref(), 3)
            .await?;
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        after = Some(last.name.clone());
        seen.extend(page);
    }
    let names: Vec<_> = seen.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, sorted);
    assert_eq!(seen[0].latest.module, Digest::of(b"10"));
    let rest = catalog
        .list_machines(account(1), Some(&name("a0")), 9)
        .await?;
    let names: Vec<_> = rest.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names, ["a_", "b", "c"], "after a name that is not there");
    Ok(())
}

/// Another account's things are not there, and its names are free.
pub async fn shows_an_account_its_own_entries_only(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (catalog, f, m) = (&store.catalog, name("f"), name("m"));
    put(&store, "f", "a").await?;
    put_machine(&store, "m", "{}", Put::Create).await?;
    for stranger in [account(0), account(2), account(999_999_999_999)] {
        assert_eq!(catalog.find_function(stranger, &f).await?, None);
        assert_eq!(catalog.find_function_version(stranger, &f, 1).await?, None);
        assert_eq!(catalog.function_versions(stranger, &f, 9).await?, []);
        assert_eq!(catalog.list_functions(stranger, None, 9).await?, []);
        assert!(!catalog.delete_function(stranger, &f).await?);
        assert_eq!(catalog.find_machine(stranger, &m).await?, None);
        assert_eq!(catalog.machine_versions(stranger, &m, 9).await?, []);
        assert_eq!(catalog.list_machines(stranger, None, 9).await?, []);
        assert!(!catalog.delete_machine(stranger, &m).await?);
        let own = catalog
            .put_function(stranger, &f, &version("b"), Put::Create)
            .await?;
        assert_eq!(own.latest.version, 1);
    }
    let ours = catalog.find_function(account(1), &f).await?;
    assert_eq!(ours.expect("it is there").latest.module, Digest::of(b"a"));
    Ok(())
}

/// What was written is there after a restart.
pub async fn outlives_a_restart(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let function = put(&store, "f", "a").await?;
    put_machine(&store, "m", "{}", Put::Create).await?;
    drop(store);
    let store = subject.open().await?;
    let found = store.catalog.find_function(account(1), &name("f")).await?;
    assert_eq!(found, Some(function));
    assert_eq!(put_machine(&store, "m", "{ }", Put::Upsert).await?, 2);
    let kept = store.catalog.definition(Digest::of(b"{}")).await?;
    assert_eq!(kept.as_deref(), Some("{}"));
    Ok(())
}

/// Entries of different kinds and accounts do not meet; putting one again keeps or replaces it.
pub async fn keeps_entries_by_kind(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let catalog = &store.catalog;
    let entry = |entry: &str, body: &str| Entry {
        name: name(entry),
        body: body.into(),
        created_at: at(body.len() as i64),
    };
    let (ours, activity, bucket) = (account(1), EntryKind::Activity, EntryKind::Bucket);
    for one in ["b", "a", "c"] {
        assert!(
            catalog
                .put_entry(ours, activity, &entry(one, "{}"), Put::Create)
                .await?
        );
    }
    let again = entry("a", "{ }");
    assert!(
        !catalog
            .put_entry(ours, activity, &again, Put::Create)
            .await?
    );
    let kept = catalog.find_entry(ours, activity, &name("a")).await?;
    assert_eq!(kept, Some(entry("a", "{}")), "it stays as it was");
    let again = entry("a", "{  }");
    assert!(
        !catalog
            .put_entry(ours, activity, &again, Put::Upsert)
            .await?
    );
    let kept = catalog.find_entry(ours, activity, &name("a")).await?;
    assert_eq!(kept, Some(entry("a", "{  }")), "it was replaced");
    let (was, now) = ("{  }", entry("a", "{   }"));
    for (whose, kind, was) in [
        (ours, activity, "{}"),
        (ours, bucket, was),
        (account(2), activity, was),
    ] {
        assert!(!catalog.replace_entry(whose, kind, was, &now).await?);
    }
    assert!(catalog.replace_entry(ours, activity, was, &now).await?);
    let kept = catalog.find_entry(ours, activity, &name("a")).await?;
    assert_eq!(kept, Some(now), "it was what was expected");
    assert!(
        catalog
            .replace_entry(ours, activity, "{   }", &entry("a", "{  }"))
            .await?
    );
    assert_eq!(catalog.find_entry(ours, bucket, &name("a")).await?, None);
    assert_eq!(
        catalog.find_entry(account(2), activity, &name("a")).await?,
        None
    );
    let page = catalog
        .list_entries(ours, activity, Some(&name("a")), 1)
        .await?;
    assert_eq!(page, [entry("b", "{}")]);
    assert_eq!(catalog.list_entries(ours, bucket, None, 9).await?, []);
    assert!(!catalog.delete_entry(ours, bucket, &name("b")).await?);
    assert!(catalog.delete_entry(ours, activity, &name("b")).await?);
    assert!(!catalog.delete_entry(ours, activity, &name("b")).await?);
    drop(store);
    let store = subject.open().await?;
    let left = store.catalog.list_entries(ours, activity, None, 9).await?;
    assert_eq!(left, [entry("a", "{  }"), entry("c", "{}")]);
    Ok(())
}

/// Objects come by the bytes of their keys, whatever these are; a repeat replaces.
pub async fn keeps_objects_by_the_bytes_of_their_keys(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (catalog, ours, bucket) = (&store.catalog, account(1), name("bucket"));
    let object = |key: &str, blob: &str| Object {
        key: key.into(),
        blob: blob.into(),
        size_bytes: 5_000_000_000,
        facets: "{}".into(),
        modified_at: at(key.len() as i64),
    };
    let keys = ["/", "a", "a%", "a/", "a/\u{fc}", "a/b", "a/b_", "aB", "b"];
    for key in keys {
        assert_eq!(
            catalog
                .put_object(ours, &bucket, &object(key, "1"), &Over::Nothing)
                .await?,
            None
        );
    }
    let before = catalog
        .put_object(ours, &bucket, &object("a", "2"), &Over::Anything)
        .await?;
    assert_eq!(before, Some(object("a", "1")));
    let found = catalog.find_object(ours, &bucket, "a").await?;
    assert_eq!(found, Some(object("a", "2")));
    let list = async |prefix: &str, after: Option<&str>, limit| {
        let found = catalog
            .list_objects(ours, &bucket, prefix, after, limit)
            .await?;
        Ok::<_, Error>(found.into_iter().map(|o| o.key).collect::<Vec<_>>())
    };
    let mut sorted = keys.map(str::to_owned);
    sorted.sort_unstable_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    assert_eq!(list("", None, 99).await?, sorted);
    assert_eq!(
        list("a/", None, 99).await?,
        ["a/", "a/b", "a/b_", "a/\u{fc}"]
    );
    assert_eq!(list("a/", Some("a/b"), 1).await?, ["a/b_"]);
    assert_eq!(list("a%", None, 9).await?, ["a%"]);
    assert_eq!(list("a/b_", Some("a"), 9).await?, ["a/b_"]);
    assert_eq!(catalog.find_object(ours, &name("other"), "a").await?, None);
    assert_eq!(catalog.find_object(account(2), &bucket, "a").await?, None);
    let gone = catalog.delete_object(ours, &bucket, "a").await?;
    assert_eq!(gone, Some(object("a", "2")));
    assert_eq!(catalog.delete_object(ours, &bucket, "a").await?, None);
    Ok(())
}

/// An object is put over what its writer has seen, or not at all.
pub async fn puts_objects_over_what_is_expected(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (catalog, ours, bucket) = (&store.catalog, account(1), name("bucket"));
    let put = async |blob: &str, over: Over| {
        let object = Object {
            key: "k".into(),
            blob: blob.into(),
            size_bytes: 1,
            facets: "{}".into(),
            modified_at: at(1),
        };
        let put = catalog.put_object(ours, &bucket, &object, &over).await;
        put.map(|before| before.map(|object| object.blob))
    };
    let refused = |put: Result<Option<String>>| matches!(put, Err(Error::Changed { .. }));
    let over = |blob: &str| Over::Blob(blob.into());
    assert!(refused(put("1", over("0")).await), "nothing is there");
    assert_eq!(put("1", Over::Nothing).await?, None);
    assert!(refused(put("2", Over::Nothing).await));
    assert!(refused(put("2", over("0")).await));
    assert_eq!(put("2", over("1")).await?, Some("1".into()));
    assert!(refused(put("3", over("1")).await));
    let found = catalog.find_object(ours, &bucket, "k").await?;
    assert_eq!(found.map(|object| object.blob), Some("2".into()));
    Ok(())
}

fn part(number: u32, blob: &str) -> Part {
    Part {
        number,
        blob: blob.into(),
        size_bytes: 5_000_000_000,
        facets: "{}".into(),
        modified_at: at(number.into()),
    }
}

fn upload(key: &str, id: &str, started: i64) -> Upload {
    Upload {
        key: key.into(),
        id: id.into(),
        facets: "{}".into(),
        started_at: at(started),
    }
}

/// Parts come and are replaced as long as their upload is there; an object is made of them at once.
pub async fn makes_objects_of_parts(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (catalog, ours, bucket) = (&store.catalog, account(1), name("bucket"));
    let upload = upload("k", "u1", 1);
    let none = catalog.put_part(ours, "u1", &part(1, "a")).await;
    assert!(matches!(none, Err(Error::Changed { .. })));
    catalog.put_upload(ours, &bucket, &upload).await?;
    let found = catalog.find_upload(ours, &bucket, "k", "u1").await?;
    assert_eq!(found, Some(upload));
    assert_eq!(catalog.find_upload(ours, &bucket, "l", "u1").await?, None);
    let foreign = catalog.put_part(account(2), "u1", &part(1, "a")).await;
    assert!(matches!(foreign, Err(Error::Changed { .. })));
    for number in [10_000, 2, 1] {
        let put = catalog.put_part(ours, "u1", &part(number, "a")).await?;
        assert_eq!(put, None);
    }
    let before = catalog.put_part(ours, "u1", &part(2, "b")).await?;
    assert_eq!(before, Some(part(2, "a")));
    let listed = catalog.list_parts(ours, "u1", 1, 9).await?;
    assert_eq!(listed, [part(2, "b"), part(10_000, "a")]);
    assert_eq!(catalog.list_parts(ours, "u1", 0, 1).await?, [part(1, "a")]);
    let finish = |parts: &[(u32, &str)], over: Over| Finish {
        id: "u1".into(),
        parts: parts.iter().map(|(n, b)| (*n, (*b).into())).collect(),
        object: Object {
            key: "k".into(),
            blob: "whole".into(),
            size_bytes: 2,
            facets: "{}".into(),
            modified_at: at(2),
        },
        over,
    };
    for wrong in [
        finish(&[(2, "a")], Over::Anything),
        finish(&[(3, "a")], Over::Anything),
        finish(&[(2, "b")], Over::Blob("other".into())),
    ] {
        let refused = catalog.finish_upload(ours, &bucket, &wrong).await;
        assert!(matches!(refused, Err(Error::Changed { .. })));
    }
    assert_eq!(catalog.list_parts(ours, "u1", 0, 9).await?.len(), 3);
    let right = finish(&[(1, "a"), (2, "b")], Over::Nothing);
    let finished = catalog.finish_upload(ours, &bucket, &right).await?;
    assert_eq!(finished.before, None);
    assert_eq!(finished.unused, [part(10_000, "a")]);
    let found = catalog.find_object(ours, &bucket, "k").await?;
    assert_eq!(found.as_ref(), Some(&right.object));
    assert_eq!(catalog.find_upload(ours, &bucket, "k", "u1").await?, None);
    assert_eq!(catalog.list_parts(ours, "u1", 0, 9).await?, []);
    let again = catalog.finish_upload(ours, &bucket, &right).await;
    assert!(matches!(again, Err(Error::Changed { .. })));
    Ok(())
}

/// Uploads come by key and id, by age, and go with their parts.
pub async fn lists_and_drops_uploads(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (catalog, ours, bucket) = (&store.catalog, account(1), name("bucket"));
    let uploads = [
        ("a", "u3", 1),
        ("a", "u4", 5),
        ("b/", "u1", 3),
        ("b/c", "u2", 9),
    ];
    let uploads = uploads.map(|(key, id, started)| upload(key, id, started));
    for upload in uploads.iter().rev() {
        catalog.put_upload(ours, &bucket, upload).await?;
    }
    let list = async |prefix: &str, after, limit| {
        catalog
            .list_uploads(ours, &bucket, prefix, after, limit)
            .await
    };
    assert_eq!(list("", None, 9).await?, uploads);
    assert_eq!(list("", Some(("a", "u3")), 2).await?, uploads[1..3]);
    assert_eq!(list("b/", None, 9).await?, uploads[2..]);
    let old = catalog.old_uploads(at(5), 9).await?;
    let ids: Vec<_> = old.iter().map(|(_, _, upload)| &*upload.id).collect();
    assert_eq!(ids, ["u3", "u1"], "the oldest first");
    assert_eq!(old[0], (ours, bucket.clone(), uploads[0].clone()));
    catalog.put_part(ours, "u1", &part(1, "x")).await?;
    let dropped = catalog.drop_upload(ours, &bucket, "b/", "u1").await?;
    assert_eq!(dropped, Some(vec![part(1, "x")]));
    let dropped = catalog.drop_upload(ours, &bucket, "b/", "u1").await?;
    assert_eq!(dropped, None);
    assert_eq!(catalog.list_parts(ours, "u1", 0, 9).await?, []);
    Ok(())
}
