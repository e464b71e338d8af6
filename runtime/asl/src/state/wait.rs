//! `Wait`.

use steploom_types::{Timestamp, limits::SECONDS_FIELD_MAX};

use super::Site;
use crate::compiler::Compiler;
use crate::diagnostic::Report;
use crate::fields;
use crate::model::{Kind, NumberField, Wait};

/// Its four forms, of which it has one.
pub(super) const FORMS: [&str; 4] = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];

pub(super) fn kind(compiler: &mut Compiler<'_>, site: Site<'_, '_>) -> Option<Kind> {
    let (fields, report) = (site.fields, &mut compiler.report);
    let Some(form) = fields.one_of(report, &FORMS) else {
        report.schema(format!(
            "One of these fields is required: [{}]",
            FORMS.join(", ")
        ));
        return None;
    };
    let wait = match form {
        "Seconds" => Wait::Seconds(NumberField::Literal(fields.whole(
            report,
            form,
            0..=SECONDS_FIELD_MAX,
        )?)),
        "SecondsPath" => Wait::Seconds(NumberField::Path(fields.read(
            report,
            form,
            fields::definite_path,
        )?)),
        "Timestamp" => Wait::Until(fields.read(report, form, timestamp)?),
        _ => Wait::UntilPath(fields.read(report, form, fields::definite_path)?),
    };
    Some(Kind::Wait(wait))
}

/// An instant that is written out.
pub(super) fn timestamp(value: &serde_json::Value, report: &mut Report) -> Option<Timestamp> {
    let instant = fields::text(value, report)?.parse().ok();
    if instant.is_none() {
        report.schema("String does not match RFC3339 timestamp");
    }
    instant
}
