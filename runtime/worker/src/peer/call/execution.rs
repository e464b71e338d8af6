//! Reading and stopping executions.

use serde::{Deserialize, Serialize};
use steploom_api::wire;
use steploom_types::{AccountId, ExecutionId, MachineName, Name, Result, Slot};

use super::Call;
use crate::child::Child;
use crate::mailbox;
use crate::port::{Port, Wanted};

/// An execution by its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Read {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
}

impl Call for Read {
    const NAME: &'static str = "read";
    type Answer = Option<wire::Execution>;

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        port.find_here(self.account, self.id).await
    }
}

/// An execution by its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReadByName {
    pub(crate) account: AccountId,
    pub(crate) machine: MachineName,
    pub(crate) name: Name,
}

impl Call for ReadByName {
    const NAME: &'static str = "readByName";
    type Answer = Option<wire::Execution>;

    fn slot(&self) -> Slot {
        Slot::of(self.account, &self.machine.to_string(), self.name.as_str())
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        port.find_by_name_here(self.account, &self.machine, &self.name)
            .await
    }
}

/// A page of an execution's history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct History {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
    pub(crate) page: wire::PageHistory,
}

impl Call for History {
    const NAME: &'static str = "history";
    const WAIT_MS: u64 = 60_000;
    type Answer = wire::History;

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        port.history_here(self.account, self.id, self.page.clone())
            .await
    }
}

/// Events of an execution from one on, and those to come: see
/// [`Peers::follow`](crate::peer::Peers::follow).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Follow {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
    pub(crate) after: u64,
}

impl Follow {
    pub(crate) const NAME: &'static str = "follow";
}

/// Asks an execution to end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stop {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
    pub(crate) why: wire::StopExecution,
}

impl Call for Stop {
    const NAME: &'static str = "stop";
    const WAIT_MS: u64 = 30_000;
    type Answer = wire::Execution;

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        port.stop_here(self.account, self.id, self.why.clone())
            .await
    }
}

/// Lets an execution pause, go on, or go on after its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Control {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
    pub(crate) wanted: Wanted,
}

impl Call for Control {
    const NAME: &'static str = "control";
    const WAIT_MS: u64 = 30_000;
    type Answer = wire::Execution;

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    /// Somebody may have redriven it and it may have failed again meanwhile; a token tells whether that
    /// was this one.
    fn is_repeatable(&self) -> bool {
        match &self.wanted {
            Wanted::Pause | Wanted::Resume => true,
            Wanted::Redrive(redrive) => redrive.client_token.is_some(),
        }
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        port.control_here(self.account, self.id, self.wanted.clone())
            .await
    }
}

/// Lets an execution that was set aside go on, if it can.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Release {
    pub(crate) account: AccountId,
    pub(crate) id: ExecutionId,
}

impl Call for Release {
    const NAME: &'static str = "release";
    const WAIT_MS: u64 = 30_000;
    type Answer = wire::Execution;

    fn slot(&self) -> Slot {
        self.id.slot()
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        port.release_here(self.account, self.id).await
    }
}

/// Stops the execution that an attempt has started, if it did and if it runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StopChild {
    pub(crate) account: AccountId,
    pub(crate) child: Child,
}

impl Call for StopChild {
    const NAME: &'static str = "stopChild";
    const WAIT_MS: u64 = 30_000;
    /// Whether that is done; else it is being started just now.
    type Answer = bool;

    fn slot(&self) -> Slot {
        let machine = self.child.machine_name().to_string();
        Slot::of(self.account, &machine, self.child.name.as_str())
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        mailbox::stop_here(port, self.account, &self.child).await
    }
}
