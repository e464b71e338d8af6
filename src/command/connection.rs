//! `connection put|list|delete`: credentials for calls that tasks make over HTTP.

use std::path::PathBuf;

use clap::Subcommand;
use steploom_api::wire::PutConnection;
use steploom_types::Name;

use super::{Context, list};
use crate::failure::Failure;
use crate::input;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{human, out};

/// Keep credentials for calls that tasks make over HTTP
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a connection, or replace one
    ///
    /// FILE holds JSON such as {"auth": {"type": "basic", "username": "...", "password": "..."}} or
    /// {"auth": {"type": "apiKey", "name": "x-api-key", "value": "..."}, "headers": [], "query": [],
    /// "body": []}. Its secrets are kept sealed and never shown.
    Put {
        /// The connection
        name: Name,
        /// The file; '-' reads standard input
        file: PathBuf,
    },
    /// List connections, without their secrets
    List {
        /// How many at the most, 1 to 1000
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Go on from the page before
        #[arg(long, value_name = "TOKEN")]
        next: Option<String>,
    },
    /// Delete a connection
    Delete {
        /// The connection
        name: Name,
    },
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    match args.verb {
        Verb::Put { name, file } => {
            let json = input::json(None, Some(&file))?;
            let put: PutConnection = serde_json::from_value(json.into_value()).map_err(|why| {
                Failure::usage(format!("{} is no connection: {why}", file.display()))
            })?;
            let made = client.put_connection(&name, &put).await?;
            if context.json {
                return Ok(out::json(&made)?);
            }
            Ok(out::line(made.arn)?)
        }
        Verb::List { limit, next } => {
            let found = client.list_connections(&list::page(limit, next)).await?;
            if context.json {
                return Ok(out::json(&found)?);
            }
            let mut rows = Rows::new(context.paint, &["name", "auth", "updated", "arn"]);
            for one in &found.items {
                rows.add([
                    one.name.to_string(),
                    one.auth.clone(),
                    human::ago(one.created_at, now()),
                    one.arn.clone(),
                ]);
            }
            Ok(out::line(rows.text(&[]))?)
        }
        Verb::Delete { name } => {
            client.delete_connection(&name).await?;
            super::deleted(context, "connection", &name)
        }
    }
}
