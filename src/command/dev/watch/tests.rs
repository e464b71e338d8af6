use std::time::Duration;

use tempfile::TempDir;

use super::*;

/// A project with this build, and what is saved in it.
struct Written {
    folder: TempDir,
    project: Project,
    saved: u64,
}

impl Written {
    fn new(build: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manifest = format!("name = 'a'\nmodule = 'a.wasm'\nbuild = {build}\n");
        fs::write(folder.path().join("steploom.toml"), manifest).unwrap();
        let project = Project::open(folder.path(), None, None).unwrap().unwrap();
        Self {
            folder,
            project,
            saved: 0,
        }
    }

    /// Writes a file, each time a minute later.
    fn save(&mut self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        self.saved += 1;
        let at = SystemTime::UNIX_EPOCH + Duration::from_mins(self.saved);
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(at).unwrap();
    }
}

#[test]
fn what_somebody_saves_is_built() {
    let mut of = Written::new("[['true']]");
    of.save("a.c", "1");
    let mut watch = Watch::new(&of.project);
    watch.built(&of.project);
    assert!(!watch.has_changed(&of.project));
    of.save("a.c", "2");
    assert!(watch.has_changed(&of.project));
    assert!(!watch.has_changed(&of.project), "told once");
    // While a build runs, and again while the next one does.
    for text in ["3", "4"] {
        of.save("a.c", text);
        watch.built(&of.project);
        assert!(watch.has_changed(&of.project), "{text}");
    }
}

#[test]
fn what_a_build_makes_is_not_built_again() {
    let mut of = Written::new("[['true']]");
    of.save("Cargo.lock", "1");
    let mut watch = Watch::new(&of.project);
    of.save("Cargo.lock", "2");
    of.save("new.txt", "1");
    of.save("a.wasm", "1");
    watch.built(&of.project);
    assert!(!watch.has_changed(&of.project));
    // Whoever changes it between two builds means it.
    of.save("Cargo.lock", "3");
    assert!(watch.has_changed(&of.project));
}

#[test]
fn what_every_build_writes_ends_after_one_more() {
    let mut of = Written::new("[['true']]");
    of.save("out.js", "1");
    let mut watch = Watch::new(&of.project);
    of.save("out.js", "2");
    watch.built(&of.project);
    assert!(watch.has_changed(&of.project), "by whom is not known");
    of.save("out.js", "2");
    watch.built(&of.project);
    assert!(!watch.has_changed(&of.project));
    of.save("out.js", "3");
    watch.built(&of.project);
    assert!(!watch.has_changed(&of.project), "known by now");
}

#[test]
fn without_a_build_all_changes_are_somebodys() {
    let mut of = Written::new("[]");
    let mut watch = Watch::new(&of.project);
    of.save("new.js", "1");
    watch.built(&of.project);
    assert!(watch.has_changed(&of.project));
}
