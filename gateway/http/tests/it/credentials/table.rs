//! Every route, a row each: how it is asked, and what it needs.

/// What a route needs: the scope that is just enough, with the name it is asked for.
pub(super) const ROUTES: &[(&str, &str)] = &[
    ("GET /v1/functions", "functions:read"),
    ("PUT /v1/functions/echo", "functions:write:echo"),
    ("GET /v1/functions/echo", "functions:read:echo"),
    ("DELETE /v1/functions/echo", "functions:write:echo"),
    ("GET /v1/functions/echo/versions", "functions:read:ec*"),
    ("POST /v1/functions/echo/invoke", "functions:invoke:echo"),
    (
        "POST /v1/functions/echo/invoke-async",
        "functions:invoke:e*",
    ),
    ("GET /v1/functions/echo/logs", "functions:read:echo"),
    ("GET /v1/functions/echo/logs/stream", "functions:read:echo"),
    ("GET /v1/functions/echo/tags", "functions:read:echo"),
    ("POST /v1/functions/echo/tags", "functions:write:echo"),
    ("GET /v1/functions/echo/releases", "functions:read:echo"),
    ("POST /v1/functions/echo/releases", "functions:write:echo"),
    ("GET /v1/functions/echo/releases/1", "functions:read:echo"),
    (
        "DELETE /v1/functions/echo/releases/1",
        "functions:write:echo",
    ),
    ("GET /v1/functions/echo/aliases", "functions:read:echo"),
    ("GET /v1/functions/echo/aliases/x", "functions:read:echo"),
    ("PUT /v1/functions/echo/aliases/x", "functions:write:echo"),
    (
        "DELETE /v1/functions/echo/aliases/x",
        "functions:write:echo",
    ),
    ("GET /v1/functions/echo/events", "functions:read:echo"),
    ("PUT /v1/functions/echo/events", "functions:write:echo"),
    ("DELETE /v1/functions/echo/events", "functions:write:echo"),
    ("GET /v1/functions/echo/urls", "functions:read:echo"),
    ("PUT /v1/functions/echo/urls", "functions:write:echo"),
    ("DELETE /v1/functions/echo/urls", "functions:write:echo"),
    ("GET /v1/machines", "machines:read"),
    ("POST /v1/definitions/validate", "machines:read:any"),
    ("PUT /v1/machines/echo", "machines:write:echo"),
    ("GET /v1/machines/echo", "machines:read:echo"),
    ("DELETE /v1/machines/echo", "machines:write:echo"),
    ("GET /v1/machines/echo/versions", "machines:read:echo"),
    ("GET /v1/machines/echo/logs", "machines:read:echo"),
    ("GET /v1/machines/echo/logs/stream", "machines:read:echo"),
    ("GET /v1/machines/echo/retention", "machines:read:echo"),
    ("PUT /v1/machines/echo/retention", "machines:write:echo"),
    ("GET /v1/machines/echo/share", "machines:read:echo"),
    ("PUT /v1/machines/echo/share", "machines:write:echo"),
    ("GET /v1/machines/echo/executions/x", "executions:read:echo"),
    ("GET /v1/machines/echo/versions/1", "machines:read:echo"),
    ("GET /v1/machines/echo/settings", "machines:read:echo"),
    ("PUT /v1/machines/echo/settings", "machines:write:echo"),
    ("GET /v1/machines/echo/tags", "machines:read:echo"),
    ("POST /v1/machines/echo/tags", "machines:write:echo"),
    ("GET /v1/machines/echo/releases", "machines:read:echo"),
    ("POST /v1/machines/echo/releases", "machines:write:echo"),
    ("GET /v1/machines/echo/releases/1", "machines:read:echo"),
    ("DELETE /v1/machines/echo/releases/1", "machines:write:echo"),
    ("GET /v1/machines/echo/aliases", "machines:read:echo"),
    ("GET /v1/machines/echo/aliases/x", "machines:read:echo"),
    ("PUT /v1/machines/echo/aliases/x", "machines:write:echo"),
    ("DELETE /v1/machines/echo/aliases/x", "machines:write:echo"),
    ("POST /v1/executions", "executions:invoke:echo"),
    ("POST /v1/executions/sync", "executions:invoke:echo"),
    ("POST /v1/executions/batch", "executions:invoke:echo"),
    ("GET /v1/executions", "executions:read"),
    ("GET /v1/executions/counts", "executions:read"),
    ("GET /v1/executions/{id}", "executions:read"),
    ("GET /v1/executions/{id}/history", "executions:read"),
    ("GET /v1/executions/{id}/events", "executions:read"),
    ("POST /v1/executions/{id}/stop", "executions:write"),
    ("POST /v1/executions/{id}/pause", "executions:write"),
    ("POST /v1/executions/{id}/resume", "executions:write"),
    ("POST /v1/executions/{id}/release", "executions:write"),
    ("POST /v1/executions/{id}/redrive", "executions:invoke"),
    ("GET /v1/executions/{id}/map-runs", "executions:read"),
    ("GET /v1/executions/{id}/map-runs/1", "executions:read"),
    ("PATCH /v1/executions/{id}/map-runs/1", "executions:write"),
    (
        "POST /v1/executions/{id}/map-runs/1/stop",
        "executions:write",
    ),
    ("POST /v1/tasks/good/success", "tasks:invoke"),
    ("POST /v1/tasks/good/failure", "tasks:invoke"),
    ("POST /v1/tasks/good/heartbeat", "tasks:invoke"),
    ("GET /v1/activities", "activities:read"),
    ("PUT /v1/activities/echo", "activities:write:echo"),
    ("GET /v1/activities/echo", "activities:read:echo"),
    ("DELETE /v1/activities/echo", "activities:write:echo"),
    ("POST /v1/activities/echo/poll", "activities:invoke:echo"),
    ("GET /v1/activities/echo/tags", "activities:read:echo"),
    ("POST /v1/activities/echo/tags", "activities:write:echo"),
    ("GET /v1/schedules", "schedules:read"),
    ("PUT /v1/schedules/echo", "schedules:write:echo"),
    ("GET /v1/schedules/echo", "schedules:read:echo"),
    ("DELETE /v1/schedules/echo", "schedules:write:echo"),
    ("POST /v1/schedules/echo/pause", "schedules:write:echo"),
    ("POST /v1/schedules/echo/resume", "schedules:write:echo"),
    ("POST /v1/schedules/echo/backfill", "schedules:invoke:echo"),
    ("GET /v1/schedules/echo/firings", "schedules:read:echo"),
    ("GET /v1/schedule-groups", "schedules:read"),
    ("PUT /v1/schedule-groups/echo", "schedules:write:echo"),
    ("GET /v1/schedule-groups/echo", "schedules:read:echo"),
    ("DELETE /v1/schedule-groups/echo", "schedules:write"),
    ("GET /v1/buckets", "objects:read"),
    ("PUT /v1/buckets/echo", "objects:write:echo"),
    ("DELETE /v1/buckets/echo", "objects:write:echo"),
    ("GET /v1/buckets/echo/objects", "objects:read:echo"),
    ("PUT /v1/buckets/echo/objects/x", "objects:write:echo"),
    ("GET /v1/buckets/echo/objects/x", "objects:read:echo"),
    ("DELETE /v1/buckets/echo/objects/x", "objects:write:echo"),
    ("GET /v1/stores/echo/keys", "stores:read:echo"),
    ("PUT /v1/stores/echo/values/x", "stores:write:echo"),
    ("GET /v1/stores/echo/values/x", "stores:read:echo"),
    ("DELETE /v1/stores/echo/values/x", "stores:write:echo"),
    (
        "POST /v1/stores/echo/values/x/increment",
        "stores:write:echo",
    ),
    ("GET /v1/connections", "connections:read"),
    ("PUT /v1/connections/echo", "connections:write:echo"),
    ("DELETE /v1/connections/echo", "connections:write:echo"),
    ("GET /v1/keys", "admin"),
    ("POST /v1/keys", "admin"),
    ("DELETE /v1/keys/STPLSTPLSTPLSTPLSTPL", "admin"),
    ("GET /v1/audit", "audit:read"),
    ("GET /v1/nodes", "cluster:read"),
    ("GET /v1/shards", "cluster:read"),
    ("POST /v1/shards/0/split", "cluster:write"),
    ("GET /metrics", "cluster:read"),
    ("GET /", KNOWN),
    ("GET /v1/openapi.json", KNOWN),
    ("POST /", KNOWN),
    ("GET /healthz", OPEN),
    ("GET /readyz", OPEN),
];

/// Any key will do.
pub(super) const KNOWN: &str = "schedules:read:known";
/// Nobody is asked.
pub(super) const OPEN: &str = "";

pub(super) fn content_type(line: &str) -> &'static str {
    if line.starts_with("PUT /v1/functions") {
        "application/wasm"
    } else {
        "application/json"
    }
}

pub(super) fn body_of(line: &str) -> &'static str {
    match line {
        "POST /v1/executions" | "POST /v1/executions/sync" => r#"{"machine": "echo"}"#,
        "POST /v1/executions/batch" => r#"[{"machine": "echo"}]"#,
        "POST /v1/keys" => r#"{"kind": "api", "scopes": ["admin"]}"#,
        line if line.starts_with("GET") || line.starts_with("DELETE") => "",
        _ => "{}",
    }
}

/// The route of a row, as the document writes it.
pub(super) fn route_of(line: &str) -> String {
    let (method, path) = line.split_once(' ').unwrap();
    let mut parts: Vec<&str> = path.split('/').collect();
    let named = match parts.get(2).copied() {
        Some(
            "functions" | "machines" | "activities" | "buckets" | "connections" | "schedules"
            | "schedule-groups",
        ) => "{name}",
        Some("stores") => "{store}",
        Some("tasks") => "{token}",
        Some("keys" | "shards") => "{id}",
        _ => "",
    };
    if parts.len() > 3 && !named.is_empty() {
        parts[3] = named;
    }
    for (place, part) in parts.clone().iter().enumerate() {
        let before = place.checked_sub(1).map_or("", |before| parts[before]);
        match (before, *part) {
            ("map-runs" | "releases", _) => parts[place] = "{number}",
            ("objects" | "values", _) => parts[place] = "{key}",
            ("versions", _) => parts[place] = "{version}",
            ("aliases", _) => parts[place] = "{alias}",
            ("executions", "x") => parts[place] = "{execution}",
            _ => {}
        }
    }
    format!("{method} {}", parts.join("/"))
}
