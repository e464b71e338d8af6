//! Values by key, as those who serve functions and people see them.

use bytes::Bytes;
use steploom_types::limits::keyvalue::{BATCH_BYTES_MAX, BATCH_KEYS_MAX, VALUE_BYTES_MAX};
use steploom_types::{AccountId, Error, Name};

use crate::node::Node;

const LOCAL: AccountId = AccountId::LOCAL;

fn store() -> Name {
    "s".parse().unwrap()
}

async fn code<T>(call: impl Future<Output = Result<T, Error>>) -> &'static str {
    match call.await {
        Ok(_) => "none",
        Err(error) => error.code,
    }
}

#[tokio::test]
async fn values_are_set_read_swapped_listed_and_deleted() {
    let node = Node::start().await;
    let (values, s) = (node.ports().keyvalues, store());
    assert_eq!(values.get(LOCAL, &s, "k").await.unwrap(), None);
    values.set(LOCAL, &s, "k", "v".into()).await.unwrap();
    let many = [("a", "1"), ("b", "2")].map(|(key, value)| (key.to_owned(), value.into()));
    values.set_many(LOCAL, &s, &many).await.unwrap();
    let keys = ["b", "none", "k"].map(str::to_owned);
    let found = values.get_many(LOCAL, &s, &keys).await.unwrap();
    let some = |value: &'static str| Some(Bytes::from(value));
    assert_eq!(found, [some("2"), None, some("v")]);
    assert_eq!(values.increment(LOCAL, &s, "b", 40).await.unwrap(), 42);
    let swap = async |expected: Option<&[u8]>, new: &'static str| {
        let swap = values.swap(LOCAL, &s, "k", expected, new.into());
        swap.await.unwrap()
    };
    assert!(!swap(None, "w").await);
    assert!(swap(Some(b"v"), "w").await);
    assert!(!swap(Some(b"v"), "x").await);
    let page = values.keys(LOCAL, &s, "", None, 2).await.unwrap();
    assert_eq!(page.keys, ["a", "b"]);
    let rest = values.keys(LOCAL, &s, "", page.next.as_deref(), 2);
    let rest = rest.await.unwrap();
    assert_eq!((rest.keys, rest.next), (vec!["k".to_owned()], None));
    values.delete(LOCAL, &s, "k").await.unwrap();
    values.delete_many(LOCAL, &s, &keys).await.unwrap();
    let left = values.keys(LOCAL, &s, "", None, 9).await.unwrap();
    assert_eq!(left.keys, ["a"]);
}

#[tokio::test]
async fn what_is_beyond_a_limit_is_refused_and_changes_nothing() {
    let node = Node::start().await;
    let (values, s) = (node.ports().keyvalues, store());
    let long = "k".repeat(1_025);
    for key in ["", &long] {
        let keys = ["a".to_owned(), key.to_owned()];
        let set = [
            ("a".to_owned(), Bytes::new()),
            (key.to_owned(), Bytes::new()),
        ];
        for refused in [
            code(values.get(LOCAL, &s, key)).await,
            code(values.get_many(LOCAL, &s, &keys)).await,
            code(values.set_many(LOCAL, &s, &set)).await,
            code(values.delete_many(LOCAL, &s, &keys)).await,
            code(values.increment(LOCAL, &s, key, 1)).await,
            code(values.swap(LOCAL, &s, key, None, Bytes::new())).await,
        ] {
            assert_eq!(refused, "InvalidKey", "{} bytes", key.len());
        }
    }
    let large = Bytes::from(vec![0; VALUE_BYTES_MAX]);
    let larger = Bytes::from(vec![0; VALUE_BYTES_MAX + 1]);
    let set = code(values.set(LOCAL, &s, "k", larger.clone())).await;
    assert_eq!(set, "ValueTooLarge");
    let swapped = code(values.swap(LOCAL, &s, "k", None, larger)).await;
    assert_eq!(swapped, "ValueTooLarge");
    let several: Vec<_> = (0..=BATCH_BYTES_MAX / VALUE_BYTES_MAX)
        .map(|n| (n.to_string(), large.clone()))
        .collect();
    let set = code(values.set_many(LOCAL, &s, &several)).await;
    assert_eq!(set, "BatchTooLarge");
    let none = values.keys(LOCAL, &s, "", None, 9).await.unwrap();
    assert!(none.keys.is_empty(), "{none:?}");
    for one in several.chunks(1) {
        values.set_many(LOCAL, &s, one).await.unwrap();
    }
    let keys: Vec<String> = several.into_iter().map(|(key, _)| key).collect();
    let got = code(values.get_many(LOCAL, &s, &keys)).await;
    assert_eq!(got, "BatchTooLarge");
    let fits = values.get_many(LOCAL, &s, &keys[1..]).await.unwrap();
    assert_eq!(fits.iter().flatten().count(), keys.len() - 1);
    let many: Vec<String> = (0..=BATCH_KEYS_MAX).map(|n| n.to_string()).collect();
    let got = code(values.get_many(LOCAL, &s, &many)).await;
    assert_eq!(got, "BatchTooLarge");
    for limit in [0, 1_001] {
        let listed = code(values.keys(LOCAL, &s, "", None, limit)).await;
        assert_eq!(listed, "InvalidLimit");
    }
}
