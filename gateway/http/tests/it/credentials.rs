//! Every route x every kind of credential. A route of the document without a row here fails.

mod signed;
mod table;
mod urls;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use serde_json::{Value, json};
use steploom_auth::MasterKeys;
use steploom_types::Timestamp;

use crate::call::{Answer, Front, config};
use crate::fakes::World;
use table::{KNOWN, OPEN, ROUTES, body_of, content_type, route_of};

/// 2027-01-15T08:00:00Z
const NOW_MS: i64 = 1_800_000_000_000;

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
