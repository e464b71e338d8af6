use serde_json::{Value, json};

use super::handler;

/// What the function answers: a result, or the name of an error.
fn answer(event: &Value) -> Result<Value, String> {
    let event = event.to_string();
    let answer = steploom_function::answer(event.as_bytes(), handler);
    let json: Value = serde_json::from_slice(&answer.json).expect("answers are JSON");
    if answer.failed {
        Err(json["errorType"].as_str().unwrap_or_default().to_owned())
    } else {
        Ok(json)
    }
}

fn rows(event: &Value) -> Value {
    answer(event).expect("it is read")["rows"].take()
}

#[test]
fn rows_are_objects_by_column() {
    let table = json!({"csv": "name,note\r\nAda,\"a, \"\"b\"\"\nc\"\r\nÅsa,🚀\r\n"});
    let rows = json!([{"name": "Ada", "note": "a, \"b\"\nc"}, {"name": "Åsa", "note": "🚀"}]);
    let expect = json!({"columns": ["name", "note"], "rows": rows, "next": null});
    assert_eq!(answer(&table), Ok(expect));
}

#[test]
fn without_a_header_rows_are_lists() {
    let event = json!({"csv": "a;b\nc;d", "delimiter": ";", "header": false});
    assert_eq!(rows(&event), json!([["a", "b"], ["c", "d"]]));
}

#[test]
fn types_are_those_of_json_where_nothing_is_lost() {
    let fields = "1,-2.5,1e3,true,,007,+1,1.,NaN,123456789012345678901234567890, 1";
    let event = json!({"csv": fields, "header": false, "types": true});
    let expect = json!([[
        1,
        -2.5,
        1000.0,
        true,
        null,
        "007",
        "+1",
        "1.",
        "NaN",
        "123456789012345678901234567890",
        " 1"
    ]]);
    assert_eq!(rows(&event), expect);
}

#[test]
fn long_tables_come_in_pages() {
    let page = |skip| json!({"csv": "n\n1\n2\n3\n", "skip": skip, "limit": 2});
    let first = answer(&page(0)).expect("a page");
    assert_eq!(first["next"], 2);
    let last = answer(&page(2)).expect("a page");
    assert_eq!(
        (&last["rows"], &last["next"]),
        (&json!([{"n": "3"}]), &Value::Null)
    );
}

#[test]
fn nothing_is_no_rows() {
    for csv in ["", "\u{feff}", "a,b", "a,b\n"] {
        assert_eq!(rows(&json!({"csv": csv})), json!([]), "{csv:?}");
    }
}

#[test]
fn what_cannot_be_read_has_a_name() {
    let large = format!("n\n{}", "123456789\n".repeat(30_000));
    for (event, error) in [
        (json!({}), "InvalidEvent"),
        (json!({"csv": "a", "path": "b"}), "InvalidEvent"),
        (json!({"csv": "a", "deliminator": ";"}), "InvalidEvent"),
        (json!({"csv": "a", "skip": -1}), "InvalidEvent"),
        (json!({"csv": "a", "delimiter": "ä"}), "InvalidDelimiter"),
        (json!({"csv": "a", "delimiter": "\n"}), "InvalidDelimiter"),
        (json!({"csv": "a,b\n1"}), "InvalidCsv"),
        (json!({"csv": "a,a\n1,2"}), "InvalidCsv"),
        (json!({"csv": large}), "ResultTooLarge"),
        (json!({"path": "/nowhere.csv"}), "FileUnreadable"),
    ] {
        assert_eq!(answer(&event), Err(error.to_owned()), "{event:.80}");
    }
}
