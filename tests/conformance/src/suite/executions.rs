//! Recorded executions: outcome and history.

use serde_json::Value;

use super::Filter;
use crate::case::Case;
use crate::compare::{Bound, equal};
use crate::history::equal_histories;
use crate::simulate::Ran;
use crate::{Score, Verdict};

/// What runs a case.
pub type Engine<'a> = dyn FnMut(&Case) -> Result<Ran, String> + 'a;

/// Runs every case that is an execution, and compares.
pub fn executions(cases: &[Case], filter: &Filter, engine: &mut Engine<'_>) -> Score {
    let mut score = Score::default();
    for case in cases {
        if !filter.has(case.id()) || case.is_refused() {
            continue;
        }
        judge(case, engine, &mut score);
    }
    score
}

fn judge(case: &Case, engine: &mut Engine<'_>, score: &mut Score) {
    let (feature, id) = (case.feature(), case.id());
    let events = case.0["events"].as_array();
    let ran = match engine(case) {
        Ok(ran) => ran,
        Err(why) => {
            if events.is_some() {
                score.add(
                    feature,
                    id,
                    "history",
                    Verdict::Failed("not run".to_owned()),
                );
            }
            return score.add(feature, id, "outcome", Verdict::Failed(why));
        }
    };
    let expect = &case.0["expect"];
    let result =
        equal(expect, &ran.outcome, &mut Bound::new()).and_then(|()| equal_objects(case, &ran));
    score.add(feature, id, "outcome", result.into());
    if let Some(events) = events {
        let is_unordered = case.0["unordered"] == true;
        let result = equal_histories(events, &ran.events, is_unordered);
        score.add(feature, id, "history", result.into());
    }
}

/// The objects that an execution leaves behind.
fn equal_objects(case: &Case, ran: &Ran) -> Result<(), String> {
    for object in case.list("expect_s3") {
        let text = |field: &str| object[field].as_str().unwrap_or_default();
        let (bucket, key) = (text("bucket"), text("key"));
        let found = ran.objects.get(bucket).and_then(|objects| objects.get(key));
        let found = found.map_or(Value::Null, |body| body.as_str().into());
        equal(&object["answer"]["Body"], &found, &mut Bound::new())
            .map_err(|why| format!("object {bucket}/{key}: {why}"))?;
    }
    Ok(())
}
