use super::*;

#[test]
fn a_timestamp_prints_as_it_parses_to_the_millisecond() {
    for (text, ms) in [
        ("1970-01-01T00:00:00.000Z", 0),
        ("2026-03-14T01:59:26.535Z", 1_773_453_566_535),
    ] {
        assert_eq!(
            text.parse::<Timestamp>().unwrap(),
            Timestamp::from_millis(ms)
        );
        assert_eq!(Timestamp::from_millis(ms).to_string(), text);
    }
    assert_eq!(
        "2016-03-14T01:59:00+02:00".parse::<Timestamp>().unwrap(),
        "2016-03-13T23:59:00Z".parse().unwrap()
    );
}

#[test]
fn what_asl_does_not_call_a_timestamp_is_refused() {
    for text in [
        "",
        "2016-03-14",
        "2016-03-14 01:59:00Z",
        "2016-03-14T01:59:00",
        "soon",
        "2016-03-14T01:59:00Z[UTC]",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
}

#[test]
fn arithmetic_stays_within_the_years_that_can_be_written() {
    assert_eq!(
        Timestamp::from_millis(1).plus_millis(u64::MAX).to_string(),
        "9999-12-30T21:59:59.999Z"
    );
    assert_eq!(
        Timestamp::from_millis(5).millis_since(Timestamp::from_millis(9)),
        0
    );
}
