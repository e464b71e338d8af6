//! Tasks that somebody outside ends, and activities.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use crate::{Client, Json, Name, Result, call, wire};

/// How much longer than the server waits for a task its answer may take.
const POLL_GRACE: Duration = Duration::from_secs(15);

/// Seconds that the server waits for a task if it is not told.
const POLL_SECONDS_DEFAULT: u64 = 60;

impl Client {
    /// Ends a task with its result. When this returns, it survives a crash.
    ///
    /// # Errors
    /// `Problem` / `InvalidToken` when the token is none; `TaskTimedOut` when nobody waits for the
    /// task any more, which is also so after this very call went well.
    pub async fn succeed_task(&self, token: &str, output: Json) -> Result<()> {
        let body = wire::SucceedTask { output };
        self.task(token, "success")
            .json(&body)?
            .send()
            .await
            .map(drop)
    }

    /// Ends a task with a failure.
    ///
    /// # Errors
    /// As [`Client::succeed_task`].
    pub async fn fail_task(&self, token: &str, failure: &wire::FailTask) -> Result<()> {
        self.task(token, "failure")
            .json(failure)?
            .send()
            .await
            .map(drop)
    }

    /// Says that a task is still being worked on.
    ///
    /// # Errors
    /// As [`Client::succeed_task`].
    pub async fn heartbeat_task(&self, token: &str) -> Result<()> {
        let call = self.task(token, "heartbeat").repeatable(true);
        call.send().await.map(drop)
    }

    fn task(&self, token: &str, what: &str) -> call::Call<'_> {
        let token = crate::bucket::segment(token);
        self.call(Method::POST, &format!("/v1/tasks/{token}/{what}"))
    }

    /// Makes an activity. One that is there stays as it is.
    pub async fn put_activity(&self, name: &Name) -> Result<wire::Activity> {
        let path = format!("/v1/activities/{name}");
        self.call(Method::PUT, &path).fetch().await
    }

    /// One activity.
    pub async fn get_activity(&self, name: &Name) -> Result<wire::Activity> {
        let path = format!("/v1/activities/{name}");
        self.call(Method::GET, &path).fetch().await
    }

    /// Activities by name, a page at a time.
    pub async fn list_activities(&self, page: &wire::Page) -> Result<wire::ActivityPage> {
        let call = self.call(Method::GET, "/v1/activities");
        call.query(page).fetch().await
    }

    /// Deletes an activity. Tasks that wait already go on waiting.
    pub async fn delete_activity(&self, name: &Name) -> Result<()> {
        let path = format!("/v1/activities/{name}");
        self.call(Method::DELETE, &path).send().await.map(drop)
    }

    /// An activity's tags.
    pub async fn activity_tags(&self, name: &Name) -> Result<wire::Tags> {
        let path = format!("/v1/activities/{name}/tags");
        self.call(Method::GET, &path).fetch().await
    }

    /// Sets some of an activity's tags and removes others.
    pub async fn change_activity_tags(
        &self,
        name: &Name,
        change: &wire::ChangeTags,
    ) -> Result<wire::Tags> {
        let path = format!("/v1/activities/{name}/tags");
        let call = self.call(Method::POST, &path).json(change)?;
        call.repeatable(true).fetch().await
    }

    /// Takes the oldest task of an activity, and waits for one; `None` if none came in time. A task
    /// is given away once, so the call is not repeated by itself.
    pub async fn poll_activity(
        &self,
        name: &Name,
        poll: &wire::PollActivity,
    ) -> Result<Option<wire::ActivityTask>> {
        let seconds = poll.wait_seconds.unwrap_or(POLL_SECONDS_DEFAULT);
        let response = self
            .call(Method::POST, &format!("/v1/activities/{name}/poll"))
            .json(poll)?
            .timeout(Duration::from_secs(seconds) + POLL_GRACE)
            .send()
            .await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        call::read(self, response).await.map(Some)
    }
}
