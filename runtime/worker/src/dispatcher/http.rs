//! A request over HTTP for a function that answers by itself: the answer is there before the
//! function has come to its end, and what it took is written down then.

use steploom_call::{Body, Refused};
use steploom_types::Json;

use super::{Caller, Dispatcher, Right, measure};
use crate::logs::Origin;
use crate::registry::Function;

/// What a function answers: its head and a body that may still come, or how it failed before.
pub(crate) type Answered = Result<http::Response<Body>, steploom_call::Failure>;

impl Dispatcher {
    /// Hands a request to a function. Dropping the future, or the answer's body before its end,
    /// stops it. Its right, if it takes one, is given back when it has come to its end.
    pub(crate) async fn serve(
        &self,
        function: &Function,
        caller: Caller,
        request: http::Request<Body>,
        right: Option<Right>,
    ) -> Result<Answered, Refused> {
        if function.concurrency_max == Some(0) {
            return Err(Refused::TooManyRequests { retry_after_s: 1 });
        }
        let origin = Origin {
            account: caller.account,
            function: function.name.clone(),
            request_id: caller.request_id.clone(),
            version: function.version,
        };
        let call = self.prepare(function, caller, Json::null());
        let served = self.runner.serve(call, request).await;
        let served = served.inspect_err(|refused| measure(&self.metrics, Err(refused)))?;
        let (metrics, logs) = (self.metrics.clone(), self.logs.clone());
        self.runtime.spawn(async move {
            let _right = right;
            let mut ended = match served.ended.await {
                Ok(ended) => ended.map_err(Refused::Failed),
                Err(lost) => Err(Refused::Failed(steploom_types::Error::internal(lost))),
            };
            measure(&metrics, ended.as_ref());
            match &mut ended {
                Ok(finished) => logs.keep(origin, finished),
                Err(error) => tracing::error!(?error, "an answer over HTTP broke off"),
            }
        });
        Ok(served.response)
    }
}
