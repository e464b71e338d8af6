//! `Pass`.

use serde_json::Value;

use super::Site;
use crate::compiler::Compiler;
use crate::diagnostic::{Report, code};
use crate::language::Language;
use crate::model::Kind;

#[expect(
    clippy::unnecessary_wraps,
    reason = "the table of types wants one signature"
)]
pub(super) fn kind(compiler: &mut Compiler<'_>, site: Site<'_, '_>) -> Option<Kind> {
    let result = match site.language {
        Language::Path => site.fields.get("Result"),
        Language::Query => None,
    };
    if let Some(value) = result {
        compiler
            .report
            .within("Result", |report| warn_of_static(value, report));
    }
    Some(Kind::Pass {
        result: result.map(|value| value.clone().into()),
    })
}

/// A `Result` is never evaluated, whatever its fields are called.
fn warn_of_static(value: &Value, report: &mut Report) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                report.within(name, |report| {
                    if name.ends_with(".$") {
                        let message = format!("'Result' is taken as it is: '{name}' is not evaluated; use 'Parameters'");
                        report.warning(code::STATIC_RESULT, message);
                    }
                    warn_of_static(field, report);
                });
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                report.within_item(index, |report| warn_of_static(item, report));
            }
        }
        _ => {}
    }
}
