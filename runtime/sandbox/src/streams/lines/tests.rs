use super::{LINE_BYTES_MAX, LINES_MAX, Lines};

fn messages(lines: &mut Lines) -> (Vec<String>, u64) {
    let (entries, dropped) = lines.finish();
    (entries.into_iter().map(|e| e.message).collect(), dropped)
}

#[test]
fn bytes_become_lines_however_they_arrive() {
    let mut lines = Lines::new(1000);
    for piece in [&b"on"[..], b"e\r\ntw", b"o\n\nfour"] {
        lines.write(piece);
    }
    let (found, dropped) = messages(&mut lines);
    assert_eq!(found, ["one", "two", "", "four"]);
    assert_eq!(dropped, 0);
}

#[test]
fn control_bytes_are_escaped_and_invalid_utf8_is_replaced() {
    let mut lines = Lines::new(1000);
    lines.write(b"\x1b[2Jred\x07\ttab\xff\xfe\n\xc2\x9b");
    let (found, _) = messages(&mut lines);
    assert_eq!(
        found,
        ["\\u{1b}[2Jred\\u{7}\ttab\u{fffd}\u{fffd}", "\\u{9b}"]
    );
}

#[test]
fn what_is_over_the_limit_is_counted_and_said() {
    let mut lines = Lines::new(10);
    lines.write(b"12345\n67890\nabc\nthe end\n");
    assert_eq!(lines.last(), "the end");
    let (found, dropped) = messages(&mut lines);
    assert_eq!(found[..2], ["12345", "6789"]);
    assert_eq!(dropped, 2 + 4 + 8);
    assert!(found[2].starts_with("14 bytes of logs were dropped"));
}

#[test]
fn a_flood_of_empty_lines_is_bounded() {
    let mut lines = Lines::new(u64::MAX);
    for _ in 0..LINES_MAX {
        lines.write(b"\n\n");
    }
    let (entries, dropped) = lines.finish();
    assert_eq!(entries.len(), LINES_MAX + 1);
    assert_eq!(dropped, LINES_MAX as u64);
}

#[test]
fn a_line_without_end_is_cut() {
    let mut lines = Lines::new(u64::MAX);
    lines.write(&vec![b'x'; 2 * LINE_BYTES_MAX + 1]);
    let (found, _) = messages(&mut lines);
    let sizes: Vec<_> = found.iter().map(String::len).collect();
    assert_eq!(sizes, [LINE_BYTES_MAX, LINE_BYTES_MAX, 1]);
}
