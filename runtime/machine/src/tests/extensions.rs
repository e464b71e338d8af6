//! The examples of docs/extensions.md: each definition is run on the inputs that stand below it.

use serde_json::Value;

use crate::Invoke;
use crate::testkit::{Answer, execute};

const PAGE: &str = include_str!("../../../../docs/extensions.md");

/// What a page says of a definition.
enum Claim<'a> {
    Gives(&'a str, &'a str),
    Fails(&'a str, &'a str),
    Refused(&'a str),
}

/// The parts of a text that are in backquotes, with what stands before each.
fn quoted(text: &str) -> Vec<(&str, &str)> {
    let parts: Vec<&str> = text.split('`').collect();
    parts
        .chunks_exact(2)
        .map(|pair| (pair[0].trim(), pair[1]))
        .collect()
}

/// The claims right below a definition.
fn claims(text: &str) -> Vec<Claim<'_>> {
    let paragraph = text.trim_start().split("\n\n").next().unwrap_or_default();
    let parts = quoted(paragraph);
    let mut claims = Vec::new();
    let mut input = "";
    for (before, part) in parts {
        match before.trim_start_matches('.').trim() {
            "Input" => input = part,
            "gives" => claims.push(Claim::Gives(input, part)),
            "fails with" => claims.push(Claim::Fails(input, part)),
            "It is refused:" => claims.push(Claim::Refused(part)),
            other => panic!("what does '{other}' claim?"),
        }
    }
    claims
}

fn answer(name: &str, _: &Invoke) -> Answer {
    match name {
        "bad" => Answer::Err("Oops", "no luck"),
        name => Answer::Ok(name.into()),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn every_example_does_what_the_page_says() {
    let mut checked = 0;
    for block in PAGE.split("```json\n").skip(1) {
        let (definition, rest) = block.split_once("```\n").expect("the block ends");
        let definition = json(definition);
        let claims = claims(rest);
        assert!(!claims.is_empty(), "nothing is claimed of {definition}");
        for claim in claims {
            let outcome = |input| execute(&definition, json(input), answer).outcome();
            match claim {
                Claim::Gives(input, output) => {
                    let outcome = outcome(input);
                    let given = outcome.strip_prefix("SUCCEEDED ").expect(&outcome);
                    assert_eq!(json(given), json(output));
                }
                Claim::Fails(input, why) => assert_eq!(outcome(input), format!("FAILED {why}")),
                Claim::Refused(why) => {
                    let refused =
                        steploom_asl::parse(&definition.to_string()).expect_err("refused");
                    assert_eq!(refused.diagnostics[0].to_string(), why);
                }
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 10);
}
