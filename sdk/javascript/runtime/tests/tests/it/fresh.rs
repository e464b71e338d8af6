//! What differs from call to call, though they start from one memory.

use javascript_tests::{Host, load};
use serde_json::json;

#[test]
fn the_environment_is_that_of_the_call() {
    let function = load(
        "const { env } = process; const early = env.COLOR; const loading = process.env.LOADING;
        export const handler = () => [early, loading, env.COLOR, process.env.COLOR, Object.keys(env), 'LOADING' in env]",
    );
    for color in ["red", "blue"] {
        let mut host = Host::default();
        host.set("COLOR", color);
        let outcome = function.call_with(host, "{}");
        assert_eq!(
            outcome.answer,
            Ok(json!([null, "yes", color, color, ["COLOR"], false]))
        );
    }
}

#[test]
fn random_numbers_differ_even_if_loading_drew_some() {
    let function = load(
        "Math.random(); crypto.randomUUID();
        export const handler = () => [Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(8))]]",
    );
    let first = function.call(&json!({})).expect("a result");
    let second = function.call(&json!({})).expect("a result");
    for at in 0..3 {
        assert_ne!(first[at], second[at]);
    }
}

#[test]
fn random_numbers_lie_between_zero_and_one_and_spread() {
    let text = "export const handler = () => {
        let sum = 0;
        for (let i = 0; i < 10000; i++) {
            const x = Math.random();
            if (!(x >= 0 && x < 1)) throw new Error(`${x}`);
            sum += x;
        }
        return Math.abs(sum / 10000 - 0.5) < 0.02;
    }";
    assert_eq!(load(text).call(&json!({})), Ok(json!(true)));
}

#[test]
fn a_uuid_has_its_form() {
    let text = "export const handler = () => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())";
    assert_eq!(load(text).call(&json!({})), Ok(json!(true)));
}

#[test]
fn the_clock_is_that_of_the_call() {
    let function = load("const then = Date.now(); export const handler = () => Date.now() - then");
    std::thread::sleep(std::time::Duration::from_millis(30));
    let passed = function.call(&json!({})).expect("a result");
    assert!(passed.as_f64().expect("a number") >= 30.0, "{passed}");
}

#[test]
fn performance_counts_from_within_the_call() {
    let function = load(
        "performance.now(); export const handler = async () => {
            const start = performance.now();
            await new Promise((r) => setTimeout(r, 20));
            return [start, performance.now() - start];
        }",
    );
    let times = function.call(&json!({})).expect("a result");
    assert!(times[0].as_f64().expect("a number") >= 0.0, "{times}");
    assert!(times[1].as_f64().expect("a number") >= 19.0, "{times}");
}
