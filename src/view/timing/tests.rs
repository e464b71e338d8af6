use serde_json::json;
use steploom_api::wire::Event;

use super::*;

fn board() -> Board {
    let mut board = Board::new("m/run", None);
    let mut id = 0;
    let mut tell = |ms: i64, previous: u64, kind: &str, name: &str| {
        id += 1;
        board.apply(&Event {
            id,
            previous_event_id: previous,
            timestamp: Timestamp::from_millis(ms),
            kind: kind.to_owned(),
            details: json!({ "name": name }).as_object().cloned().unwrap(),
        });
    };
    tell(0, 0, "ExecutionStarted", "");
    tell(1, 0, "TaskStateEntered", "A");
    tell(2, 2, "LambdaFunctionScheduled", "");
    tell(12, 3, "LambdaFunctionFailed", "");
    tell(1_012, 4, "LambdaFunctionScheduled", "");
    tell(1_042, 5, "LambdaFunctionSucceeded", "");
    tell(1_043, 6, "TaskStateExited", "A");
    tell(1_043, 7, "PassStateEntered", "B");
    tell(1_045, 8, "PassStateExited", "B");
    tell(1_050, 9, "ExecutionSucceeded", "");
    board
}

#[test]
fn a_tasks_time_is_told_from_the_time_between_its_attempts() {
    assert_eq!(
        totals(&board()),
        Totals {
            wall_ms: 1_050,
            tasks: 1,
            attempts_ms: 40,
            between_ms: 1_002,
        }
    );
}

#[test]
fn the_table_has_a_row_for_each_state_that_was_visited() {
    assert_eq!(
        table(&board(), Paint::PLAIN),
        "\
STATE  VISITS   TOTAL     P50     P99     MAX
A           1  1.04 s  1.04 s  1.04 s  1.04 s
B           1    2 ms    2 ms    2 ms    2 ms"
    );
}

#[test]
fn percentiles_are_by_nearest_rank() {
    let times_ms: Vec<u32> = (1..=10).collect();
    assert_eq!(percentile(&times_ms, 50), 5);
    assert_eq!(percentile(&times_ms, 99), 10);
    assert_eq!(percentile(&[], 50), 0);
}
