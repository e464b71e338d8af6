//! The functions that are not the engine's: those that Amazon States Language adds, and those that
//! would read the clock or draw from chance.

mod chance;
mod clock;
mod hash;
mod held;
mod list;
mod parse;
mod sequence;

use std::cell::Cell;
use std::rc::Rc;

use jsonata_core::evaluator::{Evaluator, EvaluatorError};
use jsonata_core::value::JValue;
use steploom_types::Timestamp;

use super::error::{Fault, thrown};
use crate::Env;
pub(super) use held::Memory;

/// A function, by its name without the `$`.
pub(super) struct Function {
    pub(super) name: &'static str,
    run: fn(&Call<'_>) -> Result<JValue, EvaluatorError>,
}

/// All of them. Those with a null in their names are called by what [`guard`](super::guard) puts in.
pub(super) static ALL: [Function; 18] = [
    Function::new("dated\0", held::dated),
    Function::new("distinct\0", list::distinct),
    Function::new("hash", hash::hash),
    Function::new("held\0", held::held),
    Function::new("join\0", list::join),
    Function::new("millis", clock::millis),
    Function::new("now", clock::now),
    Function::new("parse", parse::parse),
    Function::new("partition", sequence::partition),
    Function::new("random", chance::random),
    Function::new("range", sequence::range),
    Function::new("replacing\0", held::replacing),
    Function::new("short\0", held::short),
    Function::new("shuffle", chance::shuffle),
    Function::new("targets\0", held::targets),
    Function::new("toMillis\0", clock::to_millis),
    Function::new("uuid", chance::uuid),
    Function::new("width\0", held::width),
];

impl Function {
    const fn new(name: &'static str, run: fn(&Call<'_>) -> Result<JValue, EvaluatorError>) -> Self {
        Self { name, run }
    }

    /// Makes an evaluator call it, in place of its own if it has one of this name.
    pub(super) fn register(
        &'static self,
        evaluator: &mut Evaluator,
        chance: &Chance,
        memory: &Rc<Memory>,
    ) -> Result<(), Fault> {
        let chance = chance.clone();
        let memory = Rc::clone(memory);
        let run = move |args: &[JValue]| {
            (self.run)(&Call {
                name: self.name,
                args,
                chance: &chance,
                memory: &memory,
            })
        };
        Ok(evaluator.register_fn_override(self.name, run)?)
    }
}

/// One call.
struct Call<'a> {
    name: &'static str,
    args: &'a [JValue],
    chance: &'a Chance,
    memory: &'a Memory,
}

impl Call<'_> {
    /// An argument; `Undefined` where there is none.
    fn arg(&self, index: usize) -> &JValue {
        self.args.get(index).unwrap_or(&JValue::Undefined)
    }

    /// Checks that there are so many arguments. More do no harm: `$map` hands over three to
    /// whatever it is given.
    fn wants(&self, count: usize) -> Result<(), EvaluatorError> {
        if self.args.len() < count {
            return Err(self.mismatch(self.args.len()));
        }
        Ok(())
    }

    /// Whether an argument is not there, so that neither is the result.
    fn lacks(&self, index: usize) -> bool {
        self.arg(index).is_undefined()
    }

    fn text(&self, index: usize) -> Result<&str, EvaluatorError> {
        self.arg(index).as_str().ok_or_else(|| self.mismatch(index))
    }

    /// A number without what stands behind its point.
    fn whole(&self, index: usize) -> Result<f64, EvaluatorError> {
        match self.arg(index) {
            JValue::Number(number) if number.is_finite() => Ok(number.trunc()),
            _ => Err(self.mismatch(index)),
        }
    }

    fn mismatch(&self, index: usize) -> EvaluatorError {
        thrown(format!(
            "T0410: Argument {} of function \"{}\" does not match function signature",
            index + 1,
            self.name.trim_end_matches('\0')
        ))
    }
}

/// The instant of the evaluation, and a sequence of numbers that begins with what the environment
/// drew.
#[derive(Clone)]
pub(super) struct Chance {
    now: Timestamp,
    state: Rc<Cell<u64>>,
}

impl Chance {
    /// Draws from the environment, if one of the functions does.
    pub(super) fn new(env: &dyn Env, functions: &[&'static Function]) -> Self {
        let draws = functions
            .iter()
            .any(|function| matches!(function.name, "random" | "shuffle" | "uuid"));
        let seed = if draws { env.random() } else { 0 };
        Self {
            now: env.now(),
            state: Rc::new(Cell::new(seed)),
        }
    }

    /// Where the sequence begins.
    pub(super) fn seed(&self) -> u64 {
        self.state.get()
    }

    /// The same sequence once more.
    pub(super) fn again(env: &dyn Env, seed: u64) -> Self {
        Self {
            now: env.now(),
            state: Rc::new(Cell::new(seed)),
        }
    }

    /// The next number, equally distributed over all of `u64` (SplitMix64).
    fn next(&self) -> u64 {
        let state = self.state.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.state.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
