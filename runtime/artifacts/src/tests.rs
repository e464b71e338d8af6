use bytes::Bytes;
use steploom_types::{Digest, Kind};

use crate::{Artifacts, OBJECT_BYTES_MAX, module_key};

/// Both stores must behave alike.
fn stores() -> Vec<(tempfile::TempDir, Artifacts)> {
    let folder = tempfile::tempdir().expect("a folder");
    let local = Artifacts::open(folder.path().to_str().expect("UTF-8")).expect("opens");
    let unused = tempfile::tempdir().expect("a folder");
    vec![(folder, local), (unused, Artifacts::in_memory())]
}

#[tokio::test]
async fn a_module_comes_back_by_its_digest() {
    for (_folder, artifacts) in stores() {
        let module = Bytes::from_static(b"\0asm");
        let digest = artifacts.put_module(&module).await.expect("puts");
        assert_eq!(digest, Digest::of(&module));
        assert_eq!(digest, artifacts.put_module(&module).await.expect("again"));
        assert_eq!(artifacts.module(digest).await.expect("reads"), Some(module));
        let absent = artifacts.module(Digest::of(b"absent")).await;
        assert_eq!(absent.expect("reads"), None);
    }
}

#[tokio::test]
async fn a_damaged_module_is_corrupt_until_it_is_put_again() {
    for (_folder, artifacts) in stores() {
        let module = Bytes::from_static(b"\0asm\x01");
        let digest = artifacts.put_module(&module).await.expect("puts");
        artifacts
            .put(&module_key(digest), Bytes::from_static(b"\0asm\x02"))
            .await
            .expect("damages");
        let error = artifacts.module(digest).await.expect_err("damaged");
        assert_eq!(error.kind, Kind::Corrupt);
        artifacts.put_module(&module).await.expect("heals");
        assert!(artifacts.module(digest).await.expect("reads").is_some());
    }
}

#[tokio::test]
async fn objects_are_put_listed_and_deleted() {
    for (_folder, artifacts) in stores() {
        for key in ["logs/1/b", "logs/1/a", "logs/10/a", "other"] {
            artifacts.put(key, Bytes::from(key)).await.expect("puts");
        }
        let found = artifacts.list("logs/1").await.expect("lists");
        let keys: Vec<_> = found.iter().map(|o| (&*o.key, o.size_bytes)).collect();
        assert_eq!(keys, [("logs/1/a", 8), ("logs/1/b", 8)]);
        assert!(found[0].modified.as_millis() > 0);
        assert_eq!(artifacts.list("").await.expect("lists").len(), 4);

        artifacts.delete("logs/1/a").await.expect("deletes");
        artifacts.delete("logs/1/a").await.expect("again");
        assert_eq!(artifacts.get("logs/1/a").await.expect("reads"), None);
        let left = artifacts.get("logs/1/b").await.expect("reads");
        assert_eq!(left, Some(Bytes::from_static(b"logs/1/b")));
    }
}

#[tokio::test]
async fn what_is_not_a_key_or_too_large_is_refused() {
    for (_folder, artifacts) in stores() {
        for key in ["../x", "a//b", "a/./b"] {
            let error = artifacts.put(key, Bytes::new()).await.expect_err(key);
            assert_eq!(error.kind, Kind::Invalid, "{key}");
        }
        let large = Bytes::from(vec![0; OBJECT_BYTES_MAX + 1]);
        let error = artifacts.put("large", large).await.expect_err("too large");
        assert_eq!(error.code, "ObjectTooLarge");
    }
}
