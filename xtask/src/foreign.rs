//! `cargo xtask foreign`: a component that others wrote for `wasmtime serve` answers here as it does there.
//!
//! It is an example of the crate `wstd`, built by cargo from the registry as its authors left it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::service::Service;
use crate::shell;

/// The crate, its version, and the example.
const CRATE: &str = "wstd";
/// See [`CRATE`].
const VERSION: &str = "0.6.8";
/// See [`CRATE`].
const EXAMPLE: &str = "http_server";
/// A header that one of its answers has, and with what.
const HEADER: &str = "x-kept: as it was";

/// A request line, the request's body, the answer's status, and what stands in the answer.
const CASES: &[(&str, &str, u16, &str)] = &[
    ("GET /", "", 200, "Hello, wasi:http/proxy world!"),
    (
        "POST /echo",
        "said and said again",
        200,
        "said and said again",
    ),
    ("GET /echo-headers", "", 200, HEADER),
    ("GET /stream-body", "", 200, "stream started"),
    ("GET /wait-body", "", 200, "slept for "),
    ("GET /nowhere", "", 404, ""),
];

/// Builds the server, and tries it.
pub(crate) fn run() -> Result<()> {
    shell::run(&mut shell::cargo(&[
        "build", "--quiet", "--bin", "steploom",
    ]))?;
    try_built()
}

/// The same with the server that `cargo build` has made.
pub(crate) fn try_built() -> Result<()> {
    let target = shell::target()?;
    let root = target.join("foreign");
    let mut install = shell::cargo(&["install", "--quiet", CRATE, "--version", VERSION]);
    install
        .args(["--example", EXAMPLE, "--target", "wasm32-wasip2", "--root"])
        .arg(&root)
        .env("CARGO_TARGET_DIR", target.join("foreign-build"));
    shell::run(&mut install)?;
    let service = Service::start("foreign-server")?;
    let module = root.join(format!("bin/{EXAMPLE}.wasm"));
    let mut deploy = Command::new(target.join("debug/steploom"));
    deploy.arg("deploy").arg(module);
    deploy.args([
        "--name",
        "web",
        "--http",
        "public",
        "--endpoint",
        &service.url,
    ]);
    shell::run(&mut deploy)?;
    for (line, body, status, expect) in CASES {
        let answer = ask(&service.url, line, body).with_context(|| (*line).to_owned())?;
        let is_fine = answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(expect);
        ensure!(
            is_fine,
            "{line}: expected {status} with {expect:?}, got {answer}"
        );
    }
    eprintln!("{CRATE} {VERSION}, {EXAMPLE}: {} requests", CASES.len());
    Ok(())
}

/// Sends a request, and reads all of its answer.
fn ask(url: &str, line: &str, body: &str) -> Result<String> {
    let authority = url.strip_prefix("http://").context("it is not http")?;
    let (method, path) = line.split_once(' ').context("it is no request line")?;
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(Duration::from_mins(1)))?;
    write!(
        stream,
        "{method} /fn/000000000000/web{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n{HEADER}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
