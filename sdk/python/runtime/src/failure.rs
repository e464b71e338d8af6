//! What the caller gets instead of a result: a name, a message, and where it happened.

use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::{AsObject as _, PyObjectRef, VirtualMachine};
use serde_json::{Value, json};

/// Lines of a stack trace at the most; a recursion has a thousand of the same.
const TRACE_LINES_MAX: usize = 50;

/// A named error, as the host passes it on.
pub(crate) struct Failure {
    name: String,
    message: String,
    trace: Option<Vec<String>>,
}

impl Failure {
    pub(crate) fn new(name: &str, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            message: message.into(),
            trace: None,
        }
    }

    /// The error that an exception is. Its class is the name, unless it brings a name of its own (`FunctionError`).
    pub(crate) fn from_exception(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> Self {
        let types = &vm.ctx.exceptions;
        let class = exception.class().name().to_string();
        let mut name = class;
        let mut message = text_of(exception.as_object(), vm);
        if exception.fast_isinstance(types.system_exit) {
            let code = attribute(exception, "code", vm).filter(|code| !vm.is_none(code));
            let code = code.map_or("0".into(), |code| text_of(&code, vm));
            message = format!(
                "sys.exit({code}) was called: a function ends by returning its result, or fails by raising an exception"
            );
        } else if exception.fast_isinstance(types.syntax_error) {
            message = syntax_message(exception, vm).unwrap_or(message);
        } else if let Some(given) = attribute(exception, "error_type", vm)
            && let Some(given) = given.downcast_ref::<rustpython_vm::builtins::PyStr>()
        {
            name = given.to_string_lossy().into_owned();
        }
        Self {
            name,
            message,
            trace: Some(trace(exception)),
        }
    }

    pub(crate) fn into_json(self) -> Vec<u8> {
        let mut error = json!({"errorType": self.name, "errorMessage": self.message});
        if let Some(trace) = self.trace.filter(|trace| !trace.is_empty()) {
            error["stackTrace"] = Value::from(trace);
        }
        error.to_string().into_bytes()
    }
}

/// `hello.py, line 3, column 7: invalid syntax`, with the line itself.
fn syntax_message(exception: &PyBaseExceptionRef, vm: &VirtualMachine) -> Option<String> {
    let word = |name| attribute(exception, name, vm).filter(|value| !vm.is_none(value));
    let what = text_of(&*word("msg")?, vm);
    let file = text_of(&*word("filename")?, vm);
    let line = text_of(&*word("lineno")?, vm);
    let column = word("offset").map_or("1".into(), |offset| text_of(&offset, vm));
    let source = word("text").map(|text| format!(": {}", text_of(&text, vm).trim()));
    Some(format!(
        "{file}, line {line}, column {column}: {what}{}",
        source.unwrap_or_default()
    ))
}

fn attribute(
    exception: &PyBaseExceptionRef,
    name: &'static str,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    exception.as_object().get_attr(name, vm).ok()
}

fn text_of(object: &rustpython_vm::PyObject, vm: &VirtualMachine) -> String {
    match object.str(vm) {
        Ok(text) => text.to_string_lossy().into_owned(),
        Err(_) => format!("<an unprintable {}>", object.class().name()),
    }
}

/// A line for each frame, the outermost first, as Python prints them.
fn trace(exception: &PyBaseExceptionRef) -> Vec<String> {
    let Some(traceback) = exception.__traceback__() else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let mut left_out = 0;
    for entry in traceback.iter() {
        let code = &entry.frame.code;
        let file = code.source_path().as_str();
        if file.starts_with("_steploom") {
            continue;
        }
        if lines.len() == TRACE_LINES_MAX {
            left_out += 1;
            continue;
        }
        let line = entry.lineno.get();
        let mut text = format!(
            "  File \"{file}\", line {line}, in {}",
            code.obj_name.as_str()
        );
        if let Some(source) = crate::load::source_line(file, line) {
            text.push_str("\n    ");
            text.push_str(source.trim());
        }
        text.push('\n');
        lines.push(text);
    }
    if left_out > 0 {
        lines.push(format!("  and {left_out} more\n"));
    }
    lines
}
