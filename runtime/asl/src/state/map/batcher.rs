//! `ItemBatcher`: several items to an iteration.

use steploom_types::limits::PAYLOAD_BYTES_MAX;

use crate::diagnostic::Report;
use crate::fields::Fields;
use crate::fields::query::Offered;
use crate::language::{self, Language, Spoken, Word};
use crate::model::ItemBatcher;

const FIELDS: [Word; 5] = [
    ("BatchInput", Spoken::Both),
    ("MaxItemsPerBatch", Spoken::Both),
    ("MaxItemsPerBatchPath", Spoken::Path),
    ("MaxInputBytesPerBatch", Spoken::Both),
    ("MaxInputBytesPerBatchPath", Spoken::Path),
];

/// The bounds of a batch, of which there has to be one.
const BOUNDS: [&str; 4] = [
    "MaxItemsPerBatch",
    "MaxItemsPerBatchPath",
    "MaxInputBytesPerBatch",
    "MaxInputBytesPerBatchPath",
];

/// The most items of a batch that may be asked for (AWS: items of a run, 100,000,000).
const ITEMS_MAX: u64 = 100_000_000;

pub(super) fn read(fields: Fields<'_>, language: Language, report: &mut Report) -> ItemBatcher {
    language::check(fields, Some(language), report, |name| {
        language::find(&FIELDS, name)
    });
    if !BOUNDS.iter().any(|name| fields.has(name)) {
        report.schema(format!(
            "At least one of these fields is required: [{}]",
            BOUNDS.join(", ")
        ));
    }
    ItemBatcher {
        input: fields.maker(report, language, "BatchInput", Offered::default()),
        items_max: fields.number(
            report,
            language,
            ["MaxItemsPerBatch", "MaxItemsPerBatchPath"],
            1..=ITEMS_MAX,
        ),
        bytes_max: fields.number(
            report,
            language,
            ["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"],
            1..=PAYLOAD_BYTES_MAX as u64,
        ),
    }
}
