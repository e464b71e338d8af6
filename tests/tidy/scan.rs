//! Reading Rust just well enough: what is code, and what is there for tests only.
//!
//! It is no parser. It looks at a line at a time, which rustfmt's output allows.

/// The code of each line with its number, without comments and the contents of strings.
pub(crate) fn code(text: &str) -> impl Iterator<Item = (usize, String)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, strip(line)))
}

/// The code of each line as in [`code`], up to the tests at the file's end.
pub(crate) fn code_outside_tests(text: &str) -> impl Iterator<Item = (usize, String)> {
    let tests = test_modules(text)
        .into_iter()
        .find(|module| module.is_inline);
    let end = tests.map_or(usize::MAX, |module| module.line);
    code(text).take_while(move |(line, _)| *line < end)
}

/// A module that is compiled for tests only.
pub(crate) struct TestModule {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// `mod name { ... }` rather than `mod name;`.
    pub(crate) is_inline: bool,
}

/// The modules that stand under an attribute like `#[cfg(test)]`.
pub(crate) fn test_modules(text: &str) -> Vec<TestModule> {
    let mut modules = Vec::new();
    let mut is_for_tests = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("#[cfg(") {
            is_for_tests = has_word(line, "test") && !line.contains("not(test");
        } else if line.starts_with("#[") || line.starts_with("//") {
            // Other attributes and comments may stand in between.
        } else {
            let words: Vec<&str> = line.split([' ', ';']).collect();
            let name = words
                .iter()
                .position(|word| *word == "mod")
                .map(|at| words.get(at + 1));
            if let (true, Some(Some(name))) = (is_for_tests, name) {
                let is_inline = line.ends_with('{');
                modules.push(TestModule {
                    name: (*name).into(),
                    line: index + 1,
                    is_inline,
                });
            }
            is_for_tests = false;
        }
    }
    modules
}

/// Says whether `word` stands in `code` by itself, not as a part of a longer name.
pub(crate) fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}

/// The line without its comment and the contents of its strings.
fn strip(line: &str) -> String {
    let mut code = String::new();
    let mut in_string = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if in_string => drop(letters.next()),
            '"' if code.ends_with('\'') && letters.peek() == Some(&'\'') => {}
            '"' => {
                in_string = !in_string;
                code.push('"');
            }
            '/' if !in_string && letters.peek() == Some(&'/') => break,
            _ if !in_string => code.push(letter),
            _ => {}
        }
    }
    code
}

#[test]
fn comments_and_strings_are_not_code() {
    let check = |line: &str, expect: &str| assert_eq!(strip(line).trim_end(), expect, "{line}");
    check("let a = 1; // note", "let a = 1;");
    check("/// says so", "");
    check(r#"f("// no \" comment", x) // yes"#, r#"f("", x)"#);
    check("if letter == '\"' { x } // end", "if letter == '' { x }");
}

#[test]
fn words_are_whole() {
    assert!(has_word("unsafe { x }", "unsafe"));
    assert!(!has_word("deny(unsafe_code)", "unsafe"));
}

#[test]
fn tests_are_told_apart() {
    let text = "#[cfg(test)]\nmod tests;\n\n#[cfg(any(test, feature = \"kit\"))]\n\
                #[expect(x)]\npub mod kit;\nmod real;\n#[cfg(test)]\nmod inline {\nx\n}\n";
    let names: Vec<String> = test_modules(text)
        .into_iter()
        .map(|module| module.name)
        .collect();
    assert_eq!(names, ["tests", "kit", "inline"]);
    assert_eq!(code_outside_tests(text).count(), 8);
}
