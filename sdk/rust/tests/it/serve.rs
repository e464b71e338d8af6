//! Servers for the client to talk to.

use std::net::SocketAddr;
use std::sync::Arc;

use steploom_http::Config;
use steploom_sdk::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::fakes::World;

/// A real front over fakes, and a client of it.
pub(crate) async fn front() -> (Arc<World>, Client) {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = Config::new(address, "1.2.3");
    let ports = world.ports();
    tokio::spawn(steploom_http::serve(
        listener,
        ports,
        config,
        std::future::pending(),
    ));
    (world, client(address))
}

pub(crate) fn client(address: SocketAddr) -> Client {
    Client::new(&format!("http://{address}")).unwrap()
}

/// A server that gives each connection the next answer, to the byte, and closes it. Yields the heads
/// of the requests once all answers are given.
pub(crate) async fn script(answers: Vec<String>) -> (Client, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let mut heads = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            heads.push(String::from_utf8(head).unwrap());
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        heads
    });
    (client, task)
}
