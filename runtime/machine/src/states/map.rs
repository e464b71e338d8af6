//! `Map` runs a scope for each item; its result is the array of the outputs, in the items' order.
//!
//! Items become iterations as there is room, so memory grows with those in flight alone.

use steploom_asl::model::{Items, Map};
use steploom_types::Json;

use crate::drive::Progress;
use crate::frame::FrameId;
use crate::join::{self, Join};
use crate::turn::{Fault, Turn, owned};
use crate::{Detail, EventSink, PartialFailure};

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    map: &Map,
) -> Result<Progress, PartialFailure> {
    let input = turn.selected_input(id)?;
    let window = window(turn, id, &input, map)?;
    let (items, total) = items(turn, id, &input, map)?;
    let join = Join::new(turn.state(id), input, Some(items), total, window);
    join::open(turn, id, join, Detail::MapStarted { length: total });
    Ok(Progress::Waits)
}

fn items<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    map: &Map,
) -> Result<(Json, u32), PartialFailure> {
    let (items, path) = match &map.items {
        Items::Input | Items::Query(_) => (input.clone(), "$"),
        Items::Path(path) => {
            let items = turn.eval(id, input, |scope| Ok(owned(input, path.eval(scope)?)))?;
            (items, path.text())
        }
    };
    match items.value().as_array().map(Vec::len) {
        Some(length) => Ok((items, length as u32)),
        None => Err(turn.blame(
            id,
            &Fault::runtime(format!("Reference path \"{path}\" must point to array.")),
        )),
    }
}

fn window<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    map: &Map,
) -> Result<u32, PartialFailure> {
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
