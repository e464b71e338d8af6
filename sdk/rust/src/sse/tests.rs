use super::{EVENT_BYTES_MAX, Event, Parser};

fn event(kind: &str, id: &str, data: &str) -> Event {
    Event {
        kind: kind.into(),
        id: id.into(),
        data: data.into(),
    }
}

/// Reads `text` whole, and byte by byte: both give the same.
fn check(text: &str, expect: &[Event]) {
    for size in [text.len().max(1), 1, 3] {
        let mut parser = Parser::default();
        for piece in text.as_bytes().chunks(size) {
            parser.push(piece).unwrap();
        }
        let events: Vec<_> = std::iter::from_fn(|| parser.pop()).collect();
        assert_eq!(events, expect, "{text:?} in pieces of {size}");
    }
}

#[test]
fn fields() {
    check("event: a\nid: 1\ndata: x\n\n", &[event("a", "1", "x")]);
    check("data: x\n\n", &[event("message", "", "x")]);
    check("data:x\n\n", &[event("message", "", "x")]);
    check("data:  x\n\n", &[event("message", "", " x")]);
    check("data\n\n", &[event("message", "", "")]);
    check("data: a: b\n\n", &[event("message", "", "a: b")]);
    check("datas: x\nretry: 5\nfoo\n\n", &[]);
}

#[test]
fn data_of_several_lines_is_joined() {
    check(
        "data: a\ndata:\ndata: b\n\n",
        &[event("message", "", "a\n\nb")],
    );
}

#[test]
fn every_kind_of_line_end() {
    let two = [event("a", "", "x"), event("message", "", "y")];
    for end in ["\n", "\r", "\r\n"] {
        check(&"event: a\ndata: x\n\ndata: y\n\n".replace('\n', end), &two);
    }
}

#[test]
fn comments_and_heartbeats_are_nothing() {
    check(
        ":\n\n: hello\n\ndata: x\n:\n\n",
        &[event("message", "", "x")],
    );
}

#[test]
fn an_id_stays_and_a_type_does_not() {
    check(
        "id: 7\nevent: a\ndata: x\n\ndata: y\n\nid\ndata: z\n\n",
        &[
            event("a", "7", "x"),
            event("message", "7", "y"),
            event("message", "", "z"),
        ],
    );
    check("id: 1\0\ndata: x\n\n", &[event("message", "", "x")]);
}

#[test]
fn an_event_without_data_or_end_is_none() {
    check(
        "event: a\nid: 1\n\ndata: x\n\n",
        &[event("message", "1", "x")],
    );
    check("data: x\n", &[]);
}

#[test]
fn text_is_utf8_in_any_pieces() {
    check(
        "\u{feff}data: \u{e9}\u{1f600}\n\n",
        &[event("message", "", "\u{e9}\u{1f600}")],
    );
}

#[test]
fn an_event_without_end_is_cut_off() {
    let mut parser = Parser::default();
    let piece = vec![b'x'; EVENT_BYTES_MAX / 2];
    parser.push(&piece).unwrap();
    parser.push(&piece).unwrap();
    assert!(parser.push(&piece).is_err());
}
