//! The result of `arn:aws:states:::lambda:invoke`: a function's answer in the wrapping of AWS.

use serde_json::{Value, json};
use steploom_asl::FunctionRef;
use steploom_types::{Json, Timestamp};

use crate::chance;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Whether the parameters of a call name a version or an alias of the function.
pub(crate) fn is_qualified(parameters: &Value) -> bool {
    let text = |field: &str| parameters[field].as_str();
    let function = text("FunctionName").and_then(|name| FunctionRef::parse(name).ok());
    text("Qualifier").is_some_and(|qualifier| qualifier != "$LATEST")
        || function.is_some_and(|function| function.qualifier.is_some())
}

/// Whether a call of `lambda:invoke` with these parameters hands over an event and waits for no answer.
pub fn hands_over(parameters: &Value) -> bool {
    parameters["InvocationType"] == "Event"
}

/// The answer to a call that handed over an event.
pub(crate) fn accepted(at: Timestamp, seed: u64, action: u64) -> Json {
    let request = chance::uuid(seed, action);
    let trace = trace(at, seed, action);
    let date = http_date(at);
    json!({
        "SdkHttpMetadata": {
            "AllHttpHeaders": {
                "x-amzn-Remapped-Content-Length": ["0"],
                "Connection": ["keep-alive"],
                "x-amzn-RequestId": [request],
                "Content-Length": ["0"],
                "Date": [date],
                "X-Amzn-Trace-Id": [trace],
            },
            "HttpHeaders": {
                "Connection": "keep-alive",
                "Content-Length": "0",
                "Date": date,
                "x-amzn-Remapped-Content-Length": "0",
                "x-amzn-RequestId": request,
                "X-Amzn-Trace-Id": trace,
            },
            "HttpStatusCode": 202,
        },
        "SdkResponseMetadata": { "RequestId": request },
        "StatusCode": 202,
    })
    .into()
}

/// Wraps a function's answer. The request's id and trace are derived from `seed` and `action`.
pub(crate) fn wrap(
    payload: &Json,
    version: Option<u32>,
    at: Timestamp,
    seed: u64,
    action: u64,
) -> Json {
    let version = version.map_or_else(|| "$LATEST".to_owned(), |number| number.to_string());
    let request = chance::uuid(seed, action);
    let trace = trace(at, seed, action);
    let length = payload.size().to_string();
    let date = http_date(at);
    json!({
        "ExecutedVersion": version,
        "Payload": payload.value(),
        "SdkHttpMetadata": {
            "AllHttpHeaders": {
                "X-Amz-Executed-Version": [version],
                "x-amzn-Remapped-Content-Length": ["0"],
                "Connection": ["keep-alive"],
                "x-amzn-RequestId": [request],
                "Content-Length": [length],
                "Date": [date],
                "X-Amzn-Trace-Id": [trace],
                "Content-Type": ["application/json"],
            },
            "HttpHeaders": {
                "Connection": "keep-alive",
                "Content-Length": length,
                "Content-Type": "application/json",
                "Date": date,
                "X-Amz-Executed-Version": version,
                "x-amzn-Remapped-Content-Length": "0",
                "x-amzn-RequestId": request,
                "X-Amzn-Trace-Id": trace,
            },
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": { "RequestId": request },
        "StatusCode": 200,
    })
    .into()
}

fn trace(at: Timestamp, seed: u64, action: u64) -> Value {
    let root = chance::number(seed, !action);
    let parent = chance::number(root, action);
    format!(
        "Root=1-{:08x}-{:08x}{root:016x};Parent={parent:016x};Sampled=0",
        at.as_millis() / 1000,
        parent as u32
    )
    .into()
}

/// The date in the form of HTTP, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(at: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let day = DAYS[(at.as_millis() / DAY_MS).rem_euclid(7) as usize];
    let text = at.to_string();
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let month = part(5, 7).parse::<usize>().unwrap_or(1).clamp(1, 12);
    format!(
        "{day}, {} {} {} {} GMT",
        part(8, 10),
        MONTHS[month - 1],
        part(0, 4),
        part(11, 19)
    )
}
