//! Pages of other origins: what a browser asks before it sends a request for one, and what it wants to read in an answer.

use bytes::Bytes;
use steploom_api::wire::UrlCors;

use super::UrlRequest;
use crate::Response;

/// Headers of an answer that are the address's to say, if it says who may read the answer.
pub const SAID_OF_ORIGINS: [&str; 3] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-expose-headers",
];

/// Whether a browser asks what a page of another origin may do.
pub fn is_preflight(request: &UrlRequest<'_>) -> bool {
    let asks = request.header("access-control-request-method").is_some();
    request.method == "OPTIONS" && asks && request.header("origin").is_some()
}

/// The answer to that.
pub fn preflight(cors: &UrlCors, request: &UrlRequest<'_>) -> Response {
    let mut response = Response {
        status: 200,
        headers: Vec::new(),
        body: Bytes::new(),
    };
    if allowed(cors, request).is_some() {
        let mut say = |name: &str, value: String| {
            response
                .headers
                .push((format!("access-control-{name}"), value));
        };
        let asked = request.header("access-control-request-method");
        if let Some(methods) = list(&cors.allow_methods, asked) {
            say("allow-methods", methods);
        }
        let asked = request.header("access-control-request-headers");
        if let Some(headers) = list(&cors.allow_headers, asked) {
            say("allow-headers", headers);
        }
        if let Some(seconds) = cors.max_age {
            say("max-age", seconds.to_string());
        }
    }
    with_cors(response, cors, request)
}

/// An answer with what a browser wants to know. What the function says of that itself does not count.
pub fn with_cors(mut response: Response, cors: &UrlCors, request: &UrlRequest<'_>) -> Response {
    let Some(origin) = allowed(cors, request) else {
        return response;
    };
    let headers = &mut response.headers;
    headers.retain(|(name, _)| !SAID_OF_ORIGINS.contains(&name.as_str()));
    headers.push(("access-control-allow-origin".to_owned(), origin));
    headers.push(("vary".to_owned(), "Origin".to_owned()));
    if cors.allow_credentials == Some(true) {
        let yes = "true".to_owned();
        headers.push(("access-control-allow-credentials".to_owned(), yes));
    }
    if !cors.expose_headers.is_empty() {
        let exposed = cors.expose_headers.join(",");
        headers.push(("access-control-expose-headers".to_owned(), exposed));
    }
    response
}

/// The origin that is let in, as the browser is told; `None` if the request's is not, or it has none.
fn allowed(cors: &UrlCors, request: &UrlRequest<'_>) -> Option<String> {
    let origin = request.header("origin")?;
    let mut origins = cors.allow_origins.iter();
    let found = origins.find(|known| *known == "*" || known.eq_ignore_ascii_case(origin))?;
    // Who is told `*` may not send what the browser knows of its user.
    let is_any = found == "*" && cors.allow_credentials != Some(true);
    Some(if is_any { "*" } else { origin }.to_owned())
}

/// What is allowed; of all, what was asked for.
fn list(allowed: &[String], asked: Option<&str>) -> Option<String> {
    if allowed.iter().any(|one| one == "*") {
        return asked.map(str::to_owned);
    }
    (!allowed.is_empty()).then(|| allowed.join(","))
}
