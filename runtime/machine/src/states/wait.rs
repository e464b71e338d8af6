//! `Wait` waits for a number of seconds or until an instant. One that is over already takes no timer.

use serde_json::Value;
use steploom_asl::model::{NumberField, Wait};
use steploom_expr::Path;
use steploom_types::{Json, Timestamp};

use crate::context::Scope;
use crate::drive::{self, Progress};
use crate::frame::{Activity, FrameId};
use crate::turn::{Fault, Turn};
use crate::waits::Owner;
use crate::{EventSink, PartialFailure};

/// The longest wait, in seconds, as on AWS: 24,855 days and a little.
const WAIT_SECONDS_MAX: u64 = i32::MAX as u64;

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    wait: &Wait,
) -> Result<Progress, PartialFailure> {
    let input = turn.selected_input(id)?;
    let due = due(turn, id, &input, wait)?;
    if due <= turn.at {
        return Ok(Progress::Done(input, turn.state(id).next));
    }
    if due.millis_since(turn.at) > WAIT_SECONDS_MAX * 1000 {
        return Err(turn.blame(id, &Fault::runtime("Wait state delay is too long.")));
    }
    let timer = turn.set_timer(Owner::Frame(id), due);
    turn.frame(id).activity = Activity::Sleeping(timer);
    Ok(Progress::Waits)
}

/// The timer fired.
pub(crate) fn over<S: EventSink>(turn: &mut Turn<'_, S>, id: FrameId) {
    let next = turn.state(id).next;
    let progress = turn
        .selected_input(id)
        .map(|input| Progress::Done(input, next));
    drive::settle(turn, id, progress);
}

fn due<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    wait: &Wait,
) -> Result<Timestamp, PartialFailure> {
    let seconds = match wait {
        Wait::Until(at) => return Ok(*at),
        Wait::UntilQuery(_) => return Ok(turn.at),
        Wait::UntilPath(path) => return turn.eval(id, input, |scope| instant_at(scope, path)),
        Wait::Seconds(NumberField::Literal(seconds)) => *seconds,
        Wait::Seconds(NumberField::Path(path)) => {
            turn.eval(id, input, |scope| seconds_at(scope, path))?
        }
        Wait::Seconds(field @ NumberField::Query(_)) => turn.number(id, input, field, "Seconds")?,
    };
    Ok(turn.at.plus_millis(seconds.saturating_mul(1000)))
}

fn instant_at(scope: &Scope<'_>, path: &Path) -> Result<Timestamp, Fault> {
    let value = path.eval(scope)?;
    let parsed = value.as_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| {
        Fault::runtime(format!(
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: {} == {}",
            path.text(),
            plain(&value)
        ))
    })
}

fn seconds_at(scope: &Scope<'_>, path: &Path) -> Result<u64, Fault> {
    let value = path.eval(scope)?;
    let fault = |what: &str| {
        Fault::runtime(format!(
            "The SecondsPath parameter {what}: {} == {}",
            path.text(),
            plain(&value)
        ))
    };
    let seconds: i64 = plain(&value)
        .parse()
        .map_err(|_| fault("cannot be parsed as a long value"))?;
    u64::try_from(seconds).map_err(|_| fault("references a negative value"))
}

/// A value as a message shows it: texts without quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
