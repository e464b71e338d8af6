use serde_json::json;

use super::*;

#[test]
fn an_event_is_one_line_with_its_name_first() {
    let event = Event {
        id: 12,
        previous_event_id: 11,
        timestamp: Timestamp::from_millis(2_345),
        kind: "TaskStateEntered".to_owned(),
        details: json!({ "input": { "a": "x\ny" }, "name": "Count" })
            .as_object()
            .cloned()
            .unwrap(),
    };
    assert_eq!(
        text(&event, Timestamp::from_millis(1_000), Paint::PLAIN),
        r#"    12      1.345  TaskStateEntered            Count  input={"a":"x\ny"}"#
    );
}
