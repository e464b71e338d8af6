//! Functions over HTTP as their callers see them: who is let in, bodies that are streamed both ways,
//! callers that go away; and where functions' own requests may go.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use serde_json::{Value, json};

use crate::server;
use crate::support::guest;
use crate::support::http::Answer;
use crate::support::server::Server;
use crate::support::wait::until;

const BASE: &str = "/fn/000000000000";
/// Fails when the second piece is to be sent.
const FAILS: &str =
    "(if (i32.load (i32.const 128)) (then unreachable)) (i32.store (i32.const 128) (i32.const 1))";

fn open(server: &Server, name: &str, auth: &str) {
    let set = json!({"auth": auth}).to_string();
    let headers = [("content-type", "application/json")];
    let path = format!("/v1/functions/{name}/urls");
    let put = server.send("PUT", &path, &headers, set.as_bytes());
    assert_eq!(put.status, 201, "{}", put.text());
}

/// What an invocation logged, once it has ended.
fn logged(server: &Server, name: &str, end: &str) -> String {
    let path = format!("/v1/functions/{name}/logs?limit=1000");
    until(end, || {
        let lines = server.pages(&path);
        let lines: Vec<_> = lines
            .iter()
            .map(|line| line["message"].to_string())
            .collect();
        let text = lines.join("\n");
        text.contains(end).then_some(text)
    })
}

/// A request whose body is sent piece by piece, and its answer.
struct Talk {
    sending: TcpStream,
    answer: BufReader<TcpStream>,
}

impl Talk {
    fn begin(server: &Server, name: &str) -> Self {
        let mut sending = TcpStream::connect(server.address()).expect("connects");
        let head = format!(
            "POST {BASE}/{name}/a HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        sending.write_all(head.as_bytes()).expect("is sent");
        let answer = BufReader::new(sending.try_clone().expect("a clone"));
        Self { sending, answer }
    }

    fn send(&mut self, piece: &str) {
        let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
        self.sending.write_all(chunk.as_bytes()).expect("is sent");
    }

    /// The head of the answer.
    fn head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = self.answer.read_line(&mut head).expect("a line");
            assert!(read > 0, "the answer has a head: {head}");
        }
        head
    }

    /// The next piece of the answer; `None` if it breaks off.
    fn piece(&mut self) -> Option<String> {
        let mut line = String::new();
        self.answer
            .read_line(&mut line)
            .ok()
            .filter(|read| *read > 0)?;
        let length = usize::from_str_radix(line.trim(), 16).expect("a length");
        let mut piece = vec![0; length + 2];
        self.answer.read_exact(&mut piece).ok()?;
        piece.truncate(length);
        Some(String::from_utf8(piece).expect("text"))
    }
}

#[test]
fn a_function_is_closed_until_its_owner_opens_it() {
    let server = server();
    server.deploy("http-closed", guest::HTTP);
    let ask = || server.send("POST", &format!("{BASE}/http-closed/a"), &[], b"hello");
    assert_eq!(ask().status, 404);
    open(server, "http-closed", "none");
    let answer = ask();
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello"));
    let urls = server.get("/v1/functions/http-closed/urls").expect(200);
    let by_name = urls["items"][""]["byName"].as_str().expect("an address");
    assert!(
        by_name.ends_with("/fn/000000000000/http-closed/"),
        "{by_name}"
    );
    assert_eq!(server.delete("/v1/functions/http-closed/urls").status, 204);
    assert_eq!(ask().status, 404);
}

#[test]
fn bodies_are_streamed_both_ways() {
    let server = server();
    server.deploy("http-stream", guest::HTTP);
    open(server, "http-stream", "none");
    let mut talk = Talk::begin(server, "http-stream");
    talk.send("first");
    assert!(talk.head().starts_with("HTTP/1.1 200"));
    assert_eq!(talk.piece().as_deref(), Some("first"));
    talk.send("last");
    assert_eq!(talk.piece().as_deref(), Some("last"));
    talk.sending.write_all(b"0\r\n\r\n").expect("is sent");
    assert_eq!(talk.piece().as_deref(), Some(""));
}

#[test]
fn a_large_body_goes_through() {
    let server = server();
    let settings = json!({"outputBytesMax": 64 << 20});
    server.deploy_with("http-large", guest::HTTP, &settings);
    open(server, "http-large", "none");
    let sent: Vec<u8> = (0..20 << 20).map(|at| (at / 1000) as u8).collect();
    // Who sends all before reading anything would wait for ever: the answer comes meanwhile.
    let mut sending = TcpStream::connect(server.address()).expect("connects");
    let mut reading = sending.try_clone().expect("a clone");
    let reader = thread::spawn(move || {
        let mut answer = Vec::new();
        reading.read_to_end(&mut answer).map(|_| answer)
    });
    let head = format!(
        "PUT {BASE}/http-large/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        sent.len()
    );
    sending.write_all(head.as_bytes()).expect("is sent");
    sending.write_all(&sent).expect("is sent");
    let answer = reader.join().expect("reads").expect("an answer");
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    assert!(answer.len() > sent.len(), "{} bytes came", answer.len());

    // Of the other kinds a result is kept whole.
    let refused = server.put_form("http-not", &guest::wasm(guest::ECHO), &settings);
    let problem = refused.problem(400, "InvalidSettings");
    assert_eq!(
        problem["problems"][0]["path"], "/outputBytesMax",
        "{problem}"
    );
}

#[test]
fn a_function_that_fails_says_so_or_is_cut() {
    let server = server();
    for (name, mark, code, status, error) in [
        (
            "http-trap",
            ";; BEFORE",
            "unreachable",
            502,
            "Function.Trap",
        ),
        (
            "http-hang",
            ";; BEFORE",
            "(loop $l (br $l))",
            504,
            "States.Timeout",
        ),
    ] {
        let guest = guest::HTTP.replace(mark, code);
        server.deploy_with(name, &guest, &json!({"timeoutMs": 500}));
        open(server, name, "none");
        let answer = server.send("GET", &format!("{BASE}/{name}"), &[], b"");
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(answer.text().contains(error), "{}", answer.text());
        logged(server, name, error);
    }
    server.deploy("http-cut", &guest::HTTP.replace(";; PIECE", FAILS));
    open(server, "http-cut", "none");
    let mut talk = Talk::begin(server, "http-cut");
    talk.send("first");
    talk.head();
    assert_eq!(talk.piece().as_deref(), Some("first"));
    assert_eq!(talk.piece(), None, "the connection ends without an end");
    logged(server, "http-cut", "Function.Trap");
}

#[test]
fn a_caller_that_goes_away_stops_the_function() {
    let server = server();
    let hangs = FAILS.replace("unreachable", "(loop $l (br $l))");
    let guest = guest::HTTP.replace(";; PIECE", &hangs);
    server.deploy("http-gone", &guest);
    open(server, "http-gone", "none");
    let mut talk = Talk::begin(server, "http-gone");
    talk.send("first");
    talk.sending.write_all(b"0\r\n\r\n").expect("is sent");
    talk.head();
    assert_eq!(talk.piece().as_deref(), Some("first"));
    drop(talk);
    logged(server, "http-gone", "Function.Cancelled");
}

#[test]
fn kinds_and_formats_meet() {
    let server = server();
    server.deploy("http-event", guest::ECHO);
    open(server, "http-event", "none");
    let path = format!("{BASE}/http-event/a%20b?x=1");
    let headers = [("content-type", "text/plain"), ("x-own", "1")];
    let event = server.send("PUT", &path, &headers, b"hello").expect(200);
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["rawPath"], "/a%20b");
    assert_eq!(event["rawQueryString"], "x=1");
    assert_eq!(event["headers"]["x-own"], "1");
    assert_eq!(event["headers"]["x-forwarded-for"], "127.0.0.1");
    assert_eq!(event["requestContext"]["http"]["method"], "PUT");
    assert_eq!(event["body"], "hello");

    server.deploy("http-invoked", guest::HTTP);
    let answer = server.invoke("http-invoked", &event).expect(200);
    assert_eq!(
        (&answer["statusCode"], &answer["body"]),
        (&json!(200), &json!("hello"))
    );
    let refused = server.invoke("http-invoked", &json!({"name": "Ada"}));
    assert_eq!(
        refused.problem(502, "FunctionFailed")["error"],
        "Function.InvalidEvent"
    );
}

#[test]
fn a_function_has_a_host_below_the_operators_domain() {
    let server = Server::start_with(&["--functions-domain", "fn.localhost"]);
    server.deploy("hosted", guest::ECHO);
    open(&server, "hosted", "none");
    let host = [("host", "hosted.000000000000.fn.localhost:8080")];
    let event = server
        .send("GET", "/v1/functions?x=1", &host, b"")
        .expect(200);
    assert_eq!(event["rawPath"], "/v1/functions");
    let other = [("host", "other.000000000000.fn.localhost")];
    assert_eq!(server.send("GET", "/", &other, b"").status, 404);
}

/// A host that answers each request with 204, and says what it was sent.
fn host() -> (u16, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, heads) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a connection");
            let mut head = String::new();
            let mut reader = BufReader::new(connection.try_clone().expect("a clone"));
            while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|n| n > 0) {}
            let _ = connection.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n");
            let _ = sender.send(head);
        }
    });
    (port, heads)
}

/// Deploys a function that asks a host, and asks it.
fn asks(server: &Server, name: &str, authority: &str, settings: &Value) -> Answer {
    server.deploy_with(name, &guest::outgoing(authority, 1), settings);
    open(server, name, "none");
    server.send("GET", &format!("{BASE}/{name}"), &[], b"")
}

#[test]
fn a_function_calls_the_hosts_that_it_was_allowed() {
    const DENIED: u16 = 515;
    const PROHIBITED: u16 = 504;
    let (port, heads) = host();
    let authority = format!("127.0.0.1:{port}");
    let allowed = json!({"allowHosts": [{"host": format!("http://{authority}")}]});

    let denied = asks(server(), "out-none", &authority, &json!({}));
    assert_eq!(denied.status, DENIED);
    logged(server(), "out-none", "--allow-host");
    let other = json!({"allowHosts": [{"host": "example.com"}]});
    assert_eq!(
        asks(server(), "out-other", &authority, &other).status,
        DENIED
    );
    // A list opens no way to addresses that the operator keeps closed.
    let private = asks(server(), "out-private", &authority, &allowed);
    assert_eq!(private.status, PROHIBITED, "{}", private.text());
    logged(server(), "out-private", "--egress-allow");
    let by_name = format!("localhost:{port}");
    let listed = json!({"allowHosts": [{"host": format!("http://{by_name}")}]});
    assert_eq!(
        asks(server(), "out-by-name", &by_name, &listed).status,
        PROHIBITED
    );
    assert!(heads.try_recv().is_err(), "nobody was asked");

    let rule = format!("127.0.0.1:{port}");
    let open = Server::start_with(&["--egress-allow", &rule]);
    assert_eq!(asks(&open, "out", &authority, &allowed).status, 204);
    let head = heads.recv().expect("was asked");
    assert!(head.starts_with("GET / HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("host: {authority}\r\n")), "{head}");

    let bound = [
        "--egress-allow",
        &rule,
        "--functions-allow-host",
        "example.com",
    ];
    let bound = Server::start_with(&bound);
    assert_eq!(asks(&bound, "out", &authority, &allowed).status, DENIED);
    logged(&bound, "out", "--functions-allow-host");
    assert!(heads.try_recv().is_err(), "nobody was asked");
}

#[test]
fn hosts_that_are_none_are_refused_when_they_are_put() {
    let module = guest::wasm(guest::ECHO);
    for (allowed, code) in [
        (json!({"host": "a b"}), "INVALID_HOST"),
        (
            json!({"host": "http://a.example", "connection": "c"}),
            "INSECURE_HOST",
        ),
    ] {
        let put = server().put_form("out-bad", &module, &json!({"allowHosts": [allowed]}));
        let problem = put.problem(400, "InvalidSettings");
        assert_eq!(problem["problems"][0]["code"], code, "{problem}");
    }
}
