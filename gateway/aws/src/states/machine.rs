//! State machines.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use steploom_api::port::PutMachine;
use steploom_api::wire::{self, MachineType};
use steploom_types::{Error, MachineName, Name, Timestamp, arn};

use super::encryption::{self, Encryption};
use super::{
    Call, execution, failure, name, next_of, page_size, paged, seconds, tag, token_of, version,
};
use crate::{Answer, Failure};

/// What is logged, as AWS has it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Logging {
    level: wire::LogLevel,
    include_execution_data: bool,
    destinations: Vec<Destination>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Destination {
    cloud_watch_logs_log_group: LogGroup,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LogGroup {
    log_group_arn: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Tracing {
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    name: String,
    definition: String,
    role_arn: String,
    #[serde(default, rename = "type")]
    machine_type: MachineType,
    #[serde(default)]
    logging_configuration: Logging,
    #[serde(default)]
    tracing_configuration: Tracing,
    encryption_configuration: Option<Encryption>,
    #[serde(default)]
    tags: Vec<tag::Tag>,
    #[serde(default)]
    publish: bool,
    version_description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Update {
    state_machine_arn: String,
    definition: Option<String>,
    role_arn: Option<String>,
    logging_configuration: Option<Logging>,
    tracing_configuration: Option<Tracing>,
    encryption_configuration: Option<Encryption>,
    #[serde(default)]
    publish: bool,
    version_description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfMachine {
    state_machine_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfExecution {
    execution_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    max_results: Option<u32>,
    next_token: Option<String>,
}

/// `CreateStateMachine`
pub(super) async fn create(call: &Call<'_>) -> Answer {
    let input: Create = call.read()?;
    let name = name::parse(&input.name)?;
    name::ensure_role(&input.role_arn)?;
    encryption::ensure_ours(input.encryption_configuration.as_ref())?;
    version::ensure_described(input.publish, input.version_description.as_ref())?;
    let settings = wire::MachineSettings {
        machine_type: input.machine_type,
        role: Some(input.role_arn),
        logging: logging(input.logging_configuration)?,
        tracing: input.tracing_configuration.enabled,
    };
    let put = PutMachine {
        create_only: true,
        settings: Some(settings),
        tags: tag::map(input.tags),
        ..PutMachine::new(name.clone(), input.definition)
    };
    let machine_arn = arn_of(call, &name);
    let made = call.ports.machines.put(call.account, put).await;
    let made = made.map_err(|error| refused(error, &machine_arn))?;
    let mut answer = json!({
        "stateMachineArn": machine_arn,
        "creationDate": seconds(made.summary.created_at),
    });
    if input.publish {
        let publish = wire::PublishMachine {
            description: input.version_description,
            revision: None,
        };
        let published = call.ports.releases.publish(call.account, &name, publish);
        let (release, _) = published
            .await
            .map_err(|error| failure(error, &machine_arn))?;
        answer["stateMachineVersionArn"] = name::of(&machine_arn, release.number);
    }
    Ok(answer)
}

/// `UpdateStateMachine`
pub(super) async fn update(call: &Call<'_>) -> Answer {
    let input: Update = call.read()?;
    let machine_arn = input.state_machine_arn;
    let name = name::bare_machine(&machine_arn)?;
    let changes_settings = input.role_arn.is_some()
        || input.logging_configuration.is_some()
        || input.tracing_configuration.is_some();
    if !changes_settings && input.definition.is_none() && input.encryption_configuration.is_none() {
        return Err(Failure::new(
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
        ));
    }
    encryption::ensure_ours(input.encryption_configuration.as_ref())?;
    version::ensure_described(input.publish, input.version_description.as_ref())?;
    let releases = &call.ports.releases;
    let profile = releases.profile(call.account, &name).await;
    let profile = profile.map_err(|error| failure(error, &machine_arn))?;
    let mut settings = profile.settings.clone();
    if let Some(role) = input.role_arn {
        name::ensure_role(&role)?;
        settings.role = Some(role);
    }
    if let Some(given) = input.logging_configuration {
        settings.logging = logging(given)?;
    }
    if let Some(tracing) = input.tracing_configuration {
        settings.tracing = tracing.enabled;
    }
    let changed = if let Some(definition) = input.definition {
        let put = PutMachine {
            settings: Some(settings),
            ..PutMachine::new(name.clone(), definition)
        };
        call.ports.machines.put(call.account, put).await.map(drop)
    } else {
        let put = releases.put_settings(call.account, &name, settings).await;
        put.map(drop)
    };
    changed.map_err(|error| refused(error, &machine_arn))?;
    let now = releases.profile(call.account, &name).await;
    let now = now.map_err(|error| failure(error, &machine_arn))?;
    let mut answer = json!({"updateDate": seconds(now.updated_at)});
    if let Some(revision) = now.revision {
        answer["revisionId"] = revision.into();
    }
    if input.publish {
        let publish = wire::PublishMachine {
            description: input.version_description,
            revision: None,
        };
        let published = releases.publish(call.account, &name, publish).await;
        let (release, _) = published.map_err(|error| failure(error, &machine_arn))?;
        answer["stateMachineVersionArn"] = name::of(&machine_arn, release.number);
    }
    Ok(answer)
}

/// `DescribeStateMachine`
pub(super) async fn describe(call: &Call<'_>) -> Answer {
    let input: OfMachine = call.read()?;
    let machine_arn = &input.state_machine_arn;
    let (name, qualifier) = name::machine(machine_arn)?;
    let told = |error| failure(error, machine_arn);
    let described = match qualifier {
        None => {
            let machine = call.ports.machines.get(call.account, &name).await;
            let summary = machine.map_err(told)?.summary;
            let profile = call.ports.releases.profile(call.account, &name).await;
            let profile = profile.map_err(told)?;
            Described {
                arn: machine_arn.as_str().into(),
                version: summary.latest.version,
                created_at: summary.created_at,
                settings: profile.settings,
                revision: profile.revision,
                description: None,
            }
        }
        Some(qualifier) => {
            let release = release_of(call, &name, &qualifier).await.map_err(told)?;
            Described {
                arn: name::of(&arn_of(call, &name), release.number),
                version: release.version,
                created_at: release.created_at,
                settings: release.settings,
                revision: release.revision,
                description: release.description,
            }
        }
    };
    let machines = &call.ports.machines;
    let definition = machines.definition(call.account, &name, described.version);
    let definition = definition.await.map_err(told)?;
    let mut shown = shown(call, &name, &described.settings, &definition);
    shown.insert("stateMachineArn".into(), described.arn);
    shown.insert("status".into(), "ACTIVE".into());
    shown.insert("type".into(), json!(described.settings.machine_type));
    shown.insert("creationDate".into(), seconds(described.created_at).into());
    let texts = [
        ("description", described.description),
        ("revisionId", described.revision),
    ];
    for (field, text) in texts {
        if let Some(text) = text {
            shown.insert(field.into(), text.into());
        }
    }
    Ok(shown.into())
}

/// A machine as it is, or one of its versions.
struct Described {
    arn: Value,
    version: u32,
    created_at: Timestamp,
    settings: wire::MachineSettings,
    revision: Option<String>,
    description: Option<String>,
}

/// `DescribeStateMachineForExecution`
pub(super) async fn describe_for_execution(call: &Call<'_>) -> Answer {
    let input: OfExecution = call.read()?;
    let told = |error| failure(error, &input.execution_arn);
    let summary = execution::find(call, &input.execution_arn).await?.summary;
    let MachineName::Named(name) = &summary.machine else {
        let error = Error::not_found("ExecutionNotFound", "it is an invocation's");
        return Err(told(error));
    };
    let machine_arn = arn_of(call, name);
    let missing = |error| failure(error, &machine_arn);
    let version = summary.machine_version;
    let machines = &call.ports.machines;
    let definition = machines.definition(call.account, name, version).await;
    let definition = definition.map_err(missing)?;
    let profile = call.ports.releases.profile(call.account, name).await;
    let profile = profile.map_err(missing)?;
    let mut shown = shown(call, name, &profile.settings, &definition);
    shown.insert("updateDate".into(), seconds(definition.created_at).into());
    let of = match summary.release {
        Some(number) => name::of(&machine_arn, number),
        None => machine_arn.as_str().into(),
    };
    shown.insert("stateMachineArn".into(), of);
    let machine = machines.get(call.account, name).await.map_err(missing)?;
    let is_latest = machine.summary.latest.version == version;
    if let Some(revision) = profile.revision.filter(|_| is_latest) {
        shown.insert("revisionId".into(), revision.into());
    }
    Ok(shown.into())
}

/// `ListStateMachines`
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let next = next_of(input.next_token.as_deref())?;
    let size = page_size(input.max_results);
    let page = call.ports.machines.list(call.account, size, next).await;
    let page = page.map_err(|error| failure(error, ""))?;
    let item = |machine: &wire::MachineSummary| {
        json!({
            "stateMachineArn": arn_of(call, &machine.name),
            "name": machine.name,
            "type": machine.machine_type,
            "creationDate": seconds(machine.created_at),
        })
    };
    let items = page.items.iter().map(item).collect();
    Ok(paged("stateMachines", items, token_of(page.next)))
}

/// `DeleteStateMachine`: one that is not there is no error.
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let input: OfMachine = call.read()?;
    let name = name::bare_machine(&input.state_machine_arn)?;
    match call.ports.machines.delete(call.account, &name).await {
        Err(error) if error.code != "MachineNotFound" => Err(error.into()),
        _ => Ok(json!({})),
    }
}

/// The ARN of a machine.
pub(super) fn arn_of(call: &Call<'_>, name: &Name) -> String {
    arn::machine(call.account, &MachineName::Named(name.clone()))
}

/// The release that a version's number or an alias stands for; of an alias for two, the first.
async fn release_of(
    call: &Call<'_>,
    name: &Name,
    qualifier: &Name,
) -> Result<wire::Release, Error> {
    let releases = &call.ports.releases;
    let number = if let Ok(number) = qualifier.as_str().parse() {
        number
    } else {
        let alias = releases.alias(call.account, name, qualifier).await?;
        let first = alias.routes.first();
        first.map_or(wire::ReleaseNumber(0), |route| route.release)
    };
    releases.release(call.account, name, number).await
}

/// What all descriptions of a machine show.
fn shown(
    call: &Call<'_>,
    name: &Name,
    settings: &wire::MachineSettings,
    definition: &wire::Definition,
) -> Map<String, Value> {
    let logging = &settings.logging;
    let mut configuration = json!({
        "level": logging.level,
        "includeExecutionData": logging.include_execution_data,
    });
    if !logging.destinations.is_empty() {
        let group = |group: &String| json!({"cloudWatchLogsLogGroup": {"logGroupArn": group}});
        configuration["destinations"] = logging.destinations.iter().map(group).collect();
    }
    let fields: [(&str, Value); 6] = [
        ("name", name.as_str().into()),
        ("definition", definition.definition.text().into()),
        ("roleArn", role(call, settings).into()),
        ("loggingConfiguration", configuration),
        ("tracingConfiguration", json!({"enabled": settings.tracing})),
        ("encryptionConfiguration", json!({"type": "AWS_OWNED_KEY"})),
    ];
    let named = |(name, value): (&str, Value)| (name.to_owned(), value);
    let mut fields: Map<String, Value> = fields.into_iter().map(named).collect();
    if !definition.variable_references.is_empty() {
        let references = json!(definition.variable_references);
        fields.insert("variableReferences".into(), references);
    }
    fields
}

/// The role of a machine: what it was given, or one that says who runs it. Nothing here takes a role on.
pub(super) fn role(call: &Call<'_>, settings: &wire::MachineSettings) -> String {
    let role = settings.role.clone();
    role.unwrap_or_else(|| arn::role(call.account))
}

/// # Errors
/// `InvalidLoggingConfiguration`.
fn logging(given: Logging) -> Result<wire::MachineLogging, Failure> {
    let groups = given.destinations.into_iter();
    let destinations: Vec<_> = groups
        .filter_map(|destination| destination.cloud_watch_logs_log_group.log_group_arn)
        .collect();
    if given.level != wire::LogLevel::Off && destinations.len() != 1 || destinations.len() > 1 {
        return Err(Failure::new(
            "InvalidLoggingConfiguration",
            "Invalid Logging Configuration: Must specify exactly one Log Destination.",
        ));
    }
    Ok(wire::MachineLogging {
        level: given.level,
        include_execution_data: given.include_execution_data,
        destinations,
    })
}

/// The words of AWS for a definition that is refused, every place that is wrong among them.
fn refused(error: Error, machine_arn: &str) -> Failure {
    if error.code != "InvalidDefinition" {
        return failure(error, machine_arn);
    }
    let place = |problem: &steploom_types::error::Problem| {
        let path = if problem.path.is_empty() {
            "/"
        } else {
            &problem.path
        };
        format!("{}: {} at {path}", problem.code, problem.message)
    };
    let places: Vec<_> = error.problems.iter().map(place).collect();
    Failure {
        error: Some(Box::new(error)),
        ..Failure::new(
            "InvalidDefinition",
            format!("Invalid State Machine Definition: '{}'", places.join(", ")),
        )
    }
}
