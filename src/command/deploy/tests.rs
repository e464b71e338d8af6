use std::fs;

use super::*;

#[test]
fn a_folder_means_its_modules_and_then_its_definitions() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.wasm", "a.asl.json", "a.wasm", "notes.txt", "other.json"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let found: Vec<(Kind, String)> = items(folder.path(), None)
        .unwrap()
        .into_iter()
        .map(|item| (item.kind, item.name.to_string()))
        .collect();
    assert_eq!(
        found,
        [
            (Kind::Function, "a".to_owned()),
            (Kind::Function, "b".to_owned()),
            (Kind::Machine, "a".to_owned()),
        ]
    );
}

#[test]
fn what_cannot_be_deployed_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let check = |path: &Path, name: Option<&str>, exit, words: &str| {
        let name = name.map(|name| name.parse().unwrap());
        let failure = items(path, name.as_ref()).unwrap_err();
        assert_eq!(failure.exit, exit);
        assert!(failure.text(Paint::PLAIN).contains(words), "{failure:?}");
    };
    check(folder.path(), None, Exit::NotFound, "no .wasm");
    check(folder.path(), Some("x"), Exit::Usage, "--name");
    let text = folder.path().join("x.txt");
    check(&text, None, Exit::NotFound, "cannot read");
    fs::write(&text, "").unwrap();
    check(&text, None, Exit::Usage, "neither");
    check(Path::new("ü.wasm"), None, Exit::Usage, "--name");
}

#[test]
fn settings_left_out_keep_their_defaults() {
    assert_eq!(Settings::default().resolve(), FunctionSettings::default());
    let settings = Settings {
        memory: Some(1 << 20),
        environment: vec![("A".to_owned(), "1".to_owned())],
        ..Settings::default()
    };
    let resolved = settings.resolve();
    assert_eq!(resolved.memory_bytes_max, 1 << 20);
    assert_eq!(resolved.environment["A"], "1");
    assert_eq!(resolved.timeout_ms, FunctionSettings::default().timeout_ms);
}
