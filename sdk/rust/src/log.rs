//! Logs of invocations and executions.

use reqwest::Method;

use crate::{Client, Name, Result, Stream, wire};

impl Client {
    /// Log lines of a function's invocations, oldest first.
    pub async fn logs(&self, function: &Name, query: &wire::QueryLogs) -> Result<wire::LogPage> {
        let path = format!("/v1/functions/{function}/logs");
        self.call(Method::GET, &path).query(query).fetch().await
    }

    /// Log lines of a function's invocations from now on: those that are written once this has returned.
    /// When the line breaks the stream goes on from when it is back: what was written meanwhile is in
    /// [`Client::logs`].
    pub async fn follow_logs(&self, function: &Name) -> Result<Stream<wire::LogLine>> {
        Stream::opened(self, format!("/v1/functions/{function}/logs/stream")).await
    }

    /// What happened in those executions of a machine that are logged, oldest first.
    pub async fn machine_logs(
        &self,
        machine: &Name,
        query: &wire::QueryLogs,
    ) -> Result<wire::LogPage> {
        let path = format!("/v1/machines/{machine}/logs");
        self.call(Method::GET, &path).query(query).fetch().await
    }

    /// The same from now on, as [`Client::follow_logs`].
    pub async fn follow_machine_logs(&self, machine: &Name) -> Result<Stream<wire::LogLine>> {
        Stream::opened(self, format!("/v1/machines/{machine}/logs/stream")).await
    }
}
