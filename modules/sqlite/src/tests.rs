use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, MAIN_DB};
use serde_json::{Value, json};

use super::handler;

/// A database as Base64.
fn database(statements: &str) -> String {
    let mut connection = Connection::open_in_memory().expect("memory");
    connection.execute_batch(statements).expect("statements");
    STANDARD.encode(&*connection.serialize(MAIN_DB).expect("bytes"))
}

fn shop() -> String {
    database(
        "CREATE TABLE item (name TEXT, price REAL, stock INTEGER, picture BLOB);
         INSERT INTO item VALUES ('nail', 0.5, 9007199254740993, NULL), ('Åxe 🚀', 20, 3, x'00FF');",
    )
}

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

fn ask(query: &str, parameters: &Value) -> Result<Value, String> {
    answer(&json!({"database": shop(), "query": query, "parameters": parameters}))
}

#[test]
fn rows_are_objects() {
    let expect = json!({
        "columns": ["name", "price", "stock", "picture"],
        "rows": [
            {"name": "nail", "price": 0.5, "stock": 9_007_199_254_740_993_i64, "picture": null},
            {"name": "Åxe 🚀", "price": 20.0, "stock": 3, "picture": {"base64": "AP8="}},
        ],
        "more": false,
    });
    assert_eq!(ask("SELECT * FROM item", &Value::Null), Ok(expect));
}

#[test]
fn parameters_are_values_and_never_sql() {
    let named = "SELECT name FROM item WHERE name = :name AND stock > $least";
    for (query, parameters, expect) in [
        (
            "SELECT name FROM item WHERE price < ?",
            json!([1]),
            json!([{"name": "nail"}]),
        ),
        (
            "SELECT name FROM item WHERE picture = ?",
            json!([{"base64": "AP8="}]),
            json!([{"name": "Åxe 🚀"}]),
        ),
        (
            named,
            json!({"name": "nail", "least": 1}),
            json!([{"name": "nail"}]),
        ),
        (named, json!({"name": "' OR 1 --", "least": 1}), json!([])),
        (
            "SELECT ? AS a, ? AS b, ? AS c",
            json!([true, null, 1.5]),
            json!([{"a": 1, "b": null, "c": 1.5}]),
        ),
    ] {
        let rows = ask(query, &parameters).map(|mut table| table["rows"].take());
        assert_eq!(rows, Ok(expect), "{query}");
    }
}

#[test]
fn a_file_is_read_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("50% & ?.db");
    std::fs::write(&path, STANDARD.decode(shop()).expect("bytes")).expect("written");
    let event = json!({"path": path, "query": "SELECT count(*) AS n FROM item"});
    assert_eq!(
        answer(&event).map(|mut table| table["rows"].take()),
        Ok(json!([{"n": 2}]))
    );
}

#[test]
fn rows_are_bounded() {
    let query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    let event = json!({"database": shop(), "query": query, "rows_max": 3});
    let table = answer(&event).expect("rows");
    assert_eq!(
        (&table["more"], table["rows"].as_array().map(Vec::len)),
        (&json!(true), Some(3))
    );
}

#[test]
fn what_cannot_be_done_has_a_name() {
    for (query, parameters, error) in [
        ("SELEC", json!(null), "InvalidQuery"),
        ("", json!(null), "InvalidQuery"),
        ("SELECT * FROM nothing", json!(null), "InvalidQuery"),
        ("SELECT 1; SELECT 2", json!(null), "InvalidQuery"),
        ("SELECT 1 AS a, 2 AS a", json!(null), "InvalidQuery"),
        ("DELETE FROM item", json!(null), "NotReadOnly"),
        ("VACUUM INTO '/tmp/other.db'", json!(null), "NotReadOnly"),
        (
            "ATTACH '/tmp/other.db' AS other",
            json!(null),
            "InvalidQuery",
        ),
        ("SELECT ?", json!(null), "InvalidParameters"),
        ("SELECT ?", json!([]), "InvalidParameters"),
        ("SELECT ?", json!([1, 2]), "InvalidParameters"),
        ("SELECT ?", json!([[]]), "InvalidParameters"),
        ("SELECT ?", json!([{"base64": "?"}]), "InvalidParameters"),
        ("SELECT ?", json!("a"), "InvalidParameters"),
        ("SELECT ?", json!({"a": 1}), "InvalidParameters"),
        ("SELECT :b", json!({"a": 1}), "InvalidParameters"),
        (
            "SELECT abs(-9223372036854775808)",
            json!(null),
            "QueryFailed",
        ),
        ("SELECT zeroblob(100000000)", json!(null), "QueryFailed"),
        ("SELECT zeroblob(1000000)", json!(null), "ResultTooLarge"),
    ] {
        assert_eq!(
            ask(query, &parameters),
            Err(error.to_owned()),
            "{query} {parameters}"
        );
    }
    let garbage = STANDARD.encode([b"SQLite format 3\0".as_slice(), &[7; 4096]].concat());
    for (event, error) in [
        (json!({"query": "SELECT 1"}), "InvalidEvent"),
        (
            json!({"query": "SELECT 1", "path": "a", "database": "b"}),
            "InvalidEvent",
        ),
        (
            json!({"query": "SELECT 1", "database": shop(), "rows_max": 0}),
            "InvalidEvent",
        ),
        (
            json!({"query": "SELECT 1", "path": "/nowhere.db"}),
            "FileUnreadable",
        ),
        (
            json!({"query": "SELECT 1", "database": "?"}),
            "InvalidBase64",
        ),
        (
            json!({"query": "SELECT 1", "database": "AAAA"}),
            "InvalidDatabase",
        ),
        (
            json!({"query": "SELECT * FROM sqlite_schema", "database": garbage}),
            "InvalidDatabase",
        ),
    ] {
        assert_eq!(answer(&event), Err(error.to_owned()), "{event:.120}");
    }
}
