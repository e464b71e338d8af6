//! Tasks that somebody outside ends, by their tokens.

use serde::{Deserialize, Serialize};
use steploom_types::{AccountId, Json, Result, Slot};

use super::Call;
use crate::port::{Port, token_slot};
use crate::shard::Ending;

/// Says something of a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Tell {
    pub(crate) account: AccountId,
    pub(crate) token: String,
    pub(crate) said: Said,
}

/// What is said.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Said {
    Succeeded {
        output: Json,
    },
    Failed {
        error: String,
        cause: Option<String>,
    },
    Heartbeat,
    Check,
}

impl Said {
    fn ending(&self) -> Ending {
        match self {
            Self::Succeeded { output } => Ending::Succeeded(output.clone()),
            Self::Failed { error, cause } => Ending::Failed(steploom_machine::Failure {
                error: error.clone(),
                cause: cause.clone(),
            }),
            Self::Heartbeat => Ending::None,
            Self::Check => Ending::Check,
        }
    }
}

impl Call for Tell {
    const NAME: &'static str = "tell";
    type Answer = ();

    fn slot(&self) -> Slot {
        token_slot(&self.token)
    }

    /// A second answer would be told that nobody waits any more, though the first was taken.
    fn is_repeatable(&self) -> bool {
        matches!(self.said, Said::Heartbeat | Said::Check)
    }

    async fn run(&self, port: &Port) -> Result<Self::Answer> {
        port.tell_here(self.account, &self.token, self.said.ending())
            .await
    }
}
