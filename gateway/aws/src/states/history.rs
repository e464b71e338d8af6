//! `GetExecutionHistory`

use serde::Deserialize;
use steploom_api::wire;

use super::{Call, event, execution, failure, next_of, page_size, paged, token_of};
use crate::Answer;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct History {
    execution_arn: String,
    max_results: Option<u32>,
    #[serde(default)]
    reverse_order: bool,
    next_token: Option<String>,
    include_execution_data: Option<bool>,
}

/// A page of an execution's history.
pub(super) async fn page(call: &Call<'_>) -> Answer {
    let input: History = call.read()?;
    let found = execution::find(call, &input.execution_arn).await?;
    let page = wire::PageHistory {
        limit: Some(page_size(input.max_results)),
        reverse: input.reverse_order,
        next: next_of(input.next_token.as_deref())?,
    };
    let executions = &call.ports.executions;
    let page = executions.history(call.account, found.summary.id, page);
    let page = page
        .await
        .map_err(|error| failure(error, &input.execution_arn))?;
    let with_data = input.include_execution_data.unwrap_or(true);
    let origin = event::Origin::of(call, &found.summary).await;
    let events = page.items.into_iter();
    let events = events
        .map(|event| event::shown(event, &origin, with_data))
        .collect();
    Ok(paged("events", events, token_of(page.next)))
}
