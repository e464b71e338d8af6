//! Addresses of a function and of its aliases. Which function an id stands for is an entry of the catalog, of no
//! account; what an entry says counts only as long as the function says the same.

use serde::{Deserialize, Serialize};
use steploom_api::wire::{FunctionProfile, FunctionUrl, PutFunctionUrl, UrlAuth};
use steploom_types::{AccountId, Error, Name, Result, Timestamp};

/// Under which account the entries stand.
pub(crate) const OF_NO_ACCOUNT: AccountId = AccountId::LOCAL;

/// What an id stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Owner {
    pub(crate) account: AccountId,
    pub(crate) function: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) alias: Option<Name>,
}

/// The address of a function, or of an alias.
pub(crate) fn find<'p>(
    profile: &'p FunctionProfile,
    alias: Option<&Name>,
) -> Option<&'p FunctionUrl> {
    profile.urls.get(key(alias))
}

/// Makes an address, with an id that nothing else has, or changes it.
///
/// # Errors
/// `NotFound` / `QualifierNotFound` or `UrlNotFound`; `Conflict` / `UrlExists`.
pub(crate) fn put(
    profile: &mut FunctionProfile,
    owner: &Owner,
    (id, put): (&Name, &PutFunctionUrl),
    now: Timestamp,
) -> Result<FunctionUrl> {
    let (function, alias) = (&owner.function, owner.alias.as_ref());
    if let Some(name) = alias.filter(|name| !profile.aliases.contains_key(*name)) {
        let message = format!("function '{function}' has no alias '{name}'");
        return Err(Error::not_found("QualifierNotFound", message));
    }
    let known = find(profile, alias).cloned();
    let url = match known {
        Some(_) if put.is_new => {
            let message = format!("'{function}' has an address");
            return Err(Error::conflict("UrlExists", message));
        }
        None if !put.is_new => {
            let message = format!("'{function}' has no address");
            return Err(Error::not_found("UrlNotFound", message));
        }
        Some(known) => FunctionUrl {
            auth: put.auth.unwrap_or(known.auth),
            cors: put.cors.clone().or(known.cors),
            changed_at: now,
            ..known
        },
        None => FunctionUrl {
            id: id.clone(),
            auth: put.auth.unwrap_or(UrlAuth::Nobody),
            cors: put.cors.clone(),
            created_at: now,
            changed_at: now,
        },
    };
    profile.urls.insert(key(alias).to_owned(), url.clone());
    Ok(url)
}

/// Takes an address away, and gives it.
pub(crate) fn remove(profile: &mut FunctionProfile, alias: Option<&Name>) -> Option<FunctionUrl> {
    profile.urls.remove(key(alias))
}

fn key(alias: Option<&Name>) -> &str {
    alias.map_or("", Name::as_str)
}
