//! The languages that there are templates for: a line each.

use std::fs;
use std::path::Path;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use steploom_types::Name;

use super::template::render;
use super::tool::{CARGO, GO, NPM, RUST_TARGET, ZIG};
use super::{MANIFEST, Manifest, Tool};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;

/// A language that functions are written in.
#[derive(Debug)]
pub(crate) struct Language {
    /// What people type.
    pub(crate) name: &'static str,
    /// What it is called.
    pub(crate) title: &'static str,
    /// By which files its projects are known: names, or endings that begin with `*`.
    markers: &'static [&'static str],
    /// What its projects are built with.
    pub(crate) tools: &'static [&'static Tool],
    /// The files of a new project: paths and contents, with `{{name}}` for the function's name.
    pub(super) files: &'static [(&'static str, &'static str)],
}

/// The files of a template, and those of the helper that it is given a copy of.
macro_rules! files {
    ($language:literal: $($template:literal),+; $($to:literal <= $helper:literal),* $(,)?) => {
        &[
            $(($template, include_str!(concat!("../../sdk/", $language, "/template/", $template))),)+
            $(($to, include_str!(concat!("../../sdk/", $language, "/", $helper))),)*
        ]
    };
}

/// Every language, in the order in which they are shown.
pub(crate) static LANGUAGES: &[Language] = &[
    Language {
        name: "javascript",
        title: "JavaScript",
        markers: &["index.js", "index.mjs", "index.cjs"],
        tools: &[],
        files: files!("javascript":
            "steploom.toml", "README.md", ".gitignore", "index.mjs", "index.test.mjs";
            "steploom.mjs" <= "function/steploom.mjs",
        ),
    },
    Language {
        name: "python",
        title: "Python",
        markers: &["handler.py", "lambda_function.py", "main.py", "app.py"],
        tools: &[],
        files: files!("python":
            "steploom.toml", "README.md", ".gitignore", "handler.py", "test_handler.py";
            "steploom.py" <= "function/steploom.py",
        ),
    },
    Language {
        name: "rust",
        title: "Rust",
        markers: &["Cargo.toml"],
        tools: &[&CARGO, &RUST_TARGET],
        files: files!("rust":
            "steploom.toml", "README.md", ".gitignore", "Cargo.toml", "src/lib.rs";
            "steploom/function/Cargo.toml" <= "function/Cargo.toml",
            "steploom/function/src/lib.rs" <= "function/src/lib.rs",
            "steploom/function/src/answer.rs" <= "function/src/answer.rs",
            "steploom/function/src/context.rs" <= "function/src/context.rs",
            "steploom/function/src/error.rs" <= "function/src/error.rs",
            "steploom/function/src/host.rs" <= "function/src/host.rs",
            "steploom/function/src/keyvalue.rs" <= "function/src/keyvalue.rs",
            "steploom/function/src/log.rs" <= "function/src/log.rs",
            "steploom/function/src/objects.rs" <= "function/src/objects.rs",
            "steploom/function/src/platform.rs" <= "function/src/platform.rs",
            "steploom/macro/Cargo.toml" <= "macro/Cargo.toml",
            "steploom/macro/src/lib.rs" <= "macro/src/lib.rs",
        ),
    },
    Language {
        name: "go",
        title: "Go",
        markers: &["go.mod"],
        tools: &[&GO],
        files: files!("go":
            "steploom.toml", "README.md", ".gitignore", "go.mod", "main.go", "main_test.go";
            "steploom/function.go" <= "function/function.go",
            "steploom/context.go" <= "function/context.go",
            "steploom/error.go" <= "function/error.go",
            "steploom/log.go" <= "function/log.go",
            "steploom/keyvalue.go" <= "function/keyvalue.go",
            "steploom/objects.go" <= "function/objects.go",
            "steploom/platform.go" <= "function/platform.go",
            "steploom/host_wasip1.go" <= "function/host_wasip1.go",
            "steploom/host_other.go" <= "function/host_other.go",
        ),
    },
    Language {
        name: "zig",
        title: "Zig",
        markers: &["build.zig"],
        tools: &[&ZIG],
        files: files!("zig":
            "steploom.toml", "README.md", ".gitignore", "build.zig", "src/handler.zig";
            "steploom/steploom.zig" <= "function/steploom.zig",
        ),
    },
    Language {
        name: "c",
        title: "C",
        markers: &["*.c"],
        tools: &[&ZIG],
        files: files!("c":
            "steploom.toml", "README.md", ".gitignore", "handler.c", "test.c";
            "steploom/steploom.h" <= "function/steploom.h",
        ),
    },
    Language {
        name: "cpp",
        title: "C++",
        markers: &["*.cpp"],
        tools: &[&ZIG],
        files: files!("cpp":
            "steploom.toml", "README.md", ".gitignore", "handler.cpp", "test.cpp";
            "steploom/steploom.hpp" <= "function/steploom.hpp",
            "steploom/steploom.h" <= "../c/function/steploom.h",
        ),
    },
    Language {
        name: "assemblyscript",
        title: "AssemblyScript",
        markers: &["asconfig.json"],
        tools: &[&NPM],
        files: files!("assemblyscript":
            "steploom.toml", "README.md", ".gitignore", "package.json", "asconfig.json", "assembly/index.ts",
            "assembly/tsconfig.json", "tests/handler.test.mjs";
            "assembly/steploom.ts" <= "function/steploom.ts",
            "tests/host.mjs" <= "function/host.mjs",
        ),
    },
    Language {
        name: "lua",
        title: "Lua",
        markers: &["handler.lua"],
        tools: &[&ZIG, &NPM, &CARGO],
        files: files!("lua":
            "steploom.toml", "README.md", ".gitignore", "package.json", "handler.lua", "handler_test.lua";
            "steploom/Cargo.toml" <= "function/Cargo.toml",
            "steploom/Cargo.lock" <= "function/Cargo.lock",
            "steploom/calls.h" <= "function/calls.h",
            "steploom/carrier.c" <= "function/carrier.c",
            "steploom/json.h" <= "function/json.h",
            "steploom/lua.c" <= "function/lua.c",
            "steploom/test.c" <= "function/test.c",
            "steploom/steploom.h" <= "../c/function/steploom.h",
        ),
    },
];

impl Language {
    /// What a new project's `steploom.toml` says.
    ///
    /// # Errors
    /// Never: tests read all of them.
    pub(super) fn manifest(&self, name: &Name) -> Result<Manifest, Failure> {
        let files = self.files.iter();
        let found = files.copied().find(|(path, _)| *path == MANIFEST);
        let text = found.map(|(_, text)| render(text, name));
        let manifest = super::read(&text.unwrap_or_default()).map_err(Failure::local)?;
        Ok(Manifest {
            // Where it is, the files tell.
            handler: None,
            ..manifest
        })
    }

    fn has_marker(&self, file: &str) -> bool {
        self.markers
            .iter()
            .any(|marker| match marker.strip_prefix('*') {
                Some(ending) => file.ends_with(ending),
                None => file == *marker,
            })
    }
}

/// Reads what people type for a language, and shows them what there is.
pub(crate) fn by_name() -> impl TypedValueParser<Value = &'static Language> {
    let names = LANGUAGES.iter().map(|language| language.name);
    PossibleValuesParser::new(names).try_map(|name| {
        let mut languages = LANGUAGES.iter();
        let found = languages.find(|language| language.name == name);
        found.ok_or("no such language")
    })
}

/// The language of a folder by its files; `None` if there are none of any.
///
/// # Errors
/// `AmbiguousLanguage`: there are files of several.
pub(crate) fn recognise(folder: &Path) -> Result<Option<&'static Language>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| input::unreadable(folder, &error))?;
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    names.sort_unstable();
    let seen = |language: &'static Language| {
        let file = names.iter().find(|name| language.has_marker(name))?;
        Some((language, file))
    };
    let found: Vec<_> = LANGUAGES.iter().filter_map(seen).collect();
    match found[..] {
        [] => Ok(None),
        [(language, _)] => Ok(Some(language)),
        _ => {
            let all: Vec<_> = found
                .iter()
                .map(|(language, file)| format!("{} ({file})", language.title))
                .collect();
            let title = format!("{} has files of {}", folder.display(), all.join(" and of "));
            let failure = Failure::new(Exit::Usage, "AmbiguousLanguage", title);
            Err(failure.advise("say which with --lang"))
        }
    }
}
