//! `Succeed` ends its scope well.

use steploom_asl::model::Next;

use crate::drive::Progress;
use crate::frame::FrameId;
use crate::turn::Turn;
use crate::{EventSink, PartialFailure};

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
) -> Result<Progress, PartialFailure> {
    Ok(Progress::Done(turn.selected_input(id)?, Next::End))
}
