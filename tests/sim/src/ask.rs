//! What clients ask of a process, and what they hear.

use std::sync::Arc;
use std::time::Duration;

use steploom_api::Ports;
use steploom_api::wire;
use steploom_types::{AccountId, Error, ExecutionId, Json, MachineName, Name};

use crate::gate::Gate;
use crate::lots::digest;

/// How long a client waits for an answer.
pub(crate) const PATIENCE_MS: u64 = 30_000;

/// How long a worker of an activity waits for a task.
pub(crate) const POLL_MS: u64 = 20_000;

/// A request.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Start(wire::StartExecution),
    Batch(Vec<wire::StartExecution>),
    Get(ExecutionId),
    GetByName(MachineName, Name),
    History(ExecutionId),
    Stop(ExecutionId),
    Pause(ExecutionId),
    Resume(ExecutionId),
    Redrive(ExecutionId, wire::RedriveExecution),
    Succeed(String, Json),
    Fail(String),
    Heartbeat(String),
    /// A task of an activity, within so many milliseconds.
    Take(Name, u64),
}

impl Ask {
    /// Whether it only waits for work.
    pub(crate) fn is_poll(&self) -> bool {
        matches!(self, Self::Take(..))
    }
}

/// What a client hears.
#[derive(Debug)]
pub(crate) enum Reply {
    /// An execution, and whether it was started now.
    Started(Box<wire::Execution>, bool),
    /// The same for each start of a batch.
    Batch(Vec<Result<(wire::ExecutionSummary, bool), Error>>),
    Execution(Box<wire::Execution>),
    /// The events of a history, by id.
    Events(Vec<wire::Event>),
    /// It is so.
    Done,
    Task(Option<wire::ActivityTask>),
    Refused(Box<Error>),
    /// No answer: the process died, or took too long.
    Reset,
}

impl Reply {
    /// What it tells, as a number.
    pub(crate) fn digest(&self) -> u64 {
        let text = |text: &str| digest(text.as_bytes());
        match self {
            Self::Started(execution, fresh) => {
                digest(&execution.summary.id.to_bytes()) ^ u64::from(*fresh)
            }
            Self::Batch(answers) => answers.iter().fold(4, |sum: u64, answer| {
                sum.rotate_left(7)
                    ^ match answer {
                        Ok((summary, fresh)) => digest(&summary.id.to_bytes()) ^ u64::from(*fresh),
                        Err(error) => text(error.code),
                    }
            }),
            Self::Execution(execution) => {
                digest(&execution.summary.id.to_bytes()) ^ execution.summary.status as u64
            }
            Self::Events(events) => events.len() as u64,
            Self::Done => 1,
            Self::Task(task) => task.as_ref().map_or(2, |task| text(&task.task_token)),
            Self::Refused(error) => text(error.code),
            Self::Reset => 3,
        }
    }
}

/// A request under way in a process. However it ends, the client hears something.
pub(crate) struct Exchange {
    gate: Arc<Gate>,
    request: u64,
    is_answered: bool,
}

impl Exchange {
    pub(crate) fn new(gate: Arc<Gate>, request: u64) -> Self {
        Self {
            gate,
            request,
            is_answered: false,
        }
    }

    /// Does what is asked.
    pub(crate) async fn run(mut self, ports: Ports, ask: Ask) {
        let patience = match &ask {
            Ask::Take(_, ms) => *ms,
            _ => PATIENCE_MS,
        };
        let patience = Duration::from_millis(patience);
        let reply = match tokio::time::timeout(patience, perform(&ports, ask)).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(refused)) => Reply::Refused(Box::new(refused)),
            Err(_) => Reply::Reset,
        };
        self.answer(reply);
    }

    fn answer(&mut self, reply: Reply) {
        self.is_answered = true;
        // What a dead process says is heard by nobody.
        let reply = if self.gate.is_dead() {
            Reply::Reset
        } else {
            reply
        };
        let mut inner = self.gate.world.lock();
        inner.event("reply", &[self.request, reply.digest()]);
        inner.replies.push_back((self.request, reply));
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.is_answered {
            self.gate.world.lock().orphans.requests.push(self.request);
        }
    }
}

async fn perform(ports: &Ports, ask: Ask) -> Result<Reply, Error> {
    let account = AccountId::LOCAL;
    Ok(match ask {
        Ask::Start(start) => {
            let (execution, fresh) = ports.executions.start(account, start).await?;
            Reply::Started(Box::new(execution), fresh)
        }
        Ask::Batch(starts) => Reply::Batch(ports.executions.start_batch(account, starts).await),
        Ask::Get(id) => Reply::Execution(Box::new(ports.executions.get(account, id).await?)),
        Ask::GetByName(machine, name) => {
            let found = ports.executions.get_by_name(account, &machine, &name);
            Reply::Execution(Box::new(found.await?))
        }
        Ask::History(id) => Reply::Events(history(ports, id).await?),
        Ask::Stop(id) => {
            let stop = wire::StopExecution {
                error: Some("Stopped".to_owned()),
                cause: None,
            };
            let stopped = ports.executions.stop(account, id, stop).await?;
            Reply::Execution(Box::new(stopped))
        }
        Ask::Pause(id) => Reply::Execution(Box::new(ports.executions.pause(account, id).await?)),
        Ask::Resume(id) => Reply::Execution(Box::new(ports.executions.resume(account, id).await?)),
        Ask::Redrive(id, redrive) => {
            let redriven = ports.executions.redrive(account, id, redrive).await?;
            Reply::Execution(Box::new(redriven))
        }
        Ask::Succeed(token, output) => {
            ports.tasks.succeed(account, &token, output).await?;
            Reply::Done
        }
        Ask::Fail(token) => {
            let failure = wire::FailTask {
                error: Some("Refused".to_owned()),
                cause: None,
            };
            ports.tasks.fail(account, &token, failure).await?;
            Reply::Done
        }
        Ask::Heartbeat(token) => {
            ports.tasks.heartbeat(account, &token).await?;
            Reply::Done
        }
        Ask::Take(name, _) => {
            let worker = Some("desk".to_owned());
            let wait = Duration::from_millis(POLL_MS);
            let taken = ports.activities.take_activity(account, &name, worker, wait);
            Reply::Task(taken.await?)
        }
    })
}

/// All events so far, page by page.
async fn history(ports: &Ports, id: ExecutionId) -> Result<Vec<wire::Event>, Error> {
    let mut events = Vec::new();
    let mut page = wire::PageHistory {
        limit: Some(200),
        ..wire::PageHistory::default()
    };
    loop {
        let part = ports
            .executions
            .history(AccountId::LOCAL, id, page.clone())
            .await?;
        events.extend(part.items);
        page.next = part.next;
        if page.next.is_none() {
            return Ok(events);
        }
    }
}
