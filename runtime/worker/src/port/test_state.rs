//! States by themselves, in simulation: functions alone are the real ones.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use steploom_api::port::{Functions, Invoke, TestStates};
use steploom_machine::Failure;
use steploom_simulator::{Callee, Refused, Request, World, test_state};
use steploom_types::{AccountId, Error, Json, Kind, Result};
use tokio::runtime::Handle;

use super::Port;

#[async_trait]
impl TestStates for Port {
    async fn test_state(&self, account: AccountId, request: Json) -> Result<Json> {
        let request = Request::parse(request.value()).map_err(refused)?;
        let place = self.shared.test_states.clone().try_acquire_owned();
        let place = place.map_err(|_| too_many())?;
        let (port, runtime) = (self.clone(), Handle::current());
        let call = move |name: &str, event: &Value| {
            runtime.block_on(port.call_function(account, name, event))
        };
        let world = World {
            account,
            begins_at: self.shared.clock.now(),
            seed: self.shared.chance.draw(),
            callee: Some(Callee(Arc::new(call))),
            ..World::default()
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the simulator waits for functions, and nothing waits for it but its caller"
        )]
        let tested = tokio::task::spawn_blocking(move || {
            let _place = place;
            test_state(&request, &world)
        });
        let tested = tested.await.map_err(Error::internal)?;
        Ok(tested.map_err(refused)?.json().into())
    }
}

impl Port {
    /// Calls a function for a state under test; `None` if there is none of that name.
    async fn call_function(
        &self,
        account: AccountId,
        name: &str,
        event: &Value,
    ) -> Option<std::result::Result<Json, Failure>> {
        let invoke = Invoke {
            name: name.parse().ok()?,
            qualifier: None,
            event: event.clone().into(),
            traceparent: None,
        };
        match Functions::invoke(self, account, invoke).await {
            Ok(invocation) => {
                let outcome = invocation.outcome;
                Some(outcome.map_err(|failed| Failure::new(failed.error, failed.cause)))
            }
            Err(error) if error.kind == Kind::NotFound => None,
            Err(error) => Some(Err(Failure::new(
                "Lambda.TooManyRequestsException",
                error.message,
            ))),
        }
    }
}

fn refused(refused: Refused) -> Error {
    Error::invalid(refused.code, refused.message)
}

fn too_many() -> Error {
    Error::new(
        Kind::Exhausted,
        "TooManyRequests",
        "too many states are tested on this node; try again",
    )
    .with_retry_after(1)
}
