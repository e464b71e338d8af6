//! Parts hold every file once, are balanced, and fit into a state whatever the folder.

use super::{File, PARTS_BYTES_MAX, PARTS_MAX, Part, cut};

/// Files whose sizes spread widely, but the same on every run.
fn files(count: usize, path: impl Fn(usize) -> String) -> Vec<File> {
    (0..count)
        .map(|index| File {
            path: path(index),
            bytes: (index as u64 * 7_919) % 65_536,
        })
        .collect()
}

/// Checks that `parts` hold `files` in order, each once, and returns the largest part's bytes.
fn check(files: &[File], parts: &[Part]) -> u64 {
    let mut rest = files;
    for part in parts {
        let (these, others) = rest.split_at(part.files);
        assert_eq!(part.first, these[0].path);
        assert_eq!(part.last, these[these.len() - 1].path);
        assert_eq!(part.bytes, these.iter().map(|file| file.bytes).sum::<u64>());
        rest = others;
    }
    assert!(rest.is_empty());
    assert!(serde_json::to_vec(parts).unwrap().len() <= PARTS_BYTES_MAX);
    parts.iter().map(|part| part.bytes).max().unwrap_or(0)
}

#[test]
fn few_files_are_a_part_each() {
    let files = files(400, |index| format!("{index:03}.txt"));
    let parts = cut(&files, PARTS_MAX);
    assert_eq!(parts.len(), 400);
    check(&files, &parts);
}

#[test]
fn twenty_thousand_files_are_balanced_by_bytes() {
    let files = files(20_000, |index| {
        format!(
            "a/rather/deep/folder/{:03}/and_a_name_of_some_length_{index:05}.rs",
            index / 100
        )
    });
    let parts = cut(&files, PARTS_MAX);
    assert!(
        (390..=PARTS_MAX).contains(&parts.len()),
        "{} parts",
        parts.len()
    );
    let average = files.iter().map(|file| file.bytes).sum::<u64>() / parts.len() as u64;
    let largest = check(&files, &parts);
    assert!(
        largest < average * 5 / 4,
        "{largest} with {average} on average"
    );
}

#[test]
fn the_longest_paths_still_fit() {
    let files = files(20_000, |index| {
        format!("{}{index:05}", "quite-a-long-name/".repeat(200))
    });
    let parts = cut(&files, PARTS_MAX);
    assert!(parts.len() > 16, "{} parts", parts.len());
    check(&files, &parts);
}

#[test]
fn one_large_file_stands_alone() {
    let mut files = files(1_000, |index| format!("{index:04}"));
    files[500].bytes = 1 << 32;
    let parts = cut(&files, 10);
    assert!(parts.len() <= 10);
    check(&files, &parts);
    let largest = parts.iter().find(|part| part.bytes >= 1 << 32).unwrap();
    assert_eq!(largest.files, 1, "others can run beside it");
}

#[test]
fn parts_max_is_never_exceeded() {
    for count in [0, 1, 2, 3, 7, 50, 399, 401, 1_234] {
        let files = files(count, |index| format!("{index:06}"));
        for parts_max in [1, 2, 3, 16, 400] {
            let parts = cut(&files, parts_max);
            assert!(parts.len() <= parts_max.min(count));
            check(&files, &parts);
        }
    }
}
