//! The environment of this call, asked of the host: what the C library remembers is from the time of loading.

use std::cell::RefCell;

use rustpython_vm::builtins::PyDictRef;
use rustpython_vm::{PyResult, VirtualMachine};

thread_local! {
    /// What `os.environ` keeps its variables in, once it was asked for.
    static CURRENT: RefCell<Option<PyDictRef>> = const { RefCell::new(None) };
    /// What the function's files set while they were loaded.
    static LOADED: RefCell<Option<PyDictRef>> = const { RefCell::new(None) };
}

/// The variables as `os.environ` keeps them: bytes by bytes. What was set at loading is there where the call's
/// environment does not say otherwise.
pub(crate) fn current(vm: &VirtualMachine) -> PyResult<PyDictRef> {
    if let Some(current) = CURRENT.with_borrow(Clone::clone) {
        return Ok(current);
    }
    let variables = vm.ctx.new_dict();
    if let Some(loaded) = LOADED.with_borrow(Clone::clone) {
        for (name, value) in &loaded {
            variables.set_item(&*name, value, vm)?;
        }
    }
    each(|name, value| {
        let value = vm.ctx.new_bytes(value.to_vec()).into();
        variables.set_item(vm.ctx.new_bytes(name.to_vec()).as_object(), value, vm)
    })?;
    CURRENT.set(Some(variables.clone()));
    Ok(variables)
}

/// Ends the time of loading.
pub(crate) fn forget() {
    LOADED.set(CURRENT.take());
}

use rustpython_vm::AsObject as _;

/// Gives each variable of the host's environment.
fn each<E>(mut take: impl FnMut(&[u8], &[u8]) -> Result<(), E>) -> Result<(), E> {
    // SAFETY: the sizes are the host's own, of the same environment.
    let text = unsafe {
        let Ok((count, bytes)) = wasip1::environ_sizes_get() else {
            return Ok(());
        };
        let mut starts: Vec<*mut u8> = Vec::with_capacity(count);
        let mut text: Vec<u8> = Vec::with_capacity(bytes);
        if wasip1::environ_get(starts.as_mut_ptr(), text.as_mut_ptr()).is_err() {
            return Ok(());
        }
        text.set_len(bytes);
        text
    };
    for line in text.split(|byte| *byte == 0) {
        if let Some(at) = line.iter().position(|byte| *byte == b'=') {
            take(&line[..at], &line[at + 1..])?;
        }
    }
    Ok(())
}
