//! Machines: a definition is valid if it has a `StartAt`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use steploom_api::port::{Machines, PutMachine};
use steploom_api::wire;
use steploom_types::error::Problem;
use steploom_types::{AccountId, Digest, Error, Json, Name, Result, Timestamp};

use super::{State, World, check_account, page};

fn absent(name: &Name) -> Error {
    Error::not_found("MachineNotFound", format!("there is no machine '{name}'"))
}

fn version(number: usize, definition: &str) -> wire::MachineVersion {
    wire::MachineVersion {
        version: number as u32,
        definition_digest: Digest::of(definition.as_bytes()),
        created_at: Timestamp::from_millis(1_700_000_000_000),
    }
}

fn summary(state: &State, name: &Name, versions: &[String]) -> wire::MachineSummary {
    let latest = version(versions.len(), versions.last().unwrap());
    wire::MachineSummary {
        name: name.clone(),
        created_at: latest.created_at,
        latest,
        machine_type: type_of(state, name).unwrap_or_default(),
    }
}

fn type_of(state: &State, name: &Name) -> Option<wire::MachineType> {
    let profile = state.profiles.get(name);
    profile.map(|profile| profile.settings.machine_type)
}

fn machine(state: &State, name: &Name) -> wire::Machine {
    let versions = &state.machines[name];
    wire::Machine {
        summary: summary(state, name, versions),
        definition: Json::parse(versions.last().unwrap()).unwrap(),
        warnings: Vec::new(),
    }
}

fn diagnostics(definition: &str) -> Vec<wire::Diagnostic> {
    let found = match Json::parse(definition) {
        Err(error) => Some(("INVALID_JSON", "", error.message)),
        Ok(json) if json.value().get("StartAt").is_none() => {
            let message = "StartAt is missing".to_owned();
            Some(("MISSING_START_AT", "/StartAt", message))
        }
        Ok(_) => None,
    };
    let diagnostic = |(code, path, message): (&str, &str, String)| wire::Diagnostic {
        severity: wire::Severity::Error,
        code: code.into(),
        path: path.into(),
        message,
    };
    found.map(diagnostic).into_iter().collect()
}

#[async_trait]
impl Machines for World {
    async fn put(&self, account: AccountId, put: PutMachine) -> Result<wire::Machine> {
        check_account(account);
        let (name, definition) = (put.name, put.definition.as_str());
        self.maybe_fail()?;
        let wrong: Vec<_> = diagnostics(definition)
            .into_iter()
            .map(|d| Problem {
                code: d.code,
                path: d.path,
                message: d.message,
            })
            .collect();
        if !wrong.is_empty() {
            let error = Error::invalid("InvalidDefinition", "the definition is wrong");
            return Err(error.with_problems(wrong));
        }
        self.change(|state| {
            if let Some(wanted) = put.machine_type {
                let had = type_of(state, &name).unwrap_or_default();
                if state.machines.contains_key(&name) && had != wanted {
                    return Err(Error::conflict("MachineTypeFixed", "it is of another type"));
                }
                let profile = state.profiles.entry(name.clone()).or_default();
                profile.settings.machine_type = wanted;
            }
            let versions = state.machines.entry(name.clone()).or_default();
            if versions.last().is_none_or(|last| last != definition) {
                if put.create_only && !versions.is_empty() {
                    return Err(Error::conflict("MachineExists", "it is there already"));
                }
                versions.push(definition.to_owned());
            }
            Ok(machine(state, &name))
        })
    }

    async fn validate(
        &self,
        account: AccountId,
        definition: &str,
        _: wire::MachineType,
    ) -> Result<wire::Validation> {
        check_account(account);
        let diagnostics = diagnostics(definition);
        Ok(wire::Validation {
            valid: diagnostics.is_empty(),
            diagnostics,
        })
    }

    async fn list(
        &self,
        account: AccountId,
        limit: u32,
        next: Option<String>,
    ) -> Result<wire::MachinePage> {
        check_account(account);
        let state = self.state();
        let all = state.machines.iter();
        let all = all.map(|(n, v)| summary(&state, n, v)).collect();
        let (items, next) = page(all, limit, next.as_deref());
        Ok(wire::MachinePage { items, next })
    }

    async fn get(&self, account: AccountId, name: &Name) -> Result<wire::Machine> {
        check_account(account);
        let state = self.state();
        state.machines.get(name).ok_or_else(|| absent(name))?;
        Ok(machine(&state, name))
    }

    async fn definition(
        &self,
        account: AccountId,
        name: &Name,
        number: u32,
    ) -> Result<wire::Definition> {
        check_account(account);
        let state = self.state();
        let versions = state.machines.get(name).ok_or_else(|| absent(name))?;
        let at = number.checked_sub(1).ok_or_else(|| absent(name))?;
        let text = versions.get(at as usize).ok_or_else(|| absent(name))?;
        Ok(wire::Definition {
            version: number,
            created_at: version(versions.len(), text).created_at,
            definition: Json::parse(text).unwrap(),
            variable_references: BTreeMap::new(),
        })
    }

    async fn versions(&self, account: AccountId, name: &Name) -> Result<wire::MachineVersions> {
        check_account(account);
        let state = self.state();
        let versions = state.machines.get(name).ok_or_else(|| absent(name))?;
        let numbered = versions.iter().enumerate().rev();
        let items = numbered.map(|(at, text)| version(at + 1, text)).collect();
        Ok(wire::MachineVersions { items })
    }

    async fn retention(&self, account: AccountId, name: &Name) -> Result<wire::Retention> {
        check_account(account);
        let state = self.state();
        state.machines.get(name).ok_or_else(|| absent(name))?;
        Ok(state.retentions.get(name).copied().unwrap_or_default())
    }

    async fn put_retention(
        &self,
        account: AccountId,
        name: &Name,
        retention: wire::Retention,
    ) -> Result<wire::Retention> {
        check_account(account);
        self.change(|state| {
            state.machines.get(name).ok_or_else(|| absent(name))?;
            state.retentions.insert(name.clone(), retention);
            Ok(retention)
        })
    }

    async fn share(&self, account: AccountId, name: &Name) -> Result<wire::Share> {
        check_account(account);
        let state = self.state();
        state.machines.get(name).ok_or_else(|| absent(name))?;
        Ok(state.shares.get(name).copied().unwrap_or_default())
    }

    async fn put_share(
        &self,
        account: AccountId,
        name: &Name,
        share: wire::Share,
    ) -> Result<wire::Share> {
        check_account(account);
        self.change(|state| {
            state.machines.get(name).ok_or_else(|| absent(name))?;
            state.shares.insert(name.clone(), share);
            Ok(share)
        })
    }

    async fn delete(&self, account: AccountId, name: &Name) -> Result<()> {
        check_account(account);
        let gone = self.change(|state| state.machines.remove(name));
        gone.map(|_| ()).ok_or_else(|| absent(name))
    }
}
