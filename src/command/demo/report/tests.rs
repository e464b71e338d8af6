use serde_json::json;

use super::*;

#[test]
fn the_result_of_merge_becomes_tables() {
    let output = json!({
        "folder": "/input", "files": 3, "lines": 12, "words": 1_400, "bytes": 2_048, "skipped": 2,
        "extensions": [
            { "extension": "md", "files": 2, "lines": 10, "words": 1_100, "bytes": 1_024 },
            { "extension": "rs", "files": 1, "lines": 2, "words": 300, "bytes": 1_024 },
        ],
        "top_words": [{ "word": "the", "count": 1_000 }, { "word": "and", "count": 2 }],
    });
    assert_eq!(
        result(&output.into(), Path::new("/texts"), Paint::PLAIN),
        "
/texts  3 files, 12 lines, 1,400 words, 2 KiB, 2 skipped

EXTENSION  FILES  LINES  WORDS   SIZE
md             2     10  1,100  1 KiB
rs             1      2    300  1 KiB

TOP WORDS  the 1,000, and 2"
    );
}

#[test]
fn a_result_of_another_shape_is_shown_as_it_is() {
    let output = json!({ "words": "many" });
    assert_eq!(
        result(&output.into(), Path::new("/"), Paint::PLAIN),
        "{\n  \"words\": \"many\"\n}"
    );
}

#[test]
fn the_commands_to_go_on_name_the_server_if_it_is_not_where_clients_look() {
    let next = |url, keep| {
        Next {
            url,
            data: Path::new("d"),
            folder: Path::new("/texts"),
            execution: "beef018b-cfe5-687b-0123-456789abcdef".parse().unwrap(),
            keep,
        }
        .text(Paint::PLAIN)
    };
    let elsewhere = next("http://127.0.0.1:41234", true);
    assert!(elsewhere.contains("logs count --limit 20 --endpoint http://127.0.0.1:41234\n"));
    assert!(!next(ENDPOINT_DEFAULT, true).contains("--endpoint"));
    let ended = next("http://127.0.0.1:41234", false);
    assert!(ended.contains("steploom up --data d --volume input=/texts\n"));
    assert!(!ended.contains("41234"));
}
