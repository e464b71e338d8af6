//! What a function's or a machine's name means now: the version, resolved and ready to run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use steploom_api::wire::{self, FunctionProfile, FunctionSettings, ReleaseNumber};
use steploom_call::{Kind, Limits, Reuse};
use steploom_store::catalog::{EntryKind, FunctionVersion, Machine, MachineVersion};
use steploom_store::{Catalog, Error as StoreError};
use steploom_types::{AccountId, Digest, Grant, MachineName, Name, Result};

use crate::cache::Cache;
use crate::outbound::AllowedHost;
use crate::profile::{self, Profile};
use crate::{belonging, function_profile, share};

/// The qualifier of the newest version.
const LATEST: &str = "$LATEST";

/// A function's version, ready to be called.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: Name,
    pub(crate) version: u32,
    pub(crate) module: Digest,
    pub(crate) kind: Kind,
    pub(crate) limits: Limits,
    /// Attempts at once, at the most.
    pub(crate) concurrency_max: Option<u32>,
    /// Whether that holds for those who invoke it and wait as well: they do not wait for their turn.
    pub(crate) is_reserved: bool,
    /// Whether an attempt is made once at the most.
    pub(crate) at_most_once: bool,
    /// Whether its instances serve more than one call, and for how long.
    pub(crate) reuse: Option<Reuse>,
    pub(crate) environment: Arc<[(String, String)]>,
    pub(crate) volumes: Vec<(Name, String)>,
    /// The hosts that it may call.
    pub(crate) allow_hosts: Arc<[AllowedHost]>,
    /// What it may ask of the platform.
    pub(crate) grants: Arc<[Grant]>,
    /// Who is given events that failed.
    pub(crate) dead_letter: Option<String>,
}

/// Which version: the newest if `None`.
type Key = (AccountId, Name, Option<u32>);

/// A machine and what it has besides its definitions.
#[derive(Debug)]
pub(crate) struct KnownMachine {
    pub(crate) machine: Machine,
    pub(crate) profile: Profile,
}

/// Lots of 0 to 1 that decide where an alias stands for two: one after the other they lie as evenly as can be.
#[derive(Default)]
struct Lots(AtomicU64);

impl Lots {
    fn draw(&self) -> f64 {
        /// 2^64 divided by the golden ratio.
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let lot = self.0.fetch_add(STEP, Ordering::Relaxed);
        (lot >> 11) as f64 / (1_u64 << 53) as f64
    }
}

pub(crate) struct Registry {
    catalog: Arc<dyn Catalog>,
    functions: Cache<Key, Arc<Function>>,
    function_profiles: Cache<(AccountId, Name), Arc<FunctionProfile>>,
    lots: Lots,
    machines: Cache<Key, MachineVersion>,
    profiles: Cache<(AccountId, Name), Arc<KnownMachine>>,
    weights: Cache<(AccountId, MachineName), u32>,
}

impl Registry {
    /// With other nodes on the same catalog, what is known is looked up again now and then.
    pub(crate) fn new(catalog: Arc<dyn Catalog>, is_shared: bool) -> Self {
        /// What a node that was not told of a change lags behind at the most.
        const AGE_MAX: Duration = Duration::from_secs(5);
        let age = is_shared.then_some(AGE_MAX);
        Self {
            catalog,
            functions: Cache::aging(age),
            function_profiles: Cache::aging(age),
            lots: Lots::default(),
            machines: Cache::aging(age),
            profiles: Cache::aging(age),
            weights: Cache::aging(age),
        }
    }

    /// A function by name and qualifier; `None` if there is no such function or version.
    pub(crate) async fn function(
        &self,
        account: AccountId,
        name: &Name,
        qualifier: Option<&str>,
    ) -> Result<Option<Arc<Function>>> {
        let found = self.qualified(account, name, qualifier).await?;
        Ok(found.map(|(function, _)| function))
    }

    /// The same with the release that the qualifier stands for: see [`function_profile::resolve`]. `$LATEST` is
    /// the newest version.
    pub(crate) async fn qualified(
        &self,
        account: AccountId,
        name: &Name,
        qualifier: Option<&str>,
    ) -> Result<Option<(Arc<Function>, Option<ReleaseNumber>)>> {
        let (version, release) = match qualifier {
            None | Some(LATEST) => (None, None),
            Some(text) => {
                let profile = self.function_profile(account, name).await?;
                let resolved = |profile: Arc<FunctionProfile>| {
                    function_profile::resolve(&profile, text, self.lots.draw())
                };
                match profile.and_then(resolved) {
                    Some(resolved) => resolved,
                    None => return Ok(None),
                }
            }
        };
        let function = self.version(account, name, version).await?;
        Ok(function.map(|function| (function, release)))
    }

    async fn version(
        &self,
        account: AccountId,
        name: &Name,
        version: Option<u32>,
    ) -> Result<Option<Arc<Function>>> {
        let key = (account, name.clone(), version);
        let generation = match self.functions.get(&key) {
            Ok(function) => return Ok(Some(function)),
            Err(generation) => generation,
        };
        let row = match version {
            None => self
                .catalog
                .find_function(account, name)
                .await?
                .map(|f| f.latest),
            Some(number) => {
                self.catalog
                    .find_function_version(account, name, number)
                    .await?
            }
        };
        let Some(row) = row else { return Ok(None) };
        let profile = self.function_profile(account, name).await?;
        let mut function = resolve(name, &row)?;
        if let Some(limit) = profile.and_then(|profile| profile.concurrency) {
            function.concurrency_max = Some(limit);
            function.is_reserved = true;
        }
        let function = Arc::new(function);
        self.functions.keep(key, function.clone(), generation);
        Ok(Some(function))
    }

    /// The same without a wait, if it was asked for before.
    pub(crate) fn known(
        &self,
        account: AccountId,
        name: &Name,
        qualifier: Option<&str>,
    ) -> Option<Arc<Function>> {
        let version = match qualifier {
            None | Some(LATEST) => None,
            Some(text) => {
                let profile = self.function_profiles.get(&(account, name.clone())).ok()?;
                function_profile::resolve(&profile, text, self.lots.draw())?.0
            }
        };
        self.functions.get(&(account, name.clone(), version)).ok()
    }

    /// What a function has besides its versions; `None` if there is no such function.
    pub(crate) async fn function_profile(
        &self,
        account: AccountId,
        name: &Name,
    ) -> Result<Option<Arc<FunctionProfile>>> {
        let key = (account, name.clone());
        let generation = match self.function_profiles.get(&key) {
            Ok(profile) => return Ok(Some(profile)),
            Err(generation) => generation,
        };
        let Some(function) = self.catalog.find_function(account, name).await? else {
            return Ok(None);
        };
        let of = (account, name, function.created_at);
        let profile = belonging::find(&*self.catalog, EntryKind::FunctionProfile, of);
        let profile = Arc::new(profile.await?);
        self.function_profiles
            .keep(key, Arc::clone(&profile), generation);
        Ok(Some(profile))
    }

    /// A function was changed or deleted.
    pub(crate) fn forget_function(&self, account: AccountId, name: &Name) {
        self.functions
            .forget(|(a, n, _)| (*a, n) == (account, name));
        self.function_profiles
            .forget(|(a, n)| (*a, n) == (account, name));
    }

    /// A machine's version; `None` if there is no such machine or version.
    pub(crate) async fn machine(
        &self,
        account: AccountId,
        name: &Name,
        version: Option<u32>,
    ) -> Result<Option<MachineVersion>> {
        /// As many as a machine keeps for starts by number.
        const VERSIONS_MAX: u32 = 1000;
        let key = (account, name.clone(), version);
        let generation = match self.machines.get(&key) {
            Ok(machine) => return Ok(Some(machine)),
            Err(generation) => generation,
        };
        let row = match version {
            None => self
                .catalog
                .find_machine(account, name)
                .await?
                .map(|m| m.latest),
            Some(number) => {
                let versions = self
                    .catalog
                    .machine_versions(account, name, VERSIONS_MAX)
                    .await?;
                versions.into_iter().find(|v| v.version == number)
            }
        };
        let Some(row) = row else { return Ok(None) };
        self.machines.keep(key, row.clone(), generation);
        Ok(Some(row))
    }

    /// A machine with its profile; `None` if there is no such machine.
    pub(crate) async fn profile(
        &self,
        account: AccountId,
        name: &Name,
    ) -> Result<Option<Arc<KnownMachine>>> {
        let key = (account, name.clone());
        let generation = match self.profiles.get(&key) {
            Ok(known) => return Ok(Some(known)),
            Err(generation) => generation,
        };
        let Some(machine) = self.catalog.find_machine(account, name).await? else {
            return Ok(None);
        };
        let profile = profile::find(&*self.catalog, account, &machine).await?;
        let known = Arc::new(KnownMachine { machine, profile });
        self.profiles.keep(key, known.clone(), generation);
        Ok(Some(known))
    }

    /// A machine was changed or deleted.
    pub(crate) fn forget_machine(&self, account: AccountId, name: &Name) {
        self.machines.forget(|(a, n, _)| (*a, n) == (account, name));
        self.profiles.forget(|(a, n)| (*a, n) == (account, name));
        self.weights
            .forget(|(a, machine)| *a == account && *machine == MachineName::Named(name.clone()));
    }

    /// The weight of a machine among those that wait for permits, if it was asked for before.
    pub(crate) fn known_weight(&self, account: AccountId, machine: &MachineName) -> Option<u32> {
        self.weights.get(&(account, machine.clone())).ok()
    }

    /// The same of any machine; that of one whose share cannot be read is 1.
    pub(crate) async fn weight(&self, account: AccountId, machine: &MachineName) -> u32 {
        let key = (account, machine.clone());
        let generation = match self.weights.get(&key) {
            Ok(weight) => return weight,
            Err(generation) => generation,
        };
        let share = match machine {
            MachineName::Named(name) => share::find(&*self.catalog, account, name).await,
            MachineName::OfFunction(_) => Ok(wire::Share::default()),
        };
        match share {
            Ok(share) => {
                self.weights.keep(key, share.weight, generation);
                share.weight
            }
            Err(error) => {
                tracing::warn!(%machine, %error, "the share of a machine cannot be read");
                1
            }
        }
    }
}

/// Reads the settings of a stored version.
pub(crate) fn settings(row: &FunctionVersion) -> Result<FunctionSettings> {
    serde_json::from_str(&row.settings)
        .map_err(|e| StoreError::Corrupt(format!("settings of a function: {e}")).into())
}

fn resolve(name: &Name, row: &FunctionVersion) -> Result<Function> {
    let settings = settings(row)?;
    let dead_letter = function_profile::events::dead_letter(&settings).map(str::to_owned);
    let hosts = settings.allow_hosts.into_iter().map(|host| {
        let rule = host.host.parse();
        let rule = rule.map_err(|why: String| StoreError::Corrupt(why))?;
        Ok(AllowedHost {
            rule,
            connection: host.connection,
        })
    });
    let allow_hosts = hosts.collect::<Result<_>>()?;
    Ok(Function {
        dead_letter,
        allow_hosts,
        grants: settings.grants.into(),
        name: name.clone(),
        version: row.version,
        module: row.module,
        kind: row
            .kind
            .parse()
            .map_err(|e| StoreError::Corrupt(format!("kind of a function: {e}")))?,
        limits: Limits {
            timeout_ms: settings.timeout_ms,
            memory_bytes_max: settings.memory_bytes_max,
            fuel_max: settings.fuel_max,
            output_bytes_max: settings.output_bytes_max,
            log_bytes_max: settings.log_bytes_max,
            disk_bytes_max: settings.disk_bytes_max,
        },
        concurrency_max: settings.max_concurrency,
        is_reserved: false,
        at_most_once: settings.at_most_once,
        reuse: (settings.reuse == wire::Reuse::Version).then_some(Reuse {
            uses_max: settings.reuse_uses_max,
            seconds_max: settings.reuse_seconds_max,
        }),
        environment: settings.environment.into_iter().collect(),
        volumes: settings
            .volumes
            .into_iter()
            .map(|v| (v.name, v.path))
            .collect(),
    })
}
