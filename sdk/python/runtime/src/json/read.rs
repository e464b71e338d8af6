//! Reads JSON: integers of any size are exact, floating-point numbers the nearest ones, objects keep their order.

use rustpython_vm::common::wtf8::{CodePoint, Wtf8Buf};
use rustpython_vm::{AsObject as _, PyObjectRef, PyResult, VirtualMachine};

use super::DEPTH_MAX;

/// The value that `text` is; a `ValueError` that says where it is no JSON. `NaN` and `Infinity` are values on demand.
pub(crate) fn read(text: &[u8], has_nan: bool, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        has_nan,
        vm,
    };
    let value = reader.value()?;
    reader.skip_space();
    if reader.at < text.len() {
        return Err(reader.wrong("there is more after the value"));
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    has_nan: bool,
    vm: &'a VirtualMachine,
}

impl Reader<'_> {
    fn value(&mut self) -> PyResult<PyObjectRef> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::list),
            Some(b'"') => Ok(self.vm.ctx.new_str(self.string()?).into()),
            Some(b'N') if self.has_nan => self.word("NaN", |vm| vm.ctx.new_float(f64::NAN).into()),
            Some(b'I') if self.has_nan => {
                self.word("Infinity", |vm| vm.ctx.new_float(f64::INFINITY).into())
            }
            Some(b'-') if self.has_nan && self.text[self.at..].starts_with(b"-I") => {
                self.word("-Infinity", |vm| vm.ctx.new_float(-f64::INFINITY).into())
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", |vm| vm.ctx.new_bool(true).into()),
            Some(b'f') => self.word("false", |vm| vm.ctx.new_bool(false).into()),
            Some(b'n') => self.word("null", |vm| vm.ctx.none()),
            Some(_) => Err(self.wrong("a value cannot begin so")),
            None => Err(self.wrong("a value is missing")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> PyResult<PyObjectRef>) -> PyResult<PyObjectRef> {
        if self.depth == DEPTH_MAX {
            let message = format!("JSON nested more than {DEPTH_MAX} deep");
            return Err(self.vm.new_recursion_error(message));
        }
        self.at += 1;
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> PyResult<PyObjectRef> {
        let object = self.vm.ctx.new_dict();
        if self.ends_with(b'}') {
            return Ok(object.into());
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a name in quotes is missing"));
            }
            let name = self.vm.ctx.new_str(self.string()?);
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.wrong("a colon is missing"));
            }
            self.at += 1;
            let value = self.value()?;
            object.set_item(name.as_object(), value, self.vm)?;
            if self.ends_with(b'}') {
                return Ok(object.into());
            }
            self.comma()?;
        }
    }

    fn list(&mut self) -> PyResult<PyObjectRef> {
        let mut items = Vec::new();
        if !self.ends_with(b']') {
            loop {
                items.push(self.value()?);
                if self.ends_with(b']') {
                    break;
                }
                self.comma()?;
            }
        }
        Ok(self.vm.ctx.new_list(items).into())
    }

    /// Whether the next character is this one, which is then read.
    fn ends_with(&mut self, end: u8) -> bool {
        self.skip_space();
        let ends = self.peek() == Some(end);
        self.at += usize::from(ends);
        ends
    }

    fn comma(&mut self) -> PyResult<()> {
        if self.peek() != Some(b',') {
            return Err(self.wrong("a comma is missing"));
        }
        self.at += 1;
        Ok(())
    }

    fn word(
        &mut self,
        word: &str,
        value: fn(&VirtualMachine) -> PyObjectRef,
    ) -> PyResult<PyObjectRef> {
        if !self.text[self.at..].starts_with(word.as_bytes()) {
            return Err(self.wrong("a value cannot begin so"));
        }
        self.at += word.len();
        Ok(value(self.vm))
    }

    fn number(&mut self) -> PyResult<PyObjectRef> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let first = self.at;
        self.digits()?;
        if self.text[first] == b'0' && self.at > first + 1 {
            self.at = first + 1;
            return Err(self.wrong("a number cannot begin with 0"));
        }
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            is_whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_whole = false;
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        let digits = str::from_utf8(&self.text[start..self.at]).expect("digits are ASCII");
        let ctx = &self.vm.ctx;
        if !is_whole {
            let number = digits.parse::<f64>().expect("it has the form of a number");
            return Ok(ctx.new_float(number).into());
        }
        match digits.parse::<i64>() {
            Ok(number) => Ok(ctx.new_int(number).into()),
            Err(_) => ctx.types.int_type.as_object().call((digits,), self.vm),
        }
    }

    fn digits(&mut self) -> PyResult<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.wrong("a digit is missing"));
        }
        Ok(())
    }

    fn string(&mut self) -> PyResult<Wtf8Buf> {
        self.at += 1;
        let mut string = Wtf8Buf::new();
        loop {
            let start = self.at;
            while self
                .peek()
                .is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20)
            {
                self.at += 1;
            }
            match str::from_utf8(&self.text[start..self.at]) {
                Ok(plain) => string.push_str(plain),
                Err(_) => return Err(self.wrong("a string is not UTF-8")),
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => self.escape(&mut string)?,
                Some(_) => return Err(self.wrong("a control character must be escaped")),
                None => return Err(self.wrong("a string does not end")),
            }
        }
    }

    fn escape(&mut self, string: &mut Wtf8Buf) -> PyResult<()> {
        self.at += 2;
        let plain = match self.text.get(self.at - 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let point = self.code_point()?;
                string.push(point);
                return Ok(());
            }
            _ => return Err(self.wrong("an escape is not known")),
        };
        string.push_char(plain);
        Ok(())
    }

    /// One `\uXXXX`, or two that make a pair. Half a pair stands for itself, as in Python.
    fn code_point(&mut self) -> PyResult<CodePoint> {
        let unit = self.unit()?;
        if (0xd800..0xdc00).contains(&unit) && self.text[self.at..].starts_with(b"\\u") {
            let start = self.at;
            self.at += 2;
            let low = self.unit()?;
            if (0xdc00..0xe000).contains(&low) {
                let point = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Ok(CodePoint::from_u32(point).expect("a pair is within Unicode"));
            }
            self.at = start;
        }
        Ok(CodePoint::from_u32(unit).expect("four digits are within Unicode"))
    }

    fn unit(&mut self) -> PyResult<u32> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|four| four.iter().all(u8::is_ascii_hexdigit));
        let Some(digits) = digits.and_then(|four| str::from_utf8(four).ok()) else {
            return Err(self.wrong("four digits are missing"));
        };
        self.at += 4;
        Ok(u32::from_str_radix(digits, 16).expect("hexadecimal digits"))
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn wrong(&self, what: &str) -> rustpython_vm::builtins::PyBaseExceptionRef {
        let message = format!("this is not JSON: {what}, at byte {}", self.at);
        self.vm.new_value_error(message)
    }
}
