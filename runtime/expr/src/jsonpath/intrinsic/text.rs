//! Texts.

use std::fmt::Write as _;

use serde_json::{Number, Value};

use super::{Args, Failure};
use crate::uuid;

/// `States.Format(template, value, ...)` where the template is computed.
pub(super) fn format(args: &Args) -> Result<Value, Failure> {
    let pieces: Vec<String> = args.text(0)?.split("{}").map(str::to_owned).collect();
    let args = Args {
        values: &args.values[1..],
        ..*args
    };
    fill(&pieces, &args)
}

/// `States.Format`: the values between the pieces of its template.
pub(in super::super) fn fill(pieces: &[String], args: &Args) -> Result<Value, Failure> {
    if pieces.len() != args.values.len() + 1 {
        return Err(format!(
            "the template has {} {{}} but there are {} values for them",
            pieces.len() - 1,
            args.values.len()
        )
        .into());
    }
    let mut text = pieces[0].clone();
    for (value, piece) in args.values.iter().zip(&pieces[1..]) {
        args.budget.take(value)?;
        push_java(&mut text, value);
        text.push_str(piece);
    }
    Ok(text.into())
}

/// `States.StringSplit(text, delimiters)`: at any of the delimiters' characters, empty parts left out.
pub(super) fn split(args: &Args) -> Result<Value, Failure> {
    let (text, delimiters) = (args.text(0)?, args.text(1)?);
    let parts = text
        .split(|c| delimiters.contains(c))
        .filter(|part| !part.is_empty());
    Ok(parts.map(Value::from).collect())
}

/// `States.UUID()`: version 4.
#[expect(clippy::unnecessary_wraps, reason = "the table wants one signature")]
pub(super) fn uuid(args: &Args) -> Result<Value, Failure> {
    Ok(uuid::version_4(args.env.random(), args.env.random()).into())
}

/// Writes a value as Java's `toString` does, which is what AWS answers: `{a=1, b=[x, null]}`.
fn push_java(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(yes) => text.push_str(if *yes { "true" } else { "false" }),
        Value::Number(number) => push_java_number(text, number),
        Value::String(own) => text.push_str(own),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                push_java(text, item);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            text.push('{');
            for (index, (name, field)) in fields.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                text.push_str(name);
                text.push('=');
                push_java(text, field);
            }
            text.push('}');
        }
    }
}

/// A `Double` is printed with an exponent outside of 0.001 to 10,000,000.
fn push_java_number(text: &mut String, number: &Number) {
    let float = number.as_f64().filter(|_| number.is_f64());
    let _ = match float {
        Some(float) if float != 0.0 && !(1e-3..1e7).contains(&float.abs()) => {
            let printed = format!("{float:E}");
            match printed.split_once('E') {
                Some((digits, exponent)) if !digits.contains('.') => {
                    write!(text, "{digits}.0E{exponent}")
                }
                _ => write!(text, "{printed}"),
            }
        }
        _ => write!(text, "{number}"),
    };
}
