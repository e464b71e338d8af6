//! `StartSyncExecution`

use super::Call;
use super::execution::{self, Start};
use super::failure;
use crate::Answer;

/// Runs an execution of an EXPRESS machine, and answers with what came of it.
pub(super) async fn start_sync(call: &Call<'_>) -> Answer {
    let input: Start = call.read()?;
    let machine_arn = input.state_machine_arn.clone();
    let start = execution::checked(input)?;
    let releases = &call.ports.releases;
    let profile = releases.profile(call.account, &start.machine).await;
    profile.map_err(|error| failure(error, &machine_arn))?;
    Err(execution::unsupported())
}
