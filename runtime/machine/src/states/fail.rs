//! `Fail` ends its scope badly. Either of error and cause may be left out.

use steploom_asl::model::TextField;
use steploom_expr::EvalError;
use steploom_types::Json;

use crate::drive::Progress;
use crate::failure::Problem;
use crate::frame::FrameId;
use crate::turn::{Fault, Turn};
use crate::{EventSink, PartialFailure};

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    error: Option<&TextField>,
    cause: Option<&TextField>,
) -> Result<Progress, Problem> {
    let input = turn.run.frames[id].input.clone();
    let error = text(turn, id, &input, error, "Error")?;
    let cause = text(turn, id, &input, cause, "Cause")?;
    Err(PartialFailure { error, cause }.into())
}

fn text<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    field: Option<&TextField>,
    name: &str,
) -> Result<Option<String>, Problem> {
    match field {
        None => Ok(None),
        Some(TextField::Literal(text)) => Ok(Some(text.clone())),
        Some(TextField::Query(query)) => turn.eval(id, input, |scope| {
            let value = query.find(scope, name)?;
            match value.as_str() {
                Some(text) => Ok(Some(text.to_owned())),
                None => Err(EvalError::unexpected_type(query, name, "string", &value).into()),
            }
        }),
        Some(TextField::Computed(expression)) => turn.eval(id, input, |scope| {
            let value = expression.eval(scope)?;
            let text = value.as_str().ok_or_else(|| {
                Fault::runtime(format!(
                    "The {name}Path field must reference a string: {} == {}",
                    expression.text(),
                    *value
                ))
            })?;
            Ok(Some(text.to_owned()))
        }),
    }
}
