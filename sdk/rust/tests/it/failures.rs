//! Servers that are away, busy or not ours.

use steploom_sdk::{Client, Error, Json, wire};
use tokio::net::TcpListener;

use crate::serve::{client, front, script};

fn start(name: Option<&str>) -> wire::StartExecution {
    wire::StartExecution {
        version: None,
        name: name.map(|name| name.parse().unwrap()),
        input: Json::empty_object(),
        ..wire::StartExecution::new("m".parse().unwrap())
    }
}

#[tokio::test]
async fn what_may_be_repeated_is_repeated() {
    let (world, client) = front().await;
    world.state().failures_left = 3;
    client.start_execution(&start(Some("a"))).await.unwrap();
    world.state().failures_left = 3;
    let page = wire::Page::default();
    client.list_functions(&page).await.unwrap();
    world.state().failures_left = 1;
    let definition = r#"{"StartAt": "A"}"#;
    let machine = "m".parse().unwrap();
    let put = client.put_machine(&machine, definition, false).await;
    put.unwrap();
    assert_eq!(world.state().failures_left, 0);
}

#[tokio::test]
async fn what_may_not_be_repeated_is_not() {
    let (world, client) = front().await;
    world.state().failures_left = 2;
    let refused = client.start_execution(&start(None)).await.unwrap_err();
    assert_eq!(refused.problem().unwrap().code, "Unavailable");
    let machine = "m".parse().unwrap();
    let created = client.put_machine(&machine, "{\"StartAt\":1}", true).await;
    assert!(created.is_err());
    assert_eq!(world.state().failures_left, 0);

    let echo = "busy".parse().unwrap();
    let newest = wire::InvokeFunction::default();
    let busy = client.invoke(&echo, &Json::null(), &newest).await;
    assert_eq!(busy.unwrap_err().problem().unwrap().status, 429);
    assert_eq!(world.state().invocations, 1);
}

#[tokio::test]
async fn patience_ends() {
    let (world, client) = front().await;
    world.state().failures_left = 100;
    let page = wire::Page::default();
    let once = client.clone().with_attempts_max(1);
    once.list_functions(&page).await.unwrap_err();
    assert_eq!(world.state().failures_left, 99);
    client.list_functions(&page).await.unwrap_err();
    assert_eq!(world.state().failures_left, 95);
}

#[tokio::test]
async fn a_line_that_breaks_is_made_again() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"items\":[]}";
    let (client, heads) = script(vec![String::new(), answer.to_owned()]).await;
    let page = client.list_functions(&wire::Page::default()).await.unwrap();
    assert!(page.items.is_empty());
    assert_eq!(heads.await.unwrap().len(), 2);
}

#[tokio::test]
async fn nobody_there_says_how_to_start_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = client(address).index().await.unwrap_err();
    assert!(matches!(
        error,
        Error::Unreachable {
            is_refused: true,
            ..
        }
    ));
    assert_eq!(
        error.to_string(),
        format!("cannot reach Steploom at http://{address}; start it with 'steploom up'")
    );
}

#[tokio::test]
async fn another_server_is_no_steploom() {
    let page = "<html>hello</html>";
    let head = |status: &str| {
        let length = page.len();
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{page}")
    };
    let (client, _heads) = script(vec![head("200 OK"), head("404 Not Found")]).await;
    for _ in 0..2 {
        let error = client.index().await.unwrap_err();
        assert!(matches!(error, Error::Protocol { .. }), "{error}");
    }
}

#[test]
fn endpoints() {
    for (endpoint, shown) in [
        ("http://127.0.0.1:8470", Some("http://127.0.0.1:8470")),
        ("http://127.0.0.1:8470/", Some("http://127.0.0.1:8470")),
        ("https://steploom.test/a/", Some("https://steploom.test/a")),
        ("127.0.0.1:8470", None),
        ("localhost", None),
        ("ftp://localhost", None),
        ("http://localhost/?a=b", None),
        ("", None),
    ] {
        let client = Client::new(endpoint);
        let found = client.as_ref().ok().map(Client::endpoint);
        assert_eq!(found, shown, "{endpoint}: {client:?}");
    }
}
