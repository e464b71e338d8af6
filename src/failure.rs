//! Why a command did not succeed, and the one place that says so to people and to programs.
//!
//! Every command returns a [`Failure`] or nothing; whatever goes wrong becomes one by `?`. It says
//! what is wrong, each place that is wrong, and what to do next; it carries the exit code.

use std::fmt::Write as _;
use std::io;

use steploom_api::wire::{Diagnostic, Problem, ProblemItem, Severity};

use crate::exit::Exit;
use crate::view::Paint;
use crate::view::source::{Place, Source};

/// A command did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// How the program ends.
    pub(crate) exit: Exit,
    /// What is wrong, in the words and shape of the API.
    pub(crate) problem: Box<Problem>,
    /// What to do next.
    pub(crate) advice: Vec<String>,
    /// The file that the places are in.
    pub(crate) source: Option<Source>,
    /// Ends without a word: there is nobody to read it, or it was said already.
    pub(crate) quiet: bool,
}

impl Failure {
    /// A failure with a stable code and a sentence.
    pub(crate) fn new(exit: Exit, code: &str, title: impl Into<String>) -> Self {
        let problem = Problem {
            status: 0,
            code: code.to_owned(),
            title: title.into(),
            ..Problem::default()
        };
        Self::of_problem(exit, problem)
    }

    /// The command line makes no sense.
    pub(crate) fn usage(title: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "Usage", title)
    }

    /// Something on this computer failed.
    pub(crate) fn local(title: impl Into<String>) -> Self {
        Self::new(Exit::Failed, "LocalFailure", title)
    }

    /// A problem in the words of the API.
    pub(crate) fn of_problem(exit: Exit, problem: Problem) -> Self {
        Self {
            exit,
            problem: Box::new(problem),
            advice: Vec::new(),
            source: None,
            quiet: false,
        }
    }

    /// The server answered with a problem, which says by itself what went wrong.
    pub(crate) fn answered(problem: Problem) -> Self {
        // A function that failed is no failure of the server's, whatever the status that carries
        // it.
        let exit = if problem.error.is_some() {
            Exit::Failed
        } else {
            Exit::of_status(problem.status)
        };
        Self::of_problem(exit, problem)
    }

    /// Ends with this code and says nothing, because the command has said it.
    pub(crate) fn said(exit: Exit) -> Self {
        let mut failure = Self::new(exit, "Said", "");
        failure.quiet = true;
        failure
    }

    /// Somebody pressed Ctrl-C.
    pub(crate) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "Interrupted", "interrupted")
    }

    /// The same failure with one more thing to do next.
    #[must_use]
    pub(crate) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice.push(advice.into());
        self
    }

    /// The same failure, whose places are in this file.
    #[must_use]
    pub(crate) fn within(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// For people: several lines, without a line's end after the last.
    pub(crate) fn text(&self, paint: Paint) -> String {
        let mut text = format!("{} {}", paint.red("error:"), self.problem.title);
        let code = &self.problem.code;
        if !matches!(code.as_str(), "Usage" | "LocalFailure" | "Interrupted") {
            let _ = write!(text, " {}", paint.dim(&format!("[{code}]")));
        }
        if let Some(error) = &self.problem.error {
            let cause = self.problem.cause.as_deref().unwrap_or_default();
            let _ = write!(text, "\n  {} {cause}", paint.red(error));
            // Some languages begin it with what stands above.
            let again = format!("{error}: {cause}");
            let places = self.problem.stack_trace.iter().filter(|at| **at != again);
            for line in places.flat_map(|at| at.lines()) {
                let _ = write!(text, "\n    {}", paint.dim(line));
            }
        }
        for item in &self.problem.problems {
            let place = match &self.source {
                None if self.problem.title.contains(&item.message) => format!("  at {}", item.path),
                source => place(item, source.as_ref(), paint),
            };
            let _ = write!(text, "\n{place}");
        }
        for advice in &self.advice {
            let _ = write!(text, "\n{} {advice}", paint.cyan("help:"));
        }
        if let Some(id) = &self.problem.request_id {
            let _ = write!(text, "\n{}", paint.dim(&format!("request id: {id}")));
        }
        text
    }

    /// For programs: the problem as the API writes it, without where the function failed, which is for people.
    pub(crate) fn json(&self) -> String {
        let problem = Problem {
            stack_trace: Vec::new(),
            ..(*self.problem).clone()
        };
        serde_json::to_string(&problem).unwrap_or_default()
    }
}

/// One place that is wrong: with the file's line and a caret, if it can be found there.
fn place(item: &ProblemItem, source: Option<&Source>, paint: Paint) -> String {
    let message = format!(
        "{} {}",
        item.message,
        paint.dim(&format!("[{}]", item.code))
    );
    let found = source.and_then(|source| Some((source, source.find(&item.path)?)));
    let Some((source, place)) = found else {
        let path = if item.path.is_empty() {
            "/"
        } else {
            &item.path
        };
        return format!("  {} {message}", paint.cyan(path));
    };
    format!(
        "{}\n  {}",
        excerpt(source, &place, &message, paint),
        paint.dim(&format!("at {}", item.path))
    )
}

/// A line of a file with carets under what is meant.
fn excerpt(source: &Source, place: &Place, message: &str, paint: Paint) -> String {
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    format!(
        "{gutter}{} {}:{}:{}\n{} {} {}\n{gutter} {} {} {message}",
        paint.cyan("-->"),
        source.path,
        place.line,
        place.column,
        paint.cyan(&number),
        paint.cyan("|"),
        place.text,
        paint.cyan("|"),
        paint.red(&place.caret()),
    )
}

/// A diagnostic of a definition, shown as a place that is wrong is.
pub(crate) fn diagnostic(diagnostic: &Diagnostic, source: Option<&Source>, paint: Paint) -> String {
    let item = ProblemItem {
        code: diagnostic.code.clone(),
        path: diagnostic.path.clone(),
        message: diagnostic.message.clone(),
    };
    let word = match diagnostic.severity {
        Severity::Error => paint.red("error"),
        Severity::Warning => paint.yellow("warning"),
    };
    format!("{word}\n{}", place(&item, source, paint))
}

/// Text that is not JSON: says where, with the line.
pub(crate) fn not_json(source: &Source, error: &serde_json::Error) -> Failure {
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or(&what);
    let title = match source.at(error.line(), error.column()) {
        Some(place) => {
            let excerpt = excerpt(source, &place, what, Paint::PLAIN);
            format!("{} is not valid JSON\n{excerpt}", source.path)
        }
        None => format!("{} is not valid JSON: {error}", source.path),
    };
    Failure::new(Exit::Usage, "InvalidJson", title)
}

impl From<steploom_types::Error> for Failure {
    fn from(error: steploom_types::Error) -> Self {
        Self::new(Exit::Usage, error.code, error.message)
    }
}

impl From<steploom_sdk::Error> for Failure {
    fn from(error: steploom_sdk::Error) -> Self {
        use steploom_sdk::Error;
        match error {
            Error::Problem(problem) => Self::answered(*problem),
            Error::Unreachable {
                endpoint,
                is_refused: true,
                why,
            } => Self::new(
                Exit::Unreachable,
                "Unreachable",
                format!("no server answers at {endpoint}: {why}"),
            )
            .advise("start one here with 'steploom up'")
            .advise("or name another one with --endpoint URL or STEPLOOM_ENDPOINT"),
            Error::Unreachable { endpoint, why, .. } => Self::new(
                Exit::Unreachable,
                "ConnectionBroke",
                format!("the connection to {endpoint} broke: {why}"),
            )
            .advise("what was asked for may have happened: look before you repeat it"),
            other => Self::new(Exit::Unreachable, "Protocol", other.to_string())
                .advise("is this the address of a Steploom server? see --endpoint"),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::local(format!("{error:#}"))
    }
}

impl From<io::Error> for Failure {
    /// Reading and writing of the program's own streams; a reader that went away is no news.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::said(Exit::Ok);
        }
        Self::local(error.to_string())
    }
}

#[cfg(test)]
mod tests;
