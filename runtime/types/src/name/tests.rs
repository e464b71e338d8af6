use super::*;

#[test]
fn ordinary_names_pass_and_keep_their_text() {
    for text in [
        "a",
        "word-count",
        "Word_Count.v2",
        &"x".repeat(limits::NAME_LENGTH_MAX),
    ] {
        assert_eq!(text.parse::<Name>().unwrap().as_str(), text);
    }
}

#[test]
fn an_id_is_a_name() {
    for lot in [0, u64::MAX, 0xa0b1_c2d3_e4f5_0617] {
        let id = ExecutionId::new(
            crate::Slot(lot as u16),
            crate::Timestamp::from_millis(0),
            lot,
        );
        assert_eq!(Name::from(id), id.to_string().parse().unwrap());
    }
}

#[test]
fn dangerous_names_are_refused_with_the_place() {
    for text in [
        "",
        "..",
        "a..b",
        ".hidden",
        "-flag",
        "a/b",
        "a\nb",
        "a\u{0}",
        "über",
        "a b",
        "a:b",
        &"x".repeat(limits::NAME_LENGTH_MAX + 1),
    ] {
        let error = text.parse::<Name>().unwrap_err();
        assert_eq!(error.code, "InvalidName", "{text:?}");
    }
    assert!(
        "ab/c"
            .parse::<Name>()
            .unwrap_err()
            .message
            .contains("'/' at position 2")
    );
}

#[test]
fn a_functions_own_machine_is_told_from_a_named_one() {
    let name: MachineName = "function:count".parse().unwrap();
    assert_eq!(name, MachineName::OfFunction("count".parse().unwrap()));
    assert_eq!(name.to_string(), "function:count");
    assert!("machine:count".parse::<MachineName>().is_err());
}
