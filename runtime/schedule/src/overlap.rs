//! What becomes of a due time while what an earlier one started still runs.

use serde::{Deserialize, Serialize};

/// What a schedule does while an execution of its own still runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Overlap {
    /// The due time passes.
    Skip,
    /// One due time waits for the end of what runs; those after it pass.
    BufferOne,
    /// Due times wait for the end of what runs, one after the other.
    BufferAll,
    /// What runs is asked to end, and the due time's execution starts once it has.
    CancelOther,
    /// What runs is ended at once, and the due time's execution starts.
    TerminateOther,
    /// The due time's execution starts beside what runs.
    #[default]
    AllowAll,
}

/// What is done about one due time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its execution starts.
    Start,
    /// It passes.
    Skip,
    /// It waits, behind those that wait already.
    Buffer,
    /// What runs is stopped; then its execution starts. Those that wait pass.
    Replace,
}

impl Overlap {
    /// What is done about a due time while `running` executions run and `buffered` due times wait, of
    /// which there may be `buffered_max`.
    pub fn verdict(self, running: usize, buffered: usize, buffered_max: usize) -> Verdict {
        let is_idle = running == 0 && buffered == 0;
        match self {
            Self::AllowAll => Verdict::Start,
            _ if is_idle => Verdict::Start,
            Self::BufferOne if buffered == 0 => Verdict::Buffer,
            Self::BufferAll if buffered < buffered_max => Verdict::Buffer,
            Self::Skip | Self::BufferOne | Self::BufferAll => Verdict::Skip,
            Self::CancelOther | Self::TerminateOther => Verdict::Replace,
        }
    }

    /// Whether it has to be known what runs.
    pub fn watches(self) -> bool {
        self != Self::AllowAll
    }
}
