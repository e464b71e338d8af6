//! What a rule of a `Choice` asks: comparisons, and their combinations.

use serde_json::Value;
use steploom_expr::Path;

use super::wait::timestamp;
use crate::diagnostic::Report;
use crate::fields::{self, Fields};
use crate::model::{Condition, Operand, Order, Test, Type};

/// The combinations.
const COMBINATIONS: [&str; 3] = ["And", "Or", "Not"];

/// What an operator compares.
#[derive(Clone, Copy)]
enum Operator {
    Boolean,
    Numeric(Order),
    String(Order),
    Matches,
    Timestamp(Order),
    Is(Type),
}

/// All operators; those that compare have a second form each, `...Path`.
static OPERATORS: [(&str, Operator); 23] = {
    use Operator::{Boolean, Is, Matches, Numeric, String, Timestamp};
    use Order::{Equals, Greater, GreaterOrEqual, Less, LessOrEqual};
    [
        ("BooleanEquals", Boolean),
        ("NumericEquals", Numeric(Equals)),
        ("NumericLessThan", Numeric(Less)),
        ("NumericLessThanEquals", Numeric(LessOrEqual)),
        ("NumericGreaterThan", Numeric(Greater)),
        ("NumericGreaterThanEquals", Numeric(GreaterOrEqual)),
        ("StringEquals", String(Equals)),
        ("StringLessThan", String(Less)),
        ("StringLessThanEquals", String(LessOrEqual)),
        ("StringGreaterThan", String(Greater)),
        ("StringGreaterThanEquals", String(GreaterOrEqual)),
        ("StringMatches", Matches),
        ("TimestampEquals", Timestamp(Equals)),
        ("TimestampLessThan", Timestamp(Less)),
        ("TimestampLessThanEquals", Timestamp(LessOrEqual)),
        ("TimestampGreaterThan", Timestamp(Greater)),
        ("TimestampGreaterThanEquals", Timestamp(GreaterOrEqual)),
        ("IsPresent", Is(Type::Present)),
        ("IsNull", Is(Type::Null)),
        ("IsBoolean", Is(Type::Boolean)),
        ("IsNumeric", Is(Type::Numeric)),
        ("IsString", Is(Type::String)),
        ("IsTimestamp", Is(Type::Timestamp)),
    ]
};

/// The operator that a field's name says, and whether it is the form with a path.
fn operator(name: &str) -> Option<(Operator, bool)> {
    let find = |name: &str| {
        OPERATORS
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, operator)| *operator)
    };
    if let Some(operator) = find(name) {
        return Some((operator, false));
    }
    match find(name.strip_suffix("Path")?)? {
        Operator::Matches | Operator::Is(_) => None,
        operator => Some((operator, true)),
    }
}

/// Compiles a condition. `is_rule` says that it is a rule itself, which has a `Next`.
pub(super) fn compile(fields: Fields<'_>, is_rule: bool, report: &mut Report) -> Option<Condition> {
    fields.text(report, "Comment");
    let asks: Vec<&str> = fields
        .names()
        .filter(|name| COMBINATIONS.contains(name) || operator(name).is_some())
        .collect();
    let later: &[&str] = if is_rule {
        &["Condition", "Assign", "Output"]
    } else {
        &[]
    };
    let has_variable = !asks.iter().any(|name| COMBINATIONS.contains(name));
    fields.only(report, later, |name| {
        asks.contains(&name)
            || name == "Comment"
            || name == "Next" && is_rule
            || name == "Variable" && has_variable
    });
    match asks[..] {
        ["Not"] => negation(fields, report),
        ["And"] => combination(fields, "And", report).map(Condition::And),
        ["Or"] => combination(fields, "Or", report).map(Condition::Or),
        [name] => comparison(fields, name, report),
        [] if fields.has("Condition") => None,
        [] => {
            report.schema("One comparison operator, 'And', 'Or' or 'Not' is required");
            None
        }
        _ => {
            report.schema(format!(
                "These fields exclude each other: [{}]",
                asks.join(", ")
            ));
            None
        }
    }
}

fn negation(fields: Fields<'_>, report: &mut Report) -> Option<Condition> {
    fields.read(report, "Not", |value, report| {
        let inner = compile(Fields::of(value, report)?, false, report)?;
        Some(Condition::Not(Box::new(inner)))
    })
}

fn combination(fields: Fields<'_>, name: &str, report: &mut Report) -> Option<Vec<Condition>> {
    let items = fields.items(report, name)?;
    let place = report.enter(name);
    let mut conditions = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = report.enter(&index.to_string());
        conditions
            .extend(Fields::of(item, report).and_then(|fields| compile(fields, false, report)));
        report.leave(at);
    }
    report.leave(place);
    Some(conditions)
}

fn comparison(fields: Fields<'_>, name: &str, report: &mut Report) -> Option<Condition> {
    if !fields.require(report, &["Variable"]) {
        return None;
    }
    let variable = fields.read(report, "Variable", fields::path);
    let (operator, is_path) = operator(name)?;
    let test = fields.read(report, name, |value, report| {
        test(operator, is_path, value, report)
    });
    Some(Condition::Compare {
        variable: variable?,
        test: test?,
    })
}

fn test(operator: Operator, is_path: bool, value: &Value, report: &mut Report) -> Option<Test> {
    Some(match operator {
        Operator::Boolean => Test::Boolean(operand(is_path, value, report, flag)?),
        Operator::Numeric(order) => Test::Numeric(order, operand(is_path, value, report, number)?),
        Operator::String(order) => Test::String(order, operand(is_path, value, report, text)?),
        Operator::Timestamp(order) => {
            Test::Timestamp(order, operand(is_path, value, report, timestamp)?)
        }
        Operator::Matches => Test::Matches(text(value, report)?),
        Operator::Is(kind) => Test::Is(kind, flag(value, report)?),
    })
}

fn operand<T>(
    is_path: bool,
    value: &Value,
    report: &mut Report,
    literal: impl Fn(&Value, &mut Report) -> Option<T>,
) -> Option<Operand<T>> {
    if is_path {
        let path: Path = fields::path(value, report)?;
        Some(Operand::Path(path))
    } else {
        literal(value, report).map(Operand::Literal)
    }
}

fn flag(value: &Value, report: &mut Report) -> Option<bool> {
    if value.as_bool().is_none() {
        report.schema("Expected value of type Boolean");
    }
    value.as_bool()
}

fn number(value: &Value, report: &mut Report) -> Option<f64> {
    if value.as_f64().is_none() {
        report.schema("Expected value of type Number");
    }
    value.as_f64()
}

fn text(value: &Value, report: &mut Report) -> Option<String> {
    fields::text(value, report).map(str::to_owned)
}
