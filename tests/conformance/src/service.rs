//! Runs cases in a real service, through its own HTTP API.
//!
//! Every function of a case is the module `modules/scripted`, told by its environment what to do.
//! Cases run one after the other; names that they share get the case's number behind them.

use std::collections::BTreeMap;
use std::time::Duration;

use regex::Regex;
use serde_json::{Value, json};
use steploom_sdk::{Client, PutFunction, wire};
use steploom_types::{Json, Name, Timestamp};
use tokio::runtime::Runtime;
use tokio::time::{Instant, sleep};

use crate::case::{Case, outcome};
use crate::history::recorded;
use crate::simulate::Ran;

/// The account of the recordings, and that of the service.
const ACCOUNTS: [&str; 2] = ["111111111111", "000000000000"];

/// How long a case may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// How often a case is looked at while it runs.
const LOOK: Duration = Duration::from_millis(10);

/// A service to run cases in.
pub struct Service {
    client: Client,
    runtime: Runtime,
    module: Vec<u8>,
}

/// A case as this service can have it, or why it cannot.
///
/// # Errors
/// What it needs that is not there.
pub fn fitted(case: &Case, number: usize) -> Result<Case, String> {
    if case.is_express() || case.0.get("mode").is_some() {
        return Err("Express executions are not run yet".to_owned());
    }
    if case.0.get("mocks").is_some() || case.feature().starts_with("local_mocking") {
        return Err("answers are mocked".to_owned());
    }
    let names = Regex::new("uid[0-9a-f]{5}").map_err(|error| error.to_string())?;
    let text = case.0.to_string().replace(ACCOUNTS[0], ACCOUNTS[1]);
    let text = names.replace_all(&text, format!("${{0}}x{number}"));
    // A machine whose name many cases share gets the number, too, wherever an ARN names it.
    let machine = case.text("state_machine_name").unwrap_or("machine");
    let own = if names.is_match(machine) {
        names.replace_all(machine, format!("${{0}}x{number}"))
    } else {
        format!("{machine}-{number}").into()
    };
    let mut text = text.into_owned();
    for end in [':', '"', '/'] {
        text = text.replace(&format!(":{machine}{end}"), &format!(":{own}{end}"));
    }
    let mut value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    value["state_machine_name"] = own.into();
    forgive(&mut value);
    Ok(Case(value))
}

/// The length of an answer that AWS wrapped is that of names, which have a number more here. And
/// the cause of a function's own error is its text here, and on AWS what its language's runtime
/// makes of it, stack and all. Where a recording has that, anything will do.
fn forgive(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let is_error = |inner: &Value| inner.get("errorMessage").is_some();
            if fields.get("$json_text").is_some_and(is_error) {
                *value = "${cause}".into();
                return;
            }
            if let Some(length) = fields.get_mut("Content-Length") {
                let any = Value::from("${length}");
                *length = if length.is_array() { json!([any]) } else { any };
            }
            fields.values_mut().for_each(forgive);
        }
        Value::Array(items) => items.iter_mut().for_each(forgive),
        _ => {}
    }
}

impl Service {
    /// The service at `url`, with the module that functions are made of.
    ///
    /// # Errors
    /// What cannot be reached or read.
    pub fn new(url: &str, module: Vec<u8>) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let client = Client::new(url).map_err(|error| error.to_string())?;
        Ok(Self {
            client,
            runtime,
            module,
        })
    }

    /// Runs a case that [`fitted`] gave.
    ///
    /// # Errors
    /// What could not be done.
    pub fn run(&self, case: &Case) -> Result<Ran, String> {
        self.runtime.block_on(self.run_case(case))
    }

    async fn run_case(&self, case: &Case) -> Result<Ran, String> {
        self.prepare(case).await?;
        let machine = name(case.text("state_machine_name").unwrap_or("machine"))?;
        self.put_machine(&machine, &case.definition()).await?;
        let input = case.input(Timestamp::from_millis(now_ms()));
        let execution_name = case.execution_name();
        let start = wire::StartExecution {
            version: None,
            name: execution_name.as_deref().map(name).transpose()?,
            input: Json::parse(&input).map_err(|error| error.message)?,
            ..wire::StartExecution::new(machine)
        };
        let started = self.client.start_execution(&start).await.map_err(told)?;
        let execution = self.wait(started.execution).await?;
        Ok(Ran {
            outcome: outcome_of(&execution),
            events: self.events(&execution).await?,
            objects: self.objects(case).await?,
        })
    }

    async fn prepare(&self, case: &Case) -> Result<(), String> {
        for (function, behaviour) in case.functions() {
            self.put_function(&name(&function)?, &behaviour).await?;
        }
        for bucket in case.list("s3_buckets").iter().filter_map(Value::as_str) {
            let bucket = name(bucket)?;
            self.client.put_bucket(&bucket).await.map_err(told)?;
        }
        for (bucket, key, body) in case.objects() {
            let (bucket, kind) = (name(bucket)?, "binary/octet-stream");
            let put = self.client.put_object(&bucket, key, kind, body.into());
            put.await.map_err(told)?;
        }
        for activity in case.list("activities").iter().filter_map(Value::as_str) {
            let activity = name(activity)?;
            self.client.put_activity(&activity).await.map_err(told)?;
        }
        let deleted = case.list("activities_deleted_before_start");
        for arn in deleted.iter().filter_map(Value::as_str) {
            let activity = name(arn.rsplit(':').next().unwrap_or(arn))?;
            self.client.delete_activity(&activity).await.map_err(told)?;
        }
        for other in case.list("state_machines") {
            let machine = name(other["name"].as_str().unwrap_or_default())?;
            self.put_machine(&machine, &other["definition"].to_string())
                .await?;
            if let Some(first) = other.get("start_first_with") {
                let start = wire::StartExecution {
                    version: None,
                    name: None,
                    input: first.clone().into(),
                    ..wire::StartExecution::new(machine)
                };
                self.client.start_execution(&start).await.map_err(told)?;
            }
        }
        Ok(())
    }

    async fn put_function(&self, function: &Name, behaviour: &Value) -> Result<(), String> {
        let mut settings = wire::FunctionSettings::default();
        let environment = [("BEHAVIOUR".to_owned(), behaviour.to_string())];
        settings.environment.extend(environment);
        settings.timeout_ms = 90_000;
        let put = PutFunction {
            code: self.module.clone().into(),
            settings: Some(settings),
            create_only: false,
        };
        let done = self.client.put_function(function, put).await;
        done.map(drop).map_err(told)
    }

    async fn put_machine(&self, machine: &Name, definition: &str) -> Result<(), String> {
        let done = self.client.put_machine(machine, definition, false).await;
        done.map(drop).map_err(told)
    }

    async fn wait(&self, execution: wire::Execution) -> Result<wire::Execution, String> {
        let end = Instant::now() + PATIENCE;
        let mut execution = execution;
        while execution.summary.status == wire::ExecutionStatus::Running {
            if Instant::now() > end {
                let stop = wire::StopExecution::default();
                let stopped = self
                    .client
                    .stop_execution(execution.summary.id, &stop)
                    .await;
                stopped.map_err(told)?;
                return Err(format!("still running after {} s", PATIENCE.as_secs()));
            }
            sleep(LOOK).await;
            let got = self.client.get_execution(execution.summary.id).await;
            execution = got.map_err(told)?;
        }
        Ok(execution)
    }

    async fn events(&self, execution: &wire::Execution) -> Result<Vec<Value>, String> {
        let mut events = Vec::new();
        let mut page = wire::PageHistory {
            limit: Some(1_000),
            ..wire::PageHistory::default()
        };
        loop {
            let got = self.client.history(execution.summary.id, &page).await;
            let got = got.map_err(told)?;
            for event in &got.items {
                events.push(recorded(
                    &event.kind,
                    event.id,
                    event.previous_event_id,
                    &event.details,
                ));
            }
            if got.next.is_none() {
                return Ok(events);
            }
            page.next = got.next;
        }
    }

    async fn objects(
        &self,
        case: &Case,
    ) -> Result<BTreeMap<String, BTreeMap<String, String>>, String> {
        let mut objects: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for object in case.list("expect_s3") {
            let text = |field: &str| object[field].as_str().unwrap_or_default();
            let (bucket, key) = (text("bucket"), text("key"));
            let got = self.client.get_object(&name(bucket)?, key).await;
            let body = String::from_utf8_lossy(&got.map_err(told)?).into_owned();
            let bucket = objects.entry(bucket.to_owned()).or_default();
            bucket.insert(key.to_owned(), body);
        }
        Ok(objects)
    }
}

fn outcome_of(execution: &wire::Execution) -> Value {
    let status = json!(execution.summary.status);
    outcome(
        status.as_str().unwrap_or_default(),
        execution.output.as_ref().map(Json::value),
        execution.error.as_deref(),
        execution.cause.as_deref(),
    )
}

fn name(text: &str) -> Result<Name, String> {
    text.parse().map_err(|error| format!("'{text}': {error}"))
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
