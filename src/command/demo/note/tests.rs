use super::*;

#[test]
fn a_note_is_found_again_until_it_is_removed() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("below");
    assert_eq!(Note::load(&folder).unwrap(), None);
    let id = "beef018b-cfe5-687b-0123-456789abcdef".parse().unwrap();
    let note = Note::new(Path::new("/texts"));
    note.save(&folder).unwrap();
    note.clone().with_execution(id).save(&folder).unwrap();
    let found = Note::load(&folder).unwrap().unwrap();
    assert_eq!(
        (found.input.as_path(), found.execution),
        (Path::new("/texts"), Some(id))
    );
    Note::remove(&folder).unwrap();
    Note::remove(&folder).unwrap();
    assert_eq!(Note::load(&folder).unwrap(), None);
}

#[test]
fn a_note_that_makes_no_sense_is_none() {
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join(FILE), "{\"inp").unwrap();
    assert_eq!(Note::load(data.path()).unwrap(), None);
}
