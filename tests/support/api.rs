//! The HTTP API in the words of tests.

use serde_json::{Value, json};

use super::guest;
use super::http::{self, Answer, Lines, Request};
use super::server::Server;
use super::wait::until;

impl Server {
    /// Sends a request; the server must answer.
    #[track_caller]
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let request = Request {
            method,
            path,
            headers,
            body,
        };
        http::send(self.address(), &request)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    #[track_caller]
    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], b"")
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, &body.to_string())
    }

    #[track_caller]
    pub(crate) fn post_text(&self, path: &str, body: &str) -> Answer {
        let json = [("content-type", "application/json")];
        self.send("POST", path, &json, body.as_bytes())
    }

    /// The lines of a stream, as they come.
    #[track_caller]
    pub(crate) fn stream(&self, path: &str, headers: &[(&str, &str)]) -> Lines {
        let request = Request {
            method: "GET",
            path,
            headers,
            body: b"",
        };
        let (head, lines) = http::stream(self.address(), &request).expect("answers");
        assert_eq!(head.status, 200, "{path}");
        assert_eq!(head.header("content-type"), Some("text/event-stream"));
        lines
    }

    /// Uploads a module.
    #[track_caller]
    pub(crate) fn put_module(&self, name: &str, module: &[u8]) -> Answer {
        let wasm = [("content-type", "application/wasm")];
        self.send("PUT", &format!("/v1/functions/{name}"), &wasm, module)
    }

    /// Uploads a module with settings.
    #[track_caller]
    pub(crate) fn put_form(&self, name: &str, module: &[u8], settings: &Value) -> Answer {
        const BOUNDARY: &str = "a-line-that-no-module-holds";
        let mut body = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"settings\"\r\n\r\n{settings}\r\n\
             --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"module\"\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(module);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let headers = [("content-type", kind.as_str())];
        self.send("PUT", &format!("/v1/functions/{name}"), &headers, &body)
    }

    /// Uploads a guest, given as text, with the default settings.
    #[track_caller]
    pub(crate) fn deploy(&self, name: &str, guest: &str) -> Value {
        self.deploy_with(name, guest, &json!({}))
    }

    /// Uploads a guest, given as text.
    #[track_caller]
    pub(crate) fn deploy_with(&self, name: &str, guest: &str, settings: &Value) -> Value {
        let answer = self.put_form(name, &guest::wasm(guest), settings);
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
        answer.json()
    }

    /// Calls a function.
    #[track_caller]
    pub(crate) fn invoke(&self, name: &str, event: &Value) -> Answer {
        self.post(&format!("/v1/functions/{name}/invoke"), event)
    }

    /// Keeps a definition.
    #[track_caller]
    pub(crate) fn put_machine(&self, name: &str, definition: &Value) -> Answer {
        let json = [("content-type", "application/json")];
        let path = format!("/v1/machines/{name}");
        self.send("PUT", &path, &json, definition.to_string().as_bytes())
    }

    /// Starts an execution; gives its id.
    #[track_caller]
    pub(crate) fn start_execution(&self, start: &Value) -> String {
        let started = self.post("/v1/executions", start).expect(201);
        started["id"].as_str().expect("an id").to_owned()
    }

    /// An execution.
    #[track_caller]
    pub(crate) fn execution(&self, id: &str) -> Value {
        self.get(&format!("/v1/executions/{id}")).expect(200)
    }

    /// An execution, once it has ended.
    #[track_caller]
    pub(crate) fn ended(&self, id: &str) -> Value {
        until(&format!("execution {id} ends"), || {
            let execution = self.execution(id);
            (execution["status"] != "RUNNING").then_some(execution)
        })
    }

    /// All events of an execution.
    #[track_caller]
    pub(crate) fn history(&self, id: &str) -> Vec<Value> {
        self.pages(&format!("/v1/executions/{id}/history?limit=1000"))
    }

    /// The items of every page of a list. The path has a query.
    #[track_caller]
    pub(crate) fn pages(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = String::new();
        loop {
            let page = self.get(&format!("{path}{next}")).expect(200);
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next"].as_str() {
                Some(token) => next = format!("&next={token}"),
                None => return items,
            }
        }
    }

    /// A value of `/metrics`; 0 for what is not there yet.
    #[track_caller]
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let metrics = self.get("/metrics").text();
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().expect("a number"))
    }
}

/// Types of events, in their order.
pub(crate) fn types(events: &[Value]) -> Vec<&str> {
    let kinds = events.iter().map(|event| event["type"].as_str());
    kinds.map(|kind| kind.expect("a type")).collect()
}
