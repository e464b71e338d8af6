//! Lists of keys, with what they have in common up to a delimiter listed once.

use steploom_api::port::{ListKeys, Listed};
use steploom_types::{AccountId, Name, Result, limits};

use super::super::Port;
use super::object;

/// Keys of a bucket that is there.
pub(super) async fn list(
    port: &Port,
    account: AccountId,
    bucket: &Name,
    list: &ListKeys,
) -> Result<Listed> {
    let catalog = &port.shared().store.catalog;
    let limit = list.limit.min(limits::PAGE_SIZE_MAX) as usize;
    let mut keys = Listed::default();
    if limit == 0 {
        return Ok(keys);
    }
    // What is skipped because it is listed already, where the search goes on, and the last that is
    // in the list.
    let mut listed = list
        .after
        .as_deref()
        .filter(|after| is_common(list, after))
        .map(str::to_owned);
    let mut from = list.after.clone().map(|after| behind(list, after));
    let mut last = None;
    loop {
        let left = (limit - keys.objects.len() - keys.prefixes.len()) as u32;
        let found = catalog
            .list_objects(account, bucket, &list.prefix, from.as_deref(), left + 1)
            .await?;
        let is_end = found.len() <= left as usize;
        for found in found {
            if listed.as_ref().is_some_and(|p| found.key.starts_with(p)) {
                from = Some(found.key);
                continue;
            }
            if keys.objects.len() + keys.prefixes.len() == limit {
                keys.next = last;
                return Ok(keys);
            }
            if let Some(common) = common(list, &found.key) {
                last = Some(common.clone());
                from = Some(behind(list, common.clone()));
                listed = Some(common.clone());
                keys.prefixes.push(common);
            } else {
                last = Some(found.key.clone());
                from.clone_from(&last);
                keys.objects.push(object(found)?);
            }
        }
        if is_end {
            return Ok(keys);
        }
    }
}

/// What the key has in common with others up to the delimiter.
fn common(list: &ListKeys, key: &str) -> Option<String> {
    let delimiter = list.delimiter.as_deref().filter(|text| !text.is_empty())?;
    let rest = key.strip_prefix(&list.prefix)?;
    let at = rest.find(delimiter)?;
    Some(key[..list.prefix.len() + at + delimiter.len()].to_owned())
}

fn is_common(list: &ListKeys, key: &str) -> bool {
    common(list, key).is_some_and(|common| common == key)
}

/// The last text that begins with a common prefix, or the key itself if it is none.
fn behind(list: &ListKeys, key: String) -> String {
    if is_common(list, &key) {
        return format!("{key}{}", char::MAX);
    }
    key
}
