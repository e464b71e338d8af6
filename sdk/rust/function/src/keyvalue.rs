//! Values of a store, by keys. Each call needs the grant `keyvalue=STORE`.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::platform::{ask, ask_only};
use crate::{Error, Keys};

/// The value of a key; none if there is none.
pub fn get(store: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
    match ask::<IgnoredAny>(json!({"op": "get", "store": store, "key": key}), b"") {
        Ok((_, value)) => Ok(Some(value)),
        Err(error) if error.name() == "KeyNotFound" => Ok(None),
        Err(error) => Err(error),
    }
}

/// Sets the value of a key.
pub fn set(store: &str, key: &str, value: impl AsRef<[u8]>) -> Result<(), Error> {
    let line = json!({"op": "set", "store": store, "key": key});
    ask_only(line, value.as_ref())
}

/// Deletes a key; there may be none.
pub fn delete(store: &str, key: &str) -> Result<(), Error> {
    ask_only(json!({"op": "delete", "store": store, "key": key}), b"")
}

/// Adds to the whole number that a key has, 0 if it has none, and gives the sum. Nobody comes in between.
pub fn increment(store: &str, key: &str, by: i64) -> Result<i64, Error> {
    #[derive(Deserialize)]
    struct Sum {
        value: i64,
    }
    let line = json!({"op": "increment", "store": store, "key": key, "by": by});
    Ok(ask::<Sum>(line, b"")?.0.value)
}

/// The keys that begin with `prefix`, a page of them: from the first one or, for the next page, behind `after`.
pub fn keys(store: &str, prefix: &str, after: Option<&str>) -> Result<Keys, Error> {
    let line = json!({"op": "keys", "store": store, "prefix": prefix, "after": after});
    Ok(ask(line, b"")?.0)
}
