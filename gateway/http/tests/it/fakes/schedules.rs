//! Schedules, kept in a map: what is due when is not theirs to know.

use async_trait::async_trait;
use steploom_api::port::{PutSchedule, Schedules};
use steploom_api::wire;
use steploom_types::{AccountId, Error, Name, Result, Timestamp};

use super::{World, check_account};

fn at() -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000)
}

fn not_found(name: &Name) -> Error {
    Error::not_found("ScheduleNotFound", format!("there is no schedule '{name}'"))
}

fn group(name: &Name) -> wire::ScheduleGroup {
    wire::ScheduleGroup {
        name: name.clone(),
        arn: format!("arn:aws:scheduler:us-east-1:000000000000:schedule-group/{name}"),
        state: wire::ScheduleGroupState::Active,
        tags: std::collections::BTreeMap::new(),
        created_at: at(),
        modified_at: at(),
    }
}

#[async_trait]
impl Schedules for World {
    async fn put(
        &self,
        account: AccountId,
        (group, name): (&Name, &Name),
        definition: wire::ScheduleDefinition,
        put: PutSchedule,
    ) -> Result<(wire::Schedule, bool)> {
        check_account(account);
        let key = (group.clone(), name.clone());
        let schedule = wire::Schedule {
            name: name.clone(),
            group: group.clone(),
            arn: format!("arn:aws:scheduler:us-east-1:000000000000:schedule/{group}/{name}"),
            definition,
            created_at: at(),
            modified_at: at(),
            progress: wire::ScheduleProgress::default(),
        };
        let mut is_new = false;
        let mut refused = false;
        self.change(|state| {
            is_new = !state.schedules.contains_key(&key);
            refused = put == PutSchedule::Create && !is_new;
            if !refused {
                state.schedules.insert(key, schedule.clone());
            }
        });
        if refused {
            return Err(Error::conflict("ScheduleExists", "there is one"));
        }
        Ok((schedule, is_new))
    }

    async fn get(
        &self,
        account: AccountId,
        (group, name): (&Name, &Name),
    ) -> Result<wire::Schedule> {
        check_account(account);
        let key = (group.clone(), name.clone());
        let found = self.state().schedules.get(&key).cloned();
        found.ok_or_else(|| not_found(name))
    }

    async fn list(
        &self,
        account: AccountId,
        list: wire::ListSchedules,
    ) -> Result<wire::SchedulePage> {
        check_account(account);
        let state = self.state();
        let of_group = |one: &&wire::Schedule| list.group.as_ref().is_none_or(|g| one.group == *g);
        let items = state.schedules.values().filter(of_group).cloned().collect();
        Ok(wire::SchedulePage { items, next: None })
    }

    async fn delete(&self, account: AccountId, (group, name): (&Name, &Name)) -> Result<()> {
        check_account(account);
        let key = (group.clone(), name.clone());
        let mut gone = None;
        self.change(|state| gone = state.schedules.remove(&key));
        gone.map(drop).ok_or_else(|| not_found(name))
    }

    async fn set_state(
        &self,
        account: AccountId,
        id: (&Name, &Name),
        state: wire::ScheduleState,
    ) -> Result<wire::Schedule> {
        let mut schedule = Schedules::get(self, account, id).await?;
        schedule.definition.state = state;
        let put = PutSchedule::Upsert;
        let put = Schedules::put(self, account, id, schedule.definition, put).await?;
        Ok(put.0)
    }

    async fn backfill(
        &self,
        account: AccountId,
        id: (&Name, &Name),
        backfill: wire::Backfill,
    ) -> Result<wire::Schedule> {
        let mut schedule = Schedules::get(self, account, id).await?;
        schedule.progress.backfills.push(backfill);
        Ok(schedule)
    }

    async fn firings(
        &self,
        account: AccountId,
        id: (&Name, &Name),
        limit: u32,
        after: Option<Timestamp>,
    ) -> Result<wire::Firings> {
        Schedules::get(self, account, id).await?;
        let from = after.unwrap_or_else(at);
        let firing = |n: u32| wire::Firing {
            due_at: from.plus_millis(u64::from(n)),
            fires_at: from.plus_millis(u64::from(n)),
        };
        Ok(wire::Firings {
            items: (1..=limit).map(firing).collect(),
        })
    }

    async fn put_group(
        &self,
        account: AccountId,
        name: &Name,
        put: wire::PutScheduleGroup,
        _: bool,
    ) -> Result<(wire::ScheduleGroup, bool)> {
        check_account(account);
        let mut made = group(name);
        made.tags = put.tags;
        Ok((made, true))
    }

    async fn get_group(&self, account: AccountId, name: &Name) -> Result<wire::ScheduleGroup> {
        check_account(account);
        Ok(group(name))
    }

    async fn list_groups(
        &self,
        account: AccountId,
        _: u32,
        next: Option<String>,
    ) -> Result<wire::ScheduleGroupPage> {
        check_account(account);
        let items = vec![group(&"default".parse()?)];
        Ok(wire::ScheduleGroupPage { items, next })
    }

    async fn delete_group(&self, account: AccountId, _: &Name) -> Result<()> {
        check_account(account);
        Ok(())
    }
}
