//! `TestState`

use steploom_types::Json;

use super::Call;
use crate::{Answer, Failure};

/// Runs one state on an input and says what it does.
pub(super) async fn test(call: &Call<'_>) -> Answer {
    let request = Json::from(call.input.clone());
    let tested = call.ports.test_states.test_state(call.account, request);
    tested
        .await
        .map(Json::into_value)
        .map_err(|error| match error.code {
            "ValidationException" | "InvalidDefinition" | "InvalidExecutionInput" => {
                Failure::new(error.code, error.message)
            }
            _ => error.into(),
        })
}
