//! What a word is, and in which order the frequent ones come.

use super::Words;

fn check(text: &[u8], expect: &[(&str, u64)]) {
    let mut words = Words::default();
    words.add(text);
    let expect: Vec<_> = expect
        .iter()
        .map(|(word, count)| ((*word).to_owned(), *count))
        .collect();
    assert_eq!(words.top(20), expect, "{}", String::from_utf8_lossy(text));
}

#[test]
fn words_are_runs_of_letters_in_lower_case() {
    check(b"", &[]);
    check(b"The the THE 123 x1y", &[("the", 3)]);
    check(
        b"self_type(self.other)",
        &[("self", 2), ("other", 1), ("type", 1)],
    );
    check(
        "Gr\u{f6}\u{df}e gr\u{d6}\u{df}e".as_bytes(),
        &[("gr\u{f6}\u{df}e", 2)],
    );
    check(
        "\u{436}\u{443}\u{43a}".as_bytes(),
        &[("\u{436}\u{443}\u{43a}", 1)],
    );
    check(b"caf\xe9s bar", &[("bar", 1), ("caf", 1)]);
}

#[test]
fn words_have_three_to_twenty_four_letters() {
    check(b"a of for", &[("for", 1)]);
    check("x".repeat(24).as_bytes(), &[("x".repeat(24).as_str(), 1)]);
    check("x".repeat(25).as_bytes(), &[]);
    check("\u{e9}\u{e9}".as_bytes(), &[]);
}

#[test]
fn ties_are_in_the_order_of_the_alphabet() {
    check(
        b"pear fig apple fig plum",
        &[("fig", 2), ("apple", 1), ("pear", 1), ("plum", 1)],
    );
}

#[test]
fn words_join_over_several_texts_but_not_across_them() {
    let mut words = Words::default();
    words.add(b"one tw");
    words.add(b"o one");
    assert_eq!(words.top(20), [("one".to_owned(), 2)]);
}

#[test]
fn only_the_most_frequent_are_given() {
    let mut words = Words::default();
    words.add(b"aaa bbb bbb ccc ccc ccc");
    assert_eq!(words.top(1), [("ccc".to_owned(), 3)]);
}
