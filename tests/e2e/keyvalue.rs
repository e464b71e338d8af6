//! Values by key: what is answered survives `kill -9`, what is added is never lost, and what is no key
//! is refused.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde_json::json;

use crate::server;
use crate::support::http::{self, Request};
use crate::support::server::Server;
use crate::support::wait::until;

/// Threads that write at once.
const WRITERS: u64 = 8;

#[test]
fn values_and_numbers_outlive_a_kill_amid_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut server = Server::start_on(&data, &[]);
    let every: Vec<u8> = (0..=255).collect();
    let put = server.send("PUT", "/v1/stores/s/values/a%2Fb", &[], &every);
    assert_eq!(put.status, 204);
    let large = vec![7; 1024 * 1024];
    let put = server.send("PUT", "/v1/stores/s/values/large", &[], &large);
    assert_eq!(put.status, 204);
    assert_eq!(server.delete("/v1/stores/s/values/none").status, 204);

    let answered = AtomicU64::new(0);
    let address = server.address();
    thread::scope(|scope| {
        let add = || {
            let request = Request {
                method: "POST",
                path: "/v1/stores/s/values/n/increment",
                headers: &[],
                body: b"",
            };
            while let Ok(answer) = http::send(address, &request) {
                answer.expect(200);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        };
        for _ in 0..WRITERS {
            scope.spawn(add);
        }
        until("many were answered", || {
            (answered.load(Ordering::Relaxed) > 200).then_some(())
        });
        server.kill();
    });

    let server = Server::start_on(&data, &[]);
    assert_eq!(server.get("/v1/stores/s/values/a%2Fb").body, every);
    assert_eq!(server.get("/v1/stores/s/values/large").body, large);
    let number = server.get("/v1/stores/s/values/n").text();
    let number: u64 = number.parse().expect("a number");
    let answered = answered.into_inner();
    // What was under way at the end may have been added, and nobody knows.
    assert!(
        (answered..=answered + WRITERS).contains(&number),
        "{answered} were answered, and the number is {number}"
    );
    let keys = server.get("/v1/stores/s/keys").expect(200);
    assert_eq!(keys, json!({"keys": ["a/b", "large", "n"]}));
}

#[test]
fn additions_from_many_at_once_add_up() {
    const EACH: i64 = 25;
    let server = server();
    let path = "/v1/stores/kv-sums/values/n/increment";
    let mut sums: Vec<i64> = thread::scope(|scope| {
        let add = |_| {
            let answer = server.post(path, &json!({"by": 3})).expect(200);
            answer["value"].as_i64().expect("a number")
        };
        let writers = (0..WRITERS).map(|_| scope.spawn(move || (0..EACH).map(add).collect()));
        let writers: Vec<thread::ScopedJoinHandle<'_, Vec<i64>>> = writers.collect();
        let joined = writers.into_iter().map(thread::ScopedJoinHandle::join);
        joined.flat_map(|sums| sums.expect("no panic")).collect()
    });
    sums.sort_unstable();
    let expected = (1..=WRITERS.cast_signed() * EACH).map(|n| 3 * n);
    assert!(sums.iter().copied().eq(expected), "{sums:?}");
}

#[test]
fn what_is_no_key_no_value_and_no_number_is_refused() {
    let server = server();
    let value = |key: &str| format!("/v1/stores/kv-bad/values/{key}");
    let long = "%C3%BC".repeat(512);
    let put = |key: &str, value_bytes: &[u8]| server.send("PUT", &value(key), &[], value_bytes);
    assert_eq!(put(&long, b"").status, 204);
    let problem = put(&format!("{long}k"), b"").problem(400, "InvalidKey");
    let title = "a key has 1 to 1024 bytes in UTF-8; this one has 1025";
    assert_eq!(problem["title"], title);
    put("%FF", b"").problem(400, "InvalidPath");
    put("", b"").problem(404, "UnknownRoute");
    put("k", &vec![0; 1024 * 1024 + 1]).problem(413, "BodyTooLarge");
    server.get(&value("k")).problem(404, "KeyNotFound");
    let none = server.get("/v1/stores/.hidden/keys");
    none.problem(400, "InvalidName");

    assert_eq!(put("n", b"seven").status, 204);
    let add = format!("{}/increment", value("n"));
    let problem = server.post(&add, &json!({})).problem(409, "NotANumber");
    let title = problem["title"].as_str().expect("a text");
    assert!(title.contains("'n' in the store 'kv-bad'"), "{title}");
    assert_eq!(put("n", i64::MAX.to_string().as_bytes()).status, 204);
    let more = server.post(&add, &json!({}));
    more.problem(409, "NumberTooLarge");
    assert_eq!(server.get(&value("n")).text(), i64::MAX.to_string());
}

#[test]
fn values_from_the_command_line() {
    let server = server();
    let run = |arguments: &[&str]| server.run(&[&["kv"], arguments].concat());
    let says = run(&["set", "kv-cli", "users/ada", "{\"n\": 1}"]);
    assert_eq!(says.ok(), "set users/ada in kv-cli (8 B)\n");
    assert_eq!(run(&["get", "kv-cli", "users/ada"]).ok(), "{\"n\": 1}");
    let shown = run(&["get", "kv-cli", "users/ada", "--json"]).json();
    let expected =
        json!({"store": "kv-cli", "key": "users/ada", "sizeBytes": 8, "text": "{\"n\": 1}"});
    assert_eq!(shown, expected);
    let from_stdin = ["kv", "set", "kv-cli", "users/bob", "--file", "-"];
    server.run_with(&from_stdin, "two\nlines\n").code(0);
    assert_eq!(run(&["get", "kv-cli", "users/bob"]).ok(), "two\nlines\n");
    assert_eq!(run(&["increment", "kv-cli", "visits"]).ok(), "1\n");
    let less = run(&["increment", "kv-cli", "visits", "--by", "-3"]);
    assert_eq!(less.ok(), "-2\n");
    let all = run(&["list", "kv-cli"]);
    assert_eq!(all.ok(), "users/ada\nusers/bob\nvisits\n");
    let page = run(&["list", "kv-cli", "--prefix", "users/", "--limit", "1"]);
    page.code(0).notes("there are more: --after users/ada");
    let rest = run(&[
        "list",
        "kv-cli",
        "--prefix",
        "users/",
        "--after",
        "users/ada",
        "--json",
    ]);
    assert_eq!(rest.json(), json!({"keys": ["users/bob"]}));
    run(&["delete", "kv-cli", "users/ada"]).says("deleted users/ada in kv-cli");
    let gone = run(&["get", "kv-cli", "users/ada"]);
    gone.code(3)
        .notes("the store 'kv-cli' has no key 'users/ada'");
    run(&["increment", "kv-cli", "users/bob"])
        .code(4)
        .notes("is no whole number");
}
