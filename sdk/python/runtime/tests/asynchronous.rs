//! Handlers that are `async def`.

use serde_json::json;

use crate::support::{error, function, result};

#[test]
fn a_coroutine_is_awaited() {
    let source = "async def half(n):\n    return n / 2\nasync def handler(event, context):\n    return [await half(event), await half(4)]\n";
    assert_eq!(result(source, "3"), json!([1.5, 2.0]));
}

#[test]
fn tasks_run_side_by_side_and_timers_in_order() {
    let source = r#"
import asyncio, time
async def work(name, seconds, done):
    await asyncio.sleep(seconds)
    done.append(name)
    return name.upper()
async def handler(event, context):
    done, start = [], time.monotonic()
    results = await asyncio.gather(work("slow", 0.06, done), work("quick", 0.01, done), work("at once", 0, done))
    return [results, done, time.monotonic() - start < 0.5]
"#;
    let expect = json!([
        ["SLOW", "QUICK", "AT ONCE"],
        ["at once", "quick", "slow"],
        true
    ]);
    assert_eq!(result(source, "{}"), expect);
}

#[test]
fn asyncio_has_its_usual_things() {
    let source = r#"
import asyncio
async def producer(queue):
    for n in range(3):
        await queue.put(n)
        await asyncio.sleep(0)
    await queue.put(None)
async def handler(event, context):
    queue, got = asyncio.Queue(1), []
    async with asyncio.TaskGroup() as group:
        group.create_task(producer(queue))
        while (item := await queue.get()) is not None:
            got.append(item)
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)
        late = "no"
    except TimeoutError:
        late = "yes"
    lock = asyncio.Lock()
    async with lock:
        locked = lock.locked()
    def numbers():
        return sum(range(10))
    return [got, late, locked, await asyncio.to_thread(numbers), await asyncio.wait_for(asyncio.sleep(0, "v"), 1)]
"#;
    assert_eq!(
        result(source, "{}"),
        json!([[0, 1, 2], "yes", true, 45, "v"])
    );
}

#[test]
fn asyncio_run_works_in_a_plain_handler() {
    let source = "import asyncio\nasync def work():\n    await asyncio.sleep(0)\n    return 5\ndef handler(event, context):\n    return asyncio.run(work())\n";
    assert_eq!(result(source, "{}"), json!(5));
}

#[test]
fn an_exception_of_a_coroutine_is_the_calls() {
    let source = "class Lost(Exception):\n    pass\nasync def handler(event, context):\n    raise Lost('it')\n";
    let error = error(source, "{}");
    assert_eq!(
        (&error["errorType"], &error["errorMessage"]),
        (&json!("Lost"), &json!("it"))
    );
}

#[test]
fn waiting_for_nothing_is_an_error() {
    let source =
        "import asyncio\nasync def handler(event, context):\n    await asyncio.Event().wait()\n";
    let error = error(source, "{}");
    assert_eq!(
        error["errorMessage"],
        "every task waits for another one: nothing is left that could go on"
    );
}

#[test]
fn each_call_has_a_loop_that_works() {
    let function = function(
        "import asyncio\nasync def handler(event, context):\n    await asyncio.sleep(0.001)\n    return event\n",
    );
    for n in 0..3 {
        assert_eq!(function.call(&n.to_string()).result.unwrap(), json!(n));
    }
}
