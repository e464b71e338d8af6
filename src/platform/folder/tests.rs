use super::*;

#[test]
fn node_and_key_stay_the_same() {
    let temp = tempfile::tempdir().unwrap();
    let folder = Folder::open(&temp.path().join("data")).unwrap();
    let (node, key) = (folder.node().unwrap(), folder.mac_key().unwrap());
    let again = Folder::open(&temp.path().join("data")).unwrap();
    assert_eq!(
        (again.node().unwrap(), again.mac_key().unwrap()),
        (node, key)
    );
}

#[test]
fn what_is_no_folder_is_explained() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let error = Folder::open(&file).err().unwrap();
    assert!(
        error.to_string().contains("choose another with --data"),
        "{error:#}"
    );
}

#[test]
fn a_broken_key_is_named() {
    let temp = tempfile::tempdir().unwrap();
    let folder = Folder::open(temp.path()).unwrap();
    std::fs::write(temp.path().join("compiled.key"), "short").unwrap();
    assert!(
        folder
            .mac_key()
            .unwrap_err()
            .to_string()
            .contains("compiled.key")
    );
}
