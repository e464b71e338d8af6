use super::*;

const TEXT: &str = r#"# HELP steploom_executions_ended_total Executions ended, by status.
# TYPE steploom_executions_ended_total counter
steploom_executions_ended_total{status="failed"} 2
steploom_executions_ended_total{status="succeeded"} 40
steploom_facts_total 84
steploom_facts_total_of_another 7
"#;

fn is(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
}

#[test]
fn a_metric_is_the_sum_over_its_labels() {
    is(sum(TEXT, "steploom_executions_ended_total"), 42.0);
    is(sum(TEXT, "steploom_facts_total"), 84.0);
}

#[test]
fn one_label_can_be_asked_for() {
    let ended = |label| sum_where(TEXT, "steploom_executions_ended_total", label);
    is(ended("status=\"succeeded\""), 40.0);
    is(ended("status=\"aborted\""), 0.0);
}

#[test]
fn a_metric_that_is_not_there_is_nothing() {
    is(sum(TEXT, "steploom_commits_total"), 0.0);
}
