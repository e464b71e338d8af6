//! Handlers: components whose one function takes the event and gives the result, both text.

use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, InstancePre};

use super::Answer;
use crate::guest::Guest;

/// A linked handler.
pub(crate) struct Handler {
    /// Ready to be instantiated.
    pub(crate) pre: InstancePre<Guest>,
    /// `handle`.
    pub(crate) handle: ComponentExportIndex,
}

impl Handler {
    /// Calls it once.
    ///
    /// # Errors
    /// A trap, or a limit that was hit.
    pub(crate) async fn run(
        &self,
        store: &mut Store<Guest>,
        event: &str,
        output_bytes_max: u64,
    ) -> wasmtime::Result<Answer> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        let handle = instance
            .get_typed_func::<(&str,), (Result<String, String>,)>(&mut *store, &self.handle)?;
        let (answer,) = handle.call_async(store, (event,)).await?;
        let text = answer.as_ref().unwrap_or_else(|error| error);
        if text.len() as u64 > output_bytes_max {
            return Ok(Answer::TooLarge);
        }
        Ok(match answer {
            Ok(result) => Answer::Result(result.into_bytes()),
            Err(error) => Answer::Failed(error.into_bytes()),
        })
    }
}
