//! What handlers take from a request's head: path, query and headers, each checked, each refusal
//! saying which place is wrong.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query as AxumQuery};
use axum::http::header::{HOST, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use steploom_types::{Error, limits};

use crate::failure::{Answer, Failure};

/// The one parameter of the path, parsed.
pub(crate) struct At<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for At<T>
where
    S: Send + Sync,
    T: FromStr<Err = Error>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let Path(text) = path::<String, S>(parts, state).await?;
        parse_at("path", &text).map(Self)
    }
}

/// The two parameters of the path, parsed.
pub(crate) struct At2<T, U>(pub(crate) T, pub(crate) U);

impl<S, T, U> FromRequestParts<S> for At2<T, U>
where
    S: Send + Sync,
    T: FromStr<Err = Error>,
    U: FromStr<Err = Error>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let Path((first, second)) = path::<(String, String), S>(parts, state).await?;
        Ok(Self(parse_at("path", &first)?, parse_at("path", &second)?))
    }
}

async fn path<T, S>(parts: &mut Parts, state: &S) -> Answer<Path<T>>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    Path::from_request_parts(parts, state)
        .await
        .map_err(|refused| {
            let error = Error::invalid("InvalidPath", refused.body_text());
            Failure::invalid_at("path", error)
        })
}

fn parse_at<T: FromStr<Err = Error>>(place: &str, text: &str) -> Answer<T> {
    text.parse()
        .map_err(|error| Failure::invalid_at(place, error))
}

/// The query; a field that the route does not know is refused.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        match AxumQuery::try_from_uri(&parts.uri) {
            Ok(AxumQuery(query)) => Ok(Self(query)),
            Err(refused) => Err(invalid_query(&refused.body_text())),
        }
    }
}

/// axum says `Failed to deserialize query string: limit: invalid digit found in string`.
fn invalid_query(refused: &str) -> Failure {
    let why = refused
        .strip_prefix("Failed to deserialize query string: ")
        .unwrap_or(refused);
    let field = why
        .split_once(": ")
        .map(|(field, _)| field)
        .filter(|field| field.bytes().all(|b| b.is_ascii_alphanumeric()));
    let place = field.map_or_else(|| "query".to_owned(), |field| format!("query/{field}"));
    let error = Error::invalid("InvalidQuery", format!("the query is wrong: {why}"));
    Failure::invalid_at(&place, error)
}

/// The host that a request was sent to, as it names it.
pub(crate) struct Host(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Host {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        Ok(Self(host(&parts.uri, &parts.headers).to_owned()))
    }
}

/// The same of a request's head: over HTTP/2 it stands in the address.
pub(crate) fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    let header = headers.get(HOST).and_then(|value| value.to_str().ok());
    let authority = uri.authority().map(Authority::as_str);
    authority.or(header).unwrap_or_default()
}

/// The route takes no query: one that is there is a mistake that should not pass unseen.
pub(crate) struct NoQuery;

impl<S: Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        match parts.uri.query() {
            None | Some("") => Ok(Self),
            Some(_) => Err(Failure::invalid_at(
                "query",
                Error::invalid("InvalidQuery", "this route takes no query"),
            )),
        }
    }
}

/// How many results a page has: the query's `limit`, in its range.
pub(crate) fn page_size(limit: Option<u32>) -> Answer<u32> {
    let size = limit.unwrap_or(limits::PAGE_SIZE_DEFAULT);
    if (1..=limits::PAGE_SIZE_MAX).contains(&size) {
        return Ok(size);
    }
    let message = format!("limit is {size}; it must be 1 to {}", limits::PAGE_SIZE_MAX);
    Err(Failure::invalid_at(
        "query/limit",
        Error::invalid("InvalidLimit", message),
    ))
}

/// Whether the caller wants to create only: `If-None-Match: *`.
pub(crate) fn is_create_only(headers: &HeaderMap) -> Answer<bool> {
    match headers.get(IF_NONE_MATCH) {
        None => Ok(false),
        Some(value) if value == "*" => Ok(true),
        Some(_) => Err(Failure::invalid_at(
            "header/if-none-match",
            Error::invalid(
                "InvalidHeader",
                "If-None-Match may only be '*' here: create it, or fail if it is there",
            ),
        )),
    }
}

/// 201 for what is new, 200 for what was there.
pub(crate) fn created(is_new: bool) -> StatusCode {
    if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    }
}
