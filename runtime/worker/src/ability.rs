//! What functions ask of the platform while they run: held against the function's grants, and then done by the same
//! ports that answer the API, within the function's account.

use std::ops::Range;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use steploom_api::port::{
    Buckets as _, Executions as _, Invoke, KeyValues, ListKeys, Object, Over, PutObject, Tasks as _,
};
use steploom_api::wire::{FailTask, StartExecution};
use steploom_call::{Abilities, Answer, Ask, Unanswered};
use steploom_types::limits::{PAGE_SIZE_MAX, function as limits};
use steploom_types::{AccountId, Callee, Error, Grant, Json, Kind, Name, Timestamp};

use crate::dispatcher::Within;
use crate::port::{NewObject, Port};
use crate::registry::Function;
use crate::shared::Shared;

/// What one invocation may ask for.
pub(crate) struct Granted {
    /// Who does it; whoever runs functions is a part of that.
    shared: Weak<Shared>,
    account: AccountId,
    grants: Arc<[Grant]>,
    environment: Arc<[(String, String)]>,
    /// How many functions wait for this one.
    depth: u32,
    traceparent: Option<String>,
}

impl Granted {
    pub(crate) fn new(
        shared: Weak<Shared>,
        account: AccountId,
        function: &Function,
        depth: u32,
        traceparent: Option<String>,
    ) -> Self {
        Self {
            shared,
            account,
            grants: Arc::clone(&function.grants),
            environment: Arc::clone(&function.environment),
            depth,
            traceparent,
        }
    }

    fn ensure_granted(&self, wanted: &Grant) -> Result<(), Unanswered> {
        if self.is_granted(wanted) {
            return Ok(());
        }
        let message = format!(
            "the function is not granted '{wanted}'; its owner can grant it: steploom deploy --grant '{wanted}'"
        );
        Err(Unanswered::new("AccessDenied", message))
    }

    async fn port(&self) -> Result<Port, Unanswered> {
        let shared = self.shared.upgrade();
        let shared = shared.ok_or_else(|| {
            Error::new(
                Kind::Unavailable,
                "Unavailable",
                "this node is being stopped",
            )
        })?;
        Ok(Port::of(&shared).await)
    }

    async fn invoke(
        &self,
        port: &Port,
        function: Callee,
        event: Json,
        deadline: Timestamp,
    ) -> Result<Answer, Unanswered> {
        let depth = self.depth + 1;
        if depth >= limits::INVOKE_DEPTH_MAX {
            let most = limits::INVOKE_DEPTH_MAX;
            let message = format!(
                "'{function}' is not invoked: a chain of functions that invoke one another has {most} at the most; start an execution instead"
            );
            return Err(Unanswered::new("CallTooDeep", message));
        }
        let invoke = Invoke {
            name: function.name,
            qualifier: function.qualifier.as_deref().map(str::to_owned),
            event,
            traceparent: self.traceparent.clone(),
        };
        let within = Within {
            depth,
            deadline: Some(deadline),
        };
        let invoked = port.invoke_within(self.account, invoke, within);
        let invoked = invoked.await.map_err(told)?;
        match invoked.outcome {
            Ok(result) => Ok(Answer::Result(result)),
            Err(failure) => Err(Unanswered::new(failure.error, failure.cause)),
        }
    }

    async fn start(
        &self,
        port: &Port,
        machine: Name,
        name: Option<Name>,
        input: Json,
    ) -> Result<Answer, Unanswered> {
        let start = StartExecution {
            name,
            input,
            ..StartExecution::new(machine)
        };
        let started = port.start(self.account, start).await;
        let (execution, _) = started.map_err(told)?;
        let summary = serde_json::to_value(&execution.summary).map_err(Error::internal)?;
        Ok(Answer::Started(summary.into()))
    }

    async fn read(
        &self,
        port: &Port,
        bucket: &Name,
        key: &str,
        range: Range<u64>,
    ) -> Result<Answer, Unanswered> {
        let most = limits::ASK_OBJECT_BYTES_MAX;
        let loaded = port.load_object(self.account, bucket, key, range, most as u64);
        let (object, content) = loaded.await.map_err(|error| match error.code {
            "ObjectTooLarge" => Unanswered::new(
                error.code,
                format!(
                    "{}; a function reads {most} at once at the most",
                    error.message
                ),
            ),
            _ => told(error),
        })?;
        Ok(Answer::Object {
            content_type: object.about.content_type.unwrap_or_default(),
            content,
        })
    }

    /// The content passes by piece by piece.
    async fn copy(
        &self,
        port: &Port,
        (bucket, key): (&Name, &str),
        (to_bucket, to_key): (&Name, &str),
    ) -> Result<Answer, Unanswered> {
        let mut all = |object: &Object| Ok(0..object.size_bytes);
        let found = port.read_object(self.account, bucket, key, &mut all).await;
        let (object, content) = found.map_err(told)?;
        let put = PutObject {
            about: object.about,
            over: Over::Anything,
        };
        let put = port.put_object(self.account, to_bucket, to_key, put, content);
        put.await.map(|_| Answer::Done).map_err(told)
    }

    async fn list(
        &self,
        port: &Port,
        bucket: &Name,
        prefix: String,
        after: Option<String>,
    ) -> Result<Answer, Unanswered> {
        let list = ListKeys {
            prefix,
            delimiter: None,
            after,
            limit: PAGE_SIZE_MAX,
        };
        let listed = port.list_objects(self.account, bucket, list).await;
        let listed = listed.map_err(told)?;
        Ok(Answer::Keys {
            keys: listed.objects.into_iter().map(|one| one.key).collect(),
            next: listed.next,
        })
    }

    async fn keys(
        &self,
        port: &Port,
        store: &Name,
        prefix: &str,
        after: Option<&str>,
    ) -> Result<Answer, Unanswered> {
        let limit = PAGE_SIZE_MAX;
        let found = KeyValues::keys(port, self.account, store, prefix, after, limit).await;
        let found = found.map_err(told)?;
        Ok(Answer::Keys {
            keys: found.keys,
            next: found.next,
        })
    }

    fn variable(&self, key: &str) -> Option<String> {
        let mut variables = self.environment.iter();
        let found = variables.find(|(name, _)| name == key);
        found.map(|(_, value)| value.clone())
    }
}

#[async_trait]
impl Abilities for Granted {
    fn is_granted(&self, wanted: &Grant) -> bool {
        self.grants.iter().any(|grant| grant.covers(wanted))
    }

    async fn ask(&self, ask: Ask, deadline: Timestamp) -> Result<Answer, Unanswered> {
        for wanted in ask.grants() {
            self.ensure_granted(&wanted)?;
        }
        let account = self.account;
        let port = self.port().await?;
        let done = match ask {
            Ask::Invoke { function, event } => {
                return self.invoke(&port, function, event, deadline).await;
            }
            Ask::Start {
                machine,
                name,
                input,
            } => return self.start(&port, machine, name, input).await,
            Ask::Succeed { token, output } => port.succeed(account, &token, output).await,
            Ask::Fail {
                token,
                error,
                cause,
            } => port.fail(account, &token, FailTask { error, cause }).await,
            Ask::Heartbeat { token } => port.heartbeat(account, &token).await,
            Ask::Bucket { bucket } => {
                let found = port.find_bucket(account, &bucket).await;
                return found
                    .map(|found| Answer::MadeAt(found.created_at))
                    .map_err(told);
            }
            Ask::About { bucket, key } => {
                let found = port.find_object(account, &bucket, &key).await;
                let about = |object: Object| Answer::About {
                    size_bytes: object.size_bytes,
                    modified_at: object.modified_at,
                };
                return found.map(about).map_err(told);
            }
            Ask::Read { bucket, key, range } => {
                return self.read(&port, &bucket, &key, range).await;
            }
            Ask::Copy {
                bucket,
                key,
                to_bucket,
                to_key,
            } => {
                let to = (&to_bucket, to_key.as_str());
                return self.copy(&port, (&bucket, &key), to).await;
            }
            Ask::Write {
                bucket,
                key,
                content_type,
                content,
            } => {
                let new = NewObject {
                    key,
                    content,
                    content_type,
                    metadata: serde_json::Map::new(),
                };
                port.keep_object(account, &bucket, new).await.map(drop)
            }
            Ask::Remove { bucket, key } => port.delete_object(account, &bucket, &key).await,
            Ask::List {
                bucket,
                prefix,
                after,
            } => return self.list(&port, &bucket, prefix, after).await,
            Ask::Get { store, keys } => {
                let values = KeyValues::get_many(&port, account, &store, &keys).await;
                return values.map(Answer::Values).map_err(told);
            }
            Ask::Set { store, values } => {
                KeyValues::set_many(&port, account, &store, &values).await
            }
            Ask::Delete { store, keys } => {
                KeyValues::delete_many(&port, account, &store, &keys).await
            }
            Ask::Increment { store, key, by } => {
                let sum = KeyValues::increment(&port, account, &store, &key, by).await;
                return sum.map(Answer::Number).map_err(told);
            }
            Ask::Keys {
                store,
                prefix,
                after,
            } => return self.keys(&port, &store, &prefix, after.as_deref()).await,
            Ask::Config { key } => return Ok(Answer::Variable(self.variable(&key))),
            Ask::Variables => return Ok(Answer::Variables(self.environment.to_vec())),
        };
        done.map(|()| Answer::Done).map_err(told)
    }
}

/// An error of a port, as the function is told it; what is our own fault goes to the log.
fn told(error: Error) -> Unanswered {
    if matches!(error.kind, Kind::Internal | Kind::Corrupt) {
        tracing::error!(%error, "what a function asked for was not done");
    }
    error.into()
}

impl std::fmt::Debug for Granted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The environment may hold secrets.
        f.debug_struct("Granted")
            .field("account", &self.account)
            .field("grants", &self.grants)
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}
