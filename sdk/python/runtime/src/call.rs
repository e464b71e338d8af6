//! A call: the event is read, the handler runs, its result is written. What was made stays, as the memory mostly ends
//! here; another call in the same memory takes it down first.

use std::cell::Cell;

use rustpython_vm::builtins::PyCoroutine;
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

use crate::failure::Failure;
use crate::load::{Function, flush, function};
use crate::{guest, json};

thread_local! {
    /// What the call before returned.
    static BEFORE: Cell<Option<PyObjectRef>> = const { Cell::new(None) };
}

/// Answers one event.
pub(crate) fn handle(event: &[u8]) -> Result<Vec<u8>, Failure> {
    let Some(function) = function() else {
        return Err(Failure::new(
            "NotLoaded",
            "the function's files were not loaded yet: call steploom_load first",
        ));
    };
    guest::with(|vm| {
        drop(BEFORE.take());
        let result = call(&function, event, vm);
        // What is printed after all is lost; what the handler returned is not.
        let _ = flush(vm);
        std::mem::forget(function.clone());
        result.map_err(|exception| Failure::from_exception(&exception, vm))
    })
}

fn call(function: &Function, event: &[u8], vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    if let Some(renew) = &function.renew {
        renew.call((), vm)?;
    }
    let event = json::read(event, false, vm)?;
    let context = function.context.clone();
    let result = match function.arguments {
        0 => function.handler.call((), vm)?,
        1 => function.handler.call((event,), vm)?,
        _ => function.handler.call((event, context), vm)?,
    };
    let result = if result.downcast_ref::<PyCoroutine>().is_some() {
        function.run.call((result,), vm)?
    } else {
        result
    };
    let text = json::write(&result, &json::RESULT, vm);
    BEFORE.set(Some(result));
    text
}
