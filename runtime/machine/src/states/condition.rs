//! Whether a condition of a `Choice` holds. A value of another type than the operator's makes it
//! false; a path that leads nowhere fails the state, but for `IsPresent`.

use std::cmp::Ordering;

use serde_json::Value;
use steploom_asl::model::{Condition, Operand, Order, Test, Type};
use steploom_expr::{Env, EvalError, Path};
use steploom_types::Timestamp;

use crate::turn::Fault;

/// `rule` is the place of the rule that the condition belongs to.
pub(crate) fn holds(condition: &Condition, env: &dyn Env, rule: usize) -> Result<bool, Fault> {
    match condition {
        Condition::And(all) => {
            for one in all {
                if !holds(one, env, rule)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Condition::Or(any) => {
            for one in any {
                if holds(one, env, rule)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Condition::Not(one) => Ok(!holds(one, env, rule)?),
        Condition::Constant(holds) => Ok(*holds),
        Condition::Query(query) => {
            let field = format!("Choices[{rule}]/Condition");
            let value = query.find(env, &field)?;
            let holds = value.as_bool();
            Ok(
                holds
                    .ok_or_else(|| EvalError::unexpected_type(query, &field, "boolean", &value))?,
            )
        }
        Condition::Compare { variable, test } => compare(variable, test, env),
    }
}

fn compare(variable: &Path, test: &Test, env: &dyn Env) -> Result<bool, Fault> {
    if let Test::Is(Type::Present, wanted) = test {
        return Ok(variable.find(env).is_some() == *wanted);
    }
    let value = read(variable, env)?;
    match test {
        Test::Boolean(operand) => Ok(value.as_bool().is_some()
            && value.as_bool() == operand_of(operand, env, Value::as_bool)?),
        Test::Numeric(order, operand) => {
            let other = operand_of(operand, env, Value::as_f64)?;
            Ok(value
                .as_f64()
                .zip(other)
                .and_then(|(a, b)| a.partial_cmp(&b))
                .is_some_and(|found| stands(*order, found)))
        }
        Test::String(order, operand) => {
            let other = operand_of(operand, env, |v| v.as_str().map(str::to_owned))?;
            Ok(value
                .as_str()
                .zip(other)
                .is_some_and(|(a, b)| stands(*order, compare_texts(a, &b))))
        }
        Test::Matches(pattern) => Ok(value.as_str().is_some_and(|text| matches(pattern, text))),
        Test::Timestamp(order, operand) => {
            let other = operand_of(operand, env, timestamp)?;
            Ok(timestamp(&value)
                .zip(other)
                .is_some_and(|(a, b)| stands(*order, a.cmp(&b))))
        }
        Test::Is(wanted_type, wanted) => Ok(is(*wanted_type, &value) == *wanted),
    }
}

fn read<'a>(path: &Path, env: &'a dyn Env) -> Result<std::borrow::Cow<'a, Value>, Fault> {
    path.find(env).ok_or_else(|| {
        Fault::runtime(format!(
            "Invalid path '{}': The choice state's condition path references an invalid value.",
            path.text()
        ))
    })
}

/// The other side of a comparison; `None` if it is of another type.
fn operand_of<T: Clone>(
    operand: &Operand<T>,
    env: &dyn Env,
    convert: impl Fn(&Value) -> Option<T>,
) -> Result<Option<T>, Fault> {
    match operand {
        Operand::Literal(value) => Ok(Some(value.clone())),
        Operand::Path(path) => Ok(convert(&*read(path, env)?)),
    }
}

/// As Java orders texts: by the units of UTF-16.
fn compare_texts(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return a.cmp(b);
    }
    a.encode_utf16().cmp(b.encode_utf16())
}

fn timestamp(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn is(wanted: Type, value: &Value) -> bool {
    match wanted {
        Type::Present => true,
        Type::Null => value.is_null(),
        Type::Boolean => value.is_boolean(),
        Type::Numeric => value.is_number(),
        Type::String => value.is_string(),
        Type::Timestamp => timestamp(value).is_some(),
    }
}

fn stands(order: Order, found: Ordering) -> bool {
    match order {
        Order::Equals => found.is_eq(),
        Order::Less => found.is_lt(),
        Order::LessOrEqual => found.is_le(),
        Order::Greater => found.is_gt(),
        Order::GreaterOrEqual => found.is_ge(),
    }
}

/// One element of a `StringMatches` pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// This character.
    Is(char),
    /// Any text, also none.
    Any,
}

/// `*` stands for any text; `\*` and `\\` for the second character itself. Takes time in
/// proportion to the product of both lengths at the most.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '*' => Part::Any,
            '\\' => Part::Is(chars.next().unwrap_or('\\')),
            other => Part::Is(other),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    // Where to go back to: after the last `*`, and the text it has taken so far.
    let mut back = None;
    while t < text.len() {
        match parts.get(p) {
            Some(Part::Is(c)) if *c == text[t] => {
                p += 1;
                t += 1;
            }
            Some(Part::Any) => {
                p += 1;
                back = Some((p, t));
            }
            _ => {
                let Some((after, taken)) = back else {
                    return false;
                };
                p = after;
                t = taken + 1;
                back = Some((after, t));
            }
        }
    }
    parts[p..].iter().all(|part| *part == Part::Any)
}
