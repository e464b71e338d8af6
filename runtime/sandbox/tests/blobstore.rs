//! `wasi:blobstore`: what of it reaches the platform, what comes back, and how much a guest holds at once.

#![expect(
    clippy::unnecessary_wraps,
    reason = "answers stand in one list with refusals"
)]

use std::sync::Arc;

use bytes::Bytes;
use steploom_sandbox::{Abilities, Answer, Ask, Finished, Unanswered};
use steploom_types::limits::PAGE_SIZE_MAX;
use steploom_types::limits::function::ASK_OBJECT_BYTES_MAX;
use steploom_types::{Name, Timestamp};

use crate::ability::Platform;
use crate::support::{Node, call, failed, result};

/// Opens the bucket and writes the event as the object, which is not put yet.
const WRITE: &str = "
    (br_if $end (call $open))
    (local.set $value (call $new))
    (call $body (local.get $value) (i32.const 16))
    (local.set $stream (call $given))
    (br_if $end (call $put (local.get $value)))
    (drop (call $write (local.get $stream) (local.get $at) (local.get $len)))
    (call $drop-out (local.get $stream))";
/// Opens the bucket and begins to write an object.
const BEGIN: &str = "
    (br_if $end (call $open))
    (local.set $value (call $new))
    (call $body (local.get $value) (i32.const 16))
    (local.set $stream (call $given))
    (br_if $end (call $put (local.get $value)))";
/// Notes how many names were given, and whether they are the last, as two more digits.
const NOTE: &str = "
    (local.set $number (i64.add
      (i64.mul (local.get $number) (i64.const 100))
      (i64.add (i64.mul (i64.load32_u (i32.const 24)) (i64.const 10)) (i64.load8_u (i32.const 28)))))";

type Answers = Vec<Result<Answer, Unanswered>>;

fn photos() -> Name {
    "photos".parse().expect("a name")
}

fn found() -> Result<Answer, Unanswered> {
    Ok(Answer::MadeAt(Timestamp::from_millis(5_999)))
}

fn object(content: impl Into<Bytes>) -> Result<Answer, Unanswered> {
    Ok(Answer::Object {
        content_type: "text/plain".to_owned(),
        content: content.into(),
    })
}

fn keys(keys: &[&str], next: Option<&str>) -> Result<Answer, Unanswered> {
    Ok(Answer::Keys {
        keys: keys.iter().map(|&key| key.to_owned()).collect(),
        next: next.map(str::to_owned),
    })
}

fn page(after: Option<&str>) -> Ask {
    Ask::List {
        bucket: photos(),
        prefix: String::new(),
        after: after.map(str::to_owned),
    }
}

fn remove(key: &str) -> Ask {
    Ask::Remove {
        bucket: photos(),
        key: key.to_owned(),
    }
}

/// What becomes of the guest with this body, and what it asked for.
async fn run(body: &str, answers: Answers) -> (Finished, Vec<Ask>) {
    let text = include_str!("guests/blobstore.wat")
        .replace("BODY", body)
        .replace("BUCKET", "photos")
        .replace("LENGTH", "6");
    let node = Node::new();
    let ready = node.put_granted(&text, &["objects=photos"]).await;
    let platform = Platform::of(answers);
    let mut asked = call(ready, "12");
    asked.abilities = Some(Arc::clone(&platform) as Arc<dyn Abilities>);
    (node.invoke(asked).await, platform.asked())
}

/// As [`run`], with the bucket open; checks the result, and what else was asked for.
async fn check(body: &str, answers: Answers, expect: &str, asks: &[Ask]) {
    let mut all = vec![found()];
    all.extend(answers);
    let body = format!("(br_if $end (call $open)) {body}");
    let (finished, asked) = run(&body, all).await;
    assert_eq!(result(&finished), expect, "{body}");
    assert_eq!(&asked[1..], asks, "{body}");
}

#[tokio::test]
async fn a_component_writes_an_object_and_reads_a_part_of_it() {
    let body = format!(
        "{WRITE}
        (br_if $end (call $finish (local.get $value)))
        (br_if $end (call $get (i64.const 1) (i64.const 4)))
        (call $whole' (call $given) (i32.const 16))
        (call $say (i32.load (i32.const 20)) (i32.load (i32.const 24)))"
    );
    let (finished, asked) = run(&body, vec![found(), Ok(Answer::Done), object("2")]).await;
    assert_eq!(result(&finished), "2");
    let bucket = Ask::Bucket { bucket: photos() };
    let write = Ask::Write {
        bucket: photos(),
        key: "k".to_owned(),
        content_type: None,
        content: Bytes::from_static(b"12"),
    };
    let read = Ask::Read {
        bucket: photos(),
        key: "k".to_owned(),
        range: 1..5,
    };
    assert_eq!(asked, [bucket, write, read]);
}

#[tokio::test]
async fn what_is_refused_is_the_error_of_the_interface() {
    let denied = || Err(Unanswered::new("AccessDenied", "not granted"));
    let cause = "AccessDenied: not granted";
    let (finished, _) = run(WRITE, vec![denied()]).await;
    failed(&finished, "Function.Failed", cause);
    let body = format!("{WRITE} (br_if $end (call $finish (local.get $value)))");
    let (finished, _) = run(&body, vec![found(), denied()]).await;
    failed(&finished, "Function.Failed", cause);
    let body = "(br_if $end (call $open)) (br_if $end (call $get (i64.const 0) (i64.const -1)))";
    let (finished, _) = run(body, vec![found(), denied()]).await;
    failed(&finished, "Function.Failed", cause);

    // Buckets are their owner's; nobody is asked.
    for made in ["create", "remove"] {
        let body = format!(
            "(call ${made}' (i32.const 256) (i32.const 6) (i32.const 16))
            (drop (call $refused (i32.const 20)))"
        );
        let (finished, asked) = run(&body, vec![]).await;
        failed(&finished, "Function.Failed", "their owner does so: PUT");
        assert!(asked.is_empty());
    }
}

#[tokio::test]
async fn what_is_not_finished_is_not_put() {
    let body = format!("{WRITE} (call $drop-value (local.get $value)) (call $tell (i64.const 7))");
    let (finished, asked) = run(&body, vec![found()]).await;
    assert_eq!(result(&finished), "7");
    assert_eq!(asked.len(), 1);

    // A value has one stream, which ends with it.
    let body = format!(
        "{BEGIN}
        (call $body (local.get $value) (i32.const 16))
        (local.set $number (i64.load8_u (i32.const 16)))
        (br_if $end (call $finish (local.get $value)))
        (call $tell (i64.add
          (i64.mul (local.get $number) (i64.const 10))
          (i64.extend_i32_u (call $write (local.get $stream) (i32.const 0) (i32.const 1)))))"
    );
    let (finished, _) = run(&body, vec![found(), Ok(Answer::Done)]).await;
    assert_eq!(result(&finished), "11");
}

#[tokio::test]
async fn an_object_that_is_written_has_its_limit() {
    let body = |more: u32| {
        format!(
            "{BEGIN}
            (local.set $number (i64.const {}))
            (loop $more
              (drop (call $write (local.get $stream) (i32.const 0) (i32.const 4096)))
              (local.set $number (i64.sub (local.get $number) (i64.const 1)))
              (br_if $more (i64.ne (local.get $number) (i64.const 0))))
            (drop (call $write (local.get $stream) (i32.const 0) (i32.const {more})))
            (br_if $end (call $finish (local.get $value)))
            (call $tell (i64.const 1))",
            ASK_OBJECT_BYTES_MAX / 4096
        )
    };
    let answers = || vec![found(), Ok(Answer::Done)];
    let (finished, asked) = run(&body(0), answers()).await;
    assert_eq!(result(&finished), "1");
    let Ask::Write { content, .. } = &asked[1] else {
        panic!("{asked:?}");
    };
    assert_eq!(content.len(), ASK_OBJECT_BYTES_MAX);
    let (finished, asked) = run(&body(1), answers()).await;
    failed(&finished, "Function.Failed", "16777216 bytes at the most");
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn a_guest_holds_only_so_much_at_once() {
    let large = Bytes::from(vec![7; ASK_OBJECT_BYTES_MAX]);
    let get = "(br_if $end (call $get (i64.const 0) (i64.const -1)))";
    let three = || {
        vec![
            found(),
            object(large.clone()),
            object(large.clone()),
            object(large.clone()),
        ]
    };
    let body = format!("(br_if $end (call $open)) {get} {get} {get}");
    let (finished, _) = run(&body, three()).await;
    failed(&finished, "Function.Failed", "33554432 bytes at the most");

    // What is dropped leaves its room.
    let body = format!(
        "(br_if $end (call $open)) {get} (call $drop-content (call $given)) {get} {get}
        (call $tell (call $size (call $given)))"
    );
    let (finished, _) = run(&body, three()).await;
    assert_eq!(result(&finished), "16777216");
}

#[tokio::test]
async fn a_content_comes_piece_by_piece() {
    let body = "
        (br_if $end (call $get (i64.const 0) (i64.const -1)))
        (call $stream' (call $given) (i32.const 16))
        (local.set $stream (call $given))
        (loop $more
          (call $read' (local.get $stream) (i64.const 3) (i32.const 16))
          (if (i32.eqz (i32.load8_u (i32.const 16)))
            (then
              (local.set $number (i64.add
                (i64.mul (local.get $number) (i64.const 10))
                (i64.load32_u (i32.const 24))))
              (br $more))))
        (call $drop-in (local.get $stream))
        (call $tell (local.get $number))";
    let read = Ask::Read {
        bucket: photos(),
        key: "k".to_owned(),
        range: Ask::WHOLE,
    };
    check(body, vec![object("1234567")], "331", &[read]).await;
}

#[tokio::test]
async fn keys_come_page_by_page() {
    let pages = || vec![keys(&["a", "b", "c"], Some("c")), keys(&["d", "e"], None)];
    let asks = [page(None), page(Some("c"))];
    let list =
        "(call $list' (global.get $bucket) (i32.const 16)) (local.set $stream (call $given))";
    let names = |most: u64| {
        format!(
            "(call $names' (local.get $stream) (i64.const {most}) (i32.const 16))
            (br_if $end (call $refused (i32.const 20))) {NOTE}"
        )
    };
    let (two, ten) = (names(2), names(10));
    let body = format!("{list} {two} {ten} {ten} {ten} (call $tell (local.get $number))");
    check(&body, pages(), "20102101", &asks).await;

    let skip = "(call $skip' (local.get $stream) (i64.const 4) (i32.const 16))
        (br_if $end (call $refused (i32.const 24)))
        (local.set $number (i64.load (i32.const 24)))";
    let body = format!("{list} {skip} {ten} (call $tell (local.get $number))");
    check(&body, pages(), "411", &asks).await;
}

#[tokio::test]
async fn a_component_learns_of_buckets_and_objects() {
    let about = || {
        Ok(Answer::About {
            size_bytes: 42,
            modified_at: Timestamp::from_millis(7_000),
        })
    };
    let absent = || Err(Unanswered::new("ObjectNotFound", "there is no object 'k'"));
    let of_object = Ask::About {
        bucket: photos(),
        key: "k".to_owned(),
    };
    let has = "(call $has' (global.get $bucket) (i32.const 512) (i32.const 1) (i32.const 16))
        (br_if $end (call $refused (i32.const 20))) (call $tell (call $flag))";
    let asks = [of_object];
    check(has, vec![about()], "1", &asks).await;
    check(has, vec![absent()], "0", &asks).await;
    let info = "(call $about' (global.get $bucket) (i32.const 512) (i32.const 1) (i32.const 16))
        (br_if $end (call $refused (i32.const 24)))
        (call $tell (i64.add
          (i64.mul (i64.load (i32.const 40)) (i64.const 100))
          (i64.load (i32.const 48))))";
    check(info, vec![about()], "742", &asks).await;
    let body = format!("(br_if $end (call $open)) {info}");
    let (finished, _) = run(&body, vec![found(), absent()]).await;
    failed(&finished, "Function.Failed", "ObjectNotFound: there is no");

    let of_bucket = [Ask::Bucket { bucket: photos() }];
    let info = "(call $info' (global.get $bucket) (i32.const 16))
        (br_if $end (call $refused (i32.const 24))) (call $tell (i64.load (i32.const 32)))";
    check(info, vec![found()], "5", &of_bucket).await;
    let exists = "(call $exists' (i32.const 256) (i32.const 6) (i32.const 16))
        (br_if $end (call $refused (i32.const 20))) (call $tell (call $flag))";
    check(exists, vec![found()], "1", &of_bucket).await;
    let none = Err(Unanswered::new("BucketNotFound", "there is no bucket"));
    check(exists, vec![none], "0", &of_bucket).await;
    // A text is no JSON: it comes out as an error.
    let name = "(br_if $end (call $open)) (call $name' (global.get $bucket) (i32.const 16))
        (call $result (i32.const 1) (i32.load (i32.const 20)) (i32.load (i32.const 24)))";
    let (finished, _) = run(name, vec![found()]).await;
    failed(&finished, "Function.Failed", "photos");
}

#[tokio::test]
async fn a_component_deletes_objects() {
    let done = || Ok(Answer::Done);
    let delete = "(call $delete' (global.get $bucket) (i32.const 512) (i32.const 1) (i32.const 16))
        (br_if $end (call $refused (i32.const 20))) (call $tell (i64.const 1))";
    check(delete, vec![done()], "1", &[remove("k")]).await;

    // A list of keys, all of them "k".
    let many = |count: u32| {
        format!(
            "(local.set $stream (i32.const 32768))
            (loop $more
              (i32.store (local.get $stream) (i32.const 512))
              (i32.store offset=4 (local.get $stream) (i32.const 1))
              (local.set $stream (i32.add (local.get $stream) (i32.const 8)))
              (br_if $more (i32.lt_u (local.get $stream) (i32.const {}))))
            (call $delete-many' (global.get $bucket) (i32.const 32768) (i32.const {count}) (i32.const 16))
            (br_if $end (call $refused (i32.const 20))) (call $tell (i64.const 1))",
            32768 + 8 * count
        )
    };
    let both = [remove("k"), remove("k")];
    check(&many(2), vec![done(), done()], "1", &both).await;
    let body = format!("(br_if $end (call $open)) {}", many(PAGE_SIZE_MAX + 1));
    let (finished, asked) = run(&body, vec![found()]).await;
    failed(&finished, "Function.Failed", "1000 objects are deleted");
    assert_eq!(asked.len(), 1);

    let clear = "(call $clear' (global.get $bucket) (i32.const 16))
        (br_if $end (call $refused (i32.const 20))) (call $tell (i64.const 1))";
    let answers = vec![
        keys(&["a", "b"], Some("b")),
        done(),
        done(),
        keys(&["c"], None),
        done(),
        keys(&[], None),
    ];
    let asks = [
        page(None),
        remove("a"),
        remove("b"),
        page(None),
        remove("c"),
        page(None),
    ];
    check(clear, answers, "1", &asks).await;
}

#[tokio::test]
async fn a_component_copies_and_moves_objects() {
    // From "k" to "p", which is the bucket's first letter, or to itself.
    let body = |how: &str, to: u32| {
        let at = "(i32.const 256) (i32.const 6)";
        format!(
            "(call ${how}' {at} (i32.const 512) (i32.const 1) {at} (i32.const {to}) (i32.const 1)
              (i32.const 16))
            (br_if $end (call $refused (i32.const 20))) (call $tell (i64.const 1))"
        )
    };
    let done = || Ok(Answer::Done);
    let copy = || Ask::Copy {
        bucket: photos(),
        key: "k".to_owned(),
        to_bucket: photos(),
        to_key: "p".to_owned(),
    };
    check(&body("copy", 256), vec![done()], "1", &[copy()]).await;
    let asks = [copy(), remove("k")];
    check(&body("move", 256), vec![done(), done()], "1", &asks).await;
    // What is moved to where it is, stays.
    let about = Answer::About {
        size_bytes: 1,
        modified_at: Timestamp::from_millis(0),
    };
    let asks = [Ask::About {
        bucket: photos(),
        key: "k".to_owned(),
    }];
    check(&body("move", 512), vec![Ok(about)], "1", &asks).await;
    // What is not copied is not removed.
    let text = format!("(br_if $end (call $open)) {}", body("move", 256));
    let denied = Err(Unanswered::new("AccessDenied", "not granted"));
    let (finished, asked) = run(&text, vec![found(), denied]).await;
    failed(&finished, "Function.Failed", "AccessDenied");
    assert_eq!(asked.len(), 2);
}
