//! The languages that programs may be written in: a line each.

/// A language that has a runtime.
#[derive(Debug)]
pub struct Language {
    /// The runtime's name.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// How the names of its files end; the first is that of a program of one file.
    pub endings: &'static [&'static str],
    /// How AWS's names of its runtimes begin, such as `python3.13`.
    lambda: &'static str,
    /// Where the handler is if nobody says so: a file without its ending, and a function in it. The first file
    /// that is there is taken.
    pub(crate) handlers: &'static [(&'static str, &'static str)],
    /// Whether `a.b.c` is the function `c` of the file `a/b`, or `b.c` of the file `a`.
    pub(crate) has_dotted_modules: bool,
}

/// The function that is the handler if nobody says so.
pub(crate) const HANDLER: &str = "handler";

/// Every language, in the order in which they are shown.
pub static LANGUAGES: &[Language] = &[
    Language {
        name: "javascript",
        title: "JavaScript",
        endings: &["js", "mjs", "cjs"],
        lambda: "nodejs",
        handlers: &[
            ("index", HANDLER),
            ("handler", HANDLER),
            ("main", HANDLER),
            ("app", HANDLER),
        ],
        has_dotted_modules: false,
    },
    Language {
        name: "python",
        title: "Python",
        endings: &["py"],
        lambda: "python",
        handlers: &[
            ("lambda_function", "lambda_handler"),
            ("handler", HANDLER),
            ("main", HANDLER),
            ("app", HANDLER),
            ("index", HANDLER),
        ],
        has_dotted_modules: true,
    },
];

impl Language {
    /// A language by the name of its runtime.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.name == name)
    }

    /// A language by the name of a file.
    pub fn of_file(name: &str) -> Option<&'static Self> {
        let (_, ending) = name.rsplit_once('.')?;
        LANGUAGES
            .iter()
            .find(|language| language.endings.contains(&ending))
    }

    /// A language by what AWS calls a runtime.
    pub fn of_lambda(runtime: &str) -> Option<&'static Self> {
        LANGUAGES
            .iter()
            .find(|language| runtime.starts_with(language.lambda))
    }
}
