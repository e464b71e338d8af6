//! Functions: uploading, listing, invoking.

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use steploom_types::{AccountId, Json, Name, Result};

use crate::wire;

/// An upload.
#[derive(Clone, Debug)]
pub struct PutFunction {
    /// The function's name.
    pub name: Name,
    /// A module, a program's text, or a zip of either, as it came: not trusted.
    pub code: Bytes,
    /// Its settings, not yet checked against their ranges.
    pub settings: wire::FunctionSettings,
    /// Fail with `FunctionExists` if there is one already.
    pub create_only: bool,
}

/// A synchronous invocation.
#[derive(Clone, Debug)]
pub struct Invoke {
    /// The function.
    pub name: Name,
    /// A release's number (a version's, if none was ever published), an alias, or `$LATEST`; the newest version if
    /// `None`.
    pub qualifier: Option<String>,
    /// The event.
    pub event: Json,
    /// `traceparent` of the request, handed to the function.
    pub traceparent: Option<String>,
}

/// How an invocation that nobody waits for is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTerms {
    /// The name of its execution.
    pub name: Option<Name>,
    /// How often it is tried again, unless the function's event settings say; 0 to 2.
    pub retries: u32,
}

/// How a function failed: an answer, not an error of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionFailure {
    /// The name that `Retry` and `Catch` match, such as `Function.OutOfFuel`.
    pub error: String,
    /// Why, for people: which limit was hit and what it was set to.
    pub cause: String,
    /// The JSON object by which the function itself named its error, as it wrote it, if it did.
    pub object: Option<String>,
}

/// The function's answer.
pub type Outcome = std::result::Result<Json, FunctionFailure>;

/// A finished invocation.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Its id, under which its logs are found.
    pub request_id: String,
    /// The version that ran.
    pub version: u32,
    /// The release that the qualifier stood for.
    pub release: Option<wire::ReleaseNumber>,
    /// What it answered.
    pub outcome: Outcome,
    /// Microseconds of wall time in the sandbox.
    pub duration_us: u64,
    /// Fuel used.
    pub fuel_used: u64,
    /// The most linear memory it held, in bytes.
    pub memory_bytes: u64,
}

/// A body that comes piece by piece. An error is where it breaks off.
pub type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// A request over HTTP that a function is to answer.
#[derive(Debug)]
pub struct Serve {
    /// The function.
    pub name: Name,
    /// As of [`Invoke::qualifier`].
    pub qualifier: Option<String>,
    /// The request, as the function shall see it.
    pub request: http::Request<Body>,
    /// As of [`Invoke::traceparent`].
    pub traceparent: Option<String>,
}

/// What becomes of a request over HTTP.
#[derive(Debug)]
pub enum Serving {
    /// The function answers by itself.
    Answers(Served),
    /// The function takes events: here is the request again, of whose body nothing was read.
    TakesEvents(http::Request<Body>),
}

/// A function's own answer to a request.
#[derive(Debug)]
pub struct Served {
    /// The invocation's id, under which its logs are found.
    pub request_id: String,
    /// The answer, or how the function failed before there was one. The body breaks off with an
    /// error if the function fails in the middle of it; dropped before its end, the function is
    /// stopped.
    pub response: std::result::Result<http::Response<Body>, FunctionFailure>,
}

/// Functions of an account.
#[async_trait]
pub trait Functions: Send + Sync {
    /// Checks and compiles the module, stores it, and makes a version of it. When this returns the
    /// version can be invoked and survives a crash.
    ///
    /// # Errors
    /// `Invalid` when the module or its settings are refused, with the places that are wrong.
    async fn put(&self, account: AccountId, put: PutFunction) -> Result<wire::Function>;

    /// Makes a version with the newest one's module and other settings.
    ///
    /// # Errors
    /// `NotFound` / `FunctionNotFound`; `Invalid` when the settings are refused.
    async fn put_settings(
        &self,
        account: AccountId,
        name: &Name,
        settings: wire::FunctionSettings,
    ) -> Result<wire::Function>;

    /// Functions by name.
    async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::FunctionPage>;

    /// One function; `NotFound` / `FunctionNotFound`.
    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Function>;

    /// One of its versions; `NotFound` / `FunctionNotFound`.
    async fn version(
        &self,
        account: AccountId,
        name: &Name,
        version: u32,
    ) -> Result<wire::FunctionVersion>;

    /// Its versions, newest first.
    async fn versions(&self, account: AccountId, name: &Name) -> Result<wire::FunctionVersions>;

    /// Deletes a function. Invocations that run go on; steps that name it fail from now on.
    async fn delete(&self, account: AccountId, name: &Name) -> Result<()>;

    /// Invokes and waits for the answer. Nothing is journaled.
    ///
    /// # Errors
    /// `Exhausted` / `TooManyRequests` with a time to retry when no sandbox comes free. A failing
    /// function is no error: see [`Invocation::outcome`].
    async fn invoke(&self, account: AccountId, invoke: Invoke) -> Result<Invocation>;

    /// Hands a request to a function of kind `http`, which answers piece by piece. Nothing is journaled.
    ///
    /// # Errors
    /// As of [`Functions::invoke`].
    async fn serve(&self, account: AccountId, serve: Serve) -> Result<Serving>;

    /// Invokes later, durably: an execution of the function's own machine, whose result can be
    /// fetched like any execution's. When this returns it survives a crash. How often it is tried again, for how long and
    /// who is told, its event settings say.
    async fn invoke_async(
        &self,
        account: AccountId,
        invoke: Invoke,
        terms: EventTerms,
    ) -> Result<wire::Execution>;
}
