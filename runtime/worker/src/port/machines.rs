//! State machines.

use async_trait::async_trait;
use steploom_api::port::{Machines, PutMachine};
use steploom_api::wire;
use steploom_asl::{Diagnostic, Options};
use steploom_store::Error as StoreError;
use steploom_store::catalog::{EntryKind, Machine, MachineVersion, Put};
use steploom_types::error::Problem;
use steploom_types::{AccountId, Digest, Error, Json, Name, Result, Timestamp, limits};

use super::{Port, after_name, machine_not_found, page_by_name};
use crate::archive::keeper;
use crate::profile::{self, Profile};
use crate::share;

#[async_trait]
impl Machines for Port {
    async fn put(&self, account: AccountId, put: PutMachine) -> Result<wire::Machine> {
        let name = put.name.clone();
        let catalog = &*self.shared.store.catalog;
        let was = catalog.find_machine(account, &name).await?;
        let machine_type = self.type_of(account, &put, was.as_ref()).await?;
        let parsed = steploom_asl::parse_with(&put.definition, &options(machine_type))
            .map_err(|rejected| refused(&rejected.diagnostics))?;
        self.ensure_limit(&parsed.machine)?;
        crate::tags::check(&put.tags)?;
        if let Some(settings) = &put.settings {
            Profile::default().set(settings.clone(), true, self.shared.clock.now())?;
        }
        let warnings = parsed.warnings.iter().map(diagnostic).collect();
        let mode = if put.create_only {
            Put::Create
        } else {
            Put::Upsert
        };
        let at = self.shared.clock.now();
        if let Some(was) = &was {
            self.ensure_may_be(account, was, &put).await?;
        }
        // The profile comes first: what is left of it if this is cut short belongs to no machine.
        if was.is_none() {
            self.make_profile(account, &put, at).await?;
        }
        let machine = catalog
            .put_machine(account, &name, &put.definition, at, mode)
            .await
            .map_err(|e| match e {
                StoreError::Exists { .. } => exists(&name),
                other => other.into(),
            })?;
        let profile = match was {
            Some(was) if was.created_at == machine.created_at => {
                self.update_profile(account, &put, &machine).await?
            }
            _ if machine.created_at == at => self.make_profile(account, &put, at).await?,
            _ => profile::find(catalog, account, &machine).await?,
        };
        self.forget_machine(account, &name).await;
        Ok(wire::Machine {
            summary: summary(machine, profile.settings.machine_type),
            definition: shown(&put.definition)?,
            warnings,
        })
    }

    async fn validate(
        &self,
        _account: AccountId,
        definition: &str,
        machine_type: wire::MachineType,
    ) -> Result<wire::Validation> {
        let parsed = steploom_asl::parse_with(definition, &options(machine_type));
        let (valid, diagnostics) = match parsed {
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
        let catalog = &self.shared.store.catalog;
        let profiles = catalog
            .list_entries(account, EntryKind::Profile, after.as_ref(), limit)
            .await?;
        let mut profiles = profiles.iter().peekable();
        let mut items = Vec::with_capacity(machines.len());
        for machine in machines {
            while profiles.next_if(|p| p.name < machine.name).is_some() {}
            let entry = profiles.next_if(|p| p.name == machine.name);
            let profile = profile::read(entry, machine.created_at)?;
            items.push(summary(machine, profile.settings.machine_type));
        }
        Ok(wire::MachinePage { items, next })
    }

    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Machine> {
        let catalog = &self.shared.store.catalog;
        let machine = catalog
            .find_machine(account, name)
            .await?
            .ok_or_else(|| machine_not_found(name))?;
        let profile = profile::find(&**catalog, account, &machine).await?;
        let definition = self.definition_text(machine.latest.definition).await?;
        let warnings = steploom_asl::parse(&definition)
            .map(|parsed| parsed.warnings)
            .unwrap_or_default();
        Ok(wire::Machine {
            summary: summary(machine, profile.settings.machine_type),
            definition: shown(&definition)?,
            warnings: warnings.iter().map(diagnostic).collect(),
        })
    }

    async fn definition(
        &self,
        account: AccountId,
        name: &Name,
        version: u32,
    ) -> Result<wire::Definition> {
        let found = self.machine_version(account, name, Some(version)).await?;
        let definition = self.definition_text(found.definition).await?;
        let checked = self.shared.definitions.get(found.definition).await?;
        let references = checked.variable_references().into_iter();
        let variable_references = references
            .map(|(state, read)| {
                let read = read.into_iter().filter(|name| name != "states");
                (state.to_owned(), read.collect::<Vec<_>>())
            })
            .filter(|(_, read)| !read.is_empty())
            .collect();
        Ok(wire::Definition {
            version: found.version,
            created_at: found.created_at,
            definition: shown(&definition)?,
            variable_references,
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
        let catalog = &self.shared.store.catalog;
        catalog
            .delete_entry(account, EntryKind::Profile, name)
            .await?;
        self.forget_machine(account, name).await;
        there.then_some(()).ok_or_else(|| machine_not_found(name))
    }
}

impl Port {
    async fn definition_text(&self, digest: Digest) -> Result<String> {
        let definition = self.shared.store.catalog.definition(digest).await?;
        let missing = || StoreError::Corrupt(format!("definition {digest} is missing"));
        Ok(definition.ok_or_else(missing)?)
    }

    /// The type of a machine whose definition is put.
    async fn type_of(
        &self,
        account: AccountId,
        put: &PutMachine,
        was: Option<&Machine>,
    ) -> Result<wire::MachineType> {
        let settings = put.settings.as_ref();
        let asked = settings.map(|settings| settings.machine_type);
        match (asked.or(put.machine_type), was) {
            (Some(asked), _) => Ok(asked),
            (None, None) => Ok(wire::MachineType::default()),
            (None, Some(was)) => {
                let catalog = &*self.shared.store.catalog;
                let profile = profile::find(catalog, account, was).await?;
                Ok(profile.settings.machine_type)
            }
        }
    }

    /// The profile of a machine that is being made.
    async fn make_profile(
        &self,
        account: AccountId,
        put: &PutMachine,
        made_at: Timestamp,
    ) -> Result<Profile> {
        let catalog = &*self.shared.store.catalog;
        let of = (account, &put.name, made_at);
        profile::change(catalog, of, made_at, |profile| {
            let settings = put.settings.clone();
            let settings = settings.unwrap_or_else(|| wire::MachineSettings {
                machine_type: put.machine_type.unwrap_or_default(),
                ..wire::MachineSettings::default()
            });
            profile.set(settings, true, made_at)?;
            profile.tags = put.tags.clone();
            Ok(profile.clone())
        })
        .await
    }

    /// The profile of a machine that was there before.
    async fn update_profile(
        &self,
        account: AccountId,
        put: &PutMachine,
        machine: &Machine,
    ) -> Result<Profile> {
        let catalog = &*self.shared.store.catalog;
        let Some(settings) = put.settings.as_ref().filter(|_| !put.create_only) else {
            return profile::find(catalog, account, machine).await;
        };
        let now = self.shared.clock.now();
        let of = (account, &put.name, machine.created_at);
        profile::change(catalog, of, now, |profile| {
            profile.set(settings.clone(), false, now)?;
            Ok(profile.clone())
        })
        .await
    }

    /// Before the definition of a machine that is there is replaced.
    ///
    /// # Errors
    /// `Conflict` / `MachineTypeFixed`, or `MachineExists` where it should be made anew and its settings differ.
    async fn ensure_may_be(
        &self,
        account: AccountId,
        machine: &Machine,
        put: &PutMachine,
    ) -> Result<()> {
        if put.settings.is_none() && put.machine_type.is_none() {
            return Ok(());
        }
        let catalog = &*self.shared.store.catalog;
        let mut profile = profile::find(catalog, account, machine).await?;
        let had = profile.settings.clone();
        let wanted = put.settings.clone();
        let wanted = wanted.unwrap_or_else(|| wire::MachineSettings {
            machine_type: put.machine_type.unwrap_or(had.machine_type),
            ..had.clone()
        });
        if put.create_only {
            let same = had.machine_type == wanted.machine_type
                && had.logging == wanted.logging
                && had.tracing == wanted.tracing;
            return same.then_some(()).ok_or_else(|| exists(&machine.name));
        }
        profile.set(wanted, false, self.shared.clock.now())
    }

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

/// How a definition is read for a machine of a type.
fn options(machine_type: wire::MachineType) -> Options {
    Options {
        express: machine_type == wire::MachineType::Express,
        ..Options::default()
    }
}

fn exists(name: &Name) -> Error {
    Error::conflict(
        "MachineExists",
        format!(
            "there is a machine '{name}' already, with another definition or type; leave out 'If-None-Match' to make a new version of it"
        ),
    )
}

fn summary(machine: Machine, machine_type: wire::MachineType) -> wire::MachineSummary {
    wire::MachineSummary {
        machine_type,
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

/// The places that are wrong.
pub(super) fn problems(diagnostics: &[Diagnostic]) -> Vec<Problem> {
    diagnostics
        .iter()
        .filter(|d| d.severity == steploom_asl::Severity::Error)
        .map(|d| Problem {
            code: d.code.to_owned(),
            path: d.path.clone(),
            message: d.message.clone(),
        })
        .collect()
}

/// A definition that is refused, with every place that is wrong.
fn refused(diagnostics: &[Diagnostic]) -> Error {
    let problems = problems(diagnostics);
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
