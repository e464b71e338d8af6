//! What was reached is not to be lost again.

use crate::simulate;
use crate::suite::{self, Filter};

const ALL: Filter = Filter(None);

/// Recorded executions whose outcome is AWS's, and whose whole history is, with ids.
const OUTCOMES_MIN: usize = 658;
const HISTORIES_MIN: usize = 344;

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
