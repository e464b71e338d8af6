//! `Fail` ends its scope badly. Either of error and cause may be left out.

use steploom_asl::model::TextField;
use steploom_types::Json;

use crate::drive::Progress;
use crate::frame::FrameId;
use crate::turn::{Fault, Turn};
use crate::{EventSink, PartialFailure};

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    error: Option<&TextField>,
    cause: Option<&TextField>,
) -> Result<Progress, PartialFailure> {
    let input = turn.run.frames[id].input.clone();
    let error = text(turn, id, &input, error, "ErrorPath")?;
    let cause = text(turn, id, &input, cause, "CausePath")?;
    Err(PartialFailure { error, cause })
}

fn text<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    field: Option<&TextField>,
    name: &str,
) -> Result<Option<String>, PartialFailure> {
    match field {
        None => Ok(None),
        Some(TextField::Literal(text)) => Ok(Some(text.clone())),
        Some(TextField::Query(query)) => turn.eval(id, input, |scope| {
            Ok(query.eval(scope, name)?.as_str().map(str::to_owned))
        }),
        Some(TextField::Computed(expression)) => turn.eval(id, input, |scope| {
            let value = expression.eval(scope)?;
            let text = value.as_str().ok_or_else(|| {
                Fault::runtime(format!(
                    "The {name} field must reference a string: {} == {}",
                    expression.text(),
                    *value
                ))
            })?;
            Ok(Some(text.to_owned()))
        }),
    }
}
