//! `Task`.

use steploom_types::limits::SECONDS_FIELD_MAX;

use super::Site;
use crate::compiler::Compiler;
use crate::diagnostic::Report;
use crate::fields::query::Offered;
use crate::fields::{self, Fields};
use crate::language::{Language, Spoken, Word};
use crate::model::{Kind, Maker, NumberField, Resource, Task};
use crate::resource;

pub(super) const FIELDS: [Word; 7] = [
    ("Resource", Spoken::Both),
    ("TimeoutSeconds", Spoken::Both),
    ("TimeoutSecondsPath", Spoken::Path),
    ("HeartbeatSeconds", Spoken::Both),
    ("HeartbeatSecondsPath", Spoken::Path),
    ("Credentials", Spoken::Both),
    ("AtMostOnce", Spoken::Both),
];

pub(super) fn kind(compiler: &mut Compiler<'_>, site: Site<'_, '_>) -> Option<Kind> {
    let at_most_once = at_most_once(compiler, site.fields);
    let (fields, options) = (site.fields, compiler.options);
    let report = &mut compiler.report;
    fields.require(report, &["Resource"]);
    let resource = fields.read(report, "Resource", |value, report| {
        resource::parse_with(fields::text(value, report)?, options, report)
    });
    if let Some(Resource::Service(integration)) = &resource {
        let api = &integration.api;
        let (required, any) = (api.required(), api.required_any());
        resource::require(fields, site.language, required, any, report);
    }
    let timeout_seconds = seconds(site, ["TimeoutSeconds", "TimeoutSecondsPath"], report);
    let heartbeat_seconds = seconds(site, ["HeartbeatSeconds", "HeartbeatSecondsPath"], report);
    if let (Some(NumberField::Literal(timeout)), Some(NumberField::Literal(heartbeat))) =
        (&timeout_seconds, &heartbeat_seconds)
        && heartbeat >= timeout
    {
        report.within("HeartbeatSeconds", |report| {
            report.schema("'HeartbeatSeconds' must be less than 'TimeoutSeconds'");
        });
    }
    let credentials = credentials(site, resource.as_ref(), report);
    Some(Kind::Task(Task {
        resource: resource?,
        timeout_seconds,
        heartbeat_seconds,
        credentials,
        at_most_once: at_most_once?,
    }))
}

/// `AtMostOnce`, an extension.
fn at_most_once(compiler: &mut Compiler<'_>, fields: Fields<'_>) -> Option<bool> {
    if !fields.has("AtMostOnce") {
        return Some(false);
    }
    let place = compiler.report.enter("AtMostOnce");
    let is_allowed = compiler.allows_extension("AtMostOnce");
    compiler.report.leave(place);
    let flag = fields.read(&mut compiler.report, "AtMostOnce", fields::flag);
    flag.filter(|_| is_allowed)
}

fn seconds(
    site: Site<'_, '_>,
    names: [&'static str; 2],
    report: &mut Report,
) -> Option<NumberField> {
    let range = 1..=SECONDS_FIELD_MAX;
    site.fields.number(report, site.language, names, range)
}

/// `Credentials`, which name a role.
fn credentials(
    site: Site<'_, '_>,
    resource: Option<&Resource>,
    report: &mut Report,
) -> Option<Maker> {
    let fields = site.fields;
    let object = fields.object(report, "Credentials")?;
    report.within("Credentials", |report| {
        if matches!(resource, Some(Resource::Activity(_))) {
            report.schema("The field 'Credentials' is not supported for activities");
        }
        let is_computed = site.language == Language::Path && object.has("RoleArn.$");
        if !object.has("RoleArn") && !is_computed {
            report.missing("RoleArn");
        }
    });
    fields.maker(report, site.language, "Credentials", Offered::default())
}
