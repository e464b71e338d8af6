//! Laws that hold for every definition: the same facts give the same run, wherever a new owner
//! takes over; the history is sound; a stop ends whatever there is.
//!
//! Definitions are drawn at random, and so are the answers of their tasks.

use proptest::prelude::*;
use serde_json::json;

use super::definitions::{Printer, chain};
use crate::testkit::{Answer, Driver, scripted};
use crate::{Invoke, can_redrive, chance};

/// A worker may move a run between threads and read it from several.
const fn shared<T: Send + Sync>() {}
const _: () = shared::<crate::Run>();

/// An answer that depends on the attempt and the seed alone.
fn answer(seed: u64, invoke: &Invoke) -> Answer {
    let n = chance::number(seed, invoke.action.0);
    let delay = n >> 32 & 0xfff;
    let answer = match n % 8 {
        0 => return Answer::Never,
        1 => Answer::Err("E", "why"),
        2 => Answer::Err("States.Timeout", "slow"),
        _ => Answer::Ok(json!({ "n": n % 100 })),
    };
    Answer::After(delay, Box::new(answer))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_facts_give_the_same_run(nodes in chain(2), seed in any::<u64>(), late in any::<bool>(), stop_ms in 1..60_000_u64) {
        let definition = Printer::default().scope(&nodes);
        let mut answers = scripted(|_, invoke| answer(seed, invoke));
        let mut driver = Driver::new(&definition);
        driver.answers_late = late;
        driver.objects.insert(("b".to_owned(), "k".to_owned()), "[1, 2, 3]".to_owned());
        driver.start(json!({ "x": 1 }), &mut answers);
        driver.stop_after(stop_ms);
        driver.run_to_end(&mut answers);
        prop_assert!(driver.run.outcome().is_some(), "{definition}");
        driver.ensure_history_is_sound();
        driver.ensure_replays();
    }

    #[test]
    fn pauses_and_redrives_keep_the_laws(
        nodes in chain(2),
        seed in any::<u64>(),
        late in any::<bool>(),
        stop_ms in 1..60_000_u64,
        pauses in prop::collection::vec((1..20_000_u64, 1..10_000_u64), 0..3),
        redrives in 1..4_u32,
    ) {
        let definition = Printer::default().scope(&nodes);
        let mut answers = scripted(|_, invoke| answer(seed, invoke));
        let mut driver = Driver::new(&definition);
        driver.answers_late = late;
        driver.objects.insert(("b".to_owned(), "k".to_owned()), "[1, 2, 3]".to_owned());
        driver.start(json!({ "x": 1 }), &mut answers);
        for (after, for_ms) in pauses {
            driver.pause_after(after, for_ms);
        }
        driver.stop_after(stop_ms);
        driver.run_to_end(&mut answers);
        for _ in 0..redrives {
            if can_redrive(&driver.run, &driver.as_before()).is_err() {
                break;
            }
            driver.redrive(driver.as_before(), &mut answers);
            driver.stop_after(stop_ms);
            driver.run_to_end(&mut answers);
        }
        prop_assert!(driver.run.outcome().is_some(), "{definition}");
        driver.ensure_history_is_sound();
        driver.ensure_replays();
    }
}
