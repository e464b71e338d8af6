//! `PUT /v1/functions/{name}`: the code alone, or a form of code and settings.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use bytes::Bytes;
use futures::stream;
use multer::Multipart;
use steploom_api::port::PutFunction;
use steploom_api::wire;
use steploom_types::{Error, Name, limits};
use utoipa::ToSchema;

use crate::app::App;
use crate::body::{self, Bound, answer_json, content_type};
use crate::edge::Account;
use crate::extract::{At, NoQuery, created, is_create_only};
use crate::failure::{Answer, Failure};

/// What code is sent as when it is sent alone, and the runtime of its language.
const CODE_TYPES: &[(&str, Option<&str>)] = &[
    ("application/wasm", None),
    ("application/zip", None),
    ("text/javascript", Some("javascript")),
    ("text/x-python", Some("python")),
];
const FORM_TYPE: &str = "multipart/form-data";

/// Bytes of settings, which are a form's other part: the environment is their largest field.
const SETTINGS_BYTES_MAX: usize = 64 * 1024;

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only the shape in the OpenAPI document")]
struct FunctionForm {
    /// The module, as `application/wasm`; or the text of a program whose `runtime` the settings name; or a zip
    /// of either.
    #[schema(value_type = String, format = Binary)]
    module: Bytes,
    /// The settings, as `application/json`.
    settings: Option<wire::FunctionSettings>,
}

/// Uploads a function: a new one, or a new version of one.
///
/// The body is the code alone, which gets the default settings, or a form (`multipart/form-data`) with the
/// parts `module` and `settings`. The code is a module (`application/wasm`), the text of a program in a
/// language that the server has a runtime for (`text/javascript`, `text/x-python`), or a zip of a module or of
/// such a program's files (`application/zip`). A program is loaded once, now: every call begins with what it
/// has in memory then. When the answer is there, the version can be invoked and survives a crash.
#[utoipa::path(put, path = "/v1/functions/{name}", tag = "functions",
    params(
        ("name" = String, Path, description = "The function's name", example = "count"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: fail with `FunctionExists` if there is one already")
    ),
    request_body(content((inline(body::Octets) = "application/wasm"), (inline(body::Octets) = "application/zip"), (String = "text/javascript"), (String = "text/x-python"), (FunctionForm = "multipart/form-data"))),
    responses(
        (status = 201, description = "The function is new", body = wire::Function),
        (status = 200, description = "It has a new version", body = wire::Function),
        (status = 409, description = "There is one already", body = wire::Problem, content_type = "application/problem+json"),
    ))]
pub(crate) async fn put_function(
    State(app): State<Arc<App>>,
    Account(account): Account,
    At(name): At<Name>,
    _: NoQuery,
    request: Request,
) -> Answer<Response> {
    let create_only = is_create_only(request.headers())?;
    let kind = body_kind(request.headers())?;
    let is_form = matches!(kind, Body::Form(_));
    let (bytes, _held) = body::read(&app, request, bound(is_form)).await?;
    let upload = match kind {
        Body::Code(runtime) => Upload {
            module: Some(bytes),
            settings: Some(wire::FunctionSettings {
                runtime: runtime.map(str::parse).transpose()?,
                ..wire::FunctionSettings::default()
            }),
        },
        Body::Form(boundary) => read_form(bytes, boundary).await?,
    };
    let put = PutFunction {
        name,
        code: upload
            .module
            .filter(|module| !module.is_empty())
            .ok_or_else(no_module)?,
        settings: upload.settings.unwrap_or_default(),
        create_only,
    };
    let function = app.ports.functions.put(account, put).await?;
    let is_new = function.latest.version == 1;
    Ok(answer_json(created(is_new), &function))
}

/// What an upload holds.
#[derive(Default)]
struct Upload {
    module: Option<Bytes>,
    settings: Option<wire::FunctionSettings>,
}

fn bound(is_form: bool) -> Bound {
    // The form's own lines are small; they share the settings' allowance.
    let more = if is_form { SETTINGS_BYTES_MAX } else { 0 };
    Bound {
        bytes_max: limits::MODULE_BYTES_MAX + more,
        what: "a module",
    }
}

/// What a body is, by its type.
enum Body {
    /// Code alone, and the runtime of its language.
    Code(Option<&'static str>),
    /// A form, by its boundary.
    Form(String),
}

fn body_kind(headers: &HeaderMap) -> Answer<Body> {
    let kind = content_type(headers);
    let is = |wanted: &str| kind.is_some_and(|kind| kind.eq_ignore_ascii_case(wanted));
    if let Some((_, runtime)) = CODE_TYPES.iter().find(|(wanted, _)| is(wanted)) {
        return Ok(Body::Code(*runtime));
    }
    if is(FORM_TYPE) {
        let boundary = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| multer::parse_boundary(value).ok());
        return boundary
            .map(Body::Form)
            .ok_or_else(|| bad_form("header/content-type", "its Content-Type has no boundary"));
    }
    let wanted: Vec<_> = CODE_TYPES.iter().map(|(wanted, _)| *wanted).collect();
    let wanted = format!("{} or {FORM_TYPE}", wanted.join(", "));
    Err(body::wrong_type(kind, &wanted))
}

async fn read_form(bytes: Bytes, boundary: String) -> Answer<Upload> {
    let whole = stream::iter([Ok::<_, Infallible>(bytes)]);
    let mut form = Multipart::new(whole, boundary);
    let mut upload = Upload::default();
    while let Some(part) = form.next_field().await.map_err(|e| broken_form(&e))? {
        let name = part.name().unwrap_or_default().to_owned();
        let place = format!("body/{}", name.escape_debug());
        let bytes = part.bytes().await.map_err(|e| broken_form(&e))?;
        let is_twice = match name.as_str() {
            "module" => upload.module.replace(bytes).is_some(),
            "settings" => upload.settings.replace(settings(&bytes)?).is_some(),
            _ => return Err(bad_form(&place, "its parts are 'module' and 'settings'")),
        };
        if is_twice {
            return Err(bad_form(&place, "the part is there twice"));
        }
    }
    Ok(upload)
}

fn settings(bytes: &[u8]) -> Answer<wire::FunctionSettings> {
    if bytes.len() > SETTINGS_BYTES_MAX {
        let why = format!("settings may have {SETTINGS_BYTES_MAX} bytes at the most");
        return Err(bad_form("body/settings", &why));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let message = format!("the settings are wrong: {error}");
        Failure::invalid_at("body/settings", Error::invalid("InvalidBody", message))
    })
}

fn broken_form(error: &multer::Error) -> Failure {
    bad_form("body", &error.to_string())
}

fn bad_form(place: &str, why: &str) -> Failure {
    let error = Error::invalid("InvalidForm", format!("the form is wrong: {why}"));
    Failure::invalid_at(place, error)
}

fn no_module() -> Failure {
    let error = Error::invalid("NoModule", "there is no code in the body");
    Failure::invalid_at("body/module", error)
}
