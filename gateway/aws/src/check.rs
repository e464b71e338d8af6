//! Whether what came in is as AWS's model wants it, and if not, what AWS says.

use serde_json::{Map, Value};

use crate::Failure;
use crate::model::{Model, Shape, ShapeKind};

/// Shapes of a state's data. How large that may be is for the machine to say, not for the model.
const DATA: &[&str] = &["SensitiveData", "SensitiveDataJobInput"];

/// What is wrong, in AWS's words, a place at a time.
struct Check<'a> {
    model: &'a Model,
    wrong: Vec<String>,
}

/// Checks the input of an operation, and leaves out what is null.
///
/// # Errors
/// `SerializationException` for a value of the wrong type, `ValidationException` with everything else
/// that is wrong.
pub(crate) fn input(
    model: &Model,
    shape: &str,
    mut value: Map<String, Value>,
) -> Result<Map<String, Value>, Failure> {
    let mut check = Check {
        model,
        wrong: Vec::new(),
    };
    if let Some(shape) = model.shape(shape) {
        check.fields(shape, &mut value, "")?;
    }
    if check.wrong.is_empty() {
        return Ok(value);
    }
    let count = check.wrong.len();
    let errors = if count == 1 { "error" } else { "errors" };
    Err(Failure::validation(format!(
        "{count} validation {errors} detected: {}",
        check.wrong.join("; ")
    )))
}

impl Check<'_> {
    fn fields(
        &mut self,
        shape: &Shape,
        fields: &mut Map<String, Value>,
        path: &str,
    ) -> Result<(), Failure> {
        fields.retain(|_, value| !value.is_null());
        for name in &shape.required {
            if !fields.contains_key(name) {
                self.fail("null", &under(path, name), "Member must not be null");
            }
        }
        for (name, member) in &shape.members {
            if let Some(value) = fields.get_mut(name) {
                self.value(&member.shape, value, &under(path, name))?;
            }
        }
        Ok(())
    }

    fn value(&mut self, name: &str, value: &mut Value, path: &str) -> Result<(), Failure> {
        let Some(shape) = self.model.shape(name) else {
            return Ok(());
        };
        match (shape.kind, &mut *value) {
            (ShapeKind::Structure, Value::Object(fields)) => {
                return self.fields(shape, fields, path);
            }
            (ShapeKind::List, Value::Array(items)) => {
                if let Some(member) = &shape.member {
                    for (number, item) in items.iter_mut().enumerate() {
                        let path = format!("{path}.{}.member", number + 1);
                        self.value(&member.shape, item, &path)?;
                    }
                }
                let length = items.len() as f64;
                self.length(name, shape, value, length, path);
            }
            (ShapeKind::Map, Value::Object(fields)) => {
                if let Some(member) = &shape.value {
                    for (key, field) in fields.iter_mut() {
                        self.value(&member.shape, field, &format!("{path}.{key}.member"))?;
                    }
                }
                let length = fields.len() as f64;
                self.length(name, shape, value, length, path);
            }
            (ShapeKind::String | ShapeKind::Blob, Value::String(text)) => {
                let length = text.chars().count() as f64;
                let text = text.clone();
                if !DATA.contains(&name) {
                    self.length(name, shape, value, length, path);
                }
                self.text(shape, &text, path);
            }
            (ShapeKind::Integer | ShapeKind::Long, Value::Number(number))
                if number.is_i64() || number.is_u64() =>
            {
                let number = number.as_i64().unwrap_or(i64::MAX);
                self.number(shape, number as f64, &number.to_string(), path);
            }
            (ShapeKind::Float | ShapeKind::Double, Value::Number(number)) => {
                let text = number.to_string();
                self.number(shape, number.as_f64().unwrap_or_default(), &text, path);
            }
            (ShapeKind::Boolean, Value::Bool(_))
            | (ShapeKind::Timestamp, Value::Number(_) | Value::String(_)) => {}
            (kind, _) => return Err(wrong_type(kind, value, path)),
        }
        Ok(())
    }

    fn length(&mut self, name: &str, shape: &Shape, value: &Value, length: f64, path: &str) {
        let bound = match (shape.min, shape.max) {
            (Some(min), _) if length < min => format!("greater than or equal to {min}"),
            (_, Some(max)) if length > max => format!("less than or equal to {max}"),
            _ => return,
        };
        let shown = self.shown(name, value);
        self.fail(
            &format!("'{shown}'"),
            path,
            &format!("Member must have length {bound}"),
        );
    }

    fn number(&mut self, shape: &Shape, number: f64, text: &str, path: &str) {
        let bound = match (shape.min, shape.max) {
            (Some(min), _) if number < min => format!("greater than or equal to {min}"),
            (_, Some(max)) if number > max => format!("less than or equal to {max}"),
            _ => return,
        };
        self.fail(
            &format!("'{text}'"),
            path,
            &format!("Member must have value {bound}"),
        );
    }

    fn text(&mut self, shape: &Shape, text: &str, path: &str) {
        let shown = format!("'{text}'");
        if !shape.values.is_empty() && !shape.values.iter().any(|value| value == text) {
            let values = shape.values.join(", ");
            let why = format!("Member must satisfy enum value set: [{values}]");
            self.fail(&shown, path, &why);
        }
        // A text on which the pattern gives up does not match it.
        if let Some(pattern) = &shape.pattern
            && !pattern.regex.is_match(text).unwrap_or(false)
        {
            let why = format!(
                "Member must satisfy regular expression pattern: {}",
                pattern.text
            );
            self.fail(&shown, path, &why);
        }
    }

    fn fail(&mut self, value: &str, path: &str, why: &str) {
        self.wrong.push(format!(
            "Value {value} at '{path}' failed to satisfy constraint: {why}"
        ));
    }

    /// A value as AWS's Java shows it.
    fn shown(&self, name: &str, value: &Value) -> String {
        let shape = self.model.shape(name);
        match value {
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let member = shape.and_then(|shape| shape.member.as_ref());
                let name = member.map_or("", |member| member.shape.as_str());
                let items: Vec<_> = items.iter().map(|item| self.shown(name, item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Object(fields) => {
                let field = |(key, value): (&String, &Value)| {
                    let member = shape.and_then(|shape| shape.members.get(key));
                    let name = member.map_or("", |member| member.shape.as_str());
                    format!("{key}={}", self.shown(name, value))
                };
                let fields: Vec<_> = fields.iter().map(field).collect();
                format!("{name}({})", fields.join(", "))
            }
            other => other.to_string(),
        }
    }
}

/// A member's place: AWS writes its name as Java does.
fn under(path: &str, name: &str) -> String {
    let (first, rest) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
    let dot = if path.is_empty() { "" } else { "." };
    format!("{path}{dot}{}{rest}", first.to_lowercase())
}

fn wrong_type(kind: ShapeKind, value: &Value, path: &str) -> Failure {
    let is = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    };
    Failure::new(
        "SerializationException",
        format!("{is} can not be converted to a {kind:?} at '{path}'"),
    )
}
