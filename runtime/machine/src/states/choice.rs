//! `Choice` goes on at its first rule that holds, else at its default.
//!
//! `Assign` and `Output` of the rule stand in place of the state's own, which are for the default.

use steploom_asl::model::{Flow, Next, Rule, StateIx};

use super::condition;
use crate::EventSink;
use crate::context::Given;
use crate::drive::{Exit, Progress};
use crate::failure::Problem;
use crate::frame::FrameId;
use crate::turn::{Fault, Turn};
use steploom_types::Json;

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    rules: &[Rule],
    default: Option<StateIx>,
) -> Result<Progress, Problem> {
    let input = turn.selected_input(id)?;
    let chosen = turn.eval(id, &input, |scope| {
        for (index, rule) in rules.iter().enumerate() {
            if condition::holds(&rule.condition, scope, index)? {
                return Ok(Some((index, rule)));
            }
        }
        Ok(None)
    })?;
    if let Some((index, rule)) = chosen {
        let exit = exit(turn, id, index, rule, input)?;
        return Ok(Progress::Left(exit, Next::To(rule.next)));
    }
    match default {
        Some(default) => Ok(Progress::Done(input, Next::To(default))),
        None => Err(turn.blame(
            id,
            Fault::runtime(
                "Failed to transition out of the state. The state does not point to a next state.",
            ),
        )),
    }
}

/// What the state leaves behind by way of a rule.
fn exit<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    index: usize,
    rule: &Rule,
    input: Json,
) -> Result<Exit, Problem> {
    let state = turn.state(id);
    let exit = match &state.flow {
        Flow::Path(flow) => turn.path_exit(id, flow, rule.assign.as_ref(), input)?,
        Flow::Query(_) => {
            let given = Given::data(&input);
            let field = |name: &str| format!("Choices[{index}]/{name}");
            let assigned = match &rule.assign {
                Some(maker) => Some(turn.assigned(id, maker, given, || field("Assign"))?),
                None => None,
            };
            let output = match &rule.output {
                Some(payload) => turn.evaluated(id, payload, given, || field("Output"))?,
                None => input,
            };
            Exit { output, assigned }
        }
    };
    if !exit.output.same(&turn.run.frames[id].input) {
        turn.ensure_size(&exit.output, &state.name)?;
    }
    Ok(exit)
}
