//! `Wait` waits for a number of seconds or until an instant. One that is over already takes no timer.

use serde_json::Value;
use steploom_asl::model::{Field, Flow, Wait};
use steploom_expr::jsonata::Query;
use steploom_expr::{EvalError, Path};
use steploom_types::{Json, Timestamp};

use crate::EventSink;
use crate::context::Scope;
use crate::drive::{self, Progress};
use crate::failure::Problem;
use crate::frame::{Activity, FrameId};
use crate::number::whole;
use crate::turn::{Fault, Turn};
use crate::waits::Owner;

/// What is said of a wait that is longer.
const TOO_LONG: &str = "Wait state delay is too long.";

/// The longest wait, in seconds, as on AWS: 24,855 days and a little.
const WAIT_SECONDS_MAX: u64 = i32::MAX as u64;

pub(crate) fn work<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    wait: &Wait,
) -> Result<Progress, Problem> {
    let input = turn.selected_input(id)?;
    let due = due(turn, id, &input, wait)?;
    if due <= turn.at {
        return Ok(Progress::Done(input, turn.state(id).next));
    }
    if due.millis_since(turn.at) > WAIT_SECONDS_MAX * 1000 {
        let fault = match turn.state(id).flow {
            Flow::Path(_) => Fault::runtime(TOO_LONG),
            Flow::Query(_) => Fault::query(field(wait), TOO_LONG),
        };
        return Err(turn.blame(id, fault));
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

/// The field that says how long.
fn field(wait: &Wait) -> &'static str {
    match wait {
        Wait::Seconds(_) => "Seconds",
        Wait::Until(_) | Wait::UntilPath(_) | Wait::UntilQuery(_) => "Timestamp",
    }
}

fn due<S: EventSink>(
    turn: &mut Turn<'_, S>,
    id: FrameId,
    input: &Json,
    wait: &Wait,
) -> Result<Timestamp, Problem> {
    let seconds = match wait {
        Wait::Until(at) => return Ok(*at),
        Wait::UntilQuery(query) => return turn.eval(id, input, |scope| instant_of(scope, query)),
        Wait::UntilPath(path) => return turn.eval(id, input, |scope| instant_at(scope, path)),
        Wait::Seconds(Field::Literal(seconds)) => *seconds,
        Wait::Seconds(Field::Path(path)) => {
            turn.eval(id, input, |scope| seconds_at(scope, path))?
        }
        Wait::Seconds(Field::Query(query)) => {
            turn.eval(id, input, |scope| seconds_of(scope, query))?
        }
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

fn instant_of(scope: &Scope<'_>, query: &Query) -> Result<Timestamp, Fault> {
    let value = query.find(scope, "Timestamp")?;
    let Some(text) = value.as_str() else {
        return Err(EvalError::unexpected_type(query, "Timestamp", "string", &value).into());
    };
    text.parse().map_err(|_| {
        Fault::query(
            "Timestamp",
            format!(
                "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}"
            ),
        )
    })
}

fn seconds_at(scope: &Scope<'_>, path: &Path) -> Result<u64, Fault> {
    let value = path.eval(scope)?;
    seconds(&plain(&value)).map_err(|what| {
        Fault::runtime(format!(
            "The SecondsPath parameter {what}: {} == {}",
            path.text(),
            plain(&value)
        ))
    })
}

fn seconds_of(scope: &Scope<'_>, query: &Query) -> Result<u64, Fault> {
    let value = query.find(scope, "Seconds")?;
    if !value.is_number() {
        return Err(EvalError::unexpected_type(query, "Seconds", "number", &value).into());
    }
    let text = match whole(&value) {
        Some(seconds) => seconds.to_string(),
        None => plain(&value),
    };
    seconds(&text)
        .map_err(|what| Fault::query("Seconds", format!("The Seconds field {what}: {text}")))
}

/// # Errors
/// What is wrong with the text.
fn seconds(text: &str) -> Result<u64, &'static str> {
    let seconds: i64 = text
        .parse()
        .map_err(|_| "cannot be parsed as a long value")?;
    u64::try_from(seconds).map_err(|_| "references a negative value")
}

/// A value as a message shows it: texts without quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
