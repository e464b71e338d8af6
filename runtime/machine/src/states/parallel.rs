//! `Parallel` runs branches side by side; its result is the array of their outputs.

use steploom_asl::model::ScopeIx;

use crate::drive::Progress;
use crate::failure::Problem;
use crate::frame::FrameId;
use crate::join::{self, Join};
use crate::turn::Turn;
use crate::{Detail, EventSink};

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    branches: &[ScopeIx],
) -> Result<Progress, Problem> {
    let input = turn.effective_input(id)?;
    let total = branches.len() as u32;
    let join = Join::new(turn.state(id), input, None, total, total);
    join::open(turn, id, join, Detail::ParallelStarted);
    Ok(Progress::Waits)
}
