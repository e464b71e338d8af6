//! Writes JSON: numbers as Python prints them. A result's text is as it is, and `NaN`, which is not JSON, is refused;
//! `json.dumps` has its own [`Style`].

use rustpython_vm::builtins::{PyBaseExceptionRef, PyDict, PyFloat, PyInt, PyList, PyStr, PyTuple};
use rustpython_vm::common::wtf8::Wtf8;
use rustpython_vm::{AsObject as _, PyObject, PyObjectRef, PyResult, VirtualMachine, literal};

use super::DEPTH_MAX;

/// How JSON is written.
pub(crate) struct Style<'a> {
    pub(crate) comma: &'a str,
    pub(crate) colon: &'a str,
    /// Whether what is not ASCII is escaped; then half of a surrogate pair is as well.
    pub(crate) is_ascii: bool,
    /// Whether `NaN` and `Infinity` are written so.
    pub(crate) has_nan: bool,
}

/// How a result is written.
pub(crate) const RESULT: Style<'static> = Style {
    comma: ",",
    colon: ":",
    is_ascii: false,
    has_nan: false,
};

/// The text of a value; a `TypeError` or `ValueError` that names what cannot be JSON.
pub(crate) fn write(value: &PyObject, style: &Style<'_>, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
    let mut writer = Writer {
        text: Vec::with_capacity(64),
        outer: Vec::new(),
        style,
        vm,
    };
    writer.value(value)?;
    Ok(writer.text)
}

/// Writes text in quotes. Half of a surrogate pair, which JSON's readers refuse, becomes U+FFFD.
pub(crate) fn write_text(to: &mut Vec<u8>, text: &Wtf8) {
    to.push(b'"');
    match text.as_str() {
        Ok(text) => escape(to, text),
        Err(_) => escape(to, &text.to_string_lossy()),
    }
    to.push(b'"');
}

fn escape(to: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut plain_from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..0x20 => b'u',
            _ => continue,
        };
        to.extend(&bytes[plain_from..at]);
        to.extend([b'\\', short]);
        if short == b'u' {
            to.extend(format!("{byte:04x}").bytes());
        }
        plain_from = at + 1;
    }
    to.extend(&bytes[plain_from..]);
}

/// Writes text in quotes, all of it ASCII.
fn write_ascii(to: &mut Vec<u8>, text: &Wtf8) {
    to.push(b'"');
    let mut units = [0; 2];
    for point in text.code_points() {
        match point.to_char() {
            Some('"') => to.extend(br#"\""#),
            Some('\\') => to.extend(br"\\"),
            Some('\n') => to.extend(br"\n"),
            Some('\r') => to.extend(br"\r"),
            Some('\t') => to.extend(br"\t"),
            Some('\u{8}') => to.extend(br"\b"),
            Some('\u{c}') => to.extend(br"\f"),
            Some(plain @ '\u{20}'..='\u{7f}') => to.push(plain as u8),
            Some(other) => {
                for unit in other.encode_utf16(&mut units) {
                    to.extend(format!("\\u{unit:04x}").bytes());
                }
            }
            None => to.extend(format!("\\u{:04x}", point.to_u32()).bytes()),
        }
    }
    to.push(b'"');
}

struct Writer<'a> {
    style: &'a Style<'a>,
    text: Vec<u8>,
    /// The lists and dictionaries that are being written, by address.
    outer: Vec<usize>,
    vm: &'a VirtualMachine,
}

impl Writer<'_> {
    fn value(&mut self, value: &PyObject) -> PyResult<()> {
        let ctx = &self.vm.ctx;
        if let Some(text) = value.downcast_ref::<PyStr>() {
            self.string(text)?;
        } else if self.vm.is_none(value) {
            self.text.extend(b"null");
        } else if value.is(&ctx.true_value) {
            self.text.extend(b"true");
        } else if value.is(&ctx.false_value) {
            self.text.extend(b"false");
        } else if let Some(number) = value.downcast_ref::<PyInt>() {
            self.text.extend(number.as_bigint().to_string().bytes());
        } else if let Some(number) = value.downcast_ref::<PyFloat>() {
            let number = self.float(number.to_f64())?;
            self.text.extend(number.bytes());
        } else if let Some(object) = value.downcast_ref::<PyDict>() {
            self.nested(value, |writer| writer.object(object))?;
        } else if let Some(list) = value.downcast_ref::<PyList>() {
            // A copy: what is written may run Python, which may change the list.
            let items = list.borrow_vec().to_vec();
            self.nested(value, |writer| writer.list(&items))?;
        } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
            self.nested(value, |writer| writer.list(tuple.as_slice()))?;
        } else {
            let class = value.class().name().to_string();
            return Err(self
                .vm
                .new_type_error(format!("Object of type {class} is not JSON serializable")));
        }
        Ok(())
    }

    fn string(&mut self, text: &PyStr) -> PyResult<()> {
        if self.style.is_ascii {
            write_ascii(&mut self.text, text.as_wtf8());
            return Ok(());
        }
        if text.as_wtf8().as_str().is_err() {
            return Err(self.wrong("a text with half of a surrogate pair is not JSON"));
        }
        write_text(&mut self.text, text.as_wtf8());
        Ok(())
    }

    fn float(&self, number: f64) -> PyResult<String> {
        let name = literal::float::to_string(number);
        if number.is_finite() {
            return Ok(name);
        }
        if self.style.has_nan {
            return Ok(name.replace("nan", "NaN").replace("inf", "Infinity"));
        }
        let message = format!("Out of range float values are not JSON compliant: {name}");
        Err(self.wrong(&message))
    }

    fn nested(
        &mut self,
        value: &PyObject,
        write: impl FnOnce(&mut Self) -> PyResult<()>,
    ) -> PyResult<()> {
        let address = value.get_id();
        if self.outer.contains(&address) {
            return Err(self.wrong("Circular reference detected"));
        }
        if self.outer.len() == DEPTH_MAX {
            let message = format!("a result nested more than {DEPTH_MAX} deep");
            return Err(self.vm.new_recursion_error(message));
        }
        self.outer.push(address);
        write(self)?;
        self.outer.pop();
        Ok(())
    }

    fn list(&mut self, items: &[PyObjectRef]) -> PyResult<()> {
        self.text.push(b'[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.text.extend(self.style.comma.bytes());
            }
            self.value(item)?;
        }
        self.text.push(b']');
        Ok(())
    }

    fn object(&mut self, object: &PyDict) -> PyResult<()> {
        self.text.push(b'{');
        for (at, (name, value)) in object.items_vec().iter().enumerate() {
            if at > 0 {
                self.text.extend(self.style.comma.bytes());
            }
            self.name(name)?;
            self.text.extend(self.style.colon.bytes());
            self.value(value)?;
        }
        self.text.push(b'}');
        Ok(())
    }

    /// A key, as `json.dumps` turns it into a text.
    fn name(&mut self, name: &PyObject) -> PyResult<()> {
        let ctx = &self.vm.ctx;
        let name = if let Some(text) = name.downcast_ref::<PyStr>() {
            return self.string(text);
        } else if self.vm.is_none(name) {
            "null".to_owned()
        } else if name.is(&ctx.true_value) {
            "true".to_owned()
        } else if name.is(&ctx.false_value) {
            "false".to_owned()
        } else if let Some(number) = name.downcast_ref::<PyInt>() {
            number.as_bigint().to_string()
        } else if let Some(number) = name.downcast_ref::<PyFloat>() {
            self.float(number.to_f64())?
        } else {
            let class = name.class().name().to_string();
            let message = format!("keys must be str, int, float, bool or None, not {class}");
            return Err(self.vm.new_type_error(message));
        };
        self.text.extend([b"\"", name.as_bytes(), b"\""].concat());
        Ok(())
    }

    fn wrong(&self, what: &str) -> PyBaseExceptionRef {
        self.vm.new_value_error(what.to_owned())
    }
}
