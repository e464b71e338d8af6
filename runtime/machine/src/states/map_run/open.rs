//! How a map run begins: its fields are worked out, then the history says that it started.

use std::sync::Arc;

use steploom_asl::model::{
    Distributed, ItemBatcher, ItemReader, Map, NumberField, ResultWriter, Transformation,
};
use steploom_types::{Json, arn, limits};

use super::end::fail;
use super::items::{Batching, Queue, Reading};
use super::ordered;
use super::results::Results;
use super::tolerance::Tolerance;
use super::{MapRun, Names, WRITER_FAILED, go_on};
use crate::context::REGION;
use crate::drive::Progress;
use crate::failure::Problem;
use crate::frame::{Activity, FrameId};
use crate::join::keeps_results;
use crate::reader::ITEM_READER_FAILED;
use crate::states::map;
use crate::turn::{Fault, Turn};
use crate::{Detail, EventSink, PartialFailure, ReadFrom, chance};

/// Characters of a label that was made up (AWS: 40).
const LABEL_CHARS_MAX: usize = 40;

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    map: &Map,
    distributed: &Distributed,
) -> Result<Progress, Problem> {
    let input = turn.selected_input(id)?;
    let window = window(turn, id, &input, map)?;
    let items = match distributed.reader {
        Some(_) => None,
        None => Some(map::items(turn, id, &input, map)?),
    };
    let length = items.as_ref().map_or(0, |(_, length)| *length);
    turn.tell_in(id, Detail::MapStarted { length });
    let tolerance = tolerance(turn, id, &input, map)?;
    let batching = match &distributed.batcher {
        Some(batcher) => Some(batching(turn, id, &input, batcher)?),
        None => None,
    };
    let mut refused = None;
    let range_items = turn.started.limits.range_items;
    let page_items = Some(range_items).filter(|items| map.order.is_none() && *items > 0);
    let queue = match (items, &distributed.reader) {
        (Some((items, length)), _) => match page_items {
            Some(page_items) if length > page_items && items.value().is_array() => {
                Queue::reading(given(items, page_items), batching)
            }
            _ => Queue::of(items, batching),
        },
        (None, Some(reader)) => {
            let (mut reading, problem) = reading(turn, id, &input, reader)?;
            reading.page_items = page_items;
            refused = problem;
            Queue::reading(reading, batching)
        }
        (None, None) => Queue::of(Json::null(), batching),
    };
    let (results, problem) = results(turn, id, &input, distributed.writer.as_ref())?;
    refused = refused.or(problem);
    let (number, names) = names(turn, id, distributed);
    let arn = Arc::clone(&names.arn);
    turn.tell_in(id, Detail::MapRunStarted { arn: &arn });
    let state = turn.state(id).name.clone();
    let mut run = MapRun::new(number, state, turn.at, names, input, queue);
    run.tolerance = tolerance;
    run.results = results;
    run.window = window;
    run.ordered = ordered::begin(turn, map);
    turn.frame(id).activity = Activity::Mapping(Box::new(run));
    turn.run.map_runs.opened(number, id);
    match refused {
        Some(failure) => fail(turn, id, failure.into()),
        None => go_on(turn, id),
    }
    Ok(Progress::Waits)
}

/// The map run and its iterations are named by the number of an action of its own.
fn names<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    distributed: &Distributed,
) -> (u64, Names) {
    let number = turn.next_action();
    let seed = chance::number(!turn.started.seed, number.0);
    // The execution's own first half leads from a map run's ARN to the execution.
    let run = arn::map_run_id(turn.started.id, number.0).to_string();
    let label = match &distributed.label {
        Some(label) => label.clone(),
        None => made_up(&turn.state(id).name),
    };
    let machine = format!("{}/{label}", turn.started.machine);
    let account = turn.started.account;
    let names = Names {
        seed,
        arn: format!("arn:aws:states:{REGION}:{account}:mapRun:{machine}:{run}").into(),
        id: run.into(),
        machine: machine.into(),
        is_express: distributed.is_express,
    };
    (number.0, names)
}

/// Items that are there, and too many to be run here.
fn given(items: Json, page_items: u32) -> Reading {
    Reading {
        from: ReadFrom::Given(items),
        items_max: 0,
        page_items: Some(page_items),
        etag: None,
    }
}

/// A label of a state's name.
fn made_up(state: &str) -> String {
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    state.chars().filter(fits).take(LABEL_CHARS_MAX).collect()
}

fn window<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    map: &Map,
) -> Result<u32, Problem> {
    let asked = match &map.max_concurrency {
        Some(field) => turn.number(id, input, field, "MaxConcurrency")?,
        None => 0,
    };
    let most = u64::from(limits::map_run::CONCURRENCY_MAX);
    Ok(match asked.min(most) as u32 {
        0 => limits::map_run::CONCURRENCY_DEFAULT,
        asked => asked,
    })
}

/// What may fail. An inline `Map` has the fields, too, and they are checked there.
pub(crate) fn tolerated<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    map: &Map,
) -> Result<(Option<u64>, Option<f64>), Problem> {
    let count = match &map.tolerated_count {
        Some(field) => Some(turn.integer(id, input, field, "ToleratedFailureCount")?),
        None => None,
    };
    let count = match count.map(u64::try_from) {
        Some(Err(_)) => {
            let why = "ToleratedFailureCount cannot be negative.";
            return Err(turn.blame(id, Fault::runtime(why)));
        }
        Some(Ok(count)) => Some(count),
        None => None,
    };
    let percentage = match &map.tolerated_percentage {
        Some(field) => Some(turn.percent(id, input, field, "ToleratedFailurePercentage")?),
        None => None,
    };
    if percentage.is_some_and(|percentage| !(0.0..=100.0).contains(&percentage)) {
        let why = "ToleratedFailurePercentage must be between 0 and 100.";
        return Err(turn.blame(id, Fault::runtime(why)));
    }
    Ok((count, percentage))
}

fn tolerance<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    map: &Map,
) -> Result<Tolerance, Problem> {
    let (count, percentage) = tolerated(turn, id, input, map)?;
    Ok(Tolerance::new(count, percentage))
}

fn batching<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    batcher: &ItemBatcher,
) -> Result<Batching, Problem> {
    let mut number = |field: &Option<NumberField>, name| match field {
        Some(field) => turn.number(id, input, field, name),
        None => Ok(0),
    };
    let items_max = number(&batcher.items_max, "MaxItemsPerBatch")?;
    let bytes_max = number(&batcher.bytes_max, "MaxInputBytesPerBatch")?;
    let shared = match &batcher.input {
        Some(maker) => Some(turn.made(id, input, maker, "ItemBatcher/BatchInput")?),
        None => None,
    };
    let payload_bytes_max = turn.started.limits.payload_bytes_max as usize;
    let frame = r#"{"Items":[],"BatchInput":}"#.len() + shared.as_ref().map_or(0, Json::size);
    let bytes_max = match usize::try_from(bytes_max) {
        Ok(0) | Err(_) => payload_bytes_max,
        Ok(bytes_max) => bytes_max.min(payload_bytes_max),
    };
    Ok(Batching::new(
        items_max,
        bytes_max.saturating_sub(frame).max(1),
        shared,
    ))
}

/// What is to be read, and why that cannot be, which fails the map run once it started.
fn reading<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    reader: &ItemReader,
) -> Result<(Reading, Option<PartialFailure>), Problem> {
    let arguments = match &reader.arguments {
        Some(maker) => turn.made(id, input, maker, "ItemReader/Arguments")?,
        None => Json::empty_object(),
    };
    let asked = match &reader.max_items {
        Some(field) => turn.integer(id, input, field, "MaxItems")?,
        None => 0,
    };
    let items_max = u64::try_from(asked).ok();
    let refused = items_max.is_none().then(|| PartialFailure {
        error: Some(ITEM_READER_FAILED.to_owned()),
        cause: Some("field MaxItems must be positive".to_owned()),
    });
    let items_max = items_max.unwrap_or_default();
    let reading = Reading {
        from: ReadFrom::Reader {
            source: reader.source,
            arguments,
            format: reader.format.clone(),
        },
        page_items: None,
        etag: None,
        // As on AWS, so large a number means all.
        items_max: if items_max > limits::map_run::ITEMS_MAX {
            0
        } else {
            items_max
        },
    };
    Ok((reading, refused))
}

fn results<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    writer: Option<&ResultWriter>,
) -> Result<(Results, Option<PartialFailure>), Problem> {
    let started = turn
        .run
        .started
        .clone()
        .unwrap_or_else(|| Arc::new(turn.started.clone()));
    let is_seen = keeps_results(turn.state(id));
    let Some(writer) = writer else {
        return Ok((
            Results::inside(started, Transformation::Compact, is_seen),
            None,
        ));
    };
    let Some(maker) = &writer.arguments else {
        return Ok((
            Results::inside(started, writer.transformation, is_seen),
            None,
        ));
    };
    let arguments = turn.made(id, input, maker, "ResultWriter/Arguments")?;
    let text = |name: &str| arguments.value().get(name).and_then(|value| value.as_str());
    let bucket = text("Bucket").unwrap_or_default().to_owned();
    let prefix = text("Prefix").unwrap_or_default().to_owned();
    let refused = bucket.is_empty().then(|| PartialFailure {
        error: Some(WRITER_FAILED.to_owned()),
        cause: Some("The field 'Bucket' of the ResultWriter must be a text.".to_owned()),
    });
    let results = Results::stored(
        started,
        writer.transformation,
        writer.is_lines,
        bucket,
        prefix,
    );
    Ok((results, refused))
}
