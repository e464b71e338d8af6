//! `ItemReader`: where the items are, and how their text is to be read.

use serde_json::Value;

use super::parameters;
use crate::diagnostic::Report;
use crate::fields::{Fields, text};
use crate::language::{self, Language, Spoken, Word};
use crate::model::{ItemReader, ReaderFormat, ReaderSource};

const FIELDS: [Word; 4] = [
    ("Resource", Spoken::Both),
    ("Parameters", Spoken::Path),
    ("Arguments", Spoken::Query),
    ("ReaderConfig", Spoken::Both),
];

/// Fields of `ReaderConfig` that every reader has.
const LIMITS: [Word; 2] = [("MaxItems", Spoken::Both), ("MaxItemsPath", Spoken::Path)];

/// The values of `InputType`, and the further fields of `ReaderConfig` that each brings.
const INPUT_TYPES: [(&str, &[&str]); 5] = [
    ("MANIFEST", &["ManifestType", "CSVDelimiter"]),
    ("JSON", &["ItemsPointer"]),
    ("CSV", &["CSVHeaderLocation", "CSVHeaders", "CSVDelimiter"]),
    ("JSONL", &[]),
    ("PARQUET", &[]),
];

/// The values of `CSVDelimiter`.
const DELIMITERS: [(&str, char); 5] = [
    ("COMMA", ','),
    ("PIPE", '|'),
    ("SEMICOLON", ';'),
    ("SPACE", ' '),
    ("TAB", '\t'),
];

/// Items that a run can have, as on AWS.
const ITEMS_MAX: u64 = 100_000_000;

pub(super) fn read(
    fields: Fields<'_>,
    language: Language,
    report: &mut Report,
) -> Option<ItemReader> {
    language::check(fields, Some(language), report, |name| {
        language::find(&FIELDS, name)
    });
    fields.require(report, &["Resource"]);
    let source = fields.read(report, "Resource", source)?;
    let required: &[&str] = match source {
        ReaderSource::Object => &["Bucket", "Key"],
        ReaderSource::Listing => &["Bucket"],
    };
    let arguments = parameters(fields, language, required, report);
    let config = fields.object(report, "ReaderConfig");
    if source == ReaderSource::Object {
        fields.require(report, &["ReaderConfig"]);
    }
    let place = report.enter("ReaderConfig");
    let format = match source {
        ReaderSource::Object => config.and_then(|config| object(config, language, report)),
        ReaderSource::Listing => config.map_or(Some(ReaderFormat::Listing), |config| {
            listing(config, language, report)
        }),
    };
    let max_items = config.and_then(|config| {
        config.number(
            report,
            language,
            ["MaxItems", "MaxItemsPath"],
            0..=ITEMS_MAX,
        )
    });
    report.leave(place);
    Some(ItemReader {
        source,
        arguments,
        format: format?,
        max_items,
    })
}

fn source(value: &Value, report: &mut Report) -> Option<ReaderSource> {
    let parts: Vec<&str> = text(value, report)?.split(':').collect();
    match parts[..] {
        ["arn", _, "states", "", "", "s3", "getObject"] => Some(ReaderSource::Object),
        ["arn", _, "states", "", "", "s3", "listObjectsV2"] => Some(ReaderSource::Listing),
        _ => {
            report.schema("The field 'Resource' does not match any of the allowed values. Examples: [arn:<partition>:states:::s3:getObject, arn:<partition>:states:::s3:listObjectsV2]");
            None
        }
    }
}

/// The format of an object's content.
fn object(config: Fields<'_>, language: Language, report: &mut Report) -> Option<ReaderFormat> {
    if !config.has("InputType") {
        report.missing("InputType");
        return None;
    }
    let name = config.text(report, "InputType")?;
    let Some((name, own)) = INPUT_TYPES.iter().find(|(own, _)| *own == name) else {
        let names: Vec<&str> = INPUT_TYPES.iter().map(|(name, _)| *name).collect();
        report.within("InputType", |report| {
            report.schema(format!(
                "The field 'InputType' should have one of these values: [{}]",
                names.join(", ")
            ));
        });
        return None;
    };
    language::check(config, Some(language), report, |field| {
        let is_own = field == "InputType" || own.contains(&field);
        is_own
            .then_some(Spoken::Both)
            .or_else(|| language::find(&LIMITS, field))
    });
    match *name {
        "JSON" => Some(ReaderFormat::Json {
            pointer: config.read(report, "ItemsPointer", pointer),
        }),
        "JSONL" => Some(ReaderFormat::JsonLines),
        "CSV" => csv(config, report),
        "MANIFEST" => manifest(config, report),
        _ => {
            report.within("InputType", |report| report.unsupported("Parquet"));
            None
        }
    }
}

/// The format of a listing: the listing itself.
fn listing(config: Fields<'_>, language: Language, report: &mut Report) -> Option<ReaderFormat> {
    language::check(config, Some(language), report, |field| match field {
        "Transformation" => Some(Spoken::Both),
        _ => language::find(&LIMITS, field),
    });
    if config.word(report, "Transformation", &["NONE", "LOAD_AND_FLATTEN"])
        == Some("LOAD_AND_FLATTEN")
    {
        report.within("Transformation", |report| {
            report.unsupported("Reading the objects of a listing");
        });
        return None;
    }
    Some(ReaderFormat::Listing)
}

/// `CSV`. Names that come twice are refused when the items are read, as on AWS.
fn csv(config: Fields<'_>, report: &mut Report) -> Option<ReaderFormat> {
    if !config.has("CSVHeaderLocation") {
        report.missing("CSVHeaderLocation");
    }
    let location = config.word(report, "CSVHeaderLocation", &["FIRST_ROW", "GIVEN"]);
    let headers = if location == Some("GIVEN") {
        config.require(report, &["CSVHeaders"]);
        let names = config.items(report, "CSVHeaders")?;
        Some(Fields::each(report, "CSVHeaders", names, |name, report| {
            text(name, report).map(str::to_owned)
        }))
    } else {
        if location.is_some() && config.has("CSVHeaders") {
            report.schema("Field 'CSVHeaders' is not supported");
        }
        None
    };
    Some(ReaderFormat::Csv {
        headers,
        delimiter: delimiter(config, report),
    })
}

fn delimiter(config: Fields<'_>, report: &mut Report) -> char {
    let names = DELIMITERS.map(|(name, _)| name);
    let name = config.word(report, "CSVDelimiter", &names);
    let found = DELIMITERS.iter().find(|(own, _)| Some(*own) == name);
    found.map_or(',', |(_, delimiter)| *delimiter)
}

fn manifest(config: Fields<'_>, report: &mut Report) -> Option<ReaderFormat> {
    let kind = config.word(report, "ManifestType", &["S3_INVENTORY", "ATHENA_DATA"]);
    if kind == Some("ATHENA_DATA") {
        report.within("ManifestType", |report| {
            report.unsupported("A manifest of Athena");
        });
        return None;
    }
    Some(ReaderFormat::Manifest)
}

/// A JSON pointer (RFC 6901).
fn pointer(value: &Value, report: &mut Report) -> Option<String> {
    let pointer = text(value, report)?;
    let is_pointer = pointer.is_empty() || pointer.starts_with('/');
    if !is_pointer {
        report.schema("Value is not a valid JSON Pointer");
        return None;
    }
    Some(pointer.to_owned())
}
