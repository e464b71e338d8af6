use serde_json::{Value, json};

use super::handler;

/// What the function answers: a result, or the name of an error.
fn answer(event: &Value) -> Result<Value, String> {
    let event = event.to_string();
    let answer = steploom_function::answer(event.as_bytes(), handler);
    let json: Value = serde_json::from_slice(&answer.json).expect("answers are JSON");
    if answer.failed {
        Err(json["errorType"].as_str().unwrap_or_default().to_owned())
    } else {
        Ok(json)
    }
}

fn html(markdown: &str) -> String {
    let page = answer(&json!({"markdown": markdown})).expect("a page");
    page["html"].as_str().expect("text").to_owned()
}

#[test]
fn markdown_becomes_html() {
    for (markdown, expect) in [
        ("", ""),
        ("# Åsa & 🚀", "<h1>Åsa &amp; 🚀</h1>\n"),
        (
            "*a* ~~b~~ `<c>`",
            "<p><em>a</em> <del>b</del> <code>&lt;c&gt;</code></p>\n",
        ),
        (
            "[a](https://b.example/?c=d&e)",
            "<p><a href=\"https://b.example/?c=d&amp;e\">a</a></p>\n",
        ),
        ("[a](b/c:d#e)", "<p><a href=\"b/c:d#e\">a</a></p>\n"),
    ] {
        assert_eq!(html(markdown), expect);
    }
    assert!(html("| a |\n|---|\n| b |").contains("<td>b</td>"));
    assert!(html("- [x] a").contains("checked"));
}

#[test]
fn headings_are_listed() {
    let page = answer(&json!({"markdown": "# A `b`\n\nc\n\n## *D*"})).expect("a page");
    let expect = json!([{"level": 1, "text": "A b"}, {"level": 2, "text": "D"}]);
    assert_eq!(page["headings"], expect);
}

#[test]
fn nothing_runs_in_the_page_of_a_stranger() {
    for markdown in [
        "<script>x()</script>",
        "a <img src=x onerror=y()> b",
        "<div onclick=\"x()\">\n\n# a",
        "[a](javascript:x())",
        "[a](<java\tscript:x()>)",
        "[a](&#106;avascript:x())",
        "[a](JAVASCRIPT:x())",
        "<javascript:x()>",
        "![a](data:text/html,x)",
        "[a]\n\n[a]: vbscript:x()",
        "[a](https://b.example \"c\\\" onclick=\\\"x()\")",
    ] {
        let html = html(markdown);
        let plain = html.replace("&quot;", "'").to_lowercase();
        for bad in [
            "<script",
            "<img src=\"x",
            "<div",
            "href=\"j",
            "href=\"v",
            "src=\"d",
            "\" onclick",
        ] {
            assert!(!plain.contains(bad), "{markdown}: {html}");
        }
    }
}

#[test]
fn a_trusted_author_writes_html() {
    let event = json!({"markdown": "<b>a</b> [c](x:y)", "raw": true});
    let page = answer(&event).expect("a page");
    assert_eq!(page["html"], "<p><b>a</b> <a href=\"x:y\">c</a></p>\n");
}

#[test]
fn what_cannot_be_done_has_a_name() {
    for (event, error) in [
        (json!({}), "InvalidEvent"),
        (json!({"markdown": 1}), "InvalidEvent"),
        (json!({"markdown": "a", "unsafe": true}), "InvalidEvent"),
        (json!({"markdown": "*a* ".repeat(60_000)}), "ResultTooLarge"),
    ] {
        assert_eq!(answer(&event), Err(error.to_owned()), "{event:.80}");
    }
}

#[test]
fn deep_and_odd_markdown_ends() {
    for markdown in [
        "> ".repeat(5_000),
        "[".repeat(5_000),
        "*a".repeat(5_000),
        format!("{}a{}", "[".repeat(2_000), "](b)".repeat(2_000)),
        "\0\u{feff}\u{202e}".to_owned(),
    ] {
        assert!(
            answer(&json!({"markdown": markdown})).is_ok(),
            "{markdown:.20}"
        );
    }
}
