//! State machines.

use async_trait::async_trait;
use steploom_api::port::Machines;
use steploom_api::wire;
use steploom_asl::Diagnostic;
use steploom_store::Error as StoreError;
use steploom_store::catalog::{Machine, MachineVersion, Put};
use steploom_types::error::Problem;
use steploom_types::{AccountId, Error, Json, Name, Result, limits};

use super::{Port, after_name, machine_not_found, page_by_name};
use crate::archive::keeper;
use crate::share;

#[async_trait]
impl Machines for Port {
    async fn put(
        &self,
        account: AccountId,
        name: Name,
        definition: &str,
        create_only: bool,
    ) -> Result<wire::Machine> {
        let parsed =
            steploom_asl::parse(definition).map_err(|rejected| refused(&rejected.diagnostics))?;
        self.ensure_limit(&parsed.machine)?;
        let warnings = parsed.warnings.iter().map(diagnostic).collect();
        let put = if create_only {
            Put::Create
        } else {
            Put::Upsert
        };
        let at = self.shared.clock.now();
        let machine = self.shared.store.catalog.put_machine(account, &name, definition, at, put).await.map_err(|e| match e {
            StoreError::Exists { .. } => {
                Error::conflict("MachineExists", format!("there is a machine '{name}' already, with another definition; leave out 'If-None-Match' to make a new version of it"))
            }
            other => other.into(),
        })?;
        self.forget_machine(account, &name).await;
        Ok(wire::Machine {
            summary: summary(machine),
            definition: shown(definition)?,
            warnings,
        })
    }

    async fn validate(&self, _account: AccountId, definition: &str) -> Result<wire::Validation> {
        let (valid, diagnostics) = match steploom_asl::parse(definition) {
            Ok(parsed) => (true, parsed.warnings),
            Err(rejected) => (false, rejected.diagnostics),
        };
        Ok(wire::Validation {
            valid,
            diagnostics: diagnostics.iter().map(diagnostic).collect(),
        })
    }

    async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::MachinePage> {
        let after = after_name(next)?;
        let machines = self
            .shared
            .store
            .catalog
            .list_machines(account, after.as_ref(), limit + 1)
            .await?;
        let (machines, next) = page_by_name(machines, limit, |m| &m.name);
        Ok(wire::MachinePage {
            items: machines.into_iter().map(summary).collect(),
            next,
        })
    }

    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Machine> {
        let catalog = &self.shared.store.catalog;
        let machine = catalog
            .find_machine(account, name)
            .await?
            .ok_or_else(|| machine_not_found(name))?;
        let digest = machine.latest.definition;
        let definition = catalog.definition(digest).await?;
        let definition = definition
            .ok_or_else(|| StoreError::Corrupt(format!("definition {digest} is missing")))?;
        let warnings = steploom_asl::parse(&definition)
            .map(|parsed| parsed.warnings)
            .unwrap_or_default();
        Ok(wire::Machine {
            summary: summary(machine),
            definition: shown(&definition)?,
            warnings: warnings.iter().map(diagnostic).collect(),
        })
    }

    async fn versions(&self, account: AccountId, name: &Name) -> Result<wire::MachineVersions> {
        let versions = self
            .shared
            .store
            .catalog
            .machine_versions(account, name, limits::PAGE_SIZE_MAX)
            .await?;
        if versions.is_empty() {
            return Err(machine_not_found(name));
        }
        Ok(wire::MachineVersions {
            items: versions.iter().map(version).collect(),
        })
    }

    async fn retention(&self, account: AccountId, name: &Name) -> Result<wire::Retention> {
        self.machine_version(account, name, None).await?;
        keeper::retention(&self.shared, account, name).await
    }

    async fn put_retention(
        &self,
        account: AccountId,
        name: &Name,
        retention: wire::Retention,
    ) -> Result<wire::Retention> {
        self.machine_version(account, name, None).await?;
        keeper::put_retention(&self.shared, account, name, retention).await?;
        Ok(retention)
    }

    async fn share(&self, account: AccountId, name: &Name) -> Result<wire::Share> {
        self.machine_version(account, name, None).await?;
        share::find(&*self.shared.store.catalog, account, name).await
    }

    async fn put_share(
        &self,
        account: AccountId,
        name: &Name,
        share: wire::Share,
    ) -> Result<wire::Share> {
        self.machine_version(account, name, None).await?;
        let at = self.shared.clock.now();
        share::put(&*self.shared.store.catalog, account, name, share, at).await?;
        self.forget_machine(account, name).await;
        Ok(share)
    }

    async fn delete(&self, account: AccountId, name: &Name) -> Result<()> {
        let there = self
            .shared
            .store
            .catalog
            .delete_machine(account, name)
            .await?;
        self.forget_machine(account, name).await;
        there.then_some(()).ok_or_else(|| machine_not_found(name))
    }
}

impl Port {
    /// # Errors
    /// `Invalid`: the machine asks for more data than this server lets it have.
    fn ensure_limit(&self, machine: &steploom_asl::Machine) -> Result<()> {
        let most = self.shared.data_limit_bytes_max();
        if machine.data_bytes_max <= most.max(limits::PAYLOAD_BYTES_MAX as u32) {
            return Ok(());
        }
        let problem = Problem {
            code: "SCHEMA_VALIDATION_FAILED".to_owned(),
            path: "/DataLimit".to_owned(),
            message: format!(
                "The server allows {most} bytes; its operator can allow more: steploom up --data-limit-max"
            ),
        };
        let message = "the definition asks for more data than the server allows";
        Err(Error::invalid("InvalidDefinition", message).with_problems(vec![problem]))
    }
}

fn summary(machine: Machine) -> wire::MachineSummary {
    wire::MachineSummary {
        name: machine.name,
        created_at: machine.created_at,
        latest: version(&machine.latest),
    }
}

fn version(version: &MachineVersion) -> wire::MachineVersion {
    wire::MachineVersion {
        version: version.version,
        definition_digest: version.definition,
        created_at: version.created_at,
    }
}

fn diagnostic(diagnostic: &Diagnostic) -> wire::Diagnostic {
    wire::Diagnostic {
        severity: match diagnostic.severity {
            steploom_asl::Severity::Error => wire::Severity::Error,
            steploom_asl::Severity::Warning => wire::Severity::Warning,
        },
        code: diagnostic.code.to_owned(),
        path: diagnostic.path.clone(),
        message: diagnostic.message.clone(),
    }
}

/// A definition as answers show it: JSON, also where its author wrote YAML.
fn shown(definition: &str) -> Result<Json> {
    if definition.trim_ascii_start().starts_with('{') {
        return Json::parse(definition);
    }
    match steploom_asl::tree(definition) {
        Ok(tree) => Ok(tree.into()),
        Err(rejected) => Err(refused(&rejected.diagnostics)),
    }
}

/// A definition that is refused, with every place that is wrong.
fn refused(diagnostics: &[Diagnostic]) -> Error {
    let problems: Vec<_> = diagnostics
        .iter()
        .filter(|d| d.severity == steploom_asl::Severity::Error)
        .map(|d| Problem {
            code: d.code.to_owned(),
            path: d.path.clone(),
            message: d.message.clone(),
        })
        .collect();
    let count = problems.len();
    let things = if count == 1 {
        "one thing is"
    } else {
        "several things are"
    };
    Error::invalid(
        "InvalidDefinition",
        format!("{things} wrong with the definition ({count})"),
    )
    .with_problems(problems)
}
