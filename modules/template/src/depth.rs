//! Refuses templates that are nested so deeply that the stack would not do: `{{ 1+1+1+1 }}` has a level for each plus.
//!
//! Brackets and blocks are counted by the crate itself; what is left are long expressions, and chains of `elif`.

use minijinja::Error as JinjaError;
use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;
use steploom_function::Error;

/// Words and signs between `{{` and `}}`, or `{%` and `%}`.
const TOKENS_MAX: usize = 300;
/// `elif` of one template.
const ELIFS_MAX: usize = 100;

/// Looks at a template before it is read.
///
/// # Errors
/// `TemplateTooDeep`. What is no template is let through, to be told of with more words.
pub(crate) fn check(template: &str) -> Result<(), Error> {
    let mut tokens = 0;
    let mut elifs = 0;
    let is_token = |token: Result<_, JinjaError>| token.ok().map(|(token, _)| token);
    for token in tokenize(template, false, SyntaxConfig::default()).map_while(is_token) {
        match token {
            Token::VariableStart | Token::BlockStart => tokens = 0,
            Token::Ident("elif") => elifs += 1,
            _ => {}
        }
        tokens += 1;
        if tokens > TOKENS_MAX || elifs > ELIFS_MAX {
            let message = format!(
                "an expression has more than {TOKENS_MAX} words and signs, or there are more than {ELIFS_MAX} elif: divide it with set"
            );
            return Err(Error::new("TemplateTooDeep", message));
        }
    }
    Ok(())
}
