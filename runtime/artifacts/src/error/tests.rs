use steploom_types::Kind;

use super::of;

#[test]
fn the_cause_is_for_the_log_and_not_for_the_caller() {
    let error = of(
        "read",
        "modules/ab",
        object_store::Error::Generic {
            store: "S3",
            source: "connection to 10.0.0.1 refused".into(),
        },
    );
    assert_eq!(error.kind, Kind::Unavailable);
    assert_eq!(
        error.message,
        "object storage cannot read 'modules/ab' right now"
    );
    assert!(error.detail.expect("a detail").contains("10.0.0.1"));
}
