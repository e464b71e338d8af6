//! Colours, on a terminal only. `NO_COLOR` (<https://no-color.org>) turns them off, as does
//! `TERM=dumb`.

use std::env;
use std::io::IsTerminal as _;

/// Wraps text in colours, or leaves it as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint {
    colours: bool,
}

impl Paint {
    /// Never any colour.
    pub(crate) const PLAIN: Self = Self { colours: false };

    /// Colours if standard output is a terminal that wants them.
    pub(crate) fn of_stdout() -> Self {
        Self {
            colours: std::io::stdout().is_terminal() && wanted(),
        }
    }

    /// Colours if standard error is a terminal that wants them.
    pub(crate) fn of_stderr() -> Self {
        Self {
            colours: std::io::stderr().is_terminal() && wanted(),
        }
    }

    /// Whether there will be colours.
    pub(crate) fn has_colours(self) -> bool {
        self.colours
    }

    /// For titles.
    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// For what is not important.
    pub(crate) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// For what went wrong.
    pub(crate) fn red(self, text: &str) -> String {
        self.wrap("31", text)
    }

    /// For what went well.
    pub(crate) fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// For what needs a look.
    pub(crate) fn yellow(self, text: &str) -> String {
        self.wrap("33", text)
    }

    /// For what is going on, and for places.
    pub(crate) fn cyan(self, text: &str) -> String {
        self.wrap("36", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.colours {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

fn wanted() -> bool {
    let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
    !no_colour && !dumb
}
