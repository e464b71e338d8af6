//! Documents link to what exists.

use crate::files::{root, with_extension};
use crate::report;

#[test]
fn relative_links_lead_somewhere() {
    let mut problems = Vec::new();
    for file in with_extension("md") {
        let folder = root().join(&file.path);
        let folder = folder.parent().expect("a file is in a folder");
        for (line, link) in links(&file.text) {
            let path = link.split(['#', '?']).next().unwrap_or_default();
            if !path.is_empty() && !folder.join(path).exists() {
                problems.push(format!("{}:{line}: {link}", file.path));
            }
        }
    }
    report("links of documents lead somewhere", &problems);
}

/// The links of a document that stay in the checkout, with the numbers of their lines; not those
/// in blocks of code.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for (at, start) in line.match_indices("](") {
            // Behind an odd number of backticks there is code.
            if line[..at].matches('`').count() % 2 == 1 {
                continue;
            }
            let rest = &line[at + start.len()..];
            let target = rest.split([')', ' ']).next().unwrap_or_default();
            let is_elsewhere = target.contains("://") || target.starts_with("mailto:");
            if !is_elsewhere {
                links.push((index + 1, target));
            }
        }
    }
    links
}

#[test]
fn links_are_found_outside_of_code_only() {
    let text = "[a](a.md) and [b](docs/b.md#part \"title\"), ![c](c.svg)\n\
                [d](https://example.org)\n```\n[e](e.md)\n```\n[f](#f) `g[G](1)` [`h`](h.md)\n";
    let expect = [
        (1, "a.md"),
        (1, "docs/b.md#part"),
        (1, "c.svg"),
        (6, "#f"),
        (6, "h.md"),
    ];
    assert_eq!(links(text), expect);
}
