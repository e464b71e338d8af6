//! The one middleware, around every route: request id, caller, tracing span, panics, errors and
//! measuring. It is one so that a request costs one boxed future here, whatever is added.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use steploom_actor::Actor;
use steploom_auth::{Admitted, Authenticator, Caller, Need, RequestHead};
use steploom_types::{AccountId, Error, Kind};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use crate::app::App;
use crate::failure::{self, Answer, Failure};
use crate::function_url::{self, Asked};
use crate::request_id::{self, X_REQUEST_ID};
use crate::route::aws;
use crate::{body, need, s3};

/// What metrics and logs call a path that no route matches.
const UNMATCHED: &str = "unmatched";

/// Runs a request through its route, and makes its answer whole.
pub(crate) async fn handle(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = request_id::of(request.headers());
    let awaited = body::Awaited::watch(&mut request);
    let method = name_of(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let domain = app.config.functions_domain.as_deref();
    let asked = Asked::of(&request, domain).filter(|_| !s3::is_signed_for(&request));
    let route = match &asked {
        Some(asked) => asked.route(),
        None => matched.as_ref().map_or(UNMATCHED, MatchedPath::as_str),
    };
    let span = tracing::debug_span!(
        "request",
        id = request_id::text(&id),
        method,
        route,
        account = Empty,
        status = Empty,
        duration_us = Empty,
    );

    let mut response = match asked {
        Some(asked) => {
            of_function(&app, asked, request, &id)
                .instrument(span.clone())
                .await
        }
        None => run(&app, request, next, &id).instrument(span.clone()).await,
    };

    let _in_span = span.enter();
    failure::render(&mut response, request_id::text(&id), (method, route));
    response.headers_mut().insert(X_REQUEST_ID, id);
    if let Some(awaited) = awaited {
        awaited.settle(&mut response);
    }
    let took = began.elapsed();
    let status = response.status().as_u16();
    span.record("status", status);
    span.record("duration_us", took.as_micros() as u64);
    tracing::debug!("answered");
    app.ports
        .node
        .observe_request(route, method, status, took.as_secs_f64());
    response
}

/// A request to a function's address, which is for the function to answer.
async fn of_function(app: &App, asked: Asked, request: Request, id: &HeaderValue) -> Response {
    let answer = function_url::answer(app, asked, request, id);
    let handled = AssertUnwindSafe(answer).catch_unwind().await;
    handled.unwrap_or_else(|panic| of_panic(&*panic))
}

async fn run(app: &App, mut request: Request, next: Next, id: &HeaderValue) -> Response {
    let is_s3 = s3::is_signed_for(&request);
    let admitted = if is_s3 {
        s3::admit(app, &mut request).await
    } else {
        admit(app, &mut request).await
    };
    let caller = match admitted {
        Ok(caller) => caller,
        Err(failure) if is_s3 => return s3::refuse(failure, id),
        Err(failure) if aws::is_json(request.headers()) => {
            return aws::refuse(failure, request_id::text(id));
        }
        Err(failure) if aws::is_rest(request.uri().path()) => {
            return aws::refuse_rest(failure, request_id::text(id));
        }
        Err(failure) => return failure.into_response(),
    };
    Span::current().record("account", tracing::field::display(caller.account));
    let actor = Actor {
        who: caller.who.clone(),
        request_id: request_id::text(id).into(),
    };
    let account = caller.account;
    request.extensions_mut().insert(Context {
        caller,
        request_id: id.clone(),
    });
    let answer = async {
        if is_s3 {
            return s3::answer(app, account, request, id).await;
        }
        next.run(request).await
    };
    let handled = AssertUnwindSafe(answer).catch_unwind();
    steploom_actor::within(actor, handled)
        .await
        .unwrap_or_else(|panic| of_panic(&*panic))
}

/// Finds out who calls and whether they may; what is left to be checked of the body is put into the
/// request, where [`body::read`] finds it.
async fn admit(app: &App, request: &mut Request) -> Answer<Caller> {
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let method = name_of(request.method());
    let need = matched.as_ref().map(|path| need::of(method, path.as_str()));
    let head = RequestHead {
        method: request.method(),
        uri: request.uri(),
        headers: request.headers(),
    };
    if let Some(Some(need)) = need
        && need.is_open()
    {
        return Ok(app.guard.admit_anybody(head)?.caller);
    }
    let Admitted { caller, proof } = app.guard.authenticate(head).await?;
    body::prove(app, request, proof).await?;
    match (need, matched) {
        (Some(Some(need)), _) => need.check(app, &caller, request.uri()).await?,
        // A path that takes other methods: the answer says so.
        (Some(None), Some(path)) if !need::has_path(path.as_str()) => {
            need::check_without_line(&caller)?;
        }
        _ => {}
    }
    Ok(caller)
}

/// A panic ends its request, not the process, and is a bug of ours.
fn of_panic(panic: &(dyn std::any::Any + Send)) -> Response {
    let what = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("not a text");
    Failure::from(Error::internal(format_args!("panic: {what}"))).into_response()
}

/// A method's name for metrics: whatever a client makes up is one value.
fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}

/// No route has this path.
pub(crate) fn unknown_route(request: &Request) -> Failure {
    Error::not_found(
        "UnknownRoute",
        format!(
            "there is nothing at '{}'; /v1/openapi.json lists what there is",
            request.uri().path().escape_debug()
        ),
    )
    .into()
}

/// The path has a route, but not for this method; axum adds `Allow`.
pub(crate) async fn wrong_method(request: Request) -> Failure {
    Failure::with_status(
        StatusCode::METHOD_NOT_ALLOWED,
        Error::new(
            Kind::Invalid,
            "MethodNotAllowed",
            format!(
                "'{}' does not take {}; the header Allow says what it takes",
                request.uri().path().escape_debug(),
                request.method()
            ),
        ),
    )
}

/// What the edge found out about a request, for its handler.
#[derive(Clone)]
struct Context {
    caller: Caller,
    request_id: HeaderValue,
}

fn context(parts: &Parts) -> Result<&Context, Failure> {
    parts
        .extensions
        .get()
        .ok_or_else(|| Error::internal("a route stands outside the edge").into())
}

/// The account that a handler works for.
pub(crate) struct Account(pub(crate) AccountId);

impl<S: Sync> FromRequestParts<S> for Account {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        context(parts).map(|context| Self(context.caller.account))
    }
}

/// Who asks, for handlers that find in the body what it is about.
pub(crate) struct Who(Caller);

impl Who {
    /// The caller.
    pub(crate) fn caller(&self) -> &Caller {
        &self.0
    }

    /// Refuses what the caller may not do with the thing of this name.
    pub(crate) fn require(&self, need: Need, name: &str) -> Result<(), Error> {
        self.0.require(need, Some(name))
    }
}

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        context(parts).map(|context| Self(context.caller.clone()))
    }
}

/// The request's id, for answers that fail after they began.
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    /// The text.
    pub(crate) fn text(&self) -> &str {
        request_id::text(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        context(parts).map(|context| Self(context.request_id.clone()))
    }
}
