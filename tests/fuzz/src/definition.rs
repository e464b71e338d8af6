//! Definitions: near what people write, as JSON and as text.

use serde_json::Value;
use steploom_asl::parse;

use crate::chance::Chance;
use crate::{corpus, mutate};

/// A definition changed in a few places; accepted or refused, never more.
pub(crate) fn run(chance: &mut Chance, tell: &mut dyn FnMut(&str)) {
    let text = text(chance);
    tell(&text);
    match parse(&text) {
        Ok(parsed) => assert!(
            !parsed.machine.states.is_empty(),
            "a machine without states"
        ),
        Err(rejected) => {
            assert!(!rejected.diagnostics.is_empty(), "refused without a reason");
            assert!(!rejected.to_string().is_empty(), "refused without a word");
        }
    }
}

fn text(chance: &mut Chance) -> String {
    let value = definition(chance);
    let text = value.to_string();
    if chance.once_in(3) {
        mutate::text(chance, &text)
    } else {
        text
    }
}

/// A definition changed in a few places.
pub(crate) fn definition(chance: &mut Chance) -> Value {
    let all = corpus::definitions();
    let mut value = chance.pick(&all).clone();
    let scraps = chance.pick(&all).clone();
    mutate::json(chance, &mut value, &scraps);
    value
}
