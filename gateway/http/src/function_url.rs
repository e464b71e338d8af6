//! Addresses of functions: `/url/ID/...`, or any path at the host `ID.lambda-url.REGION...`. What a function answers there
//! is none of the platform's routes: neither the request nor the answer is the API's.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderName, HeaderValue, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use steploom_api::port::Invoke;
use steploom_api::wire::{FoundUrl, UrlAuth};
use steploom_auth::{Admitted, Area, Authenticator as _, Caller, Need, RequestHead, Verb};
use steploom_aws::{UrlRequest, url};
use steploom_types::{Error, Kind, Name, limits};

use crate::app::App;
use crate::body::{self, Bound};
use crate::extract::host;
use crate::failure::{Answer, Failure};
use crate::request_id;
use crate::server::Source;

/// What metrics and logs call all of them.
pub(crate) const ROUTE: &str = "/url/{id}";
/// What follows the id in a host's name.
const DOMAIN: &str = "lambda-url.";
const PREFIX: &str = "/url/";

const BODY: Bound = Bound {
    bytes_max: limits::INVOKE_BODY_BYTES_MAX,
    what: "a request to a function's address",
};

/// What a browser is told of an answer below a path: a page of a function is not a page of the API, which stands at the
/// same host and trusts its own.
const SANDBOX: &str = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";

/// An address that a request names, and the path behind it.
pub(crate) struct Asked {
    id: Name,
    path: String,
    /// Whether the function has a host of its own.
    has_host: bool,
}

/// The address that a request names, if it names one.
pub(crate) fn asked(request: &Request) -> Option<Asked> {
    let path = request.uri().path();
    if let Some((id, rest)) = host(request.uri(), request.headers()).split_once('.')
        && rest.starts_with(DOMAIN)
    {
        return Some(Asked {
            id: id.to_ascii_lowercase().parse().ok()?,
            path: path.to_owned(),
            has_host: true,
        });
    }
    let rest = path.strip_prefix(PREFIX)?;
    let (id, path) = rest.split_once('/').unwrap_or((rest, ""));
    Some(Asked {
        id: id.parse().ok()?,
        path: format!("/{path}"),
        has_host: false,
    })
}

/// Has the function answer.
pub(crate) async fn answer(
    app: &App,
    asked: Asked,
    request: Request,
    id: &HeaderValue,
) -> Response {
    let answer = match of_function(app, &asked, request, request_id::text(id)).await {
        Ok(answer) => answer,
        Err(failure) => refused(&failure, request_id::text(id)),
    };
    let mut response = written(answer);
    if !asked.has_host {
        let sandbox = HeaderValue::from_static(SANDBOX);
        let headers = response.headers_mut();
        headers.append(CONTENT_SECURITY_POLICY, sandbox);
    }
    response
}

async fn of_function(
    app: &App,
    asked: &Asked,
    request: Request,
    request_id: &str,
) -> Answer<steploom_aws::Response> {
    let profiles = &app.ports.function_profiles;
    let found = profiles.find_url(&asked.id).await?;
    let found = found.ok_or_else(|| {
        let message = format!("there is no function at the address '{}'", asked.id);
        Error::not_found("UrlNotFound", message)
    })?;
    let headers: Vec<_> = request.headers().iter().map(text_of).collect();
    let source = request.extensions().get::<Source>();
    let source = source
        .map(|source| source.0.ip().to_string())
        .unwrap_or_default();
    let (host, protocol) = (
        host(request.uri(), request.headers()).to_owned(),
        protocol(request.version()),
    );
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let mut told = UrlRequest {
        id: asked.id.as_str(),
        caller: None,
        method: method.as_str(),
        path: &asked.path,
        query: uri.query().unwrap_or_default(),
        protocol,
        host: &host,
        source: &source,
        headers: &headers,
        at: (app.config.clock)(),
        request_id,
        body: bytes::Bytes::new(),
    };
    let cors = found.url.cors.as_ref();
    if let Some(cors) = cors.filter(|_| url::is_preflight(&told)) {
        return Ok(url::preflight(cors, &told));
    }
    let mut request = request;
    let caller = admit(app, &found, &mut request).await?;
    let (bytes, _held) = body::read(app, request, BODY).await?;
    told.body = bytes;
    told.caller = caller.as_ref().map(|one| (one.account, &*one.who));
    let invoke = Invoke {
        name: found.function.clone(),
        qualifier: found.alias.as_ref().map(ToString::to_string),
        event: url::event(&told),
        traceparent: None,
    };
    let invoked = app.ports.functions.invoke(found.account, invoke).await?;
    let answer = url::answer(&invoked);
    Ok(match cors {
        Some(cors) => url::with_cors(answer, cors, &told),
        None => answer,
    })
}

/// Finds out who calls, where the address is not for everybody.
async fn admit(app: &App, found: &FoundUrl, request: &mut Request) -> Answer<Option<Caller>> {
    if found.url.auth == UrlAuth::Nobody {
        return Ok(None);
    }
    let head = RequestHead {
        method: request.method(),
        uri: request.uri(),
        headers: request.headers(),
    };
    let Admitted { caller, proof } = app.guard.authenticate(head).await?;
    body::prove(app, request, proof).await?;
    let need = Need {
        area: Area::Functions,
        verb: Verb::Invoke,
    };
    caller.require(need, Some(found.function.as_str()))?;
    if caller.account != found.account {
        let message = "the function is another account's";
        return Err(Error::new(Kind::Denied, "Forbidden", message).into());
    }
    Ok(Some(caller))
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

fn text_of((name, value): (&HeaderName, &HeaderValue)) -> (String, String) {
    let value = String::from_utf8_lossy(value.as_bytes());
    (name.as_str().to_owned(), value.into_owned())
}

/// What is answered where no function does, in the words of AWS.
fn refused(failure: &Failure, request_id: &str) -> steploom_aws::Response {
    let (status, error) = (failure.status.as_u16(), &failure.error);
    if status >= 500 {
        tracing::error!(request_id, status, %error, "a function's address does not answer");
    } else {
        tracing::debug!(request_id, status, %error, "refused");
    }
    let message = match error.kind {
        Kind::Denied => return url::refusal(403, "Forbidden"),
        Kind::Exhausted => return url::refusal(429, "Too Many Requests"),
        Kind::NotFound => return url::refusal(404, "Not Found"),
        Kind::Invalid | Kind::Conflict => error.message.as_str(),
        Kind::Fenced | Kind::Unavailable => "Service Unavailable",
        Kind::Corrupt | Kind::Internal => "Internal Server Error",
    };
    url::refusal(status, message)
}

/// The answer as it goes out. A header that is none makes it no answer.
fn written(answer: steploom_aws::Response) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = (status, Body::from(answer.body)).into_response();
    response.headers_mut().clear();
    for (name, value) in &answer.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) else {
            return written(url::refusal(502, "Internal Server Error"));
        };
        response.headers_mut().append(name, value);
    }
    response
}
