//! Event streams.

use std::time::Duration;

use steploom_http::Limits;
use steploom_types::{ExecutionId, Json};

use crate::call::{Front, Served, client};

async fn start(front: &Front, machine: &str) -> ExecutionId {
    let body = format!("{{\"machine\": \"{machine}\"}}");
    let answer = front.json("POST /v1/executions", &body).await;
    answer.value()["id"].as_str().unwrap().parse().unwrap()
}

fn event(id: u64, kind: &str) -> String {
    let before = id - 1;
    format!(
        "event: {kind}\nid: {id}\ndata: {{\"id\":{id},\"previousEventId\":{before},\
         \"timestamp\":\"2023-11-14T22:13:20.000Z\",\"type\":\"{kind}\",\"details\":{{}}}}\n\n"
    )
}

#[tokio::test]
async fn a_stream_tells_every_event_and_then_ends() {
    let front = Front::new();
    let id = start(&front, "m").await;
    let world = std::sync::Arc::clone(&front.world);
    let grows = async {
        world.tell(id, "TaskStateEntered");
        tokio::task::yield_now().await;
        world.succeed(id, Json::null());
    };
    let path = format!("/v1/executions/{id}/events");
    let (answer, ()) = tokio::join!(front.get(&path), grows);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    let expected = event(1, "ExecutionStarted")
        + &event(2, "TaskStateEntered")
        + &event(3, "ExecutionSucceeded")
        + "event: end\ndata: {\"lastEventId\":3}\n\n";
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn a_reader_comes_back_where_it_was() {
    let front = Front::new();
    let id = start(&front, "instant").await;
    let path = format!("/v1/executions/{id}/events");
    let rest = event(2, "ExecutionSucceeded") + "event: end\ndata: {\"lastEventId\":2}\n\n";
    assert_eq!(front.get(&format!("{path}?after=1")).await.text(), rest);
    let line = format!("GET {path}?after=2");
    let header = [("last-event-id", "1")];
    assert_eq!(front.send(&line, &header, "").await.text(), rest);
    let nothing = "event: end\ndata: {\"lastEventId\":2}\n\n";
    assert_eq!(front.get(&format!("{path}?after=2")).await.text(), nothing);
}

#[tokio::test]
async fn an_error_on_the_way_is_an_event_and_no_end() {
    let front = Front::new();
    let id = start(&front, "m").await;
    front.world.tell(id, "Broken");
    let answer = front.get(&format!("/v1/executions/{id}/events")).await;
    let text = answer.text();
    assert!(text.contains("event: error\ndata: {\"status\":500,\"code\":\"Internal\""));
    assert!(!text.contains("event: end"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    assert!(
        text.contains(answer.header("x-request-id").unwrap()),
        "{text}"
    );
}

#[tokio::test]
async fn a_quiet_stream_beats() {
    let served = Served::new(Limits {
        heartbeat: Duration::from_millis(20),
        ..Limits::default()
    })
    .await;
    let mut answer = client()
        .get(served.url("/v1/functions/echo/logs/stream"))
        .send()
        .await
        .unwrap();
    let first = answer.chunk().await.unwrap().unwrap();
    assert_eq!(&first[..], b":\n\n");
}

#[tokio::test]
async fn a_stream_ends_without_end_when_the_process_stops() {
    let mut served = Served::new(Limits::default()).await;
    let answer = client()
        .get(served.url("/v1/functions/echo/logs/stream"))
        .send()
        .await
        .unwrap();
    served.stop.take().unwrap().send(()).unwrap();
    assert_eq!(answer.text().await.unwrap(), "");
    served.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stream_outlives_the_limits_of_idle_connections() {
    let served = Served::new(Limits {
        heartbeat: Duration::from_millis(20),
        head_timeout: Duration::from_secs(1),
        keep_alive_timeout: Duration::from_millis(50),
        ..Limits::default()
    })
    .await;
    let start = client().post(served.url("/v1/executions"));
    let started = start.body("{\"machine\": \"m\"}").send().await.unwrap();
    let location = started.headers()["location"].to_str().unwrap().to_owned();
    let events = client().get(served.url(&format!("{location}/events")));
    let mut answer = events.send().await.unwrap();
    // Two seconds: longer than a connection may be idle.
    for _ in 0..100 {
        answer.chunk().await.unwrap().expect("it was cut");
    }
    let id = location.rsplit_once('/').unwrap().1.parse().unwrap();
    served.world.succeed(id, Json::null());
    let rest = answer.text().await.unwrap();
    assert!(
        rest.ends_with("event: end\ndata: {\"lastEventId\":2}\n\n"),
        "{rest}"
    );
}
