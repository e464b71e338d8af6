//! `object put|get|list|delete`: what tasks and Maps read and write.

use std::io::Write as _;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Subcommand;
use steploom_api::wire::ListObjects;
use steploom_types::Name;

use super::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{human, out};

/// What an object's file name says of its content.
const KINDS: [(&str, &str); 5] = [
    (".json", "application/json"),
    (".jsonl", "application/jsonl"),
    (".csv", "text/csv"),
    (".txt", "text/plain"),
    (".html", "text/html"),
];

/// Put, get and list the objects of buckets
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Put a file as an object, making the bucket if there is none
    Put {
        /// The object
        #[arg(value_name = "BUCKET/KEY")]
        place: Place,
        /// The file
        file: PathBuf,
        /// What its content is; told by the file's name if left out
        #[arg(long, value_name = "TYPE")]
        content_type: Option<String>,
    },
    /// Write an object's content to standard output, or to a file
    Get {
        /// The object
        #[arg(value_name = "BUCKET/KEY")]
        place: Place,
        /// Where to
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// List the objects of a bucket
    List {
        /// The bucket
        bucket: Name,
        /// Only those whose key begins so
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
        /// How many at the most, 1 to 1000
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Go on from the page before
        #[arg(long, value_name = "KEY")]
        next: Option<String>,
    },
    /// Delete an object
    Delete {
        /// The object
        #[arg(value_name = "BUCKET/KEY")]
        place: Place,
    },
}

/// An object on the command line.
#[derive(Clone, Debug)]
struct Place {
    bucket: Name,
    key: String,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('/') {
            Some((bucket, key)) if !key.is_empty() => Ok(Self {
                bucket: bucket
                    .parse()
                    .map_err(|e: steploom_types::Error| e.message)?,
                key: key.to_owned(),
            }),
            _ => Err("expected BUCKET/KEY".to_owned()),
        }
    }
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    match args.verb {
        Verb::Put {
            place,
            file,
            content_type,
        } => {
            let content = input::file_bytes(&file)?;
            let kind = content_type.unwrap_or_else(|| kind(&file.to_string_lossy()).to_owned());
            client.put_bucket(&place.bucket).await?;
            let object = client
                .put_object(&place.bucket, &place.key, &kind, content.into())
                .await?;
            if context.json {
                return Ok(out::json(&object)?);
            }
            let size = human::size(object.size_bytes);
            Ok(out::line(format!(
                "put {}/{} ({size})",
                place.bucket, object.key
            ))?)
        }
        Verb::Get { place, output } => get(context, &place, output).await,
        Verb::List {
            bucket,
            prefix,
            limit,
            next,
        } => {
            let list = ListObjects {
                prefix,
                limit: Some(limit),
                next,
            };
            show_list(context, &bucket, &list).await
        }
        Verb::Delete { place } => {
            client.delete_object(&place.bucket, &place.key).await?;
            if context.json {
                return Ok(out::json(&serde_json::json!({ "deleted": place.key }))?);
            }
            Ok(out::line(format!(
                "deleted {}/{}",
                place.bucket, place.key
            ))?)
        }
    }
}

async fn get(context: &Context, place: &Place, output: Option<PathBuf>) -> Result<(), Failure> {
    let content = context.client.get_object(&place.bucket, &place.key).await?;
    match output {
        Some(file) => std::fs::write(&file, content).map_err(|error| {
            let title = format!("cannot write {}: {error}", file.display());
            Failure::new(Exit::Failed, "Unwritable", title)
        }),
        None => Ok(std::io::stdout().lock().write_all(&content)?),
    }
}

async fn show_list(context: &Context, bucket: &Name, list: &ListObjects) -> Result<(), Failure> {
    let found = context.client.list_objects(bucket, list).await?;
    if context.json {
        return Ok(out::json(&found)?);
    }
    if found.items.is_empty() {
        out::note("no objects; 'steploom object put BUCKET/KEY FILE' puts one");
        return Ok(());
    }
    let mut rows = Rows::new(context.paint, &["key", "size", "type", "modified"]);
    for object in &found.items {
        rows.add([
            object.key.clone(),
            human::size(object.size_bytes),
            object.content_type.clone(),
            human::ago(object.modified_at, now()),
        ]);
    }
    out::line(rows.text(&[1]))?;
    if let Some(next) = &found.next {
        out::note(format!("there are more: --next {next}"));
    }
    Ok(())
}

fn kind(file: &str) -> &'static str {
    let known = KINDS.iter().find(|(end, _)| file.ends_with(end));
    known.map_or("application/octet-stream", |(_, kind)| kind)
}
