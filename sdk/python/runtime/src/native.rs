//! The module `_steploom`: what the parts in Python need of the parts in Rust.

pub(crate) use _steploom::module_def;

#[rustpython_vm::pymodule]
mod _steploom {
    use std::io::Write as _;

    use rustpython_vm::builtins::{PyDictRef, PyStrRef};
    use rustpython_vm::function::ArgBytesLike;
    use rustpython_vm::{AsObject as _, PyObjectRef, PyResult, VirtualMachine};

    use crate::{environment, guest, json, platform};

    /// The variables of this call's environment, bytes by bytes.
    #[pyfunction]
    fn environ(vm: &VirtualMachine) -> PyResult<PyDictRef> {
        environment::current(vm)
    }

    /// Writes a line of the log: a JSON object with a level, a message and fields. A field that cannot be JSON is null.
    #[pyfunction]
    fn log(level: PyStrRef, message: PyStrRef, fields: PyDictRef, vm: &VirtualMachine) {
        let mut line = b"{\"level\":".to_vec();
        json::write_text(&mut line, level.as_wtf8());
        line.extend(b",\"message\":");
        json::write_text(&mut line, message.as_wtf8());
        for (name, value) in &fields {
            let Ok(name) = name.str(vm) else { continue };
            line.push(b',');
            json::write_text(&mut line, name.as_wtf8());
            line.push(b':');
            match json::write(&value, &json::RESULT, vm) {
                Ok(value) => line.extend(value),
                Err(_) => line.extend(b"null"),
            }
        }
        line.extend(b"}\n");
        // A line that cannot be written is lost; the call goes on.
        let _ = std::io::stderr().write_all(&line);
    }

    /// Asks the platform for something: what the answer's line says, and its body.
    #[pyfunction]
    fn ask(
        line: PyDictRef,
        body: ArgBytesLike,
        vm: &VirtualMachine,
    ) -> PyResult<(PyObjectRef, PyObjectRef)> {
        let mut request = json::write(line.as_object(), &json::RESULT, vm)?;
        request.push(b'\n');
        request.extend_from_slice(&body.borrow_buf());
        let mut answer = platform::ask(&request);
        let end = answer.iter().position(|byte| *byte == b'\n');
        let body = answer.split_off(end.map_or(answer.len(), |end| end + 1));
        let said = json::read(&answer, false, vm)?;
        Ok((said, vm.ctx.new_bytes(body).into()))
    }

    /// How much fuel is left.
    #[pyfunction]
    fn fuel() -> i64 {
        platform::fuel()
    }

    /// Sets how deep calls may go, within what the stack has room for.
    #[pyfunction]
    fn limit_recursion(depth: usize, vm: &VirtualMachine) {
        vm.recursion_limit.set(depth.min(guest::RECURSION_MAX));
    }

    /// The value that a JSON text is, as `json.loads` reads it.
    #[pyfunction]
    fn loads(text: PyStrRef, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
        json::read(text.as_wtf8().as_bytes(), true, vm)
    }

    /// The JSON text of a value, as `json.dumps` writes it.
    #[pyfunction]
    fn dumps(
        value: PyObjectRef,
        comma: PyStrRef,
        colon: PyStrRef,
        is_ascii: bool,
        has_nan: bool,
        vm: &VirtualMachine,
    ) -> PyResult<String> {
        let style = json::Style {
            comma: comma.to_str().unwrap_or(", "),
            colon: colon.to_str().unwrap_or(": "),
            is_ascii,
            has_nan,
        };
        let text = json::write(&value, &style, vm)?;
        String::from_utf8(text).map_err(|_| vm.new_value_error("this is no text"))
    }
}
