use super::*;

#[test]
fn a_table_has_no_borders_and_aligns_its_columns() {
    let mut rows = Rows::new(Paint::PLAIN, &["name", "version", "size"]);
    rows.add(["count", "3", "84.2 KiB"]);
    rows.add(["word-split", "12", "1 KiB"]);
    assert_eq!(
        rows.text(&[1, 2]),
        "\
NAME        VERSION      SIZE
count             3  84.2 KiB
word-split       12     1 KiB"
    );
}

#[test]
fn fields_stand_under_each_other() {
    let mut rows = Rows::without_header(Paint::PLAIN);
    rows.field("name", "count");
    rows.field("timeout", "30 s");
    assert_eq!(rows.text(&[]), "name     count\ntimeout  30 s");
}
