use super::*;

#[test]
fn three_dots_stand_for_what_differs() {
    for (expected, found, is_so) in [
        ("a\nb\n", "a\nb\n", true),
        ("a\n", "a\nb\n", false),
        ("a\nb\n", "a\n", false),
        ("id ..., ... ms\n", "id 7f, 0.3 ms\n", true),
        ("id ..., ... ms\n", "id 7f, 0.3 s\n", false),
        ("...\nb\n", "x\ny\nb\n", true),
        ("...\nb\n", "b\n", true),
        ("...\nb\n", "x\n", false),
        ("a\n...\n", "a\n", true),
        ("a...\n", "aåb\n", true),
        ("", "", true),
        ("", "a\n", false),
    ] {
        let told = format!("{expected:?} {found:?}");
        assert_eq!(compare(expected, found).is_ok(), is_so, "{told}");
    }
}

#[test]
fn a_part_has_its_lines_together() {
    let whole = "a\nb\n\nc\n";
    for (part, is_there) in [("b\n\nc\n", true), ("a\nc\n", false), ("b\nb\n", false)] {
        assert_eq!(is_part(part, whole), is_there, "{part:?}");
    }
}
