//! JSON for people, with every number as it was written.

/// Spaces of a level.
const INDENT: &str = "  ";

/// The text of a JSON value over several lines. What is in it stays as it is, digit by digit.
pub(crate) fn indented(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() * 2);
    let mut depth = 0;
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '"' => {
                lines.push(char);
                string(&mut rest, &mut lines);
            }
            '{' | '[' => {
                lines.push(char);
                while rest.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = rest.next_if(|next| matches!(next, '}' | ']')) {
                    lines.push(end);
                } else {
                    depth += 1;
                    line(&mut lines, depth);
                }
            }
            '}' | ']' => {
                depth = usize::saturating_sub(depth, 1);
                line(&mut lines, depth);
                lines.push(char);
            }
            ',' => {
                lines.push(char);
                line(&mut lines, depth);
            }
            ':' => lines.push_str(": "),
            _ if char.is_ascii_whitespace() => {}
            _ => lines.push(char),
        }
    }
    lines
}

/// The rest of a string, its closing quote included.
fn string(rest: &mut impl Iterator<Item = char>, lines: &mut String) {
    while let Some(char) = rest.next() {
        lines.push(char);
        match char {
            '\\' => lines.extend(rest.next()),
            '"' => return,
            _ => {}
        }
    }
}

fn line(lines: &mut String, depth: usize) {
    lines.push('\n');
    lines.extend(std::iter::repeat_n(INDENT, depth));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_as_other_programs_indent() {
        for text in [
            r#"{"a": [1, {"b": []}, {}, "x, {y}: [\"z\\"], "c": null}"#,
            "[]",
            " [ ] ",
            r#""text""#,
            "-0.5",
            r#"[[[true]], {"": ""}]"#,
        ] {
            let value: serde_json::Value = serde_json::from_str(text).expect("JSON");
            let expected = serde_json::to_string_pretty(&value).expect("printable");
            assert_eq!(indented(text), expected);
        }
    }

    #[test]
    fn numbers_stay_as_they_were_written() {
        let text = r#"{"n":12345678901234567890123,"m":1.10,"z":-0}"#;
        let lines = "{\n  \"n\": 12345678901234567890123,\n  \"m\": 1.10,\n  \"z\": -0\n}";
        assert_eq!(indented(text), lines);
    }
}
