//! What a map run is yet to start: the items of a page, one after the other or in batches.

use std::sync::Arc;

use serde_json::{Value, json};
use steploom_asl::model::{ItemReader, Kind, ReaderSource};
use steploom_types::{Json, limits};

use super::{Pending, map_of, run_of};
use crate::failure::Problem;
use crate::frame::{FrameId, Item, Run};
use crate::snapshot::{Reader, Snap, Writer};
use crate::turn::Turn;
use crate::{ActionId, EventSink, Places, Range, Read, ReadFrom, snapshot};

/// Items, and where more come from.
#[derive(Debug)]
pub(super) struct Queue {
    /// The array, or the object, whose items are being started.
    page: Json,
    /// How many it has.
    length: u32,
    /// The item of the page that comes next.
    at: u32,
    /// Items before the page.
    before: u64,
    /// Of a range: the items before its first. Places are counted from there.
    first: u64,
    /// Those that are run, if not all are.
    only: Option<Only>,
    /// Whether no page follows.
    is_last: bool,
    /// What `$$.Map.Item.Source` says.
    source: Arc<str>,
    reader: Option<Reading>,
    reading: Pending,
    batching: Option<Batching>,
}

/// Which items are run.
#[derive(Debug)]
struct Only {
    places: Places,
    /// From here on all are.
    until: u64,
}

/// What is read.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) from: ReadFrom,
    /// `MaxItems`; 0 means all.
    pub(super) items_max: u64,
    /// Whether what is read may become pages, and items of the first of them.
    pub(super) page_items: Option<u32>,
    /// What the page before said of the content.
    pub(super) etag: Option<String>,
}

impl Reading {
    fn is_page(&self) -> bool {
        matches!(self.from, ReadFrom::Page { .. })
    }
}

/// Several items to an iteration.
#[derive(Debug)]
pub(super) struct Batching {
    /// `MaxItemsPerBatch`; 0 means any number.
    pub(super) items_max: u64,
    /// `MaxInputBytesPerBatch`, or less.
    pub(super) bytes_max: usize,
    /// `BatchInput`.
    pub(super) input: Option<Json>,
    /// The batch that is being filled.
    filled: Vec<Value>,
    filled_bytes: usize,
}

/// What comes next.
pub(super) enum Next {
    /// An iteration with this input, of so many items from this place on.
    Iteration { input: Json, index: u32, items: u64 },
    /// More has failed, or cannot be started, than is tolerated.
    TooMuch,
    /// A batch is not full, and more items have to be read.
    Nothing,
}

impl Batching {
    pub(super) fn new(items_max: u64, bytes_max: usize, input: Option<Json>) -> Self {
        Self {
            items_max,
            bytes_max,
            input,
            filled: Vec::new(),
            filled_bytes: 0,
        }
    }

    fn is_full(&self) -> bool {
        self.items_max > 0 && self.filled.len() as u64 >= self.items_max
    }

    /// The batch, of the items before this place.
    fn take(&mut self, end: u64) -> Next {
        let items = std::mem::take(&mut self.filled);
        self.filled_bytes = 0;
        let count = items.len() as u64;
        let mut input = json!({ "Items": items });
        if let Some(shared) = &self.input {
            input["BatchInput"] = shared.value().clone();
        }
        Next::Iteration {
            input: input.into(),
            index: (end - count) as u32,
            items: count,
        }
    }
}

impl Queue {
    /// Of items that are there.
    pub(super) fn of(items: Json, batching: Option<Batching>) -> Self {
        Self {
            length: length(&items),
            page: items,
            at: 0,
            before: 0,
            first: 0,
            only: None,
            is_last: true,
            source: "STATE_DATA".into(),
            reader: None,
            reading: None,
            batching,
        }
    }

    /// Of items that are to be read.
    pub(super) fn reading(reader: Reading, batching: Option<Batching>) -> Self {
        let source = source(&reader.from);
        Self {
            page: Json::null(),
            length: 0,
            at: 0,
            before: 0,
            first: 0,
            only: None,
            is_last: false,
            source: source.into(),
            reader: Some(reader),
            reading: None,
            batching,
        }
    }

    /// Of the items of a range, which are in a page.
    pub(super) fn of_page(
        page: ReadFrom,
        range: &Range,
        source: Arc<str>,
        batching: Option<Batching>,
    ) -> Self {
        let reading = Reading {
            from: page,
            items_max: range.offset + u64::from(range.count),
            page_items: None,
            etag: None,
        };
        let only = range.only.clone().map(|places| Only {
            places,
            until: range.count.into(),
        });
        Self {
            before: range.offset,
            first: range.offset,
            only,
            source,
            ..Self::reading(reading, batching)
        }
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn batching(&self) -> Option<&Batching> {
        self.batching.as_ref()
    }

    /// Items before the first.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// The place of the item that comes next.
    fn place(&self) -> u64 {
        self.taken() - self.first
    }

    fn wants(&self, place: u64) -> bool {
        let only = self.only.as_ref();
        only.is_none_or(|only| place >= only.until || only.places.has(place))
    }

    /// Adds the places of items that were not started.
    pub(super) fn leave(&self, undone: &mut Places) {
        let batching = self.batching.as_ref();
        let filled = batching.map_or(0, |batching| batching.filled.len() as u64);
        // A range knows how many there are before it has them.
        let of_page = self.reader.as_ref().filter(|reader| reader.is_page());
        let end = of_page.map_or(self.known(), |reader| reader.items_max);
        for place in self.place() - filled..end.saturating_sub(self.first) {
            if self.wants(place) {
                undone.insert(place, 1);
            }
        }
    }

    /// Begins anew with the items that are undone, and those that were not read.
    pub(super) fn again(&mut self, places: Places) {
        let until = if self.is_last { u64::MAX } else { self.known() };
        self.only = Some(Only { places, until });
        if let Some(batching) = &mut self.batching {
            batching.filled.clear();
            batching.filled_bytes = 0;
        }
        self.at = 0;
        if self.before > 0 || !self.is_last {
            (self.before, self.length) = (0, 0);
            self.page = Json::null();
            self.is_last = false;
        }
    }

    /// From here on items are read as another definition says.
    pub(super) fn follow(&mut self, reader: Option<&ItemReader>) {
        let from = self.reader.as_mut().map(|reading| &mut reading.from);
        if let (Some(ReadFrom::Reader { source, format, .. }), Some(reader)) = (from, reader) {
            *source = reader.source;
            format.clone_from(&reader.format);
        }
    }

    /// Whether items come from a reader.
    pub(super) fn reads(&self) -> bool {
        self.reader.is_some()
    }

    pub(super) fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Whether nothing is left to be started, nor to be read.
    pub(super) fn is_empty(&self) -> bool {
        let batching = self.batching.as_ref();
        self.is_last
            && self.at == self.length
            && batching.is_none_or(|batching| batching.filled.is_empty())
    }

    /// Items taken so far.
    pub(super) fn taken(&self) -> u64 {
        self.before + u64::from(self.at)
    }

    /// Items that are known of.
    pub(super) fn known(&self) -> u64 {
        self.before + u64::from(self.length)
    }

    /// The number of all items, once it is known.
    pub(super) fn total(&self) -> Option<u64> {
        self.is_last.then(|| self.before + u64::from(self.length))
    }

    /// A page came.
    pub(super) fn read(&mut self, page: Json, is_last: bool) {
        self.reading = None;
        self.before = self.taken();
        self.at = 0;
        self.length = length(&page);
        self.page = page;
        self.is_last = is_last || self.length == 0;
        if let Some(reader) = &self.reader
            && reader.items_max > 0
        {
            let left = reader.items_max.saturating_sub(self.before);
            if u64::from(self.length) >= left {
                self.length = left as u32;
                self.is_last = true;
            }
        }
    }

    /// A page came that is a range's: its items are taken.
    pub(super) fn page_read(&mut self, count: u32, etag: Option<String>, is_last: bool) {
        self.reading = None;
        self.before = self.taken() + u64::from(count);
        (self.at, self.length) = (0, 0);
        self.page = Json::null();
        self.is_last = is_last || count == 0;
        if let Some(reader) = &mut self.reader {
            reader.etag = etag;
            self.is_last |= reader.items_max > 0 && self.before >= reader.items_max;
        }
    }

    /// The page, at the item that comes next.
    pub(super) fn page(&self) -> Item {
        Item {
            before: 0,
            items: self.page.clone(),
            index: self.at,
            run: Some(Run {
                before: self.before,
                source: Arc::clone(&self.source),
            }),
        }
    }

    /// How many items the page has.
    pub(super) fn page_length(&self) -> u32 {
        self.length
    }

    /// Whether all items of the page have been taken.
    pub(super) fn is_page_over(&self) -> bool {
        self.at == self.length
    }

    /// Takes so many items of the page.
    pub(super) fn pass(&mut self, items: u32) {
        self.at += items;
    }

    /// No more is read; what was being read.
    pub(super) fn stop_reading(&mut self) -> Pending {
        self.reading.take()
    }

    /// What was not started, of the items that are there.
    pub(super) fn rest(&mut self) -> Vec<Value> {
        let batching = self.batching.as_mut();
        let mut rest =
            batching.map_or_else(Vec::new, |batching| std::mem::take(&mut batching.filled));
        let (at, first) = (self.at, self.place());
        let places = (at..self.length).filter(|index| self.wants(first + u64::from(index - at)));
        rest.extend(places.filter_map(|index| item(&self.page, index)));
        self.at = self.length;
        rest
    }

    /// What has to be read next, if anything has.
    fn wanted(&mut self, action: ActionId, state: Arc<str>) -> Option<Read> {
        if self.is_last || self.at < self.length || self.reading.is_some() {
            return None;
        }
        let reader = self.reader.as_ref()?;
        let offset = self.taken();
        let mut items_max = match reader.page_items {
            Some(items) => self.page_items(items.into(), offset),
            None if reader.is_page() => u64::MAX,
            None => limits::map_run::PAGE_ITEMS_MAX,
        };
        if reader.items_max > 0 {
            items_max = items_max.min(reader.items_max.saturating_sub(offset));
        }
        self.reading = Some(action);
        Some(Read {
            action,
            from: reader.from.clone(),
            offset,
            items_max,
            makes_pages: reader.page_items.is_some(),
            etag: reader.etag.clone(),
            state,
        })
    }

    /// Items of the next page: more the more there have been, and whole batches.
    fn page_items(&self, least: u64, offset: u64) -> u64 {
        let grown = offset / u64::from(limits::map_run::RANGES_MAX);
        let items = grown.min(limits::map_run::RANGE_ITEMS_MAX).max(least);
        let batch = self
            .batching
            .as_ref()
            .map_or(0, |batching| batching.items_max);
        match items.checked_rem(batch) {
            Some(rest) if batch < items => items - rest,
            _ => items,
        }
    }
}

/// What `$$.Map.Item.Source` says.
fn source(from: &ReadFrom) -> String {
    let ReadFrom::Reader {
        source, arguments, ..
    } = from
    else {
        return "STATE_DATA".to_owned();
    };
    let text = |name: &str| arguments.value()[name].as_str().unwrap_or_default();
    match source {
        ReaderSource::Object => format!("S3://{}/{}", text("Bucket"), text("Key")),
        ReaderSource::Listing => format!("S3://{}", text("Bucket")),
    }
}

fn length(items: &Json) -> u32 {
    match items.value() {
        Value::Array(items) => items.len() as u32,
        Value::Object(fields) => fields.len() as u32,
        _ => 0,
    }
}

/// An item as an iteration gets it: of an object a key with its value.
pub(crate) fn item(items: &Json, index: u32) -> Option<Value> {
    match items.value() {
        Value::Array(items) => items.get(index as usize).cloned(),
        Value::Object(fields) => {
            let (key, value) = fields.iter().nth(index as usize)?;
            Some(json!({ "Key": key, "Value": value }))
        }
        _ => None,
    }
}

/// Asks for the next page, if it is time.
pub(super) fn read_on<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let state = turn.state(id).name.clone();
    let action = ActionId(turn.run.last_action + 1);
    let Some(run) = run_of(turn, id).filter(|run| run.end.is_none() && run.has_lane()) else {
        return;
    };
    if let Some(read) = run.queue.wanted(action, state) {
        turn.next_action();
        turn.read(id, read);
    }
}

impl Queue {
    /// Passes over items that are not to be run. What that leads to, if no item follows at once: the
    /// end of a batch, or nothing.
    fn skip(&mut self) -> Option<Next> {
        let place = self.place();
        let at = (self.at..self.length).find(|at| self.wants(place + u64::from(at - self.at)));
        if at == Some(self.at) {
            return None;
        }
        let is_over = at.is_none() && !self.is_last;
        let batch = self.batching.as_mut();
        let next = batch
            .filter(|batching| !batching.filled.is_empty() && (!is_over || self.at < self.length))
            .map(|batching| batching.take(place));
        self.at = at.unwrap_or(self.length);
        match (next, at) {
            (None, Some(_)) => None,
            (next, _) => Some(next.unwrap_or(Next::Nothing)),
        }
    }
}

/// Takes items for the next iteration.
pub(super) fn next<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) -> Result<Next, Problem> {
    loop {
        let Some(run) = run_of(turn, id) else {
            return Ok(Next::Nothing);
        };
        let queue = &mut run.queue;
        if let Some(next) = queue.skip() {
            return Ok(next);
        }
        let page = queue.page();
        let made = select(turn, id, &page)?;
        let Some(run) = run_of(turn, id) else {
            return Ok(Next::Nothing);
        };
        let queue = &mut run.queue;
        let place = queue.place();
        let Some(batching) = &mut queue.batching else {
            queue.at += 1;
            return Ok(Next::Iteration {
                input: made,
                index: place as u32,
                items: 1,
            });
        };
        let bytes = made.size() + 1;
        if !batching.filled.is_empty() && batching.filled_bytes + bytes > batching.bytes_max {
            return Ok(batching.take(place));
        }
        queue.at += 1;
        batching.filled_bytes += bytes;
        batching.filled.push(made.into_value());
        if batching.is_full() {
            return Ok(batching.take(place + 1));
        }
        turn.transitions += 1;
    }
}

/// The input that an item makes, by `ItemSelector`.
pub(super) fn select<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    at: &Item,
) -> Result<Json, Problem> {
    let map = map_of(turn, id);
    let Some(selector) = &map.selector else {
        let made = item(&at.items, at.index).unwrap_or_default().into();
        turn.ensure_size(&made, &turn.state(id).name)?;
        return Ok(made);
    };
    let Some(run) = run_of(turn, id) else {
        return Ok(Json::null());
    };
    let input = run.input.clone();
    turn.made_for_item(id, Some(at), &input, selector, "ItemSelector")
}

snapshot::fields!(Queue {
    page,
    length,
    at,
    before,
    first,
    only,
    is_last,
    source,
    reader,
    reading,
    batching,
});
snapshot::fields!(Only { places, until });
snapshot::fields!(Batching {
    items_max,
    bytes_max,
    input,
    filled,
    filled_bytes,
});

snapshot::fields!(Reading {
    from,
    items_max,
    page_items,
    etag,
});

/// What the definition says of it is not written.
impl Snap for ReadFrom {
    fn put(&self, out: &mut Writer) {
        match self {
            Self::Reader {
                source: _,
                arguments,
                format: _,
            } => {
                out.byte(0);
                arguments.put(out);
            }
            Self::Given(items) => {
                out.byte(1);
                items.put(out);
            }
            Self::Page { owner, digest } => {
                out.byte(2);
                owner.put(out);
                digest.put(out);
            }
        }
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        match from.byte()? {
            0 => {
                let Kind::Map(map) = &from.state()?.kind else {
                    return None;
                };
                let reader = map.distributed.as_ref()?.reader.as_ref()?;
                Some(Self::Reader {
                    source: reader.source,
                    arguments: Snap::take(from)?,
                    format: reader.format.clone(),
                })
            }
            1 => Some(Self::Given(Snap::take(from)?)),
            2 => Some(Self::Page {
                owner: Snap::take(from)?,
                digest: Snap::take(from)?,
            }),
            _ => None,
        }
    }
}
