//! Definitions that are to be refused, and suites of validators.

use serde_json::Value;

use steploom_asl::Options;

use super::Filter;
use crate::case::Case;
use crate::compare::{Bound, equal};
use crate::{Score, Verdict};

/// Definitions that AWS refused: whether they are refused, with which code, with which message.
pub fn refused(cases: &[Case], filter: &Filter) -> Score {
    let mut score = Score::default();
    for case in cases {
        if !filter.has(case.id()) || !case.is_refused() {
            continue;
        }
        let (feature, id) = (case.feature(), case.id());
        let expect = &case.0["expect"];
        if expect["error"] != "InvalidDefinition" {
            let why = "it is the request that AWS refuses, not the definition";
            score.add(feature, id, "refused", Verdict::Skipped(why.to_owned()));
            continue;
        }
        let Some(message) = refusal(case) else {
            for check in ["refused", "code", "message"] {
                let why = Verdict::Failed(format!("accepted; AWS: {}", expect["cause"]));
                score.add(feature, id, check, why);
            }
            continue;
        };
        score.add(feature, id, "refused", Verdict::Passed);
        let (wanted, found) = (code(&expect["cause"]), code(&message));
        let code = if wanted == found {
            Verdict::Passed
        } else {
            Verdict::Failed(format!("AWS: {wanted}, here: {found}"))
        };
        score.add(feature, id, "code", code);
        let message = equal(&expect["cause"], &message, &mut Bound::new());
        score.add(feature, id, "message", message.into());
    }
    score
}

/// The message with which a definition is refused; none if it is accepted.
fn refusal(case: &Case) -> Option<Value> {
    let options = Options {
        express: case.is_express(),
        foreign: true,
        ..Options::default()
    };
    steploom_asl::parse_with(&case.definition(), &options)
        .err()
        .map(|rejected| rejected.to_string().into())
}

/// `SCHEMA_VALIDATION_FAILED` of `Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: ...'`.
fn code(message: &Value) -> &str {
    let text = message.as_str().unwrap_or_default();
    let rest = text.split_once(": '").map_or(text, |(_, rest)| rest);
    rest.split(':').next().unwrap_or(rest)
}

/// A validator's suite: whether a definition is accepted or refused alike.
pub fn validator(cases: &[Case], feature: &str, filter: &Filter) -> Score {
    let mut score = Score::default();
    for case in cases {
        if !filter.has(case.id()) {
            continue;
        }
        let is_valid = case.0["expect"]["valid"] == true;
        let verdict = match (is_valid, refusal(case)) {
            (true, None) | (false, Some(_)) => Verdict::Passed,
            (true, Some(message)) => Verdict::Failed(format!("refused: {message}")),
            (false, None) => Verdict::Failed("accepted".to_owned()),
        };
        score.add(feature, case.id(), "verdict", verdict);
    }
    score
}
