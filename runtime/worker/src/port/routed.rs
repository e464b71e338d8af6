//! The ports of what belongs to a shard's owner: each call is done here or sent to the owner.

use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use steploom_api::port::{EventStream, Executions, Tasks};
use steploom_api::wire;
use steploom_store::lease::Node;
use steploom_types::{AccountId, Error, ExecutionId, Json, MachineName, Name, Result, limits};
use tokio::time::{Instant, sleep};

use super::{Port, Wanted, executions, tasks};
use crate::peer::call::execution::{Control, Follow, History, Read, ReadByName, Release, Stop};
use crate::peer::call::task::{Said, Tell};
use crate::peer::call::{Call, is_not_owner, not_owner};
use crate::peer::{is_away, is_lost};
use crate::shard::is_moved;
use crate::shards::Place;

/// How long whoever owns a slot is looked for, and asked again.
const PATIENCE: Duration = Duration::from_millis(limits::peer::PATIENCE_MS);

/// Between two tries: the first follows at once, those after it at twice the distance, up to that.
const PAUSE_MAX: Duration = Duration::from_millis(400);

impl Port {
    /// Asks the owner of the call's slot, here or elsewhere. While the slot is between two owners, the
    /// call waits for the next one; if the owner goes away while it is asked, the next one is asked
    /// the same, unless that could do it twice.
    ///
    /// # Errors
    /// The owner's; `Fenced` or `Unavailable`, with a time to come back, where there was no owner for
    /// long.
    pub(crate) async fn ask<C: Call>(&self, call: C) -> Result<C::Answer> {
        self.ask_by_ref(&call).await
    }

    /// The same, for who needs the call afterwards.
    pub(super) async fn ask_by_ref<C: Call>(&self, call: &C) -> Result<C::Answer> {
        let slot = call.slot();
        let mut until = Instant::now() + PATIENCE;
        let mut pause = Duration::from_millis(10);
        loop {
            let began = Instant::now();
            let answer = match self.shards.place(slot) {
                Place::Here(_) => call.run(self).await,
                Place::Nobody => Err(not_owner()),
                Place::There(node) => self.ask_there(&node, call).await,
            };
            let error = match answer {
                Err(error) if may_repeat(&error, call.is_repeatable()) => error,
                answer => return answer,
            };
            if began.elapsed() > PATIENCE {
                // It was with an owner for long, who has gone just now.
                until = Instant::now() + PATIENCE;
            }
            if Instant::now() + pause >= until {
                return Err(error);
            }
            self.look_again(began).await;
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Asks another node, until the slot is not its any more.
    async fn ask_there<C: Call>(&self, node: &Node, call: &C) -> Result<C::Answer> {
        let mut asked = std::pin::pin!(self.shared.peers.ask(node, call));
        tokio::select! {
            biased;
            answer = &mut asked => return answer,
            () = self.shards.moved_from(call.slot(), &node.id) => {}
        }
        let moved = || Err(crate::peer::lost(&node.id, "its shard has moved"));
        if call.is_repeatable() {
            return moved();
        }
        // What cannot be asked again may have been done, and even be why the shard has moved: the
        // answer is on its way then.
        let answer = tokio::time::timeout(PATIENCE, asked).await;
        answer.unwrap_or_else(|_| moved())
    }

    /// Reads the map anew, unless that was done since.
    async fn look_again(&self, since: Instant) {
        if let Err(error) = self.shards.refresh(&self.shared, since).await {
            tracing::debug!(%error, "the map of slots cannot be read");
        }
    }
}

/// Whether the same may be asked again: nothing was done, or it bears being done twice.
fn may_repeat(error: &Error, is_repeatable: bool) -> bool {
    is_not_owner(error) || is_away(error) || (is_repeatable && (is_lost(error) || is_moved(error)))
}

#[async_trait]
impl Executions for Port {
    async fn start(
        &self,
        account: AccountId,
        start: wire::StartExecution,
    ) -> Result<(wire::Execution, bool)> {
        let (new, tickets) = self.resolve(account, start).await?;
        let started = self.start_execution(account, new, None).await;
        if let (Ok((_, true)), Some(tickets)) = (&started, tickets) {
            tickets.leave();
        }
        started
    }

    async fn run_sync(
        &self,
        account: AccountId,
        start: wire::StartExecution,
        logging: Option<wire::Logging>,
    ) -> Result<wire::SyncExecution> {
        self.run_express(account, start, logging).await
    }

    async fn start_batch(
        &self,
        account: AccountId,
        starts: Vec<wire::StartExecution>,
    ) -> Vec<Result<(wire::ExecutionSummary, bool)>> {
        self.start_all(account, starts).await
    }

    async fn get(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution> {
        let found = self.ask(Read { account, id }).await?;
        found.ok_or_else(|| executions::not_found(id))
    }

    async fn get_by_name(
        &self,
        account: AccountId,
        machine: &MachineName,
        name: &Name,
    ) -> Result<wire::Execution> {
        if let Ok(id) = name.as_str().parse::<ExecutionId>()
            && let Some(execution) = self.ask(Read { account, id }).await?
            && execution.summary.machine == *machine
        {
            return Ok(execution);
        }
        let read = ReadByName {
            account,
            machine: machine.clone(),
            name: name.clone(),
        };
        self.ask(read).await?.ok_or_else(|| {
            Error::not_found(
                "ExecutionNotFound",
                format!("machine '{machine}' has no execution '{name}'"),
            )
        })
    }

    async fn list(
        &self,
        account: AccountId,
        list: wire::ListExecutions,
    ) -> Result<wire::ExecutionPage> {
        self.list_stored(account, list).await
    }

    async fn counts(
        &self,
        account: AccountId,
        count: wire::CountExecutions,
    ) -> Result<wire::ExecutionCounts> {
        self.counts_stored(account, count).await
    }

    async fn history(
        &self,
        account: AccountId,
        id: ExecutionId,
        page: wire::PageHistory,
    ) -> Result<wire::History> {
        self.ask(History { account, id, page }).await
    }

    async fn stop(
        &self,
        account: AccountId,
        id: ExecutionId,
        stop: wire::StopExecution,
    ) -> Result<wire::Execution> {
        let why = stop;
        self.ask(Stop { account, id, why }).await
    }

    async fn pause(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution> {
        let wanted = Wanted::Pause;
        self.ask(Control {
            account,
            id,
            wanted,
        })
        .await
    }

    async fn resume(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution> {
        let wanted = Wanted::Resume;
        self.ask(Control {
            account,
            id,
            wanted,
        })
        .await
    }

    async fn redrive(
        &self,
        account: AccountId,
        id: ExecutionId,
        redrive: wire::RedriveExecution,
    ) -> Result<wire::Execution> {
        let wanted = Wanted::Redrive(redrive);
        self.ask(Control {
            account,
            id,
            wanted,
        })
        .await
    }

    async fn release(&self, account: AccountId, id: ExecutionId) -> Result<wire::Execution> {
        self.ask(Release { account, id }).await
    }

    async fn events(&self, account: AccountId, id: ExecutionId, after: u64) -> Result<EventStream> {
        let until = Instant::now() + PATIENCE;
        loop {
            let began = Instant::now();
            let stream = match self.shards.place(id.slot()) {
                Place::Here(_) => self.events_here(account, id, after).await,
                Place::Nobody => Err(not_owner()),
                Place::There(node) => {
                    let follow = Follow { account, id, after };
                    self.follow_at(&node, &follow).await
                }
            };
            match stream {
                Err(error) if may_repeat(&error, true) && Instant::now() < until => {
                    self.look_again(began).await;
                    sleep(PAUSE_MAX / 4).await;
                }
                stream => return stream,
            }
        }
    }
}

impl Port {
    /// Events at another node, once the first of them is there: what is wrong shows with that.
    async fn follow_at(&self, node: &Node, follow: &Follow) -> Result<EventStream> {
        let mut events = self.shared.peers.follow(node, follow).await?;
        match events.next().await {
            None => Ok(events),
            Some(Err(error)) => Err(error),
            Some(first) => {
                let first = futures::stream::iter([first]);
                Ok(Box::pin(first.chain(events)))
            }
        }
    }

    /// Whether somebody waits for the task of a token.
    ///
    /// # Errors
    /// As the methods of [`Tasks`] when nobody does.
    pub(crate) async fn check(&self, account: AccountId, token: &str) -> Result<()> {
        self.tell(account, token, Said::Check).await
    }

    async fn tell(&self, account: AccountId, token: &str, said: Said) -> Result<()> {
        tasks::ensure_token(token)?;
        let token = token.to_owned();
        let tell = Tell {
            account,
            token,
            said,
        };
        self.ask(tell).await
    }
}

#[async_trait]
impl Tasks for Port {
    async fn succeed(&self, account: AccountId, token: &str, output: Json) -> Result<()> {
        self.tell(account, token, Said::Succeeded { output }).await
    }

    async fn fail(&self, account: AccountId, token: &str, failure: wire::FailTask) -> Result<()> {
        let error = failure
            .error
            .unwrap_or_else(|| tasks::TASK_FAILED.to_owned());
        let cause = failure.cause;
        self.tell(account, token, Said::Failed { error, cause })
            .await
    }

    async fn heartbeat(&self, account: AccountId, token: &str) -> Result<()> {
        self.tell(account, token, Said::Heartbeat).await
    }
}
