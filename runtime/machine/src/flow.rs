//! How a state's input becomes its output.
//!
//! In JSONPath by `InputPath`, `Parameters`, `ResultSelector`, `ResultPath` and `OutputPath`, in this
//! order; in JSONata by `Arguments` and `Output`. In both `Assign` reads what `Output` reads: the
//! variables as they were when the state was entered, and the state's result.
//!
//! Data that no field touches is handed on without a copy, and without being measured again.

use steploom_asl::model::{Flow, Kind, Maker, PathFlow, ResultPath, Selection};
use steploom_expr::ReferencePath;
use steploom_expr::jsonata::Payload;
use steploom_types::Json;
use steploom_types::limits::variables::EXECUTION_BYTES_MAX;

use crate::EventSink;
use crate::context::Given;
use crate::drive::Exit;
use crate::failure::Problem;
use crate::frame::{FrameId, Item};
use crate::turn::{Turn, owned};
use crate::variables::Assigned;

impl<S: EventSink> Turn<'_, S> {
    /// The state's input after `InputPath`.
    pub(crate) fn selected_input(&mut self, id: FrameId) -> Result<Json, Problem> {
        let raw = self.run.frames[id].input.clone();
        let state = self.state(id);
        match &state.flow {
            Flow::Path(flow) => self.select(id, &raw, &flow.input_path),
            Flow::Query(_) => Ok(raw),
        }
    }

    /// The state's input after `InputPath` and `Parameters`, or its `Arguments`.
    pub(crate) fn effective_input(&mut self, id: FrameId) -> Result<Json, Problem> {
        let input = self.selected_input(id)?;
        self.arguments(id, &input)
    }

    /// What `Parameters` or `Arguments` make of the selected input.
    pub(crate) fn arguments(&mut self, id: FrameId, input: &Json) -> Result<Json, Problem> {
        let state = self.state(id);
        let made: Json = match &state.flow {
            Flow::Path(PathFlow {
                parameters: Some(template),
                ..
            }) => self
                .eval(id, input, |scope| Ok(template.eval(scope)?))?
                .into(),
            Flow::Query(flow) => match &flow.arguments {
                Some(payload) => {
                    self.evaluated(id, payload, Given::data(input), || "Arguments".to_owned())?
                }
                None => return Ok(input.clone()),
            },
            Flow::Path(_) => return Ok(input.clone()),
        };
        self.ensure_size(&made, &state.name)?;
        Ok(made)
    }

    /// What a field of a state's makes of `data`, in either language.
    pub(crate) fn made(
        &mut self,
        id: FrameId,
        data: &Json,
        maker: &Maker,
        field: &str,
    ) -> Result<Json, Problem> {
        let item = self.run.frames[id].item.clone();
        self.made_for_item(id, item.as_ref(), data, maker, field)
    }

    /// As [`Turn::made`], for an item of the frame's own `Map`.
    pub(crate) fn made_for_item(
        &mut self,
        id: FrameId,
        item: Option<&Item>,
        data: &Json,
        maker: &Maker,
        field: &str,
    ) -> Result<Json, Problem> {
        let made = match maker {
            Maker::Path(template) => {
                self.eval_for_item(id, item, data, |scope| Ok(template.eval(scope)?))?
            }
            Maker::Query(payload) => {
                self.eval_for_item(id, item, data, |scope| Ok(payload.eval(scope, field)?))?
            }
        };
        let made = made.into();
        self.ensure_size(&made, &self.state(id).name)?;
        Ok(made)
    }

    /// What the state leaves behind, of the result of its work.
    pub(crate) fn exit(&mut self, id: FrameId, result: Json) -> Result<Exit, Problem> {
        let state = self.state(id);
        let exit = match &state.flow {
            Flow::Path(flow) => self.path_exit(id, flow, state.assign.as_ref(), result)?,
            Flow::Query(flow) => {
                let given = Given {
                    data: &result,
                    result: has_result(&state.kind).then_some(&result),
                    error_output: None,
                };
                let assigned = match &state.assign {
                    Some(maker) => Some(self.assigned(id, maker, given, || "Assign".to_owned())?),
                    None => None,
                };
                let output = match &flow.output {
                    Some(payload) => self.evaluated(id, payload, given, || "Output".to_owned())?,
                    None => result,
                };
                Exit { output, assigned }
            }
        };
        if !exit.output.same(&self.run.frames[id].input) {
            self.ensure_size(&exit.output, &state.name)?;
        }
        Ok(exit)
    }

    /// What a state of JSONPath leaves behind; `assign` is its own, or that of a `Choice`'s rule.
    pub(crate) fn path_exit(
        &mut self,
        id: FrameId,
        flow: &PathFlow,
        assign: Option<&Maker>,
        result: Json,
    ) -> Result<Exit, Problem> {
        let result = match &flow.result_selector {
            Some(template) => self
                .eval(id, &result, |scope| Ok(template.eval(scope)?))?
                .into(),
            None => result,
        };
        let assigned = match assign {
            Some(maker) => {
                Some(self.assigned(id, maker, Given::data(&result), || "Assign".to_owned())?)
            }
            None => None,
        };
        let output = if let Some((raw, path)) = self.spent_input(id, &flow.result_path) {
            let (combined, displaced) = path.swap(raw.into_value(), result.into_value());
            let combined = combined.into();
            self.output(id, &combined, flow).inspect_err(|_| {
                // The state does not end, and may yet be gone on with.
                let combined = combined.into_value();
                self.frame(id).input = path.put_back(combined, displaced).into();
            })?
        } else {
            let raw = self.run.frames[id].input.clone();
            let combined = self.combine(id, raw, result, &flow.result_path)?;
            self.output(id, &combined, flow)?
        };
        Ok(Exit { output, assigned })
    }

    fn output(&mut self, id: FrameId, combined: &Json, flow: &PathFlow) -> Result<Json, Problem> {
        let output = self.select(id, combined, &flow.output_path)?;
        if !output.same(&self.run.frames[id].input) {
            self.ensure_size(&output, &self.state(id).name)?;
        }
        Ok(output)
    }

    /// What an `Assign` sets. `field` names it in messages.
    pub(crate) fn assigned(
        &mut self,
        id: FrameId,
        maker: &Maker,
        given: Given<'_>,
        field: impl FnOnce() -> String,
    ) -> Result<Assigned, Problem> {
        let assigned = Assigned::new(match maker {
            Maker::Path(template) => {
                self.eval_given(id, given, |scope| Ok(template.eval(scope)?))?
            }
            Maker::Query(payload) => {
                self.eval_given(id, given, |scope| Ok(payload.eval(scope, &field())?))?
            }
        });
        let growth = self.run.frames[id].variables.growth(&assigned);
        let all = self.run.frames.variable_bytes() + growth;
        if assigned.is_too_large() || all > EXECUTION_BYTES_MAX as i64 {
            return Err(self.over_variable_limit(id));
        }
        Ok(assigned)
    }

    /// The value of a payload. `field` names it in messages.
    pub(crate) fn evaluated(
        &mut self,
        id: FrameId,
        payload: &Payload,
        given: Given<'_>,
        field: impl FnOnce() -> String,
    ) -> Result<Json, Problem> {
        let made = self.eval_given(id, given, |scope| Ok(payload.eval(scope, &field())?))?;
        Ok(made.into())
    }

    /// The state's input, taken out of the frame where it would be copied as a whole and nothing asks
    /// for it again: a state that has no rules for failures is left, or is over. With where the result
    /// goes, which fits.
    fn spent_input<'p>(
        &mut self,
        id: FrameId,
        path: &'p ResultPath,
    ) -> Option<(Json, &'p ReferencePath)> {
        let state = self.state(id);
        let is_last = state.retry.is_empty() && state.catch.is_empty();
        let input = &mut self.frame(id).input;
        match path {
            ResultPath::At(path) if is_last && path.fits(input.value()) => {
                Some((std::mem::replace(input, Json::null()), path))
            }
            _ => None,
        }
    }

    /// Puts a result where a `ResultPath` says.
    pub(crate) fn combine(
        &mut self,
        id: FrameId,
        raw: Json,
        result: Json,
        path: &ResultPath,
    ) -> Result<Json, Problem> {
        match path {
            ResultPath::Replace => Ok(result),
            ResultPath::Discard => Ok(raw),
            ResultPath::At(path) => path
                .put(raw.into_value(), result.into_value())
                .map(Json::from)
                .map_err(|error| self.blame(id, error.into())),
        }
    }

    fn select(&mut self, id: FrameId, data: &Json, selection: &Selection) -> Result<Json, Problem> {
        match selection {
            Selection::Whole => Ok(data.clone()),
            Selection::Nothing => Ok(Json::empty_object()),
            Selection::At(path) => self.eval(id, data, |scope| Ok(owned(data, path.eval(scope)?))),
        }
    }
}

/// Whether a kind of state has a `$states.result`.
fn has_result(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_) | Kind::Graph(_)
    )
}
