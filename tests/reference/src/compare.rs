//! One random machine through both interpreters.

use std::sync::Arc;

use serde_json::Value;

use crate::lots::Lots;
use crate::naive::Ended;
use crate::{engine, generate, naive};

/// What came of a comparison.
#[derive(Debug)]
pub enum Compared {
    /// Both ended like this.
    Alike(Ended),
    /// It hangs on the order of two things at the same instant, which nothing defines.
    Undefined,
    /// They differ.
    Different(Box<Difference>),
}

/// A machine that the two do not agree about.
#[derive(Debug)]
pub struct Difference {
    /// Which.
    pub seed: u64,
    /// The definition.
    pub machine: Value,
    /// What it was given.
    pub input: Value,
    /// What the naive interpreter says.
    pub naive: Ended,
    /// What ours says, or why it says nothing.
    pub ours: Result<Ended, String>,
}

/// Runs the machine of a seed through both.
pub fn compare(seed: u64) -> Compared {
    let mut lots = Lots::of(seed);
    let machine = generate::machine(&mut lots);
    let input = generate::input(&mut lots);
    let naive = naive::run(&machine, &input);
    let ours = match steploom_asl::parse(&machine.to_string()) {
        Ok(parsed) => engine::run(Arc::new(parsed.machine), &input),
        Err(refused) => Err(format!("refused: {refused:?}")),
    };
    if naive == Ended::Undefined && ours.is_ok() {
        return Compared::Undefined;
    }
    match ours {
        Ok(ours) if without_causes(&ours) == without_causes(&naive) => Compared::Alike(ours),
        ours => Compared::Different(Box::new(Difference {
            seed,
            machine,
            input,
            naive,
            ours,
        })),
    }
}

/// An end whose causes are left out: they are texts for people.
fn without_causes(ended: &Ended) -> Ended {
    match ended {
        Ended::Succeeded(output) => Ended::Succeeded(stripped(output)),
        other => other.clone(),
    }
}

fn stripped(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| *name != "Cause")
            .map(|(name, value)| (name.clone(), stripped(value)))
            .collect(),
        Value::Array(items) => items.iter().map(stripped).collect(),
        other => other.clone(),
    }
}
