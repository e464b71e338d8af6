//! The condition of a filter: `?(@.price < 10 && @.name != 'x')`.
//!
//! As on AWS, `@` stands for an object (or array); scalar elements match nothing.

use std::cmp::Ordering;

use serde_json::Value;
use steploom_types::limits::expression::{FILTER_BYTES_MAX, FILTER_DEPTH_MAX};

use super::step::{self, Step};
use crate::SyntaxError;

/// A compiled condition.
#[derive(Debug)]
pub(super) struct Filter {
    condition: Condition,
    cost: usize,
}

#[derive(Debug)]
enum Condition {
    Or(Vec<Condition>),
    And(Vec<Condition>),
    Not(Box<Condition>),
    /// A path leads somewhere.
    Exists(Box<[Step]>),
    Compare(Operand, Operator, Operand),
}

#[derive(Debug)]
enum Operand {
    Literal(Value),
    Path(Box<[Step]>),
}

#[derive(Clone, Copy, Debug)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Filter {
    /// Compiles what stands behind the `?`; `position` is where that is in the whole path.
    pub(super) fn compile(text: &str, position: usize) -> Result<Self, SyntaxError> {
        if text.len() > FILTER_BYTES_MAX {
            let why = format!("a filter may have {FILTER_BYTES_MAX} bytes");
            return Err(SyntaxError::new(position, why));
        }
        let mut reader = Reader {
            text,
            at: 0,
            position,
            depth: 0,
            cost: 1,
        };
        let condition = reader.or()?;
        reader.skip_spaces();
        if reader.at < text.len() {
            return Err(reader.wrong("an operator is expected"));
        }
        Ok(Self {
            condition,
            cost: reader.cost,
        })
    }

    /// About how many values one use of it looks at.
    pub(super) fn cost(&self) -> usize {
        self.cost
    }

    /// Whether a value matches; a scalar does not.
    pub(super) fn matches(&self, value: &Value) -> bool {
        (value.is_object() || value.is_array()) && self.condition.holds(value)
    }
}

impl Condition {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Or(any) => any.iter().any(|condition| condition.holds(value)),
            Self::And(all) => all.iter().all(|condition| condition.holds(value)),
            Self::Not(condition) => !condition.holds(value),
            Self::Exists(steps) => follow(steps, value).is_some(),
            Self::Compare(left, operator, right) => operator.holds(left.of(value), right.of(value)),
        }
    }
}

impl Operand {
    fn of<'a>(&'a self, value: &'a Value) -> Option<&'a Value> {
        match self {
            Self::Literal(literal) => Some(literal),
            Self::Path(steps) => follow(steps, value),
        }
    }
}

impl Operator {
    fn holds(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        match self {
            Self::Equal => is_equal(left, right),
            Self::NotEqual => !is_equal(left, right),
            Self::Less => order(left, right) == Some(Ordering::Less),
            Self::LessEqual => order(left, right).is_some_and(Ordering::is_le),
            Self::Greater => order(left, right) == Some(Ordering::Greater),
            Self::GreaterEqual => order(left, right).is_some_and(Ordering::is_ge),
        }
    }
}

fn follow<'a>(steps: &[Step], value: &'a Value) -> Option<&'a Value> {
    steps.iter().try_fold(value, |value, step| step.of(value))
}

fn is_equal(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(Value::Number(_)), Some(Value::Number(_))) => {
            order(left, right) == Some(Ordering::Equal)
        }
        (Some(left), Some(right)) => left == right,
        _ => false,
    }
}

/// Numbers and texts have an order, each among themselves.
fn order(left: Option<&Value>, right: Option<&Value>) -> Option<Ordering> {
    match (left?, right?) {
        (Value::Number(left), Value::Number(right)) => match (left.as_i64(), right.as_i64()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
        },
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Reads a condition.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Where the text stands in the whole path.
    position: usize,
    /// Parentheses and `!` that are open.
    depth: usize,
    cost: usize,
}

impl<'t> Reader<'t> {
    fn or(&mut self) -> Result<Condition, SyntaxError> {
        let mut any = vec![self.and()?];
        while self.skip("||") {
            any.push(self.and()?);
        }
        Ok(one_or(any, Condition::Or))
    }

    fn and(&mut self) -> Result<Condition, SyntaxError> {
        let mut all = vec![self.one()?];
        while self.skip("&&") {
            all.push(self.one()?);
        }
        Ok(one_or(all, Condition::And))
    }

    fn one(&mut self) -> Result<Condition, SyntaxError> {
        self.cost += 1;
        self.skip_spaces();
        let is_not = self.rest().starts_with('!') && !self.rest().starts_with("!=");
        if is_not {
            self.at += 1;
            return self.nested(|own| own.one().map(|one| Condition::Not(Box::new(one))));
        }
        if self.skip("(") {
            let inner = self.nested(Self::or)?;
            if !self.skip(")") {
                return Err(self.wrong("')' is missing"));
            }
            return Ok(inner);
        }
        let left = self.operand()?;
        match (self.operator()?, left) {
            (Some(operator), left) => {
                let right = self.operand()?;
                Ok(Condition::Compare(left, operator, right))
            }
            (None, Operand::Path(steps)) => Ok(Condition::Exists(steps)),
            (None, Operand::Literal(_)) => Err(self.wrong("an operator is expected")),
        }
    }

    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        self.depth += 1;
        if self.depth > FILTER_DEPTH_MAX {
            return Err(self.wrong(&format!("a filter may be nested {FILTER_DEPTH_MAX} deep")));
        }
        let read = read(self)?;
        self.depth -= 1;
        Ok(read)
    }

    fn operator(&mut self) -> Result<Option<Operator>, SyntaxError> {
        const OPERATORS: [(&str, Operator); 6] = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessEqual),
            (">=", Operator::GreaterEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        for (symbol, operator) in OPERATORS {
            if self.skip(symbol) {
                return Ok(Some(operator));
            }
        }
        if self.rest().starts_with("=~") {
            return Err(self.wrong("filters by regular expressions are not supported"));
        }
        if self.rest().starts_with(char::is_alphabetic) {
            return Err(self.wrong("operators that are words are not supported"));
        }
        Ok(None)
    }

    fn operand(&mut self) -> Result<Operand, SyntaxError> {
        self.skip_spaces();
        let rest = self.rest();
        match rest.chars().next() {
            Some('@') => self.path().map(Operand::Path),
            Some('$') => {
                Err(self.wrong("filters by values elsewhere in the data are not supported"))
            }
            Some('\'' | '"') => self.quoted().map(Operand::Literal),
            Some(_) => self.word().map(Operand::Literal),
            None => Err(self.wrong("'@', a text or a number is expected")),
        }
    }

    /// `true`, `false`, `null` or a number.
    fn word(&mut self) -> Result<Value, SyntaxError> {
        let rest = self.rest();
        let is_outside = |c: char| !(c.is_alphanumeric() || "_+-.".contains(c));
        let length = rest.find(is_outside).unwrap_or(rest.len());
        let word = &rest[..length];
        if rest[length..].trim_start().starts_with('(') && word.starts_with(char::is_alphabetic) {
            return Err(self.function(word));
        }
        let value = serde_json::from_str(word)
            .map_err(|_| self.wrong("'@', a text or a number is expected"))?;
        self.at += length;
        Ok(value)
    }

    /// A text in quotes. A backslash hides a quote or a backslash; others belong to the text.
    fn quoted(&mut self) -> Result<Value, SyntaxError> {
        let mut chars = self.rest().char_indices();
        let quote = chars.next().map(|(_, quote)| quote);
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            if Some(c) == quote {
                self.at += at + 1;
                return Ok(Value::String(text));
            }
            if c == '\\' {
                match chars.next() {
                    Some((_, hidden)) if Some(hidden) == quote || hidden == '\\' => {
                        text.push(hidden);
                    }
                    Some((_, other)) => text.extend(['\\', other]),
                    None => break,
                }
            } else {
                text.push(c);
            }
        }
        Err(self.wrong("a quote is not closed"))
    }

    /// A definite path from the element on.
    fn path(&mut self) -> Result<Box<[Step]>, SyntaxError> {
        self.at += 1;
        let mut steps = Vec::new();
        loop {
            self.cost += 1;
            let rest = self.rest();
            if let Some(what) = rest.strip_prefix('.').filter(|what| !what.starts_with('[')) {
                let name = self.name(what)?;
                self.at += 1 + name.len();
                steps.push(Step::Name(name.into()));
            } else if let Some(what) = rest.strip_prefix('[').or_else(|| rest.strip_prefix(".[")) {
                let length =
                    step::bracket_length(what).ok_or_else(|| self.wrong("'[' without its ']'"))?;
                let step = step::bracketed(&what[..length]).ok_or_else(|| {
                    self.wrong("a quoted name or an index is expected in a filter")
                })?;
                steps.push(step);
                self.at += rest.len() - what.len() + length + 1;
            } else {
                return Ok(steps.into());
            }
        }
    }

    /// A name after a dot: narrower than outside of filters, where no operator can follow.
    fn name(&self, text: &'t str) -> Result<&'t str, SyntaxError> {
        let is_outside = |c: char| !(c.is_alphanumeric() || c == '_' || c == '-');
        let length = text.find(is_outside).unwrap_or(text.len());
        match &text[..length] {
            "" => Err(self.wrong("a name is missing after '.'")),
            name if text[length..].starts_with('(') => Err(self.function(name)),
            name => Ok(name),
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn skip(&mut self, symbol: &str) -> bool {
        self.skip_spaces();
        let is_there = self.rest().starts_with(symbol);
        if is_there {
            self.at += symbol.len();
        }
        is_there
    }

    fn function(&self, name: &str) -> SyntaxError {
        self.wrong(&format!("the function '{name}()' cannot be used in a path"))
    }

    fn wrong(&self, message: &str) -> SyntaxError {
        SyntaxError::new(self.position + self.at, message)
    }
}

fn one_or(mut all: Vec<Condition>, many: fn(Vec<Condition>) -> Condition) -> Condition {
    if all.len() == 1 {
        all.remove(0)
    } else {
        many(all)
    }
}
