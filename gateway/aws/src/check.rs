//! Whether what came in is as AWS's model wants it, and if not, what AWS says.

use std::fmt;

use serde_json::{Map, Value};

use crate::Failure;
use crate::model::{Model, Shape, ShapeKind};

/// Shapes of a state's data. How large that may be is for the machine to say, not for the model.
const DATA: &[&str] = &["SensitiveData", "SensitiveDataJobInput"];

/// The place of a value: put into words only where something is wrong with it.
#[derive(Clone, Copy)]
enum Place<'a> {
    Whole,
    /// A member of a structure.
    Member(&'a Place<'a>, &'a str),
    /// An item of a list, counted from 1.
    Item(&'a Place<'a>, usize),
    /// The value of a map's key.
    Key(&'a Place<'a>, &'a str),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Member(of, name) => {
                if !matches!(of, Place::Whole) {
                    write!(f, "{of}.")?;
                }
                // AWS writes it as Java does.
                let (first, rest) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
                write!(f, "{}{rest}", first.to_lowercase())
            }
            Self::Item(of, number) => write!(f, "{of}.{number}.member"),
            Self::Key(of, key) => write!(f, "{of}.{key}.member"),
        }
    }
}

/// What is wrong, in AWS's words, a place at a time.
struct Check<'a> {
    model: &'a Model,
    wrong: Vec<String>,
}

/// Checks the input of an operation, and leaves out what is null and what the model does not know.
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
        check.fields(shape, &mut value, Place::Whole)?;
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
        at: Place<'_>,
    ) -> Result<(), Failure> {
        fields.retain(|name, value| !value.is_null() && shape.members.contains_key(name));
        for name in &shape.required {
            if !fields.contains_key(name) {
                let at = Place::Member(&at, name);
                self.fail("null", at, "Member must not be null");
            }
        }
        // In the model's order, which is that of the names.
        let mut fields: Vec<_> = fields.iter_mut().collect();
        fields.sort_unstable_by_key(|(name, _)| *name);
        for (name, value) in fields {
            if let Some(member) = shape.members.get(name) {
                self.value(&member.shape, value, Place::Member(&at, name))?;
            }
        }
        Ok(())
    }

    fn value(&mut self, name: &str, value: &mut Value, at: Place<'_>) -> Result<(), Failure> {
        let Some(shape) = self.model.shape(name) else {
            return Ok(());
        };
        match (shape.kind, &mut *value) {
            (ShapeKind::Structure, Value::Object(fields)) => {
                return self.fields(shape, fields, at);
            }
            (ShapeKind::List, Value::Array(items)) => {
                if let Some(member) = &shape.member {
                    for (number, item) in items.iter_mut().enumerate() {
                        self.value(&member.shape, item, Place::Item(&at, number + 1))?;
                    }
                }
                let length = items.len() as f64;
                self.length(name, shape, value, length, at);
            }
            (ShapeKind::Map, Value::Object(fields)) => {
                if let Some(member) = &shape.value {
                    if self.numbers(&member.shape, fields, at) {
                        return Ok(());
                    }
                    for (key, field) in fields.iter_mut() {
                        self.value(&member.shape, field, Place::Key(&at, key))?;
                    }
                }
                let length = fields.len() as f64;
                self.length(name, shape, value, length, at);
            }
            (ShapeKind::String | ShapeKind::Blob, Value::String(text)) => {
                let length = text.chars().count() as f64;
                if !DATA.contains(&name) {
                    self.length(name, shape, value, length, at);
                }
                self.text(shape, value.as_str().unwrap_or_default(), at);
            }
            (ShapeKind::Integer | ShapeKind::Long, Value::Number(number))
                if number.is_i64() || number.is_u64() =>
            {
                let number = number.as_i64().unwrap_or(i64::MAX);
                self.number(shape, number as f64, &number, at);
            }
            (ShapeKind::Float | ShapeKind::Double, Value::Number(number)) => {
                let float = number.as_f64().unwrap_or_default();
                self.number(shape, float, number, at);
            }
            (ShapeKind::Boolean, Value::Bool(_))
            | (ShapeKind::Timestamp, Value::Number(_) | Value::String(_)) => {}
            (kind, _) => return Err(wrong_type(kind, value, at)),
        }
        Ok(())
    }

    fn length(&mut self, name: &str, shape: &Shape, value: &Value, length: f64, at: Place<'_>) {
        let bound = match (shape.min, shape.max) {
            (Some(min), _) if length < min => format!("greater than or equal to {min}"),
            (_, Some(max)) if length > max => format!("less than or equal to {max}"),
            _ => return,
        };
        let shown = self.shown(name, value);
        self.fail(
            &format!("'{shown}'"),
            at,
            &format!("Member must have length {bound}"),
        );
    }

    fn number(&mut self, shape: &Shape, number: f64, text: &dyn fmt::Display, at: Place<'_>) {
        let bound = match (shape.min, shape.max) {
            (Some(min), _) if number < min => format!("greater than or equal to {min}"),
            (_, Some(max)) if number > max => format!("less than or equal to {max}"),
            _ => return,
        };
        self.fail(
            &format!("'{text}'"),
            at,
            &format!("Member must have value {bound}"),
        );
    }

    /// Whether numbers in a map are out of their range, which AWS tells of the map.
    fn numbers(&mut self, of: &str, fields: &Map<String, Value>, at: Place<'_>) -> bool {
        let shape = self.model.shape(of);
        let shape =
            shape.filter(|shape| matches!(shape.kind, ShapeKind::Float | ShapeKind::Double));
        let Some((min, max)) = shape.and_then(|shape| Some((shape.min?, shape.max?))) else {
            return false;
        };
        let mut numbers = fields.values().filter_map(Value::as_f64);
        if numbers.all(|number| (min..=max).contains(&number)) {
            return false;
        }
        let field = |(key, value): (&String, &Value)| match value.as_f64() {
            Some(number) => format!("{key}={number:?}"),
            None => format!("{key}={value}"),
        };
        let fields: Vec<_> = fields.iter().map(field).collect();
        self.fail(
            &format!("'{{{}}}'", fields.join(", ")),
            at,
            &format!(
                "Map value must satisfy constraint: [Member must have value less than or equal to {max:?}, Member must have value greater than or equal to {min:?}, Member must not be null]"
            ),
        );
        true
    }

    fn text(&mut self, shape: &Shape, text: &str, at: Place<'_>) {
        if !shape.values.is_empty() && !shape.values.iter().any(|value| value == text) {
            let values = shape.values.join(", ");
            let why = format!("Member must satisfy enum value set: [{values}]");
            self.fail(&format!("'{text}'"), at, &why);
        }
        // A text on which the pattern gives up does not match it.
        if let Some(pattern) = &shape.pattern
            && !pattern.regex.is_match(text).unwrap_or(false)
        {
            let why = format!(
                "Member must satisfy regular expression pattern: {}",
                pattern.text
            );
            self.fail(&format!("'{text}'"), at, &why);
        }
    }

    fn fail(&mut self, value: &str, at: Place<'_>, why: &str) {
        self.wrong.push(format!(
            "Value {value} at '{at}' failed to satisfy constraint: {why}"
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

fn wrong_type(kind: ShapeKind, value: &Value, at: Place<'_>) -> Failure {
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
        format!("{is} can not be converted to a {kind:?} at '{at}'"),
    )
}
