//! The services of a simulated world, a file each.

pub(crate) mod activity;
mod lambda;
pub(crate) mod read;
pub(crate) mod s3;
mod sfn;

use steploom_asl::model::{Api, Integration, Pattern, Resource};
use steploom_machine::{Failure, Invoke};
use steploom_types::Json;

use crate::Simulation;

/// What becomes of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// The service answered.
    Ok(Json),
    /// The task ended, whatever it waits for.
    Ended(Json),
    /// The task failed.
    Fail(Failure),
    /// As the other, but so many milliseconds later.
    After(u64, Box<Answer>),
    /// The call was answered, and the task goes on.
    Submitted(Json),
    /// Somebody else will answer, or nobody.
    Later,
}

/// Calls what an attempt names.
pub(crate) fn call(simulation: &mut Simulation, of: usize, invoke: &Invoke) -> Answer {
    if let Some(token) = &invoke.token {
        let asked = (of, invoke.action);
        simulation.tokens.insert(token.clone(), asked);
    }
    let answer = match &invoke.resource {
        Resource::Function(function) => {
            lambda::function(simulation, function.name.as_str(), invoke.input.value())
        }
        Resource::Activity(_) => return activity::offer(simulation, of, invoke),
        Resource::Service(integration) => service(simulation, of, invoke, integration),
    };
    let waits = matches!(
        &invoke.resource,
        Resource::Service(Integration {
            pattern: Pattern::TaskToken,
            ..
        })
    );
    if waits { submitted(answer) } else { answer }
}

/// The call's answer does not end a task that ends by its token.
fn submitted(answer: Answer) -> Answer {
    match answer {
        Answer::Ok(output) => Answer::Submitted(output),
        Answer::After(ms, answer) => Answer::After(ms, Box::new(submitted(*answer))),
        other => other,
    }
}

fn service(
    simulation: &mut Simulation,
    of: usize,
    invoke: &Invoke,
    integration: &Integration,
) -> Answer {
    let input = invoke.input.value();
    match &integration.api {
        Api::LambdaInvoke => lambda::invoke(simulation, input),
        Api::StartExecution => sfn::start_execution(simulation, of, invoke, integration.pattern),
        Api::Sfn(action) => sfn::call(simulation, of, invoke, action),
        Api::S3(action) => s3::call(simulation, action, input),
        Api::HttpInvoke | Api::Foreign { .. } => Answer::Fail(Failure::new(
            "States.Runtime",
            format!(
                "Nothing in the simulated world answers '{integration}' of '{}': script a mocked response for the state '{}'.",
                integration.api.service(),
                invoke.state
            ),
        )),
    }
}
