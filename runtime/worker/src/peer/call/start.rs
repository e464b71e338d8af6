//! Starting executions.

use serde::{Deserialize, Serialize};
use steploom_api::wire;
use steploom_types::{AccountId, ExecutionId, Result, Slot};

use super::Call;
use crate::peer::failure::Reply;
use crate::port::{NewExecution, Placed, Port, Started};

/// Starts an execution under an id that was drawn before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Start {
    pub(crate) account: AccountId,
    pub(crate) new: NewExecution,
    pub(crate) id: ExecutionId,
}

impl Call for Start {
    const NAME: &'static str = "start";
    /// The execution, and whether it was started now.
    type Answer = (wire::Execution, bool);

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    /// By its name it is found again; without one there would be two.
    fn is_repeatable(&self) -> bool {
        self.new.name.is_some()
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        port.start_here(self.account, self.new.clone(), self.id)
            .await
    }
}

/// Starts executions of one shard, each under an id that was drawn before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StartAll {
    pub(crate) account: AccountId,
    pub(crate) starts: Vec<Placed>,
}

impl Call for StartAll {
    const NAME: &'static str = "startAll";
    const WAIT_MS: u64 = 30_000;
    /// In the order of the starts.
    type Answer = Vec<Reply<Started>>;

    fn slot(&self) -> Slot {
        self.starts.first().map_or(Slot(0), |(_, id)| id.slot())
    }

    fn is_repeatable(&self) -> bool {
        self.starts.iter().all(|(new, _)| new.name.is_some())
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let starts = self.starts.clone();
        let answers = port.start_all_here(self.account, starts).await?;
        Ok(answers.into_iter().map(Reply::of).collect())
    }
}
