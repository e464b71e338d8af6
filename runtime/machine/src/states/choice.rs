//! `Choice` goes on at its first rule that holds, else at its default.

use steploom_asl::model::{Next, Rule, StateIx};

use super::condition;
use crate::drive::Progress;
use crate::frame::FrameId;
use crate::turn::{Fault, Turn};
use crate::{EventSink, PartialFailure};

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    rules: &[Rule],
    default: Option<StateIx>,
) -> Result<Progress, PartialFailure> {
    let input = turn.selected_input(id)?;
    let next = turn.eval(id, &input, |scope| {
        for rule in rules {
            if condition::holds(&rule.condition, scope)? {
                return Ok(rule.next);
            }
        }
        default.ok_or_else(|| {
            Fault::runtime(
                "Failed to transition out of the state. The state does not point to a next state.",
            )
        })
    })?;
    Ok(Progress::Done(input, Next::To(next)))
}
