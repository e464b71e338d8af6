//! Addresses of functions: by id, or by name. What a function answers there is none of the platform's routes:
//! neither the request nor the answer is the API's. A function of kind `http` is handed the request as it comes,
//! and its answer goes out as it comes; the other kinds get it as an event, and answer as they do on AWS.

mod asked;
mod flushed;
mod head;

use std::net::IpAddr;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use steploom_api::port::{self, FunctionFailure, Invoke, Serve, Served, Serving};
use steploom_api::wire::{FoundUrl, UrlAuth, UrlCors};
use steploom_auth::{Admitted, Area, Authenticator as _, Caller, Need, RequestHead, Verb};
use steploom_aws::{UrlRequest, url};
use steploom_types::{Error, Kind, limits};

use crate::app::App;
use crate::body::{self, Bound, Signed};
use crate::extract::host;
use crate::failure::{Answer, Failure};
use crate::request_id;
use crate::route::traceparent;
use crate::server::Source;

pub(crate) use asked::Asked;
use asked::Place;

const INVOCATION_ID: HeaderName = HeaderName::from_static("x-steploom-request-id");

const BODY: Bound = Bound {
    bytes_max: limits::INVOKE_BODY_BYTES_MAX,
    what: "a request to a function's address",
};

/// What a browser is told of an answer below a path: a page of a function is not a page of the API, which stands at the
/// same host and trusts its own.
const SANDBOX: &str = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";

/// Has the function answer.
pub(crate) async fn answer(
    app: &App,
    asked: Asked,
    request: Request,
    id: &HeaderValue,
) -> Response {
    let mut response = match of_function(app, &asked, request, request_id::text(id)).await {
        Ok(response) => response,
        Err(failure) => written(refused(&failure, request_id::text(id))),
    };
    if !asked.has_host() {
        let sandbox = HeaderValue::from_static(SANDBOX);
        let headers = response.headers_mut();
        headers.append(CONTENT_SECURITY_POLICY, sandbox);
    }
    response
}

async fn of_function(
    app: &App,
    asked: &Asked,
    mut request: Request,
    request_id: &str,
) -> Answer<Response> {
    let found = find(app, asked).await?;
    let cors = found.url.cors.as_ref();
    let told = Told::of(&request);
    let given: Vec<_> = request.headers().iter().map(text_of).collect();
    let plain = told.request(app, (asked, &found), request_id, &given);
    if let Some(cors) = cors.filter(|_| url::is_preflight(&plain)) {
        return Ok(written(url::preflight(cors, &plain)));
    }
    let caller = admit(app, &found, &mut request).await?;
    let request = handed_on(app, asked, &told, caller.is_some(), request).await?;
    let (name, alias) = (&found.function, found.alias.as_ref());
    let serve = Serve {
        name: name.clone(),
        qualifier: alias.map(ToString::to_string),
        traceparent: traceparent(request.headers()),
        request,
    };
    let mut response = match app.ports.functions.serve(found.account, serve).await? {
        Serving::Answers(served) => streamed(served),
        Serving::TakesEvents(request) => {
            let headers: Vec<_> = request.headers().iter().map(text_of).collect();
            let query = request.uri().query().unwrap_or_default().to_owned();
            let trace = traceparent(request.headers());
            let (bytes, _held) = body::read(app, request.map(Body::new), BODY).await?;
            let event = url::event(&UrlRequest {
                body: bytes,
                query: &query,
                caller: caller.as_ref().map(|one| (one.account, &*one.who)),
                ..told.request(app, (asked, &found), request_id, &headers)
            });
            let invoke = Invoke {
                name: name.clone(),
                qualifier: alias.map(ToString::to_string),
                event,
                traceparent: trace,
            };
            let invoked = app.ports.functions.invoke(found.account, invoke).await?;
            written(url::answer(&invoked))
        }
    };
    if let Some(cors) = cors {
        share(&mut response, cors, &plain);
    }
    Ok(response)
}

/// The address, as its function has it.
async fn find(app: &App, asked: &Asked) -> Answer<FoundUrl> {
    let profiles = &app.ports.function_profiles;
    match &asked.place {
        Place::Id(id) => profiles.find_url(id).await?.ok_or_else(|| {
            let message = format!("there is no function at the address '{id}'");
            Error::not_found("UrlNotFound", message).into()
        }),
        Place::Name {
            account,
            function,
            alias,
        } => {
            let found = profiles.url_of(*account, function, alias.as_ref()).await?;
            found.ok_or_else(|| {
                let message = format!("no function '{function}' is open to HTTP here");
                Error::not_found("UrlNotFound", message).into()
            })
        }
    }
}

/// What of a request stays the same, whoever answers it.
struct Told {
    host: String,
    source: Option<IpAddr>,
    source_text: String,
    protocol: &'static str,
    method: String,
    query: String,
}

impl Told {
    fn of(request: &Request) -> Self {
        let source = request.extensions().get::<Source>();
        let source = source.map(|source| source.0.ip());
        Self {
            host: host(request.uri(), request.headers()).to_owned(),
            source,
            source_text: source.map(|ip| ip.to_string()).unwrap_or_default(),
            protocol: protocol(request.version()),
            method: request.method().to_string(),
            query: request.uri().query().unwrap_or_default().to_owned(),
        }
    }

    /// The request without its body, as the format of AWS has it.
    fn request<'a>(
        &'a self,
        app: &App,
        (asked, found): (&'a Asked, &'a FoundUrl),
        request_id: &'a str,
        headers: &'a [(String, String)],
    ) -> UrlRequest<'a> {
        UrlRequest {
            id: found.url.id.as_str(),
            caller: None,
            method: &self.method,
            path: &asked.path,
            query: &self.query,
            protocol: self.protocol,
            host: &self.host,
            source: &self.source_text,
            headers,
            at: (app.config.clock)(),
            request_id,
            body: bytes::Bytes::new(),
        }
    }
}

/// Finds out who calls, where the address is not for everybody.
async fn admit(app: &App, found: &FoundUrl, request: &mut Request) -> Answer<Option<Caller>> {
    if found.url.auth == UrlAuth::Nobody {
        return Ok(None);
    }
    let Admitted { caller, proof } = app.guard.authenticate(head_of(request)).await?;
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

fn head_of(request: &Request) -> RequestHead<'_> {
    RequestHead {
        method: request.method(),
        uri: request.uri(),
        headers: request.headers(),
    }
}

/// The request as the function shall see it.
async fn handed_on(
    app: &App,
    asked: &Asked,
    told: &Told,
    is_ours: bool,
    mut request: Request,
) -> Answer<axum::http::Request<port::Body>> {
    let mut query = told.query.clone();
    if is_ours {
        head::without_proof(request.headers_mut());
        query = head::unsigned(&query);
    } else if proves_to_us(app, head_of(&request)).await {
        head::without_proof(request.headers_mut());
    }
    if request.extensions().get::<Signed>().is_some() {
        // What was signed is known once all of it is there.
        let mut whole = Request::new(Body::empty());
        *whole.headers_mut() = request.headers().clone();
        std::mem::swap(whole.body_mut(), request.body_mut());
        std::mem::swap(whole.extensions_mut(), request.extensions_mut());
        let (bytes, _held) = body::read(app, whole, BODY).await?;
        *request.body_mut() = Body::from(bytes);
    }
    let most = limits::function::STREAM_BYTES_MAX;
    if request.body().size_hint().lower() > most {
        let message = format!("a request to a function may have {most} bytes at the most");
        let error = Error::invalid("BodyTooLarge", message);
        return Err(Failure::with_status(StatusCode::PAYLOAD_TOO_LARGE, error));
    }
    let (mut parts, body) = request.into_parts();
    parts.extensions.clear();
    head::forward(&mut parts.headers, told.source, &told.host, &asked.prefix);
    let uri = head::uri(&parts.headers, &told.host, &asked.path, &query);
    parts.uri = uri.ok_or_else(|| Error::invalid("InvalidHost", "the header Host is no host"))?;
    let body = Limited::new(body, usize::try_from(most).unwrap_or(usize::MAX));
    Ok(axum::http::Request::from_parts(parts, body.boxed_unsync()))
}

/// Whether somebody who need not prove anything does so all the same: that is not for the function to see.
async fn proves_to_us(app: &App, head: RequestHead<'_>) -> bool {
    let mut values = head.headers.get_all(AUTHORIZATION).iter();
    let is_key = values.any(|value| value.to_str().is_ok_and(steploom_auth::is_credential));
    let may_be_token = app.config.jwt.is_some() && head.headers.contains_key(AUTHORIZATION);
    is_key || (may_be_token && app.guard.authenticate(head).await.is_ok())
}

/// The answer of a function of kind `http`, or that it gave none.
fn streamed(served: Served) -> Response {
    let mut response = match served.response {
        Ok(response) => {
            let mut response = response.map(flushed::flushed);
            head::end_hop(response.headers_mut());
            response
        }
        Err(failure) => written(failed(&failure)),
    };
    if let Ok(id) = HeaderValue::try_from(served.request_id) {
        response.headers_mut().insert(INVOCATION_ID, id);
    }
    response
}

/// The name of a failure is for everybody; its cause is for who reads the function's log.
fn failed(failure: &FunctionFailure) -> steploom_aws::Response {
    let status = if failure.error == "States.Timeout" {
        504
    } else {
        502
    };
    let message = format!("the function failed with {}", failure.error);
    url::refusal(status, &message)
}

/// Adds what a browser wants to know. What the function says of that itself does not count.
fn share(response: &mut Response, cors: &UrlCors, request: &UrlRequest<'_>) {
    let nothing = steploom_aws::Response {
        status: 200,
        headers: Vec::new(),
        body: bytes::Bytes::new(),
    };
    let said = url::with_cors(nothing, cors, request).headers;
    if said.is_empty() {
        return;
    }
    let headers = response.headers_mut();
    for name in url::SAID_OF_ORIGINS {
        headers.remove(name);
    }
    append(headers, &said);
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
    if !append(response.headers_mut(), &answer.headers) {
        return written(url::refusal(502, "Internal Server Error"));
    }
    response
}

/// Adds headers; answers whether all of them are some.
fn append(headers: &mut HeaderMap, added: &[(String, String)]) -> bool {
    added.iter().all(|(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes());
        let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) else {
            return false;
        };
        headers.append(name, value);
        true
    })
}
