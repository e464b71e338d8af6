//! What guests see of the file system: a `/tmp` of their own within its limit, volumes that they
//! can only read, and nothing else.

use std::fs;

use steploom_sandbox::{Finished, Runner};

use crate::support::{Node, call, failed, refusal, result};

const FILES: &str = include_str!("guests/files.wat");

/// Errors of preview 1.
const OK: u32 = 0;
const NOSPC: u32 = 51;
const PERM: u32 = 63;

/// Runs the calls with a `/tmp` of so many bytes and, as the second folder, a volume with a file.
async fn run(node: &Node, calls: &str, disk_bytes_max: u64) -> Finished {
    let mut asked = call(node.put(FILES).await, &format!("\"{calls}\""));
    asked.limits.disk_bytes_max = disk_bytes_max;
    asked.volumes = vec![("data".parse().expect("a name"), "/data".to_owned())];
    node.invoke(asked).await
}

async fn check(calls: &str, disk_bytes_max: u64, errnos: &[u32]) {
    let volume = tempfile::tempdir().expect("a folder");
    fs::write(volume.path().join("f"), "hello").expect("writes");
    let node = Node::with(|config| {
        let name = "data".parse().expect("a name");
        config.volumes.insert(name, volume.path().to_owned());
    });
    let finished = run(&node, calls, disk_bytes_max).await;
    let found: Vec<u32> = serde_json::from_str(&result(&finished)).expect("an array");
    assert_eq!(found, errnos, "{calls}");
    assert_eq!(node.scratch_folders(), 0);
    let left: Vec<_> = fs::read_dir(volume.path()).expect("lists").collect();
    assert_eq!(left.len(), 1, "the volume is as it was");
    let said = finished
        .logs
        .iter()
        .any(|l| l.platform && l.message.starts_with("/tmp is full"));
    assert_eq!(said, errnos.contains(&NOSPC));
}

#[tokio::test]
async fn what_is_written_is_bounded() {
    check("cwww", 4096 + 3 * 65_536, &[OK; 4]).await;
    check("cwww", 4095 + 3 * 65_536, &[OK, OK, OK, NOSPC]).await;
    check("cwcw", 4096 + 3 * 65_536, &[OK; 4]).await;
}

#[tokio::test]
async fn deleting_and_truncating_gives_nothing_back() {
    let two = 2 * 4096 + 2 * 65_536;
    check("cwucwucw", two, &[OK, OK, OK, OK, OK, OK, NOSPC, NOSPC]).await;
    check("cwtwtw", two, &[OK, OK, OK, OK, OK, NOSPC]).await;
}

#[tokio::test]
async fn holes_count() {
    check("chl", 1 << 30, &[OK, NOSPC, NOSPC]).await;
    check("csw", 1 << 30, &[OK, OK, NOSPC]).await;
    check("cwsw", 1 << 30, &[OK, OK, OK, NOSPC]).await;
}

#[tokio::test]
async fn folders_and_links_count() {
    check("ddd", 2 * 4096, &[OK, OK, NOSPC]).await;
    check("yyy", 3 * 4096, &[OK, OK, NOSPC]).await;
}

#[tokio::test]
async fn volumes_can_be_read_and_nothing_else() {
    check("vxk", 1 << 20, &[OK, PERM, PERM]).await;
}

#[tokio::test]
async fn there_is_no_way_out() {
    check("epyq", 1 << 20, &[PERM, PERM, OK, PERM]).await;
}

#[tokio::test]
async fn a_folder_in_which_nothing_was_made_is_the_next_calls() {
    let node = Node::new();
    let mut asked = call(node.put(FILES).await, "\"e\"");
    asked.limits.disk_bytes_max = 1 << 20;
    for _ in 0..2 {
        assert_eq!(result(&node.invoke(asked.clone()).await), "[63]");
        assert_eq!((node.scratch_folders(), node.scratch_files()), (1, 0));
    }
    asked.event = serde_json::json!("c").into();
    for _ in 0..2 {
        assert_eq!(result(&node.invoke(asked.clone()).await), "[ 0]");
        assert_eq!(node.scratch_folders(), 0);
    }
}

#[tokio::test]
async fn components_have_the_same_limit() {
    let node = Node::new();
    let guest = node.put(include_str!("guests/files-component.wat")).await;
    assert!(guest.found.uses_filesystem);
    for (offset, limit, answer) in [
        ("0", 4096 + 65_536, "[0,0,1]"),
        ("0", 4095 + 65_536, "[0,1,1]"),
        ("10000", 4096 + 65_536, "[0,1,1]"),
        ("0", 2 << 40, "[0,0,0]"),
    ] {
        let mut asked = call(guest, offset);
        asked.limits.disk_bytes_max = limit;
        assert_eq!(
            result(&node.invoke(asked).await),
            answer,
            "{offset} {limit}"
        );
    }
    assert_eq!(node.scratch_folders(), 0);
}

#[tokio::test]
async fn without_a_disk_there_is_no_folder() {
    let node = Node::new();
    let mut asked = call(node.put(FILES).await, "\"e\"");
    asked.limits.disk_bytes_max = 0;
    // 8 is EBADF: the first descriptor of a folder does not exist.
    assert_eq!(result(&node.invoke(asked).await), "[ 8]");
}

#[tokio::test]
async fn a_volume_that_the_node_does_not_offer_is_an_error() {
    let node = Node::new();
    let mut asked = call(node.put(FILES).await, "\"c\"");
    asked.volumes = vec![("other".parse().expect("a name"), "/data".to_owned())];
    let refused = refusal(node.sandbox.invoke(asked).await);
    assert!(format!("{refused:?}").contains("no volume 'other'"));
    assert!(
        !node
            .sandbox
            .volume_exists(&"other".parse().expect("a name"))
    );
}

#[tokio::test]
async fn the_folder_goes_when_the_guest_is_stopped() {
    let node = Node::new();
    let text = FILES.replace(
        "(func (export \"_start\")",
        "(func (export \"_start\") (call $next) (drop (call $create (i32.const 3) (i32.const 1)))
           (loop $forever (br $forever)))
         (func (export \"unused\")",
    );
    let mut asked = call(node.put(&text).await, "null");
    asked.limits.timeout_ms = 20;
    failed(&node.invoke(asked).await, "States.Timeout", "20 ms");
    assert_eq!(node.scratch_folders(), 0);
}
