//! Calls of intrinsic functions: `States.Format('order {}', $.id)`, nested at will.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use steploom_types::limits::expression::{CALL_DEPTH_MAX, TEXT_BYTES_MAX};

use super::intrinsic::{self, Args, Failure, Function};
use super::path::{Miss, Path};
use crate::{Env, EvalError, SyntaxError, budget::Budget};

/// A compiled call. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Call(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: Box<str>,
    function: &'static Function,
    args: Vec<Arg>,
}

#[derive(Debug)]
enum Arg {
    Literal(Value),
    /// The first of `States.Format`, written out: what stands between its `{}`.
    Pieces(Vec<String>),
    Path(Path),
    Call(Call),
}

impl Call {
    /// Compiles a call.
    ///
    /// # Errors
    /// The text is not a call of a function that there is, with as many arguments as it takes; it
    /// is longer than [`TEXT_BYTES_MAX`], or calls are nested deeper than [`CALL_DEPTH_MAX`].
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        if text.len() > TEXT_BYTES_MAX {
            let why = format!("a call may have {TEXT_BYTES_MAX} bytes");
            return Err(SyntaxError::new(TEXT_BYTES_MAX, why));
        }
        let mut reader = Reader { text, at: 0 };
        let call = reader.call(1)?;
        if reader.at < text.len() {
            return Err(reader.wrong("nothing may follow the call"));
        }
        Ok(call)
    }

    /// The call as it was written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Adds the names of the variables that it reads, without the `$`.
    pub fn variables(&self, found: &mut BTreeSet<String>) {
        for arg in &self.0.args {
            match arg {
                Arg::Path(path) => found.extend(path.variable().map(str::to_owned)),
                Arg::Call(call) => call.variables(found),
                Arg::Literal(_) | Arg::Pieces(_) => {}
            }
        }
    }

    /// The result.
    ///
    /// # Errors
    /// An argument has no value, or the function cannot work with it.
    pub fn eval(&self, env: &dyn Env) -> Result<Value, EvalError> {
        self.eval_within(env, &Budget::new())
    }

    pub(super) fn eval_within(&self, env: &dyn Env, budget: &Budget) -> Result<Value, EvalError> {
        let written = self.0.args.iter();
        let values = written
            .filter(|arg| !matches!(arg, Arg::Pieces(_)))
            .map(|arg| self.arg(arg, env, budget))
            .collect::<Result<Vec<_>, _>>()?;
        let args = Args {
            values: &values,
            env,
            budget,
        };
        let result = match self.0.args.first() {
            Some(Arg::Pieces(pieces)) => intrinsic::fill(pieces, &args),
            _ => (self.0.function.run)(&args),
        };
        let result = result.map_err(|failure| match failure {
            Failure::TooLarge => EvalError::TooLarge,
            Failure::Because(why) => EvalError::Intrinsic {
                call: self.0.text.to_string(),
                why,
            },
        })?;
        budget.take(&result)?;
        Ok(result)
    }

    fn arg<'a>(
        &self,
        arg: &'a Arg,
        env: &'a dyn Env,
        budget: &Budget,
    ) -> Result<Cow<'a, Value>, EvalError> {
        match arg {
            Arg::Literal(value) => Ok(Cow::Borrowed(value)),
            Arg::Pieces(pieces) => Ok(Cow::Owned(pieces.concat().into())),
            Arg::Call(call) => call.eval_within(env, budget).map(Cow::Owned),
            Arg::Path(path) => path.select(env, budget).map_err(|miss| match miss {
                Miss::Step(..) => EvalError::Argument {
                    call: self.0.text.to_string(),
                    path: path.text().to_owned(),
                    input: path.input(env),
                },
                Miss::Variable => path.variable_error(),
                Miss::TooLarge => EvalError::TooLarge,
            }),
        }
    }
}

/// Reads a call from a text.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn call(&mut self, depth: usize) -> Result<Call, SyntaxError> {
        if depth > CALL_DEPTH_MAX {
            return Err(self.wrong(&format!("calls may be nested {CALL_DEPTH_MAX} deep")));
        }
        let start = self.at;
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '.');
        let Some(function) = intrinsic::find(name) else {
            self.at = start;
            return Err(self.wrong("a path, or the name of an intrinsic function, is expected"));
        };
        self.expect('(')?;
        let mut args = Vec::new();
        self.args(function, depth, &mut args)?;
        if !function.arity.contains(&args.len()) {
            self.at = start;
            return Err(self.wrong(&format!("{name} does not take {} arguments", args.len())));
        }
        Ok(Call(Arc::new(Inner {
            text: self.text[start..self.at].into(),
            function,
            args,
        })))
    }

    /// The arguments, and the bracket behind them.
    fn args(
        &mut self,
        function: &Function,
        depth: usize,
        args: &mut Vec<Arg>,
    ) -> Result<(), SyntaxError> {
        self.skip_spaces();
        if self.skip(')') {
            return Ok(());
        }
        loop {
            self.skip_spaces();
            let is_template = args.is_empty() && function.name == intrinsic::FORMAT;
            args.push(self.arg(is_template, depth)?);
            self.skip_spaces();
            if self.skip(')') {
                return Ok(());
            }
            self.expect(',')?;
        }
    }

    fn arg(&mut self, is_template: bool, depth: usize) -> Result<Arg, SyntaxError> {
        let rest = self.rest();
        match rest.chars().next() {
            Some('\'') if is_template => self.literal().map(Arg::Pieces),
            Some('\'') => {
                let pieces = self.literal()?;
                Ok(Arg::Literal(pieces.join("{}").into()))
            }
            Some('$') => self.path().map(Arg::Path),
            Some(_) if rest.starts_with("States.") => self.call(depth + 1).map(Arg::Call),
            Some(_) => self.word(),
            None => Err(self.wrong("')' is missing")),
        }
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Arg, SyntaxError> {
        let start = self.at;
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        serde_json::from_str(word).map(Arg::Literal).map_err(|_| {
            SyntaxError::new(
                start,
                "a path, a call, a text in single quotes, a number, true, false or null is expected",
            )
        })
    }

    /// A path ends at the first `,`, `)` or space outside of brackets.
    fn path(&mut self) -> Result<Path, SyntaxError> {
        let start = self.at;
        let mut depth = 0usize;
        let mut quote = None;
        let mut chars = self.rest().char_indices();
        let length = loop {
            let Some((at, c)) = chars.next() else {
                break self.rest().len();
            };
            match (quote, c) {
                (Some(_), '\\') => {
                    chars.next();
                }
                (Some(open), _) if open == c => quote = None,
                (None, '\'' | '"') if depth > 0 => quote = Some(c),
                (None, '[') => depth += 1,
                (None, ']') => depth = depth.saturating_sub(1),
                (None, ',' | ')' | ' ' | '\t' | '\n' | '\r') if depth == 0 => break at,
                (Some(_) | None, _) => {}
            }
        };
        self.at += length;
        Path::parse(&self.text[start..self.at]).map_err(|e| e.shifted(start))
    }

    /// A text in single quotes, cut at each `{}`. A backslash hides a quote, a brace or a
    /// backslash; nothing else may follow it.
    fn literal(&mut self) -> Result<Vec<String>, SyntaxError> {
        let mut pieces = vec![];
        let mut piece = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\'' => {
                    self.at += at + 1;
                    pieces.push(piece);
                    return Ok(pieces);
                }
                '\\' => {
                    let hidden = chars.next().map(|(_, hidden)| hidden);
                    let Some(hidden @ ('\'' | '\\' | '{' | '}')) = hidden else {
                        self.at += at;
                        return Err(self.wrong(r"only \', \\, \{ and \} may follow a backslash"));
                    };
                    piece.push(hidden);
                }
                '{' if chars.next_if(|(_, next)| *next == '}').is_some() => {
                    pieces.push(std::mem::take(&mut piece));
                }
                _ => piece.push(c),
            }
        }
        Err(self.wrong("a quote is not closed"))
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn take_while(&mut self, is_in: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !is_in(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn skip_spaces(&mut self) {
        self.take_while(|c| c.is_ascii_whitespace());
    }

    fn skip(&mut self, c: char) -> bool {
        let is_there = self.rest().starts_with(c);
        if is_there {
            self.at += c.len_utf8();
        }
        is_there
    }

    fn expect(&mut self, c: char) -> Result<(), SyntaxError> {
        if self.skip(c) {
            Ok(())
        } else {
            Err(self.wrong(&format!("'{c}' is expected")))
        }
    }

    fn wrong(&self, message: &str) -> SyntaxError {
        SyntaxError::new(self.at, message)
    }
}

#[cfg(test)]
mod tests;
