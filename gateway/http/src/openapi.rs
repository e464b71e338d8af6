//! What completes the OpenAPI document: who we are, what the tags mean, and the errors that every
//! route of a kind can answer. Paths, parameters and bodies come from the handlers themselves.

use serde_json::{Value, json};
use utoipa::PartialSchema;
use utoipa::openapi::content::Content;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr, Required, Schema,
    ServerBuilder,
};

use steploom_api::wire::{Problem, ProblemItem};

use crate::config::Config;
use crate::failure::PROBLEM_JSON;
use crate::need::{self, RouteNeed};

/// What callers prove who they are by, in the document.
const KEY: &str = "key";

/// Which operations can give an error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// All.
    All,
    /// Those under `/v1`, which reach a port.
    Ports,
    /// Those that name a thing in their path.
    Things,
    /// Those with a body.
    Bodies,
}

/// A kind of error: status, name in the components, what it says, a code as an example, who has it.
const ERRORS: [(u16, &str, &str, &str, Of); 11] = [
    (
        400,
        "Invalid",
        "The request is wrong as it stands: change it",
        "InvalidQuery",
        Of::All,
    ),
    (
        401,
        "Unauthenticated",
        "There are keys, and the request has no good one",
        "MissingAuthenticationToken",
        Of::Ports,
    ),
    (
        403,
        "Denied",
        "The caller may not do this",
        "HostNotAllowed",
        Of::All,
    ),
    (
        404,
        "NotFound",
        "There is no such thing",
        "FunctionNotFound",
        Of::Things,
    ),
    (
        405,
        "WrongMethod",
        "The path does not take this method; Allow says which it takes",
        "MethodNotAllowed",
        Of::All,
    ),
    (
        408,
        "TooSlow",
        "The body came too slowly",
        "BodyTooSlow",
        Of::Bodies,
    ),
    (
        413,
        "TooLarge",
        "The body is larger than allowed",
        "BodyTooLarge",
        Of::Bodies,
    ),
    (
        415,
        "WrongType",
        "The body is of another kind than this route takes",
        "UnsupportedContentType",
        Of::Bodies,
    ),
    (
        429,
        "Exhausted",
        "A limit was reached: wait for as long as Retry-After says",
        "TooManyRequests",
        Of::Ports,
    ),
    (
        500,
        "Internal",
        "Something went wrong on our side; the log says what",
        "Internal",
        Of::All,
    ),
    (
        503,
        "Unavailable",
        "Something is away: try again when Retry-After says",
        "Unavailable",
        Of::All,
    ),
];

/// The document, completed and printed.
pub(crate) fn complete(mut document: OpenApi, config: &Config) -> Vec<u8> {
    describe(&mut document, config);
    relax_bodies(&mut document);
    add_errors(&mut document);
    serde_json::to_vec(&document).unwrap_or_default()
}

fn describe(document: &mut OpenApi, config: &Config) {
    let license = LicenseBuilder::new()
        .name("Apache-2.0")
        .identifier(Some("Apache-2.0"))
        .build();
    document.info = InfoBuilder::new()
        .title("Steploom")
        .version(&config.version)
        .description(Some(
            "Functions in WebAssembly, chained into durable step functions. Every error is a \
             Problem (RFC 9457); every answer carries x-request-id.",
        ))
        .license(Some(license))
        .build();
    document.servers = Some(vec![
        ServerBuilder::new()
            .url(format!("http://{}", config.listen))
            .build(),
    ]);
    let tag =
        |(name, says): (&str, &str)| TagBuilder::new().name(name).description(Some(says)).build();
    let tags = [
        ("functions", "Uploading, listing and invoking functions"),
        ("logs", "What functions wrote while they ran"),
        ("machines", "State machines in Amazon States Language"),
        ("executions", "Runs of machines, their history and events"),
        ("tasks", "Tasks that somebody outside ends, by their token"),
        (
            "schedules",
            "What starts executions and invocations by time",
        ),
        ("activities", "Tasks that workers of your own ask for"),
        ("buckets", "The objects that tasks and Maps read and write"),
        ("stores", "Small values by key, which functions keep"),
        (
            "connections",
            "Credentials for calls that tasks make over HTTP",
        ),
        ("keys", "Keys by which callers prove who they are"),
        ("audit", "Who changed what"),
        ("node", "The process itself: health, readiness, metrics"),
    ];
    document.tags = Some(tags.into_iter().map(tag).collect());
}

/// What is asked for by `POST` with a body of which every field may be left out takes no body as well.
fn relax_bodies(document: &mut OpenApi) {
    let Some(components) = &document.components else {
        return;
    };
    let may_be_empty = |content: &RefOr<Content>| {
        let RefOr::T(Content {
            schema: Some(RefOr::Ref(of)),
            ..
        }) = content
        else {
            return false;
        };
        let name = of.ref_location.rsplit('/').next().unwrap_or_default();
        let schema = components.schemas.get(name);
        matches!(schema, Some(RefOr::T(Schema::Object(object))) if object.required.is_empty())
    };
    let items = document.paths.paths.values_mut();
    for (method, operation) in items.flat_map(operations) {
        if let Some(RefOr::T(body)) = &mut operation.request_body
            && method == "POST"
            && body.content.values().all(may_be_empty)
        {
            body.required = Some(Required::False);
        }
    }
}

fn add_errors(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let schemas = [
        ("Problem", Problem::schema()),
        ("ProblemItem", ProblemItem::schema()),
    ];
    for (name, schema) in schemas {
        components.schemas.entry(name.to_owned()).or_insert(schema);
    }
    for (status, name, says, code, _) in ERRORS {
        let response = RefOr::T(problem(status, says, code));
        components.responses.insert(name.to_owned(), response);
    }
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            add_errors_of(operation, path);
            add_security(operation, need::of(method, path));
        }
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "The token of an API key or a JSON Web Token, once there are keys; or an \
             AWS4-HMAC-SHA256 signature by an access key, which this document has no word for",
        ))
        .build();
    components.add_security_scheme(KEY, SecurityScheme::Http(bearer));
}

/// What scope an operation needs.
fn add_security(operation: &mut Operation, need: Option<RouteNeed>) {
    let Some(need) = need else { return };
    let requirement = if need.is_open() {
        SecurityRequirement::default()
    } else {
        SecurityRequirement::new(KEY, need.scope())
    };
    operation.security = Some(vec![requirement]);
}

fn add_errors_of(operation: &mut Operation, path: &str) {
    for (status, name, _, _, of) in ERRORS {
        let has = match of {
            Of::All => true,
            Of::Ports => path.starts_with("/v1/") && path != "/v1/openapi.json",
            Of::Things => path.contains('{'),
            Of::Bodies => operation.request_body.is_some(),
        };
        if has {
            let response = RefOr::Ref(Ref::from_response_name(name));
            operation
                .responses
                .responses
                .entry(status.to_string())
                .or_insert(response);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn problem(status: u16, says: &str, code: &str) -> Response {
    let example: Value = json!({
        "status": status, "code": code, "title": says, "requestId": "4bf92f3577b34da6a3ce929d0e0e4736",
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .example(Some(example))
        .build();
    ResponseBuilder::new()
        .description(says)
        .content(PROBLEM_JSON, content)
        .build()
}
