//! Map runs: distributed `Map` states of executions.

use reqwest::Method;

use crate::{Client, ExecutionId, Result, wire};

impl Client {
    /// The map runs of an execution: those that run, and the last that ended.
    pub async fn list_map_runs(&self, id: ExecutionId) -> Result<wire::MapRuns> {
        let path = format!("/v1/executions/{id}/map-runs");
        self.call(Method::GET, &path).fetch().await
    }

    /// One map run, with how far it is.
    pub async fn get_map_run(
        &self,
        id: ExecutionId,
        number: wire::MapRunNumber,
    ) -> Result<wire::MapRun> {
        let path = format!("/v1/executions/{id}/map-runs/{number}");
        self.call(Method::GET, &path).fetch().await
    }

    /// Changes how many iterations may be in flight, and what may fail.
    pub async fn update_map_run(
        &self,
        id: ExecutionId,
        number: wire::MapRunNumber,
        update: &wire::UpdateMapRun,
    ) -> Result<wire::MapRun> {
        let path = format!("/v1/executions/{id}/map-runs/{number}");
        self.call(Method::PATCH, &path)
            .json(update)?
            .repeatable(true)
            .fetch()
            .await
    }

    /// Ends a map run; its state fails. One that has ended is left as it is.
    pub async fn stop_map_run(
        &self,
        id: ExecutionId,
        number: wire::MapRunNumber,
    ) -> Result<wire::MapRun> {
        let path = format!("/v1/executions/{id}/map-runs/{number}/stop");
        self.call(Method::POST, &path)
            .repeatable(true)
            .fetch()
            .await
    }
}
