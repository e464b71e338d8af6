//! Makes a machine ready for mocked answers.
//!
//! A mocked answer is what the service would have answered, as a whole. So a mocked call of an
//! integration whose answer the interpreter would wrap is turned into a call of one that it leaves
//! as it is; the history names the service all the same.

use std::sync::Arc;

use steploom_asl::Machine;
use steploom_asl::model::{Api, Integration, Kind, Resource};

use super::Error;
use crate::mock::TestCase;

/// Turns the calls of mocked states into what the interpreter leaves as it is.
///
/// # Errors
/// [`Error::Shared`]: somebody else has the machine, too.
pub(crate) fn prepare(machine: &mut Arc<Machine>, mocks: &TestCase) -> Result<(), Error> {
    let machine = Arc::get_mut(machine).ok_or(Error::Shared)?;
    for state in &mut machine.states {
        if mocks.has(&state.name)
            && let Kind::Task(task) = &mut state.kind
        {
            make_foreign(&mut task.resource);
        }
    }
    Ok(())
}

/// Leaves nothing of a service's API but its name.
pub(crate) fn make_foreign(resource: &mut Resource) {
    if let Resource::Service(Integration { api, .. }) = resource {
        *api = Api::Foreign {
            service: api.service().into(),
            action: api.action().into(),
        };
    }
}
