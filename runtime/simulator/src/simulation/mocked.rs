//! Makes a machine ready for mocked answers.
//!
//! A mocked answer is what the service would have answered, as a whole. So a mocked call of an
//! integration whose answer the interpreter would wrap is turned into a call of one that it leaves
//! as it is; the history names the service all the same.

use std::sync::Arc;

use steploom_asl::Machine;
use steploom_asl::model::{Api, Integration, Kind, Resource};

use crate::mock::TestCase;

/// The machine, with the calls of mocked states as the interpreter should see them.
pub(crate) fn machine(machine: Arc<Machine>, mocks: Option<&TestCase>) -> Arc<Machine> {
    let Some(mocks) = mocks else {
        return machine;
    };
    match Arc::try_unwrap(machine) {
        Ok(mut machine) => {
            for state in &mut machine.states {
                if mocks.has(&state.name)
                    && let Kind::Task(task) = &mut state.kind
                {
                    make_foreign(&mut task.resource);
                }
            }
            Arc::new(machine)
        }
        Err(shared) => shared,
    }
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
