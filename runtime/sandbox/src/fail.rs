//! What became of a guest, in the words that `Retry` and `Catch` match: each limit has its name,
//! and the cause says what it was set to.

use std::fmt::Write as _;

use serde_json::Value;
use steploom_types::Json;
use steploom_types::limits::function as limits;
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::ResourceTableError;

use crate::guest::{Guest, TooManyHostCalls};
use crate::streams::printable;
use crate::{Failure, Limits};

/// Bytes of an error's name and of a cause, as on AWS.
const ERROR_BYTES_MAX: usize = 256;
const CAUSE_BYTES_MAX: usize = 32 * 1024;
/// Bytes of a function's name in a backtrace.
const FRAME_BYTES_MAX: usize = 120;
/// Bytes of an output that is no JSON, in the cause.
const SNIPPET_BYTES_MAX: usize = 80;

fn failure(error: &str, cause: String) -> Failure {
    Failure {
        error: error.to_owned(),
        cause: cut(cause, CAUSE_BYTES_MAX),
        object: None,
    }
}

/// The wall time is over.
pub(crate) fn timeout(timeout_ms: u64, deadline_came_first: bool) -> Failure {
    failure(
        "States.Timeout",
        if deadline_came_first {
            "the deadline of the call came before the function's own limit".to_owned()
        } else {
            format!("the function took longer than its limit of {timeout_ms} ms")
        },
    )
}

/// Somebody asked for the end.
pub(crate) fn cancelled() -> Failure {
    failure(
        "Function.Cancelled",
        "the invocation was cancelled".to_owned(),
    )
}

/// Nobody waits for the answer any more.
pub(crate) fn gone() -> Failure {
    failure(
        "Function.Cancelled",
        "the caller went away before the answer was complete".to_owned(),
    )
}

/// The event is none that a function of this kind takes.
pub(crate) fn invalid_event(why: String) -> Failure {
    failure("Function.InvalidEvent", why)
}

/// A function of kind http answered an error instead of a response.
pub(crate) fn http_error(code: &str) -> Failure {
    failure(
        "Function.Failed",
        format!("the function answered the error {code} of wasi:http"),
    )
}

/// The result is over its limit.
pub(crate) fn output_too_large(output_bytes_max: u64) -> Failure {
    failure(
        "States.DataLimitExceeded",
        format!("the result is larger than the function's limit of {output_bytes_max} bytes"),
    )
}

/// The guest broke the contract of its kind.
pub(crate) fn nonsense(why: String) -> Failure {
    failure("Function.InvalidOutput", why)
}

/// The result as JSON, or why it is none.
pub(crate) fn result(output: &[u8]) -> Result<Json, Failure> {
    if output.trim_ascii().is_empty() {
        return Err(nonsense(
            "the function gave no output; its result must be JSON, such as null".to_owned(),
        ));
    }
    Json::parse_bytes(output).map_err(|e| {
        let shown = printable(&output[..output.len().min(SNIPPET_BYTES_MAX)]);
        nonsense(format!(
            "the function's output is {}; it begins with: {shown}",
            e.message
        ))
    })
}

/// The error that a function answered, as JSON `{"errorType", "errorMessage"}` or as mere text.
pub(crate) fn answered(error: &[u8]) -> Failure {
    declared(error).unwrap_or_else(|| failure("Function.Failed", printable(error)))
}

/// A command's exit with a code other than 0.
pub(crate) fn exit(code: i32, output: &[u8], last_line: &str) -> Failure {
    declared(output).unwrap_or_else(|| {
        let mut cause = format!("the function ended with exit code {code}");
        if !last_line.is_empty() {
            let _ = write!(cause, ": {last_line}");
        }
        failure("Function.ExitCode", cause)
    })
}

/// JSON that names an error.
fn declared(text: &[u8]) -> Option<Failure> {
    let json = Json::parse_bytes(text).ok()?;
    let object = json.value().as_object()?;
    let error = object.get("errorType")?.as_str()?;
    let cause = match object.get("errorMessage") {
        Some(Value::String(message)) => message.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let written = json.text();
    Some(Failure {
        object: (written.len() <= limits::ERROR_OBJECT_BYTES_MAX).then(|| written.to_owned()),
        ..failure(&cut(error.to_owned(), ERROR_BYTES_MAX), cause)
    })
}

/// What ended a guest before it came to its own end.
pub(crate) fn trap(error: &wasmtime::Error, guest: &Guest, set: &Limits) -> Failure {
    if error.downcast_ref::<TooManyHostCalls>().is_some() {
        return failure(
            "Function.HostCallLimitExceeded",
            format!(
                "the function called the host more than {} times",
                limits::HOST_CALLS_MAX
            ),
        );
    }
    if matches!(
        error.downcast_ref::<ResourceTableError>(),
        Some(ResourceTableError::Full)
    ) {
        return failure(
            "Function.ResourceLimitExceeded",
            format!(
                "the function had more than {} files, streams and the like open at once",
                guest.resources_max
            ),
        );
    }
    let trap = error.downcast_ref::<Trap>();
    if trap == Some(&Trap::OutOfFuel) {
        return failure(
            "Function.OutOfFuel",
            format!("the function used up its limit of {} fuel", set.fuel_max),
        );
    }
    if let Some(refused) = limit_hit(guest) {
        return refused;
    }
    let mut cause = match trap {
        Some(trap) => format!("the function trapped: {trap}"),
        None => format!(
            "the function was stopped: {}",
            printable(error.root_cause().to_string().as_bytes())
        ),
    };
    if let Some(trace) = error.downcast_ref::<WasmBacktrace>() {
        write_trace(&mut cause, trace);
    }
    failure("Function.Trap", cause)
}

/// Whether the guest handed the host more in one call than it may; its result is the largest.
pub(crate) fn is_host_call_too_large(error: &wasmtime::Error) -> bool {
    // wasmtime keeps the error's type to itself.
    error.root_cause().to_string().contains("hostcalls")
}

/// The limit that a failing guest had run into before.
pub(crate) fn limit_hit(guest: &Guest) -> Option<Failure> {
    let limiter = &guest.limiter;
    if let Some(wanted) = limiter.memory_refused {
        return Some(failure(
            "Function.OutOfMemory",
            format!(
                "the function wanted {wanted} bytes of memory; its limit is {} bytes",
                limiter.memory_bytes_max()
            ),
        ));
    }
    limiter.table_refused.map(|wanted| {
        failure(
            "Function.OutOfMemory",
            format!(
                "the function wanted {wanted} elements in its tables; the limit is {}",
                limits::TABLE_ELEMENTS_MAX
            ),
        )
    })
}

/// The innermost frames; how many there are at most is the engine's setting.
fn write_trace(cause: &mut String, trace: &WasmBacktrace) {
    for (at, frame) in trace.frames().iter().enumerate() {
        let name = frame.func_name().map_or_else(
            || format!("function {}", frame.func_index()),
            |name| cut(printable(name.as_bytes()), FRAME_BYTES_MAX),
        );
        let before = if at == 0 { "; in " } else { ", called by " };
        cause.push_str(before);
        cause.push_str(&name);
    }
}

/// The text, cut at a character's border to at most so many bytes.
fn cut(mut text: String, bytes_max: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes_max));
    text
}

#[cfg(test)]
mod tests;
