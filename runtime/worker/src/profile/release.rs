//! Releases: versions with their settings, published under numbers that are never used twice.

use serde::{Deserialize, Serialize};
use steploom_api::wire::{self, ReleaseNumber};
use steploom_store::catalog::Machine;
use steploom_types::{AccountId, Error, Kind, Name, Result, Timestamp, limits};

use super::Profile;

/// How callers name the revision of a machine that is as it was made (AWS as well).
const INITIAL: &str = "INITIAL";

/// A release, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    #[serde(flatten)]
    shown: wire::Release,
    /// How often the settings had been changed.
    changes: u32,
}

impl Profile {
    /// Publishes the machine as it is; whether that is new.
    ///
    /// # Errors
    /// `Conflict` / `RevisionChanged`; `Exhausted` / `TooManyReleases`; `Invalid` / `InvalidDescription`.
    pub(crate) fn publish(
        &mut self,
        (account, machine): (AccountId, &Machine),
        publish: wire::PublishMachine,
        now: Timestamp,
    ) -> Result<(wire::Release, bool)> {
        check_description(publish.description.as_deref())?;
        let revision = self.revision(account, machine);
        let current = revision.as_deref().unwrap_or(INITIAL);
        if publish.revision.is_some_and(|asked| asked != current) {
            let message = format!("the machine's revision is {current} now");
            return Err(Error::conflict("RevisionChanged", message));
        }
        let version = machine.latest.version;
        if let Some(newest) = self.releases.last()
            && (newest.shown.version, newest.changes) == (version, self.changes)
        {
            return Ok((newest.shown.clone(), false));
        }
        let most = limits::RELEASES_MAX;
        if self.releases.len() >= most {
            return Err(Error::new(
                Kind::Exhausted,
                "TooManyReleases",
                format!("a machine has at most {most} releases; delete those that are not needed"),
            ));
        }
        self.releases_made += 1;
        let release = wire::Release {
            number: ReleaseNumber(self.releases_made),
            version,
            description: publish.description,
            revision,
            settings: self.settings.clone(),
            created_at: now,
        };
        self.releases.push(Kept {
            shown: release.clone(),
            changes: self.changes,
        });
        Ok((release, true))
    }

    /// The releases, newest first.
    pub(crate) fn releases(&self) -> wire::Releases {
        wire::Releases {
            items: self
                .releases
                .iter()
                .rev()
                .map(|kept| kept.shown.clone())
                .collect(),
        }
    }

    /// One of them.
    ///
    /// # Errors
    /// `NotFound` / `ReleaseNotFound`.
    pub(crate) fn release(&self, machine: &Name, number: ReleaseNumber) -> Result<&wire::Release> {
        let found = self
            .releases
            .iter()
            .find(|kept| kept.shown.number == number);
        found.map(|kept| &kept.shown).ok_or_else(|| {
            Error::not_found(
                "ReleaseNotFound",
                format!(
                    "machine '{machine}' has no release {number}; 'steploom machine releases {machine}' shows those there are"
                ),
            )
        })
    }

    /// # Errors
    /// `NotFound` / `ReleaseNotFound`; `Conflict` / `ReleaseInUse`.
    pub(crate) fn delete_release(&mut self, machine: &Name, number: ReleaseNumber) -> Result<()> {
        self.release(machine, number)?;
        let users: Vec<_> = self.aliases_of(number).map(Name::as_str).collect();
        if !users.is_empty() {
            let message = format!(
                "release {number} is what {} stands for; change or delete that first",
                users.join(", ")
            );
            return Err(Error::conflict("ReleaseInUse", message));
        }
        self.releases.retain(|kept| kept.shown.number != number);
        Ok(())
    }
}

/// # Errors
/// `Invalid` / `InvalidDescription`.
pub(super) fn check_description(description: Option<&str>) -> Result<()> {
    let most = limits::DESCRIPTION_LENGTH_MAX;
    match description.map(|text| text.chars().count()) {
        Some(count) if count > most => Err(Error::invalid(
            "InvalidDescription",
            format!("a description has at most {most} characters, not {count}"),
        )),
        _ => Ok(()),
    }
}
