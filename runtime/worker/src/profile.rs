//! What a machine has besides its definitions, as one entry of the catalog.

mod alias;
mod release;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steploom_api::wire;
use steploom_store::Catalog;
use steploom_store::catalog::{Entry, EntryKind, Machine};
use steploom_types::{AccountId, Digest, Error, ExecutionId, Name, Result, Timestamp, limits};

use crate::{belonging, tags};

/// See [`wire::MachineProfile`]; the entry's body.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Profile {
    pub(crate) settings: wire::MachineSettings,
    pub(crate) tags: BTreeMap<String, String>,
    /// How often the settings were changed.
    changes: u32,
    changed_at: Option<Timestamp>,
    /// The number that was given last.
    releases_made: u32,
    releases: Vec<release::Kept>,
    aliases: BTreeMap<Name, wire::Alias>,
}

impl Profile {
    /// What callers see of it. `machine` is the one it belongs to.
    pub(crate) fn shown(&self, account: AccountId, machine: &Machine) -> wire::MachineProfile {
        let version = &machine.latest;
        wire::MachineProfile {
            settings: self.settings.clone(),
            tags: self.tags.clone(),
            revision: self.revision(account, machine),
            updated_at: self
                .changed_at
                .map_or(version.created_at, |at| at.max(version.created_at)),
        }
    }

    /// Names the definition and the settings as they are; `None` as long as they are as they were made.
    fn revision(&self, account: AccountId, machine: &Machine) -> Option<String> {
        let version = machine.latest.version;
        if version == 1 && self.changes == 0 {
            return None;
        }
        let made = machine.created_at.as_millis();
        let text = format!(
            "revision\0{account}\0{}\0{made}\0{version}\0{}",
            machine.name, self.changes
        );
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Digest::of(text.as_bytes()).as_bytes()[..16]);
        Some(ExecutionId::from_bytes(bytes).to_string())
    }

    /// Takes new settings; those of a machine that is being made may be of either type.
    ///
    /// # Errors
    /// `Conflict` / `MachineTypeFixed`; `Invalid` / `InvalidSettings`.
    pub(crate) fn set(
        &mut self,
        settings: wire::MachineSettings,
        is_new: bool,
        now: Timestamp,
    ) -> Result<()> {
        check(&settings)?;
        if !is_new && settings.machine_type != self.settings.machine_type {
            return Err(Error::conflict(
                "MachineTypeFixed",
                "a machine's type cannot be changed; delete the machine and make it again",
            ));
        }
        if settings != self.settings && !is_new {
            self.changes += 1;
            self.changed_at = Some(now);
        }
        self.settings = settings;
        Ok(())
    }

    /// # Errors
    /// `Invalid` / `InvalidTags`, `TooManyTags`.
    pub(crate) fn change_tags(&mut self, change: &wire::ChangeTags) -> Result<wire::Tags> {
        tags::change(&mut self.tags, change)?;
        Ok(wire::Tags {
            tags: self.tags.clone(),
        })
    }
}

fn check(settings: &wire::MachineSettings) -> Result<()> {
    let refuse = |message: String| Err(Error::invalid("InvalidSettings", message));
    let destinations = &settings.logging.destinations;
    let (count_max, bytes_max) = (limits::LOG_DESTINATIONS_MAX, limits::ARN_BYTES_MAX);
    if destinations.len() > count_max {
        return refuse(format!(
            "there are {} log destinations; at most {count_max} are allowed",
            destinations.len()
        ));
    }
    let mut texts = destinations.iter().chain(&settings.role);
    match texts.find(|text| text.is_empty() || text.len() > bytes_max) {
        Some(text) => refuse(format!(
            "an ARN has 1 to {bytes_max} bytes, not {}",
            text.len()
        )),
        None => Ok(()),
    }
}

/// The profile of a machine; that of one that was given none is the default.
pub(crate) async fn find(
    catalog: &dyn Catalog,
    account: AccountId,
    machine: &Machine,
) -> Result<Profile> {
    let of = (account, &machine.name, machine.created_at);
    belonging::find(catalog, EntryKind::Profile, of).await
}

/// What an entry has to say of the machine of its name that was made then.
pub(crate) fn read(entry: Option<&Entry>, made_at: Timestamp) -> Result<Profile> {
    belonging::read(entry, made_at)
}

/// Changes the profile of the machine of this name that was made then: see [`belonging::change`].
///
/// # Errors
/// Those of `change`; `Unavailable` / `Busy` when others change it all the time.
pub(crate) async fn change<T>(
    catalog: &dyn Catalog,
    of: (AccountId, &Name, Timestamp),
    now: Timestamp,
    change: impl FnMut(&mut Profile) -> Result<T>,
) -> Result<T> {
    belonging::change(catalog, EntryKind::Profile, of, now, change).await
}
