use super::*;

fn split(kind: ItemsKind, body: &str) -> Result<Vec<String>, &'static str> {
    let items = split_items(kind, body.as_bytes(), 3).map_err(|failure| failure.error.code)?;
    let text = |item: &[u8]| String::from_utf8_lossy(item).into_owned();
    Ok(items.into_iter().map(text).collect())
}

#[test]
fn lines_are_cut_whatever_is_in_them() {
    let cut = split(ItemsKind::Lines, "{\"a\": 1}\r\n\n  not JSON \n{}\n").unwrap();
    assert_eq!(cut, ["{\"a\": 1}", "not JSON", "{}"]);
    assert_eq!(split(ItemsKind::Lines, "").unwrap(), [""; 0]);
    assert_eq!(split(ItemsKind::Lines, "1\n2\n3\n4"), Err("TooManyItems"));
}

#[test]
fn an_array_is_cut_into_its_items() {
    let cut = split(ItemsKind::Array, " [{\"a\": [1, \"]\"]}, 7 ,null] ").unwrap();
    assert_eq!(cut, ["{\"a\": [1, \"]\"]}", "7", "null"]);
    assert_eq!(split(ItemsKind::Array, "[1,2,3,4"), Err("TooManyItems"));
    for wrong in ["", "{}", "[1,]", "[1] 2", "[\u{1}]"] {
        assert_eq!(
            split(ItemsKind::Array, wrong),
            Err("InvalidJson"),
            "{wrong}"
        );
    }
}
