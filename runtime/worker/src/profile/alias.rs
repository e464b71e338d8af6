//! Aliases: names for one release, or for two between which starts are divided.

use steploom_api::wire::{self, AliasRoute, ReleaseNumber};
use steploom_types::{Error, Kind, Name, Result, Timestamp, limits};

use super::Profile;
use super::release::check_description;

/// Releases of an alias (AWS: 2).
const ROUTES_MAX: usize = 2;
/// What the weights of an alias add up to.
const WEIGHTS: u64 = 100;

impl Profile {
    /// Makes an alias or changes it; whether it is new.
    ///
    /// # Errors
    /// `Invalid` / `InvalidAlias`; `NotFound` / `ReleaseNotFound`; `Conflict` / `AliasExists`; `Exhausted` / `TooManyAliases`.
    pub(crate) fn put_alias(
        &mut self,
        (machine, name): (&Name, &Name),
        put: wire::PutAlias,
        create_only: bool,
        now: Timestamp,
    ) -> Result<(wire::Alias, bool)> {
        if name.as_str().bytes().all(|b| b.is_ascii_digit()) {
            return Err(invalid(format!(
                "'{name}' is a number, as releases have; an alias needs a letter"
            )));
        }
        check_description(put.description.as_deref())?;
        let known = self.aliases.get(name);
        let routes = match known {
            Some(known) if put.routes.is_empty() => known.routes.clone(),
            _ => put.routes,
        };
        self.check_routes(machine, &routes)?;
        if let Some(known) = known
            && create_only
        {
            if known.routes == routes && known.description == put.description {
                return Ok((known.clone(), false));
            }
            let message = format!("machine '{machine}' has an alias '{name}' that differs");
            return Err(Error::conflict("AliasExists", message));
        }
        let most = limits::ALIASES_MAX;
        if known.is_none() && self.aliases.len() >= most {
            return Err(Error::new(
                Kind::Exhausted,
                "TooManyAliases",
                format!("a machine has at most {most} aliases; delete those that are not needed"),
            ));
        }
        let alias = wire::Alias {
            name: name.clone(),
            description: put
                .description
                .or_else(|| known.and_then(|known| known.description.clone())),
            routes,
            created_at: known.map_or(now, |known| known.created_at),
            updated_at: now,
        };
        let is_new = known.is_none();
        self.aliases.insert(name.clone(), alias.clone());
        Ok((alias, is_new))
    }

    fn check_routes(&self, machine: &Name, routes: &[AliasRoute]) -> Result<()> {
        if routes.is_empty() || routes.len() > ROUTES_MAX {
            let count = routes.len();
            return Err(invalid(format!(
                "an alias stands for 1 or {ROUTES_MAX} releases, not {count}"
            )));
        }
        if routes.len() == 2 && routes[0].release == routes[1].release {
            return Err(invalid(
                "an alias cannot stand for the same release twice".to_owned(),
            ));
        }
        let sum: u64 = routes.iter().map(|route| u64::from(route.weight)).sum();
        if sum != WEIGHTS {
            return Err(invalid(format!(
                "the weights must add up to {WEIGHTS}, not to {sum}"
            )));
        }
        for route in routes {
            self.release(machine, route.release)?;
        }
        Ok(())
    }

    /// The aliases, by name.
    pub(crate) fn aliases(&self) -> wire::Aliases {
        wire::Aliases {
            items: self.aliases.values().cloned().collect(),
        }
    }

    /// # Errors
    /// `NotFound` / `AliasNotFound`.
    pub(crate) fn alias(&self, machine: &Name, name: &Name) -> Result<&wire::Alias> {
        let found = self.aliases.get(name);
        found.ok_or_else(|| not_found(machine, name))
    }

    /// # Errors
    /// `NotFound` / `AliasNotFound`.
    pub(crate) fn delete_alias(&mut self, machine: &Name, name: &Name) -> Result<()> {
        let deleted = self.aliases.remove(name);
        deleted.map(|_| ()).ok_or_else(|| not_found(machine, name))
    }

    /// Those that stand for a release.
    pub(super) fn aliases_of(&self, release: ReleaseNumber) -> impl Iterator<Item = &Name> {
        self.aliases
            .values()
            .filter(move |alias| alias.routes.iter().any(|route| route.release == release))
            .map(|alias| &alias.name)
    }

    /// The release that a start by a qualifier runs, and the alias if it is one. `lot` decides where an alias
    /// stands for two.
    ///
    /// # Errors
    /// `NotFound` / `ReleaseNotFound` or `AliasNotFound`.
    pub(crate) fn resolve(
        &self,
        machine: &Name,
        qualifier: &Name,
        lot: u64,
    ) -> Result<(&wire::Release, Option<Name>)> {
        if let Ok(number) = qualifier.as_str().parse() {
            return self.release(machine, number).map(|release| (release, None));
        }
        let alias = self.alias(machine, qualifier)?;
        let mut left = lot % WEIGHTS;
        let route = alias.routes.iter().find(|route| {
            let is_it = left < u64::from(route.weight);
            left = left.saturating_sub(route.weight.into());
            is_it
        });
        let route = route.ok_or_else(|| not_found(machine, qualifier))?;
        let release = self.release(machine, route.release)?;
        Ok((release, Some(alias.name.clone())))
    }
}

fn not_found(machine: &Name, name: &Name) -> Error {
    Error::not_found(
        "AliasNotFound",
        format!(
            "machine '{machine}' has no alias '{name}'; 'steploom machine alias list {machine}' shows those there are"
        ),
    )
}

fn invalid(message: String) -> Error {
    Error::invalid("InvalidAlias", message)
}
