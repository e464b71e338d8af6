//! Aliases.

use serde::Deserialize;
use serde_json::{Value, json};
use steploom_api::wire;
use steploom_types::Name;

use super::{Call, failure, machine, name, page_size, paged, seconds};
use crate::{Answer, Failure, page};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Route {
    state_machine_version_arn: String,
    weight: u8,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    name: String,
    description: Option<String>,
    routing_configuration: Vec<Route>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Update {
    state_machine_alias_arn: String,
    description: Option<String>,
    #[serde(default)]
    routing_configuration: Vec<Route>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfAlias {
    state_machine_alias_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    state_machine_arn: String,
    max_results: Option<u32>,
    next_token: Option<String>,
}

/// `CreateStateMachineAlias`
pub(super) async fn create(call: &Call<'_>) -> Answer {
    let input: Create = call.read()?;
    let alias = name::parse(&input.name)?;
    let (machine, routes) = checked(&input.routing_configuration)?;
    let put = wire::PutAlias {
        description: input.description,
        routes,
    };
    let machine_arn = machine::arn_of(call, &machine);
    let releases = &call.ports.releases;
    let made = releases.put_alias(call.account, &machine, &alias, put, true);
    let (alias, _) = made
        .await
        .map_err(|error| refused(error, &input.routing_configuration))?;
    Ok(json!({
        "stateMachineAliasArn": name::of(&machine_arn, alias.name),
        "creationDate": seconds(alias.created_at),
    }))
}

/// `UpdateStateMachineAlias`
pub(super) async fn update(call: &Call<'_>) -> Answer {
    let input: Update = call.read()?;
    let alias_arn = &input.state_machine_alias_arn;
    if input.description.is_none() && input.routing_configuration.is_empty() {
        let message =
            "You must specify at least one of the description or routingConfiguration parameters";
        return Err(Failure::validation(message));
    }
    let (machine, alias) = name::qualified(alias_arn)?;
    let releases = &call.ports.releases;
    let is_there = releases.alias(call.account, &machine, &alias).await;
    is_there.map_err(missing)?;
    let routes = if input.routing_configuration.is_empty() {
        Vec::new()
    } else {
        let (named, routes) = checked(&input.routing_configuration)?;
        if named != machine {
            return Err(Failure::validation(
                "Routing configuration must contain versions of the alias's state machine",
            ));
        }
        routes
    };
    let put = wire::PutAlias {
        description: input.description,
        routes,
    };
    let changed = releases.put_alias(call.account, &machine, &alias, put, false);
    let (alias, _) = changed
        .await
        .map_err(|error| refused(error, &input.routing_configuration))?;
    Ok(json!({"updateDate": seconds(alias.updated_at)}))
}

/// `DescribeStateMachineAlias`
pub(super) async fn describe(call: &Call<'_>) -> Answer {
    let input: OfAlias = call.read()?;
    let (machine, alias) = name::qualified(&input.state_machine_alias_arn)?;
    let releases = &call.ports.releases;
    let alias = releases.alias(call.account, &machine, &alias).await;
    let alias = alias.map_err(missing)?;
    let machine_arn = machine::arn_of(call, &machine);
    let route = |route: &wire::AliasRoute| {
        json!({
            "stateMachineVersionArn": name::of(&machine_arn, route.release),
            "weight": route.weight,
        })
    };
    let mut answer = json!({
        "stateMachineAliasArn": name::of(&machine_arn, &alias.name),
        "name": alias.name,
        "routingConfiguration": alias.routes.iter().map(route).collect::<Value>(),
        "creationDate": seconds(alias.created_at),
        "updateDate": seconds(alias.updated_at),
    });
    if let Some(description) = alias.description {
        answer["description"] = description.into();
    }
    Ok(answer)
}

/// `ListStateMachineAliases`: of a machine, or of one of its versions.
pub(super) async fn list(call: &Call<'_>) -> Answer {
    let input: List = call.read()?;
    let (machine, version) = name::machine(&input.state_machine_arn)?;
    let told = |error| failure(error, &input.state_machine_arn);
    let aliases = call.ports.releases.aliases(call.account, &machine).await;
    let mut items = aliases.map_err(told)?.items;
    if let Some(version) = version {
        let number: wire::ReleaseNumber = version.as_str().parse().map_err(told)?;
        items.retain(|alias| alias.routes.iter().any(|route| route.release == number));
    }
    let size = page_size(input.max_results) as usize;
    let (items, next) = page::cut(items, size, input.next_token.as_deref())?;
    let machine_arn = machine::arn_of(call, &machine);
    let item = |alias: &wire::Alias| {
        json!({
            "stateMachineAliasArn": name::of(&machine_arn, &alias.name),
            "creationDate": seconds(alias.created_at),
        })
    };
    let items = items.iter().map(item).collect();
    Ok(paged("stateMachineAliases", items, next))
}

/// `DeleteStateMachineAlias`
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let input: OfAlias = call.read()?;
    let (machine, alias) = name::qualified(&input.state_machine_alias_arn)?;
    let releases = &call.ports.releases;
    match releases.delete_alias(call.account, &machine, &alias).await {
        Err(error) if error.code != "AliasNotFound" => Err(missing(error)),
        _ => Ok(json!({})),
    }
}

/// The machine that all versions of a routing configuration belong to, and the releases.
///
/// # Errors
/// `ValidationException`.
fn checked(routes: &[Route]) -> Result<(Name, Vec<wire::AliasRoute>), Failure> {
    let arns = || {
        let arns: Vec<_> = routes
            .iter()
            .map(|route| route.state_machine_version_arn.as_str())
            .collect();
        format!("[{}]", arns.join(", "))
    };
    let mut machine = None;
    let mut releases = Vec::with_capacity(routes.len());
    for route in routes {
        let (named, version) = name::machine(&route.state_machine_version_arn)?;
        let number = version.and_then(|version| version.as_str().parse().ok());
        let Some(release) = number else {
            let arns = arns();
            return Err(Failure::validation(format!(
                "Routing configuration must contain state machine version ARNs. Received: {arns}"
            )));
        };
        if machine.as_ref().is_some_and(|machine| *machine != named) {
            let arns = arns();
            return Err(Failure::validation(format!(
                "Routing configuration must contain versions of the same state machine. Received: {arns}"
            )));
        }
        machine = Some(named);
        releases.push(wire::AliasRoute {
            release,
            weight: route.weight,
        });
    }
    if let [one, other] = releases.as_slice()
        && one.release == other.release
    {
        let arns = arns();
        return Err(Failure::validation(format!(
            "Routing configuration must contain distinct state machine version ARNs. Received: {arns}"
        )));
    }
    let sum: u32 = releases.iter().map(|route| u32::from(route.weight)).sum();
    if sum != 100 {
        let weights: Vec<_> = routes
            .iter()
            .map(|route| route.weight.to_string())
            .collect();
        return Err(Failure::validation(format!(
            "Sum of routing configuration weights must equal 100. Received: [{}]",
            weights.join(", ")
        )));
    }
    let none = || Failure::validation("Routing configuration must not be empty");
    Ok((machine.ok_or_else(none)?, releases))
}

fn refused(error: steploom_types::Error, routes: &[Route]) -> Failure {
    let first = routes.first();
    let arn = first.map_or("", |route| route.state_machine_version_arn.as_str());
    match error.code {
        "MachineNotFound" | "ReleaseNotFound" => missing(error),
        _ => failure(error, arn),
    }
}

/// A machine, a version or an alias is not there.
fn missing(mut error: steploom_types::Error) -> Failure {
    if matches!(error.code, "MachineNotFound" | "ReleaseNotFound") {
        error.code = "AliasNotFound";
    }
    failure(error, "")
}
