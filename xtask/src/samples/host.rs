//! The host that samples call: it answers by the path that it is asked for, well and badly.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{io, thread};

use anyhow::Result;
use serde_json::{Map, Value, json};

/// What the table and READMEs write for it.
const WRITTEN: &str = "https://api.example.com";
/// Bytes of an answer that is too large for a state of a state machine.
const LARGE: usize = 300 * 1024;

/// A host on this computer. It goes with the process.
pub(super) struct Host {
    url: String,
}

/// What it was asked.
struct Asked {
    method: String,
    path: String,
    headers: Map<String, Value>,
    body: String,
}

impl Host {
    pub(super) fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let was_busy = Arc::new(AtomicBool::new(false));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let was_busy = Arc::clone(&was_busy);
                // Whoever goes away has had enough.
                thread::spawn(move || {
                    let _ = answer(stream, &was_busy);
                });
            }
        });
        Ok(Self { url })
    }

    /// A text with its address in place of the one that is written.
    pub(super) fn in_place(&self, text: &str) -> String {
        text.replace(WRITTEN, &self.url)
    }
}

fn answer(mut stream: TcpStream, was_busy: &AtomicBool) -> io::Result<()> {
    let asked = read(&mut BufReader::new(stream.try_clone()?))?;
    match asked.path.as_str() {
        "/items/7" => tell(&mut stream, 200, br#"{"id": 7, "name": "nail"}"#),
        "/items/8" if !was_busy.swap(true, Ordering::Relaxed) => {
            tell(&mut stream, 503, b"busy, come again")
        }
        "/items/8" => tell(&mut stream, 200, br#"{"id": 8, "name": "axe"}"#),
        "/bytes" => tell(&mut stream, 200, &[0, 255]),
        "/large" => tell(&mut stream, 200, "a".repeat(LARGE).as_bytes()),
        "/moved" => stream
            .write_all(b"HTTP/1.1 302 Found\r\nlocation: /items/7\r\ncontent-length: 0\r\n\r\n"),
        // No answer, half of one, and none at all.
        "/silent" => wait(&mut stream),
        "/stuck" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n.")?;
            wait(&mut stream)
        }
        "/gone" => Ok(()),
        "/count" => {
            let said = format!("{} {}", asked.method, asked.body.len());
            tell(&mut stream, 200, said.as_bytes())
        }
        path if path.starts_with("/echo") => {
            let Asked {
                method,
                path,
                headers,
                body,
            } = asked;
            let said = json!({"method": method, "path": path, "headers": headers, "body": body});
            tell(&mut stream, 200, said.to_string().as_bytes())
        }
        _ => tell(&mut stream, 404, b"not here"),
    }
}

/// A whole answer, and the connection's end.
fn tell(stream: &mut TcpStream, status: u16, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

/// Until the other side goes.
fn wait(stream: &mut TcpStream) -> io::Result<()> {
    stream.read(&mut [0]).map(|_| ())
}

fn read(reader: &mut impl BufRead) -> io::Result<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let mut headers = Map::new();
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.into());
    }
    let length = headers.get("content-length").and_then(Value::as_str);
    let mut body = vec![
        0;
        length
            .and_then(|length| length.parse().ok())
            .unwrap_or_default()
    ];
    reader.read_exact(&mut body)?;
    // Differs with every run.
    headers.remove("host");
    Ok(Asked {
        method,
        path,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
