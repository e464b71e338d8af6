//! Objects of any size, put as streams and in parts, and what is left of them in object storage.

use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use serde_json::json;
use steploom_api::port::{
    About, Buckets, ListKeys, Object, Over, PutObject, UploadPlace, collect, whole,
};
use steploom_types::limits::object::{PART_BYTES_MIN, PIECE_BYTES};
use steploom_types::{AccountId, Error, Name};

use crate::node::Node;

const LOCAL: AccountId = AccountId::LOCAL;
const DAY_MS: i64 = 24 * 3_600_000;

fn bucket() -> Name {
    "b".parse().unwrap()
}

async fn with_bucket() -> (Node, Arc<dyn Buckets>) {
    let node = Node::start().await;
    let buckets = node.ports().buckets;
    buckets.put_bucket(LOCAL, bucket()).await.unwrap();
    (node, buckets)
}

/// Bytes that tell where they are.
fn bytes(length: usize) -> Bytes {
    (0..length).map(|n| (n / 7 % 251) as u8).collect()
}

/// Contents that are in object storage.
async fn kept(node: &Node) -> usize {
    node.artifacts().list("buckets").await.unwrap().len()
}

async fn code<T>(call: impl Future<Output = Result<T, Error>>) -> &'static str {
    match call.await {
        Ok(_) => "none",
        Err(error) => error.code,
    }
}

#[tokio::test]
async fn a_content_of_many_pieces_is_read_from_anywhere_and_goes_as_a_whole() {
    let (node, buckets) = with_bucket().await;
    let content = bytes(2 * PIECE_BYTES + 10);
    node.put_object(&bucket(), "k", content.clone()).await;
    assert_eq!(kept(&node).await, 4, "three pieces and their list");
    assert_eq!(node.object(&bucket(), "k").await, content);
    let piece = PIECE_BYTES as u64;
    for range in [
        0..1,
        piece - 1..piece + 1,
        piece - 1..2 * piece + 1,
        2 * piece + 9..2 * piece + 10,
        5..5,
    ] {
        let mut choose = |_: &Object| Ok(range.clone());
        let found = buckets
            .read_object(LOCAL, &bucket(), "k", &mut choose)
            .await;
        let found = collect(found.unwrap().1).await.unwrap();
        assert_eq!(found, content[range.start as usize..range.end as usize]);
    }
    node.put_object(&bucket(), "k", "small").await;
    assert_eq!(kept(&node).await, 1);
    buckets.delete_object(LOCAL, &bucket(), "k").await.unwrap();
    assert_eq!(kept(&node).await, 0);
}

#[tokio::test]
async fn a_content_that_fails_leaves_nothing() {
    let (node, buckets) = with_bucket().await;
    node.put_object(&bucket(), "k", "before").await;
    let parts = [
        Ok(bytes(PIECE_BYTES)),
        Ok(bytes(PIECE_BYTES)),
        Err(Error::invalid("BadDigest", "it is another")),
    ];
    let name = bucket();
    let put = buckets.put_object(
        LOCAL,
        &name,
        "k",
        PutObject::default(),
        stream::iter(parts).boxed(),
    );
    assert_eq!(code(put).await, "BadDigest");
    assert_eq!(node.object(&bucket(), "k").await, "before");
    node.until(|| async { kept(&node).await == 1 }).await;
}

#[tokio::test]
async fn an_object_is_put_over_what_its_writer_knows() {
    let (node, buckets) = with_bucket().await;
    let put = async |content: &'static str, over: Over| {
        let put = PutObject {
            over,
            ..PutObject::default()
        };
        let content = whole(Bytes::from_static(content.as_bytes()));
        buckets
            .put_object(LOCAL, &bucket(), "k", put, content)
            .await
    };
    let etag = |object: &Object| Over::ETag(object.etag.clone());
    let first = put("1", Over::Nothing).await.unwrap();
    assert_eq!(code(put("2", Over::Nothing)).await, "PreconditionFailed");
    let second = put("2", etag(&first)).await.unwrap();
    assert_eq!(code(put("3", etag(&first))).await, "PreconditionFailed");
    assert_eq!(node.object(&bucket(), "k").await, "2");
    buckets.delete_object(LOCAL, &bucket(), "k").await.unwrap();
    assert_eq!(code(put("3", etag(&second))).await, "ObjectNotFound");
    assert_eq!(kept(&node).await, 0);
}

async fn begun(buckets: &Arc<dyn Buckets>, key: &str) -> UploadPlace {
    let bucket = bucket();
    let upload = buckets.start_upload(LOCAL, &bucket, key, About::default());
    UploadPlace {
        bucket: bucket.clone(),
        key: key.into(),
        id: upload.await.unwrap().id,
    }
}

#[tokio::test]
async fn an_object_is_made_of_its_parts_and_what_it_does_not_take_goes() {
    let (node, buckets) = with_bucket().await;
    let at = begun(&buckets, "k").await;
    let part = async |number, content: &Bytes| {
        let put = buckets.put_part(LOCAL, &at, number, whole(content.clone()));
        (number, put.await.unwrap().etag)
    };
    // The first is of two pieces itself, the second is replaced, the third is not taken.
    let (large, last) = (bytes(PIECE_BYTES + 5), Bytes::from_static(b"end"));
    let first = part(1, &large).await;
    part(2, &bytes(9)).await;
    let second = part(2, &last).await;
    part(3, &last).await;
    assert!(large.len() as u64 >= PART_BYTES_MIN);
    let finish = |parts: &[&(u32, String)]| {
        let parts = parts.iter().map(|part| (*part).clone()).collect();
        buckets.finish_upload(LOCAL, &at, parts, Over::Anything)
    };
    assert_eq!(code(finish(&[&second, &first])).await, "InvalidPartOrder");
    assert_eq!(
        code(finish(&[&first, &(2, first.1.clone())])).await,
        "InvalidPart"
    );
    assert_eq!(
        code(finish(&[&second, &(3, second.1.clone())])).await,
        "PartTooSmall"
    );
    let object = finish(&[&first, &second]).await.unwrap();
    let content: Bytes = [&large[..], &last[..]].concat().into();
    assert_eq!(node.object(&bucket(), "k").await, content);
    node.put_object(&bucket(), "same", content).await;
    let same = buckets.find_object(LOCAL, &bucket(), "same").await.unwrap();
    assert_eq!(object.crc32, same.crc32, "of the whole, out of its parts'");
    assert!(object.etag.ends_with("-2"));
    buckets
        .delete_object(LOCAL, &bucket(), "same")
        .await
        .unwrap();
    assert_eq!(kept(&node).await, 4, "its pieces and their list");
    let again = finish(&[&first, &second]).await.unwrap();
    assert_eq!(
        again.etag, object.etag,
        "whoever did not hear of it asks again"
    );
    buckets.delete_object(LOCAL, &bucket(), "k").await.unwrap();
    assert_eq!(kept(&node).await, 0);
    assert_eq!(code(finish(&[&first, &second])).await, "UploadNotFound");
}

#[tokio::test]
async fn uploads_that_nobody_finishes_are_forgotten() {
    let (mut node, buckets) = with_bucket().await;
    let old = begun(&buckets, "old").await;
    let put = buckets.put_part(LOCAL, &old, 1, whole(bytes(PIECE_BYTES + 1)));
    put.await.unwrap();
    node.clock.advance_ms(6 * DAY_MS);
    let new = begun(&buckets, "new").await;
    node.clock.advance_ms(DAY_MS + 1);
    assert_eq!(kept(&node).await, 3);
    // The owner of the first shard looks when it starts.
    node.stop_and_restart().await;
    node.until(|| async { kept(&node).await == 0 }).await;
    let buckets = node.ports().buckets;
    let parts = buckets.list_parts(LOCAL, &old, 0, 9);
    assert_eq!(code(parts).await, "UploadNotFound");
    assert_eq!(code(buckets.list_parts(LOCAL, &new, 0, 9)).await, "none");
    // A bucket takes those of its own with it.
    buckets.delete_bucket(LOCAL, &bucket()).await.unwrap();
    buckets.put_bucket(LOCAL, bucket()).await.unwrap();
    assert_eq!(
        code(buckets.list_parts(LOCAL, &new, 0, 9)).await,
        "UploadNotFound"
    );
}

#[tokio::test]
async fn what_keys_have_in_common_is_listed_once_on_any_page() {
    let (node, buckets) = with_bucket().await;
    for key in ["a", "b/1", "b/2", "b/3", "b0", "c/", "d"] {
        node.put_object(&bucket(), key, "").await;
    }
    for limit in 1..9 {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let list = ListKeys {
                delimiter: Some("/".into()),
                after,
                limit,
                ..ListKeys::default()
            };
            let keys = buckets.list_objects(LOCAL, &bucket(), list).await.unwrap();
            let mut page: Vec<String> = keys.objects.into_iter().map(|object| object.key).collect();
            page.extend(keys.prefixes);
            assert!(page.len() <= limit as usize);
            page.sort();
            seen.extend(page);
            after = keys.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a", "b/", "b0", "c/", "d"], "{limit} at once");
    }
}

/// An object that was put in parts is read by a `Map` as any other.
#[tokio::test]
async fn a_map_reads_an_object_that_was_put_in_parts() {
    let (node, buckets) = with_bucket().await;
    let line = format!("{{\"n\": 1, \"text\": \"{}\"}}\n", "x".repeat(100_000));
    let half = PART_BYTES_MIN as usize / line.len() + 1;
    let at = begun(&buckets, "in.jsonl").await;
    let mut parts = Vec::new();
    for number in 1..=2 {
        let content = whole(line.repeat(half).into());
        let part = buckets.put_part(LOCAL, &at, number, content).await;
        parts.push((number, part.unwrap().etag));
    }
    let finished = buckets.finish_upload(LOCAL, &at, parts, Over::Anything);
    finished.await.unwrap();
    let definition = json!({"StartAt": "M", "States": {"M": {
        "Type": "Map", "End": true, "MaxConcurrency": 50,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSONL"},
            "Parameters": {"Bucket": "b", "Key": "in.jsonl"}},
        "ItemSelector": {"n.$": "$$.Map.Item.Value.n"},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "P", "States": {"P": {"Type": "Pass", "InputPath": "$.n", "End": true}}}}}});
    node.machine("map", &definition.to_string()).await;
    let id = node.start_unnamed("map", json!({})).await.summary.id;
    let ended = node.ended(id).await;
    let output = ended.output.expect("it succeeds").into_value();
    assert_eq!(output.as_array().map(Vec::len), Some(2 * half));
}
