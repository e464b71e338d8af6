//! The one place where the worker draws lots.

use steploom_types::Slot;

/// Where chance comes from. Simulation gives the same lots for the same seed.
pub trait Chance: Send + Sync {
    /// 64 bits that nobody foresees. Called once or twice a start; must be cheap.
    fn draw(&self) -> u64;
}

impl dyn Chance {
    /// A slot, each as likely as another.
    pub(crate) fn slot(&self) -> Slot {
        Slot(self.draw() as u16)
    }
}

/// The computer's own source, good enough for secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn draw(&self) -> u64 {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is what a simulation replaces"
        )]
        rand::random()
    }
}
