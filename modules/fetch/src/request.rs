//! From an event to the request that it asks for.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::uri::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use steploom_function::Error;

use crate::response::Wanted;

/// How it calls itself where the event does not say.
const CALLED: HeaderValue =
    HeaderValue::from_static(concat!("steploom-fetch/", env!("CARGO_PKG_VERSION")));
/// The time that a request has where the event does not say, in milliseconds: less than a function has.
const TIMEOUT_MS: u64 = 20_000;
/// The longest that it may have, as a function.
const TIMEOUT_MS_MAX: u64 = 900_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    url: String,
    method: Option<String>,
    #[serde(default)]
    query: BTreeMap<String, Value>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    base64: Option<String>,
    json: Option<Box<RawValue>>,
    timeout_ms: Option<u64>,
    #[serde(default)]
    parse: bool,
    #[serde(default)]
    only_ok: bool,
}

/// A request that can be sent.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) is_secure: bool,
    /// Host and port.
    pub(crate) authority: String,
    pub(crate) path_with_query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) timeout: Duration,
}

impl Event {
    /// What its sender wants to have of the answer.
    pub(crate) fn wanted(&self) -> Wanted {
        Wanted {
            parse: self.parse,
            only_ok: self.only_ok,
        }
    }

    pub(crate) fn request(self) -> Result<Request, Error> {
        let uri = uri(&self.url)?;
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let mut headers = headers(&self.headers)?;
        let is_json = self.json.is_some();
        let body = body(self.body, self.base64, self.json)?;
        if is_json && !headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if !body.is_empty() {
            headers.insert(CONTENT_LENGTH, body.len().into());
        }
        headers.entry(USER_AGENT).or_insert(CALLED);
        Ok(Request {
            method: method(self.method.as_deref(), &body)?,
            is_secure: uri.scheme() == Some(&Scheme::HTTPS),
            authority: authority.to_owned(),
            path_with_query: path_with_query(&uri, &self.query)?,
            headers,
            body,
            timeout: timeout(self.timeout_ms)?,
        })
    }
}

/// The URL, if a request can go there.
fn uri(url: &str) -> Result<Uri, Error> {
    let wrong = |why: &str| Error::new("InvalidUrl", format!("{url:?} {why}"));
    let uri: Uri = url
        .parse()
        .map_err(|error| wrong(&format!("is none: {error}")))?;
    let is_http = [Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&uri.scheme());
    let authority = uri.authority().filter(|_| is_http);
    let authority =
        authority.ok_or_else(|| wrong("does not begin with https:// or http:// and a host"))?;
    if authority.as_str().contains('@') {
        return Err(wrong(
            "holds a user or password: use a header or a connection",
        ));
    }
    Ok(uri)
}

/// The path, with the query of the URL and what the event adds to that.
fn path_with_query(uri: &Uri, query: &BTreeMap<String, Value>) -> Result<String, Error> {
    let mut path = uri.path().to_owned();
    if query.is_empty() && uri.query().is_none() {
        return Ok(path);
    }
    path.push('?');
    let behind = path.len();
    path.push_str(uri.query().unwrap_or_default());
    let mut pairs = form_urlencoded::Serializer::for_suffix(path, behind);
    for (name, value) in query {
        let values = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            pairs.append_pair(name, &plain(name, value)?);
        }
    }
    Ok(pairs.finish())
}

/// A value of the query as text.
fn plain(name: &str, value: &Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => {
            let message =
                format!("\"query\": {name:?} is a text, a number, true, false, or a list of these");
            Err(Error::new("InvalidEvent", message))
        }
    }
}

fn headers(of: &BTreeMap<String, String>) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::with_capacity(of.len() + 3);
    for (name, value) in of {
        let wrong = |why: &str| Error::new("InvalidHeader", format!("{name:?} {why}"));
        let key = HeaderName::try_from(name).map_err(|_| wrong("cannot be a header's name"))?;
        let value = HeaderValue::try_from(value)
            .map_err(|_| wrong("has a value that no header can have"))?;
        if key == CONTENT_LENGTH {
            return Err(wrong("is told by the body: leave it out"));
        }
        if headers.insert(key, value).is_some() {
            return Err(wrong("is there twice"));
        }
    }
    Ok(headers)
}

/// The bytes of the body, which the event may give in one of three ways.
fn body(
    text: Option<String>,
    base64: Option<String>,
    json: Option<Box<RawValue>>,
) -> Result<Vec<u8>, Error> {
    match (text, base64, json) {
        (None, None, None) => Ok(Vec::new()),
        (Some(text), None, None) => Ok(text.into_bytes()),
        (None, Some(base64), None) => STANDARD
            .decode(base64)
            .map_err(|error| Error::new("InvalidBase64", format!("\"base64\" is none: {error}"))),
        (None, None, Some(json)) => Ok(json.get().into()),
        _ => {
            let message = "of \"body\", \"base64\" and \"json\" there can be one";
            Err(Error::new("InvalidEvent", message))
        }
    }
}

/// The method; without one, what has a body is posted.
fn method(named: Option<&str>, body: &[u8]) -> Result<Method, Error> {
    match named {
        Some(name) => Method::from_bytes(name.as_bytes())
            .map_err(|_| Error::new("InvalidEvent", format!("\"method\": {name:?} is none"))),
        None if body.is_empty() => Ok(Method::GET),
        None => Ok(Method::POST),
    }
}

fn timeout(ms: Option<u64>) -> Result<Duration, Error> {
    let ms = ms.unwrap_or(TIMEOUT_MS);
    if (1..=TIMEOUT_MS_MAX).contains(&ms) {
        return Ok(Duration::from_millis(ms));
    }
    let message = format!("\"timeout_ms\" is 1 to {TIMEOUT_MS_MAX}");
    Err(Error::new("InvalidEvent", message))
}
