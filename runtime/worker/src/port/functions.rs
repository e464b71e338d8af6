//! Functions: uploading, listing, invoking.

use async_trait::async_trait;
use steploom_api::port::{
    EventTerms, FunctionFailure, Functions, Invocation, Invoke, PutFunction, Serve, Served, Serving,
};
use steploom_api::wire::{self, FunctionKind};
use steploom_call::{Kind, Refused};
use steploom_store::Error as StoreError;
use steploom_store::catalog::{self, EntryKind, NewFunctionVersion, Put};
use steploom_types::{AccountId, Error, ExecutionId, MachineName, Name, Result, limits};

use super::{
    NewExecution, Port, after_name, function_events, function_not_found, page_by_name, settings,
};
use crate::dispatcher::{Caller, Within};
use crate::registry;

#[async_trait]
impl Functions for Port {
    async fn put(&self, account: AccountId, put: PutFunction) -> Result<wire::Function> {
        let PutFunction {
            name,
            code,
            settings: wanted,
            create_only,
        } = put;
        settings::check(&wanted, &*self.shared.runner)?;
        function_events::check_dead_letter(&name, &wanted)?;
        let (upload, wanted) = self.module_of(account, &name, code, wanted).await?;
        settings::check_kind(&wanted, upload.kind)?;
        let module = &upload.module;
        let digest = self.shared.artifacts.put_module(module).await?;
        self.shared.runner.prepare(digest, module).await?;
        let version = NewFunctionVersion {
            module: digest,
            module_bytes: module.len() as u64,
            source: upload.source,
            kind: upload.kind.as_str().into(),
            settings: serde_json::to_string(&wanted).map_err(Error::internal)?,
            created_at: self.shared.clock.now(),
        };
        let put = if create_only {
            Put::Create
        } else {
            Put::Upsert
        };
        let function = self.shared.store.catalog.put_function(account, &name, &version, put).await.map_err(|e| match e {
            StoreError::Exists { .. } => Error::conflict(
                "FunctionExists",
                format!("there is a function '{name}' already; leave out 'If-None-Match' to make a new version of it"),
            ),
            other => other.into(),
        })?;
        self.forget_function(account, &name).await;
        view(function)
    }

    async fn put_settings(
        &self,
        account: AccountId,
        name: &Name,
        settings: wire::FunctionSettings,
    ) -> Result<wire::Function> {
        let catalog = &self.shared.store.catalog;
        let function = catalog.find_function(account, name).await?;
        let function = function.ok_or_else(|| function_not_found(name, None))?;
        let latest = &function.latest;
        let artifacts = &self.shared.artifacts;
        let code = match latest.source {
            Some(source) => artifacts.source(source).await?,
            None => artifacts.module(latest.module).await?,
        };
        let code = code.ok_or_else(|| refused(name, Refused::ModuleMissing))?;
        let mut settings = settings;
        if latest.source.is_some() && settings.runtime.is_none() {
            settings.runtime = registry::settings(latest)?.runtime;
        }
        let put = PutFunction {
            name: name.clone(),
            code,
            settings,
            create_only: false,
        };
        self.put(account, put).await
    }

    async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::FunctionPage> {
        let after = after_name(next)?;
        let functions = self
            .shared
            .store
            .catalog
            .list_functions(account, after.as_ref(), limit + 1)
            .await?;
        let (functions, next) = page_by_name(functions, limit, |f| &f.name);
        Ok(wire::FunctionPage {
            items: functions.into_iter().map(view).collect::<Result<_>>()?,
            next,
        })
    }

    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Function> {
        let found = self
            .shared
            .store
            .catalog
            .find_function(account, name)
            .await?;
        view(found.ok_or_else(|| function_not_found(name, None))?)
    }

    async fn version(
        &self,
        account: AccountId,
        name: &Name,
        version: u32,
    ) -> Result<wire::FunctionVersion> {
        let catalog = &self.shared.store.catalog;
        let found = catalog
            .find_function_version(account, name, version)
            .await?;
        let absent = || function_not_found(name, Some(&version.to_string()));
        view_version(&found.ok_or_else(absent)?)
    }

    async fn versions(&self, account: AccountId, name: &Name) -> Result<wire::FunctionVersions> {
        let versions = self
            .shared
            .store
            .catalog
            .function_versions(account, name, limits::PAGE_SIZE_MAX)
            .await?;
        if versions.is_empty() {
            return Err(function_not_found(name, None));
        }
        Ok(wire::FunctionVersions {
            items: versions.iter().map(view_version).collect::<Result<_>>()?,
        })
    }

    async fn delete(&self, account: AccountId, name: &Name) -> Result<()> {
        self.forget_urls(account, name).await?;
        let there = self
            .shared
            .store
            .catalog
            .delete_function(account, name)
            .await?;
        self.shared
            .store
            .catalog
            .delete_entry(account, EntryKind::FunctionProfile, name)
            .await?;
        self.forget_function(account, name).await;
        there
            .then_some(())
            .ok_or_else(|| function_not_found(name, None))
    }

    async fn invoke(&self, account: AccountId, invoke: Invoke) -> Result<Invocation> {
        self.invoke_within(account, invoke, Within::default()).await
    }

    async fn serve(&self, account: AccountId, serve: Serve) -> Result<Serving> {
        let registry = &self.shared.registry;
        let qualifier = serve.qualifier.as_deref();
        let found = registry.qualified(account, &serve.name, qualifier).await?;
        let absent = || function_not_found(&serve.name, qualifier);
        let (function, _) = found.ok_or_else(absent)?;
        if function.kind != Kind::Http {
            return Ok(Serving::TakesEvents(serve.request));
        }
        let request_id = self.request_id();
        let within = Within::default();
        let caller = caller(account, &request_id, serve.traceparent, within);
        let dispatcher = &self.shared.dispatcher;
        let room = dispatcher.room(account, &function);
        let room = room.map_err(|r| refused(&serve.name, r))?;
        let answered = dispatcher.serve(&function, caller, serve.request, room);
        let answered = answered.await.map_err(|r| refused(&serve.name, r))?;
        Ok(Serving::Answers(Served {
            request_id,
            response: answered.map_err(failure),
        }))
    }

    async fn invoke_async(
        &self,
        account: AccountId,
        invoke: Invoke,
        terms: EventTerms,
    ) -> Result<wire::Execution> {
        let qualifier = invoke.qualifier.as_deref();
        let registry = &self.shared.registry;
        let found = registry.qualified(account, &invoke.name, qualifier).await?;
        let absent = || function_not_found(&invoke.name, qualifier);
        let (function, release) = found.ok_or_else(absent)?;
        let definition = self.event_machine(account, (&function, release), qualifier, &terms);
        let definition = definition.await?;
        let definition = self
            .shared
            .store
            .catalog
            .put_definition(&definition)
            .await?;
        let new = NewExecution {
            machine: MachineName::OfFunction(invoke.name.clone()),
            machine_version: function.version,
            definition,
            name: terms.name,
            input: invoke.event,
            terms: None,
            role: None,
            is_express: false,
        };
        Ok(self.start_execution(account, new, None).await?.0)
    }
}

impl Port {
    /// Invokes a function for somebody whose own time may be over before the function's is.
    pub(crate) async fn invoke_within(
        &self,
        account: AccountId,
        invoke: Invoke,
        within: Within,
    ) -> Result<Invocation> {
        let registry = &self.shared.registry;
        let qualifier = invoke.qualifier.as_deref();
        let found = registry.qualified(account, &invoke.name, qualifier).await?;
        let absent = || function_not_found(&invoke.name, qualifier);
        let (function, release) = found.ok_or_else(absent)?;
        let request_id = self.request_id();
        let caller = caller(account, &request_id, invoke.traceparent, within);
        let dispatcher = &self.shared.dispatcher;
        let room = dispatcher.room(account, &function);
        let _room = room.map_err(|r| refused(&invoke.name, r))?;
        let finished = dispatcher.invoke(&function, caller, invoke.event).await;
        let finished = finished.map_err(|r| refused(&invoke.name, r))?;
        Ok(Invocation {
            request_id,
            version: function.version,
            release,
            outcome: finished.outcome.map_err(failure),
            duration_us: finished.duration_us,
            fuel_used: finished.fuel_used,
            memory_bytes: finished.memory_bytes,
        })
    }

    /// An id for an invocation.
    pub(super) fn request_id(&self) -> String {
        let (chance, clock) = (&self.shared.chance, &self.shared.clock);
        ExecutionId::new(chance.slot(), clock.now(), chance.draw()).to_string()
    }
}

/// Who calls outside of any execution.
fn caller(
    account: AccountId,
    request_id: &str,
    traceparent: Option<String>,
    within: Within,
) -> Caller {
    Caller {
        account,
        request_id: request_id.into(),
        execution: None,
        state: None,
        attempt: None,
        retry: 0,
        within,
        traceparent,
    }
}

fn failure(failure: steploom_call::Failure) -> FunctionFailure {
    FunctionFailure {
        error: failure.error,
        cause: failure.cause,
        object: failure.object,
    }
}

fn view(function: catalog::Function) -> Result<wire::Function> {
    Ok(wire::Function {
        latest: view_version(&function.latest)?,
        name: function.name,
        created_at: function.created_at,
    })
}

fn view_version(version: &catalog::FunctionVersion) -> Result<wire::FunctionVersion> {
    let kind: Kind = version.kind.parse()?;
    Ok(wire::FunctionVersion {
        version: version.version,
        module: version.module,
        module_bytes: version.module_bytes,
        source: version.source,
        kind: match kind {
            Kind::Command => FunctionKind::Command,
            Kind::Reactor => FunctionKind::Reactor,
            Kind::Handler => FunctionKind::Handler,
            Kind::Http => FunctionKind::Http,
        },
        settings: registry::settings(version)?,
        created_at: version.created_at,
    })
}

pub(super) fn refused(name: &Name, refused: Refused) -> Error {
    match refused {
        Refused::TooManyRequests { retry_after_s } => Error::new(
            steploom_types::Kind::Exhausted,
            "TooManyRequests",
            format!("no sandbox came free for '{name}' in time; try again in {retry_after_s} s, or start it durably with invoke-async"),
        )
        .with_retry_after(retry_after_s),
        Refused::ModuleMissing => StoreError::Corrupt(format!("the module of '{name}' is missing from object storage")).into(),
        Refused::Failed(error) => error,
    }
}
