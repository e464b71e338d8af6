//! Pausing executions, letting them go on, and letting them go on after their end.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use steploom_api::wire;
use steploom_asl::Machine;
use steploom_machine::{NewVersion, Redriven};
use steploom_types::{AccountId, Error, ExecutionId, MachineName, Result, limits};

use super::Port;
use super::executions::not_found;
use crate::payload;
use crate::shard::{self, Command, Control, Wish};

/// What a caller wants of an execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Wanted {
    /// That it begins nothing new.
    Pause,
    /// That it goes on.
    Resume,
    /// That it goes on from where it ended.
    Redrive(wire::RedriveExecution),
}

impl Port {
    /// Does what is wanted, if the owner is here.
    pub(crate) async fn control_here(
        &self,
        account: AccountId,
        id: ExecutionId,
        wanted: Wanted,
    ) -> Result<wire::Execution> {
        let what = match wanted {
            Wanted::Pause => Wish::Pause,
            Wanted::Resume => Wish::Resume,
            Wanted::Redrive(redrive) => self.redrive_wish(account, id, redrive).await?,
        };
        let is_redrive = matches!(what, Wish::Redrive(..));
        let shard = self.shards.of_slot(id.slot())?;
        let control = |reply| {
            Command::Control(Box::new(Control {
                account,
                id,
                what,
                reply,
            }))
        };
        if let Some(answer) = shard.ask(control).await? {
            return answer;
        }
        let found = self.find_here(account, id).await?;
        let found = found.ok_or_else(|| not_found(id))?;
        if is_redrive {
            return Err(archived(&found));
        }
        Err(shard::ended(&found))
    }

    async fn redrive_wish(
        &self,
        account: AccountId,
        id: ExecutionId,
        redrive: wire::RedriveExecution,
    ) -> Result<Wish> {
        check_token(redrive.client_token.as_deref())?;
        let (version, machine) = match redrive.version {
            Some(number) => {
                let (version, machine) = self.version_of(account, id, number).await?;
                (Some(version), Some(machine))
            }
            None => (None, None),
        };
        let redriven = Redriven {
            at: self.shared.clock.now(),
            version,
            input: redrive.input,
            skip: redrive.skip,
            client_token: redrive.client_token,
        };
        let payloads = redriven.input.iter().chain(&redriven.skip);
        let kept = payload::keep(&self.shared.artifacts, id, payloads).await?;
        Ok(Wish::Redrive(Box::new(redriven), machine, kept))
    }

    /// Another version of an execution's machine.
    async fn version_of(
        &self,
        account: AccountId,
        id: ExecutionId,
        number: u32,
    ) -> Result<(NewVersion, Arc<Machine>)> {
        let found = self.find_here(account, id).await?;
        let execution = found.ok_or_else(|| not_found(id))?;
        let MachineName::Named(name) = &execution.summary.machine else {
            return Err(Error::invalid(
                "NoVersions",
                "what a function's invocation runs has no versions: leave the version out",
            ));
        };
        let found = self.machine_version(account, name, Some(number)).await?;
        let version = NewVersion {
            definition: found.definition,
            number,
        };
        let machine = self.shared.definitions.get(found.definition).await?;
        Ok((version, machine))
    }
}

/// # Errors
/// `Invalid` / `InvalidClientToken`.
fn check_token(token: Option<&str>) -> Result<()> {
    let length_max = limits::CLIENT_TOKEN_LENGTH_MAX;
    let fits = |token: &str| (1..=length_max).contains(&token.chars().count());
    if token.is_none_or(fits) {
        return Ok(());
    }
    let message = format!("'clientToken' must have 1 to {length_max} characters");
    Err(Error::invalid("InvalidClientToken", message))
}

/// One that has ended, and is in the database no more.
fn archived(execution: &wire::Execution) -> Error {
    let summary = &execution.summary;
    let ended_at = summary.ended_at.unwrap_or(summary.started_at);
    Error::conflict(
        "ExecutionNotRedrivable",
        format!(
            "execution {} ended at {ended_at} and is archived since; what is archived cannot be redriven: start a new one with the same input, and let closed executions stay longer with 'up --archive-after-hours'",
            summary.id
        ),
    )
}
