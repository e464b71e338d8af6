//! HTTP/1.1 to the byte: a path goes out as it is written, a header as it is given, so that tests
//! can send what no well-behaved client would.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long a server may be silent before the test gives up.
const SILENCE_MAX: Duration = Duration::from_mins(2);

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// The body, if the answer has this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() {
            return Value::Null;
        }
        self.json()
    }

    /// The problem, if the answer is one of this status and code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(problem["requestId"].as_str(), self.header("x-request-id"));
        problem
    }
}

/// A request with its own connection.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
}

/// Sends a request and reads the whole answer.
pub(crate) fn send(address: SocketAddr, request: &Request<'_>) -> io::Result<Answer> {
    let (head, mut rest) = open(address, request)?;
    let mut body = Vec::new();
    if head.is_chunked() {
        while read_chunk(&mut rest, &mut body)? {}
    } else if let Some(length) = head.length() {
        body.resize(length, 0);
        rest.read_exact(&mut body)?;
    } else if head.status != 204 {
        rest.read_to_end(&mut body)?;
    }
    Ok(Answer { body, ..head })
}

/// An answer that comes bit by bit, as lines.
pub(crate) struct Lines {
    rest: BufReader<TcpStream>,
    waiting: Vec<u8>,
}

impl Iterator for Lines {
    type Item = String;

    /// The next line without its end; `None` at the end of the answer.
    fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.waiting.iter().position(|byte| *byte == b'\n') {
                let line = self.waiting.drain(..=end).collect::<Vec<_>>();
                return Some(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if !read_chunk(&mut self.rest, &mut self.waiting).ok()? {
                return None;
            }
        }
    }
}

/// Sends a request and gives the head of its answer and the lines of its body as they come.
pub(crate) fn stream(address: SocketAddr, request: &Request<'_>) -> io::Result<(Answer, Lines)> {
    let (head, rest) = open(address, request)?;
    let waiting = Vec::new();
    Ok((head, Lines { rest, waiting }))
}

fn open(address: SocketAddr, request: &Request<'_>) -> io::Result<(Answer, BufReader<TcpStream>)> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(SILENCE_MAX))?;
    connection.set_nodelay(true)?;
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.path);
    let given = |name: &str| request.headers.iter().any(|(key, _)| *key == name);
    if !given("host") {
        let _ = write!(head, "host: {address}\r\n");
    }
    for (key, value) in request.headers {
        let _ = write!(head, "{key}: {value}\r\n");
    }
    let _ = write!(
        head,
        "content-length: {}\r\nconnection: close\r\n\r\n",
        request.body.len()
    );
    connection.write_all(head.as_bytes())?;
    // A server may refuse a body before it has all of it; its answer is what counts then.
    let sent = connection.write_all(request.body);
    let mut rest = BufReader::new(connection);
    match read_head(&mut rest) {
        Ok(head) => Ok((head, rest)),
        Err(error) => sent.and(Err(error)),
    }
}

fn read_head(rest: &mut impl BufRead) -> io::Result<Answer> {
    let line = read_line(rest)?;
    let status = line.split(' ').nth(1).and_then(|text| text.parse().ok());
    let status = status.ok_or_else(|| io::Error::other(format!("no status line: {line:?}")))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(rest)?;
        match line.split_once(':') {
            Some((key, value)) => {
                headers.push((key.to_ascii_lowercase(), value.trim().to_owned()));
            }
            None => break,
        }
    }
    let body = Vec::new();
    Ok(Answer {
        status,
        headers,
        body,
    })
}

fn read_line(rest: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if rest.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

/// Appends one chunk; false after the last.
fn read_chunk(rest: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<bool> {
    let line = read_line(rest)?;
    let length = usize::from_str_radix(&line, 16).map_err(io::Error::other)?;
    let begin = body.len();
    body.resize(begin + length, 0);
    rest.read_exact(&mut body[begin..])?;
    read_line(rest)?;
    Ok(length > 0)
}

impl Answer {
    fn is_chunked(&self) -> bool {
        self.header("transfer-encoding") == Some("chunked")
    }

    fn length(&self) -> Option<usize> {
        self.header("content-length")?.parse().ok()
    }
}
