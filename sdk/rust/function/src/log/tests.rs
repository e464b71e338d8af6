use super::*;

fn check(level: Level, message: &str, fields: &[(&str, Value)], expect: &str) {
    let line = Line {
        level,
        message,
        fields,
    };
    assert_eq!(String::from_utf8_lossy(&line.to_bytes()), expect);
}

#[test]
fn a_line_has_level_message_and_fields_in_their_order() {
    let fields = [
        field("name", "\"Åsa\""),
        field("bytes", -1),
        field("list", [1, 2]),
        field("state", None::<String>),
        field("a", std::collections::BTreeMap::from([((1, 2), 3)])),
    ];
    check(
        Level::Warn,
        "two\nlines",
        &fields,
        "{\"level\":\"WARN\",\"message\":\"two\\nlines\",\"name\":\"\\\"Åsa\\\"\",\"bytes\":-1,\"list\":[1,2],\"state\":null,\"a\":null}\n",
    );
    check(
        Level::Error,
        "alone",
        &[],
        "{\"level\":\"ERROR\",\"message\":\"alone\"}\n",
    );
}

#[test]
fn macros_take_fields_of_any_kind_and_leave_them() {
    let name = String::from("Ada");
    crate::debug!("alone");
    crate::info!(format!("for {name}"), name = name, bytes = name.len(),);
    crate::warn!("slow", ms = 1.5);
    crate::error!("lost", what = Some(&name));
}
