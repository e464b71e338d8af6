//! A machine's share of the permits of a node, as it was set.

use steploom_api::wire::Share;
use steploom_store::catalog::{Entry, EntryKind, Put};
use steploom_store::{Catalog, Error as StoreError};
use steploom_types::{AccountId, Error, Name, Result, Timestamp, limits};

/// The share of a machine; that of one for which none was set is the default.
pub(crate) async fn find(
    catalog: &dyn Catalog,
    account: AccountId,
    machine: &Name,
) -> Result<Share> {
    let found = catalog
        .find_entry(account, EntryKind::Share, machine)
        .await?;
    found.map_or(Ok(Share::default()), |entry| read(&entry))
}

fn read(entry: &Entry) -> Result<Share> {
    serde_json::from_str(&entry.body)
        .map_err(|e| StoreError::Corrupt(format!("share of '{}': {e}", entry.name)).into())
}

/// Sets it.
///
/// # Errors
/// `Invalid` / `InvalidShare`.
pub(crate) async fn put(
    catalog: &dyn Catalog,
    account: AccountId,
    machine: &Name,
    share: Share,
    at: Timestamp,
) -> Result<()> {
    let most = limits::WEIGHT_MAX;
    if !(1..=most).contains(&share.weight) {
        let message = format!("'weight' is {}; it must be 1 to {most}", share.weight);
        return Err(Error::invalid("InvalidShare", message));
    }
    let entry = Entry {
        name: machine.clone(),
        body: serde_json::to_string(&share).map_err(Error::internal)?,
        created_at: at,
    };
    catalog
        .put_entry(account, EntryKind::Share, &entry, Put::Upsert)
        .await?;
    Ok(())
}
