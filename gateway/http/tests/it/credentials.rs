//! Every route x every kind of credential. A route of the document without a row here fails.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use ring::digest::{SHA256, digest};
use ring::hmac;
use serde_json::{Value, json};
use steploom_auth::MasterKeys;
use steploom_types::Timestamp;

use crate::call::{Answer, Front, config};
use crate::fakes::World;

/// 2027-01-15T08:00:00Z
const NOW_MS: i64 = 1_800_000_000_000;

/// What a route needs: the scope that is just enough, with the name it is asked for.
const ROUTES: &[(&str, &str)] = &[
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
    ("GET /v1/machines", "machines:read"),
    ("POST /v1/definitions/validate", "machines:read:any"),
    ("PUT /v1/machines/echo", "machines:write:echo"),
    ("GET /v1/machines/echo", "machines:read:echo"),
    ("DELETE /v1/machines/echo", "machines:write:echo"),
    ("GET /v1/machines/echo/versions", "machines:read:echo"),
    ("GET /v1/machines/echo/retention", "machines:read:echo"),
    ("PUT /v1/machines/echo/retention", "machines:write:echo"),
    ("GET /v1/machines/echo/share", "machines:read:echo"),
    ("PUT /v1/machines/echo/share", "machines:write:echo"),
    ("GET /v1/machines/echo/executions/x", "executions:read:echo"),
    ("POST /v1/executions", "executions:invoke:echo"),
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
    ("GET /v1/buckets", "objects:read"),
    ("PUT /v1/buckets/echo", "objects:write:echo"),
    ("DELETE /v1/buckets/echo", "objects:write:echo"),
    ("GET /v1/buckets/echo/objects", "objects:read:echo"),
    ("PUT /v1/buckets/echo/objects/x", "objects:write:echo"),
    ("GET /v1/buckets/echo/objects/x", "objects:read:echo"),
    ("DELETE /v1/buckets/echo/objects/x", "objects:write:echo"),
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
const KNOWN: &str = "schedules:read";
/// Nobody is asked.
const OPEN: &str = "";

/// A router with keys, and a clock that stands.
struct Guarded {
    front: Front,
    now_ms: Arc<AtomicI64>,
}

impl Guarded {
    fn new() -> Self {
        let now_ms = Arc::new(AtomicI64::new(NOW_MS));
        let clock = now_ms.clone();
        let mut config = config();
        config.master = Some(Arc::new(MasterKeys::of([7; 32]).unwrap()));
        config.clock = Arc::new(move || Timestamp::from_millis(clock.load(Ordering::Relaxed)));
        let world = World::new();
        let router: Router = steploom_http::router(world.ports(), config);
        Self {
            front: Front { world, router },
            now_ms,
        }
    }

    fn later(&self, ms: i64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Makes a key with `by`'s token, or as anybody as long as there is none.
    async fn key(&self, by: Option<&str>, wanted: Value) -> Value {
        let answer = self.send("POST /v1/keys", by, &wanted.to_string()).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.value()
    }

    /// A bearer token with these scopes.
    async fn token(&self, by: Option<&str>, scopes: &[&str]) -> String {
        let wanted = json!({"kind": "api", "scopes": scopes});
        let made = self.key(by, wanted).await;
        made["token"].as_str().unwrap().to_owned()
    }

    async fn send(&self, line: &str, token: Option<&str>, body: &str) -> Answer {
        let bearer = format!("Bearer {}", token.unwrap_or_default());
        let mut headers = vec![("content-type", content_type(line))];
        if token.is_some() {
            headers.push(("authorization", bearer.as_str()));
        }
        self.front.send(line, &headers, body.to_owned()).await
    }

    /// The answer's code; an endless stream is not read.
    async fn code(&self, line: &str, token: Option<&str>) -> String {
        let answer = self.send(line, token, body_of(line)).await;
        code(&answer)
    }
}

fn code(answer: &Answer) -> String {
    if answer.status.as_u16() < 400
        || answer.header("content-type") != Some("application/problem+json")
    {
        return "passed".to_owned();
    }
    answer.problem().code
}

fn content_type(line: &str) -> &'static str {
    if line.starts_with("PUT /v1/functions") {
        "application/wasm"
    } else {
        "application/json"
    }
}

fn body_of(line: &str) -> &'static str {
    match line {
        "POST /v1/executions" => r#"{"machine": "echo"}"#,
        "POST /v1/executions/batch" => r#"[{"machine": "echo"}]"#,
        "POST /v1/keys" => r#"{"kind": "api", "scopes": ["admin"]}"#,
        line if line.starts_with("GET") || line.starts_with("DELETE") => "",
        _ => "{}",
    }
}

/// The route of a row, as the document writes it.
fn route_of(line: &str) -> String {
    let (method, path) = line.split_once(' ').unwrap();
    let mut parts: Vec<&str> = path.split('/').collect();
    let named = match parts.get(2).copied() {
        Some("functions" | "machines" | "activities" | "buckets" | "connections") => "{name}",
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
            ("map-runs", _) => parts[place] = "{number}",
            ("objects", _) => parts[place] = "{key}",
            ("executions", "x") => parts[place] = "{execution}",
            _ => {}
        }
    }
    format!("{method} {}", parts.join("/"))
}

#[tokio::test]
async fn every_route_of_the_document_has_a_row() {
    let document = Front::new().get("/v1/openapi.json").await.value();
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let line = format!("{} {path}", method.to_uppercase());
            assert!(operation["security"].is_array(), "{line} tells no scope");
            routes.insert(line);
        }
    }
    let rows: BTreeSet<String> = ROUTES.iter().map(|(line, _)| route_of(line)).collect();
    let missing: Vec<_> = routes.difference(&rows).collect();
    assert!(missing.is_empty(), "no row for {missing:?}");
    let gone: Vec<_> = rows.difference(&routes).collect();
    assert_eq!(
        gone,
        ["POST /"],
        "rows of AWS's protocols alone are in no document"
    );
}

/// Routes whose answer never ends cannot be read when they are let through.
fn is_endless(line: &str) -> bool {
    line.ends_with("/logs/stream")
}

#[tokio::test]
async fn who_is_not_known_passes_nowhere() {
    let guarded = Guarded::new();
    let admin = guarded.token(None, &["admin"]).await;
    let by = Some(admin.as_str());
    let in_a_minute = Timestamp::from_millis(NOW_MS + 60_000).to_string();
    let wanted = json!({"kind": "api", "scopes": ["admin"], "expiresAt": in_a_minute});
    let expired = guarded.key(by, wanted).await["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let revoked = guarded
        .key(by, json!({"kind": "api", "scopes": ["admin"]}))
        .await;
    let line = format!("DELETE /v1/keys/{}", revoked["id"].as_str().unwrap());
    assert_eq!(guarded.send(&line, by, "").await.status, 204);
    let revoked = revoked["token"].as_str().unwrap().to_owned();
    guarded.later(60_000);
    let mistyped = admin.replace("steploom_STPA", "steploom_STPB");
    let cut = &admin[..admin.len() - 1];
    let unsigned = "eyJhbGciOiJub25lIn0.eyJhY2NvdW50IjoiMDAwMDAwMDAwMDAwIn0.";
    for (line, scope) in ROUTES {
        for (token, expected) in [
            (None, "MissingAuthenticationToken"),
            (Some(""), "InvalidToken"),
            (Some("x"), "InvalidToken"),
            (Some(cut), "InvalidToken"),
            (Some(mistyped.as_str()), "InvalidToken"),
            (Some(unsigned), "InvalidToken"),
            (Some(revoked.as_str()), "InvalidToken"),
            (Some(expired.as_str()), "ExpiredToken"),
        ] {
            let answer = guarded.send(line, token, body_of(line)).await;
            if *scope == OPEN {
                assert!(answer.status.is_success(), "{line}");
                continue;
            }
            assert_eq!(answer.problem().code, expected, "{line} {token:?}");
            assert_eq!(answer.status, 401, "{line} {token:?}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        for header in [
            "Basic YTpi",
            "Bearer",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=x",
            "\u{e9}",
        ] {
            let headers = [("authorization", header)];
            let answer = guarded.front.send(line, &headers, "").await;
            if *scope != OPEN {
                assert_eq!(answer.status, 401, "{line} {header}");
            }
        }
    }
    assert_eq!(guarded.front.world.state().invocations, 0);
}

#[tokio::test]
async fn each_route_takes_its_scope_and_no_other() {
    let guarded = Guarded::new();
    let admin = guarded.token(None, &["admin"]).await;
    let by = Some(admin.as_str());
    for (line, scope) in ROUTES.iter().filter(|row| row.1 != OPEN) {
        let line = line.replace("{id}", "x");
        // All others: every area, each with the two verbs that this route does not ask for.
        let mut others: Vec<String> = Vec::new();
        for area in [
            "functions",
            "machines",
            "executions",
            "tasks",
            "activities",
            "objects",
            "connections",
            "schedules",
            "audit",
            "cluster",
        ] {
            for verb in ["read", "write", "invoke"] {
                let other = format!("{area}:{verb}");
                if !scope.starts_with(&other) {
                    others.push(other);
                }
            }
        }
        // The same need, for another name.
        let mut parts = scope.splitn(3, ':');
        let (area, verb, name) = (parts.next(), parts.next(), parts.next());
        let is_of_a_name = name.is_some_and(|name| name != "any");
        if is_of_a_name {
            others.push(format!("{}:{}:other*", area.unwrap(), verb.unwrap()));
        }
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        let wrong = guarded.token(by, &others).await;
        let answer = guarded.send(&line, Some(&wrong), body_of(&line)).await;
        if *scope == KNOWN {
            assert_ne!(code(&answer), "AccessDenied", "{line}");
        } else if line == "POST /v1/executions/batch" {
            assert_eq!(
                answer.value()["items"][0]["error"]["code"],
                "AccessDenied",
                "{line}"
            );
        } else {
            assert_eq!(code(&answer), "AccessDenied", "{line} by {others:?}");
            assert_eq!(answer.status, 403, "{line}");
        }
        if is_endless(&line) {
            continue;
        }
        let right = guarded.token(by, &[scope]).await;
        let answer = guarded.send(&line, Some(&right), body_of(&line)).await;
        let refused = ["AccessDenied", "InvalidToken", "MissingAuthenticationToken"];
        assert!(
            !refused.contains(&code(&answer).as_str()),
            "{line} by {scope}"
        );
        assert!(answer.status.as_u16() != 500, "{line}: {}", answer.text());
        assert!(
            !answer.text_lossy().contains("AccessDenied"),
            "{line} by {scope}"
        );
    }
}

#[tokio::test]
async fn nodes_and_other_accounts_are_the_operators() {
    let guarded = Guarded::new();
    let operator = guarded.token(None, &["admin"]).await;
    let tenant = guarded
        .key(
            Some(&operator),
            json!({"kind": "api", "scopes": ["admin"], "account": "111111111111"}),
        )
        .await;
    assert_eq!(tenant["account"], "111111111111");
    let tenant = tenant["token"].as_str().unwrap();
    for (line, scope) in ROUTES.iter().filter(|row| row.1.starts_with("cluster")) {
        let code = guarded.code(line, Some(tenant)).await;
        assert_eq!(code, "AccessDenied", "{line} {scope}");
    }
    for line in [
        "GET /v1/keys?account=000000000000",
        "DELETE /v1/keys/STPLSTPLSTPLSTPLSTPL?account=000000000000",
    ] {
        assert_eq!(
            guarded.code(line, Some(tenant)).await,
            "AccessDenied",
            "{line}"
        );
    }
    let for_other = r#"{"kind": "api", "scopes": ["admin"], "account": "000000000000"}"#;
    let refused = guarded.send("POST /v1/keys", Some(tenant), for_other).await;
    assert_eq!(refused.problem().code, "AccessDenied");
    let own = guarded.send("GET /v1/keys", Some(tenant), "").await.value();
    assert_eq!(own["items"].as_array().unwrap().len(), 1, "its own only");
    let operators = guarded
        .front
        .world
        .state()
        .keys
        .keys()
        .find(|id| own["items"][0]["id"] != id.as_str())
        .cloned()
        .unwrap();
    let foreign = guarded
        .send(&format!("DELETE /v1/keys/{operators}"), Some(tenant), "")
        .await;
    assert_eq!(
        foreign.problem().code,
        "KeyNotFound",
        "as one that is not there"
    );
    assert_eq!(
        guarded
            .send("GET /v1/keys", Some(&operator), "")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn secrets_are_shown_once_and_never_kept() {
    let guarded = Guarded::new();
    let admin = guarded.token(None, &["admin"]).await;
    let made = guarded
        .key(
            Some(&admin),
            json!({"kind": "access", "name": "ci", "scopes": ["admin"]}),
        )
        .await;
    let secret = made["secretAccessKey"].as_str().unwrap();
    assert_eq!(secret.len(), 40);
    let listed = guarded.send("GET /v1/keys", Some(&admin), "").await;
    assert!(!listed.text().contains(secret) && !listed.text().contains(&admin));
    assert_eq!(listed.value()["items"][1]["name"], "ci");
    let state = guarded.front.world.state();
    for key in state.keys.values() {
        let has = |text: &str| {
            key.secret
                .windows(text.len())
                .any(|bytes| bytes == text.as_bytes())
        };
        assert!(!has(secret) && !has(&admin), "{key:?}");
    }
    assert_eq!(state.actors[0].0, "anonymous", "who made the first");
    assert!(state.actors[1].0.starts_with("STPA"), "and the second");
    assert!(!state.actors[1].1.is_empty(), "by which request");
}

#[tokio::test]
async fn a_key_is_not_made_of_what_is_wrong() {
    let guarded = Guarded::new();
    let past = Timestamp::from_millis(NOW_MS).to_string();
    for (wanted, code) in [
        (json!({}), "InvalidBody"),
        (json!({"kind": "root", "scopes": ["admin"]}), "InvalidBody"),
        (json!({"kind": "api", "scopes": []}), "InvalidScope"),
        (
            json!({"kind": "api", "scopes": ["keys:write"]}),
            "InvalidScope",
        ),
        (
            json!({"kind": "api", "scopes": ["admin"], "name": "a\nb"}),
            "InvalidKeyName",
        ),
        (
            json!({"kind": "api", "scopes": ["admin"], "name": "a".repeat(81)}),
            "InvalidKeyName",
        ),
        (
            json!({"kind": "api", "scopes": ["admin"], "expiresAt": past}),
            "InvalidExpiry",
        ),
        (
            json!({"kind": "api", "scopes": ["admin"], "account": "1"}),
            "InvalidBody",
        ),
        (
            json!({"kind": "api", "scopes": ["admin"], "secret": "x"}),
            "InvalidBody",
        ),
    ] {
        let answer = guarded
            .send("POST /v1/keys", None, &wanted.to_string())
            .await;
        assert_eq!(answer.problem().code, code, "{wanted}");
    }
    assert_eq!(
        guarded.front.get("/v1/functions").await.status,
        200,
        "there is no key yet"
    );
}

/// Signs as AWS's clients do, in a few lines of its own.
struct Signer {
    id: String,
    secret: String,
}

impl Signer {
    fn headers(
        &self,
        line: &str,
        service: &str,
        body: &str,
        sha256: Option<&str>,
    ) -> Vec<(String, String)> {
        let (method, target) = line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let hash = |text: &str| hex::encode(digest(&SHA256, text.as_bytes()));
        let at = "20270115T080000Z";
        let mut headers = vec![
            ("host".to_owned(), "localhost".to_owned()),
            ("x-amz-date".to_owned(), at.to_owned()),
        ];
        if let Some(sha256) = sha256 {
            headers.insert(1, ("x-amz-content-sha256".to_owned(), sha256.to_owned()));
        }
        let names: Vec<&str> = headers.iter().map(|h| h.0.as_str()).collect();
        let names = names.join(";");
        let lines: String = headers.iter().fold(String::new(), |text, (name, value)| {
            text + name + ":" + value + "\n"
        });
        let payload = sha256.map_or_else(|| hash(body), str::to_owned);
        let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{payload}");
        let scope = format!("20270115/us-east-1/{service}/aws4_request");
        let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hash(&canonical));
        let sign = |key: &[u8], text: &str| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
        };
        let mut key = format!("AWS4{}", self.secret).into_bytes();
        for part in scope.split('/') {
            key = sign(&key, part);
        }
        let signature = hex::encode(sign(&key, &text));
        headers.push((
            "authorization".to_owned(),
            format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", self.id),
        ));
        headers
    }
}

#[tokio::test]
async fn a_signed_body_is_the_one_that_arrives() {
    let guarded = Guarded::new();
    let made = guarded
        .key(
            None,
            json!({"kind": "access", "scopes": ["functions:invoke:echo"]}),
        )
        .await;
    let signer = Signer {
        id: made["id"].as_str().unwrap().to_owned(),
        secret: made["secretAccessKey"].as_str().unwrap().to_owned(),
    };
    let line = "POST /v1/functions/echo/invoke";
    let body = r#"{"a":1}"#;
    let hash = hex::encode(digest(&SHA256, body.as_bytes()));
    let send = async |signer: &Signer, service: &str, said: Option<&str>, sent: &str| {
        let headers = signer.headers(line, service, body, said);
        let mut headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        headers.push(("content-type", "application/json"));
        guarded.front.send(line, &headers, sent.to_owned()).await
    };
    for (service, said) in [
        ("lambda", None),
        ("lambda", Some(hash.as_str())),
        ("s3", Some("UNSIGNED-PAYLOAD")),
    ] {
        let answer = send(&signer, service, said, body).await;
        assert_eq!(answer.status, 200, "{service} {said:?}: {}", answer.text());
    }
    let invoked = guarded.front.world.state().invocations;
    let other = r#"{"a":2}"#;
    assert_eq!(
        code(&send(&signer, "lambda", None, other).await),
        "SignatureDoesNotMatch"
    );
    assert_eq!(
        code(&send(&signer, "lambda", Some(&hash), other).await),
        "ContentSha256Mismatch"
    );
    assert_eq!(
        code(&send(&signer, "lambda", Some("UNSIGNED-PAYLOAD"), body).await),
        "InvalidContentSha256"
    );
    let wrong = Signer {
        id: signer.id.clone(),
        secret: "x".repeat(40),
    };
    assert_eq!(
        code(&send(&wrong, "lambda", None, body).await),
        "SignatureDoesNotMatch"
    );
    let unknown = Signer {
        id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: signer.secret.clone(),
    };
    assert_eq!(
        code(&send(&unknown, "lambda", None, body).await),
        "InvalidAccessKeyId"
    );
    let odd = Signer {
        id: "x".to_owned(),
        secret: signer.secret.clone(),
    };
    assert_eq!(
        code(&send(&odd, "lambda", None, body).await),
        "InvalidAccessKeyId"
    );
    guarded.later(901_000);
    assert_eq!(
        code(&send(&signer, "lambda", None, body).await),
        "SignatureExpired"
    );
    assert_eq!(
        guarded.front.world.state().invocations,
        invoked,
        "none was carried out"
    );
    guarded.later(-901_000);
    let headers = signer.headers("GET /v1/functions", "lambda", "", None);
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let answer = guarded.front.send("GET /v1/functions", &headers, "").await;
    assert_eq!(
        answer.problem().code,
        "AccessDenied",
        "it may invoke echo only"
    );
}

#[tokio::test]
async fn without_keys_any_signature_is_the_local_account() {
    let front = Front::new();
    for header in [
        "AWS4-HMAC-SHA256 Credential=test/20150830/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0",
        "Bearer x",
        "AWS4-HMAC-SHA256",
        "Basic x",
    ] {
        let answer = front
            .send("GET /v1/functions", &[("authorization", header)], "")
            .await;
        assert_eq!(answer.status, 200, "{header}");
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_where_it_was_revoked_and_soon_elsewhere() {
    let guarded = Guarded::new();
    let admin = guarded.token(None, &["admin"]).await;
    let made = guarded
        .key(
            Some(&admin),
            json!({"kind": "api", "scopes": ["functions:read"]}),
        )
        .await;
    let token = made["token"].as_str().unwrap();
    assert_eq!(
        guarded.code("GET /v1/functions", Some(token)).await,
        "passed"
    );
    // Another node revokes it: this one believes what it saw for five seconds.
    let id = made["id"].as_str().unwrap().parse().unwrap();
    guarded
        .front
        .world
        .state()
        .keys
        .get_mut(&id)
        .unwrap()
        .revoked_at = Some(Timestamp::from_millis(NOW_MS));
    guarded.later(4_999);
    assert_eq!(
        guarded.code("GET /v1/functions", Some(token)).await,
        "passed"
    );
    guarded.later(1);
    assert_eq!(
        guarded.code("GET /v1/functions", Some(token)).await,
        "InvalidToken"
    );
    // With the last key revoked, the door stays shut.
    let page = guarded.send("GET /v1/keys", Some(&admin), "").await.value();
    let mut ids = page["items"].as_array().unwrap().iter();
    let own = ids.find(|key| key["status"] == "active").unwrap()["id"]
        .as_str()
        .unwrap();
    assert_eq!(
        guarded
            .send(&format!("DELETE /v1/keys/{own}"), Some(&admin), "")
            .await
            .status,
        204
    );
    guarded.later(60_000);
    assert_eq!(
        guarded.code("GET /v1/functions", Some(&admin)).await,
        "InvalidToken"
    );
    assert_eq!(
        guarded.code("GET /v1/functions", None).await,
        "MissingAuthenticationToken"
    );
}
