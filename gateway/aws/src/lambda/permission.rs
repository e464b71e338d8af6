//! Policies: who may invoke a function. They are kept and shown; who may call is the listener's to say.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use steploom_types::Error;

use super::configuration::uuid;
use super::name::{LATEST, Target};
use super::version::Found;
use super::{Answer, Call, alias, failure, invalid, missing};
use crate::Failure;
use crate::rest::Output;

/// How often a change is tried again as another one came first.
const TRIES_MAX: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    function_name: String,
    qualifier: Option<String>,
    #[serde(default)]
    statement_id: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    principal: String,
    source_arn: Option<String>,
    source_account: Option<String>,
    #[serde(rename = "PrincipalOrgID")]
    principal_org_id: Option<String>,
    event_source_token: Option<String>,
    function_url_auth_type: Option<String>,
    invoked_via_function_url: Option<bool>,
    revision_id: Option<String>,
}

/// `AddPermission`
pub(super) async fn add(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    if target.qualifier.as_deref() == Some(LATEST) {
        return Err(invalid(
            "We currently do not support adding policies for $LATEST.",
        ));
    }
    let statement = statement(&input, &target.qualified_arn(call))?;
    let id = &input.statement_id;
    change(call, &target, &input, |statements| {
        if statements.iter().any(|known| known["Sid"] == id.as_str()) {
            return Err(Failure::new(
                "ResourceConflictException",
                format!(
                    "The statement id ({id}) provided already exists. Please provide a new statement id, or remove the existing statement."
                ),
            ));
        }
        statements.push(statement.clone());
        Ok(())
    })
    .await?;
    Ok(json!({"Statement": statement.to_string()}).into())
}

/// `RemovePermission`
pub(super) async fn remove(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let id = &input.statement_id;
    change(call, &target, &input, |statements| {
        if statements.is_empty() {
            return Err(missing("No policy is associated with the given resource."));
        }
        let count = statements.len();
        statements.retain(|known| known["Sid"] != id.as_str());
        if statements.len() == count {
            return Err(missing(format!(
                "Statement {id} is not found in resource policy."
            )));
        }
        Ok(())
    })
    .await
    .map_err(|failure| match failure.error.as_ref() {
        Some(error) if error.code == "FunctionNotFound" => {
            missing(format!("No policy found for: {}", target.arn(call)))
        }
        _ => failure,
    })?;
    Ok(Output::default())
}

/// `GetPolicy`
pub(super) async fn get(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, input.qualifier.as_deref())?;
    let none = || missing("The resource you requested does not exist.");
    let profiles = &call.ports.function_profiles;
    let profile = profiles.profile(call.account, &target.name).await;
    let profile = profile.map_err(|error| match error.code {
        "FunctionNotFound" => none(),
        _ => failure(error, &target.arn(call)),
    })?;
    let kept = profile.kept.get(&key(&target)).ok_or_else(none)?;
    let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": kept});
    let revision = revision(call, &target, Some(kept));
    Ok(json!({"Policy": policy.to_string(), "RevisionId": revision}).into())
}

/// Under what a policy is kept.
fn key(target: &Target) -> String {
    format!("policy:{}", target.published().unwrap_or_default())
}

fn revision(call: &Call<'_>, target: &Target, statements: Option<&Value>) -> String {
    let statements = statements.map(Value::to_string).unwrap_or_default();
    uuid(&format!(
        "policy\0{}\0{statements}",
        target.qualified_arn(call)
    ))
}

/// Whether a revision is that of what the policy is for, which counts for its policy as well.
async fn names_function(call: &Call<'_>, target: &Target, wanted: &str) -> Result<bool, Failure> {
    if let Some(name) = target.published().and_then(|text| text.parse().ok()) {
        let profiles = &call.ports.function_profiles;
        let profile = profiles.profile(call.account, &target.name).await;
        let profile = profile.map_err(|error| failure(error, &target.arn(call)))?;
        if let Some(known) = profile.aliases.get(&name) {
            return Ok(alias::revision(call, target, known) == wanted);
        }
    }
    let found = Found::find(call, target).await?;
    let shown = found.shown(target, String::new());
    Ok(shown.revision(call) == wanted)
}

async fn change(
    call: &Call<'_>,
    target: &Target,
    input: &Input,
    change: impl Fn(&mut Vec<Value>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let told = |error: Error| failure(error, &target.arn(call));
    let profiles = &call.ports.function_profiles;
    let key = key(target);
    for _ in 0..TRIES_MAX {
        let profile = profiles.profile(call.account, &target.name).await;
        let profile = profile.map_err(told)?;
        ensure_there(call, target, &profile)?;
        let was = profile.kept.get(&key);
        if let Some(wanted) = &input.revision_id
            && *wanted != revision(call, target, was)
            && !names_function(call, target, wanted).await?
        {
            return Err(Failure::new(
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id",
            ));
        }
        let mut statements = was.and_then(Value::as_array).cloned().unwrap_or_default();
        change(&mut statements)?;
        let now = (!statements.is_empty()).then(|| Value::Array(statements));
        let kept = profiles.keep(call.account, &target.name, &key, was, now.as_ref());
        if kept.await.map_err(told)? {
            return Ok(());
        }
    }
    Err(Failure::new(
        "ResourceConflictException",
        "The policy is changed by many at once",
    ))
}

fn ensure_there(
    call: &Call<'_>,
    target: &Target,
    profile: &steploom_api::wire::FunctionProfile,
) -> Result<(), Failure> {
    let arn = target.qualified_arn(call);
    match target.published() {
        None => Ok(()),
        Some(text) => match text.parse().ok() {
            Some(number) if profile.releases.iter().any(|one| one.number == number) => Ok(()),
            Some(_) => Err(missing(format!("Function not found: {arn}"))),
            None => {
                let name = text.parse().ok();
                let alias = name.and_then(|name| profile.aliases.get(&name));
                let absent = || missing(format!("Cannot find alias arn: {arn}"));
                alias.map(drop).ok_or_else(absent)
            }
        },
    }
}

/// A statement as a policy has it.
///
/// # Errors
/// `InvalidParameterValueException` for a principal that is none.
fn statement(input: &Input, arn: &str) -> Result<Value, Failure> {
    let who = input.principal.as_str();
    let is_account = who.len() == 12 && who.bytes().all(|b| b.is_ascii_digit());
    let principal = if who == "*" {
        json!("*")
    } else if is_account {
        json!({"AWS": format!("arn:aws:iam::{who}:root")})
    } else if who.starts_with("arn:") {
        json!({"AWS": who})
    } else if who.ends_with(".amazonaws.com") || who.ends_with(".amazon.com") {
        json!({"Service": who})
    } else {
        return Err(invalid(
            "The provided principal was invalid. Please check the principal and try again.",
        ));
    };
    let mut condition = Map::new();
    let mut equal = |operator: &str, key: &str, value: &Option<String>| {
        if let Some(value) = value {
            let fields = condition.entry(operator).or_insert_with(|| json!({}));
            fields[key] = value.as_str().into();
        }
    };
    equal("StringEquals", "AWS:SourceAccount", &input.source_account);
    equal(
        "StringEquals",
        "aws:PrincipalOrgID",
        &input.principal_org_id,
    );
    equal(
        "StringEquals",
        "lambda:EventSourceToken",
        &input.event_source_token,
    );
    equal(
        "StringEquals",
        "lambda:FunctionUrlAuthType",
        &input.function_url_auth_type,
    );
    equal("ArnLike", "AWS:SourceArn", &input.source_arn);
    let via_url = input.invoked_via_function_url;
    equal(
        "Bool",
        "lambda:InvokedViaFunctionUrl",
        &via_url.map(|is_via| is_via.to_string()),
    );
    let mut statement = json!({
        "Sid": input.statement_id,
        "Effect": "Allow",
        "Principal": principal,
        "Action": input.action,
        "Resource": arn,
    });
    if !condition.is_empty() {
        statement["Condition"] = condition.into();
    }
    Ok(statement)
}
