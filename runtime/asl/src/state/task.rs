//! `Task`.

use steploom_types::limits::SECONDS_FIELD_MAX;

use super::Site;
use crate::compiler::Compiler;
use crate::fields;
use crate::model::{Kind, NumberField, Task};
use crate::resource;

pub(super) const FIELDS: &[&str] = &[
    "Resource",
    "TimeoutSeconds",
    "TimeoutSecondsPath",
    "HeartbeatSeconds",
    "HeartbeatSecondsPath",
];

pub(super) fn kind(compiler: &mut Compiler<'_>, site: Site<'_, '_>) -> Option<Kind> {
    let (fields, report) = (site.fields, &mut compiler.report);
    fields.require(report, &["Resource"]);
    let resource = fields.read(report, "Resource", |value, report| {
        resource::parse(fields::text(value, report)?, report)
    });
    let timeout_seconds = fields.number(
        report,
        ["TimeoutSeconds", "TimeoutSecondsPath"],
        1..=SECONDS_FIELD_MAX,
    );
    let heartbeat_seconds = fields.number(
        report,
        ["HeartbeatSeconds", "HeartbeatSecondsPath"],
        1..=SECONDS_FIELD_MAX,
    );
    if let (Some(NumberField::Literal(timeout)), Some(NumberField::Literal(heartbeat))) =
        (&timeout_seconds, &heartbeat_seconds)
        && heartbeat >= timeout
    {
        report.within("HeartbeatSeconds", |report| {
            report.schema("'HeartbeatSeconds' must be less than 'TimeoutSeconds'");
        });
    }
    Some(Kind::Task(Task {
        resource: resource?,
        timeout_seconds,
        heartbeat_seconds,
        credentials: None,
    }))
}
