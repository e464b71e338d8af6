//! The package: the function's files, and which kind of JavaScript each of them is.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What the host hands over to be loaded.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    /// The file that has the handler.
    pub(crate) entry: String,
    /// The handler's name in it.
    pub(crate) handler: String,
    /// Every file by its path in the package.
    pub(crate) files: BTreeMap<String, String>,
}

/// How a file is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An ES module: `import` and `export`.
    Module,
    /// `require` and `module.exports`.
    CommonJs,
    /// Data.
    Json,
}

/// What a path may be left without, in the order in which it is tried.
const ENDINGS: [&str; 7] = [
    ".js",
    ".mjs",
    ".cjs",
    ".json",
    "/index.js",
    "/index.mjs",
    "/index.cjs",
];

impl Package {
    /// The file that `name`, said in the file `base`, stands for: `./util`, `../a/b.js`, `/lib/c.json`.
    pub(crate) fn find(&self, base: &str, name: &str) -> Option<String> {
        let path = join(base, name)?;
        if self.files.contains_key(&path) {
            return Some(path);
        }
        ENDINGS
            .iter()
            .map(|ending| format!("{path}{ending}").trim_start_matches('/').to_owned())
            .find(|path| self.files.contains_key(path))
    }

    /// The kind that a file's name or the nearest `package.json` says; none if its text has to tell.
    pub(crate) fn kind(&self, path: &str) -> Option<Kind> {
        let (_, ending) = path.rsplit_once('.').unwrap_or_default();
        match ending {
            "mjs" => Some(Kind::Module),
            "cjs" => Some(Kind::CommonJs),
            "json" => Some(Kind::Json),
            _ => self.declared_kind(path),
        }
    }

    fn declared_kind(&self, path: &str) -> Option<Kind> {
        #[derive(Deserialize)]
        struct Manifest {
            r#type: Option<String>,
        }
        let mut folder = path;
        loop {
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
            let manifest = join(&format!("{folder}/x"), "./package.json")?;
            if let Some(text) = self.files.get(&manifest) {
                let manifest: Manifest = serde_json::from_str(text).ok()?;
                return match manifest.r#type.as_deref() {
                    Some("module") => Some(Kind::Module),
                    Some("commonjs") => Some(Kind::CommonJs),
                    _ => None,
                };
            }
            if folder.is_empty() {
                return None;
            }
        }
    }
}

/// Whether a word is in the text that only ES modules have outside of functions. It may stand in a string or in a
/// function as well, so this is no more than a reason to look closer.
pub(crate) fn looks_like_module(source: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    ["import", "export", "await"].iter().any(|word| {
        source.match_indices(word).any(|(at, _)| {
            let before = source[..at].chars().next_back();
            let behind = source[at + word.len()..].chars().next();
            !before.is_some_and(|c| is_name(c) || c == '.') && !behind.is_some_and(is_name)
        })
    })
}

/// The names that a `CommonJS` file sets on its exports, as far as its text shows them.
pub(crate) fn export_names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in source.match_indices("exports.") {
        let rest = &source[at + "exports.".len()..];
        let name = identifier(rest);
        let behind = rest[name.len()..].trim_start();
        if behind.starts_with('=') && !behind.starts_with("==") {
            names.push(name.to_owned());
        }
    }
    for (at, _) in source.match_indices("module.exports") {
        let rest = source[at + "module.exports".len()..].trim_start();
        let Some(body) = rest.strip_prefix('=').map(str::trim_start) else {
            continue;
        };
        let Some((body, _)) = body.strip_prefix('{').and_then(|body| body.split_once('}')) else {
            continue;
        };
        for member in body.split(',') {
            let name = identifier(member.trim_start());
            let behind = member.trim_start()[name.len()..].trim_start();
            if behind.is_empty() || behind.starts_with(':') {
                names.push(name.to_owned());
            }
        }
    }
    names.retain(|name| !name.is_empty() && name != "default");
    names.sort();
    names.dedup();
    names
}

fn identifier(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .unwrap_or(text.len());
    let name = &text[..end];
    if name.starts_with(|c: char| c.is_numeric()) {
        ""
    } else {
        name
    }
}

/// The path that `name` means in the file `base`; none if it leaves the package.
pub(crate) fn join(base: &str, name: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    if !name.starts_with('/') {
        parts.extend(base.split('/').filter(|part| !part.is_empty()));
        parts.pop();
    }
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
