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
fn what_is_held_as_text_is_the_same() {
    let json = Json::parse("{ \"b\": [1, \"]\\\"[\"] }").unwrap();
    let text = json.as_text();
    assert!(!text.same(&json));
    assert_eq!(text.size(), json.size());
    assert_eq!(text.digest(), Digest::of(json.text().as_bytes()));
    assert_eq!(serde_json::to_string(&text).unwrap(), json.text());
    assert_eq!(text.clone().into_value(), *json.value());
    assert_eq!(text, json);
    let lines = Json::parse("[1,\n2]").unwrap().as_text();
    assert_eq!(serde_json::to_string(&lines).unwrap(), "[1,2]");
}

#[test]
fn what_is_too_deep_to_be_parsed_is_not_held_as_text() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let most = JSON_DEPTH_MAX - 1;
    assert!(Json::of_text(nested(most)).unwrap().value().is_array());
    assert!(Json::of_text(nested(most + 1)).is_none());
    let mut deep = serde_json::json!([]);
    for _ in 0..200 {
        deep = serde_json::json!([deep]);
    }
    let deep = Json::from(deep);
    assert!(deep.as_text().same(&deep));
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
