//! The event that a request is to the function.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use steploom_types::{Json, Timestamp};

use super::UrlRequest;

/// Kinds of content that are handed on as text, beside `text/*`.
const TEXTS: [&str; 4] = [
    "application/json",
    "application/javascript",
    "application/xml",
    "application/graphql",
];

/// What the function is told.
pub fn event(request: &UrlRequest<'_>) -> Json {
    let mut context = json!({
        "accountId": "anonymous",
        "apiId": request.id,
        "domainName": request.host,
        "domainPrefix": request.id,
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": request.protocol,
            "sourceIp": request.source,
            "userAgent": request.header("user-agent").unwrap_or_default(),
        },
        "requestId": request.request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": time(request.at),
        "timeEpoch": request.at.as_millis(),
    });
    if let Some((account, who)) = request.caller {
        let account = account.to_string();
        context["accountId"] = account.as_str().into();
        context["authorizer"] = json!({"iam": {
            "accessKey": who,
            "accountId": account,
            "callerId": who,
            "cognitoIdentity": null,
            "principalOrgId": null,
            "userArn": format!("arn:aws:iam::{account}:user/{who}"),
            "userId": who,
        }});
    }
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers(request),
        "requestContext": context,
        "isBase64Encoded": false,
    });
    let cookies = cookies(request);
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    let query = query(request.query);
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query);
    }
    if !request.body.is_empty() {
        let (body, is_encoded) = body(request);
        event["body"] = body.into();
        event["isBase64Encoded"] = is_encoded.into();
    }
    Json::from(event)
}

/// Headers that came more than once are one, with commas. Cookies stand apart.
fn headers(request: &UrlRequest<'_>) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    let given = request.headers.iter();
    for (name, value) in given.filter(|(name, _)| name != "cookie") {
        let all = headers.entry(name.clone()).or_default();
        if !all.is_empty() {
            all.push(',');
        }
        all.push_str(value);
    }
    for (name, value) in [
        ("host", request.host),
        ("x-forwarded-for", request.source),
        ("x-forwarded-proto", "http"),
    ] {
        let missing = !headers.contains_key(name) && !value.is_empty();
        if missing {
            headers.insert(name.to_owned(), value.to_owned());
        }
    }
    headers
}

fn cookies(request: &UrlRequest<'_>) -> Vec<Value> {
    let given = request.headers.iter().filter(|(name, _)| name == "cookie");
    let each = given.flat_map(|(_, value)| value.split(';'));
    let each = each.map(str::trim).filter(|cookie| !cookie.is_empty());
    each.map(Value::from).collect()
}

/// Parameters that came more than once are one, with commas.
fn query(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decoded(&value.replace('+', " "));
        let all = parameters.entry(decoded(&name.replace('+', " ")));
        all.and_modify(|all| *all = format!("{all},{value}"))
            .or_insert(value);
    }
    parameters
}

/// The body as text, or in Base64 if it is none.
fn body(request: &UrlRequest<'_>) -> (String, bool) {
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    let is_text = kind.starts_with("text/")
        || TEXTS.contains(&kind.as_str())
        || kind.ends_with("+json")
        || kind.ends_with("+xml");
    match std::str::from_utf8(&request.body) {
        Ok(text) if is_text => (text.to_owned(), false),
        _ => (STANDARD.encode(&request.body), true),
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Such as `12/Mar/2026:19:03:58 +0000`.
fn time(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let text = at.to_string();
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let month = part(5, 7).parse::<usize>().unwrap_or(1).clamp(1, 12);
    let (day, year) = (part(8, 10), part(0, 4));
    format!("{day}/{}/{year}:{} +0000", MONTHS[month - 1], part(11, 19))
}
