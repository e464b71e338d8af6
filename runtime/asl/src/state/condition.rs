//! What a rule of a `Choice` asks: comparisons, and their combinations.

use serde_json::Value;
use steploom_expr::Path;

use super::wait::timestamp;
use crate::diagnostic::Report;
use crate::fields::query::{self, Offered};
use crate::fields::{self, Fields, flag, path};
use crate::language::{self, Language, Spoken};
use crate::model::{Condition, Operand, Order, Test, Type};

/// The combinations.
const COMBINATIONS: [&str; 3] = ["And", "Or", "Not"];

/// What a condition asks: one of these, in AWS's order.
const ASKED: [&str; 5] = ["And", "Or", "Not", "Variable", "Condition"];

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

/// Who has a field that a rule may have.
pub(super) fn of_rule(name: &str) -> Option<Spoken> {
    match name {
        "Next" | "Comment" | "Assign" => Some(Spoken::Both),
        "Output" | "Condition" => Some(Spoken::Query),
        _ => of_condition(name),
    }
}

/// Who has a field that a condition within another may have.
fn of_condition(name: &str) -> Option<Spoken> {
    let is_known = name == "Variable" || COMBINATIONS.contains(&name) || operator(name).is_some();
    is_known.then_some(Spoken::Path)
}

/// Compiles what a rule asks. Fields that it cannot have are told of elsewhere.
pub(super) fn compile(
    fields: Fields<'_>,
    language: Language,
    report: &mut Report,
) -> Option<Condition> {
    let asked = asked(fields, report)?;
    match (asked, language) {
        ("Condition", Language::Query) => fields.read(report, asked, query),
        (_, Language::Path) => ask(fields, asked, report),
        // Told of: it is of the other language.
        _ => None,
    }
}

/// Compiles a condition within another.
fn inner(fields: Fields<'_>, report: &mut Report) -> Option<Condition> {
    language::check(fields, None, report, |name| match name {
        "Comment" => Some(Spoken::Both),
        _ => of_condition(name),
    });
    fields.text(report, "Comment");
    ask(fields, asked(fields, report)?, report)
}

/// What of [`ASKED`] an object has: one of them.
fn asked(fields: Fields<'_>, report: &mut Report) -> Option<&'static str> {
    let mut present = ASKED.into_iter().filter(|name| fields.has(name));
    let first = present.next();
    if first.is_none() || present.next().is_some() {
        report.schema(format!(
            "The object must have only one of the following fields, [{}]",
            ASKED.join(", ")
        ));
        return None;
    }
    first
}

/// A combination or a comparison.
fn ask(fields: Fields<'_>, asked: &str, report: &mut Report) -> Option<Condition> {
    if asked == "Variable" {
        return comparison(fields, report);
    }
    let stray = fields.names().filter(|name| operator(name).is_some());
    for name in stray {
        report.schema(format!("Field '{name}' is not supported"));
    }
    match asked {
        "And" => combination(fields, asked, report).map(Condition::And),
        "Or" => combination(fields, asked, report).map(Condition::Or),
        "Not" => fields.read(report, asked, |value, report| {
            let condition = inner(Fields::of(value, report)?, report)?;
            Some(Condition::Not(Box::new(condition)))
        }),
        _ => None,
    }
}

fn combination(fields: Fields<'_>, name: &str, report: &mut Report) -> Option<Vec<Condition>> {
    let items = fields.items(report, name)?;
    Some(Fields::each(report, name, items, |item, report| {
        inner(Fields::of(item, report)?, report)
    }))
}

fn comparison(fields: Fields<'_>, report: &mut Report) -> Option<Condition> {
    let variable = fields.read(report, "Variable", path::compared);
    let mut present = fields
        .names()
        .filter_map(|name| operator(name).map(|found| (name, found)));
    let first = present.next();
    let has_more = present.next().is_some();
    let Some((name, (operator, is_path))) = first.filter(|_| !has_more) else {
        let names: Vec<&str> = OPERATORS.iter().map(|(name, _)| *name).collect();
        let what = if has_more {
            "There should only be one of the following fields"
        } else {
            "This object should have only one of the following fields"
        };
        report.schema(format!("{what}: [{}]", names.join(", ")));
        return None;
    };
    let test = fields.read(report, name, |value, report| {
        test(operator, is_path, value, report)
    });
    Some(Condition::Compare {
        variable: variable?,
        test: test?,
    })
}

/// `Condition`: a query, or `true` or `false`.
fn query(value: &Value, report: &mut Report) -> Option<Condition> {
    match value {
        Value::Bool(constant) => Some(Condition::Constant(*constant)),
        Value::String(text) => {
            query::compile(text, Offered::default(), report).map(Condition::Query)
        }
        _ => {
            report.schema("Expected value of type Boolean");
            None
        }
    }
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
        let path: Path = path::compared(value, report)?;
        Some(Operand::Path(path))
    } else {
        literal(value, report).map(Operand::Literal)
    }
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
