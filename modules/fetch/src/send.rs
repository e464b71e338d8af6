//! The way through `wasi:http/outgoing-handler`, within one time for all of it.

use std::time::Duration;

use http::{HeaderMap, Method as Verb};
use steploom_function::Error;
use wasip2::clocks::monotonic_clock::{self, Instant};
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingBody, Method, OutgoingBody, OutgoingRequest, Scheme, http_error_code,
};
use wasip2::io::poll::{Pollable, poll};
use wasip2::io::streams::StreamError;

use crate::request::Request;
use crate::response::{RESULT_BYTES_MAX, Response, too_large};

/// Bytes that are read at once.
const PIECE_BYTES_MAX: u64 = 64 * 1024;

pub(crate) fn send(request: &Request) -> Result<Response, Error> {
    let limit = Limit::of(request.timeout);
    let outgoing = outgoing(request)?;
    let body = (!request.body.is_empty()).then(|| outgoing.body());
    let failed = |code: ErrorCode| failure(&code, request);
    let future = handle(outgoing, None).map_err(failed)?;
    if let Some(Ok(body)) = body {
        write(body, &request.body, &limit)?;
    }
    limit.wait(&future.subscribe())?;
    let answered = future.get().and_then(Result::ok);
    let incoming = answered
        .ok_or_else(|| broken("the host gave no answer"))?
        .map_err(failed)?;
    let headers = incoming.headers();
    let body = incoming
        .consume()
        .map_err(|()| broken("the answer has no body"))?;
    Ok(Response {
        status: incoming.status(),
        headers: headers.entries(),
        body: read(&body, &limit, request)?,
    })
}

fn outgoing(request: &Request) -> Result<OutgoingRequest, Error> {
    let outgoing = OutgoingRequest::new(fields(&request.headers)?);
    let scheme = if request.is_secure {
        Scheme::Https
    } else {
        Scheme::Http
    };
    let taken = outgoing
        .set_method(&method(&request.method))
        .and_then(|()| outgoing.set_scheme(Some(&scheme)))
        .and_then(|()| outgoing.set_authority(Some(&request.authority)))
        .and_then(|()| outgoing.set_path_with_query(Some(&request.path_with_query)));
    taken.map_err(|()| {
        Error::new(
            "InvalidUrl",
            "no request can be made of the URL and the method",
        )
    })?;
    Ok(outgoing)
}

fn fields(headers: &HeaderMap) -> Result<Fields, Error> {
    let fields = Fields::new();
    for (name, value) in headers {
        fields
            .append(name.as_str(), value.as_bytes())
            .map_err(|error| {
                let message = format!("{:?} cannot be sent: {error}", name.as_str());
                Error::new("InvalidHeader", message)
            })?;
    }
    Ok(fields)
}

fn method(verb: &Verb) -> Method {
    match verb.as_str() {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "CONNECT" => Method::Connect,
        "OPTIONS" => Method::Options,
        "TRACE" => Method::Trace,
        "PATCH" => Method::Patch,
        other => Method::Other(other.to_owned()),
    }
}

/// Writes the body. A host that does not take all of it says why in its answer.
fn write(body: OutgoingBody, bytes: &[u8], limit: &Limit) -> Result<(), Error> {
    let Ok(stream) = body.write() else {
        return Ok(());
    };
    let mut rest = bytes;
    while !rest.is_empty() {
        limit.wait(&stream.subscribe())?;
        let Ok(room) = stream.check_write() else {
            return Ok(());
        };
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let (now, later) = rest.split_at(room.min(rest.len()));
        if stream.write(now).is_err() {
            return Ok(());
        }
        rest = later;
    }
    drop(stream);
    // As above.
    let _ = OutgoingBody::finish(body, None);
    Ok(())
}

/// Reads the body, as far as a result may have it.
fn read(body: &IncomingBody, limit: &Limit, request: &Request) -> Result<Vec<u8>, Error> {
    let stream = body
        .stream()
        .map_err(|()| broken("the answer's body cannot be read"))?;
    let mut bytes = Vec::new();
    loop {
        limit.wait(&stream.subscribe())?;
        match stream.read(PIECE_BYTES_MAX) {
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(match http_error_code(&error) {
                    Some(code) => failure(&code, request),
                    None => broken(&error.to_debug_string()),
                });
            }
        }
        if bytes.len() > RESULT_BYTES_MAX {
            return Err(too_large());
        }
    }
}

/// When all of it must have happened.
struct Limit {
    end: Instant,
    timeout: Duration,
}

impl Limit {
    fn of(timeout: Duration) -> Self {
        let nanoseconds = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
        Self {
            end: monotonic_clock::now().saturating_add(nanoseconds),
            timeout,
        }
    }

    fn wait(&self, for_that: &Pollable) -> Result<(), Error> {
        let end = monotonic_clock::subscribe_instant(self.end);
        if poll(&[for_that, &end]).contains(&0) {
            return Ok(());
        }
        let message = format!(
            "the host did not answer within {} ms",
            self.timeout.as_millis()
        );
        Err(Error::new("TimedOut", message))
    }
}

fn broken(why: &str) -> Error {
    Error::new("RequestFailed", format!("the request failed: {why}"))
}

/// An error with a name, and with what helps.
fn failure(code: &ErrorCode, request: &Request) -> Error {
    let authority = &request.authority;
    match code {
        ErrorCode::HttpRequestDenied => {
            let scheme = if request.is_secure { "" } else { "http://" };
            let message = format!(
                "the function may not call {authority}: its owner can allow it by 'steploom deploy --allow-host {scheme}{authority}'; its log says more"
            );
            Error::new("HostDenied", message)
        }
        ErrorCode::DestinationIpProhibited => {
            let message = format!(
                "{authority} is at an address that functions may not call: the server's operator can allow it by 'steploom up --egress-allow'"
            );
            Error::new("AddressDenied", message)
        }
        ErrorCode::ConfigurationError => {
            let message = format!(
                "the connection with the secrets for {authority} is wrong: the log says more"
            );
            Error::new("InvalidConnection", message)
        }
        ErrorCode::DestinationNotFound | ErrorCode::DnsError(_) | ErrorCode::DnsTimeout => {
            Error::new("HostNotFound", format!("there is no host {authority}"))
        }
        ErrorCode::ConnectionRefused => {
            Error::new("Refused", format!("{authority} takes no connection"))
        }
        ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::HttpResponseTimeout => {
            Error::new("TimedOut", format!("{authority} did not answer in time"))
        }
        ErrorCode::TlsCertificateError | ErrorCode::TlsProtocolError => {
            let message = format!("{authority} could not be trusted: its certificate is wrong");
            Error::new("Insecure", message)
        }
        ErrorCode::HttpResponseBodySize(_) => too_large(),
        other => broken(&other.to_string()),
    }
}
