use serde_json::json;

use super::*;
use crate::RunLimits;
use crate::testkit::started;

#[test]
fn a_token_leads_back_to_its_attempt() {
    let started = started(json!({}), RunLimits::default());
    let token = Token::of(&started, ActionId(7));
    let read = Token::parse(&token.to_string()).expect("a token");
    assert_eq!(read, token);
    assert_eq!(read.execution, started.id);
    assert_eq!(read.action, ActionId(7));
    assert!(read.is_of(&started));
}

#[test]
fn a_token_that_was_made_up_is_of_no_execution() {
    let mut started = started(json!({}), RunLimits::default());
    let text = Token::of(&started, ActionId(7)).to_string();
    let other_action = text.replacen("0000000000000007", "0000000000000008", 1);
    assert!(
        !Token::parse(&other_action)
            .expect("a token")
            .is_of(&started)
    );
    started.seed += 1;
    assert!(!Token::parse(&text).expect("a token").is_of(&started));
    let odd = "é".repeat(40);
    for text in [
        "",
        "NoSuchTaskToken",
        &text[1..],
        &text.to_uppercase(),
        &odd,
    ] {
        assert_eq!(Token::parse(text), None, "{text}");
    }
}
