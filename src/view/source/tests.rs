use super::*;

const TEXT: &str = r#"{
  "StartAt": "A",
  "States": {
    "A/b": { "Type": "Pass", "Next": "Ü" },
    "List": [1, { "x": "\"}" }, [true]]
  }
}"#;

fn check(pointer: &str, line: usize, meant: &str) {
    let source = Source {
        path: "m.asl.json".to_owned(),
        text: TEXT.to_owned(),
    };
    let place = source.find(pointer).unwrap();
    let found: String = place
        .text
        .chars()
        .skip(place.column - 1)
        .take(place.length)
        .collect();
    assert_eq!((place.line, found.as_str()), (line, meant), "{pointer}");
}

#[test]
fn a_pointer_leads_to_a_value_or_to_the_key_of_a_structure() {
    check("/StartAt", 2, "\"A\"");
    check("/States", 3, "\"States\"");
    check("/States/A~1b/Next", 4, "\"Ü\"");
    check("/States/List/0", 5, "1");
    check("/States/List/1/x", 5, r#""\"}""#);
    check("/States/List/2/0", 5, "true");
    check("/States/List/2", 5, "[");
    check("", 1, "{");
}

#[test]
fn a_pointer_to_what_is_missing_leads_to_what_should_have_it() {
    check("/States/A~1b/Resource", 4, "\"A/b\"");
    check("/States/List/9/x", 5, "\"List\"");
    check("/StartAt/x", 2, "\"A\"");
}

#[test]
fn the_caret_stands_under_what_is_meant() {
    let place = Source {
        path: String::new(),
        text: TEXT.to_owned(),
    }
    .find("/States/A~1b/Next")
    .unwrap();
    assert_eq!(place.column, 38);
    assert_eq!(place.caret(), format!("{}^^^", " ".repeat(37)));
}

#[test]
fn text_that_is_not_json_is_searched_without_harm() {
    for text in [
        "",
        "{",
        "{\"a\"",
        "[1",
        "nul",
        "{\"a\":\"\\",
        &"[".repeat(10_000),
    ] {
        let source = Source {
            path: String::new(),
            text: text.to_owned(),
        };
        let _ = source.find("/a/0/b");
    }
    let source = Source {
        path: String::new(),
        text: "{\n  oops\n}".to_owned(),
    };
    let place = source.at(2, 3).unwrap();
    assert_eq!((place.column, place.text.as_str()), (3, "  oops"));
    assert_eq!(source.at(9, 1), None);
}
