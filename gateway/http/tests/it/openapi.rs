//! The OpenAPI document against the router.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::call::Front;

/// Every route there is: adding one means adding it here, so that nothing is exposed by accident.
const ROUTES: [&str; 117] = [
    "GET /v1/keys",
    "POST /v1/keys",
    "DELETE /v1/keys/{id}",
    "GET /v1/audit",
    "GET /v1/schedules",
    "PUT /v1/schedules/{name}",
    "GET /v1/schedules/{name}",
    "DELETE /v1/schedules/{name}",
    "POST /v1/schedules/{name}/pause",
    "POST /v1/schedules/{name}/resume",
    "POST /v1/schedules/{name}/backfill",
    "GET /v1/schedules/{name}/firings",
    "GET /v1/schedule-groups",
    "PUT /v1/schedule-groups/{name}",
    "GET /v1/schedule-groups/{name}",
    "DELETE /v1/schedule-groups/{name}",
    "GET /v1/activities/{name}/tags",
    "POST /v1/activities/{name}/tags",
    "GET /v1/machines/{name}/aliases",
    "GET /v1/machines/{name}/aliases/{alias}",
    "PUT /v1/machines/{name}/aliases/{alias}",
    "DELETE /v1/machines/{name}/aliases/{alias}",
    "GET /v1/machines/{name}/releases",
    "POST /v1/machines/{name}/releases",
    "GET /v1/machines/{name}/releases/{number}",
    "DELETE /v1/machines/{name}/releases/{number}",
    "GET /v1/machines/{name}/settings",
    "PUT /v1/machines/{name}/settings",
    "GET /v1/machines/{name}/tags",
    "POST /v1/machines/{name}/tags",
    "GET /v1/machines/{name}/versions/{version}",
    "GET /v1/nodes",
    "GET /v1/shards",
    "POST /v1/shards/{id}/split",
    "POST /v1/tasks/{token}/success",
    "POST /v1/tasks/{token}/failure",
    "POST /v1/tasks/{token}/heartbeat",
    "GET /v1/activities",
    "PUT /v1/activities/{name}",
    "GET /v1/activities/{name}",
    "DELETE /v1/activities/{name}",
    "POST /v1/activities/{name}/poll",
    "GET /v1/buckets",
    "PUT /v1/buckets/{name}",
    "DELETE /v1/buckets/{name}",
    "GET /v1/buckets/{name}/objects",
    "PUT /v1/buckets/{name}/objects/{key}",
    "GET /v1/buckets/{name}/objects/{key}",
    "DELETE /v1/buckets/{name}/objects/{key}",
    "GET /v1/stores/{store}/keys",
    "PUT /v1/stores/{store}/values/{key}",
    "GET /v1/stores/{store}/values/{key}",
    "DELETE /v1/stores/{store}/values/{key}",
    "POST /v1/stores/{store}/values/{key}/increment",
    "GET /v1/connections",
    "PUT /v1/connections/{name}",
    "DELETE /v1/connections/{name}",
    "DELETE /v1/functions/{name}",
    "DELETE /v1/machines/{name}",
    "GET /",
    "GET /healthz",
    "GET /metrics",
    "GET /readyz",
    "GET /v1/executions",
    "GET /v1/executions/counts",
    "GET /v1/executions/{id}",
    "GET /v1/executions/{id}/events",
    "GET /v1/executions/{id}/history",
    "GET /v1/executions/{id}/map-runs",
    "GET /v1/executions/{id}/map-runs/{number}",
    "PATCH /v1/executions/{id}/map-runs/{number}",
    "POST /v1/executions/{id}/map-runs/{number}/stop",
    "GET /v1/functions",
    "GET /v1/functions/{name}",
    "GET /v1/functions/{name}/logs",
    "GET /v1/functions/{name}/logs/stream",
    "GET /v1/functions/{name}/versions",
    "GET /v1/functions/{name}/tags",
    "POST /v1/functions/{name}/tags",
    "GET /v1/functions/{name}/releases",
    "POST /v1/functions/{name}/releases",
    "GET /v1/functions/{name}/releases/{number}",
    "DELETE /v1/functions/{name}/releases/{number}",
    "GET /v1/functions/{name}/aliases",
    "GET /v1/functions/{name}/aliases/{alias}",
    "PUT /v1/functions/{name}/aliases/{alias}",
    "DELETE /v1/functions/{name}/aliases/{alias}",
    "GET /v1/functions/{name}/events",
    "PUT /v1/functions/{name}/events",
    "DELETE /v1/functions/{name}/events",
    "GET /v1/functions/{name}/urls",
    "PUT /v1/functions/{name}/urls",
    "DELETE /v1/functions/{name}/urls",
    "GET /v1/machines",
    "GET /v1/machines/{name}",
    "GET /v1/machines/{name}/executions/{execution}",
    "GET /v1/machines/{name}/logs",
    "GET /v1/machines/{name}/logs/stream",
    "GET /v1/machines/{name}/retention",
    "PUT /v1/machines/{name}/retention",
    "GET /v1/machines/{name}/share",
    "PUT /v1/machines/{name}/share",
    "GET /v1/machines/{name}/versions",
    "GET /v1/openapi.json",
    "POST /v1/executions",
    "POST /v1/executions/batch",
    "POST /v1/executions/sync",
    "POST /v1/executions/{id}/pause",
    "POST /v1/executions/{id}/redrive",
    "POST /v1/executions/{id}/release",
    "POST /v1/executions/{id}/resume",
    "POST /v1/executions/{id}/stop",
    "POST /v1/functions/{name}/invoke",
    "POST /v1/functions/{name}/invoke-async",
    "POST /v1/definitions/validate",
    "PUT /v1/functions/{name}",
    "PUT /v1/machines/{name}",
];

async fn document() -> Value {
    Front::new().get("/v1/openapi.json").await.value()
}

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, operation)| {
                (format!("{} {path}", method.to_uppercase()), operation)
            })
        })
        .collect()
}

#[tokio::test]
async fn the_document_lists_exactly_the_routes() {
    let document = document().await;
    let listed: BTreeSet<String> = operations(&document).into_iter().map(|(l, _)| l).collect();
    let expected: BTreeSet<String> = ROUTES.map(str::to_owned).into();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn every_route_listed_is_routed() {
    let front = Front::new();
    for line in ROUTES {
        let line = line.replace("{id}", "x").replace("{name}", "echo");
        let line = line.replace("{store}", "echo");
        // An endless stream would never be read to its end.
        if line.ends_with("/logs/stream") {
            continue;
        }
        let answer = front
            .send(
                &line
                    .replace("{execution}", "x")
                    .replace("{token}", "x")
                    .replace("{number}", "1")
                    .replace("{version}", "1")
                    .replace("{alias}", "x")
                    .replace("{key}", "x"),
                &[],
                "",
            )
            .await;
        let code = (answer.status.as_u16() >= 400).then(|| answer.problem().code);
        let is_routed = !matches!(code.as_deref(), Some("UnknownRoute" | "MethodNotAllowed"));
        assert!(is_routed, "{line}: {code:?}");
    }
}

#[tokio::test]
async fn every_operation_is_told_in_full() {
    let document = document().await;
    assert_eq!(document["info"]["title"], "Steploom");
    assert_eq!(document["info"]["version"], "1.2.3");
    let tags: BTreeSet<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut ids = BTreeSet::new();
    for (line, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{line}");
        assert!(
            tags.contains(operation["tags"][0].as_str().unwrap()),
            "{line}"
        );
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap()),
            "{line}"
        );
        let responses = operation["responses"].as_object().unwrap();
        let good = responses.keys().filter(|status| status.starts_with('2'));
        assert!(good.count() > 0, "{line}");
        for status in ["400", "403", "405", "500", "503"] {
            assert!(responses.contains_key(status), "{line} {status}");
        }
        for (status, response) in responses
            .iter()
            .filter(|(status, _)| *status >= &"4".to_owned())
        {
            let response = resolve(&document, response);
            let content = &response["content"]["application/problem+json"];
            let schema = &content["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{line} {status}");
        }
        let names = line.matches('{').count();
        let is_in_path = |p: &&Value| p["in"] == "path";
        let params = operation["parameters"].as_array().into_iter().flatten();
        assert_eq!(params.filter(is_in_path).count(), names, "{line}");
    }
}

#[tokio::test]
async fn every_field_has_the_name_that_is_sent() {
    let document = document().await;
    let mut rest = vec![&document["components"]["schemas"]];
    while let Some(value) = rest.pop() {
        if let Some(fields) = value["properties"].as_object() {
            // On the wire all names are in camel case.
            let wrong: Vec<_> = fields.keys().filter(|name| name.contains('_')).collect();
            assert!(wrong.is_empty(), "{wrong:?} in {value}");
        }
        match value {
            Value::Object(fields) => rest.extend(fields.values()),
            Value::Array(items) => rest.extend(items),
            _ => {}
        }
    }
}

#[tokio::test]
async fn bodies_are_told_as_they_are_taken() {
    let document = document().await;
    let operations = operations(&document);
    let body = |route: &str| {
        let found = operations.iter().find(|(found, _)| found == route);
        let (_, operation) = found.expect("there is such a route");
        &operation["requestBody"]
    };
    let kinds = |route| {
        let kinds = body(route)["content"].as_object().expect("kinds of body");
        kinds.keys().map(String::as_str).collect::<Vec<_>>()
    };
    for may_be_empty in [
        "POST /v1/executions/{id}/stop",
        "POST /v1/executions/{id}/redrive",
        "POST /v1/functions/{name}/invoke",
        "POST /v1/shards/{id}/split",
        "POST /v1/stores/{store}/values/{key}/increment",
    ] {
        assert_ne!(body(may_be_empty)["required"], true, "{may_be_empty}");
    }
    for must_be_there in [
        "POST /v1/executions",
        "PUT /v1/machines/{name}",
        "PUT /v1/machines/{name}/aliases/{alias}",
    ] {
        assert_eq!(body(must_be_there)["required"], true, "{must_be_there}");
    }
    for bytes in [
        &body("PUT /v1/buckets/{name}/objects/{key}")["content"]["application/octet-stream"],
        &body("PUT /v1/stores/{store}/values/{key}")["content"]["application/octet-stream"],
        &body("PUT /v1/functions/{name}")["content"]["application/wasm"],
    ] {
        let schema = resolve(&document, &bytes["schema"]);
        assert_eq!(
            (&schema["type"], &schema["format"]),
            (&"string".into(), &"binary".into())
        );
    }
    let definition = ["application/json", "application/yaml"];
    assert_eq!(kinds("PUT /v1/machines/{name}"), definition);
    assert_eq!(kinds("POST /v1/definitions/validate"), definition);
    assert_eq!(
        kinds("POST /v1/executions/batch"),
        ["application/json", "application/x-ndjson"]
    );
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let document = document().await;
    let mut left = vec![&document];
    let mut found = 0;
    while let Some(value) = left.pop() {
        if value.get("$ref").is_some_and(Value::is_string) {
            assert!(!resolve(&document, value).is_null(), "{value}");
            found += 1;
        }
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(fields) => left.extend(fields.values()),
            _ => {}
        }
    }
    assert!(found > 50, "{found}");
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(path) => document
            .pointer(path.strip_prefix('#').unwrap())
            .unwrap_or(&Value::Null),
        None => value,
    }
}
