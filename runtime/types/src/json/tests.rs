use proptest::prelude::*;

use super::*;

#[test]
fn the_text_stays_as_it_came_and_equality_is_by_value() {
    let json = Json::parse(" {\"b\": 1.0, \"a\": [ ]}\n").unwrap();
    assert_eq!(json.text(), "{\"b\": 1.0, \"a\": [ ]}");
    assert_eq!(json, Json::parse(r#"{"a":[],"b":1.0}"#).unwrap());
    assert_eq!(
        Json::from(json.value().clone()).text(),
        r#"{"b":1.0,"a":[]}"#
    );
}

#[test]
fn too_deep_and_broken_texts_are_refused() {
    let deep = "[".repeat(1_000_000);
    for text in ["", "{", "{\"a\":}", "nul", &deep] {
        assert_eq!(Json::parse(text).unwrap_err().code, "InvalidJson");
    }
    assert_eq!(
        Json::parse_bytes(b"\"\xff\"").unwrap_err().code,
        "InvalidJson"
    );
}

#[test]
fn the_size_is_that_of_the_text() {
    for value in [
        serde_json::json!([
            0,
            9,
            10,
            -1,
            -10,
            u64::MAX,
            i64::MIN,
            1.5,
            -0.0,
            1e300,
            100.0,
            true,
            false,
            null
        ]),
        serde_json::json!({ "": "", "a\"\\b": "\u{0}\u{1f}\n\r\t\u{8}\u{c}\u{7f}", "\u{e9}": ["\u{1f980}"], "o": {} }),
        serde_json::json!([[], [[1]]]),
    ] {
        let json = Json::from(value);
        let size = json.size();
        assert_eq!(size, json.text().len(), "{json}");
    }
}

proptest! {
    #[test]
    fn sizes_are_those_of_texts(text: String, whole: i64, float: f64) {
        let json = Json::from(serde_json::json!({ text.clone(): [text, whole, float, whole as u64] }));
        let size = json.size();
        prop_assert_eq!(size, json.text().len());
    }
}
