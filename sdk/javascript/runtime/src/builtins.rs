//! The modules that are there besides the function's own files, in JavaScript.

/// What a function may import, by the name that it says.
pub(crate) const PUBLIC: [(&str, &str); 11] = [
    ("steploom", include_str!("js/steploom.js")),
    ("node:buffer", include_str!("js/node/buffer.js")),
    ("node:crypto", include_str!("js/node/crypto.js")),
    ("node:fs", include_str!("js/node/fs.js")),
    ("node:fs/promises", include_str!("js/node/fs-promises.js")),
    ("node:path", include_str!("js/node/path.js")),
    ("node:process", include_str!("js/node/process.js")),
    ("node:timers", include_str!("js/node/timers.js")),
    (
        "node:timers/promises",
        include_str!("js/node/timers-promises.js"),
    ),
    ("node:url", include_str!("js/node/url.js")),
    ("node:util", include_str!("js/node/util.js")),
];

/// What only the modules here may import.
const PRIVATE: [(&str, &str); 14] = [
    ("steploom:buffer", include_str!("js/buffer.js")),
    ("steploom:call", include_str!("js/call.js")),
    ("steploom:clone", include_str!("js/clone.js")),
    ("steploom:commonjs", include_str!("js/commonjs.js")),
    ("steploom:console", include_str!("js/console.js")),
    ("steploom:context", include_str!("js/context.js")),
    ("steploom:crypto", include_str!("js/crypto.js")),
    ("steploom:encoding", include_str!("js/encoding.js")),
    ("steploom:failure", include_str!("js/failure.js")),
    ("steploom:inspect", include_str!("js/inspect.js")),
    ("steploom:platform", include_str!("js/platform.js")),
    ("steploom:process", include_str!("js/process.js")),
    ("steploom:timers", include_str!("js/timers.js")),
    ("steploom:url", include_str!("js/url.js")),
];

/// The source of a module, by its whole name.
pub(crate) fn source(name: &str) -> Option<&'static str> {
    PUBLIC
        .iter()
        .chain(&PRIVATE)
        .find(|(builtin, _)| *builtin == name)
        .map(|(_, source)| *source)
}

/// The whole name of what a function may import: `fs` is `node:fs`.
pub(crate) fn public(name: &str) -> Option<&'static str> {
    PUBLIC
        .iter()
        .map(|(builtin, _)| *builtin)
        .find(|builtin| *builtin == name || builtin.strip_prefix("node:") == Some(name))
}

/// What there is to import, for people.
pub(crate) fn list() -> String {
    let names: Vec<String> = PUBLIC
        .iter()
        .map(|(name, _)| format!("\"{name}\""))
        .collect();
    names.join(", ")
}
