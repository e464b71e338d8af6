use std::fs;

use steploom_types::Digest;

use super::Cache;

#[test]
fn what_is_stored_is_loaded_under_the_same_configuration_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |key, print| Cache::open(folder.path().into(), key, print).expect("opens");
    let digest = Digest::of(b"module");
    let cache = open([1; 32], [2; 32]);
    assert_eq!(cache.load(digest).expect("reads"), None);
    cache.store(digest, b"code").expect("writes");
    assert_eq!(
        cache.load(digest).expect("reads").expect("is there"),
        b"code"
    );
    assert_eq!(open([1; 32], [3; 32]).load(digest).expect("reads"), None);
}

#[test]
fn every_broken_byte_is_noticed_and_the_file_set_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::open(folder.path().into(), [1; 32], [2; 32]).expect("opens");
    let digest = Digest::of(b"module");
    cache.store(digest, b"code").expect("writes");
    let path = cache.path(digest);
    let whole = fs::read(&path).expect("reads");
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at] ^= 1;
        fs::write(&path, broken).expect("writes");
        assert_eq!(cache.load(digest).expect("reads"), None, "byte {at}");
        assert!(!path.exists() && path.with_extension("broken").exists());
    }
    fs::write(&path, &whole[..31]).expect("writes");
    assert_eq!(cache.load(digest).expect("reads"), None, "cut short");
}

#[test]
fn code_of_another_module_or_another_key_is_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::open(folder.path().into(), [1; 32], [2; 32]).expect("opens");
    let (one, other) = (Digest::of(b"one"), Digest::of(b"other"));
    cache.store(one, b"code").expect("writes");
    fs::copy(cache.path(one), cache.path(other)).expect("copies");
    assert_eq!(cache.load(other).expect("reads"), None);
    let stranger = Cache::open(folder.path().into(), [9; 32], [2; 32]).expect("opens");
    assert_eq!(stranger.load(one).expect("reads"), None);
}
