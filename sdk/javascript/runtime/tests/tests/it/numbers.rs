//! JSON, text and numbers, in and out.

use javascript_tests::{Host, load};

const ECHO: &str = "export const handler = (event) => event";

fn echo(event: &str) -> String {
    load(ECHO).call_with(Host::default(), event).text
}

#[test]
fn text_comes_back_as_it_went_in() {
    for text in [
        r#""""#,
        r#""é ü ß""#,
        r#""😀 👩‍👩‍👧 𝒳""#,
        r#""\u0000\u001f""#,
        r#""日本語""#,
        r#"{"ключ":"значение"}"#,
    ] {
        assert_eq!(echo(text), text);
    }
    assert_eq!(echo(r#""\ud83d\ude00""#), r#""😀""#);
}

#[test]
fn half_a_letter_stays_one() {
    assert_eq!(echo(r#""\ud83d""#), r#""\ud83d""#);
    assert_eq!(echo(r#"["\ude00x"]"#), r#"["\ude00x"]"#);
}

#[test]
fn numbers_are_doubles() {
    for (event, answer) in [
        ("9007199254740991", "9007199254740991"),
        ("9007199254740993", "9007199254740992"),
        ("12345678901234567890", "12345678901234567000"),
        ("1e400", "null"),
        ("0.1", "0.1"),
        ("5e-324", "5e-324"),
        ("-0", "0"),
        ("1.0", "1"),
        ("123456789012345680000", "123456789012345680000"),
        ("1e21", "1e+21"),
    ] {
        assert_eq!(echo(event), answer, "{event}");
    }
}

#[test]
fn names_keep_their_order() {
    assert_eq!(
        echo(r#"{"b":1,"a":2,"__proto__":3}"#),
        r#"{"b":1,"a":2,"__proto__":3}"#
    );
}

#[test]
fn large_events_come_back() {
    let event = format!("[{}]", vec![r#"{"name":"item","n":1}"#; 50_000].join(","));
    assert_eq!(echo(&event), event);
}

#[test]
fn nesting_is_deep() {
    let event = format!("{}1{}", "[".repeat(400), "]".repeat(400));
    assert_eq!(echo(&event), event);
}

#[test]
fn nesting_without_end_is_an_error() {
    let event = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
    let outcome = load(ECHO).call_with(Host::default(), &event);
    let error = outcome.answer.expect_err("an error");
    assert_eq!(error["errorType"], "InvalidEvent", "{error}");
    let outcome = load(
        "export const handler = () => { let a = 1; for (let i = 0; i < 200000; i++) a = [a]; return a }",
    )
    .call_with(Host::default(), "{}");
    let error = outcome.answer.expect_err("an error");
    assert_eq!(error["errorType"], "InvalidResult", "{error}");
}
