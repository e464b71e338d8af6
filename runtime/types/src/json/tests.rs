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
