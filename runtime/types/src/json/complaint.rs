//! What is wrong with a text that is not JSON, in the words of AWS, which are those of the parser
//! Jackson (2.x).

/// What Jackson says is possible where a value is.
const VALUES: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/// Characters of an unknown word that are shown, as there.
const WORD_CHARS_MAX: usize = 256;

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// In Jackson's words, without the place.
    pub message: String,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1: as there, one behind the character that is meant.
    pub column: usize,
}

/// The first thing that is wrong with a text; none if it starts with a JSON value, whatever
/// follows. `source` is how a message that shows another place names the text, such as
/// `(String)"{"`.
///
/// Takes time linear in the text, and no stack.
pub fn complaint(text: &str, source: &str) -> Option<Complaint> {
    let mut reader = Reader {
        chars: text.chars(),
        source,
        line: 1,
        column: 1,
        open: Vec::new(),
    };
    let message = reader.value_and_all().err()?;
    Some(Complaint {
        message,
        line: reader.line,
        column: reader.column,
    })
}

/// An object or an array whose end has not come.
struct Open {
    is_object: bool,
    line: usize,
    column: usize,
}

struct Reader<'t> {
    chars: std::str::Chars<'t>,
    source: &'t str,
    line: usize,
    column: usize,
    open: Vec<Open>,
}

type Read = Result<(), String>;

impl Reader<'_> {
    /// A value, with all that is in it.
    fn value_and_all(&mut self) -> Read {
        self.skip_spaces()?;
        let first = self.next();
        self.value(first)?;
        while let Some(open) = self.open.last() {
            let is_object = open.is_object;
            self.skip_spaces()?;
            match self.next() {
                None => return Err(self.unclosed()),
                Some(c @ (']' | '}')) => self.close(c)?,
                Some(',') => {
                    self.skip_spaces()?;
                    if is_object {
                        let quote = self.next();
                        self.field(quote)?;
                    } else {
                        let first = self.next();
                        self.value(first)?;
                    }
                }
                Some(c) => {
                    let kind = if is_object { "Object" } else { "Array" };
                    return Err(unexpected(
                        c,
                        &format!("was expecting comma to separate {kind} entries"),
                    ));
                }
            }
        }
        Ok(())
    }

    /// A value that starts with this character. What opens is left open, with its first entry read.
    fn value(&mut self, first: Option<char>) -> Read {
        let mut first = first;
        loop {
            match first {
                None => return Err(self.unclosed()),
                Some(c @ ('{' | '[')) => {
                    self.open.push(Open {
                        is_object: c == '{',
                        line: self.line,
                        column: self.column - 1,
                    });
                    self.skip_spaces()?;
                    let next = self.next();
                    match (c, next) {
                        ('{', Some('}')) | ('[', Some(']')) => {
                            self.open.pop();
                            return Ok(());
                        }
                        ('{', quote) => {
                            first = self.name(quote)?;
                        }
                        (_, value) => first = value,
                    }
                }
                Some('"') => {
                    return self.text(
                        "string value",
                        "Unexpected end-of-input: was expecting closing quote for a string value",
                    );
                }
                Some(c @ ('-' | '0'..='9')) => return self.number(c),
                Some(c @ (']' | '}')) => return Err(unexpected(c, "expected a value")),
                Some(c) if c.is_alphabetic() || matches!(c, '_' | '$') => return self.word(c),
                Some(c) => return Err(unexpected(c, &format!("expected a valid value {VALUES}"))),
            }
        }
    }

    /// A field, from its name's quote on.
    fn field(&mut self, quote: Option<char>) -> Read {
        let first = self.name(quote)?;
        self.value(first)
    }

    /// A name and its colon; answers with the first character of the value.
    fn name(&mut self, quote: Option<char>) -> Result<Option<char>, String> {
        match quote {
            None => return Err(self.unclosed()),
            Some('"') => {}
            Some(c) => {
                return Err(unexpected(
                    c,
                    "was expecting double-quote to start field name",
                ));
            }
        }
        self.text("name", "Unexpected end-of-input in field name")?;
        self.skip_spaces()?;
        match self.next() {
            Some(':') => {}
            None => {
                return Err("Unexpected end-of-input within/between Object entries".to_owned());
            }
            Some(c) => {
                return Err(unexpected(
                    c,
                    "was expecting a colon to separate field name and value",
                ));
            }
        }
        self.skip_spaces()?;
        Ok(self.next())
    }

    fn close(&mut self, c: char) -> Read {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let (kind, own) = if open.is_object {
            ("Object", '}')
        } else {
            ("Array", ']')
        };
        if c == own {
            return Ok(());
        }
        Err(format!(
            "Unexpected close marker '{c}': expected '{own}' (for {kind} starting at {})",
            self.place(&open)
        ))
    }

    /// What is within quotes.
    fn text(&mut self, what: &str, at_end: &str) -> Read {
        loop {
            match self.next() {
                None => return Err(at_end.to_owned()),
                Some('"') => return Ok(()),
                Some('\\') => self.escape()?,
                Some(c) if c < ' ' => {
                    return Err(format!(
                        "Illegal unquoted character ({}): has to be escaped using backslash to be included in {what}",
                        described(c)
                    ));
                }
                Some(_) => {}
            }
        }
    }

    fn escape(&mut self) -> Read {
        match self.next() {
            None => Err("Unexpected end-of-input in character escape sequence".to_owned()),
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => Ok(()),
            Some('u') => {
                for _ in 0..4 {
                    match self.next() {
                        Some(c) if c.is_ascii_hexdigit() => {}
                        Some(c) => {
                            return Err(unexpected(
                                c,
                                "expected a hex-digit for character escape sequence",
                            ));
                        }
                        None => {
                            return Err(
                                "Unexpected end-of-input in character escape sequence".to_owned()
                            );
                        }
                    }
                }
                Ok(())
            }
            Some(c) => Err(format!("Unrecognized character escape {}", described(c))),
        }
    }

    fn number(&mut self, first: char) -> Read {
        let mut digit = first;
        if first == '-' {
            digit = match self.next() {
                Some(c @ '0'..='9') => c,
                Some(c) => {
                    return Err(in_number(
                        c,
                        "expected digit (0-9) to follow minus sign, for valid numeric value",
                    ));
                }
                None => return Err("Unexpected end-of-input in a Number value".to_owned()),
            };
        }
        if digit == '0' && self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.next();
            return Err("Invalid numeric value: Leading zeroes not allowed".to_owned());
        }
        self.digits();
        if self.peek() == Some('.') {
            self.next();
            self.need_digit("Decimal point not followed by a digit")?;
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.next();
            if matches!(self.peek(), Some('+' | '-')) {
                self.next();
            }
            self.need_digit("Exponent indicator not followed by a digit")?;
        }
        Ok(())
    }

    fn need_digit(&mut self, why: &str) -> Read {
        match self.next() {
            Some('0'..='9') => {
                self.digits();
                Ok(())
            }
            Some(c) => Err(in_number(c, why)),
            None => Err("Unexpected end-of-input in a Number value".to_owned()),
        }
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.next();
        }
    }

    /// `true`, `false`, `null`, or a word that is none of them.
    fn word(&mut self, first: char) -> Read {
        let mut word = String::from(first);
        while let Some(c) = self.peek()
            && (c.is_alphanumeric() || matches!(c, '_' | '$'))
        {
            self.next();
            word.push(c);
            if word.chars().count() >= WORD_CHARS_MAX {
                word.push_str("...");
                break;
            }
        }
        match word.as_str() {
            "true" | "false" | "null" => Ok(()),
            _ => Err(format!(
                "Unrecognized token '{word}': was expecting {VALUES}"
            )),
        }
    }

    fn skip_spaces(&mut self) -> Read {
        while let Some(c) = self.peek() {
            if matches!(c, ' ' | '\t' | '\n' | '\r') {
                self.next();
            } else if c < ' ' {
                self.next();
                return Err(format!(
                    "Illegal character ({}): only regular white space (\\r, \\n, \\t) is allowed between tokens",
                    described(c)
                ));
            } else {
                break;
            }
        }
        Ok(())
    }

    /// The text ends within something.
    fn unclosed(&self) -> String {
        match self.open.last() {
            None => "No content to map due to end-of-input".to_owned(),
            Some(open) => {
                let kind = if open.is_object { "Object" } else { "Array" };
                format!(
                    "Unexpected end-of-input: expected close marker for {kind} (start marker at {})",
                    self.place(open)
                )
            }
        }
    }

    fn place(&self, open: &Open) -> String {
        format!(
            "[Source: {}; line: {}, column: {}]",
            self.source, open.line, open.column
        )
    }

    fn peek(&self) -> Option<char> {
        self.chars.clone().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.chars.next()?;
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }
}

fn unexpected(c: char, why: &str) -> String {
    format!("Unexpected character ({}): {why}", described(c))
}

fn in_number(c: char, why: &str) -> String {
    format!(
        "Unexpected character ({}) in numeric value: {why}",
        described(c)
    )
}

/// `'a' (code 97)`.
fn described(c: char) -> String {
    let code = u32::from(c);
    if c.is_control() {
        format!("(CTRL-CHAR, code {code})")
    } else if code > 255 {
        format!("'{c}' (code {code} / 0x{code:x})")
    } else {
        format!("'{c}' (code {code})")
    }
}

#[cfg(test)]
mod tests;
