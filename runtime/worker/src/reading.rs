//! Items of a distributed `Map`, a page at a time, out of objects or lists of objects.
//!
//! An object is read in pieces, and where a page ends is remembered for the page after it, so that
//! reading is linear in the object and holds little of it. What is remembered may be lost (it is
//! bounded, and a process dies): then the object is read again from its start. A content has a name of
//! its own, so what was replaced meanwhile shows, and fails the reading.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use flate2::write::GzDecoder;
use serde_json::Value;
use steploom_api::port::collect;
use steploom_asl::model::{ReaderFormat, ReaderSource};
use steploom_machine::reader::manifest::{self, Manifest};
use steploom_machine::reader::{self, ITEM_READER_FAILED, Page, Reader, listing};
use steploom_machine::{Failure, Read, ReadFrom, Started};
use steploom_types::limits::map_run::PAGE_BYTES_MAX;
use steploom_types::{AccountId, Digest, ExecutionId, Json, Name};

use crate::effect::is_passing;
use crate::payload;
use crate::port::{self, Facets, Port, StoredPiece, facets};

/// Bytes of an object that are read at once.
const PIECE_BYTES: u64 = 1024 * 1024;

/// Bytes of a compressed content that are unpacked at once.
const PACKED_BYTES: usize = 8 * 1024;

/// Places in objects that are remembered.
const CURSORS_MAX: usize = 256;

/// How long it waits before it reads again what cannot be read right now.
const RETRY: Duration = Duration::from_millis(200);

/// Bytes of a manifest.
const MANIFEST_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Items of a list of objects that are read at once.
const LISTED: u32 = 1_000;

/// A place in what an execution reads: after so many items.
type Place = (ExecutionId, String, u64);

/// Where reading goes on.
#[derive(Default)]
pub(crate) struct Readings(Mutex<BTreeMap<Place, Cursor>>);

/// What is being read, and how far.
struct Cursor {
    /// What the content is, as a whole.
    etag: String,
    /// Contents that come after the one that is read.
    rest: VecDeque<Content>,
    /// How they are read, if a manifest says it.
    manifest: Option<Manifest>,
    now: Option<Open>,
    /// Items that were read and not given yet.
    ready: VecDeque<Value>,
}

#[derive(Clone)]
struct Content {
    place: port::Place,
    key: String,
}

struct Open {
    content: Content,
    pieces: Vec<StoredPiece>,
    position: u64,
    reader: Reader,
    /// For a content that is compressed.
    unpacked: Option<GzDecoder<Vec<u8>>>,
}

impl Open {
    /// Reads a piece of the content.
    fn feed(&mut self, piece: &[u8], items: &mut Vec<Value>) -> Result<(), Failure> {
        let Some(gz) = &mut self.unpacked else {
            return self.reader.feed(piece, items);
        };
        // A little at a time: what is packed may be a thousand times as long.
        for part in piece.chunks(PACKED_BYTES) {
            gz.write_all(part)
                .map_err(|_| failed(format!("'{}' is no valid gzip", self.content.key)))?;
            let plain = std::mem::take(gz.get_mut());
            self.reader.feed(&plain, items)?;
        }
        Ok(())
    }

    /// The content is over.
    fn finish(&mut self, items: &mut Vec<Value>) -> Result<(), Failure> {
        if let Some(gz) = self.unpacked.take() {
            let plain = gz
                .finish()
                .map_err(|_| failed(format!("'{}' is no valid gzip", self.content.key)))?;
            self.reader.feed(&plain, items)?;
        }
        self.reader.finish(items)
    }
}

impl Readings {
    fn take(&self, place: &Place) -> Option<Cursor> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(place)
    }

    fn keep(&self, place: Place, cursor: Cursor) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CURSORS_MAX {
            // Which one goes is all the same: it is only read again.
            all.pop_first();
        }
        all.insert(place, cursor);
    }
}

/// What was read.
pub(crate) struct Found {
    pub(crate) items: Items,
    /// Whether there are no more.
    pub(crate) is_last: bool,
    /// What the content was: it has to be the same at the next page.
    pub(crate) etag: Option<String>,
}

/// Items that were read.
pub(crate) enum Items {
    /// One by one.
    Each(Vec<Value>),
    /// All of a page.
    Page(Json),
}

impl Items {
    pub(crate) fn into_json(self) -> Json {
        match self {
            Self::Each(items) => Value::Array(items).into(),
            Self::Page(page) => page,
        }
    }

    pub(crate) fn into_items(self) -> Vec<Value> {
        match self {
            Self::Each(items) => items,
            Self::Page(page) => match page.into_value() {
                Value::Array(items) => items,
                _ => Vec::new(),
            },
        }
    }
}

impl From<Page> for Found {
    fn from(page: Page) -> Self {
        Self {
            items: Items::Each(page.items),
            is_last: page.is_last,
            etag: None,
        }
    }
}

/// Reads items, at most as many as are asked for and as a page may have bytes.
///
/// # Errors
/// What the `Map` fails with.
pub(crate) async fn page(port: &Port, started: &Started, read: &Read) -> Result<Found, Failure> {
    match &read.from {
        ReadFrom::Reader {
            source,
            arguments,
            format,
        } => {
            let reader = ItemReader {
                source: *source,
                arguments,
                format,
            };
            of_reader(port, started, read, &reader).await
        }
        ReadFrom::Given(items) => Ok(reader::given(items, read.offset, read.items_max).into()),
        ReadFrom::Page { owner, digest } => {
            let page = payload::get(&port.shared().artifacts, *owner, *digest).await;
            let page = page.and_then(|page| Json::parse_bytes(&page));
            Ok(Found {
                items: Items::Page(page.map_err(|error| failed(error.message))?),
                is_last: true,
                etag: None,
            })
        }
    }
}

/// What an `ItemReader` names.
struct ItemReader<'a> {
    source: ReaderSource,
    arguments: &'a Json,
    format: &'a ReaderFormat,
}

async fn of_reader(
    port: &Port,
    started: &Started,
    read: &Read,
    reader: &ItemReader<'_>,
) -> Result<Found, Failure> {
    let account = started.account;
    let format = reader.format;
    let text = |field: &str| {
        let field = reader.arguments.value().get(field)?;
        field.as_str().map(str::to_owned)
    };
    let bucket = text("Bucket").ok_or_else(|| failed("The reader names no Bucket"))?;
    let bucket: Name = bucket.parse().map_err(|_| no_bucket())?;
    if reader.source == ReaderSource::Listing {
        let prefix = text("Prefix").unwrap_or_default();
        return objects(port, started, &bucket, &prefix, read).await;
    }
    let key = text("Key").ok_or_else(|| failed("The reader names no Key"))?;
    let place = |offset| (started.id, format!("{bucket}/{key}"), offset);
    let kept = port.shared().readings.take(&place(read.offset));
    let (mut cursor, mut skipped) = match kept {
        Some(cursor) => (cursor, read.offset),
        None => (open(port, account, &bucket, &key, format).await?, 0),
    };
    if read.etag.as_ref().is_some_and(|etag| *etag != cursor.etag) {
        return Err(changed(&key));
    }
    let etag = Some(cursor.etag.clone());
    let (mut items, mut bytes) = (Vec::new(), 0);
    while (items.len() as u64) < read.items_max && cursor.has_more(port, format).await? {
        if skipped < read.offset {
            cursor.ready.pop_front();
            skipped += 1;
            continue;
        }
        bytes += cursor.ready.front().map_or(0, Json::size_of) + 1;
        if bytes > PAGE_BYTES_MAX && !items.is_empty() {
            break;
        }
        items.extend(cursor.ready.pop_front());
    }
    let is_last = !cursor.has_more(port, format).await?;
    if !is_last {
        let next = read.offset + items.len() as u64;
        port.shared().readings.keep(place(next), cursor);
    }
    Ok(Found {
        items: Items::Each(items),
        is_last,
        etag,
    })
}

/// What was read before and what is there now do not belong together.
fn changed(key: &str) -> Failure {
    failed(format!("The object '{key}' was changed while it was read"))
}

impl Cursor {
    /// Whether there is another item; it is ready then.
    async fn has_more(&mut self, port: &Port, format: &ReaderFormat) -> Result<bool, Failure> {
        while self.ready.is_empty() {
            let Some(open) = &mut self.now else {
                let Some(content) = self.rest.pop_front() else {
                    return Ok(false);
                };
                let is_packed = Path::new(&content.key)
                    .extension()
                    .is_some_and(|ending| ending == "gz");
                let unpacked = is_packed.then(|| GzDecoder::new(Vec::new()));
                self.now = Some(Open {
                    pieces: pieces(port, &content).await?,
                    content,
                    position: 0,
                    reader: match &self.manifest {
                        Some(manifest) => manifest.reader()?,
                        None => Reader::new(format)?,
                    },
                    unpacked,
                });
                continue;
            };
            let mut items = Vec::new();
            let end = (open.position + PIECE_BYTES).min(open.content.place.size_bytes);
            if open.position < end {
                let key = &open.content.key;
                let piece = piece(port, key, &open.pieces, open.position..end).await?;
                open.feed(&piece, &mut items)?;
                open.position = end;
            } else {
                open.finish(&mut items)?;
                self.now = None;
            }
            self.ready.extend(items);
        }
        Ok(true)
    }
}

async fn pieces(port: &Port, content: &Content) -> Result<Vec<StoredPiece>, Failure> {
    let artifacts = &port.shared().artifacts;
    loop {
        match port::pieces(artifacts, &content.place).await {
            Ok(Some(pieces)) => return Ok(pieces),
            Ok(None) => return Err(changed(&content.key)),
            Err(error) if is_passing(&error) => tokio::time::sleep(RETRY).await,
            Err(error) => return Err(failed(error.message)),
        }
    }
}

async fn piece(
    port: &Port,
    key: &str,
    pieces: &[StoredPiece],
    range: std::ops::Range<u64>,
) -> Result<bytes::Bytes, Failure> {
    let artifacts = &port.shared().artifacts;
    loop {
        let read = async {
            match port::read(artifacts, pieces, range.clone()).await? {
                Some(content) => collect(content).await.map(Some),
                None => Ok(None),
            }
        };
        match read.await {
            Ok(Some(piece)) => return Ok(piece),
            Ok(None) => return Err(changed(key)),
            Err(error) if error.code == "ObjectChanged" => return Err(changed(key)),
            Err(error) if is_passing(&error) => tokio::time::sleep(RETRY).await,
            Err(error) => return Err(failed(error.message)),
        }
    }
}

/// Begins to read an object, or the objects that a manifest names.
async fn open(
    port: &Port,
    account: AccountId,
    bucket: &Name,
    key: &str,
    format: &ReaderFormat,
) -> Result<Cursor, Failure> {
    let content = find(port, account, bucket, key).await?;
    let mut rest = VecDeque::new();
    let mut schema = None;
    if *format == ReaderFormat::Manifest {
        let size_bytes = content.place.size_bytes;
        if size_bytes > MANIFEST_BYTES_MAX {
            return Err(failed(format!(
                "The manifest has more than {MANIFEST_BYTES_MAX} bytes"
            )));
        }
        let pieces = pieces(port, &content).await?;
        let text = piece(port, key, &pieces, 0..size_bytes).await?;
        let manifest = manifest::parse(&text)?;
        let bucket = manifest.bucket.parse().map_err(|_| no_bucket())?;
        for file in &manifest.files {
            rest.push_back(find(port, account, &bucket, file).await?);
        }
        schema = Some(manifest);
    } else {
        rest.push_back(content);
    }
    let contents = rest
        .iter()
        .fold(String::new(), |all, one| all + &one.place.blob + "\n");
    Ok(Cursor {
        etag: Digest::of(contents.as_bytes()).to_string(),
        rest,
        manifest: schema,
        now: None,
        ready: VecDeque::new(),
    })
}

async fn find(
    port: &Port,
    account: AccountId,
    bucket: &Name,
    key: &str,
) -> Result<Content, Failure> {
    loop {
        return match port.find_row(account, bucket, key).await {
            Ok((object, facets)) => Ok(Content {
                place: port::place(&object, &facets),
                key: object.key,
            }),
            Err(error) if error.code == "BucketNotFound" => Err(no_bucket()),
            Err(error) if error.code == "ObjectNotFound" => {
                Err(failed("The specified key does not exist."))
            }
            Err(error) if is_passing(&error) => {
                tokio::time::sleep(RETRY).await;
                continue;
            }
            Err(error) => Err(failed(error.message)),
        };
    }
}

/// A page of a list of objects.
async fn objects(
    port: &Port,
    started: &Started,
    bucket: &Name,
    prefix: &str,
    read: &Read,
) -> Result<Found, Failure> {
    let broken = |error: steploom_types::Error| failed(error.message);
    let (id, account) = (started.id, started.account);
    let found = port.ensure_bucket(account, bucket).await;
    found.map_err(|error| match error.code {
        "BucketNotFound" => no_bucket(),
        _ => broken(error),
    })?;
    let place = |offset| (id, format!("{bucket}/{prefix}"), offset);
    let kept = port.shared().listings.after(&place(read.offset));
    let mut after = read.etag.clone().or(kept);
    let mut passed_over = if after.is_some() { read.offset } else { 0 };
    let mut items: Vec<Value> = Vec::new();
    loop {
        let catalog = &port.shared().store.catalog;
        let found = catalog
            .list_objects(account, bucket, prefix, after.as_deref(), LISTED)
            .await
            .map_err(|error| broken(error.into()))?;
        let is_end = found.len() < LISTED as usize;
        for object in found {
            if passed_over < read.offset {
                passed_over += 1;
            } else if (items.len() as u64) < read.items_max {
                let Facets { etag, .. } = facets(&object).map_err(broken)?;
                let etag = format!("\"{etag}\"");
                items.push(listing::item(
                    &object.key,
                    object.size_bytes,
                    &etag,
                    object.modified_at,
                ));
            } else {
                let next = read.offset + items.len() as u64;
                if let Some(last) = after.clone() {
                    port.shared().listings.keep(place(next), last);
                }
                return Ok(Found {
                    items: Items::Each(items),
                    is_last: false,
                    etag: after,
                });
            }
            after = Some(object.key);
        }
        if is_end {
            return Ok(Found {
                items: Items::Each(items),
                is_last: true,
                etag: after,
            });
        }
    }
}

/// After which key a list goes on.
#[derive(Default)]
pub(crate) struct Listings(Mutex<HashMap<Place, String>>);

impl Listings {
    fn after(&self, place: &Place) -> Option<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(place).cloned()
    }

    fn keep(&self, place: Place, key: String) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CURSORS_MAX {
            all.clear();
        }
        all.insert(place, key);
    }
}

fn failed(cause: impl Into<String>) -> Failure {
    Failure::new(ITEM_READER_FAILED, cause)
}

fn no_bucket() -> Failure {
    failed("The specified bucket does not exist")
}
