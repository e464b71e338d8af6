//! The checkout's files, by what their names end with.

use std::fs;
use std::path::{Path, PathBuf};

/// The checkout's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A text file of the checkout.
pub(crate) struct TextFile {
    /// Its path below the checkout, with `/` between names.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every file with this extension, in the order of paths; not what tools made, what others wrote (`vendor`), nor hidden ones.
pub(crate) fn with_extension(extension: &str) -> Vec<TextFile> {
    let mut paths = Vec::new();
    collect(root(), extension, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let below = path.strip_prefix(root()).expect("collected below the root");
        let names: Vec<_> = below.iter().map(|name| name.to_string_lossy()).collect();
        let text = fs::read_to_string(&path).expect("a source file is UTF-8");
        TextFile {
            path: names.join("/"),
            text,
        }
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, extension: &str, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the checkout can be read") {
        let entry = entry.expect("the checkout can be read");
        let name = entry.file_name();
        let is_made = name == "target" || name == "node_modules" || name == "vendor";
        if is_made || name.to_string_lossy().starts_with('.') {
            continue;
        }
        let kind = entry.file_type().expect("the checkout can be read");
        let path = entry.path();
        if kind.is_dir() {
            collect(&path, extension, paths);
        } else if kind.is_file() && path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
}
