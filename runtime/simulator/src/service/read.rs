//! What a distributed `Map` reads.

use serde_json::Value;
use steploom_asl::model::{ReaderFormat, ReaderSource};
use steploom_machine::reader::{self, ITEM_READER_FAILED, Page, listing, manifest};
use steploom_machine::{Failure, Read, ReadFrom};
use steploom_types::Digest;

use super::s3;
use crate::Simulation;

/// Items that one action asked for.
pub(crate) fn items(simulation: &Simulation, read: &Read) -> Result<Page, Failure> {
    let (source, arguments, format) = match &read.from {
        ReadFrom::Reader {
            source,
            arguments,
            format,
        } => (*source, arguments, format),
        ReadFrom::Given(items) => return Ok(reader::given(items, read.offset, read.items_max)),
        ReadFrom::Page { digest, .. } => return stored(simulation, digest),
    };
    let text = |field: &str| arguments.value()[field].as_str().unwrap_or_default();
    Ok(match (source, format) {
        (ReaderSource::Listing, _) | (_, ReaderFormat::Listing) => {
            let all = listed(simulation, text("Bucket"), text("Prefix"))?;
            part(all, read)
        }
        (ReaderSource::Object, ReaderFormat::Manifest) => {
            let body = body(simulation, text("Bucket"), text("Key"))?;
            part(of_manifest(simulation, body)?, read)
        }
        (ReaderSource::Object, format) => {
            let body = body(simulation, text("Bucket"), text("Key"))?;
            reader::page(format, body.as_bytes(), read.offset, read.items_max)?
        }
    })
}

/// The items of a page.
fn stored(simulation: &Simulation, digest: &Digest) -> Result<Page, Failure> {
    let text = simulation.stored.get(digest).map_or("[]", String::as_str);
    let gone = |_| Failure::new(ITEM_READER_FAILED, "A page of items is gone.");
    Ok(Page {
        items: serde_json::from_str(text).map_err(gone)?,
        is_last: true,
    })
}

fn part(all: Vec<Value>, read: &Read) -> Page {
    let end = read.offset.saturating_add(read.items_max);
    Page {
        is_last: end >= all.len() as u64,
        items: all
            .into_iter()
            .skip(read.offset as usize)
            .take(read.items_max as usize)
            .collect(),
    }
}

fn listed(simulation: &Simulation, bucket: &str, prefix: &str) -> Result<Vec<Value>, Failure> {
    let Some(objects) = simulation.world.buckets.get(bucket) else {
        return Err(unreadable(s3::no_bucket()));
    };
    let at = simulation.world.begins_at;
    let item = |(key, body): (&String, &String)| {
        listing::item(key, body.len() as u64, &s3::etag(body), at)
    };
    Ok(s3::of_prefix(objects, prefix).map(item).collect())
}

fn of_manifest(simulation: &Simulation, body: &str) -> Result<Vec<Value>, Failure> {
    let manifest = manifest::parse(body.as_bytes())?;
    let mut items = Vec::new();
    for file in &manifest.files {
        let mut reader = manifest.reader()?;
        let content = self::body(simulation, &manifest.bucket, file)?;
        reader.feed(content.as_bytes(), &mut items)?;
        reader.finish(&mut items)?;
    }
    Ok(items)
}

fn body<'a>(simulation: &'a Simulation, bucket: &str, key: &str) -> Result<&'a str, Failure> {
    s3::object(simulation, bucket, key).map_err(unreadable)
}

/// Whatever S3 says, the reader failed.
fn unreadable(failure: Failure) -> Failure {
    Failure {
        error: ITEM_READER_FAILED.to_owned(),
        cause: failure.cause,
    }
}
