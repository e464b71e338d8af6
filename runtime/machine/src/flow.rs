//! How a state's input becomes its output: `InputPath`, `Parameters`, `ResultSelector`,
//! `ResultPath`, `OutputPath`, in this order.
//!
//! Data that no field touches is handed on without a copy, and without being measured again.

use steploom_asl::model::{Flow, Maker, NumberField, ResultPath, Selection};
use steploom_expr::Path;
use steploom_types::Json;

use crate::context::Scope;
use crate::frame::{FrameId, Item};
use crate::turn::{Fault, Turn, owned};
use crate::{EventSink, PartialFailure};

impl<S: EventSink> Turn<'_, S> {
    /// The state's input after `InputPath`.
    pub(crate) fn selected_input(&mut self, id: FrameId) -> Result<Json, PartialFailure> {
        let raw = self.run.frames[id].input.clone();
        let state = self.state(id);
        match &state.flow {
            Flow::Path(flow) => self.select(id, &raw, &flow.input_path),
            Flow::Query(_) => Ok(raw),
        }
    }

    /// The state's input after `InputPath` and `Parameters`.
    pub(crate) fn effective_input(&mut self, id: FrameId) -> Result<Json, PartialFailure> {
        let input = self.selected_input(id)?;
        self.arguments(id, &input)
    }

    /// What `Parameters` make of the selected input.
    pub(crate) fn arguments(&mut self, id: FrameId, input: &Json) -> Result<Json, PartialFailure> {
        let state = self.state(id);
        let Flow::Path(flow) = &state.flow else {
            return Ok(input.clone());
        };
        let Some(template) = &flow.parameters else {
            return Ok(input.clone());
        };
        let made = self
            .eval(id, input, |scope| Ok(template.eval(scope)?))?
            .into();
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
    ) -> Result<Json, PartialFailure> {
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
    ) -> Result<Json, PartialFailure> {
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

    /// The state's output, of the result of its work.
    pub(crate) fn output(&mut self, id: FrameId, result: Json) -> Result<Json, PartialFailure> {
        let state = self.state(id);
        let Flow::Path(flow) = &state.flow else {
            return Ok(result);
        };
        let raw = self.run.frames[id].input.clone();
        let result = match &flow.result_selector {
            Some(template) => self
                .eval(id, &result, |scope| Ok(template.eval(scope)?))?
                .into(),
            None => result,
        };
        let combined = self.combine(id, &raw, result, &flow.result_path)?;
        let output = self.select(id, &combined, &flow.output_path)?;
        if !output.same(&raw) {
            self.ensure_size(&output, &state.name)?;
        }
        Ok(output)
    }

    /// Puts a result where a `ResultPath` says.
    pub(crate) fn combine(
        &mut self,
        id: FrameId,
        raw: &Json,
        result: Json,
        path: &ResultPath,
    ) -> Result<Json, PartialFailure> {
        match path {
            ResultPath::Replace => Ok(result),
            ResultPath::Discard => Ok(raw.clone()),
            ResultPath::At(path) => path
                .put(raw.value().clone(), result.into_value())
                .map(Json::from)
                .map_err(|error| self.blame(id, &error.into())),
        }
    }

    fn select(
        &mut self,
        id: FrameId,
        data: &Json,
        selection: &Selection,
    ) -> Result<Json, PartialFailure> {
        match selection {
            Selection::Whole => Ok(data.clone()),
            Selection::Nothing => Ok(Json::empty_object()),
            Selection::At(path) => self.eval(id, data, |scope| Ok(owned(data, path.eval(scope)?))),
        }
    }

    /// A whole number that `field`, such as `TimeoutSeconds`, gives.
    pub(crate) fn number(
        &mut self,
        id: FrameId,
        data: &Json,
        field: &NumberField,
        name: &str,
    ) -> Result<u64, PartialFailure> {
        match field {
            NumberField::Literal(number) => Ok(*number),
            NumberField::Path(path) => self.eval(id, data, |scope| number_at(scope, path, name)),
            NumberField::Query(query) => self.eval(id, data, |scope| {
                query
                    .eval(scope, name)?
                    .as_u64()
                    .ok_or_else(|| Fault::runtime(name))
            }),
        }
    }
}

fn number_at(scope: &Scope<'_>, path: &Path, name: &str) -> Result<u64, Fault> {
    let value = path.eval(scope)?;
    let number = match value.as_str() {
        Some(text) => text.parse().ok(),
        None => value.as_u64().or_else(|| {
            let float = value.as_f64()?;
            (float >= 0.0 && float.fract() == 0.0 && float < u64::MAX as f64)
                .then_some(float as u64)
        }),
    };
    number.ok_or_else(|| {
        Fault::runtime(format!(
            "The {name}Path field refers to value {} which is not a valid integer: {}",
            if value.is_string() {
                value.to_string()
            } else {
                format!("\"{}\"", *value)
            },
            path.text()
        ))
    })
}
