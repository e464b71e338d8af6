//! `Succeed` ends its scope well.

use steploom_asl::model::Next;

use crate::EventSink;
use crate::drive::Progress;
use crate::failure::Problem;
use crate::frame::FrameId;
use crate::turn::Turn;

pub(crate) fn work<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) -> Result<Progress, Problem> {
    Ok(Progress::Done(turn.selected_input(id)?, Next::End))
}
