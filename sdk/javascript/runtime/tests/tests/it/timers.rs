//! Timers and microtasks.

use javascript_tests::{answer, error, load, result};
use serde_json::json;

#[test]
fn timers_run_in_the_order_of_their_time() {
    let body = "
        const seen = [];
        setTimeout(() => seen.push('c'), 20);
        setTimeout((x) => seen.push(x), 5, 'b');
        setImmediate(() => seen.push('a'));
        queueMicrotask(() => seen.push('first'));
        await new Promise((r) => setTimeout(r, 30));
        return seen";
    assert_eq!(result(body), json!(["first", "a", "b", "c"]));
}

#[test]
fn an_interval_runs_until_it_is_cleared() {
    let body = "
        let n = 0;
        await new Promise((done) => {
            const timer = setInterval(() => { if (++n === 3) { clearInterval(timer); done() } }, 2);
        });
        return n";
    assert_eq!(result(body), json!(3));
}

#[test]
fn a_cleared_timer_does_not_run() {
    let body = "
        let ran = false;
        const id = +setTimeout(() => { ran = true }, 1);
        clearTimeout(id);
        clearTimeout(undefined);
        await new Promise((r) => setTimeout(r, 10));
        return ran";
    assert_eq!(result(body), json!(false));
}

#[test]
fn an_answer_does_not_wait_for_timers() {
    let text = "export const handler = () => { setTimeout(() => { throw new Error('late') }, 10_000); return 1 }";
    let start = std::time::Instant::now();
    assert_eq!(answer(text, &json!({})), Ok(json!(1)));
    assert!(start.elapsed().as_secs() < 8);
}

#[test]
fn an_error_in_a_timer_ends_the_call() {
    let body = "setTimeout(() => { throw new RangeError('x') }, 1); await new Promise((r) => setTimeout(r, 50))";
    assert_eq!(error(body)["errorType"], "RangeError");
}

#[test]
fn a_timer_that_nobody_waits_for_brings_no_answer() {
    let body = "setTimeout(() => {}, 10_000).unref(); await new Promise(() => {})";
    assert_eq!(error(body)["errorType"], "PromiseNeverSettled");
}

#[test]
fn a_timer_made_while_loading_goes_on_in_the_call() {
    let function = load(
        "let ready; const wait = new Promise((r) => { ready = r }); setTimeout(() => ready('late'), 5);
        export const handler = () => wait",
    );
    assert_eq!(function.call(&json!({})), Ok(json!("late")));
}
