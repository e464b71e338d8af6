use super::*;

/// What the attribute makes of a handler, or why it refuses it.
fn expanded(arguments: &str, item: &str) -> String {
    let parse = |text: &str| -> TokenStream { text.parse().expect("tokens") };
    match expand(&parse(arguments), parse(item)) {
        Ok(tokens) => tokens.to_string(),
        Err(error) => format!("refused: {error}"),
    }
}

#[test]
fn a_handler_is_called_with_what_it_takes() {
    let without = expanded(
        "",
        "fn greet(event: Event) -> Result<String, Error> { body }",
    );
    assert!(without.contains("answer (event , greet)"), "{without}");
    let with = expanded(
        "",
        "fn greet(e: Event, c: &Context) -> Result<String, Error> { body }",
    );
    assert!(
        with.contains("greet (event , & :: steploom_function :: Context :: current ())"),
        "{with}"
    );
}

#[test]
fn the_host_finds_two_exports() {
    let code = expanded(
        "",
        "pub fn greet(event: Event) -> Result<(), Error> { body }",
    );
    assert!(
        code.contains("fn steploom_alloc (len : u32) -> u32"),
        "{code}"
    );
    assert!(
        code.contains("fn steploom_handle (ptr : u32 , len : u32) -> u64"),
        "{code}"
    );
}

#[test]
fn what_cannot_be_called_is_refused() {
    let check = |arguments, item, reason: &str| {
        let found = expanded(arguments, item);
        assert!(
            found.starts_with("refused: ") && found.contains(reason),
            "{item}: {found}"
        );
    };
    check("name", "fn greet(event: Event) {}", "takes no arguments");
    check("", "async fn greet(event: Event) {}", "not `async`");
    check("", "fn greet<E>(event: E) {}", "can't be generic");
    check("", "fn greet() {}", "takes the event");
    check("", "fn greet(&self) {}", "takes the event");
    check("", "fn greet(a: A, b: B, c: C) {}", "takes the event");
    check("", "struct Greet;", "expected");
}

#[test]
fn an_event_may_borrow() {
    let code = expanded(
        "",
        "fn greet<'a>(event: Event<'a>) -> Result<&'a str, Error> { body }",
    );
    assert!(code.contains("answer (event , greet)"), "{code}");
}
