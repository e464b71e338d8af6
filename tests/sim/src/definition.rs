//! Random machines. A kind of state is a function and a line in [`STATES`].

use serde_json::{Map, Value, json};

use crate::lots::Lots;
use crate::runner;

/// How deep composite states stand in one another.
const DEPTH_MAX: u32 = 2;

/// The activity that tasks are asked of.
pub(crate) const ACTIVITY: &str = "desk";

/// The bucket that distributed maps read from and write to, and the object there with items.
pub(crate) const BUCKET: &str = "bucket";
/// See [`BUCKET`].
pub(crate) const ITEMS: &str = "items.json";
/// How many items that object has: 1, 2, 3, …
pub(crate) const ITEM_COUNT: u64 = 23;

/// How often a kind of state is drawn, and what makes one.
type Drawn = (u64, fn(&mut Author) -> Value);

/// The kinds of states. Each keeps the fields of its input, which has
/// a number `n` and the arrays `items`, `few` and `graph`.
const STATES: &[Drawn] = &[
    (10, pass),
    (12, echo),
    (8, work),
    (4, slow),
    (8, flaky),
    (3, failing),
    (2, hanging),
    (3, once),
    (3, crowded),
    (8, wait),
    (2, long_wait),
    (6, choice),
    (5, parallel),
    (5, map),
    (2, map_with_after),
    (2, distributed_map),
    (2, map_of_object),
    (7, callback),
    (3, beating_callback),
    (5, activity),
    (6, child),
    (3, child_on_its_own),
    (2, impatient_child),
    (3, graph),
    (2, jsonata),
];

/// Writes one machine.
struct Author<'a> {
    lots: &'a mut Lots,
    depth: u32,
    /// States so far, for their names.
    count: u32,
    /// Machines that may be started as children.
    children: &'a [String],
    is_quick: bool,
}

/// A machine that may start those, and whether its executions end soon enough to wait for one another.
pub(crate) fn machine(lots: &mut Lots, children: &[String]) -> (Value, bool) {
    let mut author = Author {
        depth: 0,
        count: 0,
        children,
        is_quick: true,
        lots,
    };
    let length = author.lots.between(1, 5);
    let mut machine = author.scope(length);
    if author.is_quick && author.lots.percent(30) {
        machine["MaxConcurrentExecutions"] = author.lots.between(2, 8).into();
    }
    if author.lots.percent(15) {
        machine["TimeoutSeconds"] = author.lots.between(5, 900).into();
    }
    (machine, author.is_quick)
}

/// A child that ends soon.
pub(crate) fn quick_child(lots: &mut Lots) -> Value {
    let mut author = Author {
        depth: DEPTH_MAX,
        count: 0,
        children: &[],
        is_quick: true,
        lots,
    };
    let states = [pass, echo, work, wait];
    let state = *author.lots.pick(&states);
    let state = state(&mut author);
    author.chain(vec![state])
}

/// A child that ends only when it is stopped: nobody may forget to stop it.
pub(crate) fn endless_child() -> Value {
    json!({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 5_000_000, "End": true}}})
}

/// The name of the machine of [`spread`].
pub(crate) const SPREAD: &str = "spread";

/// A map over all items of [`ITEMS`], spread over ranges, whose output is the items.
pub(crate) fn spread() -> Value {
    let processor = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "work", "End": true,
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 20, "BackoffRate": 1.0}]}}});
    json!({"StartAt": "Spread", "States": {"Spread": {"Type": "Map", "End": true, "MaxConcurrency": 7,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": BUCKET, "Key": ITEMS}},
        "ItemProcessor": processor}}})
}

/// Goes round so often that the interpreter has to be continued.
pub(crate) fn loop_of_pure_states() -> Value {
    json!({"StartAt": "Begin", "States": {
        "Begin": {"Type": "Pass", "Parameters": {"i": 0}, "ResultPath": "$.loop", "Next": "Add"},
        "Add": {"Type": "Pass", "Parameters": {"i.$": "States.MathAdd($.loop.i, 1)"}, "ResultPath": "$.loop", "Next": "More"},
        "More": {"Type": "Choice", "Choices": [
            {"Variable": "$.loop.i", "NumericLessThan": 550, "Next": "Add"}], "Default": "End"},
        "End": {"Type": "Succeed"}}})
}

/// What executions are started with.
pub(crate) fn input(lots: &mut Lots) -> Value {
    let items: Vec<u64> = (0..lots.between(0, 6)).collect();
    let graph = match lots.below(3) {
        0 => json!([{"id": "a"}, {"id": "b", "after": ["a"]}, {"id": "c", "after": ["a", "b"]}]),
        1 => json!([{"id": "x", "after": ["y"]}, {"id": "y"}]),
        _ => json!([]),
    };
    json!({"n": lots.below(100), "items": items, "few": [1, 2], "graph": graph})
}

impl Author<'_> {
    /// A scope of so many states.
    fn scope(&mut self, length: u64) -> Value {
        let all: u64 = STATES.iter().map(|(weight, _)| weight).sum();
        let states = (0..length)
            .map(|_| {
                let mut lot = self.lots.below(all);
                let drawn = STATES.iter().find(|(weight, _)| {
                    let is_it = lot < *weight;
                    lot = lot.saturating_sub(*weight);
                    is_it
                });
                let (_, state) = drawn.unwrap_or(&STATES[0]);
                state(self)
            })
            .collect();
        self.chain(states)
    }

    /// States one after another. `"*"` stands for the one that ends the scope.
    fn chain(&mut self, states: Vec<Value>) -> Value {
        self.count += 1;
        let end = format!("End{}", self.count);
        let names: Vec<_> = states
            .iter()
            .map(|_| {
                self.count += 1;
                format!("S{}", self.count)
            })
            .chain([end.clone()])
            .collect();
        let mut scope = Map::new();
        for (state, place) in states.into_iter().zip(0..) {
            let mut state = state;
            let next = &names[place + 1];
            if state["Type"] == "Choice" {
                state["Default"] = next.as_str().into();
            } else {
                state["Next"] = next.as_str().into();
            }
            for field in ["Catch", "Choices"] {
                for target in state[field].as_array_mut().into_iter().flatten() {
                    target["Next"] = end.as_str().into();
                }
            }
            let fields = state.as_object_mut().expect("a state is an object");
            fields.retain(|_, value| !value.is_null());
            scope.insert(names[place].clone(), state);
        }
        scope.insert(end, json!({"Type": "Pass", "End": true}));
        json!({"StartAt": names[0], "States": scope})
    }

    /// A scope within a composite state.
    fn inner(&mut self) -> Value {
        self.depth += 1;
        let length = self.lots.between(1, 2);
        let scope = if self.depth < DEPTH_MAX {
            self.scope(length)
        } else {
            let states = [pass, echo, work, flaky, wait, callback];
            let state = *self.lots.pick(&states);
            let state = state(self);
            self.chain(vec![state])
        };
        self.depth -= 1;
        scope
    }

    #[expect(clippy::unused_self, reason = "it reads as its neighbours do")]
    fn task(&mut self, resource: &str) -> Value {
        json!({"Type": "Task", "Resource": resource, "ResultPath": "$.result"})
    }

    fn caught(&mut self, resource: &str) -> Value {
        let mut task = self.task(resource);
        task["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error"}]);
        task
    }

    fn child_of(&mut self, pattern: &str, machine: &str) -> Value {
        let mut task = self.caught(&format!("arn:aws:states:::states:startExecution{pattern}"));
        task["Parameters"] = json!({"StateMachineArn": machine, "Input": {
            "n.$": "$.n", "items.$": "$.few", "few.$": "$.few", "graph": []}});
        task
    }
}

fn pass(author: &mut Author) -> Value {
    json!({"Type": "Pass", "Result": {"n": author.lots.below(10)}, "ResultPath": "$.passed"})
}

fn echo(author: &mut Author) -> Value {
    author.task("echo")
}

fn work(author: &mut Author) -> Value {
    author.task("work")
}

fn slow(author: &mut Author) -> Value {
    let mut task = author.caught("slow");
    if author.lots.percent(50) {
        task["TimeoutSeconds"] = author.lots.between(1, 15).into();
    }
    task
}

fn flaky(author: &mut Author) -> Value {
    let mut task = author.caught("flaky");
    let jitter = *author.lots.pick(&["FULL", "NONE"]);
    task["Retry"] = json!([{"ErrorEquals": ["Flaky"], "IntervalSeconds": author.lots.between(1, 5),
        "MaxAttempts": author.lots.between(1, 4), "BackoffRate": 2.0, "JitterStrategy": jitter}]);
    task
}

fn failing(author: &mut Author) -> Value {
    let function = *author.lots.pick(&["fail", "trap", "greedy", "nobody"]);
    if author.lots.percent(70) {
        author.caught(function)
    } else {
        author.task(function)
    }
}

fn hanging(author: &mut Author) -> Value {
    author.caught("hang")
}

fn once(author: &mut Author) -> Value {
    author.caught(runner::ONCE)
}

fn crowded(author: &mut Author) -> Value {
    author.caught("crowded")
}

fn wait(author: &mut Author) -> Value {
    json!({"Type": "Wait", "Seconds": author.lots.between(0, 90)})
}

fn long_wait(author: &mut Author) -> Value {
    author.is_quick = false;
    json!({"Type": "Wait", "Seconds": author.lots.between(300, 2_400)})
}

fn choice(author: &mut Author) -> Value {
    json!({"Type": "Choice", "Choices": [
        {"Variable": "$.n", "NumericGreaterThan": author.lots.between(50, 99)}]})
}

fn parallel(author: &mut Author) -> Value {
    let branches: Vec<_> = (0..author.lots.between(1, 3))
        .map(|_| author.inner())
        .collect();
    json!({"Type": "Parallel", "Branches": branches, "ResultPath": "$.branches",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error"}]})
}

fn map(author: &mut Author) -> Value {
    let concurrency = *author.lots.pick(&[0, 1, 2]);
    json!({"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.mapped", "MaxConcurrency": concurrency,
        "ItemSelector": {"n.$": "$$.Map.Item.Value", "items.$": "$.few", "few.$": "$.few", "graph.$": "$.graph"},
        "ItemProcessor": author.inner(),
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error"}]})
}

fn map_with_after(author: &mut Author) -> Value {
    let task = author.task("work");
    json!({"Type": "Map", "ItemsPath": "$.graph", "ItemId": "$.id", "After": "$.after", "ResultPath": "$.mapped",
        "ItemProcessor": author.chain(vec![task]),
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error"}]})
}

fn distributed_map(author: &mut Author) -> Value {
    let state = if author.lots.percent(50) {
        author.task("work")
    } else {
        flaky(author)
    };
    let mut processor = author.chain(vec![state]);
    processor["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    json!({"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.mapped", "MaxConcurrency": 3,
        "ItemSelector": {"n.$": "$$.Map.Item.Value"}, "ItemProcessor": processor,
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error"}]})
}

fn map_of_object(author: &mut Author) -> Value {
    let task = author.task("work");
    let mut processor = author.chain(vec![task]);
    processor["ProcessorConfig"] = json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"});
    let writes = author.lots.percent(50).then(|| {
        json!({"Resource": "arn:aws:states:::s3:putObject",
            "Parameters": {"Bucket": BUCKET, "Prefix": "out"}})
    });
    json!({"Type": "Map", "ResultPath": "$.mapped", "MaxConcurrency": 5,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": BUCKET, "Key": ITEMS}},
        "ItemSelector": {"n.$": "$$.Map.Item.Value"}, "ItemProcessor": processor, "ResultWriter": writes,
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error"}]})
}

fn callback(author: &mut Author) -> Value {
    let mut task = author.caught("arn:aws:states:::lambda:invoke.waitForTaskToken");
    task["Parameters"] =
        json!({"FunctionName": "hand-over", "Payload": {"token.$": "$$.Task.Token"}});
    task["TimeoutSeconds"] = author.lots.between(20, 200).into();
    task
}

fn beating_callback(author: &mut Author) -> Value {
    let mut task = callback(author);
    task["HeartbeatSeconds"] = author.lots.between(5, 19).into();
    task
}

fn activity(author: &mut Author) -> Value {
    let resource = format!("arn:aws:states:us-east-1:000000000000:activity:{ACTIVITY}");
    let mut task = author.caught(&resource);
    task["TimeoutSeconds"] = author.lots.between(30, 200).into();
    task
}

fn child(author: &mut Author) -> Value {
    if author.children.is_empty() {
        return echo(author);
    }
    let pattern = *author.lots.pick(&[".sync", ".sync:2"]);
    let machine = author.lots.pick(author.children).clone();
    author.child_of(pattern, &machine)
}

fn child_on_its_own(author: &mut Author) -> Value {
    if author.children.is_empty() {
        return echo(author);
    }
    let machine = author.lots.pick(author.children).clone();
    author.child_of("", &machine)
}

/// Waits for a child that never ends, but not for long.
fn impatient_child(author: &mut Author) -> Value {
    if author.children.is_empty() {
        return echo(author);
    }
    let mut task = author.child_of(".sync:2", ENDLESS);
    task["TimeoutSeconds"] = author.lots.between(2, 60).into();
    task
}

/// The name of the machine of [`endless_child`].
pub(crate) const ENDLESS: &str = "endless";

fn graph(author: &mut Author) -> Value {
    let mut nodes = Map::new();
    // A diamond. The names of nodes are those of states: no other state may have them.
    let name = |of: &str, count: u32| format!("{of}{count}");
    author.count += 1;
    let count = author.count;
    for (node, after) in [
        ("a", &[][..]),
        ("b", &["a"]),
        ("c", &["a"]),
        ("d", &["b", "c"]),
    ] {
        let mut task = json!({"Type": "Task", "Resource": "work"});
        if !after.is_empty() {
            let after: Vec<_> = after.iter().map(|of| name(of, count)).collect();
            task["After"] = json!(after);
        }
        nodes.insert(name(node, count), task);
    }
    json!({"Type": "Graph", "Nodes": nodes, "ResultPath": "$.graphed",
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error"}]})
}

fn jsonata(author: &mut Author) -> Value {
    let seconds = author.lots.between(1, 9);
    json!({"Type": "Pass", "QueryLanguage": "JSONata",
        "Output": format!("{{% $merge([$states.input, {{'rounded': $round($states.input.n / {seconds})}}]) %}}")})
}
