//! The definitions of AWS's own linter.

use super::super::{cases, check, text};

/// Definitions of which the linter and AWS itself think differently, and why.
const DISAGREEMENTS: [(&str, &str); 1] = [(
    "statelint/task-with-credentials~66",
    "AWS refuses Credentials without RoleArn; the case has roleArn",
)];

#[test]
fn validity() {
    let mut wrong = Vec::new();
    for case in cases("statelint_cases.jsonl") {
        let id = case["id"].as_str().unwrap_or_default();
        let text = text(&case).unwrap_or_default();
        let found = check(&text, false);
        let is_excepted = DISAGREEMENTS.iter().any(|(own, _)| *own == id);
        let agrees = found.is_ok() == (case["expect"]["valid"] == true);
        if agrees == is_excepted {
            let problems = &case["expect"]["problems"];
            wrong.push(format!("{id}: {problems} problems there, here {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
