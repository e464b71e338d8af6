//! Items of a distributed `Map` out of the content of objects, in each format that `ItemReader`
//! knows. Pure: whoever has the content (the worker, a simulator) hands it over piece by piece.
//!
//! A [`Reader`] holds one item that is not complete yet, and no more, however long the content is.
//! Content comes from outside: an item over [`ITEM_BYTES_MAX`] is refused before it fills memory.
//!
//! For a `MANIFEST`, read the manifest itself by [`manifest::parse`], then the files that it names,
//! in order, each by [`Manifest::reader`](manifest::Manifest::reader). A listing needs no reader:
//! its items are made by [`listing::item`].

mod csv;
mod json;
mod lines;
pub mod listing;
pub mod manifest;

use serde_json::Value;
use steploom_asl::model::ReaderFormat;
use steploom_types::Json;
use steploom_types::limits::map_run::PAGE_BYTES_MAX;

use crate::Failure;

/// The error of a reader that cannot read.
pub const ITEM_READER_FAILED: &str = "States.ItemReaderFailed";

/// Bytes of one item's text, and of a row of CSV (AWS: 256 KiB for an iteration's input).
pub const ITEM_BYTES_MAX: usize = 256 * 1024;

/// Makes items of the content of one object.
#[derive(Debug)]
pub struct Reader {
    format: Format,
}

#[derive(Debug)]
enum Format {
    Csv(csv::Csv),
    Json(json::Elements),
    Lines(lines::Lines),
}

impl Reader {
    /// A reader of one object's content, from its start.
    ///
    /// # Errors
    /// `States.ItemReaderFailed`: headers that were given contradict each other, or the format is
    /// one of a manifest or a listing.
    pub fn new(format: &ReaderFormat) -> Result<Self, Failure> {
        let format = match format {
            ReaderFormat::Csv { headers, delimiter } => {
                Format::Csv(csv::Csv::new(headers.clone(), *delimiter)?)
            }
            ReaderFormat::Json { pointer } => {
                Format::Json(json::Elements::new(pointer.as_deref())?)
            }
            ReaderFormat::JsonLines => Format::Lines(lines::Lines::default()),
            ReaderFormat::Manifest | ReaderFormat::Listing => {
                return Err(failed("A manifest or a listing is not read as one object."));
            }
        };
        Ok(Self { format })
    }

    /// Reads the next piece of the content, cut anywhere; adds the items that it completes.
    ///
    /// # Errors
    /// `States.ItemReaderFailed`: the content is not in the format.
    pub fn feed(&mut self, piece: &[u8], items: &mut Vec<Value>) -> Result<(), Failure> {
        match &mut self.format {
            Format::Csv(csv) => csv.feed(piece, items),
            Format::Json(elements) => elements.feed(piece, items),
            Format::Lines(lines) => lines.feed(piece, items),
        }
    }

    /// Says that the content is over; adds the last item.
    ///
    /// # Errors
    /// As [`Reader::feed`].
    pub fn finish(&mut self, items: &mut Vec<Value>) -> Result<(), Failure> {
        match &mut self.format {
            Format::Csv(csv) => csv.finish(items),
            Format::Json(elements) => elements.finish(),
            Format::Lines(lines) => lines.finish(items),
        }
    }
}

/// A part of the items.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The items, in order.
    pub items: Vec<Value>,
    /// Whether there are no more.
    pub is_last: bool,
}

/// The items of content that is in memory as a whole: up to `items_max` after the first `offset`.
///
/// # Errors
/// As [`Reader::new`] and [`Reader::feed`].
pub fn page(
    format: &ReaderFormat,
    content: &[u8],
    offset: u64,
    items_max: u64,
) -> Result<Page, Failure> {
    /// Bytes that are read before it is asked whether there are enough items.
    const PIECE_BYTES: usize = 64 * 1024;
    let mut reader = Reader::new(format)?;
    let mut found = Found {
        passed_over: offset,
        items_max,
        items: Vec::new(),
        has_more: false,
    };
    let mut items = Vec::new();
    for piece in content.chunks(PIECE_BYTES) {
        reader.feed(piece, &mut items)?;
        found.add(&mut items);
        if found.has_more {
            return Ok(found.into_page());
        }
    }
    reader.finish(&mut items)?;
    found.add(&mut items);
    Ok(found.into_page())
}

/// The items of an array that is there: up to `items_max` after the first `offset`, and no more than a
/// page may have bytes.
pub fn given(items: &Json, offset: u64, items_max: u64) -> Page {
    let all = items.value().as_array().map_or(&[][..], Vec::as_slice);
    let first = usize::try_from(offset).unwrap_or(usize::MAX).min(all.len());
    let most = usize::try_from(items_max).unwrap_or(usize::MAX);
    let mut bytes = 0;
    let mut page = Vec::new();
    for item in all[first..].iter().take(most) {
        bytes += Json::size_of(item) + 1;
        if bytes > PAGE_BYTES_MAX && !page.is_empty() {
            break;
        }
        page.push(item.clone());
    }
    Page {
        is_last: first + page.len() == all.len(),
        items: page,
    }
}

/// A page as it is kept: its items as a JSON array.
pub fn page_text(items: Vec<Value>) -> String {
    Value::Array(items).to_string()
}

struct Found {
    passed_over: u64,
    items_max: u64,
    items: Vec<Value>,
    has_more: bool,
}

impl Found {
    fn add(&mut self, items: &mut Vec<Value>) {
        for item in items.drain(..) {
            if self.passed_over > 0 {
                self.passed_over -= 1;
            } else if (self.items.len() as u64) < self.items_max {
                self.items.push(item);
            } else {
                self.has_more = true;
            }
        }
    }

    fn into_page(self) -> Page {
        Page {
            items: self.items,
            is_last: !self.has_more,
        }
    }
}

fn failed(cause: impl Into<String>) -> Failure {
    Failure::new(ITEM_READER_FAILED, cause)
}

fn too_long() -> Failure {
    failed(format!(
        "An item has more than the maximum of {ITEM_BYTES_MAX} bytes."
    ))
}

#[cfg(test)]
mod tests;
