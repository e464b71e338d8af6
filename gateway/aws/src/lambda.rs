//! Lambda: REST with JSON, operations on the same thing in one file.
//!
//! A function's version of ours is immutable and made by every change; `$LATEST` is the newest. What callers
//! tell of a function that nothing here acts on is kept in its version's settings and shown.

mod alias;
mod code;
mod concurrency;
mod configuration;
mod event;
mod function;
mod invoke;
mod name;
mod permission;
mod settings;
mod tag;
mod url;
mod version;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use steploom_api::Ports;
use steploom_types::{AccountId, Error, Kind, limits};

use crate::model::LAMBDA;
use crate::rest::{self, Output, Request, Response};
use crate::{Failure, page};

/// How a server is called by who does not say.
const LOCALHOST: &str = "localhost";

/// What an operation gives.
type Answer = Result<Output, Failure>;

/// A request: who asks, and what for.
pub(crate) struct Call<'a> {
    ports: &'a Ports,
    account: AccountId,
    input: Value,
    /// The body, where an operation takes it as it is.
    body: Bytes,
    traceparent: Option<String>,
    /// How this server is called by who asks.
    host: String,
}

/// Carries out a request; the failure beside an answer that refuses is for the log.
pub(crate) async fn answer(
    ports: &Ports,
    account: AccountId,
    request: Request<'_>,
) -> (Response, Option<Failure>) {
    let (method, path) = (request.method, request.path);
    let Some(matched) = rest::find(&LAMBDA, method, path, request.query) else {
        return refused(Failure {
            status: 404,
            ..Failure::new("UnknownOperationException", "")
        });
    };
    let input = match rest::input(&LAMBDA, &matched, &request) {
        Ok(input) => Value::Object(input),
        Err(failure) => return refused(failure),
    };
    let call = Call {
        ports,
        account,
        input,
        traceparent: (request.header)("traceparent"),
        host: (request.header)("host").unwrap_or_else(|| LOCALHOST.to_owned()),
        body: request.body,
    };
    match call.carry_out(matched.name).await {
        Ok(output) => (rest::answer(&LAMBDA, &matched, output), None),
        Err(failure) => refused(failure),
    }
}

/// See [`crate::lambda_asks`].
pub(crate) fn asks(request: &Request<'_>) -> Option<(&'static str, Option<String>)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Named {
        function_name: String,
    }
    let (method, path) = (request.method, request.path);
    let matched = rest::find(&LAMBDA, method, path, request.query)?;
    let is_name = |label: &str| matches!(label, "FunctionName" | "Resource");
    let mut labels = matched.labels.into_iter();
    let label = labels.find(|(label, _)| is_name(label));
    let text = label.map(|(_, text)| text).or_else(|| {
        let body: Option<Named> = serde_json::from_slice(&request.body).ok();
        body.map(|body| body.function_name)
    });
    let target = text.and_then(|text| name::Target::read(&text, None).ok());
    Some((matched.name, target.map(|target| target.name.to_string())))
}

/// See [`crate::lambda_refusal`].
pub(crate) fn refusal(failure: &Failure) -> Response {
    rest::refusal(&LAMBDA, failure)
}

fn refused(mut failure: Failure) -> (Response, Option<Failure>) {
    if failure == page::invalid() {
        failure = invalid("Invalid Marker");
    }
    (rest::refusal(&LAMBDA, &failure), Some(failure))
}

impl Call<'_> {
    async fn carry_out(&self, operation: &str) -> Answer {
        match operation {
            "CreateFunction" => function::create(self).await,
            "UpdateFunctionCode" => function::update_code(self).await,
            "UpdateFunctionConfiguration" => function::update_configuration(self).await,
            "GetFunction" => function::get(self).await,
            "GetFunctionConfiguration" => function::get_configuration(self).await,
            "GetFunctionCodeSigningConfig" => function::signing(self).await,
            "ListFunctions" => function::list(self).await,
            "DeleteFunction" => function::delete(self).await,
            "Invoke" => invoke::invoke(self).await,
            "PublishVersion" => version::publish(self).await,
            "ListVersionsByFunction" => version::list(self).await,
            "CreateAlias" => alias::create(self).await,
            "UpdateAlias" => alias::update(self).await,
            "GetAlias" => alias::get(self).await,
            "ListAliases" => alias::list(self).await,
            "DeleteAlias" => alias::delete(self).await,
            "PutFunctionConcurrency" => concurrency::put(self).await,
            "GetFunctionConcurrency" => concurrency::get(self).await,
            "DeleteFunctionConcurrency" => concurrency::delete(self).await,
            "PutFunctionEventInvokeConfig" => event::put(self).await,
            "UpdateFunctionEventInvokeConfig" => event::update(self).await,
            "GetFunctionEventInvokeConfig" => event::get(self).await,
            "DeleteFunctionEventInvokeConfig" => event::delete(self).await,
            "ListFunctionEventInvokeConfigs" => event::list(self).await,
            "CreateFunctionUrlConfig" => url::create(self).await,
            "UpdateFunctionUrlConfig" => url::update(self).await,
            "GetFunctionUrlConfig" => url::get(self).await,
            "DeleteFunctionUrlConfig" => url::delete(self).await,
            "ListFunctionUrlConfigs" => url::list(self).await,
            "GetAccountSettings" => concurrency::account(self).await,
            "TagResource" => tag::tag(self).await,
            "UntagResource" => tag::untag(self).await,
            "ListTags" => tag::list(self).await,
            "AddPermission" => permission::add(self).await,
            "RemovePermission" => permission::remove(self).await,
            "GetPolicy" => permission::get(self).await,
            _ => Err(Failure {
                status: 501,
                ..Failure::new(
                    "UnsupportedOperationException",
                    format!("{operation} is not supported"),
                )
            }),
        }
    }

    /// The input's fields, which are checked by now.
    fn read<'de, T: Deserialize<'de>>(&'de self) -> Result<T, Failure> {
        T::deserialize(&self.input)
            .map_err(|error| Failure::new("SerializationException", error.to_string()))
    }
}

/// How many results a page has.
fn page_size(asked: Option<u32>) -> u32 {
    asked
        .filter(|size| *size > 0)
        .unwrap_or(limits::LAMBDA_PAGE_SIZE_DEFAULT)
}

/// A parameter that cannot be taken.
fn invalid(message: impl Into<String>) -> Failure {
    Failure::new("InvalidParameterValueException", message)
}

/// Something that is not there.
fn missing(message: impl Into<String>) -> Failure {
    Failure {
        status: 404,
        ..Failure::new("ResourceNotFoundException", message)
    }
}

/// The words of AWS for an error about the function of an ARN.
fn failure(error: Error, arn: &str) -> Failure {
    let (code, message) = match (error.code, error.kind) {
        ("FunctionNotFound", _) => (
            "ResourceNotFoundException",
            format!("Function not found: {arn}"),
        ),
        ("InvalidNext", _) => return page::invalid(),
        (_, Kind::Invalid) => ("InvalidParameterValueException", told(&error)),
        (_, Kind::NotFound) => ("ResourceNotFoundException", told(&error)),
        (_, Kind::Conflict) => ("ResourceConflictException", told(&error)),
        (_, Kind::Denied) => ("AccessDeniedException", told(&error)),
        (_, Kind::Exhausted) => ("TooManyRequestsException", told(&error)),
        (_, Kind::Fenced | Kind::Unavailable | Kind::Corrupt | Kind::Internal) => {
            ("ServiceException", told(&error))
        }
    };
    Failure {
        error: Some(Box::new(error)),
        ..Failure::new(code, message)
    }
}

/// An error with all places that are wrong.
fn told(error: &Error) -> String {
    if error.problems.is_empty() {
        return error.message.clone();
    }
    let place = |problem: &steploom_types::error::Problem| {
        format!("{} at '{}'", problem.message, problem.path)
    };
    let places: Vec<_> = error.problems.iter().map(place).collect();
    format!("{}: {}", error.message, places.join("; "))
}
