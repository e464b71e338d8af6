//! Bodies: reading them within bounds of size, time and memory, and what is inside.
//!
//! Every route reads its whole body here, so that size (413), pace (408), total memory (429) and
//! content type (415) are checked in one place. A body that came as one piece is not copied.

mod awaited;
mod budget;
mod content;
mod items;
mod json;
mod octets;
mod paced;
mod signed;

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::EXPECT;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use steploom_types::{Error, Kind, limits};
use tokio::time::{Instant, timeout, timeout_at};

use crate::app::App;
use crate::config::Limits;
use crate::failure::{Answer, Failure};

pub(crate) use awaited::Awaited;
pub(crate) use budget::{Budget, Held};
pub(crate) use content::{content_type, ensure_definition, ensure_json, wrong_type};
pub(crate) use items::{ItemsKind, split_items};
pub(crate) use json::{JsonText, answer_json, parse, parse_json};
pub(crate) use octets::Octets;
pub(crate) use paced::paced;
pub(crate) use signed::{Signed, prove};

/// Bytes reserved for a body before any has arrived, whatever its length is said to be.
const RESERVED_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of JSON whose values are not counted, as they are few.
const UNCOUNTED_BYTES_MAX: usize = 1024;

/// How long the rest of a refused body is read and thrown away: a client that is still sending
/// would otherwise see its connection reset instead of the answer.
const DISCARD_TIME_MAX: Duration = Duration::from_secs(5);

/// Bytes that stand around a state's data in a body.
const AROUND_DATA_BYTES_MAX: usize = 4 * 1024;

/// A route's bound on its body.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    /// Bytes at the most.
    pub(crate) bytes_max: usize,
    /// What it is, for the message.
    pub(crate) what: &'static str,
}

/// The bound on a body that holds a state's data, with what stands around it. A body that does not
/// say how long it is counts in full against the memory for bodies: it may have what every machine
/// takes.
pub(crate) fn bound_of_data(request: &Request, what: &'static str) -> Bound {
    let has_length = request.body().size_hint().upper().is_some();
    let data = if has_length {
        limits::DATA_LIMIT_BYTES_MAX
    } else {
        limits::PAYLOAD_BYTES_MAX
    };
    Bound {
        bytes_max: data + AROUND_DATA_BYTES_MAX,
        what,
    }
}

/// Reads a request's body. The second value is its share of the memory for bodies: keep it for as
/// long as the bytes, or what was made of them, are held.
pub(crate) async fn read(app: &App, request: Request, bound: Bound) -> Answer<(Bytes, Held)> {
    let waits = request.headers().contains_key(EXPECT);
    let mut request = request;
    let signed = request.extensions_mut().remove::<Signed>();
    let mut body = request.into_body();
    let hint = body.size_hint();
    if hint.lower() > bound.bytes_max as u64 {
        if !waits {
            discard(&mut body).await;
        }
        return Err(too_large(bound));
    }
    let weight = hint
        .upper()
        .map_or(bound.bytes_max, |bytes| bytes as usize)
        .min(bound.bytes_max);
    let held = app.bodies.hold(weight)?;
    let bytes = collect(&app.config.limits, &mut body, bound).await?;
    let bytes = match signed {
        Some(signed) => signed.open(bytes)?,
        None => bytes,
    };
    Ok((bytes, held))
}

/// Reads a request's body that is JSON and will be parsed: what comes of that counts as well.
pub(crate) async fn read_json(app: &App, request: Request, bound: Bound) -> Answer<(Bytes, Held)> {
    let (bytes, mut held) = read(app, request, bound).await?;
    if bytes.len() > UNCOUNTED_BYTES_MAX {
        app.bodies.grow(&mut held, json::parsed_bytes(&bytes))?;
    }
    Ok((bytes, held))
}

async fn collect(limits: &Limits, body: &mut Body, bound: Bound) -> Answer<Bytes> {
    let began = Instant::now();
    let Some(first) = next(limits, body, began, 0).await? else {
        return Ok(Bytes::new());
    };
    if first.len() > bound.bytes_max {
        discard(body).await;
        return Err(too_large(bound));
    }
    if body.is_end_stream() {
        return Ok(first);
    }
    let expected = body.size_hint().lower() as usize;
    let mut all = BytesMut::with_capacity(first.len() + expected.min(RESERVED_BYTES_MAX));
    all.extend_from_slice(&first);
    while let Some(more) = next(limits, body, began, all.len()).await? {
        if all.len() + more.len() > bound.bytes_max {
            drop(all);
            discard(body).await;
            return Err(too_large(bound));
        }
        all.extend_from_slice(&more);
    }
    Ok(all.freeze())
}

/// The next piece, which must come before the time runs out that the body has earned so far.
async fn next(
    limits: &Limits,
    body: &mut Body,
    began: Instant,
    received: usize,
) -> Answer<Option<Bytes>> {
    let earned_s = received as f64 / f64::from(limits.body_bytes_per_second_min.max(1));
    let deadline = began + limits.body_timeout + Duration::from_secs_f64(earned_s);
    loop {
        let frame = timeout_at(deadline, body.frame())
            .await
            .map_err(|_| too_slow(received))?;
        match frame {
            None => return Ok(None),
            // Trailers carry nothing for us.
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) if !data.is_empty() => return Ok(Some(data)),
                _ => {}
            },
            Some(Err(error)) => return Err(broken(&error)),
        }
    }
}

/// Reads on for a while without keeping anything.
async fn discard(body: &mut Body) {
    let rest = async { while let Some(Ok(_)) = body.frame().await {} };
    let _ = timeout(DISCARD_TIME_MAX, rest).await;
}

fn too_large(bound: Bound) -> Failure {
    let message = format!(
        "{} may have {} bytes at the most",
        bound.what, bound.bytes_max
    );
    Failure::with_status(
        StatusCode::PAYLOAD_TOO_LARGE,
        Error::invalid("BodyTooLarge", message),
    )
}

fn too_slow(received: usize) -> Failure {
    let message = format!("the body came too slowly: {received} bytes until the time ran out");
    Failure::with_status(
        StatusCode::REQUEST_TIMEOUT,
        Error::new(Kind::Invalid, "BodyTooSlow", message),
    )
}

fn broken(error: &axum::Error) -> Failure {
    Error::invalid("BodyIncomplete", "the body ended before it was complete")
        .with_detail(error)
        .into()
}
