//! Distributed `Map`s: readers, batches, writers, labels.

#![expect(
    clippy::needless_pass_by_value,
    reason = "tables of `json!` read better by value"
)]

use serde_json::{Value, json};

use crate::model::{
    Distributed, Kind, Maker, NumberField, ReaderFormat, ReaderSource, Transformation,
};
use crate::{Options, parse_with};

/// A distributed Map with these fields besides.
fn map(fields: Value) -> Value {
    let mut map = json!({"Type": "Map", "End": true, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "A", "States": {"A": {"Type": "Succeed"}}
    }});
    for (name, value) in fields.as_object().into_iter().flatten() {
        map[name] = value.clone();
    }
    json!({"StartAt": "M", "States": {"M": map}})
}

fn told(definition: &Value) -> Vec<String> {
    let parsed = parse_with(&definition.to_string(), &Options::default());
    let rejected = parsed.err().map(|rejected| rejected.diagnostics);
    let diagnostics = rejected.unwrap_or_default();
    diagnostics.iter().map(ToString::to_string).collect()
}

fn check(fields: Value, expected: &[&str]) {
    let expected: Vec<String> = expected
        .iter()
        .map(|told| format!("SCHEMA_VALIDATION_FAILED: {told}"))
        .collect();
    assert_eq!(told(&map(fields)), expected);
}

fn distributed(fields: Value) -> Distributed {
    let parsed = parse_with(&map(fields).to_string(), &Options::default());
    let mut machine = parsed.expect("it is accepted").machine;
    match machine.states.remove(0).kind {
        Kind::Map(map) => map.distributed.expect("it is distributed"),
        other => panic!("{other:?}"),
    }
}

const OBJECT: &str = "arn:aws:states:::s3:getObject";
const LISTING: &str = "arn:aws:states:::s3:listObjectsV2";

fn reader(config: Value) -> Value {
    json!({"ItemReader": {"Resource": OBJECT, "Parameters": {"Bucket": "b", "Key.$": "$.k"}, "ReaderConfig": config}})
}

#[test]
fn readers_say_how_the_text_is_read() {
    let format = |config: Value| {
        let reader = distributed(reader(config)).reader.expect("it reads");
        assert_eq!(reader.source, ReaderSource::Object);
        assert!(matches!(reader.arguments, Some(Maker::Path(_))));
        reader.format
    };
    assert_eq!(
        format(json!({"InputType": "JSON", "ItemsPointer": "/a/b", "MaxItems": 5})),
        ReaderFormat::Json {
            pointer: Some("/a/b".to_owned())
        }
    );
    assert_eq!(
        format(json!({"InputType": "JSONL", "MaxItemsPath": "$.n"})),
        ReaderFormat::JsonLines
    );
    assert_eq!(
        format(json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"})),
        ReaderFormat::Csv {
            headers: None,
            delimiter: ','
        }
    );
    assert_eq!(
        format(
            json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["a", "a"], "CSVDelimiter": "TAB"})
        ),
        ReaderFormat::Csv {
            headers: Some(vec!["a".to_owned(), "a".to_owned()]),
            delimiter: '\t'
        }
    );
    assert_eq!(
        format(json!({"InputType": "MANIFEST", "ManifestType": "S3_INVENTORY"})),
        ReaderFormat::Manifest
    );
    let listing = distributed(json!({"ItemReader": {
        "Resource": LISTING, "Parameters": {"Bucket.$": "$.b"}, "ReaderConfig": {"MaxItems": 7}
    }}));
    let reader = listing.reader.expect("it reads");
    assert_eq!(
        (reader.source, reader.format),
        (ReaderSource::Listing, ReaderFormat::Listing)
    );
    assert!(matches!(reader.max_items, Some(NumberField::Literal(7))));
}

#[test]
fn readers_are_checked() {
    let at = "/States/M/ItemReader";
    check(
        json!({"ItemReader": {}}),
        &["These fields are required: [Resource] at /States/M/ItemReader"],
    );
    check(
        json!({"ItemReader": {"Resource": "arn:aws:states:::s3:putObject", "Extra": 1}}),
        &[
            &format!("Field 'Extra' is not supported at {at}"),
            &format!(
                "The field 'Resource' does not match any of the allowed values. Examples: [arn:<partition>:states:::s3:getObject, arn:<partition>:states:::s3:listObjectsV2] at {at}/Resource"
            ),
        ],
    );
    check(
        json!({"ItemReader": {"Resource": OBJECT, "Parameters": {"Key": 1}, "Arguments": {}}}),
        &[
            &format!(
                "The QueryLanguage is set to 'JSONPath', but field 'Arguments' is only supported for the 'JSONata' QueryLanguage at {at}"
            ),
            &format!("The field 'Bucket' is required but was missing at {at}/Parameters"),
            &format!("These fields are required: [ReaderConfig] at {at}"),
        ],
    );
    let config = |config: Value, expected: &[&str]| {
        let expected: Vec<String> = expected
            .iter()
            .map(|told| told.replace('@', &format!("at {at}/ReaderConfig")))
            .collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(reader(config), &expected);
    };
    config(
        json!({}),
        &["The field 'InputType' is required but was missing @"],
    );
    config(
        json!({"InputType": "XML"}),
        &[
            "The field 'InputType' should have one of these values: [MANIFEST, JSON, CSV, JSONL, PARQUET] @/InputType",
        ],
    );
    config(
        json!({"InputType": "JSON", "CSVHeaderLocation": "FIRST_ROW", "ItemsPointer": "a"}),
        &[
            "Field 'CSVHeaderLocation' is not supported @",
            "Value is not a valid JSON Pointer @/ItemsPointer",
        ],
    );
    config(
        json!({"InputType": "CSV"}),
        &["The field 'CSVHeaderLocation' is required but was missing @"],
    );
    config(
        json!({"InputType": "CSV", "CSVHeaderLocation": "GIVEN"}),
        &["These fields are required: [CSVHeaders] @"],
    );
    config(
        json!({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "CSVHeaders": ["a"], "CSVDelimiter": ";"}),
        &[
            "Field 'CSVHeaders' is not supported @",
            "Value should be one of the following: [COMMA, PIPE, SEMICOLON, SPACE, TAB] @/CSVDelimiter",
        ],
    );
    config(
        json!({"InputType": "JSONL", "MaxItems": 1, "MaxItemsPath": "$.n"}),
        &["There should only be one of the following fields: [MaxItems, MaxItemsPath] @"],
    );
    config(
        json!({"InputType": "JSONL", "MaxItems": 100_000_001}),
        &["Maximum value is 100000000 @/MaxItems"],
    );
    let parquet = told(&map(reader(json!({"InputType": "PARQUET"}))));
    assert!(
        parquet.len() == 1 && parquet[0].starts_with("UNSUPPORTED: "),
        "{parquet:?}"
    );
}

#[test]
fn batches_and_writers_are_read() {
    let read = distributed(json!({
        "ItemBatcher": {"MaxItemsPerBatch": 10, "MaxInputBytesPerBatchPath": "$.bytes", "BatchInput": {"a.$": "$.a"}},
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p"},
            "WriterConfig": {"OutputType": "JSONL", "Transformation": "FLATTEN"}},
        "Label": "resize"
    }));
    assert!(read.is_express);
    assert_eq!(read.label.as_deref(), Some("resize"));
    let batcher = read.batcher.expect("it batches");
    assert!(batcher.input.is_some());
    assert!(matches!(batcher.items_max, Some(NumberField::Literal(10))));
    assert!(matches!(batcher.bytes_max, Some(NumberField::Path(_))));
    let writer = read.writer.expect("it writes");
    assert!(writer.is_lines && writer.arguments.is_some());
    assert_eq!(writer.transformation, Transformation::Flatten);
    let formatted = distributed(
        json!({"ResultWriter": {"WriterConfig": {"OutputType": "JSON", "Transformation": "COMPACT"}}}),
    );
    let writer = formatted.writer.expect("it formats");
    assert!(writer.arguments.is_none() && !writer.is_lines);
}

#[test]
fn batches_and_writers_are_checked() {
    check(
        json!({"ItemBatcher": {"BatchInput": 1}}),
        &[
            "At least one of these fields is required: [MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, MaxInputBytesPerBatchPath] at /States/M/ItemBatcher",
        ],
    );
    check(
        json!({"ItemBatcher": {"MaxItemsPerBatch": 0, "MaxInputBytesPerBatch": 300_000, "MaxInputBytesPerBatchPath": "$.x"}}),
        &[
            "Minimum value is 1 at /States/M/ItemBatcher/MaxItemsPerBatch",
            "There should only be one of the following fields: [MaxInputBytesPerBatch, MaxInputBytesPerBatchPath] at /States/M/ItemBatcher",
            "Maximum value is 262144 at /States/M/ItemBatcher/MaxInputBytesPerBatch",
        ],
    );
    check(
        json!({"ResultWriter": {}}),
        &["These fields are required: [Resource] at /States/M/ResultWriter"],
    );
    check(
        json!({"ResultWriter": {"Resource": "arn:aws:states:::s3:getObject", "WriterConfig": {"OutputType": "CSV"}}}),
        &[
            "The field 'Resource' does not match any of the allowed values. Examples: [arn:<partition>:states:::s3:putObject] at /States/M/ResultWriter/Resource",
            "These fields are required: [Parameters] at /States/M/ResultWriter",
            "Value should be one of the following: [JSON, JSONL] at /States/M/ResultWriter/WriterConfig/OutputType",
        ],
    );
}

#[test]
fn modes_and_labels_are_checked() {
    let mut inline = map(json!({"Label": "l", "ToleratedFailureCount": 1}));
    inline["States"]["M"]["ItemProcessor"]["ProcessorConfig"] =
        json!({"Mode": "INLINE", "ExecutionType": "STANDARD"});
    assert_eq!(
        told(&inline),
        [
            "SCHEMA_VALIDATION_FAILED: Field 'ExecutionType' is not supported at /States/M/ItemProcessor/ProcessorConfig",
            "SCHEMA_VALIDATION_FAILED: Field 'Label' is not supported, as the Mode is not DISTRIBUTED at /States/M",
        ]
    );
    let mut open = map(json!({"ToleratedFailurePercentage": 105}));
    open["States"]["M"]["ItemProcessor"]["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED"});
    assert_eq!(
        told(&open),
        [
            "SCHEMA_VALIDATION_FAILED: Maximum value is 100 at /States/M/ToleratedFailurePercentage",
            "SCHEMA_VALIDATION_FAILED: These fields are required: [ExecutionType] at /States/M/ItemProcessor/ProcessorConfig",
        ]
    );
    let long = "l".repeat(41);
    assert_eq!(
        told(&map(json!({"Label": long}))),
        [format!(
            "INVALID_LABEL_NAME: The label '{long}' exceeds the 40-character limit allowed by the service at /States/M/Label"
        )]
    );
    assert_eq!(told(&map(json!({"Label": "a b"}))).len(), 1);
    let mut two = map(json!({"Label": "same"}));
    let mut other = two["States"]["M"].clone();
    other["ItemProcessor"]["StartAt"] = json!("B");
    other["ItemProcessor"]["States"] = json!({"B": {"Type": "Succeed"}});
    two["States"]["M"]["Next"] = json!("N");
    two["States"]["M"]["End"] = json!(false);
    two["States"]["N"] = other;
    assert_eq!(
        told(&two),
        ["DUPLICATE_LABEL_NAME: Duplicate Label name: same at /States/N/Label"]
    );
}
