//! How an execution stands.

use serde::{Deserialize, Serialize};

/// How an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Not ended.
    Running,
    /// Ended with an output.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Its own time ran out.
    TimedOut,
    /// Somebody stopped it.
    Aborted,
    /// Accepted, and waits for a limit or for its key.
    Pending,
    /// Goes on when somebody resumes it.
    Paused,
    /// Set aside, since it cannot be loaded or keeps crashing its owner.
    Quarantined,
    /// Ended before it began: its start's deadline passed while it waited.
    Expired,
}

impl Status {
    /// All of them, in the order of their stored numbers.
    pub const ALL: [Self; 9] = [
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::TimedOut,
        Self::Aborted,
        Self::Pending,
        Self::Paused,
        Self::Quarantined,
        Self::Expired,
    ];

    /// The number that is stored; never changes for a given status.
    pub fn code(self) -> u8 {
        Self::ALL
            .iter()
            .position(|s| *s == self)
            .unwrap_or_default() as u8
    }

    /// The status of a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Whether something may still happen to the execution without a redrive.
    pub fn is_open(self) -> bool {
        match self {
            Self::Running | Self::Pending | Self::Paused | Self::Quarantined => true,
            Self::Succeeded | Self::Failed | Self::TimedOut | Self::Aborted | Self::Expired => {
                false
            }
        }
    }
}
