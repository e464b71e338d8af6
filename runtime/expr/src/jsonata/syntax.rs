//! From text to tree, within limits; and what the parser says, as AWS says it.

use jsonata_core::ast::AstNode;
use jsonata_core::parser::{self, ParserError};
use steploom_types::limits::query::{BRACKETS_MAX, TEXT_BYTES_MAX};

use super::error::{QueryProblem, without_code};
use super::wording::unwrapped;

/// Parses an expression.
pub(super) fn parse(text: &str) -> Result<AstNode, QueryProblem> {
    if text.len() > TEXT_BYTES_MAX {
        let why = format!("A JSONata expression may have {TEXT_BYTES_MAX} bytes");
        return Err(QueryProblem::invalid(why));
    }
    if brackets(text) > BRACKETS_MAX {
        let why = format!("Brackets in a JSONata expression may be nested {BRACKETS_MAX} deep");
        return Err(QueryProblem::invalid(why));
    }
    let Ok(parsed) = std::panic::catch_unwind(|| parser::parse(text)) else {
        return Err(QueryProblem::invalid("The expression cannot be read"));
    };
    parsed.map_err(|error| {
        QueryProblem::invalid(match error {
            ParserError::UnclosedString if !ends_in_string(text) => {
                "No terminating / in regular expression".to_owned()
            }
            error => message(&error),
        })
    })
}

/// The same without a limit of the text's, and with the parser's own words.
pub(super) fn parse_raw(text: &str) -> Result<AstNode, String> {
    parser::parse(text).map_err(|error| match error {
        ParserError::UnclosedComment => format!("S0106: {}", message(&error)),
        error => unwrapped(&error.to_string()).to_owned(),
    })
}

/// Whether a string is open where the text ends.
fn ends_in_string(text: &str) -> bool {
    let mut open = None;
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match (open, char) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(quote), _) if char == quote => open = None,
            (None, '"' | '\'') => open = Some(char),
            _ => {}
        }
    }
    open.is_some()
}

/// What the parser says, without its code, and with tokens as they are written.
fn message(error: &ParserError) -> String {
    match error {
        ParserError::UnexpectedToken(token) if token == "Eof" => {
            "Unexpected end of expression".to_owned()
        }
        ParserError::UnexpectedToken(token) if token.starts_with(char::is_alphabetic) => {
            let token = written(token);
            format!("The symbol {token} cannot be used as a unary operator")
        }
        ParserError::UnexpectedToken(token) => format!("Unknown operator: {}", written(token)),
        ParserError::Expected { expected, found } if found == "Eof" => {
            format!("Expected {} before end of expression", written(expected))
        }
        ParserError::Expected { expected, found } if expected != "parameter name" => {
            format!("Expected {}, got {}", written(expected), written(found))
        }
        ParserError::UnclosedComment => "Comment has no closing tag".to_owned(),
        ParserError::InvalidNumber(why) => without_code(why).to_owned(),
        ParserError::InvalidSyntax(why) => match why.strip_prefix("S0201: Syntax error: ") {
            Some(token) => format!("Syntax error: {}", written(token)),
            None => without_code(why).to_owned(),
        },
        other => without_code(&other.to_string()).to_owned(),
    }
}

/// A token, which the parser names as Rust would, as the language writes it, in quotes.
fn written(token: &str) -> String {
    if let Some((kind, value)) = token.split_once('(') {
        let value = value.strip_suffix(')').unwrap_or(value);
        return match kind {
            "Number" => value.strip_suffix(".0").unwrap_or(value).to_owned(),
            _ => value.to_owned(),
        };
    }
    let symbol = SYMBOLS.iter().find(|(name, _)| *name == token);
    format!("\"{}\"", symbol.map_or(token, |(_, symbol)| symbol))
}

/// The parser's names of the symbols.
const SYMBOLS: [(&str, &str); 43] = [
    ("Ampersand", "&"),
    ("And", "and"),
    ("At", "@"),
    ("Caret", "^"),
    ("Colon", ":"),
    ("ColonEqual", ":="),
    ("Comma", ","),
    ("Dot", "."),
    ("DotDot", ".."),
    ("Eof", "(end)"),
    ("Equal", "="),
    ("False", "false"),
    ("GreaterThan", ">"),
    ("GreaterThanOrEqual", ">="),
    ("Hash", "#"),
    ("In", "in"),
    ("LeftBrace", "{"),
    ("LeftBracket", "["),
    ("LeftParen", "("),
    ("LessThan", "<"),
    ("LessThanOrEqual", "<="),
    ("Minus", "-"),
    ("NotEqual", "!="),
    ("Null", "null"),
    ("Or", "or"),
    ("Percent", "%"),
    ("Pipe", "|"),
    ("Plus", "+"),
    ("Question", "?"),
    ("QuestionColon", "?:"),
    ("QuestionQuestion", "??"),
    ("RightBrace", "}"),
    ("RightBracket", "]"),
    ("RightParen", ")"),
    ("Semicolon", ";"),
    ("Slash", "/"),
    ("Star", "*"),
    ("StarStar", "**"),
    ("TildeArrow", "~>"),
    ("True", "true"),
    ("Undefined", "undefined"),
    ("Identifier", "name"),
    ("Variable", "$"),
];

/// How deep brackets are nested, at least: those in strings and comments are counted too.
fn brackets(text: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
