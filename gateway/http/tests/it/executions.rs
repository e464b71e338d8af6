//! Executions.

use serde_json::json;

use crate::call::Front;

#[tokio::test]
async fn a_named_start_is_idempotent() {
    let front = Front::new();
    let start = r#"{"machine": "m", "name": "monday", "input": {"a": 1}}"#;
    let first = front.json("POST /v1/executions", start).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let execution = first.value();
    assert_eq!(execution["status"], "RUNNING");
    assert_eq!(execution["input"], json!({"a": 1}));
    let location = first.header("location").unwrap().to_owned();
    assert_eq!(front.get(&location).await.value(), execution);

    let again = front.json("POST /v1/executions", start).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.value()["id"], execution["id"]);
    let other = r#"{"machine": "m", "name": "monday", "input": {"a": 2}}"#;
    let conflict = front.json("POST /v1/executions", other).await;
    assert_eq!(conflict.status, 409);
    assert_eq!(conflict.problem().code, "ExecutionAlreadyExists");

    let by_name = front.get("/v1/machines/m/executions/monday").await;
    assert_eq!(by_name.value()["id"], execution["id"]);
    let absent = front.get("/v1/machines/m/executions/tuesday").await;
    assert_eq!(absent.problem().code, "ExecutionNotFound");
}

#[tokio::test]
async fn an_execution_is_run_while_its_caller_waits() {
    let front = Front::new();
    let route = "POST /v1/executions/sync?logLevel=ERROR&includeExecutionData=true";
    let start = r#"{"machine": "m", "input": {"a": 1}}"#;
    let ended = front.json(route, start).await;
    assert_eq!(ended.status, 200, "{}", ended.text());
    let ended = ended.value();
    assert_eq!(ended["status"], "SUCCEEDED");
    assert_eq!(ended["output"], json!({"a": 1}));
    assert_eq!(ended["arn"], "arn:m:Error");
    assert_eq!(ended["billing"], json!({"durationMs": 100, "memoryMb": 64}));
    let wrong = front
        .json("POST /v1/executions/sync?logLevel=loud", start)
        .await;
    assert_eq!(wrong.problem().code, "InvalidQuery");
    let large = json!({"machine": "m", "input": "x".repeat(300_000)}).to_string();
    let refused = front.json("POST /v1/executions/sync", &large).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().code.as_str()),
        (413, "InputTooLarge")
    );
}

#[tokio::test]
async fn input_may_be_left_out() {
    let front = Front::new();
    let answer = front
        .json("POST /v1/executions", r#"{"machine": "m"}"#)
        .await;
    assert_eq!(answer.value()["input"], json!({}));
}

#[tokio::test]
async fn executions_are_filtered_and_paged() {
    let front = Front::new();
    for (machine, name) in [("m", "a1"), ("m", "a2"), ("m", "b1"), ("instant", "a3")] {
        let start = json!({"machine": machine, "name": name}).to_string();
        front.json("POST /v1/executions", &start).await;
    }
    let names = |query: &'static str| {
        let front = &front;
        async move {
            let answer = front.get(&format!("/v1/executions{query}")).await.value();
            let items = answer["items"].as_array().unwrap().clone();
            let name = |item: &serde_json::Value| item["name"].as_str().unwrap().to_owned();
            items.iter().map(name).collect::<Vec<_>>()
        }
    };
    assert_eq!(names("").await.len(), 4);
    assert_eq!(names("?machine=m&namePrefix=a").await, ["a1", "a2"]);
    assert_eq!(names("?status=SUCCEEDED").await, ["a3"]);
    assert_eq!(names("?machine=m&limit=2&next=2").await, ["b1"]);
    assert_eq!(names("?machine=function:m").await.len(), 0);
}

#[tokio::test]
async fn history_is_paged_both_ways() {
    let front = Front::new();
    let start = front.json("POST /v1/executions", r#"{"machine": "instant"}"#);
    let id = start.await.value()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/executions/{id}/history");
    let all = front.get(&path).await.value();
    assert_eq!(all["items"][0]["type"], "ExecutionStarted");
    assert_eq!(all["items"][1]["previousEventId"], 1);
    let last = front
        .get(&format!("{path}?reverse=true&limit=1"))
        .await
        .value();
    assert_eq!(last["items"][0]["type"], "ExecutionSucceeded");
    assert_eq!(last["next"], "1");
}

#[tokio::test]
async fn stopping_ends_an_execution_and_may_say_why() {
    let front = Front::new();
    for (body, error) in [("", json!(null)), (r#"{"error": "Late"}"#, json!("Late"))] {
        let start = front.json("POST /v1/executions", r#"{"machine": "m"}"#);
        let id = start.await.value()["id"].as_str().unwrap().to_owned();
        let line = format!("POST /v1/executions/{id}/stop");
        let stopped = front.json(&line, body).await;
        assert_eq!(stopped.status, 200, "{}", stopped.text());
        assert_eq!(stopped.value()["status"], "ABORTED");
        assert_eq!(stopped.value()["error"], error);
    }
}

#[tokio::test]
async fn map_runs_are_shown_changed_and_stopped() {
    let front = Front::new();
    let start = front.json("POST /v1/executions", r#"{"machine": "m"}"#);
    let id = start.await.value()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/executions/{id}/map-runs");
    let listed = front.get(&path).await.value();
    assert_eq!(listed["items"][0]["items"]["succeeded"], 5);
    assert_eq!(listed["items"][0]["itemsPerSecond"], 2.5);
    let one = front.get(&format!("{path}/1")).await.value();
    assert_eq!(one, listed["items"][0]);
    let line = format!("PATCH {path}/1");
    let changed = front.json(&line, r#"{"maxConcurrency": 7}"#).await;
    assert_eq!(changed.value()["maxConcurrency"], 7);
    let wrong = front.json(&line, r#"{"maxConcurrency": "x"}"#).await;
    assert_eq!(wrong.problem().code, "InvalidBody");
    let stopped = front.json(&format!("POST {path}/1/stop"), "").await;
    assert_eq!(stopped.value()["status"], "ABORTED");
    let absent = front.get(&format!("{path}/2")).await;
    assert_eq!(absent.problem().code, "MapRunNotFound");
    let wrong = front.get(&format!("{path}/two")).await;
    assert_eq!(wrong.problem().code, "InvalidMapRun");
}

#[tokio::test]
async fn a_batch_is_answered_start_by_start() {
    let front = Front::new();
    let array = r#"[{"machine": "m", "name": "a"}, {"machine": 1}, 7, {"machine": "m", "name": "a", "input": 1}]"#;
    let lines = "{\"machine\": \"m\", \"name\": \"a\"}\n\n{\"machine\": 1}\r\nnonsense\n{\"machine\": \"m\", \"name\": \"a\", \"input\": 1}\n";
    for (kind, body, is_new, code) in [
        ("application/json", array, true, "InvalidBody"),
        ("application/x-ndjson", lines, false, "InvalidJson"),
    ] {
        let headers = [("content-type", kind)];
        let answer = front
            .send("POST /v1/executions/batch", &headers, body.to_owned())
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let items = answer.value()["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), 4);
        assert_eq!(items[0]["execution"]["name"], "a");
        assert_eq!(items[0]["isNew"], is_new);
        assert_eq!(items[0]["execution"].get("input"), None);
        assert_eq!(items[1]["error"]["code"], "InvalidBody");
        assert_eq!(items[1]["error"]["status"], 400);
        assert_eq!(items[2]["error"]["code"], code);
        assert_eq!(items[3]["error"]["status"], 409);
    }
}

#[tokio::test]
async fn a_batch_has_limits_of_its_own() {
    let front = Front::new();
    let line = |input: usize| {
        format!(
            "{{\"machine\":\"m\",\"input\":\"{}\"}}\n",
            "x".repeat(input)
        )
    };
    let headers = [("content-type", "application/x-ndjson")];
    let send = |body: String| front.send("POST /v1/executions/batch", &headers, body.clone());
    // Far above what other requests may carry.
    let large = send(line(200_000).repeat(50)).await;
    assert_eq!(large.status, 200);
    let mixed = send(line(1) + &line(300_000) + &line(2)).await.value();
    assert_eq!(mixed["items"][1]["error"]["status"], 413);
    assert_eq!(mixed["items"][2]["isNew"], true);
    let many = send("{}\n".repeat(5_001)).await;
    assert_eq!(many.problem().code, "TooManyItems");
    let nothing = send(String::new()).await;
    assert_eq!(nothing.value(), json!({"items": []}));
    let wrong = front
        .send(
            "POST /v1/executions/batch",
            &[("content-type", "text/csv")],
            "a,b",
        )
        .await;
    assert_eq!(wrong.status, 415);
}
