//! One call: building the request, trying again where that is safe, reading the answer.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use steploom_api::wire::Problem;

use crate::{Client, Error, Result, retry};

/// How long an ordinary answer may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Characters of a strange answer that an error shows.
const SHOWN_MAX: usize = 200;

/// A call that is being put together.
pub(crate) struct Call<'a> {
    client: &'a Client,
    request: RequestBuilder,
    /// Whether doing it twice is as good as once.
    is_repeatable: bool,
}

impl Client {
    /// A call of `method` on `path`, which begins with a slash. GET and PUT may be repeated.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call<'_> {
        let is_repeatable = matches!(method, Method::GET | Method::PUT);
        let url = format!("{}{path}", self.endpoint);
        Call {
            client: self,
            request: self.http.request(method, url).timeout(TIMEOUT),
            is_repeatable,
        }
    }

    /// What went wrong below HTTP.
    pub(crate) fn unreachable(&self, error: &reqwest::Error) -> Error {
        let mut why = error.to_string();
        let mut source = error.source();
        while let Some(below) = source {
            why = below.to_string();
            source = below.source();
        }
        Error::Unreachable {
            endpoint: self.endpoint.to_string(),
            is_refused: error.is_connect(),
            why,
        }
    }
}

impl Call<'_> {
    pub(crate) fn query<T: Serialize>(mut self, query: &T) -> Self {
        self.request = self.request.query(query);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// A body of the type `kind`.
    pub(crate) fn body(mut self, kind: &str, body: impl Into<Bytes>) -> Self {
        self.request = self
            .request
            .header(CONTENT_TYPE, kind)
            .body(reqwest::Body::from(body.into()));
        self
    }

    /// A body of JSON.
    pub(crate) fn json<T: Serialize>(self, body: &T) -> Result<Self> {
        let body = serde_json::to_vec(body).map_err(Error::protocol)?;
        Ok(self.body("application/json", body))
    }

    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.request = self.request.timeout(timeout);
        self
    }

    /// Says whether doing it twice is as good as once, where the method alone does not.
    pub(crate) fn repeatable(mut self, is_repeatable: bool) -> Self {
        self.is_repeatable = is_repeatable;
        self
    }

    /// Sends it, again if need be, and gives an answer of status 2xx.
    pub(crate) async fn send(self) -> Result<Response> {
        let attempts_max = if self.is_repeatable {
            self.client.attempts_max
        } else {
            1
        };
        let mut failures = 0;
        loop {
            // Bodies are bytes in memory, which are shared and not copied.
            let Some(request) = self.request.try_clone() else {
                return Err(Error::protocol("the request cannot be sent twice"));
            };
            let refused = match attempt(self.client, request).await {
                Ok(response) => return Ok(response),
                Err(refused) => refused,
            };
            failures += 1;
            if failures >= attempts_max || !refused.is_passing {
                return Err(refused.error);
            }
            match retry::pause(failures, refused.retry_after) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(refused.error),
            }
        }
    }

    /// Sends it and reads an answer of JSON.
    pub(crate) async fn fetch<T: DeserializeOwned>(self) -> Result<T> {
        let client = self.client;
        let response = self.send().await?;
        read(client, response).await
    }
}

/// An attempt that failed.
pub(crate) struct Refused {
    pub(crate) error: Error,
    /// Whether trying again may help.
    pub(crate) is_passing: bool,
    pub(crate) retry_after: Option<Duration>,
}

/// One attempt.
pub(crate) async fn attempt(client: &Client, request: RequestBuilder) -> Result<Response, Refused> {
    let response = request.send().await.map_err(|error| Refused {
        error: client.unreachable(&error),
        is_passing: error.is_connect() || error.is_request() || error.is_timeout(),
        retry_after: None,
    })?;
    if response.status().is_success() {
        return Ok(response);
    }
    Err(refused(client, response).await)
}

async fn refused(client: &Client, response: Response) -> Refused {
    let is_passing = matches!(
        response.status(),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    Refused {
        error: problem(client, response).await,
        is_passing,
        retry_after,
    }
}

/// The problem in an answer of status 400 and above, or in what else answered.
async fn problem(client: &Client, response: Response) -> Error {
    let status = response.status();
    let body = match response.bytes().await {
        Ok(body) => body,
        Err(error) => return client.unreachable(&error),
    };
    serde_json::from_slice::<Problem>(&body).map_or_else(
        |_| {
            let text = String::from_utf8_lossy(&body);
            let shown: String = text.chars().take(SHOWN_MAX).collect();
            let shown = shown.escape_debug();
            Error::protocol(format_args!("status {status} with \"{shown}\""))
        },
        |problem| Error::Problem(Box::new(problem)),
    )
}

/// The body of an answer, as JSON.
pub(crate) async fn read<T: DeserializeOwned>(client: &Client, response: Response) -> Result<T> {
    let body = response
        .bytes()
        .await
        .map_err(|error| client.unreachable(&error))?;
    serde_json::from_slice(&body).map_err(Error::protocol)
}
