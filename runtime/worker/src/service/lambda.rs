//! `lambda:invoke` with the `InvocationType` `Event`: the function is handed the event and runs later, durably. It is
//! started under a name that follows from the attempt, so that a repeat finds it.

use std::time::Duration;

use steploom_api::port::{EventTerms, Functions as _, Invoke as Invocation};
use steploom_machine::{Failure, Invoke, Started};
use steploom_types::{Json, Kind, limits};

use crate::child;
use crate::dispatcher::Target;
use crate::effect::is_passing;
use crate::port::Port;

/// Between two tries where the other side is busy or away.
const RETRY: Duration = Duration::from_millis(100);

/// Hands an event over. The answer is nothing: which call was accepted, the machine knows.
pub(super) async fn hand_over(
    port: &Port,
    started: &Started,
    invoke: &Invoke,
) -> Result<Json, Failure> {
    let target = Target::of_lambda_invoke(&invoke.input)?;
    let name = child::name_by(started, invoke);
    loop {
        let invocation = Invocation {
            name: target.function.name.clone(),
            qualifier: target.function.qualifier.clone(),
            event: target.event.clone(),
            traceparent: None,
        };
        let terms = EventTerms {
            name: Some(name.clone()),
            retries: limits::function::EVENT_RETRIES_MAX,
        };
        let begun = port.invoke_async(started.account, invocation, terms);
        let Err(refused) = begun.await else {
            return Ok(Json::null());
        };
        match refused.kind {
            // Nothing else has this name: it was started by the same attempt before.
            Kind::Conflict => return Ok(Json::null()),
            Kind::NotFound => return Err(target.not_found(invoke, started)),
            _ if is_passing(&refused) => tokio::time::sleep(RETRY).await,
            _ => {
                return Err(Failure::new(
                    "Lambda.InvalidRequestContentException",
                    refused.message,
                ));
            }
        }
    }
}
