//! JSON as text, and objects merged.

use serde_json::Value;

use super::{Args, Failure};

/// `States.StringToJson(text)`; a blank text gives null.
pub(super) fn string_to_json(args: &Args) -> Result<Value, Failure> {
    let text = args.text(0)?;
    if text.trim_ascii().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text).map_err(|e| format!("argument 1 is not JSON: {e}").into())
}

/// `States.JsonToString(value)`, without spaces.
#[expect(clippy::unnecessary_wraps, reason = "the table wants one signature")]
pub(super) fn json_to_string(args: &Args) -> Result<Value, Failure> {
    Ok(args.value(0).to_string().into())
}

/// `States.JsonMerge(one, other, false)`: the fields of both, and where both have one, the other's.
pub(super) fn merge(args: &Args) -> Result<Value, Failure> {
    let (Value::Object(one), Value::Object(other)) = (args.value(0), args.value(1)) else {
        return Err("arguments 1 and 2 must be objects".into());
    };
    if *args.value(2) != Value::Bool(false) {
        return Err("argument 3 must be false: only shallow merging is supported".into());
    }
    let mut merged = one.clone();
    merged.extend(
        other
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    Ok(Value::Object(merged))
}
