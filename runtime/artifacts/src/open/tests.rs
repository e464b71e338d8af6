use steploom_types::Kind;

use crate::Artifacts;

#[test]
fn a_missing_folder_is_created() {
    let root = tempfile::tempdir().expect("a folder");
    let path = root.path().join("a/b");
    Artifacts::open(path.to_str().expect("UTF-8")).expect("opens");
    assert!(path.is_dir());
    assert_eq!(path.read_dir().expect("lists").count(), 0);
}

#[test]
fn a_file_is_no_folder() {
    let root = tempfile::tempdir().expect("a folder");
    let path = root.path().join("file");
    std::fs::write(&path, "x").expect("writes");
    for path in [path.clone(), path.join("below")] {
        let error = Artifacts::open(path.to_str().expect("UTF-8")).expect_err("refused");
        assert_eq!(error.kind, Kind::Invalid);
        assert!(error.message.contains("it is not a folder"), "{error}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_says_so() {
    // Nobody, not even root, creates files here.
    let error = Artifacts::open("/proc").expect_err("refused");
    assert_eq!(error.kind, Kind::Unavailable);
    assert!(error.message.contains("'/proc'"), "{error}");
}

#[test]
fn a_bucket_is_opened_without_the_network() {
    let artifacts = Artifacts::open("s3://modules/team/a").expect("opens");
    let shown = format!("{artifacts:?}");
    assert!(shown.contains("modules"), "{shown}");
    assert!(shown.contains("team"), "{shown}");
    Artifacts::open("s3://modules").expect("opens without a prefix");
}

#[test]
fn a_wrong_url_says_what_would_be_right() {
    for url in ["s3:///x", "gs://bucket/x", "ftp://host", "s3://b/a//b"] {
        let error = Artifacts::open(url).expect_err(url);
        assert_eq!(error.code, "UnknownStorage", "{url}");
        assert_eq!(error.kind, Kind::Invalid, "{url}");
    }
}
