//! `http:invoke`: a call of somebody else's API.
//!
//! Nothing of the call is trusted: where it goes is checked by address ([`crate::egress`]),
//! redirects are not followed, proxies of the environment are not used, and the answer's time and
//! length are bounded.

mod client;
mod encoding;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Response, Url};
use serde_json::{Map, Value, json};
use steploom_api::wire::{ConnectionAuth, ConnectionParameter, PutConnection};
use steploom_machine::{Failure, Invoke};
use steploom_types::{Json, Name, limits};

use super::Call;

pub(crate) use client::{Clients, USER_AGENT, install_tls, not_sent};

/// The error of a call that got no answer.
const SOCKET: &str = "States.Http.Socket";

/// The error of a call to where the operator lets none go.
const DENIED: &str = "Http.EgressDenied";

/// Headers that belong to the connection and not to its user, as on AWS.
const REFUSED: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "expect",
    "host",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
];

/// Makes the call.
pub(super) async fn call(call: &Call<'_>, invoke: &Invoke) -> Result<Json, Failure> {
    let connection = connection(call).await?;
    let url = url(call, &connection)?;
    let method = method(call)?;
    let mut headers = headers(call)?;
    let body = body(call, &connection, &mut headers)?;
    prove(&connection, &mut headers)?;
    let clients = &call.port.shared().http;
    let client = clients.client(&url).map_err(|why| why.failure())?;
    let request = client
        .request(method, url)
        .headers(headers)
        .body(body)
        .timeout(time_left(call, invoke));
    let response = request
        .send()
        .await
        .map_err(|error| client::failure(&error))?;
    answer(response).await
}

fn bad(cause: impl Into<String>) -> Failure {
    Failure::new("States.Runtime", cause)
}

/// The connection that the task names; an empty one if it names none.
async fn connection(call: &Call<'_>) -> Result<PutConnection, Failure> {
    let named = call.arguments.get("Authentication");
    let Some(arn) = named.and_then(|named| named.get("ConnectionArn")) else {
        return Ok(PutConnection {
            auth: None,
            headers: Vec::new(),
            query: Vec::new(),
            body: Vec::new(),
        });
    };
    let arn = arn.as_str().unwrap_or_default();
    // arn:aws:events:REGION:ACCOUNT:connection/NAME/UUID, or the plain name.
    let name = match arn.split_once("connection/") {
        Some((_, rest)) => rest.split('/').next().unwrap_or_default(),
        None => arn,
    };
    let name: Name = name
        .parse()
        .map_err(|_| bad(format!("'{arn}' names no connection")))?;
    let found = call.port.connection(call.account, &name).await;
    found.map_err(|error| match error.code {
        "ConnectionNotFound" => Failure::new("Events.ConnectionResource.NotFound", error.message),
        _ => call.words.broken(&error),
    })
}

fn url(call: &Call<'_>, connection: &PutConnection) -> Result<Url, Failure> {
    let endpoint = call.need("ApiEndpoint")?;
    let mut url = Url::parse(&endpoint)
        .map_err(|why| bad(format!("ApiEndpoint '{endpoint}' is no URL: {why}")))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(bad(format!("ApiEndpoint '{endpoint}' is not of HTTP")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "ApiEndpoint must not hold a user or password; use a connection",
        ));
    }
    url.set_fragment(None);
    let mut pairs = Vec::new();
    if let Some(Value::Object(parameters)) = call.arguments.get("QueryParameters") {
        for (name, value) in parameters {
            match value {
                Value::Array(values) => {
                    pairs.extend(values.iter().map(|value| (name.clone(), text(value))));
                }
                value => pairs.push((name.clone(), text(value))),
            }
        }
    }
    let added = connection.query.iter();
    pairs.extend(added.map(|one| (one.name.clone(), one.value.clone())));
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
    Ok(url)
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn method(call: &Call<'_>) -> Result<Method, Failure> {
    let method = call.need("Method")?;
    match method.as_str() {
        "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "OPTIONS" | "HEAD" => method
            .parse()
            .map_err(|_| bad(format!("'{method}' is no method"))),
        _ => Err(bad(format!(
            "'{method}' is not one of the methods GET, POST, PUT, DELETE, PATCH, OPTIONS, HEAD"
        ))),
    }
}

fn headers(call: &Call<'_>) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::new();
    let Some(Value::Object(wanted)) = call.arguments.get("Headers") else {
        return Ok(headers);
    };
    for (name, value) in wanted {
        let lower = name.to_ascii_lowercase();
        let is_refused = REFUSED.contains(&lower.as_str())
            || ["x-amz", "x-forwarded", "x-amzn"]
                .iter()
                .any(|p| lower.starts_with(p));
        if is_refused {
            return Err(bad(format!("The header '{name}' is not allowed")));
        }
        let values = match value {
            Value::Array(values) => values.iter().map(text).collect(),
            value => vec![text(value)],
        };
        for value in values {
            add(&mut headers, name, &value, false)?;
        }
    }
    Ok(headers)
}

fn add(headers: &mut HeaderMap, name: &str, value: &str, is_secret: bool) -> Result<(), Failure> {
    let wrong = || {
        bad(format!(
            "The header '{}' is not valid",
            name.escape_default()
        ))
    };
    let name: HeaderName = name.parse().map_err(|_| wrong())?;
    let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
    value.set_sensitive(is_secret);
    headers.append(name, value);
    Ok(())
}

/// Adds what the connection proves itself by.
pub(crate) fn prove(connection: &PutConnection, headers: &mut HeaderMap) -> Result<(), Failure> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    match &connection.auth {
        None => {}
        Some(ConnectionAuth::Basic { username, password }) => {
            let both = STANDARD.encode(format!("{username}:{password}"));
            add(headers, "authorization", &format!("Basic {both}"), true)?;
        }
        Some(ConnectionAuth::ApiKey { name, value }) => add(headers, name, value, true)?,
    }
    for ConnectionParameter { name, value } in &connection.headers {
        add(headers, name, value, true)?;
    }
    Ok(())
}

fn body(
    call: &Call<'_>,
    connection: &PutConnection,
    headers: &mut HeaderMap,
) -> Result<Bytes, Failure> {
    let mut body = match call.arguments.get("RequestBody") {
        None | Some(Value::Null) if connection.body.is_empty() => return Ok(Bytes::new()),
        None | Some(Value::Null) => Value::Object(Map::new()),
        Some(body) => body.clone(),
    };
    if let Value::Object(fields) = &mut body {
        for ConnectionParameter { name, value } in &connection.body {
            fields.insert(name.clone(), value.as_str().into());
        }
    }
    let transform = call.arguments.get("Transform");
    let option = |name: &str| transform.and_then(|t| t.get(name));
    let is_form = option("RequestBodyEncoding").and_then(Value::as_str) == Some("URL_ENCODED");
    let (text, kind) = if is_form {
        let arrays = option("RequestEncodingOptions")
            .and_then(|options| options.get("ArrayFormat"))
            .and_then(Value::as_str);
        let form = encoding::form(&body, arrays).map_err(bad)?;
        (form, "application/x-www-form-urlencoded")
    } else {
        (body.to_string(), "application/json")
    };
    if !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    Ok(text.into())
}

/// How long the call may take: its task's time, and never longer than any call.
fn time_left(call: &Call<'_>, invoke: &Invoke) -> Duration {
    let now = call.port.shared().clock.now();
    let most = Duration::from_secs(limits::HTTP_TASK_SECONDS_MAX);
    match invoke.deadline {
        Some(deadline) => most.min(Duration::from_millis(deadline.millis_since(now).max(1))),
        None => most,
    }
}

async fn answer(mut response: Response) -> Result<Json, Failure> {
    let status = response.status();
    let mut headers = Map::new();
    for name in response.headers().keys() {
        let values = response.headers().get_all(name).iter();
        let values: Vec<_> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        headers.insert(name.as_str().to_owned(), values.into());
    }
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(|e| client::failure(&e))? {
        if body.len() + piece.len() > limits::HTTP_TASK_BODY_BYTES_MAX {
            return Err(Failure::new(
                "States.DataLimitExceeded",
                "The state/task 'http' returned a result with a size exceeding the maximum number of bytes service limit.",
            ));
        }
        body.extend_from_slice(&piece);
    }
    let text = String::from_utf8_lossy(&body).into_owned();
    if !status.is_success() {
        let error = format!("States.Http.StatusCode.{}", status.as_u16());
        return Err(Failure::new(error, text));
    }
    let parsed = Json::parse(&text).map_or(Value::String(text), Json::into_value);
    Ok(json!({
        "Headers": headers,
        "ResponseBody": parsed,
        "StatusCode": status.as_u16(),
        "StatusText": status.canonical_reason().unwrap_or_default(),
    })
    .into())
}
