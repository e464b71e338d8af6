//! What a distributed `Map` reads and writes: items, pages of items, and files of results.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use steploom_machine::reader::{ITEM_READER_FAILED, page_text};
use steploom_machine::{Fact, Failure, Piece, Read, ReadFrom, Started, Write, WriteTo};
use steploom_types::{Digest, Json};

use super::{Answers, RETRY, is_passing};
use crate::payload::Kept;
use crate::port::{NewObject, Port};
use crate::shared::Shared;
use crate::{payload, reading};

/// The error of results that cannot be written.
const WRITER_FAILED: &str = "States.ResultWriterFailed";

/// Reads items for a distributed `Map`.
pub(crate) async fn read(shared: Arc<Shared>, started: Arc<Started>, read: Read, answers: Answers) {
    shared.metrics.tasks.inc("read");
    let port = Port::of(&shared).await;
    let fact = match reading(&port, &started, &read).await {
        Ok(fact) => fact,
        Err(failure) => Fact::TaskFailed {
            at: shared.clock.now(),
            action: read.action,
            failure,
            version: None,
        },
    };
    // A page is an object already.
    match read.from {
        ReadFrom::Page { .. } => answers.send_as_it_is(fact, Kept::default()).await,
        ReadFrom::Reader { .. } | ReadFrom::Given(_) => answers.send(fact).await,
    }
}

async fn reading(port: &Port, started: &Started, read: &Read) -> Result<Fact, Failure> {
    let found = reading::page(port, started, read).await?;
    let action = read.action;
    let clock = &port.shared().clock;
    if !read.wants_page(found.is_last) {
        return Ok(Fact::ItemsRead {
            at: clock.now(),
            action,
            items: found.items.into_json(),
            is_last: found.is_last,
        });
    }
    let items = found.items.into_items();
    let count = items.len() as u32;
    let page = Bytes::from(page_text(items));
    let digest = Digest::of(&page);
    payload::put(&port.shared().artifacts, started.id, digest, page)
        .await
        .map_err(|error| Failure::new(ITEM_READER_FAILED, error.message))?;
    Ok(Fact::PageRead {
        at: clock.now(),
        action,
        etag: found.etag,
        offset: read.offset,
        digest,
        count,
        is_last: found.is_last,
    })
}

/// Writes an object of a distributed `Map`.
pub(crate) async fn write(
    shared: Arc<Shared>,
    started: Arc<Started>,
    write: Write,
    answers: Answers,
) {
    shared.metrics.tasks.inc("write");
    let port = Port::of(&shared).await;
    let action = write.action;
    let written = writing(&port, &started, write).await;
    let at = shared.clock.now();
    let fact = match written {
        Ok(()) => Fact::TaskSucceeded {
            at,
            action,
            output: Json::null(),
            version: None,
        },
        Err(failure) => Fact::TaskFailed {
            at,
            action,
            failure,
            version: None,
        },
    };
    answers.send(fact).await;
}

async fn writing(port: &Port, started: &Started, write: Write) -> Result<(), Failure> {
    let artifacts = &port.shared().artifacts;
    let mut content = BytesMut::new();
    for piece in write.body {
        match piece {
            Piece::Text(text) => content.extend_from_slice(text.as_bytes()),
            Piece::Stored { owner, digest } => {
                let part = payload::get(artifacts, owner, digest).await;
                content.extend_from_slice(&part.map_err(|error| failed(error.message))?);
            }
        }
    }
    let content = content.freeze();
    match write.to {
        WriteTo::Own { owner, digest } => payload::put(artifacts, owner, digest, content)
            .await
            .map_err(|error| failed(error.message)),
        WriteTo::Bucket { bucket, key } => {
            let object = NewObject {
                key,
                content,
                content_type: Some("application/json".to_owned()),
                metadata: serde_json::Map::new(),
            };
            keep(port, started, &bucket, object).await
        }
    }
}

async fn keep(
    port: &Port,
    started: &Started,
    bucket: &str,
    object: NewObject,
) -> Result<(), Failure> {
    let bucket = bucket
        .parse()
        .map_err(|_| failed(format!("The bucket '{bucket}' does not exist")))?;
    loop {
        let object = object.clone();
        match port.keep_object(started.account, &bucket, object).await {
            Ok(_) => return Ok(()),
            Err(error) if is_passing(&error) => tokio::time::sleep(RETRY).await,
            Err(error) => return Err(failed(error.message)),
        }
    }
}

fn failed(why: String) -> Failure {
    Failure::new(WRITER_FAILED, why)
}
