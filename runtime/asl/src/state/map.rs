//! `Map`. What `Mode: DISTRIBUTED` adds has files of its own.

mod batcher;
mod label;
mod processor;
mod reader;
mod writer;

use super::{Site, order};
use crate::compiler::Compiler;
use crate::diagnostic::Report;
use crate::fields::Fields;
use crate::fields::path;
use crate::fields::query::Offered;
use crate::language::{Language, Spoken, Word};
use crate::model::{Distributed, Items, Kind, Maker, Map};

use processor::Processor;

/// The type's name.
pub(super) const NAME: &str = "Map";

pub(super) const FIELDS: [Word; 18] = [
    ("ItemProcessor", Spoken::Both),
    ("Iterator", Spoken::Both),
    ("ItemSelector", Spoken::Both),
    ("ItemsPath", Spoken::Path),
    ("Items", Spoken::Query),
    ("MaxConcurrency", Spoken::Both),
    ("MaxConcurrencyPath", Spoken::Path),
    ("ItemReader", Spoken::Both),
    ("ItemBatcher", Spoken::Both),
    ("ResultWriter", Spoken::Both),
    ("Label", Spoken::Both),
    ("ToleratedFailureCount", Spoken::Both),
    ("ToleratedFailureCountPath", Spoken::Path),
    ("ToleratedFailurePercentage", Spoken::Both),
    ("ToleratedFailurePercentagePath", Spoken::Path),
    (order::FIELDS[0], Spoken::Both),
    (order::FIELDS[1], Spoken::Both),
    (order::FIELDS[2], Spoken::Both),
];

/// What only a distributed `Map` has.
const DISTRIBUTED: [&str; 4] = ["ItemReader", "ItemBatcher", "ResultWriter", "Label"];

/// The most that `MaxConcurrency`, and a count of failures, may ask for.
const COUNT_MAX: u64 = u32::MAX as u64;

pub(super) fn kind<'a>(compiler: &mut Compiler<'a>, site: Site<'a, '_>) -> Option<Kind> {
    let (fields, language) = (site.fields, site.language);
    let report = &mut compiler.report;
    let selector = selector(site, report);
    let items = items(site, report);
    let max_concurrency = fields.number(
        report,
        language,
        ["MaxConcurrency", "MaxConcurrencyPath"],
        0..=COUNT_MAX,
    );
    let tolerated_count = fields.number(
        report,
        language,
        ["ToleratedFailureCount", "ToleratedFailureCountPath"],
        0..=COUNT_MAX,
    );
    let tolerated_percentage = fields.percent(
        report,
        language,
        [
            "ToleratedFailurePercentage",
            "ToleratedFailurePercentagePath",
        ],
    );
    let order = order::order(compiler, site);
    let report = &mut compiler.report;
    let field = fields.require_one_of(report, &["ItemProcessor", "Iterator"])?;
    let place = compiler.report.enter(field);
    let processor = processor::compile(compiler, site, field);
    compiler.report.leave(place);
    let processor = processor?;
    let distributed = distributed(compiler, site, &processor);
    Some(Kind::Map(Box::new(Map {
        items,
        selector,
        processor: processor.scope?,
        max_concurrency,
        tolerated_count,
        tolerated_percentage,
        distributed,
        order,
    })))
}

/// `ItemSelector`, formerly `Parameters`.
fn selector(site: Site<'_, '_>, report: &mut Report) -> Option<Maker> {
    let name = match site.language {
        Language::Path => site
            .fields
            .one_of(report, &["ItemSelector", "Parameters"])?,
        Language::Query => "ItemSelector",
    };
    site.fields
        .maker(report, site.language, name, Offered::default())
}

fn items(site: Site<'_, '_>, report: &mut Report) -> Items {
    let found = match site.language {
        Language::Path => site
            .fields
            .read(report, "ItemsPath", path::definite)
            .map(Items::Path),
        Language::Query => site
            .fields
            .payload(report, "Items", Offered::default())
            .map(Items::Query),
    };
    found.unwrap_or(Items::Input)
}

/// What a distributed `Map` has beyond an inline one, which may not have it.
fn distributed<'a>(
    compiler: &mut Compiler<'a>,
    site: Site<'a, '_>,
    processor: &Processor,
) -> Option<Distributed> {
    let fields = site.fields;
    let Some(is_express) = processor.is_express else {
        for name in DISTRIBUTED.iter().filter(|name| fields.has(name)) {
            compiler.report.schema(format!(
                "Field '{name}' is not supported, as the Mode is not DISTRIBUTED"
            ));
        }
        return None;
    };
    let label = label::read(compiler, fields);
    let report = &mut compiler.report;
    Some(Distributed {
        is_express,
        label,
        reader: within(site, "ItemReader", report, reader::read),
        batcher: within(site, "ItemBatcher", report, |fields, language, report| {
            Some(batcher::read(fields, language, report))
        }),
        writer: within(site, "ResultWriter", report, |fields, language, report| {
            Some(writer::read(fields, language, report))
        }),
    })
}

/// Reads an object of a state's.
fn within<T>(
    site: Site<'_, '_>,
    name: &str,
    report: &mut Report,
    read: impl FnOnce(Fields<'_>, Language, &mut Report) -> Option<T>,
) -> Option<T> {
    site.fields.read(report, name, |value, report| {
        read(Fields::of(value, report)?, site.language, report)
    })
}

/// The parameters of an API that a reader or a writer calls: `Parameters`, or `Arguments`.
fn parameters(
    fields: Fields<'_>,
    language: Language,
    required: &[&str],
    report: &mut Report,
) -> Option<Maker> {
    let name = match language {
        Language::Path => "Parameters",
        Language::Query => "Arguments",
    };
    crate::resource::require(fields, language, required, &[], report);
    fields.maker(report, language, name, Offered::default())
}
