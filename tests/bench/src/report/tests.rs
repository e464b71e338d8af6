use super::*;

fn report() -> Report {
    Report {
        bench: "sandbox",
        rows: vec![
            Row::new("call, p50", 7.5, "us")
                .floor(6.0)
                .goal(Goal::RatioAtMost(1.3)),
            Row::new("calls", 49_999.0, "calls/s")
                .floor(100_000.0)
                .goal(Goal::AtLeast(50_000.0)),
            Row::new("facts a commit", 123.4, "facts"),
        ],
    }
}

#[test]
fn the_table_is_aligned_and_says_whether_goals_are_met() {
    let expected = "\
name             value  unit       floor  ratio  goal                met
call, p50         7.50  us          6.00   1.25  ratio at most 1.30  yes
calls           49,999  calls/s  100,000   0.50  at least 50,000     no
facts a commit     123  facts          -      -  -                   -
";
    assert_eq!(report().table(), expected);
}

#[test]
fn markdown_is_the_rows_alone() {
    let markdown = report().markdown();
    let first = "| call, p50 | 7.50 | us | 6.00 | 1.25 | ratio at most 1.30 | yes |";
    assert_eq!(markdown.lines().next(), Some(first));
    assert_eq!(markdown.lines().count(), 3);
}

#[test]
fn json_has_every_field_of_every_row() {
    let rows = &report().json()["rows"];
    assert_eq!(
        rows[0],
        json!({"name": "call, p50", "value": 7.5, "unit": "us", "floor": 6.0, "ratio": 1.25, "goal": "ratio at most 1.30", "met": true})
    );
    assert_eq!(
        rows[2],
        json!({"name": "facts a commit", "value": 123.4, "unit": "facts", "floor": null, "ratio": null, "goal": null, "met": null})
    );
}

#[test]
fn a_goal_is_not_met_by_what_could_not_be_measured() {
    for goal in [
        Goal::AtLeast(1.0),
        Goal::AtMost(1.0),
        Goal::RatioAtMost(1.0),
    ] {
        let row = Row::new("nothing", f64::NAN, "us").goal(goal);
        assert_eq!(row.is_met(), Some(false), "{goal}");
    }
}

#[test]
fn numbers_are_readable() {
    let cases = [
        (0.5, "0.50"),
        (42.25, "42.2"),
        (999.4, "999"),
        (1000.0, "1,000"),
        (1_234_567.8, "1,234,568"),
        (f64::INFINITY, "unknown"),
    ];
    for (number, text) in cases {
        assert_eq!(Number(number).to_string(), text);
    }
}
