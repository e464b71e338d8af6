//! Functions: uploading, listing, invoking.

use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use reqwest::{Method, Response};
use steploom_types::limits::function::TIMEOUT_MS_MAX;

use crate::{Client, Error, Json, Name, Result, form, wire};

/// How long an upload may take: the module is sent and compiled meanwhile.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(10);

/// How long an invocation may take: the longest that a function may run, and a minute for the rest.
const INVOKE_TIMEOUT: Duration = Duration::from_millis(TIMEOUT_MS_MAX + 60_000);

/// An upload.
#[derive(Clone, Debug, Default)]
pub struct PutFunction {
    /// A module; or, with `runtime` in the settings, a program's text; or a zip of either.
    pub code: Bytes,
    /// What it may use; the defaults if left out.
    pub settings: Option<wire::FunctionSettings>,
    /// Fail with `FunctionExists` if there is one already.
    pub create_only: bool,
}

/// What a function answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The answer itself.
    pub result: Json,
    /// The invocation's id, under which its logs are found.
    pub request_id: String,
    /// The version that ran.
    pub version: u32,
    /// Microseconds of wall time in the sandbox.
    pub duration_us: u64,
    /// Fuel used.
    pub fuel_used: u64,
}

impl Client {
    /// Uploads a function: a new one, or a new version of one. It can be invoked from now on.
    ///
    /// Repeated when the line breaks, which can leave one version more than asked for; with
    /// `create_only` it is not repeated.
    pub async fn put_function(&self, name: &Name, put: PutFunction) -> Result<wire::Function> {
        let call = self
            .call(Method::PUT, &format!("/v1/functions/{name}"))
            .timeout(UPLOAD_TIMEOUT);
        let call = match put.settings {
            None => call.body("application/wasm", put.code),
            Some(settings) => {
                let settings = serde_json::to_vec(&settings).map_err(Error::protocol)?;
                let form = form::of_upload(&put.code, &settings);
                call.body(&form.kind, form.body)
            }
        };
        call.create_only(put.create_only).fetch().await
    }

    /// Functions by name, a page at a time.
    pub async fn list_functions(&self, page: &wire::Page) -> Result<wire::FunctionPage> {
        let call = self.call(Method::GET, "/v1/functions");
        call.query(page).fetch().await
    }

    /// One function with its newest version.
    pub async fn get_function(&self, name: &Name) -> Result<wire::Function> {
        let path = format!("/v1/functions/{name}");
        self.call(Method::GET, &path).fetch().await
    }

    /// A function's versions, newest first.
    pub async fn function_versions(&self, name: &Name) -> Result<wire::FunctionVersions> {
        let path = format!("/v1/functions/{name}/versions");
        self.call(Method::GET, &path).fetch().await
    }

    /// Deletes a function. Invocations that run go on; steps that name it fail from now on.
    pub async fn delete_function(&self, name: &Name) -> Result<()> {
        let path = format!("/v1/functions/{name}");
        self.call(Method::DELETE, &path).send().await.map(drop)
    }

    /// Invokes a function and waits for its answer; the newest version without a qualifier. Never
    /// repeated: the function may have run.
    ///
    /// # Errors
    /// `Problem` / `FunctionFailed` when the function failed, with `error` and `cause`.
    pub async fn invoke(
        &self,
        name: &Name,
        event: &Json,
        query: &wire::InvokeFunction,
    ) -> Result<Answer> {
        let response = self
            .call(Method::POST, &format!("/v1/functions/{name}/invoke"))
            .query(query)
            .body("application/json", event.text().to_owned())
            .timeout(INVOKE_TIMEOUT)
            .send()
            .await?;
        let head = |header| header_of(&response, header);
        let mut answer = Answer {
            result: Json::null(),
            request_id: head("x-steploom-request-id")?,
            version: number(&head("x-steploom-version")?)?,
            duration_us: number(&head("x-steploom-duration-us")?)?,
            fuel_used: number(&head("x-steploom-fuel")?)?,
        };
        let body = response.bytes().await.map_err(|e| self.unreachable(&e))?;
        answer.result = Json::parse_bytes(&body).map_err(Error::protocol)?;
        Ok(answer)
    }

    /// Invokes a function later, durably: an execution whose output will be the function's answer.
    /// Repeated only with a name, which makes it idempotent.
    pub async fn invoke_async(
        &self,
        name: &Name,
        event: &Json,
        query: &wire::InvokeFunctionAsync,
    ) -> Result<wire::Execution> {
        self.call(Method::POST, &format!("/v1/functions/{name}/invoke-async"))
            .query(query)
            .body("application/json", event.text().to_owned())
            .repeatable(query.name.is_some())
            .fetch()
            .await
    }
}

impl crate::call::Call<'_> {
    /// Create, or fail if it is there. Doing that twice is not as good as once: the second time
    /// would meet what the first has made.
    pub(crate) fn create_only(self, create_only: bool) -> Self {
        if create_only {
            self.header("if-none-match", "*").repeatable(false)
        } else {
            self
        }
    }
}

fn header_of(response: &Response, name: &str) -> Result<String> {
    let value = response.headers().get(name).and_then(|v| v.to_str().ok());
    value
        .map(str::to_owned)
        .ok_or_else(|| Error::protocol(format_args!("the answer has no header {name}")))
}

fn number<T: FromStr>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|_| Error::protocol(format_args!("'{}' is not a number", text.escape_debug())))
}
