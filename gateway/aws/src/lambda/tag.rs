//! Tags of functions.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use steploom_api::wire::{ChangeTags, Tags};
use steploom_types::limits;

use super::name::Target;
use super::{Answer, Call, failure, invalid};
use crate::Failure;
use crate::rest::Output;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    resource: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    tag_keys: Vec<String>,
}

/// `TagResource`
pub(super) async fn tag(call: &Call<'_>) -> Answer {
    let input: Change = call.read()?;
    if input.tags.is_empty() {
        return Err(invalid(
            "An error occurred and the request cannot be processed.",
        ));
    }
    let set = input.tags;
    let change = ChangeTags {
        set,
        ..ChangeTags::default()
    };
    changed(call, &input.resource, change).await?;
    Ok(Output::default())
}

/// `UntagResource`
pub(super) async fn untag(call: &Call<'_>) -> Answer {
    let input: Change = call.read()?;
    let remove = input.tag_keys;
    let change = ChangeTags {
        remove,
        ..ChangeTags::default()
    };
    changed(call, &input.resource, change).await?;
    Ok(Output::default())
}

/// `ListTags`
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: Change = call.read()?;
    let tags = changed(call, &input.resource, ChangeTags::default()).await?;
    Ok(json!({"Tags": tags.tags}).into())
}

async fn changed(call: &Call<'_>, resource: &str, change: ChangeTags) -> Result<Tags, Failure> {
    if !resource.contains(":function:") {
        return Err(invalid(format!("Only functions have tags, not {resource}")));
    }
    let target = Target::read(resource, None)?;
    if target.qualifier.is_some() {
        return Err(invalid(
            "Tags on function aliases and versions are not supported. Please specify a function ARN.",
        ));
    }
    let profiles = &call.ports.function_profiles;
    let changed = profiles.change_tags(call.account, &target.name, change);
    changed.await.map_err(|error| match error.code {
        "TooManyTags" => too_many(),
        _ => failure(error, &target.arn(call)),
    })
}

fn too_many() -> Failure {
    invalid("Number of tags exceeds resource tag limit.")
}

/// The tags of a function that is to be made.
///
/// # Errors
/// `InvalidParameterValueException`.
pub(super) fn wanted(input: &Value) -> Result<BTreeMap<String, String>, Failure> {
    let tags = input.get("Tags").and_then(Value::as_object);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let tags: BTreeMap<_, _> = tags
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), text(value)))
        .collect();
    if tags.len() > limits::TAGS_MAX {
        return Err(too_many());
    }
    Ok(tags)
}
