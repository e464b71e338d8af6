//! What a version may use and what is kept of it, from what a request says.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use steploom_api::wire::FunctionSettings;
use steploom_package::Language;
use steploom_types::limits;

use super::code::Package;
use super::invalid;
use crate::Failure;

/// Fields that are kept as they come, and shown.
const KEPT: &[&str] = &[
    "Architectures",
    "DeadLetterConfig",
    "EphemeralStorage",
    "Handler",
    "KMSKeyArn",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "Role",
    "Runtime",
    "SnapStart",
    "TracingConfig",
    "VpcConfig",
];
/// Fields that would change what a function sees, and that nothing here honours: refused unless empty.
const REFUSED: &[&str] = &[
    "CapacityProviderConfig",
    "CodeSigningConfigArn",
    "DurableConfig",
    "FileSystemConfigs",
    "ImageConfig",
    "Layers",
    "TenancyConfig",
];
/// Variables that AWS sets itself.
const RESERVED: &[&str] = &[
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];
/// Lambda's own default.
const TIMEOUT_SECONDS_DEFAULT: u64 = 3;
const MB: u64 = 1024 * 1024;
/// See [`shown_environment`].
const ENVIRONMENT: &str = "Environment";

/// The settings of a function that is made.
pub(super) fn first() -> FunctionSettings {
    FunctionSettings {
        timeout_ms: TIMEOUT_SECONDS_DEFAULT * 1_000,
        // Lambda limits time alone.
        fuel_max: limits::function::FUEL_MAX,
        ..FunctionSettings::default()
    }
}

/// Changes settings by the fields of a request.
///
/// # Errors
/// `InvalidParameterValueException`.
pub(super) fn change(settings: &mut FunctionSettings, input: &Value) -> Result<(), Failure> {
    let given = |name: &str| input.get(name).filter(|value| !is_empty(value));
    if let Some(name) = REFUSED.iter().find(|name| given(name).is_some()) {
        return Err(invalid(format!(
            "{name} is not supported: a module has all that it needs in it"
        )));
    }
    if given("PackageType").is_some_and(|kind| kind != "Zip") {
        return Err(invalid(
            "PackageType must be Zip: container images are not supported",
        ));
    }
    for name in KEPT {
        if let Some(value) = input.get(*name) {
            settings.lambda.insert((*name).to_owned(), value.clone());
        }
    }
    if let Some(description) = input.get("Description").and_then(Value::as_str) {
        description.clone_into(&mut settings.description);
    }
    if let Some(seconds) = input.get("Timeout").and_then(Value::as_u64) {
        let most = limits::function::TIMEOUT_MS_MAX / 1_000;
        if seconds > most {
            return Err(Failure::validation(format!(
                "1 validation error detected: Value '{seconds}' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to {most}"
            )));
        }
        settings.timeout_ms = seconds * 1_000;
    }
    if let Some(megabytes) = input.get("MemorySize").and_then(Value::as_u64) {
        // More than a module can address it cannot use.
        let most = limits::function::MEMORY_BYTES_MAX;
        settings.memory_bytes_max = (megabytes * MB).min(most);
    }
    let disk = input.pointer("/EphemeralStorage/Size");
    if let Some(megabytes) = disk.and_then(Value::as_u64) {
        settings.disk_bytes_max = megabytes * MB;
    }
    if settings.runtime.is_some() {
        let language = runtime(settings).and_then(|runtime| Language::of_lambda(&runtime));
        let language = language.ok_or_else(|| {
            invalid(
                "The function's code is a program: its Runtime must be one of Node.js or of Python",
            )
        })?;
        note_program(settings, Some(language));
    }
    if let Some(given) = input.get(ENVIRONMENT) {
        settings.environment = environment(given)?;
        settings.lambda.insert(ENVIRONMENT.to_owned(), json!({}));
    }
    Ok(())
}

/// What the request called the runtime.
pub(super) fn runtime(settings: &FunctionSettings) -> Option<String> {
    let kept = settings.lambda.get("Runtime")?;
    kept.as_str().map(str::to_owned)
}

/// The language and the handler of a program, by what AWS's tools said.
fn note_program(settings: &mut FunctionSettings, language: Option<&Language>) {
    let handler = settings.lambda.get("Handler").and_then(Value::as_str);
    settings.handler = handler.filter(|_| language.is_some()).map(str::to_owned);
    settings.runtime = language.and_then(|language| language.name.parse().ok());
}

/// Notes the package that a version's code came in.
pub(super) fn note(settings: &mut FunctionSettings, package: &Package) {
    note_program(settings, package.language);
    let kept = &mut settings.lambda;
    kept.insert("CodeSha256".to_owned(), package.sha256.clone().into());
    kept.insert("CodeSize".to_owned(), package.size.into());
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn environment(given: &Value) -> Result<BTreeMap<String, String>, Failure> {
    let none = Map::new();
    let variables = given.get("Variables").and_then(Value::as_object);
    let variables = variables.unwrap_or(&none);
    let is_reserved = |name: &&String| RESERVED.contains(&name.as_str());
    let reserved: Vec<_> = variables.keys().filter(is_reserved).cloned().collect();
    if !reserved.is_empty() {
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    let bytes = serde_json::to_string(variables).map_or(0, |text| text.len());
    let most = limits::function::ENVIRONMENT_BYTES_MAX;
    if bytes > most {
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the {} KB limit. String measured: {}",
            most / 1024,
            Value::Object(variables.clone())
        )));
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(variables
        .iter()
        .map(|(name, value)| (name.clone(), text(value)))
        .collect())
}

/// Shows no variables any more where a request took the last one away: AWS shows that there are none of
/// functions alone that were made so.
pub(super) fn forget_environment(settings: &mut FunctionSettings, input: &Value) {
    if input.get(ENVIRONMENT).is_some() && settings.environment.is_empty() {
        settings.lambda.remove(ENVIRONMENT);
    }
}

/// The variables, unless there are none and the function was not made with none.
pub(super) fn shown_environment(settings: &FunctionSettings) -> Option<Value> {
    let is_given = settings.lambda.contains_key(ENVIRONMENT);
    let is_shown = is_given || !settings.environment.is_empty();
    is_shown.then(|| json!({"Variables": settings.environment}))
}
