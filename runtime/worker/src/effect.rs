//! What the machine asks for, done beside the execution's owner, and answered in facts.
//!
//! Nothing here is remembered: an effect whose process dies is begun again by the next owner, under
//! the same number. Dropping one gives it up.

mod items;
pub(crate) mod range;

use std::sync::Arc;
use std::time::Duration;

use steploom_asl::model::{Api, Integration, Pattern};
use steploom_asl::{Resource, model::ActivityRef};
use steploom_machine::{ActionId, Fact, Failure, Invoke, Started, hands_over};
use steploom_probe::{CrashPoint, Mark, crash_point, mark};
use steploom_types::{AccountId, ExecutionId, Json, Timestamp, arn};

use crate::child::{self, Child};
use crate::dispatcher::Asking;
use crate::payload::Kept;
use crate::port::Port;
use crate::service::{self, Words};
use crate::shard::{Command, Handle};
use crate::shared::Shared;
use crate::{mailbox, payload};

pub(crate) use items::{read, write};

/// Between two tries where the store does not answer.
const RETRY: Duration = Duration::from_millis(200);

/// The way back to the execution's owner.
#[derive(Clone)]
pub(crate) struct Answers {
    shared: Arc<Shared>,
    handle: Handle,
    id: ExecutionId,
}

impl Answers {
    pub(crate) fn new(shared: Arc<Shared>, handle: Handle, id: ExecutionId) -> Self {
        Self { shared, handle, id }
    }

    /// Hands a fact to the execution's owner, once what is large in it is an object.
    pub(crate) async fn send(&self, fact: Fact) {
        let kept = payload::keep_of(&self.shared.artifacts, self.id, &fact).await;
        self.send_as_it_is(fact, kept).await;
    }

    async fn send_as_it_is(&self, fact: Fact, kept: Kept) {
        // If the shard has moved, its new owner begins the same again.
        let id = self.id;
        let _ = self.handle.send(Command::Fact { id, fact, kept }).await;
    }
}

/// An answer: the output and the version that ran, or how it failed.
pub(crate) type Answer = Result<(Json, Option<u32>), (Failure, Option<u32>)>;

/// Makes one attempt at a task that calls no function: those are the dispatcher's.
pub(crate) async fn invoke(
    shared: Arc<Shared>,
    started: Arc<Started>,
    invoke: Box<Invoke>,
    answers: Answers,
    asking: Asking,
) {
    shared.metrics.task(&invoke.resource);
    let action = invoke.action;
    let answer = match &invoke.resource {
        Resource::Activity(activity) => {
            let fact = activity_asked(&shared, &started, activity, action).await;
            return answers.send(fact).await;
        }
        Resource::Service(Integration {
            api: Api::StartExecution,
            pattern,
        }) => {
            let port = Port::of(&shared).await;
            return run_child(&port, (&started, &invoke), *pattern, &answers, &asking).await;
        }
        Resource::Service(integration) => {
            let port = Port::of(&shared).await;
            let answer = service::call(&port, &started, &invoke, &integration.api).await;
            answer
                .map(|output| (output, None))
                .map_err(|failure| (failure, None))
        }
        Resource::Function(_) => unreachable!("the dispatcher calls functions"),
    };
    self::answer(&shared, &invoke, answer, &answers).await;
}

/// Whether the dispatcher makes such attempts: those that wait for a function.
pub(crate) fn calls_function(invoke: &Invoke) -> bool {
    match &invoke.resource {
        Resource::Function(_) => true,
        Resource::Service(integration) => {
            integration.api == Api::LambdaInvoke && !hands_over(invoke.input.value())
        }
        Resource::Activity(_) => false,
    }
}

/// Makes an attempt's answer a fact, and hands it to the execution's owner.
pub(crate) async fn answer(shared: &Shared, invoke: &Invoke, answer: Answer, answers: &Answers) {
    crash_point(CrashPoint::AfterDispatch);
    answers.send(fact(shared.clock.now(), invoke, answer)).await;
}

/// An attempt's answer as a fact.
pub(crate) fn fact(at: Timestamp, invoke: &Invoke, answer: Answer) -> Fact {
    let action = invoke.action;
    match answer {
        Ok((output, _)) if invoke.token.is_some() => Fact::TaskSubmitted { at, action, output },
        Ok((output, version)) => Fact::TaskSucceeded {
            at,
            action,
            output,
            version,
        },
        Err((failure, version)) => Fact::TaskFailed {
            at,
            action,
            failure,
            version,
        },
    }
}

/// Makes an attempt that ends with its call, at a task that calls a service.
pub(crate) async fn request(
    port: &Port,
    started: &Started,
    invoke: &Invoke,
    api: &Api,
) -> Result<Json, Failure> {
    match api {
        Api::StartExecution => {
            let begun = begin_child(port, started, invoke, &Asking::default()).await?;
            Ok(child::started(port, started.account, &begun).await)
        }
        api => service::call(port, started, invoke, api).await,
    }
}

/// An activity's task is submitted as soon as there is such an activity.
async fn activity_asked(
    shared: &Shared,
    started: &Started,
    activity: &ActivityRef,
    action: ActionId,
) -> Fact {
    let catalog = &shared.store.catalog;
    let found = loop {
        match catalog
            .find_entry(started.account, service::ACTIVITY, &activity.name)
            .await
        {
            Ok(found) => break found,
            Err(error) => {
                tracing::warn!(%error, "an activity cannot be looked up; trying again");
                tokio::time::sleep(RETRY).await;
            }
        }
    };
    let at = shared.clock.now();
    match found {
        Some(_) => Fact::TaskSubmitted {
            at,
            action,
            output: Json::null(),
        },
        None => Fact::TaskFailed {
            at,
            action,
            failure: steploom_machine::service::no_activity(&activity_arn(started, activity)),
            version: None,
        },
    }
}

fn activity_arn(started: &Started, activity: &ActivityRef) -> String {
    if activity.text.starts_with("arn:") {
        return activity.text.to_string();
    }
    arn::activity(started.account, &activity.name)
}

/// Starts another execution and, where the attempt asks for it, waits for its end.
async fn run_child(
    port: &Port,
    (started, invoke): (&Started, &Invoke),
    pattern: Pattern,
    answers: &Answers,
    asking: &Asking,
) {
    let (account, action) = (started.account, invoke.action);
    crash_point(CrashPoint::BeforeChild);
    let begun = begin_child(port, started, invoke, asking).await;
    crash_point(CrashPoint::AfterChild);
    let at = port.shared().clock.now();
    let execution = match begun {
        Ok(execution) => execution,
        Err(failure) => {
            let failed = Fact::TaskFailed {
                at,
                action,
                failure,
                version: None,
            };
            return answers.send(failed).await;
        }
    };
    let output = child::started(port, account, &execution).await;
    if pattern == Pattern::RequestResponse {
        let succeeded = Fact::TaskSucceeded {
            at,
            action,
            output,
            version: None,
        };
        return answers.send(succeeded).await;
    }
    if !invoke.is_submitted {
        answers
            .send(Fact::TaskSubmitted { at, action, output })
            .await;
    }
    if pattern == Pattern::TaskToken {
        return;
    }
    answers
        .send(child_end(port, account, execution.summary.id, action).await)
        .await;
}

/// Waits for the end of an execution that was started before, by an execution that has left memory
/// meanwhile.
pub(crate) async fn listen(
    shared: Arc<Shared>,
    account: AccountId,
    child: Child,
    action: ActionId,
    answers: Answers,
) {
    let port = Port::of(&shared).await;
    let machine = child.machine_name();
    let fact = match mailbox::find(&port, account, &machine, &child.name).await {
        Some(execution) => child_end(&port, account, execution.summary.id, action).await,
        None => Fact::TaskFailed {
            at: shared.clock.now(),
            action,
            failure: Failure::new(
                "States.TaskFailed",
                format!("there is no execution '{}' any more", child.name),
            ),
            version: None,
        },
    };
    answers.send(fact).await;
}

/// How a child ended, once it has.
async fn child_end(port: &Port, account: AccountId, child: ExecutionId, action: ActionId) -> Fact {
    let ended = mailbox::ended(port, account, child).await;
    let at = port.shared().clock.now();
    match ended {
        Ok(execution) => Fact::TaskSucceeded {
            at,
            action,
            output: child::ended(account, &execution),
            version: None,
        },
        Err(error) => Fact::TaskFailed {
            at,
            action,
            failure: Failure::new("States.TaskFailed", error.message),
            version: None,
        },
    }
}

async fn begin_child(
    port: &Port,
    started: &Started,
    invoke: &Invoke,
    asking: &Asking,
) -> Result<steploom_api::wire::Execution, Failure> {
    let account = started.account;
    let child = Child::of(started, invoke)?;
    if invoke.is_submitted
        && let Some(execution) =
            mailbox::find(port, account, &child.machine_name(), &child.name).await
    {
        mark(Mark::ChildFound);
        return Ok(execution);
    }
    let refused = match mailbox::start(port, account, &child, asking).await {
        Ok(execution) => return Ok(execution),
        Err(refused) => refused,
    };
    let words = Words::of(started, invoke, &Api::StartExecution);
    let machine = invoke.input.value()["StateMachineArn"]
        .as_str()
        .unwrap_or_default();
    Err(match refused.code {
        "MachineNotFound" => words.refuse(
            "StateMachineDoesNotExist",
            &format!("State Machine Does Not Exist: '{machine}'"),
        ),
        "ExecutionAlreadyExists" => words.refuse(
            "ExecutionAlreadyExists",
            &format!(
                "Execution Already Exists: '{}'",
                arn::execution(account, &child.machine_name(), &child.name)
            ),
        ),
        "InputTooLarge" => words.refuse(
            "InvalidExecutionInput",
            &format!(
                "Invalid State Machine Execution Input: '{}'",
                refused.message
            ),
        ),
        _ => {
            tracing::error!(error = %refused, "a child cannot be started");
            Failure::new("States.TaskFailed", refused.message)
        }
    })
}

/// Whether the same may go well a little later.
pub(crate) fn is_passing(error: &steploom_types::Error) -> bool {
    use steploom_types::Kind;
    matches!(
        error.kind,
        Kind::Exhausted | Kind::Unavailable | Kind::Fenced
    )
}
