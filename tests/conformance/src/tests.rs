//! What was reached is not to be lost again.

use crate::simulate;
use crate::suite::{self, Filter};

const ALL: Filter = Filter(None);

/// Recorded executions whose outcome is AWS's, and whose whole history is, with ids.
const OUTCOMES_MIN: usize = 660;
const HISTORIES_MIN: usize = 346;
/// Recorded tests of single states that are answered as AWS did.
const SINGLE_STATES_MIN: usize = 120;
/// Definitions of statelint's that are judged as its authors do. The one left out is refused by AWS.
const STATELINT_MIN: usize = 68;

#[test]
fn own_cases_come_out_as_they_say() {
    let own = suite::read_folder(&suite::own()).unwrap();
    assert!(own.len() >= 2, "the cases are there");
    let score = suite::executions(&own, &ALL, &mut simulate::run);
    assert_eq!(score.findings, []);
}

#[test]
fn recordings_of_aws_come_out_the_same() {
    let file = suite::recordings().join("cases.jsonl");
    let Some(cases) = suite::read(&file).unwrap() else {
        println!("skipped: there are no recordings at {}", file.display());
        return;
    };
    let score = suite::executions(&cases, &ALL, &mut simulate::run);
    for (id, check, verdict) in &score.findings {
        println!("{id} {check}: {verdict:?}");
    }
    println!("{score}");
    assert!(score.total("outcome").passed >= OUTCOMES_MIN);
    assert!(score.total("history").passed >= HISTORIES_MIN);
}

/// A suite's score and findings; none if it is not there.
fn score(
    file: &str,
    run: impl FnOnce(&[crate::case::Case]) -> crate::Score,
) -> Option<crate::Score> {
    let file = suite::recordings().join(file);
    let Some(cases) = suite::read(&file).unwrap() else {
        println!("skipped: there are no recordings at {}", file.display());
        return None;
    };
    let score = run(&cases);
    for (id, check, verdict) in &score.findings {
        println!("{id} {check}: {verdict:?}");
    }
    Some(score)
}

#[test]
fn definitions_that_aws_refused_are_refused_in_its_words() {
    if let Some(score) = score("cases.jsonl", |cases| suite::refused(cases, &ALL)) {
        for check in ["refused", "code", "message"] {
            assert_eq!(score.total(check).failed, 0, "{check}");
        }
    }
}

#[test]
fn single_states_are_tested_as_aws_does() {
    if let Some(score) = score("teststate_cases.jsonl", |cases| {
        suite::single_states(cases, &ALL)
    }) {
        assert!(score.total("answer").passed >= SINGLE_STATES_MIN);
    }
}

#[test]
fn definitions_are_judged_as_statelint_does() {
    if let Some(score) = score("statelint_cases.jsonl", |cases| {
        suite::validator(cases, "statelint", &ALL)
    }) {
        assert!(score.total("verdict").passed >= STATELINT_MIN);
    }
}
