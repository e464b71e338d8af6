use super::*;

fn samples(micros: impl IntoIterator<Item = u64>) -> Samples {
    let mut samples = Samples::default();
    for micros in micros {
        samples.push(Duration::from_micros(micros));
    }
    samples
}

fn is(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
}

#[test]
fn a_percentile_is_the_nearest_rank_in_any_order() {
    let mut hundred = samples((1..=100).rev());
    is(hundred.percentile_us(50.0), 50.0);
    is(hundred.percentile_us(99.0), 99.0);
    is(hundred.percentile_us(100.0), 100.0);
    is(samples([7]).percentile_us(1.0), 7.0);
    assert!(samples([]).percentile_us(50.0).is_nan());
}

#[test]
fn what_takes_very_long_is_not_wrapped_around() {
    let mut one = samples([60_000_000]);
    is(one.percentile_us(50.0), f64::from(u32::MAX) / 1e3);
}

#[test]
fn one_disturbed_round_does_not_move_the_median() {
    let mut series = Series::default();
    for value in [10.0, 900.0, 11.0, 9.0, 10.5] {
        series.push(value);
    }
    is(series.median(), 10.5);
    series.push(10.7);
    is(series.median(), 10.6);
    assert!(Series::default().median().is_nan());
}

#[test]
fn a_pace_counts_by_the_second() {
    let mut pace = Pace::default();
    pace.push(samples([10, 20, 30, 40]), Duration::from_millis(500));
    is(pace.per_second.median(), 8.0);
    is(pace.p50_us.median(), 20.0);
    is(pace.p99_us.median(), 40.0);
}
