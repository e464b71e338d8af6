//! What opening says about a folder.

use super::*;

async fn refused(dir: &Path) -> steploom_types::Error {
    let Err(error) = super::super::open(dir).await else {
        panic!("{} was opened", dir.display());
    };
    let named = error.message.contains(&dir.display().to_string());
    assert!(named, "it names the folder: {error}");
    error
}

#[tokio::test]
async fn a_second_opening_is_refused_and_the_first_goes_on() {
    let files = Files::new();
    let store = files.open().await.unwrap();
    let error = refused(files.dir.path()).await;
    assert_eq!(
        (error.kind, error.code),
        (Kind::Conflict, "DataFolderInUse")
    );
    let lease = acquire(&store, 1).await;
    append(&store, lease, 1, "x").await;
    drop(store);
    super::super::open(files.dir.path()).await.unwrap();
}

#[tokio::test]
async fn a_part_of_the_store_keeps_the_folder() {
    let files = Files::new();
    let catalog = files.open().await.unwrap().catalog;
    refused(files.dir.path()).await;
    drop(catalog);
    files.open().await.unwrap();
}

#[tokio::test]
async fn a_missing_folder_is_made() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("a/b");
    super::super::open(&dir).await.unwrap();
    assert_eq!(journal_files(&dir), ["journal-000001.db"]);
}

#[tokio::test]
async fn a_file_is_no_folder() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    std::fs::write(&file, "text").unwrap();
    let error = refused(&file).await;
    assert_eq!(error.code, "DataFolderUnusable");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "text");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_takes_no_files_is_refused() {
    for dir in ["/proc/steploom", "/proc/self"] {
        let error = refused(Path::new(dir)).await;
        assert_eq!(error.code, "DataFolderUnusable");
    }
}
