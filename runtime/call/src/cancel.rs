//! The wish that an invocation end early.

use std::sync::Arc;

use tokio::sync::watch;

/// Ends the invocations that were given a clone of it.
#[derive(Clone, Debug)]
pub struct Cancel(Arc<watch::Sender<bool>>);

impl Cancel {
    /// One that was not asked for yet.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Asks for the end, now and of whatever is started with it later.
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was asked for.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked for. May be dropped.
    pub async fn cancelled(&self) {
        // An error means that no sender is left, but `self` holds one.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}
