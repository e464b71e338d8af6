//! The client, and what it is set to.

use std::sync::Arc;

use crate::{Error, Result, retry, transport};

/// A client of one Steploom. Cloning is cheap, and clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    /// Scheme, host, port and path prefix, without a slash at the end.
    pub(crate) endpoint: Arc<str>,
    pub(crate) attempts_max: u32,
}

impl Client {
    /// A client of the Steploom at `endpoint`, such as `http://127.0.0.1:8080`. Nothing is sent yet.
    ///
    /// # Errors
    /// `Protocol` when the endpoint is not a URL of `http` or `https`, or TLS cannot be set up.
    pub fn new(endpoint: &str) -> Result<Self> {
        let url = parse(endpoint)?;
        Ok(Self {
            http: transport::build(&url, None)?,
            endpoint: url.as_str().trim_end_matches('/').into(),
            attempts_max: retry::ATTEMPTS_DEFAULT,
        })
    }

    /// The same client, sending the token of an API key (or a JSON Web Token) with each call. It is
    /// never logged.
    ///
    /// # Errors
    /// `Protocol` when it is no plain text.
    pub fn with_api_key(mut self, token: &str) -> Result<Self> {
        let url = parse(&self.endpoint)?;
        self.http = transport::build(&url, Some(token))?;
        Ok(self)
    }

    /// The same client, trying calls that may be repeated up to so many times: 1 never repeats.
    #[must_use]
    pub fn with_attempts_max(mut self, attempts_max: u32) -> Self {
        self.attempts_max = attempts_max.max(1);
        self
    }

    /// Where it looks for Steploom.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

fn parse(endpoint: &str) -> Result<reqwest::Url> {
    let wrong = |why: &str| {
        let shown = endpoint.escape_debug();
        Error::protocol(format_args!(
            "'{shown}' is not an endpoint such as http://127.0.0.1:8080: {why}"
        ))
    };
    let url = reqwest::Url::parse(endpoint).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it must begin with http:// or https://"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it must not have a query or a fragment"));
    }
    Ok(url)
}
