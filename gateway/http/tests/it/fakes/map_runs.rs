//! Every execution has one map run, number 1, that goes on until it is stopped.

use async_trait::async_trait;
use steploom_api::port::{Executions, MapRuns};
use steploom_api::wire;
use steploom_types::{AccountId, Error, ExecutionId, Result, Timestamp};

use super::World;

#[async_trait]
impl MapRuns for World {
    async fn list(&self, account: AccountId, id: ExecutionId) -> Result<wire::MapRuns> {
        let item = self.get_map_run(account, id).await?;
        Ok(wire::MapRuns { items: vec![item] })
    }

    async fn get(
        &self,
        account: AccountId,
        id: ExecutionId,
        number: wire::MapRunNumber,
    ) -> Result<wire::MapRun> {
        if number != wire::MapRunNumber(1) {
            return Err(Error::not_found(
                "MapRunNotFound",
                "there is no such map run",
            ));
        }
        self.get_map_run(account, id).await
    }

    async fn update(
        &self,
        account: AccountId,
        id: ExecutionId,
        _number: wire::MapRunNumber,
        update: wire::UpdateMapRun,
    ) -> Result<wire::MapRun> {
        let mut run = self.get_map_run(account, id).await?;
        run.max_concurrency = update.max_concurrency.unwrap_or(run.max_concurrency);
        run.tolerated_failure_count = update.tolerated_failure_count;
        Ok(run)
    }

    async fn stop(
        &self,
        account: AccountId,
        id: ExecutionId,
        _number: wire::MapRunNumber,
    ) -> Result<wire::MapRun> {
        let mut run = self.get_map_run(account, id).await?;
        run.status = wire::MapRunStatus::Aborted;
        run.ended_at = Some(run.started_at);
        Ok(run)
    }
}

impl World {
    async fn get_map_run(&self, account: AccountId, id: ExecutionId) -> Result<wire::MapRun> {
        Executions::get(self, account, id).await?;
        Ok(wire::MapRun {
            execution: id,
            number: wire::MapRunNumber(1),
            state: "M".to_owned(),
            arn: "arn:aws:states:us-east-1:000000000000:mapRun:m/M:1".to_owned(),
            status: wire::MapRunStatus::Running,
            started_at: Timestamp::from_millis(1_700_000_000_000),
            ended_at: None,
            redrive_count: 0,
            redriven_at: None,
            items: wire::ItemCounts {
                total: 10,
                is_total: true,
                pending: 4,
                running: 1,
                succeeded: 5,
                ..wire::ItemCounts::default()
            },
            max_concurrency: 1_000,
            tolerated_failure_count: None,
            tolerated_failure_percentage: None,
            items_per_second: 2.5,
            estimated_end_at: None,
        })
    }
}
