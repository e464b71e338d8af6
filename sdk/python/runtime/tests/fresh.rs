//! Nothing of a call comes from the time of loading.

use std::collections::BTreeSet;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::support::{Function, function};

/// Calls three times, and says how many different results there were.
fn different(source: &str) -> usize {
    let function = function(source);
    let results: BTreeSet<String> = (0..3)
        .map(|_| function.call("{}").result.unwrap().to_string())
        .collect();
    results.len()
}

#[test]
fn random_numbers_are_not_frozen() {
    let sources = [
        "import random\ndef handler(event, context):\n    return random.random()\n",
        "from random import randint\ndef handler(event, context):\n    return randint(0, 10**18)\n",
        "def handler(event, context):\n    import random\n    return random.getrandbits(64)\n",
        "import random\ngenerator = random.Random()\ndef handler(event, context):\n    return generator.random()\n",
        "from random import *\nfirst = random()\ndef handler(event, context):\n    return [random(), choice(range(10**9))]\n",
        "import random\ngenerator = random.SystemRandom()\ndef handler(event, context):\n    return generator.random()\n",
        "import uuid\ndef handler(event, context):\n    return str(uuid.uuid4())\n",
        "import secrets\ndef handler(event, context):\n    return secrets.token_hex(8)\n",
        "import os\ndef handler(event, context):\n    return os.urandom(8).hex()\n",
        "import tempfile\ndef handler(event, context):\n    return next(tempfile._get_candidate_names())\n",
        "import tempfile\nnext(tempfile._get_candidate_names())\ndef handler(event, context):\n    return next(tempfile._get_candidate_names())\n",
    ];
    for source in sources {
        assert_eq!(different(source), 3, "{source}");
    }
}

#[test]
fn a_seed_of_the_functions_own_is_kept() {
    let sources = [
        "import random\nrandom.seed(7)\ndef handler(event, context):\n    return random.random()\n",
        "import random\ngenerator = random.Random(7)\ndef handler(event, context):\n    return generator.random()\n",
        "import random\ndef handler(event, context):\n    random.seed(7)\n    return random.random()\n",
    ];
    for source in sources {
        assert_eq!(
            function(source).call("{}").result.unwrap(),
            json!(0.323_832_764_833_162_37),
            "{source}"
        );
    }
}

#[test]
fn the_environment_is_the_calls_own() {
    let source = r#"
import os
from os import environ, getenv
at_load = dict(os.environ)
os.environ["SET_AT_LOAD"] = "1"
os.environ["BOTH"] = "load"
def handler(event, context):
    os.environ["ADDED"] = "x"
    return [at_load, os.environ.get("A"), environ["A"], getenv("A"), os.getenv("B", "none"), "A" in os.environ,
            environ["SET_AT_LOAD"], environ["BOTH"], os.environ["ADDED"], sorted(os.environ)]
"#;
    let function = function(source);
    for value in ["first", "second", "dritte ü"] {
        let answer = function.call_in("{}", &[("A", value), ("BOTH", "call")], None);
        let names = json!(["A", "ADDED", "BOTH", "SET_AT_LOAD"]);
        assert_eq!(
            answer.result.unwrap(),
            json!([
                {},
                value,
                value,
                value,
                "none",
                true,
                "1",
                "call",
                "x",
                names
            ])
        );
    }
}

#[test]
fn the_context_says_what_the_environment_says() {
    let source = r#"
def handler(event, context):
    left = context.get_remaining_time_in_millis()
    return [context.request_id, context.aws_request_id, context.function_name, context.function_version, context.account,
            context.deadline and context.deadline.isoformat(), context.retry, context.execution, context.state,
            context.attempt, context.invoked_function_arn, 0 < left]
"#;
    let function = function(source);
    let environment = [
        ("STEPLOOM_REQUEST_ID", "r-1"),
        ("STEPLOOM_FUNCTION", "hello"),
        ("STEPLOOM_VERSION", "3"),
        ("STEPLOOM_ACCOUNT", "000000000001"),
        ("STEPLOOM_DEADLINE", "2100-01-02T03:04:05.678Z"),
        ("STEPLOOM_RETRY", "2"),
        ("STEPLOOM_EXECUTION", "e"),
        ("STEPLOOM_STATE", "s"),
        ("STEPLOOM_ATTEMPT", "a"),
    ];
    let expect = json!([
        "r-1",
        "r-1",
        "hello",
        "3",
        "000000000001",
        "2100-01-02T03:04:05.678000+00:00",
        2,
        "e",
        "s",
        "a",
        "arn:aws:lambda:us-east-1:000000000001:function:hello:3",
        true,
    ]);
    assert_eq!(
        function.call_in("{}", &environment, None).result.unwrap(),
        expect
    );
    let expect = json!([
        "",
        "",
        "",
        "",
        "",
        null,
        0,
        null,
        null,
        null,
        "arn:aws:lambda:us-east-1::function::",
        false
    ]);
    assert_eq!(function.call("{}").result.unwrap(), expect);
}

#[test]
fn the_clock_goes_on() {
    let source = r#"
import time, datetime
loaded = time.time()
def handler(event, context):
    before = time.monotonic()
    time.sleep(0.02)
    return [time.time(), loaded, time.monotonic() - before, datetime.datetime.now(datetime.timezone.utc).timestamp()]
"#;
    let function = function(source);
    let call = || function.call("{}").result.unwrap();
    let (first, second) = (call(), call());
    let number = |value: &Value, at: usize| value[at].as_f64().unwrap();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64();
    assert!(number(&first, 0) > number(&first, 1));
    assert!(number(&second, 0) > number(&first, 0));
    assert!(number(&second, 2) >= 0.019);
    assert!((now - number(&second, 0)).abs() < 60.0);
    assert!((now - number(&second, 3)).abs() < 60.0);
}

#[test]
fn files_below_tmp_are_the_calls_own() {
    let source = r#"
import os, pathlib, json
try:
    open("/tmp/x", "w")
    at_load = "open"
except OSError:
    at_load = "refused"
def handler(event, context):
    before = sorted(os.listdir("/tmp"))
    with open("/tmp/note.txt", "w") as file:
        file.write("grüße\n")
        json.dump({"a": 1}, file)
    pathlib.Path("/tmp/deep/er").mkdir(parents=True)
    pathlib.Path("/tmp/deep/er/bytes").write_bytes(b"\0\1")
    with open("/tmp/note.txt", "a") as file:
        print("\nend", file=file)
    text = open("/tmp/note.txt").read()
    os.rename("/tmp/deep/er/bytes", "/tmp/moved")
    found = sorted(os.path.join(folder, name) for folder, _, names in os.walk("/tmp") for name in names)
    return [at_load, before, text, os.path.getsize("/tmp/moved"), os.path.exists("/tmp/none"), found]
"#;
    let function = function(source);
    for _ in 0..2 {
        let tmp = tempfile::tempdir().unwrap();
        let answer = function.call_in("{}", &[], Some(tmp.path()));
        let expect = json!([
            "refused",
            [],
            "grüße\n{\"a\": 1}\nend\n",
            2,
            false,
            ["/tmp/moved", "/tmp/note.txt"]
        ]);
        assert_eq!(answer.result.unwrap(), expect);
        assert!(
            fs::read_to_string(tmp.path().join("note.txt"))
                .unwrap()
                .starts_with("grüße")
        );
    }
}

#[test]
fn what_loading_made_is_there_in_every_call_and_what_a_call_made_is_not() {
    let source = "table = {n: n * n for n in range(1000)}\ncalls = []\ndef handler(event, context):\n    calls.append(1)\n    return [table[30], len(calls)]\n";
    let function: Function = function(source);
    for _ in 0..2 {
        assert_eq!(function.call("{}").result.unwrap(), json!([900, 1]));
    }
}
