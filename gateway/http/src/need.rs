//! What each route needs to be granted: the table of routes once more, a line an endpoint. A route
//! without a line is refused, and a test fails.
//!
//! The edge checks what the table says before the handler runs. Where the name is in the body, the
//! edge checks that there is some name that the caller may use, and the handler asks
//! [`Who::require`](crate::edge::Who::require) once it has read it.

mod lambda;
mod schedule;
mod states;

use std::collections::HashMap;
use std::sync::LazyLock;

use steploom_auth::{Area, Caller, Need, Verb};
use steploom_types::Result;

use crate::app::App;

pub(crate) use lambda::require as require_lambda;
pub(crate) use schedule::{require as require_scheduler, require_definition};
pub(crate) use states::require as require_states;

/// Where the name stands of the thing that a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    /// Everybody may know.
    Open,
    /// Nothing is named; who is known may know it.
    Known,
    /// It is about things of all names.
    All,
    /// Nothing is named that a scope could name.
    Nothing,
    /// At this place of the path, counted from 0 behind `/v1/`.
    Path(usize),
    /// In this field of the query; things of all names, if it is not there.
    Query(&'static str),
    /// It is the machine of the execution whose id is at this place of the path.
    Execution(usize),
    /// In the body: the handler asks.
    Body,
}

use Area::{
    Activities, Audit, Cluster, Connections, Executions, Functions, Keys, Machines, Objects,
    Schedules, Stores, Tasks,
};
use Named::{All, Body, Execution, Known, Nothing, Open, Path, Query};
use Verb::{Invoke, Read, Write};

type Line = (&'static str, Area, Verb, Named);

/// Method and path of each route, and what it needs.
const NEEDS: &[Line] = &[
    // Functions.
    ("GET /v1/functions", Functions, Read, All),
    ("PUT /v1/functions/{name}", Functions, Write, Path(1)),
    ("GET /v1/functions/{name}", Functions, Read, Path(1)),
    ("DELETE /v1/functions/{name}", Functions, Write, Path(1)),
    (
        "GET /v1/functions/{name}/versions",
        Functions,
        Read,
        Path(1),
    ),
    (
        "POST /v1/functions/{name}/invoke",
        Functions,
        Invoke,
        Path(1),
    ),
    (
        "POST /v1/functions/{name}/invoke-async",
        Functions,
        Invoke,
        Path(1),
    ),
    ("GET /v1/functions/{name}/logs", Functions, Read, Path(1)),
    (
        "GET /v1/functions/{name}/logs/stream",
        Functions,
        Read,
        Path(1),
    ),
    ("GET /v1/functions/{name}/tags", Functions, Read, Path(1)),
    ("POST /v1/functions/{name}/tags", Functions, Write, Path(1)),
    (
        "GET /v1/functions/{name}/releases",
        Functions,
        Read,
        Path(1),
    ),
    (
        "POST /v1/functions/{name}/releases",
        Functions,
        Write,
        Path(1),
    ),
    (
        "GET /v1/functions/{name}/releases/{number}",
        Functions,
        Read,
        Path(1),
    ),
    (
        "DELETE /v1/functions/{name}/releases/{number}",
        Functions,
        Write,
        Path(1),
    ),
    ("GET /v1/functions/{name}/aliases", Functions, Read, Path(1)),
    (
        "GET /v1/functions/{name}/aliases/{alias}",
        Functions,
        Read,
        Path(1),
    ),
    (
        "PUT /v1/functions/{name}/aliases/{alias}",
        Functions,
        Write,
        Path(1),
    ),
    (
        "DELETE /v1/functions/{name}/aliases/{alias}",
        Functions,
        Write,
        Path(1),
    ),
    ("GET /v1/functions/{name}/events", Functions, Read, Path(1)),
    ("PUT /v1/functions/{name}/events", Functions, Write, Path(1)),
    (
        "DELETE /v1/functions/{name}/events",
        Functions,
        Write,
        Path(1),
    ),
    ("GET /v1/functions/{name}/urls", Functions, Read, Path(1)),
    ("PUT /v1/functions/{name}/urls", Functions, Write, Path(1)),
    (
        "DELETE /v1/functions/{name}/urls",
        Functions,
        Write,
        Path(1),
    ),
    // Machines.
    ("GET /v1/machines", Machines, Read, All),
    ("POST /v1/definitions/validate", Machines, Read, Nothing),
    ("PUT /v1/machines/{name}", Machines, Write, Path(1)),
    ("GET /v1/machines/{name}", Machines, Read, Path(1)),
    ("DELETE /v1/machines/{name}", Machines, Write, Path(1)),
    ("GET /v1/machines/{name}/versions", Machines, Read, Path(1)),
    ("GET /v1/machines/{name}/logs", Machines, Read, Path(1)),
    (
        "GET /v1/machines/{name}/logs/stream",
        Machines,
        Read,
        Path(1),
    ),
    ("GET /v1/machines/{name}/retention", Machines, Read, Path(1)),
    (
        "PUT /v1/machines/{name}/retention",
        Machines,
        Write,
        Path(1),
    ),
    ("GET /v1/machines/{name}/share", Machines, Read, Path(1)),
    ("PUT /v1/machines/{name}/share", Machines, Write, Path(1)),
    (
        "GET /v1/machines/{name}/executions/{execution}",
        Executions,
        Read,
        Path(1),
    ),
    (
        "GET /v1/machines/{name}/versions/{version}",
        Machines,
        Read,
        Path(1),
    ),
    ("GET /v1/machines/{name}/settings", Machines, Read, Path(1)),
    ("PUT /v1/machines/{name}/settings", Machines, Write, Path(1)),
    ("GET /v1/machines/{name}/tags", Machines, Read, Path(1)),
    ("POST /v1/machines/{name}/tags", Machines, Write, Path(1)),
    ("GET /v1/machines/{name}/releases", Machines, Read, Path(1)),
    (
        "POST /v1/machines/{name}/releases",
        Machines,
        Write,
        Path(1),
    ),
    (
        "GET /v1/machines/{name}/releases/{number}",
        Machines,
        Read,
        Path(1),
    ),
    (
        "DELETE /v1/machines/{name}/releases/{number}",
        Machines,
        Write,
        Path(1),
    ),
    ("GET /v1/machines/{name}/aliases", Machines, Read, Path(1)),
    (
        "GET /v1/machines/{name}/aliases/{alias}",
        Machines,
        Read,
        Path(1),
    ),
    (
        "PUT /v1/machines/{name}/aliases/{alias}",
        Machines,
        Write,
        Path(1),
    ),
    (
        "DELETE /v1/machines/{name}/aliases/{alias}",
        Machines,
        Write,
        Path(1),
    ),
    // Executions.
    ("POST /v1/executions", Executions, Invoke, Body),
    ("POST /v1/executions/sync", Executions, Invoke, Body),
    ("POST /v1/executions/batch", Executions, Invoke, Body),
    ("GET /v1/executions", Executions, Read, Query("machine")),
    (
        "GET /v1/executions/counts",
        Executions,
        Read,
        Query("machine"),
    ),
    ("GET /v1/executions/{id}", Executions, Read, Execution(1)),
    (
        "GET /v1/executions/{id}/history",
        Executions,
        Read,
        Execution(1),
    ),
    (
        "GET /v1/executions/{id}/events",
        Executions,
        Read,
        Execution(1),
    ),
    (
        "POST /v1/executions/{id}/stop",
        Executions,
        Write,
        Execution(1),
    ),
    (
        "POST /v1/executions/{id}/pause",
        Executions,
        Write,
        Execution(1),
    ),
    (
        "POST /v1/executions/{id}/resume",
        Executions,
        Write,
        Execution(1),
    ),
    (
        "POST /v1/executions/{id}/release",
        Executions,
        Write,
        Execution(1),
    ),
    (
        "POST /v1/executions/{id}/redrive",
        Executions,
        Invoke,
        Execution(1),
    ),
    (
        "GET /v1/executions/{id}/map-runs",
        Executions,
        Read,
        Execution(1),
    ),
    (
        "GET /v1/executions/{id}/map-runs/{number}",
        Executions,
        Read,
        Execution(1),
    ),
    (
        "PATCH /v1/executions/{id}/map-runs/{number}",
        Executions,
        Write,
        Execution(1),
    ),
    (
        "POST /v1/executions/{id}/map-runs/{number}/stop",
        Executions,
        Write,
        Execution(1),
    ),
    // Tasks and activities.
    ("POST /v1/tasks/{token}/success", Tasks, Invoke, All),
    ("POST /v1/tasks/{token}/failure", Tasks, Invoke, All),
    ("POST /v1/tasks/{token}/heartbeat", Tasks, Invoke, All),
    ("GET /v1/activities", Activities, Read, All),
    ("PUT /v1/activities/{name}", Activities, Write, Path(1)),
    ("GET /v1/activities/{name}", Activities, Read, Path(1)),
    ("DELETE /v1/activities/{name}", Activities, Write, Path(1)),
    (
        "POST /v1/activities/{name}/poll",
        Activities,
        Invoke,
        Path(1),
    ),
    ("GET /v1/activities/{name}/tags", Activities, Read, Path(1)),
    (
        "POST /v1/activities/{name}/tags",
        Activities,
        Write,
        Path(1),
    ),
    // Objects and connections.
    ("GET /v1/buckets", Objects, Read, All),
    ("PUT /v1/buckets/{name}", Objects, Write, Path(1)),
    ("DELETE /v1/buckets/{name}", Objects, Write, Path(1)),
    ("GET /v1/buckets/{name}/objects", Objects, Read, Path(1)),
    (
        "PUT /v1/buckets/{name}/objects/{key}",
        Objects,
        Write,
        Path(1),
    ),
    (
        "GET /v1/buckets/{name}/objects/{key}",
        Objects,
        Read,
        Path(1),
    ),
    (
        "DELETE /v1/buckets/{name}/objects/{key}",
        Objects,
        Write,
        Path(1),
    ),
    // Values by key.
    ("GET /v1/stores/{store}/keys", Stores, Read, Path(1)),
    (
        "PUT /v1/stores/{store}/values/{key}",
        Stores,
        Write,
        Path(1),
    ),
    ("GET /v1/stores/{store}/values/{key}", Stores, Read, Path(1)),
    (
        "DELETE /v1/stores/{store}/values/{key}",
        Stores,
        Write,
        Path(1),
    ),
    (
        "POST /v1/stores/{store}/values/{key}/increment",
        Stores,
        Write,
        Path(1),
    ),
    ("GET /v1/connections", Connections, Read, All),
    ("PUT /v1/connections/{name}", Connections, Write, Path(1)),
    ("DELETE /v1/connections/{name}", Connections, Write, Path(1)),
    // Schedules: what they start, the handler asks for.
    ("GET /v1/schedules", Schedules, Read, All),
    ("PUT /v1/schedules/{name}", Schedules, Write, Path(1)),
    ("GET /v1/schedules/{name}", Schedules, Read, Path(1)),
    ("DELETE /v1/schedules/{name}", Schedules, Write, Path(1)),
    ("POST /v1/schedules/{name}/pause", Schedules, Write, Path(1)),
    (
        "POST /v1/schedules/{name}/resume",
        Schedules,
        Write,
        Path(1),
    ),
    (
        "POST /v1/schedules/{name}/backfill",
        Schedules,
        Invoke,
        Path(1),
    ),
    ("GET /v1/schedules/{name}/firings", Schedules, Read, Path(1)),
    ("GET /v1/schedule-groups", Schedules, Read, All),
    ("PUT /v1/schedule-groups/{name}", Schedules, Write, Path(1)),
    ("GET /v1/schedule-groups/{name}", Schedules, Read, Path(1)),
    // With all its schedules, whatever their names.
    ("DELETE /v1/schedule-groups/{name}", Schedules, Write, All),
    // Keys and the audit.
    ("GET /v1/keys", Keys, Read, All),
    ("POST /v1/keys", Keys, Write, All),
    ("DELETE /v1/keys/{id}", Keys, Write, All),
    ("GET /v1/audit", Audit, Read, All),
    // Nodes and shards.
    ("GET /v1/nodes", Cluster, Read, All),
    ("GET /v1/shards", Cluster, Read, All),
    ("POST /v1/shards/{id}/split", Cluster, Write, All),
    // The process itself.
    ("GET /", Cluster, Read, Known),
    ("GET /healthz", Cluster, Read, Open),
    ("GET /readyz", Cluster, Read, Open),
    ("GET /metrics", Cluster, Read, All),
    ("GET /v1/openapi.json", Cluster, Read, Known),
    // AWS's protocols.
    ("POST /", Executions, Read, Known),
    ("GET /schedules", Schedules, Read, Known),
    ("POST /schedules/{name}", Schedules, Write, Known),
    ("PUT /schedules/{name}", Schedules, Write, Known),
    ("GET /schedules/{name}", Schedules, Read, Known),
    ("DELETE /schedules/{name}", Schedules, Write, Known),
    ("GET /schedule-groups", Schedules, Read, Known),
    ("POST /schedule-groups/{name}", Schedules, Write, Known),
    ("GET /schedule-groups/{name}", Schedules, Read, Known),
    ("DELETE /schedule-groups/{name}", Schedules, Write, Known),
    ("GET /tags/{*arn}", Schedules, Read, Known),
    ("POST /tags/{*arn}", Schedules, Write, Known),
    ("DELETE /tags/{*arn}", Schedules, Write, Known),
];

/// The same by path, and the method of each line: every request asks.
static BY_PATH: LazyLock<HashMap<&str, Vec<(&str, RouteNeed)>>> = LazyLock::new(|| {
    let mut lines: HashMap<_, Vec<_>> = HashMap::new();
    for line in NEEDS {
        if let Some((method, path)) = line.0.split_once(' ') {
            let of_path = lines.entry(path).or_default();
            of_path.push((method, RouteNeed(line)));
        }
    }
    lines
});

/// What a route needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteNeed(&'static Line);

/// What the route of this method and path needs; `None` for a route that has no line. `HEAD` is `GET`
/// without a body.
pub(crate) fn of(method: &str, path: &str) -> Option<RouteNeed> {
    let method = if method == "HEAD" { "GET" } else { method };
    let mut lines = BY_PATH.get(path)?.iter();
    let line = lines.find(|(known, _)| *known == method);
    line.map(|(_, need)| *need)
}

/// Whether a path has a line for some method.
pub(crate) fn has_path(path: &str) -> bool {
    BY_PATH.contains_key(path)
}

impl RouteNeed {
    /// Whether everybody may ask, whoever it is.
    pub(crate) fn is_open(self) -> bool {
        self.0.3 == Open
    }

    /// The scope as it is written, for the document; none where being known is enough.
    pub(crate) fn scope(self) -> Option<String> {
        let (_, area, verb, named) = *self.0;
        let has_scope = !matches!(named, Open | Known);
        has_scope.then(|| Need { area, verb }.to_string())
    }

    /// Refuses a caller who may not ask for this.
    pub(crate) async fn check(
        self,
        app: &App,
        caller: &Caller,
        uri: &axum::http::Uri,
    ) -> Result<()> {
        let (_, area, verb, named) = *self.0;
        let need = Need { area, verb };
        match named {
            Open | Known => Ok(()),
            All => caller.require(need, None),
            Nothing | Body => caller.require_some(need),
            Path(place) => {
                let name = segment(uri, place);
                caller.require(need, name.as_deref())
            }
            Query(field) => {
                let query = uri.query().unwrap_or_default();
                let name = query.split('&').find_map(|pair| {
                    let (name, value) = pair.split_once('=')?;
                    (name == field).then(|| decoded(value)).flatten()
                });
                caller.require(need, name.as_deref())
            }
            Execution(place) => check_execution(app, caller, need, segment(uri, place)).await,
        }
    }
}

/// Only who is limited to some machines has to have it looked up whose execution it is.
async fn check_execution(app: &App, caller: &Caller, need: Need, id: Option<String>) -> Result<()> {
    caller.require_some(need)?;
    if caller.scopes.has(need, None) {
        return Ok(());
    }
    // What is no id is the handler's to refuse; it finds nothing by it.
    let Some(Ok(id)) = id.map(|id| id.parse()) else {
        return Ok(());
    };
    let found = app.ports.executions.get(caller.account, id).await?;
    caller.require(need, Some(&found.summary.machine.to_string()))
}

/// A part of the path behind `/v1/`, as the router gives it to the handler.
fn segment(uri: &axum::http::Uri, place: usize) -> Option<String> {
    let path = uri.path().strip_prefix("/v1/")?;
    decoded(path.split('/').nth(place)?)
}

/// Percent-decoded text; `None` for what is none, which no name is.
fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let digits = text.get(at + 1..at + 3)?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            decoded.push(byte);
            at += 1;
        }
    }
    String::from_utf8(decoded).ok()
}

/// A route without a line: an oversight of ours, and nobody passes who has not all rights.
pub(crate) fn check_without_line(caller: &Caller) -> Result<()> {
    // What is about keys takes `admin`.
    let (area, verb) = (Keys, Write);
    caller.require(Need { area, verb }, None)
}
