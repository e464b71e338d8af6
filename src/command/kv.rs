//! `kv get|set|increment|delete|list`: the values that functions keep by key.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;
use steploom_api::wire::ListStoreKeys;
use steploom_types::Name;

use super::Context;
use crate::failure::Failure;
use crate::input;
use crate::view::{human, out};

/// See and mend the values that functions keep by key
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write a value to standard output as it is
    ///
    /// With --json: {"store", "key", "sizeBytes", "text"}; a value that is no text has "bytes", a list of
    /// numbers, in place of "text".
    Get {
        /// The store
        store: Name,
        /// The key
        key: String,
    },
    /// Set a value, replacing what was there
    ///
    /// A store is there as soon as it has a value. A value has 1 MiB at the most.
    Set {
        /// The store
        store: Name,
        /// The key, 1 to 1,024 bytes
        key: String,
        /// The value
        #[arg(required_unless_present = "file", allow_hyphen_values = true)]
        value: Option<String>,
        /// Take the value from a file; '-' reads standard input
        #[arg(long, value_name = "FILE", conflicts_with = "value")]
        file: Option<PathBuf>,
    },
    /// Add to a value that is a whole number; one that is not there is 0
    Increment {
        /// The store
        store: Name,
        /// The key
        key: String,
        /// What to add
        #[arg(
            long,
            value_name = "N",
            default_value_t = 1,
            allow_negative_numbers = true
        )]
        by: i64,
    },
    /// Delete a value; there may be none
    Delete {
        /// The store
        store: Name,
        /// The key
        key: String,
    },
    /// List the keys of a store by their bytes, one a line
    List {
        /// The store
        store: Name,
        /// Only those that begin so
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
        /// Only those behind this key
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
        /// How many at the most, 1 to 1000
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
    },
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    match args.verb {
        Verb::Get { store, key } => {
            let value = client.get_value(&store, &key).await?;
            if !context.json {
                return Ok(std::io::stdout().lock().write_all(&value)?);
            }
            let mut shown = json!({ "store": store, "key": key, "sizeBytes": value.len() });
            match std::str::from_utf8(&value) {
                Ok(text) => shown["text"] = text.into(),
                Err(_) => shown["bytes"] = json!(value.to_vec()),
            }
            Ok(out::json(&shown)?)
        }
        Verb::Set {
            store,
            key,
            value,
            file,
        } => {
            let value = match file {
                Some(file) => input::bytes(&file)?,
                None => value.unwrap_or_default().into_bytes(),
            };
            let bytes = value.len() as u64;
            client.put_value(&store, &key, value.into()).await?;
            if context.json {
                let shown = json!({ "store": store, "key": key, "sizeBytes": bytes });
                return Ok(out::json(&shown)?);
            }
            Ok(out::line(format!(
                "set {key} in {store} ({})",
                human::size(bytes)
            ))?)
        }
        Verb::Increment { store, key, by } => {
            let sum = client.increment_value(&store, &key, by).await?;
            if context.json {
                return Ok(out::json(&sum)?);
            }
            Ok(out::line(sum.value.to_string())?)
        }
        Verb::Delete { store, key } => {
            client.delete_value(&store, &key).await?;
            if context.json {
                return Ok(out::json(&json!({ "deleted": key }))?);
            }
            Ok(out::line(format!("deleted {key} in {store}"))?)
        }
        Verb::List {
            store,
            prefix,
            after,
            limit,
        } => {
            let list = ListStoreKeys {
                prefix,
                after,
                limit: Some(limit),
            };
            let found = client.list_store_keys(&store, &list).await?;
            if context.json {
                return Ok(out::json(&found)?);
            }
            if found.keys.is_empty() {
                out::note("no keys; 'steploom kv set STORE KEY VALUE' sets one");
                return Ok(());
            }
            for key in &found.keys {
                out::line(key)?;
            }
            if let Some(next) = &found.next {
                out::note(format!("there are more: --after {next}"));
            }
            Ok(())
        }
    }
}
