//! What is counted, and that the result stays small.

use serde_json::{Value, json};

use super::{RESULT_BYTES_MAX, Tally};

fn result(files: &[(&str, &str)]) -> Value {
    let mut tally = Tally::default();
    for (path, text) in files {
        tally.add(path, text.as_bytes());
    }
    let json = tally.into_json();
    assert!(json.len() <= RESULT_BYTES_MAX, "{} bytes", json.len());
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn counts_as_wc_does() {
    let check = |text: &str, lines: u64, words: u64| {
        let result = result(&[("a", text)]);
        let expect = json!([1, lines, words, text.len()]);
        assert_eq!(result["extensions"]["none"], expect, "{text:?}");
    };
    check("", 0, 0);
    check("\n", 1, 0);
    check("one", 0, 1);
    check("one two\n", 1, 2);
    check("  one\t\x0btwo \r\n\n three", 2, 3);
    check("caf\u{e9} \u{2014} na\u{ef}ve\n", 1, 3);
}

#[test]
fn sums_files_by_extension() {
    assert_eq!(
        result(&[
            ("src/a.rs", "fn main\n"),
            ("src/b.RS", "mod main\n"),
            ("Makefile", "all:\n"),
            (".gitignore", "target\n"),
            ("backup.rs~", "x\n"),
        ]),
        json!({
            "files": 5, "lines": 5, "words": 7, "bytes": 31,
            "extensions": {
                "none": [2, 2, 2, 12], "other": [1, 1, 1, 2], "rs": [2, 2, 4, 17],
            },
            "top_words": {"main": 2, "all": 1, "mod": 1, "target": 1},
        })
    );
}

#[test]
fn a_result_gives_up_words_before_extensions() {
    let word = |letter: char| letter.to_string().repeat(24);
    let text: String = ('a'..='z').map(|letter| word(letter) + " ").collect();
    let result = result(&[("a.rs", &text), ("b.md", &word('a'))]);
    assert_eq!(result["extensions"].as_object().unwrap().len(), 2);
    let top = result["top_words"].as_object().unwrap();
    assert!((8..20).contains(&top.len()), "{} words", top.len());
    assert_eq!(top[&word('a')], 2, "the most frequent one stays");
}

#[test]
fn many_extensions_fold_into_others_and_totals_stay_exact() {
    let names: Vec<String> = (0..500)
        .map(|index| format!("file.extens{index:04}"))
        .collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "a b\n")).collect();
    let result = result(&files);
    assert_eq!(
        (&result["files"], &result["words"]),
        (&json!(500), &json!(1_000))
    );
    let extensions = result["extensions"].as_object().unwrap();
    let files: u64 = extensions
        .values()
        .map(|counts| counts[0].as_u64().unwrap())
        .sum();
    assert_eq!(files, 500);
    assert!(extensions.len() > 10, "{} extensions", extensions.len());
    assert!(extensions.contains_key("other"));
}
