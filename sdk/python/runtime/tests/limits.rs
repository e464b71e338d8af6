//! What would break the module is an exception instead.

use serde_json::json;

use crate::support::{error, result};

#[test]
fn endless_recursion_is_an_exception() {
    let sources = [
        "def f(n):\n    return f(n + 1) + 1\ndef handler(event, context):\n    return f(0)\n",
        "class A:\n    def __getattr__(self, name):\n        return getattr(self, name + 'x')\ndef handler(event, context):\n    return A().y\n",
        "class A:\n    def __repr__(self):\n        return repr([self])\ndef handler(event, context):\n    return repr(A())\n",
        "class A:\n    def __eq__(self, other):\n        return [self] == [other]\ndef handler(event, context):\n    return A() == A()\n",
        "class A:\n    def __init__(self):\n        self.a = A()\ndef handler(event, context):\n    A()\n",
        "def f(x):\n    return sorted([1, 2], key=f)\ndef handler(event, context):\n    f(1)\n",
        "def f(*a):\n    return list(map(f, [1]))\ndef handler(event, context):\n    f()\n",
        "import functools\ndef f(a, b):\n    return functools.reduce(f, [1, 2])\ndef handler(event, context):\n    f(1, 2)\n",
        "def g():\n    yield from g()\ndef handler(event, context):\n    return list(g())\n",
        "import re\ndef f(m):\n    return re.sub('a', f, 'a')\ndef handler(event, context):\n    f(None)\n",
        "async def f():\n    return await f()\nasync def handler(event, context):\n    return await f()\n",
    ];
    for source in sources {
        assert_eq!(
            error(source, "{}")["errorType"],
            "RecursionError",
            "{source}"
        );
    }
}

#[test]
fn recursion_can_be_caught_and_the_call_goes_on() {
    let source = r#"
def f(n):
    return f(n + 1)
def handler(event, context):
    caught = 0
    for _ in range(3):
        try:
            f(0)
        except RecursionError:
            caught += 1
    return caught
"#;
    assert_eq!(result(source, "{}"), json!(3));
}

#[test]
fn a_program_cannot_ask_for_more_depth_than_there_is() {
    let source = r#"
import sys
sys.setrecursionlimit(1_000_000)
def f(n):
    return f(n + 1)
def handler(event, context):
    sys.setrecursionlimit(1_000_000)
    try:
        f(0)
    except RecursionError:
        return "stopped"
"#;
    assert_eq!(result(source, "{}"), json!("stopped"));
}

#[test]
fn expressions_may_be_as_deep_as_people_write_them() {
    let source = "def handler(event, context):\n    return [eval('(' * 50 + '1' + ')' * 50), eval('+'.join(['1'] * 500))]\n";
    assert_eq!(result(source, "{}"), json!([1, 500]));
}

#[test]
fn deep_recursion_has_room_enough_for_ordinary_programs() {
    let source = "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\ndef handler(event, context):\n    return f(event)\n";
    assert_eq!(result(source, "80"), json!(80));
}

#[test]
fn memory_is_given_back_within_a_call() {
    // 4 GB of garbage in all, half of it in cycles.
    let source = r#"
def handler(event, context):
    total = 0
    for i in range(4000):
        a = bytearray(1_000_000)
        total += len(a)
    for i in range(20000):
        a = [0] * 1000
        a.append(a)
        total += len(a)
    return total
"#;
    assert_eq!(result(source, "{}"), json!(4_020_020_000_u64));
}
