use super::*;

#[test]
fn a_step_has_all_of_it() {
    let context = Context::of(|name| {
        let value = match name {
            "STEPLOOM_VERSION" => "3",
            "STEPLOOM_RETRY" => "2",
            other => other.strip_prefix("STEPLOOM_")?,
        };
        Some(value.to_owned())
    });
    let expect = Context {
        request_id: "REQUEST_ID".into(),
        function: "FUNCTION".into(),
        version: 3,
        account: "ACCOUNT".into(),
        deadline: "DEADLINE".into(),
        execution: Some("EXECUTION".into()),
        state: Some("STATE".into()),
        attempt: Some("ATTEMPT".into()),
        retry: 2,
    };
    assert_eq!(context, expect);
}

#[test]
fn outside_there_is_none() {
    assert_eq!(Context::of(|_| None), Context::default());
}
