//! Functions.

use serde::Deserialize;
use serde_json::{Value, json};
use steploom_api::port::PutFunction;
use steploom_api::wire;

use super::code::Code;
use super::configuration::Shown;
use super::name::{LATEST, Target};
use super::version::{self, Found};
use super::{Answer, Call, failure, invalid, page_size, settings, tag};
use crate::{Failure, page};

/// Characters of the name of a function that is made here.
const NAME_LENGTH_MAX: usize = 64;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    function_name: String,
    code: Code,
    #[serde(default)]
    publish: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Update {
    function_name: String,
    revision_id: Option<String>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    publish: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfFunction {
    function_name: String,
    qualifier: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    function_version: Option<String>,
    marker: Option<String>,
    max_items: Option<u32>,
}

/// `CreateFunction`
pub(super) async fn create(call: &Call<'_>) -> Answer {
    let input: Create = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    if target.name.as_str().len() > NAME_LENGTH_MAX {
        return Err(Failure::validation(format!(
            "1 validation error detected: Value '{}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to {NAME_LENGTH_MAX}",
            target.name
        )));
    }
    let mut settings = settings::first();
    settings::change(&mut settings, &call.input)?;
    let tags = tag::wanted(&call.input)?;
    let runtime = settings::runtime(&settings);
    let package = input.code.package(call, runtime.as_deref()).await?;
    settings::note(&mut settings, &package);
    let put = PutFunction {
        name: target.name.clone(),
        code: package.code,
        settings,
        create_only: true,
    };
    let made = call.ports.functions.put(call.account, put).await;
    let made = made.map_err(|error| match error.code {
        "FunctionExists" => Failure::new(
            "ResourceConflictException",
            format!("Function already exist: {}", target.name),
        ),
        _ => failure(error, &target.arn(call)),
    })?;
    if !tags.is_empty() {
        let change = wire::ChangeTags {
            set: tags,
            ..wire::ChangeTags::default()
        };
        let profiles = &call.ports.function_profiles;
        let changed = profiles.change_tags(call.account, &target.name, change);
        changed
            .await
            .map_err(|error| failure(error, &target.arn(call)))?;
    }
    if input.publish {
        let mut published = version::publish_now(call, &target, None).await?;
        // What is made is called by its name alone, unlike what is changed and published.
        published["FunctionArn"] = target.arn(call).into();
        return Ok(published.into());
    }
    Ok(newest(call, &target, &made).into())
}

/// `UpdateFunctionCode`
pub(super) async fn update_code(call: &Call<'_>) -> Answer {
    let input: Update = call.read()?;
    let code: Code = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let told = |error| failure(error, &target.arn(call));
    let functions = &call.ports.functions;
    let now = functions.get(call.account, &target.name).await;
    let now = now.map_err(told)?;
    ensure_revision(call, &target, &now, input.revision_id.as_ref())?;
    let mut settings = now.latest.settings.clone();
    let runtime = settings::runtime(&settings);
    let package = code.package(call, runtime.as_deref()).await?;
    if let Some(architectures) = call.input.get("Architectures") {
        let kept = &mut settings.lambda;
        kept.insert("Architectures".to_owned(), architectures.clone());
    }
    settings::note(&mut settings, &package);
    if input.dry_run {
        let mut would = now.clone();
        would.latest.settings = settings;
        return Ok(newest(call, &target, &would).into());
    }
    let put = PutFunction {
        name: target.name.clone(),
        code: package.code,
        settings,
        create_only: false,
    };
    let made = functions.put(call.account, put).await.map_err(told)?;
    if input.publish {
        return Ok(version::publish_now(call, &target, None).await?.into());
    }
    Ok(newest(call, &target, &made).into())
}

/// `UpdateFunctionConfiguration`
pub(super) async fn update_configuration(call: &Call<'_>) -> Answer {
    let input: Update = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let told = |error| failure(error, &target.arn(call));
    let functions = &call.ports.functions;
    let now = functions.get(call.account, &target.name).await;
    let now = now.map_err(told)?;
    ensure_revision(call, &target, &now, input.revision_id.as_ref())?;
    let mut settings = now.latest.settings.clone();
    settings::change(&mut settings, &call.input)?;
    settings::forget_environment(&mut settings, &call.input);
    if settings == now.latest.settings {
        return Ok(newest(call, &target, &now).into());
    }
    let put = functions.put_settings(call.account, &target.name, settings);
    let made = put.await.map_err(told)?;
    Ok(newest(call, &target, &made).into())
}

/// `GetFunction`
pub(super) async fn get(call: &Call<'_>) -> Answer {
    let input: OfFunction = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let found = Found::find(call, &target).await?;
    let shown = found.shown(&target, target.qualified_arn(call));
    let mut answer = json!({
        "Configuration": shown.configuration(call),
        "Code": {"RepositoryType": "S3"},
    });
    let profile = &found.profile;
    if !profile.tags.is_empty() {
        answer["Tags"] = json!(profile.tags);
    }
    if let Some(reserved) = profile.concurrency {
        answer["Concurrency"] = json!({"ReservedConcurrentExecutions": reserved});
    }
    Ok(answer.into())
}

/// `GetFunctionConfiguration`
pub(super) async fn get_configuration(call: &Call<'_>) -> Answer {
    let input: OfFunction = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let found = Found::find(call, &target).await?;
    let shown = found.shown(&target, target.qualified_arn(call));
    Ok(Value::Object(shown.configuration(call)).into())
}

/// `GetFunctionCodeSigningConfig`: code is not signed here.
pub(super) async fn signing(call: &Call<'_>) -> Answer {
    let input: OfFunction = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let found = call.ports.functions.get(call.account, &target.name).await;
    found.map_err(|error| failure(error, &target.arn(call)))?;
    Ok(json!({}).into())
}

/// `ListFunctions`: the newest versions, or with `FunctionVersion=ALL` the published ones of each as well.
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let next = input.marker.as_deref().map(page::place).transpose()?;
    let size = page_size(input.max_items);
    let page = call.ports.functions.list(call.account, size, next).await;
    let page = page.map_err(|error| failure(error, ""))?;
    let mut functions = Vec::with_capacity(page.items.len());
    for function in &page.items {
        let target = Target::of(function.name.clone());
        if input.function_version.is_some() {
            functions.extend(version::all(call, &target, function).await?);
        } else {
            let mut shown = newest(call, &target, function);
            remove_status(&mut shown);
            functions.push(shown);
        }
    }
    let mut answer = json!({"Functions": functions});
    if let Some(next) = page.next {
        answer["NextMarker"] = page::token(&next).into();
    }
    Ok(answer.into())
}

/// `DeleteFunction`
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let input: OfFunction = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    if target.qualifier.as_deref() == Some(LATEST) {
        return Err(invalid(
            "$LATEST version cannot be deleted without deleting the function.",
        ));
    }
    if let Some(qualifier) = target.published() {
        return version::delete(call, &target, qualifier).await;
    }
    let functions = &call.ports.functions;
    let deleted = functions.delete(call.account, &target.name).await;
    deleted.map_err(|error| failure(error, &target.arn(call)))?;
    Ok(json!({"StatusCode": 204}).into())
}

/// # Errors
/// `PreconditionFailedException` when a request is for another revision.
pub(super) fn ensure_revision(
    call: &Call<'_>,
    target: &Target,
    function: &wire::Function,
    wanted: Option<&String>,
) -> Result<(), Failure> {
    let now = shown(target, function).revision(call);
    match wanted {
        Some(wanted) if *wanted != now => Err(Failure::new(
            "PreconditionFailedException",
            "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
        )),
        _ => Ok(()),
    }
}

/// The newest version, as it is shown.
fn newest(call: &Call<'_>, target: &Target, function: &wire::Function) -> Value {
    let mut shown = shown(target, function);
    shown.arn = target.arn(call);
    Value::Object(shown.configuration(call))
}

/// The newest version, still without an ARN.
pub(super) fn shown<'a>(target: &'a Target, function: &'a wire::Function) -> Shown<'a> {
    Shown {
        name: &target.name,
        arn: String::new(),
        label: LATEST.to_owned(),
        version: &function.latest,
        made_at: function.created_at,
    }
}

/// Lists do not say how a function is doing.
pub(super) fn remove_status(shown: &mut Value) {
    if let Some(fields) = shown.as_object_mut() {
        for name in ["LastUpdateStatus", "RuntimeVersionConfig", "State"] {
            fields.remove(name);
        }
    }
}
