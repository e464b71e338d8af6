//! What functions wrote: over HTTP and on the command line, as a page and as a stream.

use serde_json::{Value, json};

use crate::server;
use crate::support::guest;
use crate::support::wait::until;

/// Everything that one invocation logged, once its last line is there.
#[track_caller]
pub(crate) fn of_invocation(function: &str, id: &str) -> String {
    let lines = lines(function, id);
    let messages = lines.iter().map(|line| line["message"].as_str());
    messages
        .map(|message| message.expect("text").to_owned() + "\n")
        .collect()
}

/// The lines of an invocation, once the platform has said how it ended.
#[track_caller]
fn lines(function: &str, id: &str) -> Vec<Value> {
    let path = format!("/v1/functions/{function}/logs?limit=1000&requestId={id}");
    until("the invocation's last line", || {
        let lines = server().pages(&path);
        let last = lines.last()?;
        (last["source"] == "platform").then_some(lines)
    })
}

#[test]
fn lines_are_kept_by_invocation() {
    let server = server();
    server.deploy("log-lines", guest::CAT);
    let first = server.invoke("log-lines", &json!({"n": 1}));
    let second = server.invoke("log-lines", &json!(4));
    assert_eq!((first.status, second.status), (200, 502));
    let id = |answer: &crate::support::http::Answer| {
        answer
            .header("x-steploom-request-id")
            .expect("an id")
            .to_owned()
    };
    let (first, second) = (id(&first), id(&second));
    for (id, end) in [(&first, "succeeded"), (&second, "Function.ExitCode")] {
        let lines = lines("log-lines", id);
        let own: Vec<_> = lines
            .iter()
            .filter(|line| line["source"] == "function")
            .collect();
        let messages: Vec<_> = own.iter().map(|line| &line["message"]).collect();
        assert_eq!(messages, ["first line", "last words"]);
        assert!(lines.iter().all(|line| line["requestId"] == **id));
        assert!(lines.iter().all(|line| line["version"] == 1));
        let last = lines.last().expect("a line")["message"]
            .as_str()
            .expect("text");
        assert!(last.contains(end), "{last}");
    }
    // Without an id, the last hour's; page by page the same as at once.
    let all = server.pages("/v1/functions/log-lines/logs?limit=1000");
    assert!(all.len() >= 6, "{all:?}");
    assert_eq!(server.pages("/v1/functions/log-lines/logs?limit=1"), all);
    let none = server.pages("/v1/functions/log-lines/logs?since=2100-01-01T00:00:00Z");
    assert_eq!(none, Vec::<Value>::new());
}

#[test]
fn lines_are_followed_over_http() {
    let server = server();
    server.deploy("log-stream", guest::CAT);
    let mut stream = server.stream("/v1/functions/log-stream/logs/stream", &[]);
    server.invoke("log-stream", &json!(null)).expect(200);
    let found = stream.find(|line| line.contains("\"message\":\"last words\""));
    assert!(found.expect("a line").starts_with("data:"));
}

#[test]
fn lines_are_shown_and_followed_on_the_command_line() {
    let server = server();
    server.deploy("log-cli", guest::CAT);
    let said = server.run(&["invoke", "log-cli", "[1]", "--logs"]);
    said.code(0)
        .notes("first line")
        .notes("last words")
        .notes("request id ");
    let id = said.stderr.split("request id ").nth(1).expect("an id");
    let id = id.lines().next().expect("an id").trim();
    lines("log-cli", id);
    let said = server.run(&["logs", "log-cli", "--request-id", id]);
    said.code(0).says("first line").says(id);
    let page = server
        .run(&["logs", "log-cli", "--request-id", id, "--json"])
        .json();
    assert!(page["items"].as_array().expect("items").len() >= 3);
    server
        .run(&["logs", "log-cli", "--since", "0s"])
        .code(0)
        .notes("no lines");

    let following = server.follow(&["logs", "log-cli", "--follow", "--since", "1h"]);
    following.until_it_says("last words");
    // It follows from before it has read: one more line is enough.
    let answer = server.invoke("log-cli", &json!(5));
    answer.problem(502, "FunctionFailed");
    following.until_it_says("Function.ExitCode");
}
