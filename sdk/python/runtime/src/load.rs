//! Loading: the interpreter is made, the function's files are run, and what every call needs is looked up.

use std::cell::RefCell;

use rustpython_vm::builtins::{PyDictRef, PyStr, PyTuple};
use rustpython_vm::gc_state::gc_state;
use rustpython_vm::{AsObject as _, PyObjectRef, PyResult, VirtualMachine};

use crate::failure::Failure;
use crate::package::Package;
use crate::{environment, guest, heap};

/// Objects that a call makes and keeps before it looks for cycles among them.
const CYCLES_AFTER: u32 = 10_000;
/// Tuples up to this length are kept for reuse by the interpreter.
const SPARE_TUPLE_LEN_MAX: usize = 20;

/// What a call needs.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) handler: PyObjectRef,
    /// How many of event and context the handler takes.
    pub(crate) arguments: usize,
    pub(crate) context: PyObjectRef,
    /// Seeds the generators of random numbers; only where there are some.
    pub(crate) renew: Option<PyObjectRef>,
    /// Runs a coroutine.
    pub(crate) run: PyObjectRef,
}

thread_local! {
    static FUNCTION: RefCell<Option<Function>> = const { RefCell::new(None) };
    static FILES: RefCell<Option<PyDictRef>> = const { RefCell::new(None) };
}

unsafe extern "C" {
    /// Makes the C library ask the host for its folders again.
    safe fn __wasilibc_reset_preopens();
}

/// Loads a package.
pub(crate) fn load(text: &[u8]) -> Result<(), Failure> {
    let package = Package::parse(text)?;
    guest::with(|vm| {
        let loaded = start(&package, vm);
        let flushed = flush(vm);
        let function = loaded.and_then(|function| flushed.map(|()| function));
        let function = function.map_err(|exception| Failure::from_exception(&exception, vm))?;
        FUNCTION.set(Some(function));
        settle(vm);
        Ok(())
    })
}

/// The loaded function.
pub(crate) fn function() -> Option<Function> {
    FUNCTION.with_borrow(Clone::clone)
}

/// A line of the function's files.
pub(crate) fn source_line(file: &str, line: usize) -> Option<String> {
    let files = FILES.with_borrow(Clone::clone)?;
    let (_, text) = (&files).into_iter().find(|(name, _)| {
        name.downcast_ref::<PyStr>()
            .is_some_and(|name| name.as_bytes() == file.as_bytes())
    })?;
    let text = text.downcast_ref::<PyStr>()?.to_str()?;
    Some(text.lines().nth(line.checked_sub(1)?)?.to_owned())
}

/// Writes out what `print` still holds.
pub(crate) fn flush(vm: &VirtualMachine) -> PyResult<()> {
    for name in ["stdout", "stderr"] {
        let stream = vm.sys_module.get_attr(name, vm)?;
        if !vm.is_none(&stream) {
            vm.call_method(&stream, "flush", ())?;
        }
    }
    Ok(())
}

fn start(package: &Package, vm: &VirtualMachine) -> PyResult<Function> {
    let helper = vm.import("steploom", 0)?;
    let boot = vm.import("_steploom_boot", 0)?;
    let files = vm.ctx.new_dict();
    for (path, text) in &package.files {
        files.set_item(path.as_str(), vm.ctx.new_str(text.as_str()).into(), vm)?;
    }
    FILES.set(Some(files.clone()));
    let loaded = vm.call_method(
        &boot,
        "load",
        (package.entry.as_str(), package.handler.as_str(), files),
    )?;
    let loaded = loaded.try_to_ref::<PyTuple>(vm)?;
    let generators = boot.get_attr("generators", vm)?;
    let renew = boot.get_attr("renew", vm)?;
    Ok(Function {
        handler: loaded.as_slice()[0].clone(),
        arguments: loaded.as_slice()[1].clone().try_into_value(vm)?,
        context: helper.get_attr("context", vm)?,
        renew: (generators.length(vm)? > 0).then_some(renew),
        run: loaded.as_slice()[2].clone(),
    })
}

/// Leaves a memory behind that is small, and of which a call touches little.
fn settle(vm: &VirtualMachine) {
    gc_state().collect_force(2);
    environment::forget();
    __wasilibc_reset_preopens();
    heap::settle();
    spend_spares(vm);
    gc_state().freeze();
    gc_state().set_threshold(CYCLES_AFTER, None, None);
}

/// Takes the objects that the interpreter keeps for reuse, and never gives them back. They lie scattered over the memory,
/// and a call that used them would touch as many pages.
fn spend_spares(vm: &VirtualMachine) {
    let ctx = &vm.ctx;
    spend(|| ctx.new_int(1_i64 << 40).into());
    spend(|| ctx.new_float(0.5).into());
    spend(|| ctx.new_dict().into());
    spend(|| ctx.new_list(Vec::new()).into());
    for len in 1..=SPARE_TUPLE_LEN_MAX {
        spend(|| ctx.new_tuple(vec![ctx.none(); len]).into());
    }
}

/// Makes objects until one is new.
fn spend(make: impl Fn() -> PyObjectRef) {
    loop {
        let object = make();
        let address = object.get_id();
        std::mem::forget(object);
        if heap::is_new(address) {
            break;
        }
    }
}
