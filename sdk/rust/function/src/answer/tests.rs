#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "handlers look like that"
)]

use serde_json::Value;

use super::*;
use crate::Context;

#[derive(Deserialize)]
struct Event<'a> {
    text: &'a str,
    more: Option<u32>,
}

#[derive(Serialize)]
struct Measure {
    bytes: usize,
    more: Option<u32>,
}

/// As the attribute is used: it must compile with a context and with a borrowing event.
#[crate::handler]
fn measure(event: Event, context: &Context) -> Result<Measure, Error> {
    assert_eq!(context.version, 0);
    if event.text.is_empty() {
        return Err(Error::new("NoText", "no \"text\""));
    }
    let more = event
        .more
        .map(|more| u32::try_from(u64::from(more) * 2))
        .transpose()?;
    Ok(Measure {
        bytes: event.text.len(),
        more,
    })
}

#[crate::handler]
fn echo(event: Value) -> Result<Value, Error> {
    Ok(event)
}

fn check(event: &str, failed: bool, expect: &str) {
    let answer = answer(event.as_bytes(), |event| {
        measure(event, &Context::default())
    });
    assert_eq!(String::from_utf8_lossy(&answer.json), expect);
    assert_eq!(answer.failed, failed, "{event}");
}

#[test]
fn an_event_of_a_type_becomes_a_result_of_a_type() {
    check(r#"{"text":"Åsa 🚀"}"#, false, r#"{"bytes":9,"more":null}"#);
    check(
        r#" {"other":[{}], "more":7, "text":"a"} "#,
        false,
        r#"{"bytes":1,"more":14}"#,
    );
}

#[test]
fn an_error_has_a_name_and_a_message() {
    check(
        r#"{"text":""}"#,
        true,
        r#"{"errorType":"NoText","errorMessage":"no \"text\""}"#,
    );
    check(
        r#"{"text":"a","more":4294967295}"#,
        true,
        r#"{"errorType":"Function.Failed","errorMessage":"out of range integral type conversion attempted"}"#,
    );
}

#[test]
fn an_event_that_does_not_fit_is_an_error_that_says_where() {
    check(
        "null",
        true,
        r#"{"errorType":"InvalidEvent","errorMessage":"the event does not fit: invalid type: null, expected struct Event at line 1 column 4"}"#,
    );
    check(
        "{}",
        true,
        r#"{"errorType":"InvalidEvent","errorMessage":"the event does not fit: missing field `text` at line 1 column 2"}"#,
    );
}

#[test]
fn any_json_goes_in_and_out() {
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    for event in ["null", "9007199254740993", r#"["å🚀",{"a":0.1}]"#, &deep] {
        let answer = answer(event.as_bytes(), echo);
        assert_eq!(String::from_utf8_lossy(&answer.json), event);
        assert!(!answer.failed);
    }
}

#[test]
fn a_result_that_is_no_json_is_an_error() {
    let keys = std::collections::BTreeMap::from([((1, 2), 3)]);
    let answer = answer(b"null", |(): ()| Ok(keys));
    assert!(answer.failed);
    let error = String::from_utf8_lossy(&answer.json).into_owned();
    assert!(error.contains("key must be a string"), "{error}");
}
