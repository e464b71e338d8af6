//! Schedules, and their groups.

use reqwest::Method;

use crate::{Client, Name, Result, wire};

fn path(name: &Name) -> String {
    format!("/v1/schedules/{name}")
}

fn in_group(group: Option<&Name>) -> wire::InGroup {
    wire::InGroup {
        group: group.cloned(),
    }
}

impl Client {
    /// Makes a schedule or replaces its definition; in the group `default`, if none is named.
    /// `create_only`: fail with `ScheduleExists` if there is one.
    ///
    /// # Errors
    /// `Problem` / `InvalidScheduleExpression`, `InvalidTimeZone`, `InvalidSchedule`,
    /// `ScheduleGroupNotFound`.
    pub async fn put_schedule(
        &self,
        group: Option<&Name>,
        name: &Name,
        definition: &wire::ScheduleDefinition,
        create_only: bool,
    ) -> Result<wire::Schedule> {
        let call = self.call(Method::PUT, &path(name));
        call.query(&in_group(group))
            .json(definition)?
            .repeatable(true)
            .create_only(create_only)
            .fetch()
            .await
    }

    /// One schedule.
    pub async fn get_schedule(&self, group: Option<&Name>, name: &Name) -> Result<wire::Schedule> {
        let call = self.call(Method::GET, &path(name));
        call.query(&in_group(group)).fetch().await
    }

    /// Schedules by group and name, a page at a time.
    pub async fn list_schedules(&self, list: &wire::ListSchedules) -> Result<wire::SchedulePage> {
        let call = self.call(Method::GET, "/v1/schedules");
        call.query(list).fetch().await
    }

    /// Deletes a schedule. What it started goes on.
    pub async fn delete_schedule(&self, group: Option<&Name>, name: &Name) -> Result<()> {
        let call = self.call(Method::DELETE, &path(name));
        call.query(&in_group(group)).send().await.map(drop)
    }

    /// Lets a schedule fire no more, until it is resumed.
    pub async fn pause_schedule(
        &self,
        group: Option<&Name>,
        name: &Name,
    ) -> Result<wire::Schedule> {
        let call = self.call(Method::POST, &format!("{}/pause", path(name)));
        let call = call.query(&in_group(group)).repeatable(true);
        call.fetch().await
    }

    /// Lets a paused schedule fire again, from now on.
    pub async fn resume_schedule(
        &self,
        group: Option<&Name>,
        name: &Name,
    ) -> Result<wire::Schedule> {
        let call = self.call(Method::POST, &format!("{}/resume", path(name)));
        let call = call.query(&in_group(group)).repeatable(true);
        call.fetch().await
    }

    /// Fires the due times of a range in the past that were not accepted before.
    ///
    /// # Errors
    /// `Problem` / `InvalidBackfill`, `TooManyBackfills`.
    pub async fn backfill_schedule(
        &self,
        group: Option<&Name>,
        name: &Name,
        backfill: &wire::Backfill,
    ) -> Result<wire::Schedule> {
        let call = self.call(Method::POST, &format!("{}/backfill", path(name)));
        call.query(&in_group(group)).json(backfill)?.fetch().await
    }

    /// The next times at which a schedule fires.
    pub async fn schedule_firings(
        &self,
        name: &Name,
        query: &wire::QueryFirings,
    ) -> Result<wire::Firings> {
        let call = self.call(Method::GET, &format!("{}/firings", path(name)));
        call.query(query).fetch().await
    }

    /// Makes a group of schedules, or replaces its tags. `create_only`: fail with
    /// `ScheduleGroupExists` if there is one.
    pub async fn put_schedule_group(
        &self,
        name: &Name,
        put: &wire::PutScheduleGroup,
        create_only: bool,
    ) -> Result<wire::ScheduleGroup> {
        let call = self.call(Method::PUT, &format!("/v1/schedule-groups/{name}"));
        call.json(put)?
            .repeatable(true)
            .create_only(create_only)
            .fetch()
            .await
    }

    /// One group of schedules.
    pub async fn get_schedule_group(&self, name: &Name) -> Result<wire::ScheduleGroup> {
        let path = format!("/v1/schedule-groups/{name}");
        self.call(Method::GET, &path).fetch().await
    }

    /// Groups of schedules by name, a page at a time.
    pub async fn list_schedule_groups(&self, page: &wire::Page) -> Result<wire::ScheduleGroupPage> {
        let call = self.call(Method::GET, "/v1/schedule-groups");
        call.query(page).fetch().await
    }

    /// Deletes a group with all its schedules.
    pub async fn delete_schedule_group(&self, name: &Name) -> Result<()> {
        let path = format!("/v1/schedule-groups/{name}");
        self.call(Method::DELETE, &path).send().await.map(drop)
    }
}
