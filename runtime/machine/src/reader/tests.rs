use serde_json::json;
use steploom_asl::model::ReaderFormat;

use super::*;

fn csv(headers: Option<&[&str]>, delimiter: char) -> ReaderFormat {
    let owned = |headers: &[&str]| headers.iter().map(|&header| header.to_owned()).collect();
    ReaderFormat::Csv {
        headers: headers.map(owned),
        delimiter,
    }
}

fn json_at(pointer: Option<&str>) -> ReaderFormat {
    ReaderFormat::Json {
        pointer: pointer.map(str::to_owned),
    }
}

/// The items, wherever the content is cut.
fn read(format: &ReaderFormat, content: &str) -> Result<Value, String> {
    let whole = page(format, content.as_bytes(), 0, 1_000);
    let mut reader = Reader::new(format).map_err(cause)?;
    let mut items = Vec::new();
    let by_byte = content
        .as_bytes()
        .chunks(1)
        .try_for_each(|byte| reader.feed(byte, &mut items))
        .and_then(|()| reader.finish(&mut items))
        .map(|()| items);
    assert_eq!(
        whole.as_ref().map(|page| &page.items),
        by_byte.as_ref(),
        "{content}"
    );
    whole.map(|page| page.items.into()).map_err(cause)
}

fn cause(failure: Failure) -> String {
    assert_eq!(failure.error, ITEM_READER_FAILED);
    failure.cause.unwrap_or_default()
}

#[test]
fn rows_become_objects_of_texts() {
    let first_row = csv(None, ',');
    let check = |content: &str, expect: Value| assert_eq!(read(&first_row, content), Ok(expect));
    check("", json!([]));
    check("a,b", json!([]));
    check("a,b\n1,true\n", json!([{ "a": "1", "b": "true" }]));
    check(
        "a,b\r\n1,2\r\n\r\n3,4",
        json!([{ "a": "1", "b": "2" }, { "a": "3", "b": "4" }]),
    );
    check(
        "a,b\n1\n1,2,3\n",
        json!([{ "a": "1", "b": "" }, { "a": "1", "b": "2" }]),
    );
    check("\u{feff}a,\n1,2\n", json!([{ "a": "1", "": "2" }]));
    check(
        "a,b\n\"x,\"\"y\"\"\nz\",\"\"\n",
        json!([{ "a": "x,\"y\"\nz", "b": "" }]),
    );
    assert_eq!(
        read(&csv(Some(&["n", "m"]), '|'), "1|2\nä|ö"),
        Ok(json!([{ "n": "1", "m": "2" }, { "n": "ä", "m": "ö" }]))
    );
    let twice = "CSV headers cannot contain duplicates.".to_owned();
    assert_eq!(read(&first_row, "a,b,a\n1,2,3"), Err(twice.clone()));
    assert_eq!(read(&csv(Some(&["a", "a"]), ','), "1,2"), Err(twice));
}

#[test]
fn an_array_of_json_is_read_element_by_element() {
    let check = |pointer, content: &str, expect: Value| {
        assert_eq!(read(&json_at(pointer), content), Ok(expect), "{content}");
    };
    check(None, " [ ] ", json!([]));
    check(
        None,
        r#"[1, "a,]\"", [2, {"b": "}"}], null]"#,
        json!([1, "a,]\"", [2, { "b": "}" }], null]),
    );
    let nested = r#"{"x": {"a": [1]}, "s": "[", "a~/": [0, {"k": [ {"v": 1}, 2 ], "a": 5}]}"#;
    check(Some("/x/a"), nested, json!([1]));
    check(Some("/a~0~1/1/k"), nested, json!([{ "v": 1 }, 2]));
    check(Some(""), "[true]", json!([true]));
}

#[test]
fn what_is_no_array_is_not_mapped_over() {
    let not_iterable = Err("Attempting to map over non-iterable node.".to_owned());
    for content in ["", "1", "\"[1]\"", r#"{"a": [1]}"#, "null"] {
        assert_eq!(read(&json_at(None), content), not_iterable, "{content}");
    }
    for pointer in ["/a", "/b", "/b/c/d", "/b/0"] {
        let content = r#"{"a": 1, "b": {"c": 2, "d": [1]}, "e": [[2]]}"#;
        assert_eq!(
            read(&json_at(Some(pointer)), content),
            not_iterable,
            "{pointer}"
        );
    }
    for content in ["[1, ", "[1,,2]", "[nul]", "[}]", "[1}"] {
        assert!(read(&json_at(None), content).is_err(), "{content}");
    }
}

#[test]
fn a_line_of_json_is_an_item() {
    let format = ReaderFormat::JsonLines;
    let content = "{\"a\": 1}\r\n\n[2]\n\"three\"";
    assert_eq!(
        read(&format, content),
        Ok(json!([{ "a": 1 }, [2], "three"]))
    );
    let bad = read(&format, "1\n{").expect_err("half an object");
    assert!(bad.starts_with("Line 2 is not valid JSON"), "{bad}");
}

#[test]
fn a_page_says_whether_there_are_more() {
    let content = b"[0,1,2,3,4]";
    let page = |offset, items_max| {
        let page = super::page(&json_at(None), content, offset, items_max).expect("readable");
        (Value::from(page.items), page.is_last)
    };
    assert_eq!(page(0, 2), (json!([0, 1]), false));
    assert_eq!(page(2, 2), (json!([2, 3]), false));
    assert_eq!(page(4, 2), (json!([4]), true));
    assert_eq!(page(3, 2), (json!([3, 4]), true));
    assert_eq!(page(9, 2), (json!([]), true));
}

#[test]
fn an_item_that_is_too_long_is_refused() {
    let long = "x".repeat(ITEM_BYTES_MAX + 1);
    for (format, content) in [
        (csv(None, ','), long.clone()),
        (csv(None, ','), format!("\"{long}")),
        (json_at(None), format!("[\"{long}\"]")),
        (ReaderFormat::JsonLines, format!("\"{long}\"")),
    ] {
        let failure = page(&format, content.as_bytes(), 0, 1).expect_err("too long");
        assert!(cause(failure).starts_with("An item has more than"));
    }
    let deep = "[".repeat(100_000);
    assert!(page(&json_at(None), deep.as_bytes(), 0, 1).is_err());
}

#[test]
fn a_manifest_names_files_of_rows() {
    let text = json!({
        "sourceBucket": "source",
        "destinationBucket": "arn:aws:s3:::inventories",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size",
        "files": [{ "key": "data/1.csv.gz", "size": 9, "MD5checksum": "0" }],
    });
    let manifest = manifest::parse(text.to_string().as_bytes()).expect("a manifest");
    assert_eq!(manifest.bucket, "inventories");
    assert_eq!(manifest.files, ["data/1.csv.gz"]);
    let mut items = Vec::new();
    let mut reader = manifest.reader().expect("distinct columns");
    reader
        .feed(b"\"source\",\"a b\",\"3\"\n", &mut items)
        .expect("rows");
    assert_eq!(
        items,
        [json!({ "Bucket": "source", "Key": "a b", "Size": "3" })]
    );
    let parquet = manifest::parse(br#"{"fileFormat": "Parquet", "files": []}"#);
    assert!(cause(parquet.expect_err("not CSV")).contains("'Parquet'"));
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    fn value() -> BoxedStrategy<Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[\\[\\]{}\",:\\\\ a-c\u{e4}\n]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            let fields = prop::collection::btree_map("[a-c~/\"]{0,3}", inner.clone(), 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::from),
                fields.prop_map(|fields| fields.into_iter().collect()),
            ]
        })
        .boxed()
    }

    /// The items of content that is cut into pieces of this size.
    fn cut(format: &ReaderFormat, content: &[u8], size: usize) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut reader = Reader::new(format)?;
        for piece in content.chunks(size) {
            reader.feed(piece, &mut items)?;
        }
        reader.finish(&mut items)?;
        Ok(items)
    }

    proptest! {
        #[test]
        fn elements_are_what_a_parser_of_the_whole_finds(
            whole in value(), pretty in any::<bool>(), size in 1..9_usize, steps in prop::collection::vec("[a-c~/\"]{0,3}|[0-3]", 0..3),
        ) {
            let text = if pretty { serde_json::to_string_pretty(&whole) } else { serde_json::to_string(&whole) };
            let text = text.expect("JSON");
            let escaped = |step: &String| format!("/{}", step.replace('~', "~0").replace('/', "~1"));
            let pointer: String = steps.iter().map(escaped).collect();
            let found = cut(&json_at(Some(&pointer)), text.as_bytes(), size).map_err(cause);
            match whole.pointer(&pointer) {
                Some(Value::Array(items)) => prop_assert_eq!(found, Ok(items.clone()), "{} in {}", pointer, text),
                _ => prop_assert!(found.is_err(), "{pointer} in {text}"),
            }
        }

        #[test]
        fn rows_come_back_as_they_were_written(
            rows in prop::collection::vec(prop::collection::vec("[\", a-c\r\n\u{e4}]{0,5}", 3), 0..5), size in 1..9_usize,
        ) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let row = |row: &Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",");
            let content: String = rows.iter().map(|fields| row(fields) + "\r\n").collect();
            let found = cut(&csv(Some(&["a", "b", "c"]), ','), content.as_bytes(), size);
            let expect: Vec<Value> = rows.iter().map(|row| json!({ "a": row[0], "b": row[1], "c": row[2] })).collect();
            prop_assert_eq!(found, Ok(expect), "{}", content);
        }

        #[test]
        fn no_content_panics(content in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"[]{}\",:\\\n 1".to_vec())], 0..40), size in 1..9_usize) {
            for format in [csv(None, ','), csv(None, '\u{e4}'), json_at(None), json_at(Some("/a/0")), ReaderFormat::JsonLines] {
                let _ = cut(&format, &content, size);
            }
            let _ = manifest::parse(&content);
        }
    }
}
