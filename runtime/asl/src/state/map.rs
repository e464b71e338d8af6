//! `Map`, inline.

use super::Site;
use crate::compiler::{Compiler, speaks_json_path};
use crate::diagnostic::Report;
use crate::fields::{self, Fields};
use crate::model::{Items, Kind, Maker, Map, ScopeIx};

pub(super) const FIELDS: &[&str] = &[
    "ItemProcessor",
    "Iterator",
    "ItemSelector",
    "ItemsPath",
    "MaxConcurrency",
    "MaxConcurrencyPath",
];

pub(super) const LATER: &[&str] = &[
    "Assign",
    "Output",
    "Items",
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
];

/// The most that `MaxConcurrency` may ask for; 0 asks for no limit.
const CONCURRENCY_MAX: u64 = u32::MAX as u64;

pub(super) fn kind<'a>(compiler: &mut Compiler<'a>, site: Site<'a, '_>) -> Option<Kind> {
    let (fields, report) = (site.fields, &mut compiler.report);
    let selector = fields
        .one_of(report, &["ItemSelector", "Parameters"])
        .and_then(|name| fields.template(report, name))
        .map(Maker::Path);
    let items = match fields.read(report, "ItemsPath", fields::path) {
        Some(path) => Items::Path(path),
        None => Items::Input,
    };
    let max_concurrency = fields.number(
        report,
        ["MaxConcurrency", "MaxConcurrencyPath"],
        0..=CONCURRENCY_MAX,
    );
    let Some(field) = fields.one_of(report, &["ItemProcessor", "Iterator"]) else {
        fields.require(report, &["ItemProcessor"]);
        return None;
    };
    let place = compiler.report.enter(field);
    let processor = processor(compiler, site, field);
    compiler.report.leave(place);
    Some(Kind::Map(Box::new(Map {
        items,
        selector,
        processor: processor?,
        max_concurrency,
        tolerated_count: None,
        tolerated_percentage: None,
        distributed: None,
        order: None,
    })))
}

fn processor<'a>(compiler: &mut Compiler<'a>, site: Site<'a, '_>, field: &str) -> Option<ScopeIx> {
    let report = &mut compiler.report;
    let fields = Fields::of(site.fields.get(field)?, report)?;
    if !speaks_json_path(fields, report) || !is_inline(fields, report) {
        return None;
    }
    fields.only(report, &[], |name| {
        matches!(
            name,
            "StartAt" | "States" | "ProcessorConfig" | "Comment" | "QueryLanguage"
        )
    });
    fields.text(report, "Comment");
    compiler.scope(fields, Some(site.ix))
}

/// Whether `ProcessorConfig` says that the Map runs inline; tells if not.
fn is_inline(fields: Fields<'_>, report: &mut Report) -> bool {
    let errors = report.errors();
    fields.read(report, "ProcessorConfig", |value, report| {
        let config = Fields::of(value, report)?;
        match config.text(report, "Mode") {
            Some("DISTRIBUTED") => {
                report.within("Mode", |report| report.unsupported("A distributed Map"));
                return None;
            }
            Some("INLINE") | None => {}
            Some(other) => report.within("Mode", |report| {
                report.schema(format!(
                    "'{other}' is not one of the allowed values [INLINE, DISTRIBUTED]"
                ));
            }),
        }
        config.only(report, &["ExecutionType"], |name| name == "Mode");
        Some(())
    });
    report.errors() == errors
}
