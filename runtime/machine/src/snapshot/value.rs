//! JSON: values in a form of their own, which is quicker than text and knows no depth.
//!
//! A text as its author wrote it counts for the limits of sizes, and is shown in histories, so it is
//! kept where it is not what printing the value gives.

use serde_json::{Map, Number, Value};
use steploom_types::Json;
use steploom_types::limits::INLINE_BYTES_MAX;

use super::plain::{put_text, take_text};
use super::{Reader, Snap, Writer};

/// How deep a value may be nested. What comes in has at most 128 levels, but a loop of states may
/// wrap it again and again; a run with more than this is folded from its facts.
const DEPTH_MAX: u32 = 400;

impl Snap for Json {
    fn put(&self, out: &mut Writer) {
        out.share_content(self.address(), |out| {
            if out.names_parts() && self.size() > INLINE_BYTES_MAX {
                out.byte(2);
                out.part(self);
            } else if let Some(text) = self.given_text() {
                out.byte(1);
                put_text(text, out);
            } else {
                out.byte(0);
                self.value().put(out);
            }
        });
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        from.shared(|from| match from.byte()? {
            0 => take(from, DEPTH_MAX).map(Self::from),
            1 => Self::parse(take_text(from)?).ok(),
            2 => from.part(),
            _ => None,
        })
    }
}

impl Snap for Value {
    fn put(&self, out: &mut Writer) {
        put(self, DEPTH_MAX, out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        take(from, DEPTH_MAX)
    }
}

fn put(value: &Value, depth: u32, out: &mut Writer) {
    let Some(below) = depth.checked_sub(1) else {
        return out.refuse();
    };
    match value {
        Value::Null => out.byte(0),
        Value::Bool(false) => out.byte(1),
        Value::Bool(true) => out.byte(2),
        Value::Number(number) => put_number(number, out),
        Value::String(text) => {
            out.byte(6);
            put_text(text, out);
        }
        Value::Array(items) => {
            out.byte(7);
            out.number(items.len() as u64);
            for item in items {
                put(item, below, out);
            }
        }
        Value::Object(fields) => {
            out.byte(8);
            out.number(fields.len() as u64);
            for (name, value) in fields {
                put_text(name, out);
                put(value, below, out);
            }
        }
    }
}

fn put_number(number: &Number, out: &mut Writer) {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(whole), _, _) => {
            out.byte(3);
            out.number(whole);
        }
        (None, Some(negative), _) => {
            out.byte(4);
            out.number(negative.unsigned_abs());
        }
        (None, None, Some(float)) => {
            out.byte(5);
            float.put(out);
        }
        (None, None, None) => out.refuse(),
    }
}

fn take(from: &mut Reader<'_>, depth: u32) -> Option<Value> {
    let below = depth.checked_sub(1)?;
    Some(match from.byte()? {
        0 => Value::Null,
        1 => Value::Bool(false),
        2 => Value::Bool(true),
        3 => Value::Number(from.number()?.into()),
        4 => {
            let negative = 0_i64.checked_sub_unsigned(from.number()?)?;
            Value::Number(negative.into())
        }
        5 => Value::Number(Number::from_f64(f64::take(from)?)?),
        6 => Value::String(take_text(from)?.to_owned()),
        7 => {
            let mut items = Vec::new();
            for _ in 0..from.length()? {
                items.push(take(from, below)?);
            }
            Value::Array(items)
        }
        8 => {
            let mut fields = Map::new();
            for _ in 0..from.length()? {
                let name = take_text(from)?.to_owned();
                fields.insert(name, take(from, below)?);
            }
            Value::Object(fields)
        }
        _ => return None,
    })
}
