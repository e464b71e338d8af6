#![expect(
    clippy::needless_pass_by_value,
    reason = "tables of `json!` read better by value"
)]

use std::borrow::Cow;

use serde_json::{Value, json};

use super::super::tests::Fixture;
use super::Path;

fn order() -> Fixture {
    Fixture::new(json!({
        "order": {"detail-type": "new", "a.b": 1, "items": [{"price": 5}, {"price": 20, "in stock": true}]},
        "text": "x",
        "nothing": null,
        "Test\\\"\"Name\"": "odd",
        "it's": 7,
    }))
}

fn check(text: &str, expected: Value) {
    let env = order();
    let path = Path::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    assert_eq!(path.eval(&env), Ok(Cow::Borrowed(&expected)), "{text}");
    assert_eq!(path.find(&env).as_deref(), Some(&expected), "{text}");
}

fn check_error(text: &str, expected: &str) {
    let env = order();
    let path = Path::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    let error = path.eval(&env).expect_err(text);
    assert_eq!(
        (error.to_string().as_str(), error.error_name()),
        (expected, "States.Runtime")
    );
    assert!(path.find(&env).is_none());
}

#[test]
fn definite_paths_lead_to_one_value() {
    check("$", order().data);
    check("$.order.detail-type", json!("new"));
    check("$['order'][\"a.b\"]", json!(1));
    check("$.order.items[1].price", json!(20));
    check("$.order.items[-1]['in stock']", json!(true));
    check("$[ 'order' ].items[0]", json!({"price": 5}));
    check("$.nothing", Value::Null);
    check("$$.Execution.Id", json!("exec-1"));
    check("$$", order().context);
    check("$name.field[2]", json!(3));
    check("$['it\\'s']", json!(7));
    // Recorded: other backslashes belong to the name.
    check("$['Test\\\"\"Name\"']", json!("odd"));
}

#[test]
fn definite_paths_borrow() {
    let env = order();
    let path = Path::parse("$.order.items").unwrap();
    assert!(path.is_definite());
    assert!(
        matches!(path.eval(&env), Ok(Cow::Borrowed(value)) if std::ptr::eq(value, &raw const env.data["order"]["items"]))
    );
}

#[test]
fn indefinite_paths_give_arrays() {
    check("$.order.items[*].price", json!([5, 20]));
    check("$.order.items.*.price", json!([5, 20]));
    check(
        "$.order.items[1:]",
        json!([{"price": 20, "in stock": true}]),
    );
    check("$.order.items[:1].price", json!([5]));
    check("$.order.items[0,1].price", json!([5, 20]));
    check("$.order.items[?(@.price < 10)]", json!([{"price": 5}]));
    check(
        "$.order.items[?(@['in stock'] == true && @.price > 1)].price",
        json!([20]),
    );
    check(
        "$.order.items[?(@.price == 5 || @.price == 'y')].price",
        json!([5]),
    );
    check("$..price", json!([5, 20]));
    check("$.order..price", json!([5, 20]));
    check("$..['a.b']", json!([1]));
    check("$name.field[-2:]", json!([2, 3]));
}

#[test]
fn lists_of_names_give_objects_at_the_end_and_values_before() {
    check(
        "$.order['detail-type','a.b']",
        json!({"detail-type": "new", "a.b": 1}),
    );
    check("$['text', 'no']", json!({"text": "x"}));
    check(
        "$.order.items[*]['price','in stock']",
        json!([{"price": 5}, {"price": 20, "in stock": true}]),
    );
    check("$.order.items[0,1]['price','no'][*]", json!([]));
    check(
        "$['order','text'].items",
        json!([[{"price": 5}, {"price": 20, "in stock": true}]]),
    );
    check_error(
        "$.text['a','b']",
        "Invalid path '$.text['a','b']' : Expected to find an object with property ['a', 'b'] in path $['text'] but found 'string'.",
    );
    check_error(
        "$.no['a','b']",
        "Invalid path '$.no['a','b']' : No results for path: $['no']",
    );
}

#[test]
fn filters_are_about_objects() {
    check(
        "$.order.items[?(@.price >= 5 && !@['in stock'])].price",
        json!([5]),
    );
    check("$.order.items[?(@.price != 5)].price", json!([20]));
    check("$.order.items[?(!(@.price > 5) || @.no)].price", json!([5]));
    check(
        "$.order[?(@.detail-type == 'new')].items[0].price",
        json!([5]),
    );
    check("$..items[?(@.price == 5.0)].price", json!([5]));
    // As AWS's documentation says: `@` does not match scalars.
    check("$name.field[?(@ > 1)]", json!([]));
    check("$..[?(@.price == 20)].price", json!([20]));
}

#[test]
fn descents_may_follow_one_another() {
    check("$..items..price", json!([5, 20]));
    check("$.order.['detail-type']", json!("new"));
    let mut deep = json!({"a": 1});
    for _ in 0..100 {
        deep = json!({"a": deep, "b": [{"a": 1}]});
    }
    let path = Path::parse("$..a..a..a..a..b").unwrap();
    let error = path.eval(&Fixture::new(deep)).unwrap_err();
    assert_eq!(error.error_name(), "States.DataLimitExceeded");
}

#[test]
fn indefinite_paths_on_what_is_not_there_give_nothing() {
    for text in [
        "$[*].x",
        "$.no[*]",
        "$.no.items[1:5].value",
        "$.text[?(@.a == 1)]",
        "$.no..x",
    ] {
        let path = Path::parse(text).unwrap();
        assert!(!path.is_definite());
        if text != "$[*].x" {
            check(text, json!([]));
        }
    }
}

#[test]
fn definite_paths_that_lead_nowhere_say_where() {
    check_error("$.X", "Invalid path '$.X' : No results for path: $['X']");
    check_error(
        "$.order.X",
        "Invalid path '$.order.X' : No results for path: $['order']['X']",
    );
    check_error(
        "$.no.such.result.path",
        "Invalid path '$.no.such.result.path' : Missing property in path $['no']",
    );
    check_error(
        "$.order.items[7]",
        "Invalid path '$.order.items[7]' : No results for path: $['order']['items'][7]",
    );
    check_error(
        "$.text.x",
        "Invalid path '$.text.x' : Expected to find an object with property ['x'] in path $['text'] but found 'string'.",
    );
    check_error(
        "$.order[0]",
        "Invalid path '$.order[0]' : Filter: [0] can only be applied to arrays in path $['order']",
    );
    check_error("$other.x", "The variable '$other' is not defined");
}

#[test]
fn what_is_not_a_path_is_refused() {
    for text in [
        "",
        "x",
        ".x",
        "bug$.x",
        "$.",
        "$..",
        "$x.",
        "$$23",
        "$23",
        "$.a b",
        "$ .a",
        "$.a[",
        "$.a]",
        "$.a[b]",
        "$.a['b",
        "$.a['b'x]",
        "$['a',0]",
        "$['a',b]",
        "$.a[1,]",
        "$.a[1:2:3:4]",
        "$.a.length()",
        "$[(@.length-1)]",
        "$.a[?(@..b)]",
        "$.a[?(@[*] == 1)]",
        "$.a[?(@.b =~ /x/)]",
        "$.a[?(@.b in ['x'])]",
        "$.a[?(@.b == $.c)]",
        "$.a[?(@.b)",
        "$.a[?(@.b ==)]",
        "$.a[?(1)]",
        "$.a[?(@.b & @.c)]",
        "$.a[?()]",
        "$.a[?(@[?(@.b)])]",
        "$.a[?('x)]",
        "$.a[?(length(@.b) == 1)]",
        "$.a[?(match (@.b, @.c))]",
    ] {
        assert!(Path::parse(text).is_err(), "{text}");
    }
    assert!(Path::parse(&format!("${}", ".a".repeat(129))).is_err());
    assert!(Path::parse(&format!("$.{}", "a".repeat(10_000))).is_err());
    assert!(Path::parse(&format!("$.a[?(@.b{})]", " && @.b".repeat(1_000))).is_err());
}

#[test]
fn the_nesting_of_filters_is_bounded() {
    let nested = |depth: usize| {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        format!("$.order.items[?{open}@.price == 5{close}].price")
    };
    check(&nested(16), json!([5]));
    for depth in [17, 490] {
        assert!(Path::parse(&nested(depth)).is_err());
    }
    let negated = format!("$.a[?{}@.b{}]", "!(".repeat(300), ")".repeat(300));
    assert!(Path::parse(&negated).is_err());
}

#[test]
fn a_result_that_repeats_the_data_is_bounded() {
    let mut data = json!("x".repeat(100_000));
    for _ in 0..120 {
        data = json!([data]);
    }
    let error = Path::parse("$..*")
        .unwrap()
        .eval(&Fixture::new(data))
        .unwrap_err();
    assert_eq!(error.error_name(), "States.DataLimitExceeded");
}
