//! Items of a map run that come after one another: an extension, see docs/extensions.md.
//!
//! All pages are read, and kept, before the first iteration starts.

use std::sync::Arc;

use serde_json::Value;
use steploom_asl::model::{Map, OnFailure};
use steploom_types::Json;

use super::items::{self, Next};
use super::{MapRun, run_of};
use crate::failure::Problem;
use crate::frame::{FrameId, Item, Run};
use crate::join::order::{Order, Turned};
use crate::states::map_order::{self, Ordering};
use crate::turn::Turn;
use crate::{EventSink, Places, snapshot};

/// The items, and their order.
#[derive(Debug)]
pub(super) struct Ordered {
    /// Pages, each with the number of items before it.
    pages: Vec<Page>,
    /// The order while it is being found.
    finding: Option<Box<Ordering>>,
    /// The order, once it is.
    order: Option<Order>,
    /// Whether a failure that is not tolerated is looked at only at the end.
    runs_on: bool,
}

/// What there is to find, if the `Map` has an order.
pub(super) fn begin<S: EventSink>(turn: &Turn<'_, S>, map: &Map) -> Option<Box<Ordered>> {
    let finding = map_order::begin(turn, map)?;
    let on_failure = map.order.as_ref().map(|order| order.on_failure);
    Some(Box::new(Ordered {
        pages: Vec::new(),
        finding: Some(finding),
        order: None,
        runs_on: on_failure == Some(OnFailure::Skip),
    }))
}

impl Ordered {
    /// Whether there is something to do at once: an id to be read, or an item whose turn has come.
    pub(super) fn has_next(&self, run: &MapRun) -> bool {
        match &self.order {
            Some(order) => order.has_ready(),
            None => !run.queue.is_page_over() || run.queue.is_empty(),
        }
    }

    /// Whether all items have ended.
    pub(super) fn is_done(&self) -> bool {
        self.order.as_ref().is_some_and(Order::is_done)
    }

    /// Whether failures are counted, but looked at only at the end.
    pub(super) fn runs_on(&self) -> bool {
        self.runs_on
    }

    /// An item ended.
    pub(super) fn ended(&mut self, index: u32, well: bool) {
        match &mut self.order {
            Some(order) if well => order.succeeded(index, 0),
            Some(order) => order.skipped(index, 0),
            None => {}
        }
    }

    /// The items that were not started.
    pub(super) fn waiting(&self) -> Vec<Value> {
        let order = self.order.iter().flat_map(Order::waiting);
        order.filter_map(|index| self.value(index)).collect()
    }

    /// Whether it is known what comes after what, or can still be.
    pub(super) fn can_go_on(&self) -> bool {
        self.order.is_some() || self.finding.is_some()
    }

    /// No more ids are read.
    pub(super) fn stop_finding(&mut self) {
        self.finding = None;
    }

    /// Goes on after its end with the items that are undone; what comes after them waits for them.
    pub(super) fn again(&mut self, undone: &Places) {
        let nodes = self.order.as_ref().map_or(0, Order::nodes) as u64;
        let undone = undone.iter().filter(|place| *place < nodes);
        let undone: Vec<u32> = undone.map(|place| place as u32).collect();
        if let Some(order) = &mut self.order {
            order.retake(&undone);
        }
    }

    fn value(&self, index: u32) -> Option<Value> {
        let item = self.item(index)?;
        items::item(&item.items, item.index)
    }

    /// An item by its place among all.
    fn item(&self, index: u32) -> Option<Item> {
        let index = u64::from(index);
        let page = self.pages.partition_point(|page| page.before() <= index);
        let page = self.pages.get(page.checked_sub(1)?)?;
        page.item(index - page.before())
    }
}

/// Items that are kept for their turn.
#[derive(Debug)]
enum Page {
    /// As the state has them.
    Whole(Item),
    /// Of those that were read the texts, one after the other, with where each ends: a tenth of what
    /// the values take.
    Packed {
        before: u64,
        source: Arc<str>,
        text: String,
        ends: Vec<u32>,
    },
}

impl Page {
    /// Packs what was read.
    fn packed(page: Item) -> Self {
        let (Some(run), Value::Array(items)) = (&page.run, page.items.value()) else {
            return Self::Whole(page);
        };
        let mut text = String::new();
        let mut ends = Vec::with_capacity(items.len());
        for item in items {
            text.push_str(&item.to_string());
            match u32::try_from(text.len()) {
                Ok(end) => ends.push(end),
                Err(_) => return Self::Whole(page),
            }
        }
        text.shrink_to_fit();
        Self::Packed {
            before: run.before,
            source: Arc::clone(&run.source),
            text,
            ends,
        }
    }

    fn before(&self) -> u64 {
        match self {
            Self::Whole(page) => page.run.as_ref().map_or(0, |run| run.before),
            Self::Packed { before, .. } => *before,
        }
    }

    /// The item at a place in the page.
    fn item(&self, place: u64) -> Option<Item> {
        let index = u32::try_from(place).ok()?;
        match self {
            Self::Whole(page) => Some(Item {
                index,
                ..page.clone()
            }),
            Self::Packed {
                before,
                source,
                text,
                ends,
            } => {
                let place = index as usize;
                let from = place
                    .checked_sub(1)
                    .map_or(Some(0), |at| ends.get(at).copied())?;
                let text = text.get(from as usize..*ends.get(place)? as usize)?;
                let value: Value = serde_json::from_str(text).ok()?;
                Some(Item {
                    items: Value::Array(vec![value]).into(),
                    index: 0,
                    before: 0,
                    run: Some(Run {
                        before: before + u64::from(index),
                        source: Arc::clone(source),
                    }),
                })
            }
        }
    }
}

fn ordered_of<'a, S>(turn: &'a mut Turn<'_, S>, id: FrameId) -> Option<&'a mut Ordered> {
    run_of(turn, id)?.ordered.as_deref_mut()
}

/// Reads the ids of some items, as long as the order is not known. Whether that is so.
pub(super) fn find<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) -> Result<bool, Problem> {
    let Some(mut finding) = ordered_of(turn, id).and_then(|ordered| ordered.finding.take()) else {
        return Ok(false);
    };
    let Some(run) = run_of(turn, id) else {
        return Ok(false);
    };
    let (input, page) = (run.input.clone(), run.queue.page());
    let length = run.queue.page_length();
    if page.index < length {
        let first = page.index;
        let end = map_order::read_some(turn, id, &mut finding, page.clone(), length, &input)?;
        let Some(run) = run_of(turn, id) else {
            return Ok(false);
        };
        run.queue.pass(end - first);
        let is_read = run.queue.reads();
        if let Some(ordered) = run.ordered.as_deref_mut().filter(|_| end == length) {
            ordered.pages.push(if is_read {
                Page::packed(page)
            } else {
                Page::Whole(page)
            });
        }
    }
    if !run_of(turn, id).is_some_and(|run| run.queue.is_empty()) {
        if let Some(ordered) = ordered_of(turn, id) {
            ordered.finding = Some(finding);
        }
        return Ok(true);
    }
    let order = map_order::complete(turn, id, *finding)?;
    if let Some(ordered) = ordered_of(turn, id) {
        ordered.order = Some(order);
    }
    Ok(true)
}

/// Takes the next item whose turn has come.
pub(super) fn next<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) -> Result<Next, Problem> {
    let Some(ordered) = ordered_of(turn, id) else {
        return Ok(Next::Nothing);
    };
    match ordered.order.as_mut().and_then(Order::take) {
        Some(Turned::Start(index)) => {
            let Some(item) = ordered.item(index) else {
                return Ok(Next::Nothing);
            };
            let input: Json = items::select(turn, id, &item)?;
            Ok(Next::Iteration {
                input,
                index,
                items: 1,
            })
        }
        Some(Turned::Skip(index)) => {
            let is_over = run_of(turn, id).is_some_and(|run| skip(run, index));
            Ok(if is_over {
                Next::TooMuch
            } else {
                Next::Nothing
            })
        }
        None => Ok(Next::Nothing),
    }
}

/// Passes over an item that comes after one that failed: it counts as failed, and is listed as one
/// that was not started. Whether that is one failure too many.
fn skip(run: &mut MapRun, index: u32) -> bool {
    let Some(ordered) = run.ordered.as_deref_mut() else {
        return false;
    };
    ordered.ended(index, false);
    let runs_on = ordered.runs_on();
    let value = ordered.value(index);
    run.results.pending(&run.names, value.into_iter().collect());
    run.tolerance.failed(1);
    !runs_on && run.tolerance.is_exceeded(run.queue.total())
}

snapshot::variants!(Page {
    0 => Whole(page),
    1 => Packed { before, source, text, ends },
});
snapshot::fields!(Ordered {
    pages,
    finding,
    order,
    runs_on,
});
