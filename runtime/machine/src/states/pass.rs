//! `Pass` hands its input on, or a fixed result.

use steploom_types::Json;

use crate::EventSink;
use crate::drive::Progress;
use crate::failure::Problem;
use crate::frame::FrameId;
use crate::turn::Turn;

/// `result` is handed on as it stands; it is no template.
pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    result: Option<&Json>,
) -> Result<Progress, Problem> {
    let input = turn.effective_input(id)?;
    let result = result.cloned().unwrap_or(input);
    Ok(Progress::Done(result, turn.state(id).next))
}
