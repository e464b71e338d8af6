//! HTTP as JSON: a function of kind `http` that is called with an event reads it as the request of a
//! Lambda function URL (payload format 2.0), and its answer becomes the response object of that
//! format.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{COOKIE, HOST, SET_COOKIE};
use http::response::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use serde_json::{Map, Value, json};
use steploom_call::Body;
use steploom_types::Json;

use super::BoxError;

/// The host of a request that names none.
const HOST_DEFAULT: &str = "localhost";

/// The request that an event is.
///
/// # Errors
/// What is wrong with it, for people.
pub(crate) fn request(event: &Json) -> Result<Request<Body>, String> {
    let wrong = || {
        "a function of kind http takes events that are requests in the payload format 2.0 of Lambda function URLs, such as {\"rawPath\": \"/\", \"requestContext\": {\"http\": {\"method\": \"GET\"}}}".to_owned()
    };
    let fields = event.value().as_object().ok_or_else(wrong)?;
    if !fields.contains_key("rawPath") && !fields.contains_key("requestContext") {
        return Err(wrong());
    }
    let mut request = Request::new(body(fields)?);
    *request.method_mut() = method(fields)?;
    *request.uri_mut() = uri(fields)?;
    let headers = request.headers_mut();
    let given = match fields.get("headers") {
        None | Some(Value::Null) => None,
        Some(given) => Some(given.as_object().ok_or("'headers' is no object")?),
    };
    for (name, value) in given.into_iter().flatten() {
        let bad = || format!("the header '{}' is not valid", name.escape_default());
        let key: HeaderName = name.parse().map_err(|_| bad())?;
        let value = value.as_str().ok_or_else(bad)?;
        headers.append(key, HeaderValue::from_str(value).map_err(|_| bad())?);
    }
    let cookies = fields.get("cookies").and_then(Value::as_array);
    let cookies: Vec<_> = cookies
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !cookies.is_empty() {
        let cookies = HeaderValue::from_str(&cookies.join("; "));
        headers.insert(COOKIE, cookies.map_err(|_| "a cookie is not valid")?);
    }
    if !headers.contains_key(HOST) {
        let domain = event.value().pointer("/requestContext/domainName");
        let domain = domain.and_then(Value::as_str).unwrap_or(HOST_DEFAULT);
        let domain = HeaderValue::from_str(domain).map_err(|_| "'domainName' is not valid")?;
        headers.insert(HOST, domain);
    }
    Ok(request)
}

fn method(fields: &Map<String, Value>) -> Result<Method, String> {
    let context = fields.get("requestContext");
    let method = context.and_then(|context| context.pointer("/http/method"));
    match method {
        None => Ok(Method::GET),
        Some(method) => method
            .as_str()
            .and_then(|method| method.parse().ok())
            .ok_or_else(|| format!("'requestContext.http.method' is {method}, which is none")),
    }
}

fn uri(fields: &Map<String, Value>) -> Result<Uri, String> {
    let text = |field: &str| fields.get(field).and_then(Value::as_str);
    let path = text("rawPath").filter(|path| path.starts_with('/'));
    let query = text("rawQueryString").filter(|query| !query.is_empty());
    let path = path.unwrap_or("/");
    let whole = match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    whole.parse().map_err(|_| {
        "'rawPath' and 'rawQueryString' are no path and query; they are percent-encoded".to_owned()
    })
}

fn body(fields: &Map<String, Value>) -> Result<Body, String> {
    let text = match fields.get("body") {
        None | Some(Value::Null) => "",
        Some(body) => body.as_str().ok_or("'body' is no text")?,
    };
    let bytes = if fields.get("isBase64Encoded") == Some(&Value::Bool(true)) {
        let bytes = STANDARD.decode(text);
        Bytes::from(bytes.map_err(|_| "'body' is not Base64, which 'isBase64Encoded' says")?)
    } else {
        Bytes::copy_from_slice(text.as_bytes())
    };
    Ok(Full::new(bytes).map_err(BoxError::from).boxed_unsync())
}

/// The response object of an answer. Headers that were said more than once are one, with commas;
/// cookies stand apart.
pub(crate) fn response(head: &Parts, body: &[u8]) -> Json {
    let mut headers = Map::new();
    for name in head.headers.keys().filter(|name| *name != SET_COOKIE) {
        let values = head.headers.get_all(name).iter();
        let values: Vec<_> = values.map(text_of).collect();
        headers.insert(name.as_str().to_owned(), values.join(",").into());
    }
    let (body, is_encoded) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(body), true),
    };
    let mut response = json!({
        "statusCode": head.status.as_u16(),
        "headers": headers,
        "body": body,
        "isBase64Encoded": is_encoded,
    });
    let cookies = head.headers.get_all(SET_COOKIE).iter();
    let cookies: Vec<_> = cookies.map(text_of).collect();
    if !cookies.is_empty() {
        response["cookies"] = cookies.into();
    }
    response.into()
}

fn text_of(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

#[cfg(test)]
mod tests;
