//! Calls of the services that tasks name: one file a service.

pub(crate) mod http;
mod lambda;
pub(crate) mod s3;
mod sfn;

use serde_json::Value;
use steploom_asl::model::Api;
use steploom_machine::{Failure, Invoke, Started};
use steploom_store::catalog::EntryKind;
use steploom_types::{AccountId, Digest, ExecutionId, Json, arn};

use crate::port::Port;

/// How activities stand in the catalog.
pub(crate) const ACTIVITY: EntryKind = EntryKind::Activity;

/// One call of a service's API.
pub(crate) struct Call<'a> {
    pub(crate) port: &'a Port,
    pub(crate) account: AccountId,
    /// The arguments, in the API's names.
    pub(crate) arguments: &'a Value,
    /// Bytes that a state's data may have.
    pub(crate) bytes_max: u32,
    pub(crate) words: Words<'a>,
}

/// Calls a service for a task.
pub(crate) async fn call(
    port: &Port,
    started: &Started,
    invoke: &Invoke,
    api: &Api,
) -> Result<Json, Failure> {
    let call = Call {
        port,
        account: started.account,
        arguments: invoke.input.value(),
        bytes_max: started.limits.payload_bytes_max,
        words: Words::of(started, invoke, api),
    };
    match api {
        Api::LambdaInvoke => lambda::hand_over(port, started, invoke).await,
        Api::Sfn(action) => sfn::call(&call, action).await.map(Json::from),
        Api::S3(action) => s3::call(&call, action).await.map(Json::from),
        Api::HttpInvoke => http::call(&call, invoke).await,
        Api::StartExecution | Api::Foreign { .. } => Err(unknown(api)),
    }
}

/// The failure of a call that this platform does not know.
fn unknown(api: &Api) -> Failure {
    Failure::new(
        "States.TaskFailed",
        format!(
            "this platform has no '{}:{}'; a simulation can mock it",
            api.service(),
            api.action()
        ),
    )
}

impl Call<'_> {
    /// A field as a text: anything else than a text is written as JSON, as AWS does it.
    pub(crate) fn text(&self, field: &str) -> Option<String> {
        match self.arguments.get(field)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// A field that has to be there.
    pub(crate) fn need(&self, field: &str) -> Result<String, Failure> {
        self.text(field).ok_or_else(|| {
            Failure::new(
                "States.Runtime",
                format!("The field '{field}' is required but was missing"),
            )
        })
    }

    /// A field as a whole number.
    pub(crate) fn number(&self, field: &str) -> Option<u32> {
        let value = self.arguments.get(field)?;
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
        u32::try_from(number).ok()
    }
}

/// How a service words its refusals of one attempt.
pub(crate) struct Words<'a> {
    api: &'a Api,
    request_id: String,
}

impl<'a> Words<'a> {
    pub(crate) fn of(started: &Started, invoke: &Invoke, api: &'a Api) -> Self {
        let mut text = b"request\0".to_vec();
        text.extend(started.id.to_bytes());
        text.extend(invoke.action.0.to_be_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Digest::of(&text).as_bytes()[..16]);
        Self {
            api,
            request_id: ExecutionId::from_bytes(bytes).to_string(),
        }
    }

    /// A refusal by the request's own fault: status 400.
    pub(crate) fn refuse(&self, code: &str, message: &str) -> Failure {
        self.fail(code, message, 400)
    }

    /// A text that is no ARN of such a thing, `kind` as in [`arn::complaint`].
    pub(crate) fn invalid_arn(&self, text: &str, kind: &str) -> Failure {
        let why = arn::complaint(text, kind);
        let why = why.unwrap_or_else(|| format!("Invalid ARN: {text}"));
        self.refuse("InvalidArn", &format!("Invalid Arn: '{why}'"))
    }

    pub(crate) fn fail(&self, code: &str, message: &str, status: u16) -> Failure {
        steploom_machine::service::failure(self.api, code, message, status, &self.request_id)
    }

    /// What went wrong on our side.
    pub(crate) fn broken(&self, error: &steploom_types::Error) -> Failure {
        tracing::error!(%error, "a service cannot answer a task");
        self.fail("InternalServerException", &error.message, 500)
    }
}
