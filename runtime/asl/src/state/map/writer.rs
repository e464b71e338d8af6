//! `ResultWriter`: where the results go, and how they look.

use super::parameters;
use crate::diagnostic::Report;
use crate::fields::Fields;
use crate::language::{self, Language, Spoken, Word};
use crate::model::{ResultWriter, Transformation};

const FIELDS: [Word; 4] = [
    ("Resource", Spoken::Both),
    ("Parameters", Spoken::Path),
    ("Arguments", Spoken::Query),
    ("WriterConfig", Spoken::Both),
];

/// Ends the ARN of what can write.
const PUT_OBJECT: &str = ":states:::s3:putObject";

/// Reads `ResultWriter`: `WriterConfig` alone formats the results; with `Resource` they are written.
pub(super) fn read(fields: Fields<'_>, language: Language, report: &mut Report) -> ResultWriter {
    language::check(fields, Some(language), report, |name| {
        language::find(&FIELDS, name)
    });
    if !fields.has("WriterConfig") {
        fields.require(report, &["Resource"]);
    }
    let resource = fields.text(report, "Resource");
    if resource.is_some_and(|text| !text.starts_with("arn:") || !text.ends_with(PUT_OBJECT)) {
        report.within("Resource", |report| {
            report.schema("The field 'Resource' does not match any of the allowed values. Examples: [arn:<partition>:states:::s3:putObject]");
        });
    }
    let arguments = parameters(fields, language, &["Bucket"], report);
    if resource.is_some() && !fields.has("Parameters") && !fields.has("Arguments") {
        let name = match language {
            Language::Path => "Parameters",
            Language::Query => "Arguments",
        };
        fields.require(report, &[name]);
    }
    let config = fields.object(report, "WriterConfig");
    let (is_lines, transformation) = config.map_or((false, Transformation::None), |config| {
        report.within("WriterConfig", |report| self::config(config, report))
    });
    ResultWriter {
        arguments: resource.and(arguments),
        is_lines,
        transformation,
    }
}

/// `WriterConfig`: whether each result is a line, and how a result looks.
fn config(fields: Fields<'_>, report: &mut Report) -> (bool, Transformation) {
    fields.only(report, &["OutputType", "Transformation"]);
    let output = fields.word(report, "OutputType", &["JSON", "JSONL"]);
    let words = ["NONE", "COMPACT", "FLATTEN"];
    let transformation = match fields.word(report, "Transformation", &words) {
        Some("COMPACT") => Transformation::Compact,
        Some("FLATTEN") => Transformation::Flatten,
        _ => Transformation::None,
    };
    (output == Some("JSONL"), transformation)
}
