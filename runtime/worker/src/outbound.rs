//! Requests that functions make themselves: the one gate through which they leave.
//!
//! A function reaches the hosts that its owner lists, if the operator lets functions reach them, at
//! addresses that are allowed ([`crate::egress`]): the same clients as of `http:invoke`, so a name is
//! resolved once and the connection goes to the address that was checked; redirects are not
//! followed, and proxies of the environment are not used. Secrets of a connection are put in here,
//! after the guest has let go of its request.

mod rule;

use std::sync::Arc;

use async_trait::async_trait;
use http::header::HOST;
use http::{HeaderMap, Request, Response};
use http_body::Body as _;
use http_body_util::{BodyDataStream, BodyExt};
use reqwest::Url;
use steploom_api::wire::PutConnection;
use steploom_call::{Body, NotSent};
use steploom_store::Catalog;
use steploom_types::{AccountId, Name};

use crate::port::connections;
use crate::seal::Seal;
use crate::service::http::{Clients, prove};

pub use rule::HostRule;

/// The gate of a node.
pub(crate) struct Gate {
    clients: Clients,
    catalog: Arc<dyn Catalog>,
    seal: Arc<Seal>,
    /// The hosts that functions may reach at all; any, if there are none.
    bounds: Vec<HostRule>,
}

/// A host that a function may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AllowedHost {
    pub(crate) rule: HostRule,
    /// Whose secrets go with each request there.
    pub(crate) connection: Option<Name>,
}

/// What one function may reach.
struct Way {
    gate: Arc<Gate>,
    account: AccountId,
    hosts: Arc<[AllowedHost]>,
}

impl Gate {
    pub(crate) fn new(
        clients: Clients,
        catalog: Arc<dyn Catalog>,
        seal: Arc<Seal>,
        bounds: Vec<HostRule>,
    ) -> Self {
        Self {
            clients,
            catalog,
            seal,
            bounds,
        }
    }

    /// The way out of a function; there is none if it may reach no host.
    pub(crate) fn way(
        self: &Arc<Self>,
        account: AccountId,
        hosts: &Arc<[AllowedHost]>,
    ) -> Option<Arc<dyn steploom_call::Outbound>> {
        (!hosts.is_empty()).then(|| {
            Arc::new(Way {
                gate: Arc::clone(self),
                account,
                hosts: Arc::clone(hosts),
            }) as Arc<dyn steploom_call::Outbound>
        })
    }
}

impl Way {
    /// The line of the function's list that lets a request through.
    fn allowed(&self, url: &Url) -> Result<&AllowedHost, NotSent> {
        let place = place(url);
        if !url.username().is_empty() || url.password().is_some() {
            let why = "its address must hold no user or password; use a connection";
            return Err(NotSent::Denied(format!(
                "a request to {place} is refused: {why}"
            )));
        }
        let found = self.hosts.iter().find(|host| host.rule.matches(url));
        let found = found.ok_or_else(|| {
            NotSent::Denied(format!(
                "a request to {place} is refused: the function may not call it; its owner can allow it: steploom deploy --allow-host {place}"
            ))
        })?;
        let bounds = &self.gate.bounds;
        if !bounds.is_empty() && !bounds.iter().any(|rule| rule.matches(url)) {
            return Err(NotSent::Denied(format!(
                "a request to {place} is refused: functions of this server may not call it; its operator can allow it: steploom up --functions-allow-host {place}"
            )));
        }
        Ok(found)
    }

    /// Puts the secrets of a connection into a request. What the guest says in their place is dropped.
    async fn prove(
        &self,
        name: &Name,
        headers: &mut HeaderMap,
        url: &mut Url,
    ) -> Result<(), NotSent> {
        let Gate { catalog, seal, .. } = &*self.gate;
        let found = connections::open(&**catalog, seal, self.account, name).await;
        let connection = found.map_err(|error| {
            let why = &error.message;
            NotSent::Misconfigured(format!("a request got no secrets: {why}"))
        })?;
        put_in(&connection, headers, url)
            .map_err(|why| NotSent::Misconfigured(format!("connection '{name}': {why}")))
    }
}

/// Puts what a connection holds into a request; what is there in its place goes.
fn put_in(
    connection: &PutConnection,
    headers: &mut HeaderMap,
    url: &mut Url,
) -> Result<(), String> {
    let mut secrets = HeaderMap::new();
    prove(connection, &mut secrets).map_err(|failure| failure.cause.unwrap_or_default())?;
    for key in secrets.keys() {
        headers.remove(key);
    }
    // The first of several values carries the name.
    let mut last = None;
    for (key, value) in secrets {
        last = key.or(last);
        if let Some(key) = &last {
            headers.append(key, value);
        }
    }
    if connection.query.is_empty() {
        return Ok(());
    }
    let is_ours = |name: &str| connection.query.iter().any(|ours| ours.name == name);
    let others = url.query_pairs().filter(|(name, _)| !is_ours(name));
    let mut pairs: Vec<_> = others
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let ours = connection.query.iter();
    pairs.extend(ours.map(|one| (one.name.clone(), one.value.clone())));
    url.query_pairs_mut().clear().extend_pairs(pairs);
    Ok(())
}

#[async_trait]
impl steploom_call::Outbound for Way {
    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, NotSent> {
        let (head, body) = request.into_parts();
        let mut url = Url::parse(&head.uri.to_string()).map_err(|_| NotSent::NotFound)?;
        let allowed = self.allowed(&url)?;
        let client = self.gate.clients.client(&url);
        let client = client.map_err(|denied| NotSent::AddressDenied(denied.to_string()))?;
        let mut headers = head.headers;
        headers.remove(HOST);
        if let Some(connection) = &allowed.connection {
            self.prove(connection, &mut headers, &mut url).await?;
        }
        let mut request = client.request(head.method, url).headers(headers);
        if !body.is_end_stream() {
            let pieces = BodyDataStream::new(body);
            request = request.body(reqwest::Body::wrap_stream(pieces));
        }
        let response = request.send().await;
        let response = response.map_err(|error| crate::service::http::not_sent(&error))?;
        let response = Response::<reqwest::Body>::from(response);
        Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
    }
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its gate holds a key.
        f.debug_struct("Way")
            .field("account", &self.account)
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

/// Where a request goes, as a rule says it.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let scheme = match url.scheme() {
        "https" => String::new(),
        other => format!("{other}://"),
    };
    match url.port() {
        Some(port) => format!("{scheme}{host}:{port}"),
        None => format!("{scheme}{host}"),
    }
}

#[cfg(test)]
mod tests;
