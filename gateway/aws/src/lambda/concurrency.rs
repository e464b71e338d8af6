//! How many invocations of a function run at once, and what an account may use.

use serde::Deserialize;
use serde_json::json;
use steploom_types::limits;

use super::name::{LATEST, Target};
use super::{Answer, Call, failure, invalid};
use crate::Failure;
use crate::rest::Output;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    function_name: String,
    reserved_concurrent_executions: Option<u32>,
}

/// `PutFunctionConcurrency`
pub(super) async fn put(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    if target.qualifier.is_some() {
        return Err(invalid(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.",
        ));
    }
    let wanted = input.reserved_concurrent_executions;
    set(call, &target, wanted).await?;
    Ok(json!({"ReservedConcurrentExecutions": wanted}).into())
}

/// `DeleteFunctionConcurrency`
pub(super) async fn delete(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    set(call, &target, None).await?;
    Ok(Output::default())
}

/// `GetFunctionConcurrency`
pub(super) async fn get(call: &Call<'_>) -> Answer {
    let input: Input = call.read()?;
    let target = Target::read(&input.function_name, None)?;
    let profiles = &call.ports.function_profiles;
    let profile = profiles.profile(call.account, &target.name).await;
    let profile = profile.map_err(|error| failure(error, &target.arn(call)))?;
    Ok(match profile.concurrency {
        None => json!({}),
        Some(reserved) => json!({"ReservedConcurrentExecutions": reserved}),
    }
    .into())
}

async fn set(call: &Call<'_>, target: &Target, wanted: Option<u32>) -> Result<(), Failure> {
    let profiles = &call.ports.function_profiles;
    let set = profiles.limit(call.account, &target.name, wanted).await;
    set.map_err(|error| failure(error, &format!("{}:{LATEST}", target.arn(call))))
}

/// `GetAccountSettings`
pub(super) async fn account(call: &Call<'_>) -> Answer {
    let (mut count, mut bytes) = (0, 0);
    let mut next = None;
    loop {
        let functions = &call.ports.functions;
        let page = functions.list(call.account, limits::PAGE_SIZE_MAX, next);
        let page = page.await.map_err(|error| failure(error, ""))?;
        count += page.items.len();
        bytes += page
            .items
            .iter()
            .map(|one| one.latest.module_bytes)
            .sum::<u64>();
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let most = limits::function::CONCURRENCY_MAX;
    Ok(json!({
        "AccountLimit": {
            "CodeSizeUnzipped": limits::MODULE_BYTES_MAX,
            "CodeSizeZipped": limits::LAMBDA_ZIP_BYTES_MAX,
            "ConcurrentExecutions": most,
            "UnreservedConcurrentExecutions": most,
        },
        "AccountUsage": {"FunctionCount": count, "TotalCodeSize": bytes},
    })
    .into())
}
