use super::*;

#[test]
fn names_are_read_as_they_were_written() {
    let account: AccountId = "123456789012".parse().unwrap();
    let named: MachineName = "orders".parse().unwrap();
    let of_function: MachineName = "function:count".parse().unwrap();
    let name: Name = "monday".parse().unwrap();
    assert_eq!(
        parse_machine(&machine(account, &named)),
        Some(("orders".parse().unwrap(), None))
    );
    assert_eq!(
        parse_machine("orders:3"),
        Some(("orders".parse().unwrap(), Some("3".parse().unwrap())))
    );
    for machine in [named, of_function] {
        assert_eq!(
            parse_execution(&execution(account, &machine, &name)),
            Some((machine, name.clone()))
        );
    }
    assert_eq!(parse_activity(&activity(account, &name)), Some(name));
    let run = "0a1b0199-2c3d-4e5f-8a9b-0c1d2e3f4a5b";
    assert_eq!(
        parse_map_run(&format!(
            "arn:aws:states:us-east-1:123456789012:mapRun:orders/All:{run}"
        )),
        Some(("orders".parse().unwrap(), run.parse().unwrap()))
    );
}

#[test]
fn other_things_are_no_names() {
    for text in [
        "arn:aws:states:us-east-1:123456789012:activity:a",
        "arn:aws:lambda:us-east-1:123456789012:stateMachine:a",
        "arn:aws:states:us-east-1:123456789012:stateMachine",
        "arn:",
        "a b",
        "a:b:c",
        "a:",
        "",
    ] {
        assert_eq!(parse_machine(text), None, "{text}");
    }
}

#[test]
fn a_complaint_says_what_is_wrong_with_an_arn() {
    let of = |text| complaint(text, "stateMachine");
    assert_eq!(
        of("arn:aws:states:us-east-1:123456789012:stateMachine:m"),
        None
    );
    assert_eq!(of("m").as_deref(), Some("Invalid ARN prefix: m"));
    assert_eq!(
        of("arn:aws:states:us-east-1:123456789012:activity:a").as_deref(),
        Some("Resource type not valid in this context: activity")
    );
    for text in ["arn:aws:states:us-east-1:123456789012", "arn:aws:s3:::b"] {
        assert_eq!(of(text), Some(format!("Invalid ARN: {text}")));
    }
}
