//! No expression takes the memory of the host, overflows its stack, or goes on for ever.

use std::time::{Duration, Instant};

use super::{EvalError, Fixture, Query};

/// What expressions are evaluated on: a thread with the stack of a worker's.
fn on_a_worker<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    thread.spawn(run).unwrap().join().unwrap()
}

fn outcome(text: &str) -> Result<String, EvalError> {
    let text = format!("{{% {text} %}}");
    on_a_worker(move || {
        let mut env = Fixture::new(serde_json::json!({"s": "x"}));
        env.budget.millis = 300;
        let begun = Instant::now();
        let outcome = Query::compile(&text).unwrap().eval(&env, "Output");
        // One step may go on beyond the budget, within bounds.
        assert!(begun.elapsed() < Duration::from_secs(20), "{text}");
        outcome.map(|value| value.to_string())
    })
}

/// Fails for its memory, or runs out of time before.
fn check_bounded(text: &str) {
    match outcome(text) {
        Err(EvalError::Exceeded { .. }) => {}
        Err(error) if error.to_string().contains("memory limit exceeded") => {}
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn texts_are_bounded() {
    for text in [
        "$pad('x', 1e9)",
        "$pad('x', -1e300)",
        "$reduce(['x', 1e18], $pad)",
        "($p := $pad(?, 1e18); $p('x'))",
        "($pad := $pad; $pad('x', 1e18))",
        "(false ? $pad := 1; $pad('x', 1e18))",
        "($f := function($s, $n){$n = 0 ? $s : $f($s & $s, $n - 1)}; $f('xxxxxxxxxx', 36))",
        "$join([1..100000].$string(), $pad('x', 100000))",
        "$replace($pad('', 500000, 'a'), 'a', $pad('b', 500000))",
        "$replace($pad('', 500000, 'a'), /a/, $pad('', 1000, '$0'))",
        "$reduce([$pad('', 500000, 'a'), 'a', $pad('b', 500000)], function($a, $i){$replace($a, 'a', $i)})",
        "[1..800000].($pad('x', 1000000))",
        "$formatNumber(1, $pad('0', 1000000, '0'))",
        "$split($pad('', 5000000, 'a'), '')",
        "$match($pad('', 5000000, 'a'), /a/)",
    ] {
        check_bounded(text);
    }
}

#[test]
fn values_that_repeat_themselves_are_bounded() {
    let doubling = |step: &str, last: &str| {
        format!("($f := function($s, $n){{$n = 0 ? $s : $f({step}, $n - 1)}}; {last})")
    };
    for (step, last) in [
        ("{'a': $s, 'b': $s}", "$f(1, 60)"),
        ("{'a': $s, 'b': $s}", "$string($f(1, 60))"),
        ("{'a': $s, 'b': $s}", "$f(1, 60) = $f(1, 60)"),
        ("{'a': $s, 'b': $s}", "$f(1, 60).**"),
        ("[[$s], [$s]]", "$f(1, 60).a"),
        ("$zip([[$s]], [[$s]])", "$f(1, 60).a"),
        ("$map([1, 2], function(){[[$s]]})", "$f(1, 60).a"),
        ("[1, 2].([[$s]])", "$f(1, 60).a"),
        ("{'a': $s, 'b': $s}", "$f(1, 60) ~> |**|{'x': 1}|"),
    ] {
        check_bounded(&doubling(step, last));
    }
    check_bounded(&format!("[[1]]{}.a", ".[[$], [$]]".repeat(60)));
    check_bounded("($b := {'a': [1..400000]}; [1..800000].($b).**)");
    check_bounded("($b := {'a': [1..400000]}; $map([1..800000], function(){$b}).*)");
}

#[test]
fn arrays_are_bounded() {
    for text in [
        "($b := [1..800000]; $map([1..1000], function($i){[$b]}))",
        "($b := [1..800000]; $map([1..1000], function($i){$reverse($b)}))",
        "[1..873783]",
        "$range(0, 1e18, 1)",
        "{'a': [1..30000].{'x': $}} ~> |a|{'b': 1}|",
        "($f := function($n){$f($n + 1)}; $f(1))",
    ] {
        check_bounded(text);
    }
    assert_eq!(outcome("[1..873782] ~> $count()"), Ok("873782".into()));
    assert_eq!(
        outcome(
            "$reduce([1..300], function($a, $i){$merge([$a, {$string($i): $i}])}, {}) ~> $keys() ~> $count()"
        ),
        Ok("300".into())
    );
    assert_eq!(outcome("$count($distinct([1..50000]))"), Ok("50000".into()));
}

#[test]
fn depth_is_bounded() {
    for text in [
        ["1"; 101].join("+"),
        "($f := function($n){1 + $f($n + 1)}; $f(1))".to_owned(),
        "($f := function($n){[$f($n + 1)]}; $f(1))".to_owned(),
    ] {
        let error = outcome(&text).unwrap_err().to_string();
        assert!(error.contains("Stack overflow error"), "{error}");
    }
    assert_eq!(outcome(&["1"; 100].join("+")), Ok("100".into()));
    // The checks do not count.
    let calls = format!("{}1{}", "$append([], ".repeat(60), ")".repeat(60));
    assert_eq!(outcome(&format!("$count({calls})")), Ok("1".into()));
}

#[test]
fn the_parser_is_bounded() {
    for text in [
        "(".repeat(10_000),
        "[".repeat(10_000),
        "-".repeat(10_000),
        "$a:=".repeat(8_000),
        "1?".repeat(10_000),
        format!("$a{}", "[0]".repeat(10_000)),
        format!("$a{}", ".b".repeat(16_000)),
        format!("1{}", "+1".repeat(16_000)),
        "function($x){".repeat(2_000),
        "/* ".repeat(5_000),
        format!("'{}'", "x".repeat(40_000)),
    ] {
        let text = format!("{{%{text}%}}");
        assert!(on_a_worker(move || Query::compile(&text).is_err()));
    }
}

#[test]
fn what_the_parser_lets_through_is_not_too_deep() {
    let mut compiled = 0;
    for count in [300, 600, 900, 950, 990] {
        for text in [
            format!("1{}", "+1".repeat(count)),
            format!("$a{}", "&$a".repeat(count)),
            format!("{}1", "-".repeat(count)),
            format!("{}1", "$a:=".repeat(count)),
            format!("{}1", "1?".repeat(count)),
            format!("{}$b", "$a~>".repeat(count)),
            format!("$a{}", "[0]".repeat(count)),
            format!("$a{}", ".{'b': $}".repeat(count)),
            format!("$a{}", "^(b)".repeat(count)),
        ] {
            let text = format!("{{%{text}%}}");
            compiled += on_a_worker(move || {
                let Ok(query) = Query::compile(&text) else {
                    return 0;
                };
                let _ = query.eval(&Fixture::new(serde_json::json!({})), "Output");
                1
            });
        }
    }
    assert!(compiled > 10, "{compiled}");
}

#[test]
fn mistakes_of_the_engine_end_nothing_but_the_evaluation() {
    let error = outcome("$fromMillis(0, '[Y0001]-[\u{fc}M01]')").unwrap_err();
    let end = "D3132: Unknown component specifier \"\u{fc}\" in date/time picture string";
    assert!(error.to_string().ends_with(end), "{error}");
    let error = outcome("$fromMillis(0, '[Y]-[ ,D01]')").unwrap_err();
    assert!(error.to_string().contains("D3132"), "{error}");
    assert!(outcome("$split('[\u{fc}]', '[')").is_ok());
}
