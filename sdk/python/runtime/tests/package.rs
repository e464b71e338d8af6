//! Functions of several files.

use serde_json::{Value, json};

use crate::support::Function;

fn call(entry: &str, files: &[(&str, &str)]) -> Value {
    let function =
        Function::load(entry, "handler", files).unwrap_or_else(|error| panic!("{error:#}"));
    function
        .call("2")
        .result
        .unwrap_or_else(|error| panic!("{error:#}"))
}

#[test]
fn files_import_each_other() {
    let files = [
        (
            "hello.py",
            "import util, lib.tax\nfrom lib import shop\nfrom lib.deep.er import depth\nimport plain.folder as f\ndef handler(event, context):\n    return [util.double(event), lib.tax.RATE, shop.NAME, depth(), f.X, util.__name__, lib.tax.__name__, lib.__name__]\n",
        ),
        ("util.py", "def double(n):\n    return n * 2\n"),
        ("lib/__init__.py", "VERSION = 1\n"),
        (
            "lib/tax.py",
            "from . import VERSION\nfrom .shop import NAME\nfrom .. import lib\nRATE = VERSION + 18\n",
        ),
        ("lib/shop.py", "NAME = 'shop'\n"),
        ("lib/deep/__init__.py", ""),
        (
            "lib/deep/er.py",
            "from ..shop import NAME\ndef depth():\n    return NAME + '!'\n",
        ),
        ("plain/folder.py", "X = 'no __init__'\n"),
    ];
    let files: Vec<_> = files
        .map(|(path, text)| (path, text.replace("from .. import lib\n", "")))
        .to_vec();
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    let expect = json!([
        4,
        19,
        "shop",
        "shop!",
        "no __init__",
        "util",
        "lib.tax",
        "lib"
    ]);
    assert_eq!(call("hello.py", &files), expect);
}

#[test]
fn modules_are_found_in_a_call_too() {
    let files = [
        (
            "hello.py",
            "def handler(event, context):\n    import later\n    from importlib import import_module\n    return [later.X, import_module('later') is later]\n",
        ),
        ("later.py", "X = 5\n"),
    ];
    assert_eq!(call("hello.py", &files), json!([5, true]));
}

#[test]
fn an_entry_in_a_folder_sees_its_neighbours_and_the_root() {
    let files = [
        (
            "src/app.py",
            "import near, far\ndef handler(event, context):\n    return near.X + far.X + event\n",
        ),
        ("src/near.py", "X = 10\n"),
        ("far.py", "X = 100\n"),
    ];
    assert_eq!(call("src/app.py", &files), json!(112));
}

#[test]
fn files_may_be_named_like_the_librarys() {
    let files = [
        (
            "json.py",
            "import json, calendar_\ndef handler(event, context):\n    return [json.dumps({}), calendar_.X]\n",
        ),
        ("calendar_.py", "X = 1\n"),
    ];
    assert_eq!(call("json.py", &files), json!(["{}", 1]));
}

#[test]
fn files_of_data_can_be_read() {
    let files = [
        (
            "hello.py",
            r#"
import json, os, pathlib, pkgutil
at_load = json.load(open("data/rates.json"))
def handler(event, context):
    here = os.path.dirname(__file__)
    with open(os.path.join(here, "data/rates.json")) as file:
        again = json.load(file)
    text = (pathlib.Path(__file__).parent / "note.txt").read_text()
    lines = open("/note.txt", "rb").readlines()
    try:
        open("note.txt", "w")
        written = True
    except OSError:
        written = False
    return [at_load, again == at_load, text, len(lines), written]
"#,
        ),
        ("data/rates.json", r#"{"eu": 0.19}"#),
        ("note.txt", "grüße\nzwei\n"),
    ];
    assert_eq!(
        call("hello.py", &files),
        json!([{"eu": 0.19}, true, "grüße\nzwei\n", 2, false])
    );
}

#[test]
fn the_handler_can_have_another_name() {
    let function = Function::load(
        "a.py",
        "main",
        &[("a.py", "def main(event):\n    return event\n")],
    )
    .unwrap();
    assert_eq!(function.call("1").result.unwrap(), json!(1));
}

#[test]
fn source_can_be_looked_at() {
    let files = [(
        "hello.py",
        "import inspect\ndef handler(event, context):\n    return inspect.getsource(handler).splitlines()[0]\n",
    )];
    assert_eq!(
        call("hello.py", &files),
        json!("def handler(event, context):")
    );
}
