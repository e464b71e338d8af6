//! `Pass` hands its input on, or a fixed result.

use steploom_types::Json;

use crate::drive::Progress;
use crate::frame::FrameId;
use crate::turn::Turn;
use crate::{EventSink, PartialFailure};

/// `result` is handed on as it stands; it is no template.
pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    result: Option<&Json>,
) -> Result<Progress, PartialFailure> {
    let input = turn.effective_input(id)?;
    let result = result.cloned().unwrap_or(input);
    Ok(Progress::Done(result, turn.state(id).next))
}
