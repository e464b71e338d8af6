use serde_json::json;

use super::lines::{Style, lines};
use super::updates::Updates;
use super::*;
use crate::view::Paint;

/// Tells a board events, numbering them: `(milliseconds, previous, type, details)`.
struct Story {
    board: Board,
    last: u64,
}

impl Story {
    fn new(definition: &Value) -> Self {
        Self {
            board: Board::new("m/run", Some(definition)),
            last: 0,
        }
    }

    fn tell(&mut self, ms: i64, previous: u64, kind: &str, details: &Value) -> u64 {
        self.last += 1;
        self.board.apply(&Event {
            id: self.last,
            previous_event_id: previous,
            timestamp: Timestamp::from_millis(1_000_000 + ms),
            kind: kind.to_owned(),
            details: details.as_object().cloned().unwrap_or_default(),
        });
        self.last
    }

    /// A task from entering to leaving; gives the last event.
    fn task(&mut self, ms: i64, previous: u64, name: &str) -> u64 {
        let entered = self.tell(ms, previous, "TaskStateEntered", &json!({ "name": name }));
        let scheduled = self.tell(ms, entered, "LambdaFunctionScheduled", &json!({}));
        let started = self.tell(ms, scheduled, "LambdaFunctionStarted", &json!({}));
        let done = self.tell(ms + 20, started, "LambdaFunctionSucceeded", &json!({}));
        self.tell(ms + 25, done, "TaskStateExited", &json!({ "name": name }))
    }

    fn check(&self, ms: i64, expected: &str) {
        let style = Style {
            paint: Paint::PLAIN,
            frame: 0,
            height_max: 20,
        };
        let now = Timestamp::from_millis(1_000_000 + ms);
        assert_eq!(lines(&self.board, now, style).join("\n"), expected);
    }
}

fn word_count() -> Value {
    json!({
        "StartAt": "Split",
        "States": {
            "Gone": { "Type": "Fail" },
            "Merge": { "Type": "Task", "End": true },
            "Count": {
                "Type": "Map",
                "ItemProcessor": {
                    "StartAt": "CountPart",
                    "States": { "CountPart": { "Type": "Task", "End": true } }
                },
                "Next": "Merge",
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Gone" }]
            },
            "Split": { "Type": "Task", "Next": "Count" }
        }
    })
}

/// As far as: split, and one of four parts counted, one being retried, one running.
fn in_the_middle() -> Story {
    let mut story = Story::new(&word_count());
    story.tell(0, 0, "ExecutionStarted", &json!({}));
    let split = story.task(0, 0, "Split");
    let entered = story.tell(30, split, "MapStateEntered", &json!({ "name": "Count" }));
    let started = story.tell(30, entered, "MapStateStarted", &json!({ "length": 4 }));
    let mut begun = Vec::new();
    for index in 0..3 {
        let details = json!({ "name": "Count", "index": index });
        begun.push(story.tell(30, started, "MapIterationStarted", &details));
    }
    let last = story.task(40, begun[0], "CountPart");
    let details = json!({ "name": "Count", "index": 0 });
    story.tell(65, last, "MapIterationSucceeded", &details);
    for iteration in [begun[1], begun[2]] {
        let part = json!({ "name": "CountPart" });
        let entered = story.tell(70, iteration, "TaskStateEntered", &part);
        let scheduled = story.tell(70, entered, "LambdaFunctionScheduled", &json!({}));
        story.tell(70, scheduled, "LambdaFunctionStarted", &json!({}));
    }
    story
}

#[test]
fn before_the_first_event_every_state_waits_in_the_order_of_its_run() {
    Story::new(&word_count()).check(
        0,
        "\
m/run  RUNNING  00:00
○ Split
○ Count
  ○ CountPart
○ Merge
○ Gone",
    );
}

#[test]
fn a_map_shows_its_bar_and_what_is_inside_it_counts_along() {
    in_the_middle().check(
        2_000,
        "\
m/run  RUNNING  00:02  2 tasks  1.0/s
✓ Split        25 ms
⠋ Count        1/4  ██████░░░░░░░░░░░░░░░░░░  25 %
  ⠋ CountPart  1/4  2 running
○ Merge
○ Gone",
    );
}

#[test]
fn a_failed_attempt_shows_until_it_is_tried_again() {
    let mut story = in_the_middle();
    let started = story.last;
    let failed = story.tell(
        90,
        started,
        "LambdaFunctionFailed",
        &json!({ "error": "E" }),
    );
    let part = "  ↻ CountPart  1/4  2 running";
    assert_eq!(drawn(&story)[3], part);
    story.tell(1_090, failed, "LambdaFunctionScheduled", &json!({}));
    let part = "  ⠋ CountPart  1/4  2 running, 1 retried";
    assert_eq!(drawn(&story)[3], part);
}

fn drawn(story: &Story) -> Vec<String> {
    let style = Style {
        paint: Paint::PLAIN,
        frame: 0,
        height_max: 20,
    };
    lines(&story.board, Timestamp::from_millis(1_002_000), style)
}

#[test]
fn a_failed_iteration_fails_the_map_and_cuts_off_its_siblings() {
    let mut story = in_the_middle();
    let failed = story.tell(90, story.last, "LambdaFunctionFailed", &json!({}));
    let details = json!({ "name": "Count", "index": 2 });
    story.tell(90, failed, "MapIterationFailed", &details);
    let failed = story.tell(90, failed, "MapStateFailed", &json!({}));
    let details = json!({ "error": "Broken", "cause": "part 3\nis bad" });
    story.tell(91, failed, "ExecutionFailed", &details);
    story.check(
        9_000,
        "\
m/run  FAILED  00:00  2 tasks  22/s
✓ Split        25 ms
✗ Count        1/4  ████████████░░░░░░░░░░░░  50 %  1 failed
  ✗ CountPart  1/4
· Merge
· Gone
  Broken part 3 is bad",
    );
}

#[test]
fn a_caught_failure_goes_on_elsewhere() {
    let mut story = in_the_middle();
    let failed = story.tell(90, story.last, "LambdaFunctionFailed", &json!({}));
    let details = json!({ "name": "Count", "index": 2 });
    story.tell(90, failed, "MapIterationFailed", &details);
    let failed = story.tell(90, failed, "MapStateFailed", &json!({}));
    let exited = story.tell(91, failed, "MapStateExited", &json!({ "name": "Count" }));
    story.tell(91, exited, "FailStateEntered", &json!({ "name": "Gone" }));
    let drawn = drawn(&story);
    assert_eq!(
        drawn[2],
        "✓ Count        1/4  ████████████░░░░░░░░░░░░  50 %  1 caught, 1 failed"
    );
    assert_eq!(drawn[5], "⠋ Gone");
}

#[test]
fn branches_run_side_by_side_and_states_unknown_to_the_definition_appear() {
    let definition = json!({
        "StartAt": "Both",
        "States": { "Both": {
            "Type": "Parallel", "End": true,
            "Branches": [
                { "StartAt": "Left", "States": { "Left": { "Type": "Wait", "End": true } } },
                { "StartAt": "Right", "States": { "Right": { "Type": "Pass", "End": true } } },
            ]
        } }
    });
    let mut story = Story::new(&definition);
    story.tell(0, 0, "ExecutionStarted", &json!({}));
    let entered = story.tell(0, 0, "ParallelStateEntered", &json!({ "name": "Both" }));
    let started = story.tell(0, entered, "ParallelStateStarted", &json!({}));
    story.tell(0, started, "WaitStateEntered", &json!({ "name": "Left" }));
    let right = story.tell(0, started, "PassStateEntered", &json!({ "name": "Right" }));
    story.tell(7, right, "PassStateExited", &json!({ "name": "Right" }));
    story.tell(8, 0, "PassStateEntered", &json!({ "name": "New" }));
    story.check(
        1_500,
        "\
m/run  RUNNING  00:01
⠋ Both     1.50 s
  ⠋ Left
  ✓ Right  7 ms
⠋ New",
    );
}

#[test]
fn a_branch_that_fails_fails_its_parallel_and_a_catch_takes_it() {
    let definition = json!({
        "StartAt": "Both",
        "States": { "Both": {
            "Type": "Parallel", "End": true,
            "Branches": [
                { "StartAt": "Bad", "States": { "Bad": { "Type": "Task", "End": true } } },
                { "StartAt": "Inner", "States": { "Inner": { "Type": "Map", "End": true } } },
            ]
        } }
    });
    let mut story = Story::new(&definition);
    story.tell(0, 0, "ExecutionStarted", &json!({}));
    let entered = story.tell(0, 0, "ParallelStateEntered", &json!({ "name": "Both" }));
    let started = story.tell(0, entered, "ParallelStateStarted", &json!({}));
    let bad = story.tell(0, started, "TaskStateEntered", &json!({ "name": "Bad" }));
    let inner = story.tell(0, started, "MapStateEntered", &json!({ "name": "Inner" }));
    let inner = story.tell(0, inner, "MapStateStarted", &json!({ "length": 9 }));
    let bad = story.tell(1, bad, "TaskScheduled", &json!({}));
    let bad = story.tell(2, bad, "TaskFailed", &json!({ "error": "E" }));
    story.tell(2, bad, "TaskStateAborted", &json!({}));
    story.tell(2, inner, "MapStateAborted", &json!({}));
    let failed = story.tell(2, bad, "ParallelStateFailed", &json!({}));
    story.tell(3, failed, "ParallelStateExited", &json!({ "name": "Both" }));
    assert_eq!(
        drawn(&story)[1..],
        [
            "✓ Both     3 ms  1 caught",
            "  ✗ Bad",
            "  ⊘ Inner  0/9  ░░░░░░░░░░░░░░░░░░░░░░░░   0 %",
        ]
    );
}

#[test]
fn choices_come_in_the_order_of_their_rules_and_handlers_last() {
    let definition = json!({
        "StartAt": "Which",
        "States": {
            "Help": { "Type": "Pass", "End": true },
            "Two": { "Type": "Pass", "Next": "Last" },
            "Last": { "Type": "Pass", "End": true },
            "One": { "Type": "Task", "Next": "Last", "Catch": [{ "Next": "Help" }] },
            "Never": { "Type": "Pass", "End": true },
            "Which": {
                "Type": "Choice",
                "Choices": [{ "Next": "One" }, { "Next": "Two" }],
                "Default": "Last"
            }
        }
    });
    let names: Vec<String> = outline::nodes(&definition)
        .into_iter()
        .map(|node| node.name)
        .collect();
    assert_eq!(names, ["Which", "One", "Last", "Two", "Help", "Never"]);
}

#[test]
fn a_tall_board_shows_the_part_where_something_goes_on() {
    let mut states = serde_json::Map::new();
    for n in 0..30 {
        let next = format!("S{}", n + 1);
        states.insert(format!("S{n}"), json!({ "Type": "Task", "Next": next }));
    }
    let mut story = Story::new(&json!({ "StartAt": "S0", "States": states }));
    story.tell(0, 0, "TaskStateEntered", &json!({ "name": "S20" }));
    let style = Style {
        paint: Paint::PLAIN,
        frame: 0,
        height_max: 7,
    };
    let drawn = lines(&story.board, Timestamp::from_millis(1_000_000), style);
    assert_eq!(
        drawn[1..],
        [
            "○ S18",
            "○ S19",
            "⠋ S20",
            "○ S21",
            "○ S22",
            "  … and 25 more states"
        ]
    );
}

#[test]
fn plain_updates_say_each_change_once_and_not_each_item() {
    let mut story = in_the_middle();
    let mut updates = Updates::default();
    let told = updates.take(&story.board);
    assert_eq!(
        told,
        [
            "    0.070 Split done 25 ms",
            "    0.070 Count running 1/4",
            "    0.070 CountPart running 1/4",
        ]
    );
    assert_eq!(updates.take(&story.board), Vec::<String>::new());
    let details = json!({ "error": "Stopped", "cause": "enough" });
    story.tell(100, story.last, "ExecutionAborted", &details);
    assert_eq!(
        updates.take(&story.board),
        [
            "    0.100 Count aborted 1/4",
            "    0.100 CountPart failed 1/4",
            "    0.100 m/run ABORTED Stopped: enough",
        ]
    );
}

#[test]
fn an_event_that_comes_twice_counts_once() {
    let mut story = in_the_middle();
    let before = drawn(&story);
    let again = Event {
        id: 3,
        previous_event_id: 2,
        timestamp: Timestamp::from_millis(0),
        kind: "TaskStateEntered".to_owned(),
        details: serde_json::Map::new(),
    };
    story.board.apply(&again);
    assert_eq!(drawn(&story), before);
    assert_eq!(story.board.last_event, story.last);
}
