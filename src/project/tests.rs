use std::fs;

use super::*;

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

#[test]
fn every_template_is_a_project_of_its_language() {
    for language in LANGUAGES {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("new");
        let name = name("hello-2.x");
        let written = write(language, &name, &folder).expect("it is written");
        assert!(
            written.files.contains(&"README.md".to_owned()),
            "{language:?}"
        );
        for file in &written.files {
            let text = fs::read_to_string(folder.join(file)).expect("text");
            for place in ["{{name}}", "{{ident}}"] {
                assert!(!text.contains(place), "{}: {file}: {text}", language.name);
            }
        }
        let project = Project::open(&folder, None, None).expect("it is read");
        let project = project.expect("it is a project");
        assert_eq!(project.name, name);
        assert_eq!(project.manifest.language, language.name);
        let is_loaded = project.manifest.runtime.is_some();
        assert_eq!(project.manifest.build.is_empty(), is_loaded, "{language:?}");
        assert!(!project.manifest.test.is_empty(), "{language:?}");
        let module = &project.manifest.module;
        let is_apart = LEFT_BEHIND.iter().any(|folder| module.starts_with(folder));
        assert!(is_apart || is_loaded, "{language:?}: {module:?}");

        fs::remove_file(folder.join(MANIFEST)).expect("it was there");
        let again = recognise(&folder).expect("one language");
        assert_eq!(again.map(|of| of.name), Some(language.name));
    }
}

#[test]
fn a_folder_that_has_something_is_left_as_it_is() {
    let Some(language) = LANGUAGES.first() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mine"), "1").expect("it is written");
    let refused = write(language, &name("hello"), folder.path()).expect_err("it is not empty");
    assert_eq!(refused.problem.code, "FolderNotEmpty");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn files_of_several_languages_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(recognise(folder.path()).expect("nothing").is_none());
    fs::write(folder.path().join("go.mod"), "").expect("it is written");
    fs::write(folder.path().join("main.c"), "").expect("it is written");
    let refused = recognise(folder.path()).expect_err("two languages");
    assert_eq!(refused.problem.code, "AmbiguousLanguage");
    assert!(
        refused
            .problem
            .title
            .contains("Go (go.mod) and of C (main.c)")
    );
}

#[test]
fn a_manifest_that_cannot_be_is_refused() {
    let refused = |text: &str| read(text).expect_err(text);
    for (text, why) in [
        ("name = 1", "name"),
        ("module = 'a.wasm'", "missing field `name`"),
        (
            "name = 'a'\nmodule = 'a.wasm'\nbuilt = 1",
            "unknown field `built`",
        ),
        ("name = 'a'\nmodule = '../a.wasm'", "within the folder"),
        ("name = 'a'\nmodule = '/a.wasm'", "within the folder"),
        ("name = 'a'\nmodule = 'a.wasm'\nbuild = [[]]", "no words"),
        ("name = 'a'", "either its 'module' or its 'runtime'"),
        (
            "name = 'a'\nmodule = 'a.wasm'\nruntime = 'python'",
            "either its 'module'",
        ),
        (
            "name = 'a'\nmodule = 'a.wasm'\nhandler = 'a.b'",
            "for a 'runtime'",
        ),
        ("name = 'a b'\nmodule = 'a.wasm'", "has the character ' '"),
    ] {
        let said = refused(text);
        assert_eq!(said, said.trim_end());
        assert!(said.contains(why), "{text}: {said}");
    }
}
