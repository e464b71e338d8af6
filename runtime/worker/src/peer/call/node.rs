//! Hints from one node to the others. One that gets lost costs a little time and nothing else.

use serde::{Deserialize, Serialize};
use steploom_types::{AccountId, Name, Result};

use super::NodeCall;
use crate::port::Port;

/// Something has changed in who owns what.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Look {}

impl NodeCall for Look {
    const NAME: &'static str = "look";
    const WAIT_MS: u64 = 2_000;
    type Answer = ();

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        port.shards().look();
        Ok(())
    }
}

/// A function or a machine has changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Forget {
    Function { account: AccountId, name: Name },
    Machine { account: AccountId, name: Name },
}

impl NodeCall for Forget {
    const NAME: &'static str = "forget";
    const WAIT_MS: u64 = 2_000;
    type Answer = ();

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        let registry = &port.shared().registry;
        match self {
            Self::Function { account, name } => registry.forget_function(*account, name),
            Self::Machine { account, name } => registry.forget_machine(*account, name),
        }
        Ok(())
    }
}
