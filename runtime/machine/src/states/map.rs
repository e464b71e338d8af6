//! `Map` runs a scope for each item; its result is the array of the outputs, in the items' order.
//!
//! Items become iterations as there is room, so memory grows with those in flight alone.

use serde_json::Value;
use steploom_asl::model::{Flow, Items as Source, Map};
use steploom_expr::EvalError;
use steploom_types::Json;

use crate::drive::Progress;
use crate::failure::Problem;
use crate::frame::FrameId;
use crate::join::items::Items;
use crate::join::{self, Join};
use crate::states::map_order;
use crate::states::map_run;
use crate::turn::{Fault, Turn, owned};
use crate::{Detail, EventSink};

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    map: &Map,
) -> Result<Progress, Problem> {
    if let Some(distributed) = &map.distributed {
        return map_run::work(turn, id, map, distributed);
    }
    let input = turn.selected_input(id)?;
    let window = window(turn, id, &input, map)?;
    let (items, total) = held(turn, id, &input, map)?;
    // They have no effect inline, and yet have to make sense.
    map_run::tolerated(turn, id, &input, map)?;
    let mut join = Join::new(turn.state(id), input, Some(items), total, window);
    join.ordering = map_order::begin(turn, map);
    join::open(turn, id, join, Detail::MapStarted { length: total });
    Ok(Progress::Waits)
}

/// The items of an inline `Map` as they are held, and how many there are. Those that come after one
/// another are read once more, all of them, and so stay as they are.
fn held<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    map: &Map,
) -> Result<(Items, u32), Problem> {
    if map.order.is_none()
        && let Some(names) = names(map)
        && let Some(within) = Items::within(input, &names)
        && let Some(total) = within.len()
    {
        return Ok((within, total as u32));
    }
    let (items, total) = items(turn, id, input, map)?;
    if map.order.is_some() {
        return Ok((Items::Whole(items), total));
    }
    Ok((Items::packed(items), total))
}

/// The names that lead to the items, where nothing else does.
fn names(map: &Map) -> Option<Vec<&str>> {
    let path = match &map.items {
        Source::Input => return Some(Vec::new()),
        Source::Path(path) => path.text(),
        Source::Query(_) => return None,
    };
    let mut names = path.split('.');
    let is_plain = |name: &&str| {
        let mut bytes = name.bytes();
        !name.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let starts = names.next() == Some("$");
    let names: Vec<_> = names.collect();
    (starts && names.iter().all(is_plain)).then_some(names)
}

/// What a `Map` goes over, and how many there are.
pub(crate) fn items<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    map: &Map,
) -> Result<(Json, u32), Problem> {
    let speaks_queries = matches!(turn.state(id).flow, Flow::Query(_));
    let (items, path) = match &map.items {
        Source::Input => (input.clone(), "$"),
        Source::Path(path) => {
            let items = turn.eval(id, input, |scope| Ok(owned(input, path.eval(scope)?)))?;
            (items, path.text())
        }
        Source::Query(payload) => {
            let items = turn.eval(id, input, |scope| {
                let items = payload.eval(scope, "Items")?;
                match payload.query() {
                    Some(query) if !items.is_array() => {
                        Err(EvalError::unexpected_type(query, "Items", "array", &items).into())
                    }
                    _ => Ok(items),
                }
            })?;
            (items.into(), "$")
        }
    };
    let length = match items.value() {
        Value::Array(all) => Some(all.len()),
        // Its keys with their values; in JSONata AWS was seen to refuse it.
        Value::Object(all) if !speaks_queries => Some(all.len()),
        _ => None,
    };
    match length {
        Some(length) => Ok((items, length as u32)),
        None if speaks_queries => Err(turn.blame(
            id,
            Fault::query_input(format!("Map state input must be an array but was: {items}")),
        )),
        None => Err(turn.blame(
            id,
            Fault::runtime(format!("Reference path \"{path}\" must point to array.")),
        )),
    }
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
    Ok(match u32::try_from(asked) {
        Ok(0) => turn.started.limits.map_concurrency_default.max(1),
        Ok(asked) => asked,
        Err(_) => u32::MAX,
    })
}
