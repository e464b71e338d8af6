//! Functions that do what their names say.

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use steploom_api::port::{
    EventTerms, FunctionFailure, Functions, Invocation, Invoke, PutFunction, Serve, Served, Serving,
};
use steploom_api::wire;
use steploom_types::error::Problem;
use steploom_types::{AccountId, Digest, Error, Json, Kind, MachineName, Name, Result, Timestamp};

use super::{World, check_account, executions, page};

fn absent(name: &Name) -> Error {
    Error::not_found("FunctionNotFound", format!("there is no function '{name}'"))
}

fn function(name: &Name, versions: &[wire::FunctionVersion]) -> wire::Function {
    wire::Function {
        name: name.clone(),
        created_at: versions[0].created_at,
        latest: versions.last().unwrap().clone(),
    }
}

fn check_module(put: &PutFunction) -> Result<()> {
    if put.code.starts_with(b"\0asm") {
        return Ok(());
    }
    let why = "the module does not begin with the magic number".to_owned();
    Err(
        Error::invalid("InvalidModule", why.clone()).with_problems(vec![Problem {
            code: "BAD_MAGIC".into(),
            path: "module/0".into(),
            message: why,
        }]),
    )
}

#[async_trait]
impl Functions for World {
    async fn put(&self, account: AccountId, put: PutFunction) -> Result<wire::Function> {
        check_account(account);
        self.maybe_fail()?;
        check_module(&put)?;
        self.change(|state| {
            let versions = state.functions.entry(put.name.clone()).or_default();
            if put.create_only && !versions.is_empty() {
                return Err(Error::conflict("FunctionExists", "it is there already"));
            }
            versions.push(wire::FunctionVersion {
                version: versions.len() as u32 + 1,
                module: Digest::of(&put.code),
                module_bytes: put.code.len() as u64,
                source: None,
                kind: wire::FunctionKind::Command,
                settings: put.settings.clone(),
                created_at: Timestamp::from_millis(1_700_000_000_000),
            });
            let made = function(&put.name, versions);
            state.puts.push(put);
            Ok(made)
        })
    }

    async fn put_settings(
        &self,
        account: AccountId,
        name: &Name,
        settings: wire::FunctionSettings,
    ) -> Result<wire::Function> {
        check_account(account);
        self.change(|state| {
            let versions = state.functions.get_mut(name).ok_or_else(|| absent(name))?;
            let mut version = versions.last().unwrap().clone();
            version.version += 1;
            version.settings = settings;
            versions.push(version);
            Ok(function(name, versions))
        })
    }

    async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::FunctionPage> {
        check_account(account);
        self.maybe_fail()?;
        let state = self.state();
        let all = state
            .functions
            .iter()
            .map(|(n, v)| function(n, v))
            .collect();
        let (items, next) = page(all, limit, next.as_deref());
        Ok(wire::FunctionPage { items, next })
    }

    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Function> {
        check_account(account);
        self.maybe_fail()?;
        let state = self.state();
        let versions = state.functions.get(name).ok_or_else(|| absent(name))?;
        Ok(function(name, versions))
    }

    async fn version(
        &self,
        account: AccountId,
        name: &Name,
        version: u32,
    ) -> Result<wire::FunctionVersion> {
        let versions = Functions::versions(self, account, name).await?.items;
        let found = versions.into_iter().find(|v| v.version == version);
        found.ok_or_else(|| absent(name))
    }

    async fn versions(&self, account: AccountId, name: &Name) -> Result<wire::FunctionVersions> {
        check_account(account);
        let state = self.state();
        let versions = state.functions.get(name).ok_or_else(|| absent(name))?;
        let items = versions.iter().rev().cloned().collect();
        Ok(wire::FunctionVersions { items })
    }

    async fn delete(&self, account: AccountId, name: &Name) -> Result<()> {
        check_account(account);
        let gone = self.change(|state| state.functions.remove(name));
        gone.map(|_| ()).ok_or_else(|| absent(name))
    }

    async fn invoke(&self, account: AccountId, invoke: Invoke) -> Result<Invocation> {
        check_account(account);
        self.change(|state| {
            state.traceparents.push(invoke.traceparent);
            state.invocations += 1;
        });
        let failure = |error: &str, cause: &str| {
            Err(FunctionFailure {
                error: error.into(),
                cause: cause.into(),
                object: None,
            })
        };
        let outcome = match invoke.name.as_str() {
            "echo" => Ok(invoke.event),
            "qualified" => Ok(Json::from(serde_json::json!(invoke.qualifier))),
            "fail" => failure("Oops", "it went wrong"),
            "told" => Err(FunctionFailure {
                error: "Oops".into(),
                cause: "it went wrong".into(),
                object: Some(r#"{"errorType":"Oops","stackTrace":["at a.js:1:2"]}"#.into()),
            }),
            "late" => failure("States.Timeout", "it took longer than 30000 ms"),
            "busy" => {
                let error = Error::new(Kind::Exhausted, "TooManyRequests", "no sandbox is free");
                return Err(error.with_retry_after(7));
            }
            "bug" => return Err(Error::internal("the secret detail")),
            "corrupt" => {
                let error = Error::new(Kind::Corrupt, "Corrupt", "stored data fails its check");
                return Err(error.with_detail("the secret detail"));
            }
            "fenced" => {
                return Err(Error::new(Kind::Fenced, "Fenced", "another node owns it"));
            }
            "panic" => panic!("the secret panic"),
            "hang" => std::future::pending().await,
            "gate" => {
                let mut changes = self.changes.subscribe();
                let is_open = |_: &u64| self.state().is_gate_open;
                changes.wait_for(is_open).await.unwrap();
                Ok(invoke.event)
            }
            _ => return Err(absent(&invoke.name)),
        };
        Ok(Invocation {
            request_id: "invocation-1".into(),
            version: 3,
            release: None,
            outcome,
            duration_us: 42,
            fuel_used: 99,
            memory_bytes: 65_536,
        })
    }

    /// `serve` sends back a request's head as text, then its body; `cut` breaks off, `trap` gives nothing.
    async fn serve(&self, account: AccountId, serve: Serve) -> Result<Serving> {
        check_account(account);
        let answers = |response| {
            Ok(Serving::Answers(Served {
                request_id: "invocation-1".into(),
                response,
            }))
        };
        let (head, body) = serve.request.into_parts();
        match serve.name.as_str() {
            "serve" => {
                let mut lines = format!("{} {}\n", head.method, head.uri);
                for (name, value) in &head.headers {
                    lines += [name.as_str(), ": ", value.to_str().unwrap(), "\n"]
                        .concat()
                        .as_str();
                }
                let lines = Full::new(Bytes::from(lines)).map_err(Into::into);
                let lines = lines.into_data_stream().chain(body.into_data_stream());
                let body = StreamBody::new(lines.map_ok(Frame::data)).boxed_unsync();
                let response = http::Response::builder()
                    .header("keep-alive", "timeout=5")
                    .header("x-of-function", "yes");
                answers(Ok(response.body(body).unwrap()))
            }
            "cut" => {
                let pieces = [Ok(Frame::data(Bytes::from("begun"))), Err("cut".into())];
                let body = StreamBody::new(stream::iter(pieces)).boxed_unsync();
                answers(Ok(http::Response::new(body)))
            }
            "trap" => answers(Err(FunctionFailure {
                error: "Function.Trap".into(),
                cause: "the secret trace".into(),
                object: None,
            })),
            _ => Ok(Serving::TakesEvents(http::Request::from_parts(head, body))),
        }
    }

    async fn invoke_async(
        &self,
        account: AccountId,
        invoke: Invoke,
        terms: EventTerms,
    ) -> Result<wire::Execution> {
        check_account(account);
        self.maybe_fail()?;
        let machine = MachineName::OfFunction(invoke.name);
        executions::begin(self, &machine, terms.name, invoke.event).map(|(execution, _)| execution)
    }
}
