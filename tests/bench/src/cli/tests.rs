use super::*;

fn rounds(words: &[&str]) -> Rounds {
    let words = ["steploom-bench"].iter().chain(words);
    let cli = Cli::try_parse_from(words).expect("is understood");
    cli.options.rounds(5)
}

#[test]
fn options_may_stand_behind_the_benchmark() {
    let rounds = rounds(&["invoke", "--rounds", "3", "--round-seconds", "0.25"]);
    assert_eq!(rounds.count, 3);
    assert_eq!(rounds.duration, Duration::from_millis(250));
}

#[test]
fn without_options_each_benchmark_has_its_own_seconds() {
    let rounds = rounds(&["execute"]);
    assert_eq!(rounds.count, ROUNDS_DEFAULT);
    assert_eq!(rounds.duration, Duration::from_secs(5));
}

#[test]
fn a_round_of_no_time_is_refused() {
    for seconds in ["0", "-1", "soon"] {
        let words = ["steploom-bench", "sandbox", "--round-seconds", seconds];
        assert!(Cli::try_parse_from(words).is_err(), "{seconds}");
    }
}
