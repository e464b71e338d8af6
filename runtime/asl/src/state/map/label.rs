//! `Label`: part of the ARNs of a distributed `Map`'s runs.

use crate::compiler::Compiler;
use crate::diagnostic::code;
use crate::fields::Fields;

/// Characters of a label.
const CHARS_MAX: usize = 40;

/// Characters that a label may not have, besides white space and control characters.
const FORBIDDEN: &str = "?*<>{}[]:;,\\|^~$#%&`\"/";

/// Reads `Label`. Labels are unique within a machine.
pub(super) fn read<'a>(compiler: &mut Compiler<'a>, fields: Fields<'a>) -> Option<String> {
    let report = &mut compiler.report;
    let label = fields.text(report, "Label")?;
    let is_new = compiler.labels.insert(label);
    report.within("Label", |report| {
        if label.chars().count() > CHARS_MAX {
            report.error(
                code::LABEL_NAME,
                format!("The label '{label}' exceeds the {CHARS_MAX}-character limit allowed by the service"),
            );
        } else if label.is_empty() || label.contains(is_forbidden) {
            report.error(
                code::LABEL_NAME,
                format!("The label '{label}' is empty or contains invalid characters"),
            );
        }
        if !is_new {
            report.error(
                code::DUPLICATE_LABEL,
                format!("Duplicate Label name: {label}"),
            );
        }
    });
    Some(label.to_owned())
}

fn is_forbidden(c: char) -> bool {
    c.is_whitespace() || c.is_control() || FORBIDDEN.contains(c)
}
