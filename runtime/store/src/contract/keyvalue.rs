//! What a store of values by key must do.

use bytes::Bytes;
use steploom_types::limits::keyvalue::{KEY_BYTES_MAX, VALUE_BYTES_MAX};

use super::Subject;
use super::fixture::{account, name};
use crate::keyvalue::Added;
use crate::{Result, Store};

async fn get(store: &Store, of: &str, key: &str) -> Result<Option<Bytes>> {
    let keys = [key.to_owned()];
    let found = store.keyvalues.get(account(1), &name(of), &keys).await?;
    assert_eq!(found.len(), 1);
    Ok(found.into_iter().next().flatten())
}

async fn set(store: &Store, of: &str, key: &str, value: impl Into<Bytes>) -> Result<()> {
    let values = [(key.to_owned(), value.into())];
    store.keyvalues.set(account(1), &name(of), &values).await
}

async fn delete(store: &Store, of: &str, keys: &[&str]) -> Result<u64> {
    let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    store.keyvalues.delete(account(1), &name(of), &keys).await
}

/// Any bytes under any key, empty ones as well; a repeat replaces; a restart changes nothing.
pub async fn keeps_values_as_they_are(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let long = "\u{1f980}".repeat(KEY_BYTES_MAX / 4);
    let every: Vec<u8> = (0..=255).collect();
    let large: Vec<u8> = (0..VALUE_BYTES_MAX).map(|at| (at % 251) as u8).collect();
    let values: [(&str, &[u8]); 5] = [
        ("empty", b""),
        ("every/byte", &every),
        ("nul\0 and %_'\u{fc}", b"x"),
        (&long, b"long"),
        ("large", &large),
    ];
    assert_eq!(get(&store, "s", "empty").await?, None);
    for (key, value) in values {
        set(&store, "s", key, b"before".to_vec()).await?;
        set(&store, "s", key, value.to_vec()).await?;
    }
    assert_eq!(get(&store, "s", "Empty").await?, None, "by every byte");
    assert_eq!(delete(&store, "s", &["every/byte"]).await?, 1);
    assert_eq!(delete(&store, "s", &["every/byte"]).await?, 0);
    drop(store);
    let store = subject.open().await?;
    for (key, value) in values {
        let found = get(&store, "s", key).await?;
        let expected = (key != "every/byte").then_some(value);
        assert_eq!(found.as_deref(), expected, "{key}");
    }
    Ok(())
}

/// Several are read, set and deleted at once; of a key that is named twice the last value stays.
pub async fn writes_many_at_once(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let (ours, s) = (account(1), name("s"));
    let value = |n: usize| Bytes::from(format!("value {n}"));
    let key = |n: usize| format!("key {n:03}");
    let mut values: Vec<_> = (0..300).map(|n| (key(n), value(n))).collect();
    values.push((key(7), value(700)));
    values.reverse();
    values.push((key(8), value(800)));
    store.keyvalues.set(ours, &s, &values).await?;
    let keys = [key(299), "absent".into(), key(7), key(8), key(299)];
    let found = store.keyvalues.get(ours, &s, &keys).await?;
    let expected = [
        Some(value(299)),
        None,
        Some(value(7)),
        Some(value(800)),
        Some(value(299)),
    ];
    assert_eq!(found, expected);
    let deleted = store.keyvalues.delete(ours, &s, &keys).await?;
    assert_eq!(deleted, 3, "one is named twice, one is not there");
    let left = store.keyvalues.keys(ours, &s, "", None, 999).await?;
    assert_eq!(left.len(), 297);
    for nothing in [
        store.keyvalues.get(ours, &s, &[]).await?.len(),
        store.keyvalues.delete(ours, &s, &[]).await? as usize,
    ] {
        assert_eq!(nothing, 0);
    }
    store.keyvalues.set(ours, &s, &[]).await
}

/// Lists go by the bytes of the keys, and on after a key, there or not.
pub async fn lists_keys_by_their_bytes(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let keys = [
        "/", "a", "a%", "a/", "a/b", "a/b_", "a/c", "a/\u{fc}", "a\u{fc}", "aB", "b", "_",
    ];
    for key in keys {
        set(&store, "s", key, key).await?;
        set(&store, "s2", "a/x", key).await?;
    }
    let list = async |of: &str, prefix: &str, after: Option<&str>, limit| {
        let keyvalues = &store.keyvalues;
        keyvalues
            .keys(account(1), &name(of), prefix, after, limit)
            .await
    };
    let mut sorted = keys;
    sorted.sort_unstable_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    assert_eq!(list("s", "", None, 99).await?, sorted);
    let within = ["a/", "a/b", "a/b_", "a/c", "a/\u{fc}"];
    assert_eq!(list("s", "a/", None, 99).await?, within);
    assert_eq!(list("s", "a/", Some("a/b"), 2).await?, ["a/b_", "a/c"]);
    assert_eq!(list("s", "a/", Some("a/bb"), 1).await?, ["a/c"]);
    assert_eq!(list("s", "a/", Some("a"), 1).await?, ["a/"]);
    assert_eq!(list("s", "a%", None, 9).await?, ["a%"]);
    assert!(list("s", "a/", Some("b"), 9).await?.is_empty());
    assert!(list("s", "", None, 0).await?.is_empty());
    assert!(list("none", "", None, 9).await?.is_empty());
    assert_eq!(list("s2", "", None, 9).await?, ["a/x"]);
    Ok(())
}

/// A number is its digits; what is none, or would not fit, stays as it is.
pub async fn adds_to_numbers(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let add = async |key: &str, by: i64| {
        let keyvalues = &store.keyvalues;
        keyvalues.increment(account(1), &name("s"), key, by).await
    };
    assert_eq!(add("n", 5).await?, Added::To(5), "nothing is 0");
    assert_eq!(add("n", -7).await?, Added::To(-2));
    assert_eq!(get(&store, "s", "n").await?.as_deref(), Some(&b"-2"[..]));
    set(&store, "s", "n", "40").await?;
    assert_eq!(add("n", 2).await?, Added::To(42));
    assert_eq!(add("n", 0).await?, Added::To(42));
    for no_number in ["", " 1", "1.5", "1\n", "0x1", "9223372036854775808"] {
        set(&store, "s", "bad", no_number).await?;
        assert_eq!(add("bad", 1).await?, Added::NoNumber, "{no_number:?}");
        let found = get(&store, "s", "bad").await?;
        assert_eq!(found.as_deref(), Some(no_number.as_bytes()));
    }
    set(&store, "s", "bad", vec![0xff, 0xfe]).await?;
    assert_eq!(add("bad", 1).await?, Added::NoNumber);
    assert_eq!(add("n", i64::MAX).await?, Added::TooLarge);
    assert_eq!(add("m", i64::MIN).await?, Added::To(i64::MIN));
    assert_eq!(add("m", -1).await?, Added::TooLarge);
    let left = get(&store, "s", "m").await?;
    assert_eq!(left, Some(i64::MIN.to_string().into()));
    assert_eq!(delete(&store, "s", &["n"]).await?, 1);
    assert_eq!(add("n", 1).await?, Added::To(1), "it begins anew");
    Ok(())
}

/// No addition is lost, and no two see the same sum, also while others write beside them.
pub async fn additions_from_many_at_once_add_up(subject: &dyn Subject) -> Result<()> {
    const TASKS: i64 = 16;
    const EACH: i64 = 10;
    let store = subject.open().await?;
    let mut tasks = Vec::new();
    for task in 0..TASKS {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let (ours, s) = (account(1), name("s"));
            let mut sums = Vec::new();
            for n in 0..EACH {
                let added = store.keyvalues.increment(ours, &s, "n", 1).await?;
                set(&store, "s", &format!("{task}/{n}"), "x").await?;
                sums.push(added);
            }
            Ok::<_, crate::Error>(sums)
        }));
    }
    let mut sums = Vec::new();
    for task in tasks {
        for added in task.await.expect("it does not panic")? {
            let Added::To(sum) = added else {
                panic!("it is a number: {added:?}");
            };
            sums.push(sum);
        }
    }
    sums.sort_unstable();
    assert!(sums.iter().copied().eq(1..=TASKS * EACH), "{sums:?}");
    let s = name("s");
    let keys = store.keyvalues.keys(account(1), &s, "", None, 999).await?;
    assert_eq!(keys.len() as i64, TASKS * EACH + 1);
    Ok(())
}

/// A value is put over what its writer has seen, or not at all; of many that race, one does it.
pub async fn swaps_what_is_expected(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    let swap = async |expected: Option<&str>, new: &str| {
        let expected = expected.map(str::as_bytes);
        let (s, new) = (name("s"), Bytes::from(new.to_owned()));
        let keyvalues = &store.keyvalues;
        keyvalues.swap(account(1), &s, "k", expected, &new).await
    };
    assert!(!swap(Some(""), "1").await?, "there is nothing");
    assert!(swap(None, "1").await?);
    assert!(!swap(None, "2").await?, "there is something");
    assert!(!swap(Some("2"), "2").await?);
    assert!(swap(Some("1"), "").await?);
    assert!(swap(Some(""), "2").await?, "an empty value is one");
    assert_eq!(get(&store, "s", "k").await?.as_deref(), Some(&b"2"[..]));
    for expected in [Some("2"), None] {
        let mut racers = Vec::new();
        for n in 0..8 {
            let (store, new) = (store.clone(), Bytes::from(format!("by {n}")));
            let key = if expected.is_some() { "k" } else { "other" };
            racers.push(tokio::spawn(async move {
                let (ours, s) = (account(1), name("s"));
                let expected = expected.map(str::as_bytes);
                store.keyvalues.swap(ours, &s, key, expected, &new).await
            }));
        }
        let mut won = 0;
        for racer in racers {
            won += usize::from(racer.await.expect("it does not panic")?);
        }
        assert_eq!(won, 1, "over {expected:?}");
    }
    Ok(())
}

/// Another account's store of the same name is another store.
pub async fn shows_an_account_its_own_values_only(subject: &dyn Subject) -> Result<()> {
    let store = subject.open().await?;
    set(&store, "s", "k", "ours").await?;
    let (theirs, s, keys) = (account(2), name("s"), ["k".to_owned()]);
    let keyvalues = &store.keyvalues;
    assert_eq!(keyvalues.get(theirs, &s, &keys).await?, [None]);
    assert!(keyvalues.keys(theirs, &s, "", None, 9).await?.is_empty());
    assert_eq!(keyvalues.delete(theirs, &s, &keys).await?, 0);
    let added = keyvalues.increment(theirs, &s, "k", 1).await?;
    assert_eq!(added, Added::To(1));
    let new = Bytes::from_static(b"2");
    assert!(keyvalues.swap(theirs, &s, "k", Some(b"1"), &new).await?);
    assert_eq!(get(&store, "s", "k").await?.as_deref(), Some(&b"ours"[..]));
    assert_eq!(keyvalues.delete(theirs, &s, &keys).await?, 1);
    assert_eq!(get(&store, "s", "k").await?.as_deref(), Some(&b"ours"[..]));
    Ok(())
}
