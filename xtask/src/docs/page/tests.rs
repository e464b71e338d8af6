use super::*;

fn run(line: usize, script: &str, prints: Option<&str>) -> Block {
    let what = What::Run {
        script: script.to_owned(),
        prints: prints.map(str::to_owned),
    };
    Block { line, what }
}

#[test]
fn blocks_are_told_by_their_first_lines() {
    let page = "# Title\n\n```sh\na\nb\n```\n\nThis prints:\n\n```text\nc\n```\n\n```\nnot tried\n```\n\
                ```go x/main.go\nd\n```\n```go > x/main.go\ne\n```\n```sh\nf\n```\n";
    let (path, text) = ("x/main.go".to_owned(), "d\n".to_owned());
    let shows = What::Shows { path, text };
    let (path, text) = ("x/main.go".to_owned(), "e\n".to_owned());
    let writes = What::Write { path, text };
    let expect = [
        run(3, "a\nb\n", Some("c\n")),
        Block {
            line: 17,
            what: shows,
        },
        Block {
            line: 20,
            what: writes,
        },
        run(23, "f\n", None),
    ];
    assert_eq!(read(page).expect("it is read"), expect);
}

#[test]
fn what_is_printed_stands_behind_commands() {
    for page in [
        "```text\na\n```\n",
        "```sh\na\n```\n```toml\nb\n```\n```text\nc\n```\n",
        "```sh\na\n```\n```text\nb\n```\n```text\nc\n```\n",
        "```sh\na\n",
    ] {
        read(page).expect_err(page);
    }
}
