use super::*;

#[test]
fn sizes_take_the_largest_unit_that_fits() {
    for (bytes, text) in [
        (0, "0 B"),
        (1_023, "1023 B"),
        (1_024, "1 KiB"),
        (86_221, "84.2 KiB"),
        (134_217_728, "128 MiB"),
        (1_610_612_736, "1.5 GiB"),
    ] {
        assert_eq!(size(bytes), text);
    }
}

#[test]
fn counts_have_separators() {
    for (n, text) in [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (1_234_567, "1,234,567"),
    ] {
        assert_eq!(count(n), text);
    }
    assert_eq!(plural(1, "function"), "1 function");
    assert_eq!(plural(0, "machine"), "0 machines");
}

#[test]
fn durations_take_two_units_at_the_most() {
    for (ms, text) in [
        (0, "0 ms"),
        (999, "999 ms"),
        (1_250, "1.25 s"),
        (59_940, "59.9 s"),
        (125_000, "2 m 05 s"),
        (10_920_000, "3 h 02 m"),
        (446_400_000, "5 d 04 h"),
    ] {
        assert_eq!(duration(ms), text);
    }
    assert_eq!(clock(7_999), "00:07");
    assert_eq!(clock(3_723_000), "1:02:03");
}

#[test]
fn instants_are_told_as_how_long_ago() {
    let now = Timestamp::from_millis(1_000_000_000);
    for (s, text) in [
        (0, "just now"),
        (42, "42 s ago"),
        (300, "5 m ago"),
        (10_800, "3 h ago"),
        (432_000, "5 d ago"),
    ] {
        assert_eq!(
            ago(Timestamp::from_millis(1_000_000_000 - s * 1_000), now),
            text
        );
    }
    assert_eq!(ago(Timestamp::from_millis(2_000_000_000), now), "just now");
}

#[test]
fn rates_and_clipped_texts_stay_short() {
    assert_eq!(rate(0.42), "0.4/s");
    assert_eq!(rate(11_574.2), "11,574/s");
    assert_eq!(clip("a\nb", 10), "a b");
    assert_eq!(clip("abcdef", 4), "abc…");
    assert_eq!(clip("abcd", 4), "abcd");
}
