//! Streams that break and come back, and waiting.

use futures::StreamExt;
use steploom_sdk::{Client, Error, ExecutionId, Json, wire};

use crate::serve::{front, script};

const HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const ID: &str = "00070000-018b-cfe5-6800-000000000001";

async fn start(client: &Client, machine: &str) -> ExecutionId {
    let start = wire::StartExecution {
        version: None,
        name: None,
        input: Json::parse("[1]").unwrap(),
        ..wire::StartExecution::new(machine.parse().unwrap())
    };
    let started = client.start_execution(&start).await.unwrap();
    started.execution.summary.id
}

fn event(id: u64) -> String {
    format!(
        "id: {id}\nevent: X\ndata: {{\"id\":{id},\"previousEventId\":0,\ndata: \
         \"timestamp\":\"2026-03-14T01:59:00Z\",\"type\":\"X\",\"details\":{{}}}}\n\n"
    )
}

/// The ids of a stream's events, and the error that it ended with.
async fn ids(client: &Client) -> (Vec<u64>, Option<Error>) {
    let mut events = client.events(ID.parse().unwrap(), 0);
    let mut ids = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => ids.push(event.id),
            Err(error) => return (ids, Some(error)),
        }
    }
    (ids, None)
}

#[tokio::test]
async fn events_come_until_the_end() {
    let (world, client) = front().await;
    let id = start(&client, "m").await;
    let mut events = client.events(id, 0);
    let first = events.next().await.unwrap().unwrap();
    assert_eq!(first.kind, "ExecutionStarted");
    world.tell(id, "TaskStateEntered");
    assert_eq!(events.next().await.unwrap().unwrap().id, 2);
    world.succeed(id, Json::null());
    assert_eq!(events.next().await.unwrap().unwrap().id, 3);
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn waiting_ends_with_the_execution() {
    let (world, client) = front().await;
    let id = start(&client, "m").await;
    let waits = tokio::spawn({
        let client = client.clone();
        async move { client.wait(id).await }
    });
    world.tell(id, "TaskStateEntered");
    world.succeed(id, Json::parse("{\"a\": 1}").unwrap());
    let ended = waits.await.unwrap().unwrap();
    assert_eq!(ended.summary.status, wire::ExecutionStatus::Succeeded);
    assert_eq!(ended.output.unwrap().text(), "{\"a\":1}");

    let at_once = start(&client, "instant").await;
    let ended = client.wait(at_once).await.unwrap();
    assert_eq!(ended.summary.status, wire::ExecutionStatus::Succeeded);
    let absent = client.wait(ID.replace('1', "9").parse().unwrap()).await;
    let absent = absent.unwrap_err();
    assert_eq!(absent.problem().unwrap().code, "ExecutionNotFound");
}

#[tokio::test]
async fn waiting_goes_on_while_the_execution_is_paused() {
    let (_world, client) = front().await;
    let id = start(&client, "m").await;
    let paused = client.pause_execution(id).await.unwrap();
    let id = start(&client, "instant").await;
    let ended = client.get_execution(id).await.unwrap();
    let json = |body: String| {
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{body}"
        )
    };
    let (client, _) = script(vec![
        json(serde_json::to_string(&paused).unwrap()),
        json("{\"items\": []}".to_owned()),
        format!("{HEAD}event: end\ndata: {{\"lastEventId\":0}}\n\n"),
        json(serde_json::to_string(&ended).unwrap()),
    ])
    .await;
    let waited = client.wait(paused.summary.id).await.unwrap();
    assert_eq!(waited.summary.status, wire::ExecutionStatus::Succeeded);
}

#[tokio::test]
async fn a_broken_stream_goes_on_after_the_last_event() {
    let cut_within = &event(3)[..20];
    let (client, heads) = script(vec![
        format!("{HEAD}:\n\n{}{}{cut_within}", event(1), event(2)),
        String::new(),
        format!(
            "{HEAD}{}event: end\ndata: {{\"lastEventId\":3}}\n\n",
            event(3)
        ),
    ])
    .await;
    let (ids, error) = ids(&client).await;
    assert_eq!(ids, [1, 2, 3], "{error:?}");
    assert!(error.is_none());
    let heads = heads.await.unwrap();
    for (head, last) in heads.iter().zip([0, 2, 2]) {
        assert!(
            head.contains(&format!("last-event-id: {last}\r\n")),
            "{head}"
        );
    }
}

#[tokio::test]
async fn an_error_in_the_stream_ends_it_unless_it_passes() {
    let problem = |status: u16, code: &str| {
        format!(
            "{HEAD}event: error\ndata: {{\"status\":{status},\"code\":\"{code}\",\"title\":\"t\"}}\n\n"
        )
    };
    let end = format!("{HEAD}event: end\ndata: {{\"lastEventId\":0}}\n\n");
    let (client, _heads) = script(vec![
        problem(503, "C"),
        end,
        problem(500, "C"),
        problem(429, "LogsMissed"),
    ])
    .await;
    assert!(matches!(ids(&client).await, (_, None)));
    let (_, error) = ids(&client).await;
    assert_eq!(error.unwrap().problem().unwrap().status, 500);
    let (_, missed) = ids(&client).await;
    assert_eq!(missed.unwrap().problem().unwrap().code, "LogsMissed");
}

#[tokio::test]
async fn a_stream_that_only_breaks_ends() {
    let (client, heads) = script(vec![HEAD.to_owned(); 2]).await;
    let (none, error) = ids(&client.with_attempts_max(2)).await;
    assert!(none.is_empty());
    assert!(
        matches!(error, Some(Error::Unreachable { .. })),
        "{error:?}"
    );
    assert_eq!(heads.await.unwrap().len(), 2);
}

#[tokio::test]
async fn log_lines_are_followed() {
    let (world, client) = front().await;
    world.state().logs.push(wire::LogLine {
        timestamp: "2026-03-14T01:59:00Z".parse().unwrap(),
        request_id: "r1".into(),
        version: 1,
        source: wire::LogSource::Platform,
        message: "started".into(),
    });
    let lines = client.follow_logs(&"echo".parse().unwrap()).await;
    let mut lines = lines.unwrap();
    assert_eq!(lines.next().await.unwrap().unwrap().message, "started");
    let absent = client.follow_logs(&"none".parse().unwrap()).await;
    let absent = absent.unwrap_err();
    assert_eq!(absent.problem().unwrap().code, "FunctionNotFound");
}
