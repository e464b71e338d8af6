//! `Wait`.

use steploom_types::{Timestamp, limits::SECONDS_FIELD_MAX};

use super::Site;
use crate::compiler::Compiler;
use crate::diagnostic::Report;
use crate::fields::query::{self, Offered};
use crate::fields::{self, path};
use crate::language::{Language, Spoken, Word};
use crate::model::{Kind, Wait};

pub(super) const FIELDS: [Word; 4] = [
    ("SecondsPath", Spoken::Path),
    ("Seconds", Spoken::Both),
    ("TimestampPath", Spoken::Path),
    ("Timestamp", Spoken::Both),
];

/// Its four forms, of which it has one, in AWS's order.
const FORMS: [&str; 4] = ["SecondsPath", "Seconds", "TimestampPath", "Timestamp"];

pub(super) fn kind(compiler: &mut Compiler<'_>, site: Site<'_, '_>) -> Option<Kind> {
    let (fields, report) = (site.fields, &mut compiler.report);
    let wait = match fields.require_one_of(report, &FORMS)? {
        "Timestamp" if site.language == Language::Query => {
            fields.read(report, "Timestamp", |value, report| match value.as_str() {
                Some(text) if query::is_meant(text) => {
                    query::compile(text, Offered::default(), report).map(Wait::UntilQuery)
                }
                _ => timestamp(value, report).map(Wait::Until),
            })?
        }
        "Timestamp" => Wait::Until(fields.read(report, "Timestamp", timestamp)?),
        "TimestampPath" => Wait::UntilPath(fields.read(report, "TimestampPath", path::definite)?),
        _ => Wait::Seconds(fields.number(
            report,
            site.language,
            ["Seconds", "SecondsPath"],
            0..=SECONDS_FIELD_MAX,
        )?),
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
