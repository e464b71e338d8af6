//! Histories: events are not stored, they are told anew by an execution's facts, from the nearest
//! snapshot on. A page costs what lies between two snapshots, however long the execution is.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, stream};
use steploom_api::wire;
use steploom_machine::{Event, EventSink, MapRunView, Run};
use steploom_store::Error as StoreError;
use steploom_store::projection::SnapshotAt;
use steploom_types::{AccountId, Error, ExecutionId, Kind, Result};
use tokio::sync::mpsc;

use super::executions::not_found;
use super::{Port, bad_next};
use crate::past::{Past, corrupt};
use crate::shard::{self, Command, Tail};
use crate::shared::Shared;
use crate::{codec, event, payload};

/// Events that are told before they are passed on.
const EVENTS_AT_ONCE: usize = 1_000;

/// Tells an execution's events, the oldest first.
struct Telling {
    shared: Arc<Shared>,
    id: ExecutionId,
    run: Run,
    past: Past,
    /// Facts that were read and not applied.
    facts: VecDeque<Bytes>,
    /// Only events after this one are told.
    after: u64,
}

/// Keeps the events after one.
struct After {
    after: u64,
    events: Vec<wire::Event>,
}

impl EventSink for After {
    fn event(&mut self, event: Event<'_>) {
        if event.id > self.after {
            self.events.push(event::shown(&event));
        }
    }
}

impl Telling {
    /// About `count` events more, fewer only at the end: whole facts are told.
    async fn tell(&mut self, count: usize) -> Result<Vec<wire::Event>> {
        let mut sink = After {
            after: self.after,
            events: Vec::new(),
        };
        while sink.events.len() < count {
            let Some(encoded) = self.facts.pop_front() else {
                match self.past.next(&mut self.run).await? {
                    Some(piece) => self.facts.extend(piece.facts),
                    None => break,
                }
                tokio::task::yield_now().await;
                continue;
            };
            let (fact, _) = payload::fact(&self.shared.artifacts, self.id, &encoded).await?;
            shard::supply(&self.shared, &mut self.run, std::slice::from_ref(&fact)).await?;
            steploom_machine::apply(&mut self.run, &fact, &mut sink)
                .map_err(|defect| corrupt(self.id, &defect))?;
        }
        if let Some(last) = sink.events.last() {
            self.after = last.id;
        }
        Ok(sink.events)
    }
}

impl Port {
    /// A page of a history.
    pub(super) async fn page_history(
        &self,
        account: AccountId,
        id: ExecutionId,
        page: &wire::PageHistory,
        limit: usize,
    ) -> Result<wire::History> {
        let next = page.next.as_deref().map(str::parse::<u64>).transpose();
        let next = next.map_err(|_| bad_next())?;
        let tail = self.tail(account, id, false).await?;
        let (items, more) = if page.reverse {
            let before = match next {
                Some(before) => before,
                None => self.last_event(id, &tail).await? + 1,
            };
            self.events_before(id, tail, before, limit).await?
        } else {
            self.events_after(id, tail, next.unwrap_or(0), limit)
                .await?
        };
        let next = items.last().filter(|_| more).map(|e| e.id.to_string());
        Ok(wire::History { items, next })
    }

    async fn events_after(
        &self,
        id: ExecutionId,
        tail: Tail,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<wire::Event>, bool)> {
        let mut telling = self.telling(id, tail, after).await?;
        let mut items = telling.tell(limit + 1).await?;
        if telling.run.event_count() < after {
            return Err(bad_next());
        }
        let more = items.len() > limit;
        items.truncate(limit);
        Ok((items, more))
    }

    /// The events before one, the newest first.
    async fn events_before(
        &self,
        id: ExecutionId,
        tail: Tail,
        before: u64,
        limit: usize,
    ) -> Result<(Vec<wire::Event>, bool)> {
        let after = before.saturating_sub(1 + limit as u64);
        let mut telling = self.telling(id, tail, after).await?;
        let wanted = before.saturating_sub(1 + after) as usize;
        let mut items = telling.tell(wanted).await?;
        if items.len() < wanted {
            return Err(bad_next());
        }
        items.truncate(wanted);
        items.reverse();
        Ok((items, after > 0))
    }

    async fn last_event(&self, id: ExecutionId, tail: &Tail) -> Result<u64> {
        if let Some(last) = tail.last_event {
            return Ok(last);
        }
        let mut telling = self.telling(id, tail.without_events(), u64::MAX).await?;
        telling.tell(1).await?;
        Ok(telling.run.event_count())
    }

    /// The map runs of an execution that is not in memory.
    pub(crate) async fn past_map_runs(
        &self,
        account: AccountId,
        id: ExecutionId,
    ) -> Result<Vec<MapRunView>> {
        let tail = self.tail(account, id, false).await?;
        let mut telling = self.telling(id, tail, u64::MAX).await?;
        telling.tell(1).await?;
        Ok(telling.run.map_runs())
    }

    /// Every event after one, and those to come while the execution is open.
    pub(super) async fn follow(
        &self,
        account: AccountId,
        id: ExecutionId,
        after: u64,
    ) -> Result<impl Stream<Item = Result<wire::Event>> + use<>> {
        let tail = self.tail(account, id, true).await?;
        let mut following = Following {
            port: Self::new(self.shared.clone(), self.shards.clone()),
            account,
            id,
            last: after,
            told: VecDeque::new(),
            telling: None,
            to_come: None,
        };
        following.go_on(tail).await?;
        Ok(stream::try_unfold(following, |mut following| async move {
            let event = following.next().await?;
            Ok(event.map(|event| (event, following)))
        }))
    }

    /// What the owner has of an execution, or what the projection or the archive says of one that is
    /// not in memory.
    async fn tail(&self, account: AccountId, id: ExecutionId, follow: bool) -> Result<Tail> {
        let tail = self
            .shards
            .of_slot(id.slot())?
            .ask(|reply| Command::Tail {
                account,
                id,
                follow,
                reply,
            })
            .await?;
        if let Some(tail) = tail {
            return Ok(tail);
        }
        let found = self.shared.store.projection.find(account, id).await?;
        let (row, facts_before, facts) = if let Some(row) = found {
            (row, u64::MAX, Bytes::new())
        } else {
            let archived = self.shared.archive.find(account, id).await?;
            let archived = archived.ok_or_else(|| not_found(id))?;
            (archived.row, 0, archived.facts)
        };
        Ok(Tail {
            definition: row.definition,
            facts_before,
            facts,
            last_event: None,
            is_open: false,
            events: None,
        })
    }

    /// Tells the events after one.
    async fn telling(&self, id: ExecutionId, tail: Tail, after: u64) -> Result<Telling> {
        let projection = &self.shared.store.projection;
        let found = match projection.snapshot(id, SnapshotAt::Event(after)).await {
            Ok(found) => found,
            // The facts tell the same.
            Err(StoreError::Corrupt(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let restored = match &found {
            Some(snapshot) => shard::restore(&self.shared, id, snapshot).await?,
            None => None,
        };
        let (run, from) = match (restored, found) {
            (Some(restored), Some(snapshot)) => (restored.run, snapshot.facts),
            _ => (
                Run::new(self.shared.definitions.get(tail.definition).await?),
                0,
            ),
        };
        let newest = codec::split_chunk(tail.facts).map_err(|e| corrupt(id, &e))?;
        let range = (from, tail.facts_before);
        Ok(Telling {
            shared: self.shared.clone(),
            id,
            run,
            past: Past::new(projection.clone(), id, range, newest),
            facts: VecDeque::new(),
            after,
        })
    }
}

/// Whoever follows an execution: first what was, then what comes. Who falls behind is let go by the
/// execution's owner, and goes on with what was.
struct Following {
    port: Port,
    account: AccountId,
    id: ExecutionId,
    /// The last event that was given.
    last: u64,
    told: VecDeque<wire::Event>,
    telling: Option<Telling>,
    to_come: Option<mpsc::Receiver<wire::Event>>,
}

impl Following {
    async fn go_on(&mut self, mut tail: Tail) -> Result<()> {
        self.to_come = tail.events.take();
        if tail.is_open && self.to_come.is_none() {
            return Err(Error::new(
                Kind::Exhausted,
                "TooManyFollowers",
                "too many follow this execution; try again when fewer do",
            )
            .with_retry_after(1));
        }
        let telling = self.port.telling(self.id, tail, self.last).await?;
        self.telling = Some(telling);
        Ok(())
    }

    async fn next(&mut self) -> Result<Option<wire::Event>> {
        loop {
            if let Some(event) = self.told.pop_front() {
                self.last = event.id;
                return Ok(Some(event));
            }
            if let Some(telling) = &mut self.telling {
                self.told.extend(telling.tell(EVENTS_AT_ONCE).await?);
                if self.told.is_empty() {
                    self.telling = None;
                }
                continue;
            }
            let Some(to_come) = &mut self.to_come else {
                return Ok(None);
            };
            match to_come.recv().await {
                Some(event) if event.id > self.last => self.told.push_back(event),
                Some(_) => {}
                // It has ended, its owner has changed, or this follower was too slow.
                None => {
                    let tail = self.port.tail(self.account, self.id, true).await?;
                    self.go_on(tail).await?;
                }
            }
        }
    }
}
